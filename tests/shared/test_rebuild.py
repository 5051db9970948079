import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.registry import SERVICES
from shared.actor import Actor
from shared.errors import Conflict
from shared.rebuild import Difference, Outcome, Progress, rebuild
from shared.supervisor import Supervisor
from shared.telemetry import REGISTRY
from tests.running import ISSUER, POLICE, World, until
from tests.shared.counted import SOURCE, Numbers, anew, late, schemas, stream_of

CLERK = Actor("CA_TINH-P34-40", "clerk")
SEED = 138


class Power(Exception):
    """What is thrown where a process might die."""


async def oid(numbers: Numbers) -> int:
    """Which table it is, whatever its name."""
    found: int = await numbers.pool.fetchval(
        f"SELECT '{numbers.made.schema}.seen'::regclass::oid::bigint"
    )
    return found


@asynccontextmanager
async def reading(numbers: Numbers) -> AsyncIterator[list[int]]:
    """Readers all the while, in statements of their own and in snapshots; how many rows they saw.

    Fails when one of them meets an error.
    """
    counts: list[int] = []
    ended = asyncio.Event()
    count = f"SELECT count(*) FROM {numbers.made.schema}.seen"

    async def read() -> None:
        while not ended.is_set():
            async with numbers.pool.acquire() as connection:
                counts.append(await connection.fetchval(count))

    async def read_twice() -> None:
        while not ended.is_set():
            async with (
                numbers.pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                first = await connection.fetchval(count)
                await connection.fetchval(f"SELECT count(*) FROM {numbers.made.schema}.named")
                assert await connection.fetchval(count) == first
                counts.append(first)

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        group.create_task(read_twice())
        try:
            yield counts
        finally:
            ended.set()


async def test_an_equal_one_takes_the_place_of_the_live_one(numbers: Numbers, small_batches: None):
    await numbers.record(*range(12))
    await numbers.follower.step()
    before = await oid(numbers)

    outcome = await anew(numbers)

    assert (outcome.verdict, outcome.switched, outcome.events) == ("equal", True, 12)
    assert (outcome.differences, outcome.renumbered) == ((), ())
    assert await numbers.seen() == list(range(12))
    assert await oid(numbers) != before
    assert await schemas(numbers.pool) == [numbers.made.schema]
    assert await numbers.checkpoint() == await numbers.log.head()


async def test_nothing_refers_to_the_name_under_which_it_was_built(numbers: Numbers):
    await numbers.record(1)
    await numbers.follower.step()
    await anew(numbers)

    await numbers.record(2)
    await numbers.follower.step()

    assert await numbers.seen() == [1, 2]
    own = f"'{numbers.made.schema}'"
    definitions = await numbers.pool.fetchval(
        "SELECT string_agg(said, ' ') FROM ("
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        f"WHERE connamespace = {own}::regnamespace "
        "UNION ALL SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef "
        f"UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = {own} "
        "UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc "
        f"WHERE pronamespace = {own}::regnamespace "
        "UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger) t(said)"
    )
    assert f"{numbers.made.schema}.seen_ord_seq" in definitions
    assert f"{numbers.made.schema}_" not in definitions


async def test_followers_and_readers_go_on_while_it_is_rebuilt_and_switched(
    numbers: Numbers, supervisor: Supervisor, small_batches: None
):
    await numbers.record(*range(40))
    followers = [numbers.follower, numbers.another()]
    for number, one in enumerate(followers):
        supervisor.start(f"follower {number}", one.run)
    await until(lambda: _has(numbers, 40))

    async def write(first: int) -> None:
        for number in range(first, first + 10):
            await numbers.record(number, stream=f"stream {first}")

    async with reading(numbers) as counts, asyncio.TaskGroup() as group:
        for first in range(100, 180, 10):  # Eight who write while it is rebuilt.
            group.create_task(write(first))
        outcomes = [await anew(numbers) for _ in range(2)]
    await until(lambda: _has(numbers, 120))

    assert [(one.verdict, one.switched) for one in outcomes] == [("equal", True)] * 2
    assert sorted(await numbers.seen()) == sorted([*range(40), *range(100, 180)])
    positions = [row["position"] for row in await numbers.rows("seen")]
    assert positions == sorted(positions)
    assert min(counts) >= 40
    assert supervisor.down == {}
    assert [one.restarts for one in supervisor.watched.values()] == [0, 0, 0]


async def _has(numbers: Numbers, count: int) -> bool:
    return len(await numbers.seen()) >= count


async def test_a_row_that_somebody_changed_is_found_and_nothing_is_switched(numbers: Numbers):
    await numbers.record(1, 2, 3)
    await numbers.follower.step()
    await numbers.pool.execute(f"UPDATE {numbers.made.schema}.seen SET n = 9 WHERE n = 2")
    await numbers.pool.execute(f"INSERT INTO {numbers.made.schema}.named VALUES ('nobody')")
    before = await oid(numbers)

    outcome = await anew(numbers)

    assert (outcome.verdict, outcome.switched) == ("different", False)
    assert outcome.differences == (Difference("named", 1, 0), Difference("seen", 1, 1))
    assert "accept" in outcome.why_not and "chấp nhận" in outcome.why_not
    assert await oid(numbers) == before
    assert await numbers.seen() == [1, 9, 3]
    assert await schemas(numbers.pool) == [numbers.made.schema]


async def test_a_difference_that_is_accepted_is_repaired_and_said(numbers: Numbers):
    await numbers.record(1, 2, 3)
    await numbers.follower.step()
    await numbers.pool.execute(f"DELETE FROM {numbers.made.schema}.seen WHERE n = 2")

    outcome = await anew(numbers, accept=True)

    assert (outcome.verdict, outcome.switched, outcome.why_not) == ("different", True, "")
    assert outcome.differences == (Difference("seen", 0, 1),)
    assert await numbers.seen() == [1, 2, 3]


async def test_other_numbers_of_the_same_rows_are_no_difference(numbers: Numbers):
    await numbers.pool.execute(f"SELECT nextval('{numbers.made.schema}.seen_ord_seq')")
    await numbers.record(1, 2)
    await numbers.follower.step()

    outcome = await anew(numbers)

    assert (outcome.verdict, outcome.renumbered) == ("equal", ("seen",))
    assert [row["ord"] for row in await numbers.rows("seen")] == [1, 2]


async def test_what_was_sent_keeps_its_numbers_whatever_is_accepted(numbers: Numbers):
    numbers.made = replace(numbers.made, outward=("named",))
    await numbers.record(1, 2)
    await numbers.follower.step()
    await numbers.pool.execute(f"INSERT INTO {numbers.made.schema}.named VALUES ('sent: 2')")
    same = await anew(numbers)
    await numbers.pool.execute(f"UPDATE {numbers.made.schema}.seen SET ord = ord + 10")

    other = await anew(numbers, accept=True)

    assert (same.verdict, same.switched) == ("equal", True)
    assert [row["name"] for row in await numbers.rows("named")] == ["sent: 2"]
    assert (other.verdict, other.renumbered, other.switched) == ("equal", ("seen",), False)
    assert "another version" in other.why_not
    assert [row["ord"] for row in await numbers.rows("seen")] == [11, 12]


@pytest.mark.parametrize("seed", range(3))
async def test_a_crash_in_the_middle_leaves_the_live_one_and_the_next_rebuild_works(
    numbers: Numbers, small_batches: None, seed: int
):
    await numbers.record(*range(40))
    await numbers.follower.step()
    chance = random.Random(SEED + seed)
    dies_at, cancelled = chance.randrange(1, 8), chance.random() < 0.5
    before = await oid(numbers)
    building: asyncio.Task[Outcome]
    steps = 0

    def die(progress: Progress) -> None:
        nonlocal steps
        steps += 1
        if steps == dies_at:
            if not cancelled:
                raise Power
            building.cancel()

    building = asyncio.create_task(anew(numbers, progress=die))
    with pytest.raises((Power, asyncio.CancelledError)):
        await building

    assert await oid(numbers) == before
    assert await numbers.seen() == list(range(40)), f"seed {SEED + seed}"
    assert await schemas(numbers.pool) == [numbers.made.schema]
    assert (await anew(numbers)).switched


async def test_what_a_dead_process_left_is_dropped(numbers: Numbers):
    left = replace(numbers.made, suffix="_new")
    await left.create(numbers.pool)
    await numbers.pool.execute(f"INSERT INTO {left.schema}.seen (position, n) VALUES (1, 7)")
    await numbers.record(1)
    await numbers.follower.step()

    outcome = await anew(numbers)

    assert (outcome.verdict, await numbers.seen()) == ("equal", [1])


async def test_a_second_rebuild_at_the_same_time_is_refused(numbers: Numbers):
    await numbers.record(1)
    await numbers.follower.step()
    refused: list[BaseException] = []

    async def second() -> None:
        with pytest.raises(Conflict, match="is being rebuilt already") as error:
            await anew(numbers)
        refused.append(error.value)

    others: list[asyncio.Task[None]] = []
    first = anew(numbers, progress=lambda _: others.append(asyncio.create_task(second())))
    outcome = await _with_a_pause(numbers, first, others)

    assert outcome.switched
    assert len(refused) == 1


async def _with_a_pause(
    numbers: Numbers, first: object, others: list[asyncio.Task[None]]
) -> Outcome:
    """The live one's turn is taken, so the first waits for it until the second was refused."""
    async with numbers.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "SELECT pg_advisory_xact_lock(139, hashtext($1))", numbers.made.schema
        )
        building = asyncio.ensure_future(first)  # type: ignore[call-overload]

        async def refused() -> bool:
            return bool(others) and others[0].done()

        await until(refused)
    outcome: Outcome = await building
    await asyncio.gather(*others)
    return outcome


