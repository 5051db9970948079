"""The table of periods wired to events: which rows a fact starts, stops and moves."""

import functools
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.deadlines.patterns import WORLD, Pattern, compile_pattern
from shared.reference.deadlines import Period, Share, load_periods

FOLDER = Path(__file__).parent
SPLIT_OFF = "cases.case_split_off.v1"


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
    passes: tuple[Pattern, ...]
    """Facts after which it binds another body and runs on."""
    kinds: tuple[str, ...]
    """Kinds of subject that it is about, in this order."""
    needs: Mapping[str, Any]
    """What else `wiring.json` says of it."""
    waits_for: str = ""
    """The service that will record what stops it, as long as nobody does, or not all of it."""
    reopens: tuple[Pattern, ...] = ()
    """Facts that take back what may have met it: then it runs again."""

    @property
    def id(self) -> str:
        return self.period.id

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """Every fact that touches it."""
        return (*self.starts, *self.stops, *self.closes, *self.moves)

    @property
    def moves(self) -> tuple[Pattern, ...]:
        """Facts after which it ends on another day, binds another body or runs again."""
        return (*self.extends, *self.recomputes, *self.restates, *self.passes, *self.reopens)

    def may_run_again(self, topic: str) -> bool:
        """Whether a fact of that topic may take back what met it."""
        return any(each.topic == topic for each in self.reopens)

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
    persons: Mapping[str, str]
    """Topic → the field that names the one person whom a fact of a case is about."""

    @property
    def unrecorded(self) -> frozenset[str]:
        """Ids of the rows that nobody can end yet."""
        return frozenset(row.id for row in self.rows.values() if row.waits_for)

    def why_not_opened(self, recorded: Collection[str]) -> Mapping[str, str]:
        """Why a row is opened by none of the recorded topics, for people: id → reason."""
        return {
            row.id: self._why(row)
            for row in self.rows.values()
            if not any(each.topic in recorded and not each.waits for each in row.starts)
        }

    def _why(self, row: Row) -> str:
        services = dict.fromkeys(
            self.waiting[each.event] for each in row.starts if each.event in self.waiting
        )
        waits = dict.fromkeys(
            each.waits for each in row.starts if each.waits and each.event not in self.waiting
        )
        if row.needs.get("calendar"):
            return f"the clock opens it, one for each {row.needs['calendar']}"
        if row.needs.get("halves"):
            return "opens with the periods that it is a share of"
        if row.needs.get("recompute_only"):
            return "opens nothing: by it others are recomputed"
        return "; ".join([*(f"waits for the service {each}" for each in services), *waits])


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
    return Wiring(
        rows,
        _by_topic(rows.values()),
        table["waiting"],
        {name: tuple(fields) for name, fields in table["about"].items()},
        _halves(rows.values()),
        {
            pattern.topic: known[pattern.event]["person"]
            for row in rows.values()
            for pattern in row.patterns
            if "person" in known[pattern.event]
        },
    )


def _by_topic(rows: Iterable[Row]) -> Mapping[str, tuple[Row, ...]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        for pattern in row.patterns:
            found.setdefault(pattern.topic, {})[row.id] = row
        if row.needs.get("splits"):
            found.setdefault(SPLIT_OFF, {})[row.id] = row
    return {topic: tuple(each.values()) for topic, each in found.items()}


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

    starts = (*needs.get("starts_as", period.starts_on), *needs.get("starts_also", ()))
    stops = (*needs.get("stops_as", period.stops_on), *needs.get("stops_also", ()))
    stopping = patterns(stops, "stops_when")
    waiting = dict.fromkeys(table["waiting"].get(each.event) for each in stopping)
    return Row(
        period,
        () if needs.get("recompute_only") else patterns(starts, "starts_when"),
        stopping,
        patterns(needs.get("closes_on", ())),
        patterns(needs.get("extends_on", ())),
        patterns(needs.get("recomputes_on", ())),
        patterns(needs.get("restates_on", ())),
        patterns(needs.get("passes_on", ())),
        tuple(needs.get("subject", table["tracks"][period.track])),
        needs,
        needs.get("waits_for") or ("" if None in waiting else ", ".join(filter(None, waiting))),
        tuple(
            each
            for each in patterns(stops, "reopens_when")
            if "reopens_when" in known[each.event] and each not in stopping
        ),
    )
