"""One leader among the processes of a service: a session advisory lock in PostgreSQL.

The lock ends with the connection, so a dead leader is replaced. It only avoids needless work: the
fenced chain on the bus is what keeps two leaders from doing harm.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from shared.errors import Retry

SPACE = 138
"""First half of our advisory keys; single-argument keys belong to the logs."""
CONNECT_SECONDS = 10.0
TURN_SECONDS = 5.0
"""How long one question for the lock waits before it is asked again: a dead line shows."""
STILL_LEADER_SECONDS = 5.0


@asynccontextmanager
async def leadership(name: str, database_url: str) -> AsyncIterator[None]:
    """Wait until this process leads `name`; leave when the block ends.

    Raises `Retry` when the lock is lost, and what the block raises.
    """
    connection = await asyncpg.connect(
        database_url,
        timeout=CONNECT_SECONDS,
        server_settings={
            "application_name": f"liennganh leader {name}"[:63],
            "lock_timeout": f"{TURN_SECONDS:.0f}s",
        },
    )
    try:
        await _turn(connection, zlib.crc32(name.encode()) - 2**31)
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(connection, name))
            try:
                yield
            finally:
                watch.cancel()
    except BaseExceptionGroup as group_of_one:
        raise group_of_one.exceptions[0] from None
    finally:
        connection.terminate()


async def _turn(connection: asyncpg.Connection, key: int) -> None:
    while True:
        try:
            await connection.execute(
                "SELECT pg_advisory_lock($1, $2)", SPACE, key, timeout=TURN_SECONDS * 2
            )
            return
        except asyncpg.LockNotAvailableError:
            continue


async def _watch(connection: asyncpg.Connection, name: str) -> None:
    """Raises `Retry` as soon as the connection ends, and with it the lock."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _: ended.set())
    while not ended.is_set() and not connection.is_closed():
        try:
            async with asyncio.timeout(STILL_LEADER_SECONDS):
                await ended.wait()
        except TimeoutError:
            try:
                await connection.fetchval("SELECT 1", timeout=STILL_LEADER_SECONDS)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                raise Retry(
                    f"the lock that makes us leader of {name} is gone: {error!r}"
                ) from error
    raise Retry(f"the lock that makes us leader of {name} is gone: the connection ended")