async def test_what_cannot_be_taken_is_parked_anew_and_what_was_decided_stays(numbers: Numbers):
    numbers.poison.at = {2: ZeroDivisionError, 5: ZeroDivisionError, 7: ZeroDivisionError}
    for stream, some in (("a", (1, 2, 3)), ("b", (4, 5, 6)), ("c", (7, 8))):
        await numbers.record(*some, stream=stream)
    await numbers.follower.step()
    skipped = (await numbers.positions(stream_of("a")))[1]
    await numbers.parking.skip(SOURCE, stream_of("a"), skipped, "wrong twice", CLERK)
    await numbers.parking.quarantine(SOURCE, stream_of("b"), "let us look at it", CLERK)
    await numbers.another().step()
    before = [dict(row) for row in await numbers.rows("parked")]
    assert sorted(await numbers.seen()) == [1, 3, 4]
    del numbers.poison.at[2]  # It could be taken now; but it was decided that it is not.

    outcome = await anew(numbers)

    assert (outcome.verdict, outcome.switched) == ("equal", True)
    after = [dict(row) for row in await numbers.rows("parked")]
    assert sorted(map(repr, after)) == sorted(map(repr, before))
    assert [row["verb"] for row in await numbers.rows("decisions")] == ["skip", "quarantine"]
    await numbers.parking.retry(SOURCE, stream_of("b"), CLERK)
    numbers.poison.at = {7: ZeroDivisionError}
    await numbers.another().step()
    assert sorted(await numbers.seen()) == [1, 3, 4, 5, 6]


