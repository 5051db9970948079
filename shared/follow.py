"""The one loop of everything that follows a log: read after a checkpoint, take, move it.

Effects in our database happen exactly once, because the checkpoint moves in the transaction that
has the effects. Effects elsewhere happen at least once and need an idempotency key. Order within a
source is the source's. A source of another epoch is refused: its positions mean something else.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

import asyncpg

from shared.envelope import Envelope
from shared.errors import Broken, Retry
from shared.log import Log
from shared.sql import Tables, read_blocks

BATCH_MAX = 500
"""Events taken in one transaction."""
POLL_SECONDS = 0.5

FOLLOW_SQL = Path(__file__).with_name("follow.sql")


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in order, and what to do once they are safely taken."""

    envelopes: Sequence[Envelope]
    ack: Callable[[], Awaitable[None]]


class Source(Protocol):
    """Where a follower reads: a log of this service, or another service's stream on the bus."""

    name: str
    epoch: UUID

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        """Events after a position, in order; an empty batch when none came within the wait."""
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
        return Batch(envelopes, _nothing)


Apply = Callable[[Envelope, Tables], Awaitable[None]]


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

    @property
    def schema(self) -> str:
        """The PostgreSQL schema of this version's tables."""
        return f"{self.service}_{self.name}_v{self.version}"

    @functools.cached_property
    def statements(self) -> Mapping[str, str]:
        """The named statements of `queries.sql`."""
        return read_blocks(self.folder / "queries.sql", self.schema)

    async def create(self, pool: asyncpg.Pool) -> None:
        """Make the tables when they are not there."""
        follow = read_blocks(FOLLOW_SQL, self.schema)
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(138, 1)")
            if not await connection.fetchval(follow["exists"]):
                await connection.execute(follow["create"])
                await connection.execute(
                    read_blocks(self.folder / "schema.sql", self.schema)["create"]
                )


class Follower:
    """Carries one source into one projection."""

    def __init__(self, projection: Projection, source: Source, pool: asyncpg.Pool) -> None:
        self.projection = projection
        self.source = source
        self.position = 0
        self.moved = asyncio.Event()
        self._pool = pool
        self._follow = read_blocks(FOLLOW_SQL, projection.schema)
        self._begun = False

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

        Nothing is skipped: the checkpoint stands before the event that cannot be taken.
        """
        self._begun = False
        while True:
            await self.step(POLL_SECONDS)

    async def step(self, wait_seconds: float = 0.0) -> int:
        """Take one batch; returns how many events were taken."""
        if not self._begun:
            await self._begin()
        batch = await self.source.take(self.position, BATCH_MAX, wait_seconds)
        if batch.envelopes:
            await self._take(batch.envelopes)
        await batch.ack()
        return len(batch.envelopes)

    async def _begin(self) -> None:
        async with self._pool.acquire() as connection:
            follow = Tables(connection, self._follow)
            await follow.run("begin", self.source.name, self.source.epoch)
            self.position = await self._checkpoint(follow)
        self._begun = True

    async def _checkpoint(self, follow: Tables) -> int:
        row = await follow.row("checkpoint", self.source.name)
        if row is None:
            raise Retry(f"{self.name}: the checkpoint is gone; the read model was made anew")
        if row["epoch"] != self.source.epoch:
            raise Broken(
                f"{self.name}: the source is of epoch {self.source.epoch}, the checkpoint of "
                f"{row['epoch']}: the store was restored. Compare them, then rebuild the projection"
            )
        position: int = row["position"]
        return position

    async def _take(self, envelopes: Sequence[Envelope]) -> None:
        taken = 0
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                follow = Tables(connection, self._follow)
                await follow.run("turn")  # One follower of a projection at a time, everywhere.
                stands = await self._checkpoint(follow)
                if stands < self.position:
                    raise Retry(f"{self.name}: the checkpoint went back to {stands}; reading anew")
                tables = Tables(connection, self.projection.statements)
                for envelope in envelopes:
                    if envelope.position > stands:
                        await self._apply(envelope, tables)
                    taken += 1
                last = envelopes[-1]
                if last.position > stands:
                    await follow.run("advance", self.source.name, last.position, last.recorded_at)
        except Exception:
            if 0 < taken < len(envelopes):
                await self._take(envelopes[:taken])  # What came before it need not wait for it.
            raise
        self.position = max(last.position, stands)
        self.moved.set()
        self.moved = asyncio.Event()

    async def _apply(self, envelope: Envelope, tables: Tables) -> None:
        try:
            await self.projection.apply(envelope, tables)
        except Exception as error:
            error.add_note(f"at position {envelope.position} of {self.name}: {envelope.topic}")
            raise


async def _nothing() -> None:
    """A log needs no acknowledgement."""
