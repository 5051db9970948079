"""The follower's transaction in memory, by the rules of `shared/follow.py` and `shared/turn.py`.

Checkpoint, rows and parked streams of one batch are committed together or not at all. A poison
event parks its own stream: its later events wait (the owner's log has them), all others flow. A
parked stream is tried again with growing pauses, then waits for an operator, who may have it tried
or skip the event with a reason. What goes on wakes what was parked after it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from shared.envelope import Envelope
from shared.errors import Broken, Retry
from shared.follow import Source
from shared.poison import wait_after
from tests.simulation.faults import Weather
from tests.simulation.projections import ReadModel, Rows
from tests.simulation.stepping import Clock, pause

BATCH_MAX = 20
"""Events of one transaction; small, so that many are torn."""


@dataclass(frozen=True)
class Parked:
    """A stream that waits, from its first event that could not be taken."""

    stream: UUID
    position: int
    version: int
    event_id: UUID
    cause: str
    attempts: int
    retry_at: float | None
    """When it is tried again; None: when an operator says so."""


@dataclass(frozen=True)
class Tables:
    """What one read model has in the database. Committed as a whole."""

    rows: Rows = field(default_factory=dict)
    epoch: UUID | None = None
    position: int = 0
    parked: dict[UUID, Parked] = field(default_factory=dict)
    taken: tuple[UUID, ...] = ()
    """Ids of the events that had their effect here, in the order in which they had it."""
    skipped: dict[UUID, str] = field(default_factory=dict)
    """Event id → why an operator left it out."""


class TurnLock:
    """One follower of a read model at a time, everywhere. It ends with the session that has it."""

    def __init__(self) -> None:
        self._taken = False

    async def __aenter__(self) -> None:
        while self._taken:
            await pause()
        self._taken = True

    async def __aexit__(self, *_: object) -> None:
        self._taken = False


@dataclass
class Database:
    """The tables of one read model, shared by all who follow into it."""

    model: ReadModel
    committed: Tables = field(default_factory=Tables)
    turn: TurnLock = field(default_factory=TurnLock)
    poisoned: Callable[[Envelope], bool] = lambda _: False
    """Events that the code as it is deployed now cannot take."""

    async def decide(self, parked: Parked, now: float, skip: str) -> None:
        """An operator's word on a parked stream: try it now; leave its event out if so said."""
        async with self.turn:
            tables = self.committed
            first = tables.parked.get(parked.stream)
            if first is None or first.position != parked.position:
                return
            woken = {**tables.parked, parked.stream: replace(first, retry_at=now, attempts=0)}
            skipped = {**tables.skipped, first.event_id: skip} if skip else tables.skipped
            self.committed = replace(tables, parked=woken, skipped=skipped)


class Follower:
    """Carries one source into one read model."""

    def __init__(self, database: Database, source: Source, weather: Weather, clock: Clock) -> None:
        self.position = 0
        self._database = database
        self._source = source
        self._weather = weather
        self._clock = clock
        self._begun = False

    def begin_anew(self) -> None:
        """What `Follower.run` does first: forget what it believes to know."""
        self._begun = False

    async def step(self) -> int:
        """Try what is parked and due, then take one batch; returns how many events came in it."""
        if not self._begun:
            await self._begin()
        await self._retry()
        batch = await self._source.take(self.position, BATCH_MAX, 0.0)
        if batch.envelopes:
            await self._take(batch.envelopes)
        await batch.ack()
        return len(batch.envelopes)

    async def _begin(self) -> None:
        async with self._database.turn:
            if self._database.committed.epoch is None:
                await self._commit(replace(self._database.committed, epoch=self._source.epoch))
            self.position = self._stands().position
        self._begun = True

    def _stands(self) -> Tables:
        tables = self._database.committed
        if tables.epoch is None:
            raise Retry("the checkpoint is gone; the read model was made anew")
        if tables.epoch != self._source.epoch:
            raise Broken("the checkpoint is of another epoch: rebuild the projection")
        return tables

    async def _take(self, envelopes: Sequence[Envelope]) -> None:
        async with self._database.turn:
            tables = self._stands()
            stands = tables.position
            if stands < self.position:
                raise Retry(f"the checkpoint went back to {stands}; reading anew")
            for envelope in envelopes:
                if envelope.position > stands and envelope.stream not in tables.parked:
                    tables = self._one(tables, envelope)
            reached = max(stands, envelopes[-1].position)
            await self._commit(replace(tables, position=reached))
        self.position = reached

    def _one(self, tables: Tables, envelope: Envelope) -> Tables:
        """One event under a savepoint: its effect, or its stream parked."""
        if envelope.event_id in tables.skipped:
            return tables
        rows = dict(tables.rows)
        try:
            if self._database.poisoned(envelope):
                raise ValueError("this code cannot read that event")
            self._database.model.apply(envelope, rows)
        except Exception as error:
            parked = self._parked(tables, envelope, str(error))
            return replace(tables, parked={**tables.parked, envelope.stream: parked})
        return replace(tables, rows=rows, taken=(*tables.taken, envelope.event_id))

    def _parked(self, tables: Tables, envelope: Envelope, cause: str) -> Parked:
        before = tables.parked.get(envelope.stream)
        again = before is not None and before.position == envelope.position
        attempts = before.attempts + 1 if before and again else 1
        seconds = wait_after(attempts)
        due = None if seconds is None else self._clock.time() + seconds
        return Parked(
            envelope.stream,
            envelope.position,
            envelope.version,
            envelope.event_id,
            cause,
            attempts,
            due,
        )

    async def _retry(self) -> None:
        """Try parked streams that are due, all in one transaction."""
        if not self._due(self._stands()):
            return
        async with self._database.turn:
            tables = self._stands()
            lowest: int | None = None
            for parked in self._due(tables):
                waiting = await self._source.load(parked.stream, parked.version - 1, 10_000)
                tables = self._resume(tables, parked, waiting)
                if lowest is None and self._went_on(tables, parked):
                    lowest = parked.position
            if lowest is not None:
                tables = self._wake_above(tables, lowest)
            await self._commit(tables)

    def _due(self, tables: Tables) -> list[Parked]:
        now = self._clock.time()
        due = [p for p in tables.parked.values() if p.retry_at is not None and p.retry_at <= now]
        return sorted(due, key=lambda each: each.position)

    def _resume(self, tables: Tables, parked: Parked, waiting: Sequence[Envelope]) -> Tables:
        """What waits of one stream, in order, as far as it goes and the checkpoint is."""
        for envelope in waiting:
            if envelope.position > tables.position:
                break
            before = tables.parked
            tables = self._one(tables, envelope)
            if tables.parked is not before:
                return tables
        left = {id: each for id, each in tables.parked.items() if id != parked.stream}
        return replace(tables, parked=left)

    def _went_on(self, tables: Tables, parked: Parked) -> bool:
        after = tables.parked.get(parked.stream)
        return after is None or after.position != parked.position

    def _wake_above(self, tables: Tables, lowest: int) -> Tables:
        """Others may have failed for want of what was taken now."""
        now = self._clock.time()
        woken = {
            id: replace(each, retry_at=now) if each.position > lowest else each
            for id, each in tables.parked.items()
        }
        return replace(tables, parked=woken)

    async def _commit(self, tables: Tables) -> None:
        async def write() -> None:
            self._database.committed = tables

        await self._weather.through("commit", write)
