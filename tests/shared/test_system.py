import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import shared.leadership
import shared.system
import tests.faults.proxy
from services.gateway.service import ensure_feed
from shared.envelope import Envelope
from shared.errors import NotFound, Retry
from shared.follow import Follower, LogSource
from shared.leadership import leadership
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from shared.system import open_pool
from tests.faults.proxy import FaultProxy
from tests.running import HEALTH, World, whole_system
from tests.shared.counted import insert, model, record, seen
from tests.shared.nats_fixture import until


@pytest.fixture(scope="module")
async def own_world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """Its relays are deposed, so it is nobody else's."""
    async with whole_system(data_folder()) as world:
        yield world


async def test_the_whole_system_goes_on_when_its_stream_is_copied_anew(own_world: World):
    for _ in range(3):
        await own_world.issue()
    await own_world.caught_up()
    before = await entries(own_world)
    head = await own_world.system.logs["directives"].head()

    count = await own_world.system.rebuild_stream("directives")

    await own_world.issue()
    await own_world.caught_up()
    after = await entries(own_world)
    assert count == head
    assert after[: len(before)] == before
    assert len(after) > len(before)


async def entries(world: World) -> list[tuple[object, ...]]:
    """The feed table: a row is added for every message, so what is applied twice shows."""
    rows = await world.system.pool.fetch(
        "SELECT position, agency, event_id FROM gateway_feed_v1.feed ORDER BY position"
    )
    return [tuple(row.values()) for row in rows]


async def test_agencies_hear_their_feed_again_with_the_same_ids_after_a_copying(own_world: World):
    system = own_world.system
    await ensure_feed(system.bus, HEALTH, [HEALTH])
    issued = await own_world.issue()
    await own_world.caught_up()
    feed = system.bus.consumer("LN_FEEDS", HEALTH)
    heard: list[str] = []

    async def of_the_paper() -> bool:
        for each in await feed.fetch(100, 0.2):
            await each.ack()
            if issued["id"].encode() in each.body:
                heard.append(each.headers["Nats-Msg-Id"])
        return len(heard) >= 2

    await until(of_the_paper)
    before, heard = heard, []
    count = await system.rebuild_stream("feeds")
    with suppress(Retry):
        await of_the_paper()  # What it held of the stream before is told as gone, once.
    await until(of_the_paper)

    assert count == len(await entries(own_world))
    assert heard == before


async def test_a_stream_that_is_not_here_is_refused_with_the_names_that_are(own_world: World):
    with pytest.raises(NotFound, match=r"directives, feeds"):
        await own_world.system.rebuild_stream("nothing")


@pytest.fixture
async def line(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultProxy]:
    """To PostgreSQL. When it is forgotten, neither end is ever told."""
    monkeypatch.setattr(tests.faults.proxy, "GONE_SECONDS", 3600.0)
    port = urlsplit(database_url).port
    assert port is not None
    async with FaultProxy("127.0.0.1", port) as line:
        yield line


def through(line: FaultProxy, database_url: str) -> str:
    return database_url.replace(f":{line.port}/", f":{line.listening}/")


async def test_a_line_that_is_forgotten_in_mid_transaction_holds_up_nobody(
    tmp_path: Path,
    log: PostgresLog,
    pool: asyncpg.Pool,
    database_url: str,
    line: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(shared.system, "COMMAND_SECONDS", 0.5)
    monkeypatch.setattr(shared.system, "IDLE_IN_TRANSACTION_SECONDS", 1)
    forgotten = False

    async def forget_once(envelope: Envelope, tables: Tables) -> None:
        nonlocal forgotten
        await insert(envelope, tables)
        if not forgotten:
            forgotten = True
            line.forget()

    made = model(tmp_path, forget_once)
    await made.create(pool)
    await record(log, 1, 2, 3)
    distant = await open_pool(through(line, database_url), 4)

    try:
        stepping = asyncio.create_task(Follower(made, LogSource(log), distant).step())
        ended, _ = await asyncio.wait({stepping}, timeout=15.0)
        assert ended and stepping.exception() is not None
        there = Follower(made, LogSource(log), pool)  # Where the line is whole.
        await asyncio.wait_for(there.step(), 15.0)
        here = Follower(made, LogSource(log), distant)  # On a new line.
        await record(log, 4)
        await asyncio.wait_for(here.step(), 15.0)
    finally:
        distant.terminate()

    assert await seen(made, pool) == [1, 2, 3, 4]


async def test_a_leader_whose_line_is_forgotten_gives_its_place_up_on_both_ends(
    database_url: str, line: FaultProxy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.leadership, "STILL_LEADER_SECONDS", 0.3)
    monkeypatch.setattr(shared.leadership, "SILENT_SECONDS", 2)
    leads = asyncio.Event()

    async def lead() -> None:
        async with leadership("one", through(line, database_url)):
            leads.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(lead())
    await asyncio.wait_for(leads.wait(), 15.0)

    line.forget()

    with pytest.raises(Retry, match="the lock that makes us leader of one is gone"):
        await asyncio.wait_for(first, 15.0)
    async with asyncio.timeout(15.0), leadership("one", database_url):
        pass
