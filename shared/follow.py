"""The one loop of everything that follows a log: read after a checkpoint, take, move it.

Effects in our database happen exactly once, because the checkpoint moves in the transaction that
has the effects. Effects elsewhere happen at least once and need an idempotency key. Order within a
source is the source's. A source of another epoch is refused: its positions mean something else.
An event that cannot be taken parks its own stream (`shared.turn`); all others go on.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

import asyncpg
from prometheus_client import Gauge

from shared.envelope import Envelope
from shared.errors import Broken, Retry
from shared.log import Log
from shared.sql import Connection, Tables, read_blocks
from shared.telemetry import REGISTRY
from shared.turn import RETRIED, Streak, Turn

BATCH_MAX = 500
"""Events taken in one transaction."""
POLL_SECONDS = 0.5
TURN_AGAIN_SECONDS = 0.05
LOOK_SECONDS = 2.0
"""How often a follower without news asks what is due; an operator may have asked for a retry."""

FOLLOW_SQL = Path(__file__).with_name("follow.sql")

PARKED = Gauge(
    "liennganh_follower_parked",
    "Streams that are parked, the quarantined ones included",
    ["follower"],
    registry=REGISTRY,
)
QUARANTINED = Gauge(
    "liennganh_follower_quarantined",
    "Parked streams that are not tried again",
    ["follower"],
    registry=REGISTRY,
)
OLDEST_PARKED_SECONDS = Gauge(
    "liennganh_follower_oldest_parked_seconds",
    "Age of the oldest parked event, 0 when there is none",
    ["follower"],
    registry=REGISTRY,
)


async def _nothing() -> None:
    """A log needs no acknowledgement."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in order, and what to do once they are safely taken."""

    envelopes: Sequence[Envelope]
    ack: Callable[[], Awaitable[None]] = _nothing


class Source(Protocol):
    """Where a follower reads: a log of this service, or another service's stream on the bus."""

    name: str
    epoch: UUID

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        """Events after a position, in order; an empty batch when none came within the wait."""
        ...

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        """At most `limit` of the owner's events of one stream with a version above `after`."""
        ...


class LogSource:
    """A service's own log as a source."""

    def __init__(self, own: Log) -> None:
        self.name = own.name
        self.epoch = own.epoch
        self._log = own

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        envelopes = await self._log.read(after, limit)
        if not envelopes:
            await self._log.changed(after, wait_seconds)
        return Batch(envelopes)

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        return await self._log.load(stream, after, limit)


Apply = Callable[[Sequence[Envelope], Tables], Awaitable[None]]
"""Takes a batch, in order. It may write the batch as sets; the rows must be the same as when it is
given one event at a time, because that is how a batch is taken again when one of it fails. Its
tables have no deferred constraints: what fails at commit can be laid to no event."""


def each(one: Callable[[Envelope, Tables], Awaitable[None]]) -> Apply:
    """For projections that are written event by event."""

    @functools.wraps(one)
    async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
        for envelope in envelopes:
            await one(envelope, tables)

    return apply


