"""The table of periods wired to events: which rows a fact starts, stops and moves."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.deadlines.patterns import WORLD, Pattern, compile_pattern
from shared.reference.deadlines import Period, Share, load_periods

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One rule of the table, ready to be held against facts."""

    period: Period
    starts: tuple[Pattern, ...]
    stops: tuple[Pattern, ...]
    closes: tuple[Pattern, ...]
    extends: tuple[Pattern, ...]
    recomputes: tuple[Pattern, ...]
    restates: tuple[Pattern, ...]
    kinds: tuple[str, ...]
    """Kinds of subject that it is about, in this order."""
    needs: Mapping[str, Any]
    """What else `wiring.json` says of it."""

    @property
    def id(self) -> str:
        return self.period.id

    def fields(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Names of fields that the wiring gives for a purpose."""
        return tuple(self.needs.get(name, default))


@dataclass(frozen=True)
class Wiring:
    """All rows, and for each topic those that a fact of it may touch."""

    rows: Mapping[str, Row]
    by_topic: Mapping[str, tuple[Row, ...]]
    waiting: Mapping[str, str]
    """Events that no service records yet → the service that will."""
    about: Mapping[str, tuple[str, ...]]
    """What is remembered of a subject → the fields of facts that say it."""
    halves: Mapping[str, tuple[Row, ...]]
    """Rule → rows that start with it, are a share of it, and end with it."""


@functools.cache
def load_wiring() -> Wiring:
    """The wiring of this package, read once per process. Raises ValueError for a word without a
    field."""
    table = json.loads((FOLDER / "wiring.json").read_text(encoding="utf-8"))
    known = dict(table["events"])
    for name, service in table["waiting"].items():
        # What nobody has wired stays as the table words it until the event comes.
        known.setdefault(name, {"service": service, "when": _AsWorded()})
    rows = {each.id: _row(each, table, known) for each in load_periods().all()}
    by_topic: dict[str, dict[str, Row]] = {}
    for row in rows.values():
        uses = (row.starts, row.stops, row.closes, row.extends, row.recomputes, row.restates)
        for pattern in (each for use in uses for each in use):
            by_topic.setdefault(pattern.topic, {})[row.id] = row
    return Wiring(
        rows,
        {topic: tuple(found.values()) for topic, found in by_topic.items()},
        table["waiting"],
        {name: tuple(fields) for name, fields in table["about"].items()},
        _halves(rows.values()),
    )


def _halves(rows: Iterable[Row]) -> Mapping[str, tuple[Row, ...]]:
    """Which rules a fact that starts (or stops) another rule starts (or stops) as well."""
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        if row.needs.get("halves") and isinstance(row.period.length, Share):
            for rule in row.period.length.of:
                found[rule] = (*found.get(rule, ()), row)
    return found


class _AsWorded(dict[str, Any]):
    """Every word is the field of that name."""

    def get(self, name: str, _default: Any = None) -> Any:
        return {"of": [name], "waiting": "nobody records the event yet"}


def _row(period: Period, table: Mapping[str, Any], known: Mapping[str, Any]) -> Row:
    needs = table["rows"].get(period.id, {})
    instead = needs.get("instead", {})

    def patterns(texts: Any, when: str = "") -> tuple[Pattern, ...]:
        return tuple(
            compile_pattern(text, known, when=when, instead=instead)
            for text in texts
            if not WORLD.fullmatch(text)
        )

    starts = needs.get("starts_as", period.starts_on)
    opens = not needs.get("recompute_only")
    return Row(
        period,
        patterns((*starts, *needs.get("starts_also", ())), "starts_when") if opens else (),
        patterns(needs.get("stops_as", period.stops_on), "stops_when"),
        patterns(needs.get("closes_on", ())),
        patterns(needs.get("extends_on", ())),
        patterns(needs.get("recomputes_on", ())),
        patterns(needs.get("restates_on", ())),
        tuple(needs.get("subject", table["tracks"][period.track])),
        needs,
    )
