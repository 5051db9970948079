"""One leader among the processes of a service: a session advisory lock in PostgreSQL.

The lock ends with the connection, so a dead leader is replaced; one that PostgreSQL hears nothing
of loses its connection, even if nobody tells PostgreSQL that it is gone. The lock only avoids
needless work: the fenced chain on the bus and the checkpoints of the followers are what keeps two
leaders from doing harm. Whoever has an operator's order may depose the others: their connections
are ended, and with them their locks.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog
from prometheus_client import Gauge

from shared.errors import Retry
from shared.telemetry import REGISTRY

log = structlog.get_logger(__name__)

SPACE = 138
"""First half of our advisory keys; single-argument keys belong to the logs."""
CONNECT_SECONDS = 10.0
TURN_SECONDS = 5.0
"""How long one question for the lock waits before it is asked again: a dead line shows."""
STILL_LEADER_SECONDS = 5.0
"""How often a leader shows PostgreSQL that it is there."""
SILENT_SECONDS = 15
"""A leader that shows nothing for so long is none any more."""

LEADS = Gauge("liennganh_leader", "1 where this process leads it", ["name"], registry=REGISTRY)
DEPOSE = """
SELECT pg_terminate_backend(pid) FROM (
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND classid = $1::bigint AND objid = $2::bigint
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND pid <> pg_backend_pid()
  ORDER BY granted) AS the_queue_first
"""
"""Ends the sessions of those in the queue, who would come before us, and then the leader's."""


@asynccontextmanager
async def leadership(name: str, database_url: str, *, depose: bool = False) -> AsyncIterator[None]:
    """Wait until this process leads `name`; leave when the block ends.

    With `depose` it waits for nobody: the present leader and those in its queue lose their
    connections, get `Retry`, and may queue again behind us.
    Raises `Retry` when the lock is lost, and what the block raises.
    """
    connection = await asyncpg.connect(
        database_url,
        timeout=CONNECT_SECONDS,
        server_settings={
            "application_name": f"liennganh leader {name}"[:63],
            "lock_timeout": f"{TURN_SECONDS:.0f}s",
            "idle_session_timeout": f"{SILENT_SECONDS}s",
        },
    )
    try:
        await _turn(connection, name, depose)
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(connection, name))
            LEADS.labels(name).inc()  # Who was deposed here may still be on the way out.
            try:
                yield
            finally:
                LEADS.labels(name).dec()
                watch.cancel()
    except BaseExceptionGroup as group_of_one:
        raise group_of_one.exceptions[0] from None
    finally:
        connection.terminate()


async def _turn(connection: asyncpg.Connection, name: str, depose: bool) -> None:
    key = zlib.crc32(name.encode()) - 2**31
    while True:
        if depose:
            ended = await connection.fetch(DEPOSE, SPACE, key % 2**32)
            log.warning("leaders deposed by an operator's order", name=name, sessions=len(ended))
        try:
            await connection.execute(
                "SELECT pg_advisory_lock($1, $2)", SPACE, key, timeout=TURN_SECONDS * 2
            )
            return
        except asyncpg.LockNotAvailableError:
            continue
        except (asyncpg.AdminShutdownError, asyncpg.PostgresConnectionError, OSError) as error:
            raise Retry(f"could not wait for our turn to lead {name}: {error!r}") from error


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
