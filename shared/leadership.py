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
STILL_LEADER_SECONDS = 5.0


@asynccontextmanager
async def leadership(name: str, database_url: str) -> AsyncIterator[None]:
    """Wait until this process leads `name`; leave when the block ends. Raises when it is lost."""
    connection = await asyncpg.connect(database_url, timeout=10)
    key = zlib.crc32(name.encode()) - 2**31
    try:
        await connection.execute("SELECT pg_advisory_lock($1, $2)", SPACE, key)  # Waits its turn.
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(connection, name))
            try:
                yield
            finally:
                watch.cancel()
    finally:
        connection.terminate()


async def _watch(connection: asyncpg.Connection, name: str) -> None:
    while True:
        await asyncio.sleep(STILL_LEADER_SECONDS)
        try:
            await connection.fetchval("SELECT 1", timeout=STILL_LEADER_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise Retry(f"the lock that makes us leader of {name} is gone: {error!r}") from error
