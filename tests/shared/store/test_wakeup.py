"""A log that moves in one process wakes those who wait for it in another."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from shared.envelope import Envelope
from shared.store.postgres import PostgresLog
from shared.store.wakeup import WakeUps
from shared.supervisor import Supervisor
from tests.running import until
from tests.shared.log_promises import command, new_event

NEVER_SECONDS = 86_400.0
"""A reader that waits this long for its next poll is not woken by it."""
SOON_SECONDS = 20.0
LISTENERS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
AND application_name = 'liennganh wake-ups' AND query LIKE 'LISTEN%' AND state = 'idle'
"""


@pytest.fixture
async def elsewhere(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
) -> PostgresLog:
    """The same log as another process has it; both processes tell and hear."""
    other = await PostgresLog.open(log.name, pool, database_url)
    for number, each in enumerate((log, other)):
        wakeups = WakeUps(database_url)
        wakeups.join(each)
        supervisor.start(f"wake-ups {number}", wakeups.run)
    await until(lambda: listening(pool, 2))
    return other


@pytest.fixture
async def heard(log: PostgresLog, database_url: str) -> AsyncIterator["asyncio.Queue[str]"]:
    """What anybody who listens is told."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    connection = await asyncpg.connect(database_url)
    await connection.add_listener(f"liennganh_{log.name}", lambda *said: queue.put_nowait(said[3]))
    yield queue
    await connection.close()


async def listening(pool: asyncpg.Pool, number: int, besides: frozenset[int] = frozenset()) -> bool:
    return len({row["pid"] for row in await pool.fetch(LISTENERS)} - besides) == number


async def next_event(log: PostgresLog, after: int) -> Envelope:
    """As a follower reads: when there is nothing, wait for the log to move."""
    async with asyncio.timeout(SOON_SECONDS):
        while not (found := await log.read(after, 1)):
            await log.changed(after, NEVER_SECONDS)
        return found[0]


async def test_a_reader_in_another_process_is_woken_long_before_it_polls(
    log: PostgresLog, elsewhere: PostgresLog
):
    waiting = asyncio.create_task(next_event(elsewhere, 0))
    await asyncio.sleep(0)

    verdict = await log.append(command(new_event(uuid4(), 1)))

    assert (await waiting).position == verdict.last_position


async def test_a_killed_listening_connection_is_made_again_and_wakes_again(
    log: PostgresLog, elsewhere: PostgresLog, pool: asyncpg.Pool, supervisor: Supervisor
):
    killed = frozenset(row["pid"] for row in await pool.fetch(LISTENERS))
    await pool.execute("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", [*killed])
    await until(lambda: listening(pool, 2, besides=killed))
    waiting = asyncio.create_task(next_event(elsewhere, 0))
    await asyncio.sleep(0)

    verdict = await log.append(command(new_event(uuid4(), 1)))

    assert (await waiting).position == verdict.last_position
    assert {each.restarts for each in supervisor.watched.values()} == {0}


async def test_what_was_committed_while_nobody_listened_is_found_once_somebody_does(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
):
    other = await PostgresLog.open(log.name, pool, database_url)
    wakeups = WakeUps(database_url)
    wakeups.join(other)
    waiting = asyncio.create_task(next_event(other, 0))
    await asyncio.sleep(0)
    verdict = await log.append(command(new_event(uuid4(), 1)))

    supervisor.start("wake-ups", wakeups.run)

    assert (await waiting).position == verdict.last_position


async def test_many_commits_at_once_are_told_once_and_the_last_one_always(
    log: PostgresLog, elsewhere: PostgresLog, heard: "asyncio.Queue[str]"
):
    for position in range(1, 1001):
        log.tell(position)
    first = await asyncio.wait_for(heard.get(), SOON_SECONDS)
    log.tell(1001)
    second = await asyncio.wait_for(heard.get(), SOON_SECONDS)

    assert (first, second) == ("1000", "1001")
    assert heard.empty()


async def test_a_position_that_could_not_be_told_is_told_once_it_can(
    log: PostgresLog, database_url: str, heard: "asyncio.Queue[str]", supervisor: Supervisor
):
    wakeups = WakeUps(database_url)
    wakeups.join(log)

    log.tell(7)
    supervisor.start("wake-ups", wakeups.run)

    assert await asyncio.wait_for(heard.get(), SOON_SECONDS) == "7"


async def test_what_a_dying_connection_did_not_send_is_kept_for_the_next(log: PostgresLog):
    class Dying:
        async def execute(self, *_: object) -> None:
            log.tell(9)
            raise ConnectionResetError("reset by peer")

    sent: list[list[str]] = []

    class Living:
        async def execute(self, _: str, channels: list[str], positions: list[str]) -> None:
            sent.append([*channels, *positions])

    wakeups = WakeUps("postgresql://nobody@nowhere/nothing")
    wakeups.join(log)
    log.tell(7)

    with pytest.raises(ConnectionResetError):
        await wakeups._tell(Dying())
    await wakeups._tell(Living())
    await wakeups._tell(Living())

    assert sent == [["liennganh_directives", "9"]]


async def test_every_log_of_a_process_shares_one_connection(
    log: PostgresLog,
    elsewhere: PostgresLog,
    pool: asyncpg.Pool,
    database_url: str,
    supervisor: Supervisor,
):
    wakeups = WakeUps(database_url)
    second = await PostgresLog.open("second", pool, database_url)
    supervisor.start("wake-ups", wakeups.run)
    supervisor.start("second writer", second.writer.run)
    wakeups.join(second)
    hearer = await PostgresLog.open("second", pool, database_url)
    third = await PostgresLog.open("third", pool, database_url)
    both = WakeUps(database_url)
    both.join(hearer)
    both.join(third)
    supervisor.start("both", both.run)
    await until(lambda: listening(pool, 4))
    waiting = asyncio.create_task(next_event(hearer, 0))
    await asyncio.sleep(0)

    verdict = await second.append(command(new_event(uuid4(), 1)))

    assert (await waiting).position == verdict.last_position
    assert await listening_or_telling(pool) == 4


async def listening_or_telling(pool: asyncpg.Pool) -> int:
    count: int = await pool.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'liennganh wake-ups'"
    )
    return count


async def test_a_notification_that_is_no_position_only_wakes(
    log: PostgresLog, elsewhere: PostgresLog, pool: asyncpg.Pool
):
    for nonsense in ("", "x", "-1", "9" * 5000):
        waiting = asyncio.create_task(elsewhere.changed(0, NEVER_SECONDS))
        await asyncio.sleep(0)
        await pool.execute("SELECT pg_notify($1, $2)", f"liennganh_{log.name}", nonsense)

        await asyncio.wait_for(waiting, SOON_SECONDS)

    assert elsewhere._position == 0


@pytest.mark.parametrize("said", ["999999999", "9" * 19])
async def test_a_position_that_nobody_committed_wakes_each_reader_once(
    log: PostgresLog, elsewhere: PostgresLog, pool: asyncpg.Pool, said: str
):
    head = (await log.append(command(new_event(uuid4(), 1)))).last_position

    async def is_told() -> bool:
        return elsewhere._position == head

    await until(is_told)
    readers = [asyncio.create_task(elsewhere.changed(head, NEVER_SECONDS)) for _ in range(2)]
    await asyncio.sleep(0)
    await pool.execute("SELECT pg_notify($1, $2)", f"liennganh_{log.name}", said)
    await asyncio.wait_for(asyncio.gather(*readers), SOON_SECONDS)

    found = await elsewhere.read(head, 1)
    waiting = asyncio.create_task(next_event(elsewhere, head))
    again = asyncio.create_task(elsewhere.changed(head, NEVER_SECONDS))
    await asyncio.sleep(0)
    is_over = again.done()
    later = await log.append(command(new_event(uuid4(), 1)))

    assert (found, is_over) == ([], False)
    assert (await waiting).position == later.last_position
    await asyncio.wait_for(again, SOON_SECONDS)


async def test_what_is_heard_while_a_reader_looks_is_not_taken_back_by_what_it_finds(
    log: PostgresLog, monkeypatch: pytest.MonkeyPatch
):
    class Slow:
        async def fetch(self, *_: object) -> list[object]:
            log.heard(1)
            return []

    monkeypatch.setattr(log, "_pool", Slow())

    assert await log.read(0, 1) == []

    await asyncio.wait_for(log.changed(0, NEVER_SECONDS), SOON_SECONDS)
