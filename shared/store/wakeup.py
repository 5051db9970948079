"""Tells other processes that a log has moved, and hears it from them: PostgreSQL's NOTIFY.

Never inside an append: a transaction that notifies takes a lock of the whole cluster when it
commits. One connection for all logs of a process, apart from the writers', sends the latest
position of each log that has moved, at most once per interval, and listens. It is a hint: what gets
lost here is found by polling.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import asyncpg
import structlog

CONNECT_SECONDS = 10.0
INTERVAL_SECONDS = 0.05
"""Between two notifications. The first goes at once, so only a busy log waits for the next."""
ALIVE_SECONDS = 30.0
"""How long a silent connection is believed to be there."""
RECONNECT_FIRST_SECONDS = 0.1
RECONNECT_LAST_SECONDS = 5.0
CHANNEL = "liennganh_"
DIGITS_MAX = 19
"""Of a position, a bigint."""
NOTIFY = """
SELECT pg_notify(t.channel, t.position)
FROM unnest($1::text[], $2::text[]) AS t(channel, position)"""

log = structlog.get_logger()


class Moving(Protocol):
    """A log, as far as waking goes."""

    name: str
    tell: Callable[[int], None]

    def heard(self, position: int) -> None:
        """Somebody committed up to there; 0 when nobody knows how far."""
        ...


class WakeUps:
    """Of one process and one database. Let the logs join, and `run` it under a supervisor."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._logs: dict[str, Moving] = {}
        self._untold: dict[str, int] = {}
        self._stir = asyncio.Event()

    def join(self, moving: Moving) -> None:
        """From now on others hear of this log's commits, and it of theirs."""
        channel = CHANNEL + moving.name
        self._logs[channel] = moving

        def tell(position: int) -> None:
            self._untold[channel] = max(self._untold.get(channel, 0), position)
            self._stir.set()

        moving.tell = tell
        self._stir.set()

    async def run(self) -> None:
        """Tell and hear until cancelled; a lost connection is made again with growing pauses."""
        pause = RECONNECT_FIRST_SECONDS
        while True:
            try:
                connection = await self._connect()
                pause = RECONNECT_FIRST_SECONDS
                try:
                    await self._carry(connection)
                finally:
                    connection.terminate()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                log.warning("logs of other processes are polled only", error=repr(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNECT_LAST_SECONDS)

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._database_url,
            timeout=CONNECT_SECONDS,
            command_timeout=CONNECT_SECONDS,
            server_settings={
                "application_name": "liennganh wake-ups",
                # It commits nothing that could be lost, so it waits for no disk.
                "synchronous_commit": "off",
            },
        )

    async def _carry(self, connection: asyncpg.Connection) -> None:
        """Raises when the connection ends."""
        connection.add_termination_listener(lambda _: self._stir.set())
        listened: set[str] = set()
        while True:
            self._stir.clear()
            for channel in self._logs.keys() - listened:
                await connection.add_listener(channel, self._heard)
                listened.add(channel)
                self._logs[channel].heard(0)  # Whatever was said while we did not listen.
            await self._tell(connection)
            await asyncio.sleep(INTERVAL_SECONDS)
            await self._stirred(connection)

    async def _tell(self, connection: asyncpg.Connection) -> None:
        untold, self._untold = self._untold, {}
        if not untold:
            return
        try:
            await connection.execute(NOTIFY, [*untold], [str(each) for each in untold.values()])
        except BaseException:
            for channel, position in untold.items():
                self._untold[channel] = max(self._untold.get(channel, 0), position)
            raise

    async def _stirred(self, connection: asyncpg.Connection) -> None:
        """Return when there is something to do. Raises when the connection is gone."""
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                await self._stir.wait()
        except TimeoutError:
            await connection.fetchval("SELECT 1")
        if connection.is_closed():
            raise ConnectionResetError("the connection ended")

    def _heard(self, connection: Any, pid: int, channel: str, position: Any) -> None:
        """Anybody in this database may notify, so what is no position only wakes.

        What is one may be untrue; the log believes it until somebody has read.
        """
        if pid == connection.get_server_pid():
            return  # Our own words: who waits here was woken before they were sent.
        text = str(position)
        known = text.isdecimal() and len(text) <= DIGITS_MAX
        self._logs[channel].heard(int(text) if known else 0)
