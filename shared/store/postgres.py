"""`Log` on PostgreSQL."""

import asyncio
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg

from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.errors import Broken
from shared.log import Append, Verdict
from shared.sql import read_blocks
from shared.store.writer import Writer

LOG_SQL = Path(__file__).with_name("log.sql")
CONNECT_SECONDS = 10.0
NOT_OURS = Metadata(Actor("", ""), (), UUID(int=0), UUID(int=0))
"""Of events that the library's own recorder wrote: nobody said who acted."""


@functools.cache
def statements(schema: str) -> Mapping[str, str]:
    """The log's statements for one service."""
    return read_blocks(LOG_SQL, schema)


class PostgresLog:
    """The log of one service. Start its `writer.run()` under a supervisor before appending."""

    def __init__(self, name: str, pool: asyncpg.Pool, epoch: UUID, database_url: str) -> None:
        self.name = name
        self.epoch = epoch
        self._pool = pool
        self._sql = statements(name)
        self._position = 0
        self._moved = asyncio.Event()
        self.writer = Writer(
            name,
            self._sql["append"],
            functools.partial(
                asyncpg.connect,
                database_url,
                timeout=CONNECT_SECONDS,
                server_settings={
                    "application_name": f"liennganh {name} writer",
                    # Every statement of `append` must see what was committed before it.
                    "default_transaction_isolation": "read committed",
                },
            ),
            self._committed,
        )

    @classmethod
    async def open(cls, name: str, pool: asyncpg.Pool, database_url: str) -> "PostgresLog":
        """The log, its tables made or found."""
        await pool.execute(statements(name)["create"])
        epoch = await pool.fetchval(statements(name)["epoch"])
        return cls(name, pool, UUID(str(epoch)), database_url)

    async def append(self, append: Append) -> Verdict:
        return await self.writer.append(append)

    async def settled(self, command_id: UUID) -> Verdict | None:
        row = await self._pool.fetchrow(self._sql["settled"], command_id)
        if row is None:
            return None
        return Verdict(
            status="duplicate",
            first_position=row["first_position"],
            last_position=row["last_position"],
            request_hash=row["request_hash"],
            result=row["result"],
            recorded_at=row["recorded_at"],
        )

    async def load(self, stream: UUID, after: int = 0) -> Sequence[Envelope]:
        rows = await self._pool.fetch(self._sql["load"], stream, after)
        return [self._envelope(row) for row in rows]

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        rows = await self._pool.fetch(self._sql["read"], after, limit)
        return [self._envelope(row) for row in rows]

    async def find(self, event_id: UUID) -> Envelope | None:
        """One event by its id, or None."""
        row = await self._pool.fetchrow(self._sql["by_event_id"], event_id)
        return self._envelope(row) if row else None

    async def head(self) -> int:
        position: int = await self._pool.fetchval(self._sql["head"])
        return position

    async def changed(self, after: int, timeout_seconds: float) -> None:
        if self._position > after:
            return
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._moved.wait()
        except TimeoutError:
            return  # Another process may have written; the caller polls.

    async def get(self) -> int:
        """The relay's cursor: the last position that the broker has acknowledged, 0 at first."""
        position: int = await self._pool.fetchval(self._sql["relay_position"])
        return position

    async def set(self, position: int) -> None:
        """Note how far the broker has acknowledged; the last word counts."""
        await self._pool.execute(self._sql["move_relay"], position)

    def _committed(self, position: int) -> None:
        self._position = max(self._position, position)
        self._moved.set()
        self._moved = asyncio.Event()

    def _envelope(self, row: asyncpg.Record) -> Envelope:
        return Envelope(
            store=self.name,
            epoch=self.epoch,
            position=row["notification_id"],
            event_id=UUID(str(row["event_id"])),
            stream=UUID(str(row["originator_id"])),
            version=row["originator_version"],
            topic=row["topic"],
            state=row["state"],
            recorded_at=row["recorded_at"],
            metadata=Metadata.from_json(row["metadata"]) if row["metadata"] else NOT_OURS,
        )


async def refuse_unless_durable(pool: asyncpg.Pool) -> None:
    """Raises `Broken` when the database may lose what it has acknowledged. For production."""
    off = [row["name"] for row in await pool.fetch(statements("durability")["not_durable"])]
    if off:
        raise Broken(
            f"PostgreSQL runs with {', '.join(off)} off and may lose what it has acknowledged: "
            "set it to on and reload the server, or use the development profile"
        )
