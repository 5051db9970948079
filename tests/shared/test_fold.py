import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

import shared.fold
from shared.fold import Fold
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.sample_service import Thing, ThingMarked
from tests.shared.things import (
    BAD,
    GOOD,
    Between,
    context,
    found,
    id_of,
    mark,
    open_thing,
    versions,
)

SOON_SECONDS = 10.0


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with empty_database(postgres_url) as url:
        yield url


@pytest.fixture
def fold(log: PostgresLog) -> Fold:
    return Fold(log)


@pytest.fixture
async def elsewhere(pool: asyncpg.Pool, database_url: str, supervisor: Supervisor) -> Fold:
    """Another process of the same service."""
    other = await PostgresLog.open("directives", pool, database_url)
    supervisor.start("other writer", other.writer.run)
    return Fold(other)


async def test_commands_on_one_stream_decide_in_turn(fold: Fold, log: PostgresLog):
    id = id_of(await open_thing(fold))

    receipts = await asyncio.gather(
        *(mark(fold, id, GOOD if number % 2 else BAD) for number in range(20))
    )

    assert [each.version for each in receipts] == list(range(2, 22))
    assert await versions(log, id) == list(range(1, 22))


async def test_two_who_need_the_same_streams_in_opposite_order_do_not_wait_in_a_circle(
    fold: Fold, log: PostgresLog
):
    one, other = id_of(await open_thing(fold)), id_of(await open_thing(fold))
    both_hold = asyncio.Barrier(2)

    async def cross(first: UUID, second: UUID) -> None:
        async with context(fold) as ctx:
            held = await ctx.load(Thing, first)
            await both_hold.wait()
            further = await ctx.load(Thing, second)
            held.record(ThingMarked, BAD, ctx.act)
            further.record(ThingMarked, BAD, ctx.act)
            await ctx.save(held, further)

    async with asyncio.timeout(SOON_SECONDS):
        results = await asyncio.gather(cross(one, other), cross(other, one), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["NoneType", "Outrun"]
    for id in (one, other):
        thing = await found(fold, id)
        assert await versions(log, id) == [1, 2]
        assert thing is not None and thing.version == 2


async def test_who_reads_a_second_stream_does_not_see_what_is_only_being_decided(
    log: PostgresLog,
):
    between = Between(log)
    between.do.set()
    fold = Fold(between)
    subject, further = id_of(await open_thing(fold)), id_of(await open_thing(fold))
    between.do.clear()
    between.reached.clear()
    undecided = asyncio.create_task(mark(fold, further, BAD))
    await between.reached.wait()

    async with context(fold) as ctx:
        await ctx.load(Thing, subject)
        seen = await ctx.load(Thing, further)

    assert seen.version == 1
    between.do.set()
    await undecided


async def test_one_command_has_one_view_of_a_stream(fold: Fold):
    first, second = id_of(await open_thing(fold)), id_of(await open_thing(fold))

    async with context(fold) as ctx:
        views = [await ctx.load(Thing, each) for each in (first, second, first, second)]

    assert views[0] is views[2]
    assert views[1] is views[3]


async def test_a_failure_lets_the_stream_go(fold: Fold):
    id = id_of(await open_thing(fold))
    with pytest.raises(ZeroDivisionError):
        async with context(fold) as ctx:
            await ctx.load(Thing, id)
            raise ZeroDivisionError

    async with asyncio.timeout(SOON_SECONDS):
        receipt = await mark(fold, id)

    assert receipt.version == 2


async def test_a_cancelled_command_lets_the_stream_go_also_while_it_waits_for_it(fold: Fold):
    id = id_of(await open_thing(fold))
    holds = asyncio.Event()

    async def hold() -> None:
        async with context(fold) as ctx:
            await ctx.load(Thing, id)
            holds.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await holds.wait()
    waiting = asyncio.create_task(mark(fold, id))
    await asyncio.sleep(0)
    for each in (waiting, holder):
        each.cancel()
    await asyncio.gather(waiting, holder, return_exceptions=True)

    async with asyncio.timeout(SOON_SECONDS):
        assert (await mark(fold, id)).version == 2


async def test_nothing_is_kept_of_streams_that_nobody_waits_for(fold: Fold):
    ids = [id_of(await open_thing(fold)) for _ in range(3)]

    await asyncio.gather(*(mark(fold, id) for id in ids * 2))

    assert fold._turns == {}


async def test_only_so_many_aggregates_are_kept(
    fold: Fold, monkeypatch: pytest.MonkeyPatch, log: PostgresLog
):
    monkeypatch.setattr(shared.fold, "AGGREGATES_CACHED_MAX", 2)
    ids = [id_of(await open_thing(fold)) for _ in range(4)]

    receipts = [await mark(fold, id) for id in ids]

    assert [each.version for each in receipts] == [2] * 4
    assert len(fold._kept) == 2


async def test_an_aggregate_that_took_in_half_an_event_is_not_used_again(
    fold: Fold, elsewhere: Fold, monkeypatch: pytest.MonkeyPatch
):
    id = id_of(await open_thing(fold))
    await mark(elsewhere, id, BAD)
    with monkeypatch.context() as broken:
        broken.setattr(Thing, "evolve", lambda self, event: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await fold.find(Thing, id)

    thing = await found(fold, id)

    assert thing is not None and (thing.version, thing.mark) == (2, "bad")
