"""Every period as a row: what it is, by when, and the next moment at which the clock speaks."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.deadlines.events import (
    Alarm,
    DeadlineClosed,
    DeadlineExtended,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineRecomputed,
    DeadlineWarningRaised,
)
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.follow import Projection
from shared.reference.deadlines import load_periods
from shared.sql import Tables

FOLDER = Path(__file__).parent
GATHER_SECONDS = 0.1
"""What falls due is known long before; who reads the lists does not mind."""


@dataclass(slots=True)
class Shown:
    """The row of one period."""

    id: UUID
    rule: str
    track: str
    subject: str
    opened: str
    started_at: datetime
    length: str | None
    because: list[str]
    due: datetime
    moved: bool
    miss_at: datetime | None
    alarms: list[dict[str, Any]]
    next_at: datetime | None = None
    next_alarm: str | None = None
    extensions: list[dict[str, Any]] = field(default_factory=list)
    recomputed: int = 0
    missed_at: datetime | None = None
    missed_dues: list[datetime] = field(default_factory=list)
    warned: str | None = None
    raised: list[dict[str, Any]] = field(default_factory=list)
    over: bool = False
    ended_at: datetime | None = None
    in_time: bool | None = None
    late_seconds: int | None = None
    closed: str | None = None
    version: int = 1


COLUMNS = tuple(each.name for each in fields(Shown))
LISTS = frozenset({"alarms", "extensions", "raised"})
"""Columns that hold lists of JSON."""
FIXED = ("rule", "track", "subject", "opened")
"""Columns that never change."""


@dataclass(slots=True)
class Party:
    """The part of one body in one period."""

    bound: bool
    free: bool
    """Whether nobody orders it."""
    done_at: datetime | None = None
    in_time: bool | None = None


@dataclass(slots=True)
class Step:
    """What befalls bodies of periods that were there; of each period at most one thing."""

    unbound: list[tuple[UUID, str | None, datetime | None, bool | None]] = field(
        default_factory=list
    )
    bound: list[tuple[UUID, str]] = field(default_factory=list)


class Page:
    """The rows that one batch touches: read together, changed in memory, written together."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Shown] = {}
        self.new: dict[UUID, list[str]] = {}
        """Periods that began in this batch, with all that they are about."""
        self.bodies: dict[UUID, dict[str, Party]] = {}
        """Of those: body → its part."""
        self.changed: dict[UUID, Shown] = {}
        self.due: dict[UUID, datetime] = {}
        """Ends that moved, of periods that were there."""
        self.steps: list[Step] = []
        """What befalls bodies of periods that were there, in the order in which it happens."""
        self._stepped: Counter[UUID] = Counter()

    async def read(self, ids: Iterable[UUID], tables: Tables) -> None:
        """Read what is there of these."""
        for row in await tables.rows("standing", list(ids)):
            values = {name: row[name] for name in COLUMNS}
            values |= {name: orjson.loads(row[name]) for name in LISTS}
            self.rows[row["id"]] = Shown(**values)

    def take(self, envelope: Envelope) -> None:
        """One event of a period into its row. Raises `Waits` when its beginning is not there."""
        if envelope.topic == DeadlineOpened.TOPIC:
            self._open(envelope)
            return
        row = self.rows.get(envelope.stream)
        if row is None:
            raise Waits(
                f"{envelope.store} {envelope.position} ({envelope.topic}) is about a period whose "
                "beginning has not been taken: it waits until that has"
            )
        self._evolve(row, envelope)
        row.version = envelope.version
        row.next_at, row.next_alarm = _next(row)
        if row.id not in self.new:
            self.changed[row.id] = row

    async def write(self, tables: Tables) -> None:
        """Write what has changed."""
        if self.new:
            await tables.copy("copy_periods", (_values(self.rows[id]) for id in self.new))
            await tables.copy(
                "copy_subjects",
                ((name, self.rows[id].due, id) for id, about in self.new.items() for name in about),
            )
            await tables.copy("copy_parties", self._parties())
        if self.changed:
            changed = [_values(each) for each in self.changed.values()]
            columns = dict(zip(COLUMNS, map(list, zip(*changed, strict=True)), strict=True))
            columns["because"] = [_json(each.because) for each in self.changed.values()]
            columns["missed_dues"] = [_json(each.missed_dues) for each in self.changed.values()]
            await tables.run("change", *(columns[name] for name in COLUMNS if name not in FIXED))
        if self.due:
            moved = [(each, id, due) for id, due in self.due.items() for each in self._about(id)]
            await tables.run("move_subjects", *map(list, zip(*moved, strict=True)))
        for step in self.steps:
            if step.unbound:
                await tables.run("unbind", *map(list, zip(*step.unbound, strict=True)))
            if step.bound:
                await tables.run("bind", *map(list, zip(*step.bound, strict=True)))

    def _parties(self) -> Iterator[tuple[Any, ...]]:
        for id, bodies in self.bodies.items():
            for agency, part in bodies.items():
                yield agency, id, part.bound, part.free, part.done_at, part.in_time

    def _about(self, id: UUID) -> list[str]:
        """All that a period is about."""
        opened = orjson.loads(self.rows[id].opened)
        return [*dict.fromkeys((opened["subject"], *opened["around"]))]

    def _open(self, envelope: Envelope) -> None:
        said, id = envelope.fields, envelope.stream
        row = Shown(
            id=id,
            rule=said["rule"],
            track=_tracks().get(said["rule"], ""),
            subject=said["subject"],
            opened=envelope.state.decode(),
            started_at=_moment(said["started_at"]),
            length=_json(said["length"]) if said["length"] else None,
            because=said["because"],
            due=_moment(said["due"]),
            moved=said["moved"],
            miss_at=_when(said["miss_at"]),
            alarms=said["alarms"],
            version=envelope.version,
        )
        row.next_at, row.next_alarm = _next(row)
        self.rows[id] = row
        self.new[id] = self._about(id)
        free = {*said["never_critical"]}
        self.bodies[id] = {each: Party(True, each in free) for each in said["parties"]}

    def _evolve(self, row: Shown, envelope: Envelope) -> None:
        said = envelope.fields
        match envelope.topic:
            case DeadlineExtended.TOPIC:
                # It stays as long as it was: how much longer it is, each extension says.
                row.extensions = [*row.extensions, dict(said)]
                self._reckon(row, said)
            case DeadlineRecomputed.TOPIC:
                row.recomputed += 1
                row.started_at = _moment(said["started_at"])
                row.length = _json(said["length"]) if said["length"] else None
                row.because = said["because"]
                self._reckon(row, said)
                if said.get("parties") is not None:
                    self._bind(row, said["parties"])
            case DeadlineWarningRaised.TOPIC:
                row.raised = [*row.raised, said["alarm"]]
                row.warned = said["level"]
            case DeadlineMissed.TOPIC:
                row.missed_at = _moment(said["detected_at"])
                row.missed_dues = [*row.missed_dues, _moment(said["due"])]
            case DeadlineMet.TOPIC:
                _end(row, said, said["in_time"], said["late_seconds"], None)
                done_at = _moment(said["timestamp"])
                self._unbind(row.id, said["party"], done_at, said["in_time"])
            case DeadlineClosed.TOPIC:
                _end(row, said, None, 0, said["reason"])
                self._unbind(row.id, said["party"], None, None)
            case _:
                raise Broken(f"the rows of periods do not know {envelope.topic}: add it to Page")

    def _reckon(self, row: Shown, said: Mapping[str, Any]) -> None:
        row.moved, row.alarms = said["moved"], said["alarms"]
        row.due, row.miss_at = _moment(said["due"]), _when(said["miss_at"])
        if row.id not in self.new:
            self.due[row.id] = row.due

    def _unbind(
        self, id: UUID, agency: str | None, done_at: datetime | None, in_time: bool | None
    ) -> None:
        """Nothing more is expected of a body, or of all that are bound."""
        if id not in self.new:
            self._step(id).unbound.append((id, agency, done_at, in_time))
            return
        for each, part in self.bodies[id].items():
            if part.bound and agency in (None, each):
                part.bound, part.done_at, part.in_time = False, done_at, in_time

    def _bind(self, row: Shown, agencies: Sequence[str]) -> None:
        """Other bodies take the place of those that were bound; what these had missed, they had."""
        self._unbind(row.id, None, None, False if row.due in row.missed_dues else None)
        if row.id not in self.new:
            self._step(row.id).bound += [(row.id, each) for each in agencies]
            return
        bodies = self.bodies[row.id]
        free = {each for each, part in bodies.items() if part.free}
        bodies |= {each: Party(True, each in free) for each in agencies}

    def _step(self, id: UUID) -> Step:
        """Where the next thing that befalls bodies of a period is written down."""
        self._stepped[id] += 1
        if self._stepped[id] > len(self.steps):
            self.steps.append(Step())
        return self.steps[self._stepped[id] - 1]


