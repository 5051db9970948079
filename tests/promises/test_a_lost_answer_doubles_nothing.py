"""A line that breaks leaves open whether something was recorded. It is recorded once, and said so.

Every event here may go anywhere in its stream (`Expect.ANY`), so the only thing that keeps a
command that is sent twice from being recorded twice is that it is sent with the same id.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import urlsplit

import asyncpg
import pytest

from shared.log import Append, Expect
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.faults.proxy import FaultProxy
from tests.running import until
from tests.shared.log_promises import command, new_event

MOST_OF_AN_ANSWER_BYTES = 40
COUNT = "SELECT count(*) FROM directives.directives_events"


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[FaultProxy]:
    """Between the writer and PostgreSQL."""
    parts = urlsplit(database_url)
    assert parts.hostname and parts.port
    async with FaultProxy(parts.hostname, parts.port) as proxy:
        yield proxy


@pytest.fixture
async def log(
    line: FaultProxy, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
) -> PostgresLog:
    """It reads past the proxy and writes through it; one event is there."""
    through = database_url.replace(f":{line.port}/", f":{line.listening}/")
    opened = await PostgresLog.open("directives", pool, through)
    supervisor.start("writer", opened.writer.run)
    await opened.append(anywhere())
    return opened


def anywhere() -> Append:
    """A command that would be taken any number of times if its id did not say that it was."""
    stream = uuid.uuid4()
    return command(new_event(stream, 1), expect={stream: Expect.ANY})


async def stand(pool: asyncpg.Pool, events: int) -> bool:
    return bool(await pool.fetchval(COUNT) == events)


@pytest.mark.parametrize("commands", [1, 8], ids=["one command", "eight commands"])
async def test_an_answer_that_is_cut_off_after_the_commit_is_found_in_the_ledger(
    log: PostgresLog, line: FaultProxy, pool: asyncpg.Pool, commands: int
):
    asked = [anywhere() for _ in range(commands)]
    line.silence("back")
    waiting = [asyncio.create_task(log.append(each)) for each in asked]

    await until(partial(stand, pool, 1 + commands))
    told_too_early = [task for task in waiting if task.done()]
    line.reset()
    line.heal()
    verdicts = await asyncio.gather(*waiting)

    recorded = await log.read(0, 100)
    assert told_too_early == []
    assert {each.status for each in verdicts} == {"duplicate"}
    assert [each.event_id for each in recorded[1:]] == [each.events[0].event_id for each in asked]
    assert [each.last_position for each in verdicts] == [each.position for each in recorded[1:]]


async def test_an_answer_that_breaks_off_in_the_middle_is_not_guessed(
    log: PostgresLog, line: FaultProxy, pool: asyncpg.Pool
):
    line.cut_after(MOST_OF_AN_ANSWER_BYTES)

    verdict = await log.append(asked := anywhere())

    recorded = await log.read(0, 100)
    assert line.broken == 1
    assert verdict.status == "duplicate"
    assert [each.event_id for each in recorded[1:]] == [asked.events[0].event_id]


async def test_a_request_that_never_arrived_is_recorded_when_it_is_sent_again(
    log: PostgresLog, line: FaultProxy, pool: asyncpg.Pool
):
    line.silence("there")
    waiting = asyncio.create_task(log.append(anywhere()))

    async def under_way() -> bool:
        return not log.writer._queue

    await until(under_way)
    line.reset()
    line.heal()

    verdict = await waiting

    assert verdict.status == "appended"
    assert await stand(pool, 2)


async def test_a_backend_that_is_killed_while_it_waits_records_once(
    log: PostgresLog, pool: asyncpg.Pool
):
    async with pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE directives.directives_events IN EXCLUSIVE MODE")
        waiting = asyncio.create_task(log.append(anywhere()))
        killed = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )

        async def kill() -> bool:
            return bool(await pool.fetchval(killed))

        await until(kill)

    assert (await waiting).status == "appended"
    assert await stand(pool, 2)


async def test_a_process_that_dies_unanswered_leaves_an_answer_for_whoever_asks_again(
    log: PostgresLog,
    line: FaultProxy,
    pool: asyncpg.Pool,
    database_url: str,
    supervisor: Supervisor,
):
    asked = anywhere()
    line.silence("back")
    dying = asyncio.create_task(log.append(asked))
    await until(partial(stand, pool, 2))
    dying.cancel()
    line.refuses = True
    line.reset()

    another = await PostgresLog.open("directives", pool, database_url)
    supervisor.start("another writer", another.writer.run)
    verdict = await another.append(asked)

    assert (verdict.status, verdict.result) == ("duplicate", '{"answer": 1}')
    assert await stand(pool, 2)
