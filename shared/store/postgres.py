"""`Log` on PostgreSQL."""

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg

from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.errors import Broken
from shared.log import Append, Verdict
from shared.sql import Connection, read_blocks
from shared.store.guards import guards, refuse_helpless
from shared.store.writer import Writer

LOG_SQL = Path(__file__).with_name("log.sql")
CONNECT_SECONDS = 10.0
NOT_OURS = Metadata(Actor("", ""), (), UUID(int=0), UUID(int=0))
"""Of events that the library's own recorder wrote: nobody said who acted."""


class EpochPassed(Broken):
    """The store was restored or promoted while this process held its log open."""

    def __init__(self, store: str) -> None:
        super().__init__(
            f"{store} was given a new epoch after this process had opened it; its positions mean "
            "something else now: restart this process"
        )

    @property
    def message(self) -> str:
        """Where errors of the database have their sentence."""
        return str(self)


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
        """As far as we were told that there are events; only a hint, refuted by reading."""
        self._moved = asyncio.Event()
        self.tell: Callable[[int], None] = _nobody
        """Called with each position that was committed here, for other processes."""
        self.writer = Writer(
            name,
            self._sql["append"],
            functools.partial(self._connect, database_url),
            self._committed,
        )

    @classmethod
    async def open(
        cls, name: str, pool: asyncpg.Pool, database_url: str, *, make: bool = True
    ) -> "PostgresLog":
        """The log; with `make` its tables are made or updated if this role is to own them.

        Raises `Broken` when the tables are somebody else's and this role may not append.
        """
        if make and await pool.fetchval(guards(name)["mine"]):
            await pool.execute(statements(name)["create"])
        await refuse_helpless(pool, name)
        epoch = await pool.fetchval(statements(name)["epoch"])
        return cls(name, pool, UUID(str(epoch)), database_url)

    @staticmethod
    async def make(name: str, owner: Connection) -> None:
        """Make or update the tables as their owner. Raises `Broken` when they are another's."""
        if not await owner.fetchval(guards(name)["mine"]):
            role = await owner.fetchval("SELECT current_user")
            raise Broken(
                f"{role} does not own the schema {name}: name its owner in "
                "LIENNGANH_OWNER_DATABASE_URL, or give it the schema and all that is in it"
            )
        await owner.execute(statements(name)["create"])

    @staticmethod
    async def new_epoch(name: str, owner: Connection) -> UUID:
        """Say that positions mean something else from now on: after a restore or a promotion.

        Only the owner of the tables may. Processes that hold the log open refuse to append and
        have to be restarted. Raises `asyncpg.InsufficientPrivilegeError`.
        """
        epoch = await owner.fetchval(statements(name)["new_epoch"])
        await owner.execute(statements(name)["end_writers"])
        return UUID(str(epoch))

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

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        rows = await self._pool.fetch(self._sql["load"], stream, after, limit)
        return [self._envelope(row) for row in rows]

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        asked = (stream, after, up_to, list(without))
        count: int = await self._pool.fetchval(self._sql["count"], *asked)
        return count

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        moved = self._moved
        rows = await self._pool.fetch(self._sql["read"], after, limit)
        if not rows and moved is self._moved:
            # Commits are heard of after they can be read. So whatever was heard before this
            # reading began is untrue, or no longer there, and must not keep readers awake.
            self._position = min(self._position, after)
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

    def heard(self, position: int) -> None:
        """Wake who waits: somebody says that this was committed; 0 when nobody knows what.

        Anybody in the database may say so. It is believed until a reading finds nothing there.
        """
        self._position = max(self._position, position)
        self._moved.set()
        self._moved = asyncio.Event()

    def _committed(self, position: int) -> None:
        self.heard(position)
        self.tell(position)

    async def _connect(self, database_url: str) -> asyncpg.Connection:
        """The writer's own session. Raises `EpochPassed` when the store is not what was opened."""
        connection = await asyncpg.connect(
            database_url,
            timeout=CONNECT_SECONDS,
            server_settings={
                "application_name": f"liennganh {self.name} writer",
                # Every statement of `append` must see what was committed before it.
                "default_transaction_isolation": "read committed",
            },
        )
        try:
            epoch = await connection.fetchval(self._sql["begin_writing"], timeout=CONNECT_SECONDS)
            if UUID(str(epoch)) != self.epoch:
                raise EpochPassed(self.name)
        except BaseException:
            connection.terminate()
            raise
        return connection

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
    """Raises `Broken` when the database may lose what it has acknowledged. For production.

    `pool` connects as the writers do: settings may differ by role and by database.
    """
    unsafe = [row[0] for row in await pool.fetch(statements("durability")["not_durable"])]
    if unsafe:
        raise Broken(
            f"PostgreSQL runs with {', '.join(unsafe)} and may lose what it has acknowledged: "
            "set it to on for the server, this database and this role and reload, or use the "
            "development profile"
        )


def _nobody(_: int) -> None:
    """There are no other processes to tell."""
