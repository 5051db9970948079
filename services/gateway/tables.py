"""The tables of who is told: one file for each noun in `routing/`, read as one.

`routes`: topic → who is told of it: roles of the parties of its subjects, or `field:<name>`, an
agency (or several) named by the event itself. `parties`: topic → role → the agency that gets the
role by this fact: a field of the event, or `actor`. Facts whose parties need more than that are in
`parties_of` of the projection.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.errors import Broken

ROUTING = Path(__file__).parent / "routing"
ACTOR = "actor"
"""Whoever recorded the fact."""


@functools.cache
def routes() -> Mapping[str, tuple[str, ...]]:
    """Topic → who is told."""
    return {topic: tuple(told) for topic, told in read_tables(ROUTING, "routes").items()}


@functools.cache
def parties() -> Mapping[str, Mapping[str, str]]:
    """Topic → role → the field that names who has it, or `actor`."""
    return read_tables(ROUTING, "parties")


def named_parties(topic: str, fields: Mapping[str, Any], actor: str) -> Sequence[tuple[str, str]]:
    """(role, agency) pairs that a fact names by its plain fields; a missing field names nobody."""
    return [
        (role, agency)
        for role, field in parties().get(topic, {}).items()
        for agency in ([actor] if field == ACTOR else agencies_in(fields, field))
    ]


def agencies_in(fields: Mapping[str, Any], name: str) -> Sequence[str]:
    """The agency, or the several, that a field names; none when it is missing or empty."""
    named = fields.get(name)
    return [named] if isinstance(named, str) else list(dict.fromkeys(named or ()))


def read_tables(folder: Path, name: str) -> dict[str, Any]:
    """A table of all files of a folder. Raises `Broken` when two of them speak of one topic."""
    merged: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")).get(name, {})
        if twice := sorted(merged.keys() & table.keys()):
            raise Broken(f"routing/{path.name} speaks of {', '.join(twice)}, as another file does")
        merged |= table
    return merged