async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
    """A batch of events into the rows of their periods."""
    page = Page()
    await page.read({each.stream for each in envelopes if each.version > 1}, tables)
    for envelope in envelopes:
        page.take(envelope)
    await page.write(tables)


def next_of(
    alarms: Sequence[Alarm], miss_at: datetime | None, *, missed: bool
) -> tuple[datetime | None, Alarm | None]:
    """The next moment, and the warning that it is for; no warning: the end itself."""
    first = min(alarms, key=lambda alarm: alarm.at, default=None)
    if miss_at is None or missed:
        return (first.at, first) if first else (None, None)
    if first is not None and first.at < miss_at:
        return first.at, first
    return miss_at, None


def _next(row: Shown) -> tuple[datetime | None, str | None]:
    """When the clock has to look again, and for which warning."""
    if row.over:
        return None, None
    left = [Alarm.model_validate(said) for said in row.alarms if said not in row.raised]
    at, alarm = next_of(left, row.miss_at, missed=row.due in row.missed_dues)
    return at, alarm.model_dump_json() if alarm else None


def _end(
    row: Shown, said: Mapping[str, Any], in_time: bool | None, late: int, closed: str | None
) -> None:
    row.over = not said["left"]
    if row.over:
        row.ended_at, row.closed = _moment(said["timestamp"]), closed
    if row.in_time is not False:  # Of several bodies one was late; else all were in time.
        row.in_time = in_time if row.over or in_time is False else None
    row.late_seconds = max(row.late_seconds or 0, late)


def _values(row: Shown) -> tuple[Any, ...]:
    """The row as the database takes it."""
    return tuple(
        _json(value) if name in LISTS else value
        for name, value in ((name, getattr(row, name)) for name in COLUMNS)
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


def _when(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)


@functools.cache
def _tracks() -> dict[str, str]:
    return {row.id: row.track for row in load_periods().all()}


DUE = Projection(
    service="deadlines",
    name="due",
    version=1,
    folder=FOLDER,
    sources=("deadlines",),
    apply=apply,
    gather_seconds=GATHER_SECONDS,
)