@dataclass(frozen=True)
class Projection:
    """A read model: tables of its own that can be thrown away and made again from the events.

    `schema.sql` (block `create`) and `queries.sql` lie in `folder`; `:schema` in them is
    `<service>_<name>_v<version>`, so a new version is built beside the old one.
    """

    service: str
    name: str
    version: int
    folder: Path
    sources: tuple[str, ...]
    apply: Apply
    numbering: tuple[str, ...] = ()
    """Columns that number rows in the order of arrival; a rebuild does not compare them."""
    outward: tuple[str, ...] = ()
    """Tables that say what has left the database, e.g. a relay's cursor. A rebuild takes their rows
    over; a projection that has any can be switched only when its numbers are the same, too."""
    suffix: str = ""
    """Of the schema, for what is built beside the live one, e.g. `_new`."""
    gather_seconds: float = 0.0
    """How long to wait after a batch for more to come: one larger transaction costs less than many
    small ones, where nobody needs to see at once what has happened."""

    @property
    def title(self) -> str:
        """`<service>.<name>`, whatever the version."""
        return f"{self.service}.{self.name}"

    @property
    def schema(self) -> str:
        """The PostgreSQL schema of this version's tables."""
        return f"{self.service}_{self.name}_v{self.version}{self.suffix}"

    @functools.cached_property
    def statements(self) -> Mapping[str, str]:
        """The named statements of `queries.sql`."""
        return read_blocks(self.folder / "queries.sql", self.schema)

    async def create(self, pool: asyncpg.Pool) -> None:
        """Make the tables when they are not there."""
        follow = read_blocks(FOLLOW_SQL, self.schema)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(138, 1)")
            exists = await connection.fetchval(follow["exists"])
            if not await connection.fetchval(follow["parks"]):
                await connection.execute(follow["create"])
            if not exists:
                await connection.execute(
                    read_blocks(self.folder / "schema.sql", self.schema)["create"]
                )


