"""The tables of who is told: one file for each noun in `routing/`, read as one.

`routes`: topic → who is told of it: roles of the parties of its subjects, or `field:<name>`, an
agency (or several) named by the event itself.

`parties`: topic → role → the agency that gets the role by this fact: a field of the event, or
`actor`. With a condition it is `{"field": …, "when": {<field>: <value, or a list of values>}}`: the
role is got only by a fact that says one of these values in each of these fields. So a file that is
offered or refused makes nobody a party, one that is received does. A role that was got lasts: who
had a case and passed it on still answers for what it did in it, and hears what comes of that.
Facts whose parties need more than this are in `parties_of` of the projection.

`waits`: kind of stream → kinds of its subjects, its own included, without whose beginning its
events are not told: their parties could not be known. Here stand only things that the commands have
proved to exist, of the same service, whose every first fact names a party: what is only mentioned
must not be waited for.
"""

import functools
import json
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from shared.errors import Broken

ROUTING = Path(__file__).parent / "routing"
ACTOR = "actor"
"""Whoever recorded the fact."""
Part = str | Mapping[str, Any]
"""A field of the event, or `actor`; or a field with the condition on which it gives the role."""


@functools.cache
def routes() -> Mapping[str, tuple[str, ...]]:
    """Topic → who is told."""
    return {topic: tuple(told) for topic, told in read_tables(ROUTING, "routes").items()}


@functools.cache
def parties() -> Mapping[str, Mapping[str, Part]]:
    """Topic → role → who gets it by this fact."""
    return read_tables(ROUTING, "parties")


@functools.cache
def waits() -> Mapping[str, Set[str]]:
    """Kind of stream → kinds of its subjects that must have begun."""
    return {kind: frozenset(kinds) for kind, kinds in read_tables(ROUTING, "waits").items()}


def named_parties(topic: str, fields: Mapping[str, Any], actor: str) -> Sequence[tuple[str, str]]:
    """(role, agency) pairs that a fact names by its plain fields; a missing field names nobody."""
    return [
        (role, agency)
        for role, part in parties().get(topic, {}).items()
        for agency in _named(part, fields, actor)
    ]


def _named(part: Part, fields: Mapping[str, Any], actor: str) -> Sequence[str]:
    if part == ACTOR:
        return [actor]
    if isinstance(part, str):
        return agencies_in(fields, part)
    holds = all(fields.get(name) in _values(said) for name, said in part["when"].items())
    return _named(part["field"], fields, actor) if holds else ()


def _values(said: str | Sequence[str]) -> Sequence[str]:
    return [said] if isinstance(said, str) else said


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