async def test_what_is_built_is_not_among_the_figures_that_operators_watch(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    await numbers.record(1)
    await numbers.follower.step()
    numbers.poison.at[1] = ValueError
    outcome = await anew(numbers, progress=lambda _: numbers.poison.at.clear())

    labels = {
        sample.labels.get("follower", "")
        for family in REGISTRY.collect()
        for sample in family.samples
    }

    assert outcome.switched  # After it was tried again.
    assert numbers.follower.name in labels
    assert not [one for one in labels if "_new" in one]


async def test_every_read_model_of_the_running_product_is_what_its_log_makes_of_it(world: World):
    for _ in range(3):
        await world.issue()
    await world.caught_up()
    projections = [one for service in SERVICES for one in service.projections]

    outcomes = [await rebuild(one, world.system.logs, world.system.pool) for one in projections]
    later = await world.issue()
    await world.caught_up()

    assert [(one.projection, one.verdict, one.differences) for one in outcomes] == [
        (one.schema, "equal", ()) for one in projections
    ]
    # What is sent out under its numbers is not switched when sources came in another order live.
    inward = {one.schema for one in projections if not one.outward}
    assert inward <= {one.projection for one in outcomes if one.switched}
    assert world.system.supervisor.down == {}
    _, page = await world.get(ISSUER, "/v1/timeline", subject=f"directive:{later['id']}")
    _, feed = await world.get(POLICE, "/v1/feed", limit=500)
    assert page["entries"]
    assert later["id"] in str(feed["events"][-3:])