class Follower:
    """Carries one source into one projection."""

    def __init__(self, projection: Projection, source: Source, pool: asyncpg.Pool) -> None:
        self.projection = projection
        self.source = source
        self.position = 0
        self.recorded_at: datetime | None = None
        """When the last event that was taken here had been recorded: how far behind it stands."""
        self.moved = asyncio.Event()
        self.tell: Callable[[int], None] = _to_nobody
        """Called with the position whenever a batch was taken; other processes may want to know."""
        self._pool = pool
        self._follow = read_blocks(FOLLOW_SQL, projection.schema)
        self._begun = False
        self._streak = Streak()
        self._look_at = 0.0
        """On the loop's clock: when to ask for parked streams that are due."""

    @property
    def name(self) -> str:
        """`<schema> ← <source>`, for people."""
        return f"{self.projection.schema} ← {self.source.name}"

    async def stands(self) -> int:
        """The checkpoint as the database has it, whichever process moved it last."""
        async with self._pool.acquire() as connection:
            row = await Tables(connection, self._follow).row("checkpoint", self.source.name)
        return row["position"] if row else 0

    async def run(self) -> None:
        """Follow until cancelled. Raises what goes wrong, for the supervisor to show and try again.

        Nothing is passed over in silence: an event that cannot be taken is parked with its stream,
        and where not even that is right, the checkpoint stands before it.
        """
        self._begun = False
        while True:
            taken = await self.step(POLL_SECONDS)
            if 0 < taken < BATCH_MAX and self.projection.gather_seconds:
                await asyncio.sleep(self.projection.gather_seconds)

    async def step(self, wait_seconds: float = 0.0) -> int:
        """Try what is parked and due, then take one batch; returns how many events came in it."""
        if not self._begun:
            await self._begin()
        if asyncio.get_running_loop().time() >= self._look_at:
            await self._retry()
        batch = await self.source.take(self.position, BATCH_MAX, wait_seconds)
        if batch.envelopes:
            await self._take(batch.envelopes)
        await batch.ack()
        return len(batch.envelopes)

    async def try_parked(self) -> None:
        """Try all that is parked and due, in as many transactions as it takes."""
        if not self._begun:
            await self._begin()
        while await self._retry():
            pass

    async def _begin(self) -> None:
        async with self._pool.acquire() as connection:
            follow = Tables(connection, self._follow)
            await follow.run("begin", self.source.name, self.source.epoch)
            self.position = (await self._stands(follow))["position"]
        self._begun = True

    async def _stands(self, follow: Tables, envelopes: Sequence[Envelope] = ()) -> asyncpg.Record:
        """The checkpoint and what is parked. Raises `Retry` and `Broken` when it is not ours."""
        streams = list({each.stream for each in envelopes})
        row = await follow.row("stands", self.source.name, streams)
        if row is None:
            raise Retry(f"{self.name}: the checkpoint is gone; the read model was made anew")
        if row["epoch"] != self.source.epoch:
            raise Broken(
                f"{self.name}: the source is of epoch {self.source.epoch}, the checkpoint of "
                f"{row['epoch']}: the store was restored. Compare them, then rebuild the projection"
            )
        PARKED.labels(self.name).set(row["parked"])
        QUARANTINED.labels(self.name).set(row["quarantined"])
        OLDEST_PARKED_SECONDS.labels(self.name).set(row["oldest_seconds"])
        due_in = row["due_in_seconds"]
        due_in = LOOK_SECONDS if due_in is None else min(LOOK_SECONDS, due_in)
        self._look_at = asyncio.get_running_loop().time() + due_in
        return row

    async def _retry(self) -> bool:
        """Try parked streams that are due by the database's clock; says whether others may be."""
        async with self._pool.acquire() as connection:
            row = await self._stands(Tables(connection, self._follow))
            if row["due_in_seconds"] is None or row["due_in_seconds"] > 0:
                return False
            async with connection.transaction():
                turn = self._turn(connection)
                await _its_turn(turn.follow)
                stands = (await self._stands(turn.follow))["position"]
                retried = await turn.retry(self.source.load, stands)
                await self._stands(turn.follow)  # What is due next.
        if retried.went_on:
            self._wake()
        return retried.more

    async def _take(self, envelopes: Sequence[Envelope]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            turn = self._turn(connection)
            await _its_turn(turn.follow)
            row = await self._stands(turn.follow, envelopes)
            stands = row["position"]
            if stands < self.position:
                raise Retry(f"{self.name}: the checkpoint went back to {stands}; reading anew")
            if row["parked_up_to"] > stands:
                await turn.follow.run("unpark_above", self.source.name, stands)
            aside, skipped = set(row["waiting"]), set(row["skipped"])
            taken = await turn.take(
                [
                    each
                    for each in envelopes
                    if each.position > stands
                    and each.stream not in aside
                    and each.event_id not in skipped
                ]
            )
            past = _before(taken.stopped_at, envelopes)
            if past and past[-1].position > stands:
                last = past[-1]
                await turn.follow.run("advance", self.source.name, last.position, last.recorded_at)
            if taken.failures:
                await self._stands(turn.follow)  # What is due next.
        if past:
            self.position = max(past[-1].position, stands)
            self.recorded_at = past[-1].recorded_at
            self._wake()
        if taken.stop is not None:
            raise taken.stop

    def _turn(self, connection: Connection) -> Turn:
        return Turn(
            connection=connection,
            follow=Tables(connection, self._follow),
            tables=Tables(connection, self.projection.statements),
            apply=self.projection.apply,
            projection=self.projection.title,
            source=self.source.name,
            follower=self.name,
            streak=self._streak,
        )

    def heard(self) -> None:
        """Tell those who wait for the projection that it has changed, here or elsewhere."""
        self.moved.set()
        self.moved = asyncio.Event()

    def forget_figures(self) -> None:
        """Take its figures off the metrics: what it follows is no read model that anybody reads."""
        for each in (PARKED, QUARANTINED, OLDEST_PARKED_SECONDS, RETRIED):
            each.remove_by_labels({"follower": self.name})

    def _wake(self) -> None:
        self.heard()
        self.tell(self.position)


def _before(stop: Envelope | None, envelopes: Sequence[Envelope]) -> Sequence[Envelope]:
    if stop is None:
        return envelopes
    return [each for each in envelopes if each.position < stop.position]


async def _its_turn(follow: Tables) -> None:
    """One follower of a projection at a time, everywhere. A rebuild that compares takes its time:
    asked again and again, the wait ends with no statement's time, and nothing here is idle."""
    while not await follow.value("try_turn"):  # noqa: ASYNC110 - nobody signals it
        await asyncio.sleep(TURN_AGAIN_SECONDS)


def _to_nobody(position: int) -> None:
    """Until somebody wants to know."""
