import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest

import shared.follow
import shared.poison
import shared.turn
from shared.envelope import Envelope
from shared.errors import Broken
from shared.follow import Follower, each
from shared.sql import Tables
from tests.shared.counted import HOUR_SECONDS, SOURCE, A, B, Numbers, late

pytestmark = pytest.mark.usefixtures("every_retry_is_due_at_once")
SOON_SECONDS = 15.0


async def test_a_poison_event_parks_its_own_stream_and_all_others_flow(numbers: Numbers):
    numbers.poison.at[2] = ValueError
    await numbers.record(1, stream="a")
    await numbers.record(2, 3, stream="b")
    await numbers.record(4, stream="a")
    await numbers.record(5, stream="c")

    assert await numbers.follower.step() == 5

    assert await numbers.seen() == [1, 4, 5]
    assert await numbers.checkpoint() == await numbers.log.head() == numbers.follower.position
    [parked] = await numbers.parking.list()
    first, _ = await numbers.log.load(B)
    assert (parked.stream, parked.position, parked.version) == (B, first.position, 1)
    assert (parked.event_id, parked.topic) == (first.event_id, first.topic)
    assert (parked.projection, parked.source) == ("directives.seen", SOURCE)
    assert (parked.subject, parked.error, parked.message) == ("thing:2", "ValueError", "")
    assert parked.place.startswith("tests.shared.counted:Poison.one:")
    assert (parked.attempts, parked.quarantined, parked.waiting) == (1, False, 2)


async def test_later_events_wait_over_batches_and_are_taken_in_order_once_the_cause_is_mended(
    numbers: Numbers,
):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    await numbers.follower.step()
    await numbers.record(3, stream="a")
    await numbers.record(4, stream="b")
    await numbers.follower.step()
    assert await numbers.seen() == [4]

    numbers.poison.at.clear()
    await numbers.record(5, stream="a")  # Nobody waits for it yet, so the retry leaves it alone.
    await numbers.follower.step()

    assert await numbers.seen() == [4, 1, 2, 3, 5]
    assert await numbers.rows("parked") == []


async def test_a_retry_that_fails_at_a_later_event_moves_on_to_it(numbers: Numbers):
    numbers.poison.at = {1: ValueError, 3: KeyError}
    await numbers.record(1, 2, 3, 4, stream="a")
    for _ in range(2):
        await numbers.follower.step()
    [before] = await numbers.parking.list()

    del numbers.poison.at[1]
    await numbers.follower.step()

    assert await numbers.seen() == [1, 2]
    [parked] = await numbers.parking.list()
    assert (before.version, before.attempts, before.error) == (1, 2, "ValueError")
    assert (parked.version, parked.attempts, parked.error) == (3, 1, "KeyError")
    assert parked.waiting == 2
    numbers.poison.at.clear()
    await numbers.follower.step()
    assert await numbers.seen() == [1, 2, 3, 4]


async def test_streams_that_failed_for_one_cause_are_one_group(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: ValueError, 2: ValueError, 3: KeyError}
    await numbers.record(1, 2, 3)

    await numbers.follower.step()

    groups = {row["error"]: row["times"] for row in await numbers.rows("causes")}
    assert groups == {"ValueError": 2, "KeyError": 1}
    assert len({parked.cause for parked in await numbers.parking.list()}) == 2


async def test_what_is_not_due_by_the_databases_clock_is_left_alone(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    await numbers.follower.step()
    numbers.poison.at.clear()

    await numbers.follower.step()

    assert await numbers.seen() == []
    [row] = await numbers.rows("parked")
    assert (row["retry_at"] - row["parked_at"]).total_seconds() == pytest.approx(
        HOUR_SECONDS, abs=5
    )
    await numbers.pool.execute(
        f"UPDATE {numbers.made.schema}.parked SET retry_at = now() - interval '1 second'"
    )
    await numbers.follower.step()
    assert await numbers.seen() == [1]


async def test_something_away_between_two_savepoints_leaves_nothing_half(numbers: Numbers):
    numbers.poison.at = {2: ValueError, 4: OSError}
    await numbers.record(1, 2, 3, 4, 5)

    with pytest.raises(OSError):
        await numbers.follower.step()

    assert (await numbers.seen(), await numbers.checkpoint()) == ([], 0)
    assert await numbers.rows("parked") == await numbers.rows("causes") == []
    del numbers.poison.at[4]
    await numbers.follower.step()
    assert await numbers.seen() == [1, 3, 4, 5]
    assert len(await numbers.rows("parked")) == 1


async def test_something_away_during_a_retry_leaves_nothing_half(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    await numbers.follower.step()
    before = await numbers.parking.list()

    numbers.poison.at = {2: TimeoutError}
    with pytest.raises(TimeoutError):
        await numbers.follower.step()

    assert await numbers.seen() == []
    assert await numbers.parking.list() == before
    numbers.poison.at.clear()
    await numbers.follower.step()
    assert await numbers.seen() == [1, 2]


async def test_two_processes_park_a_poison_event_once_and_take_each_good_one_once(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.follow, "BATCH_MAX", 2)
    numbers.poison.at[5] = ValueError
    await numbers.record(*range(12))
    followers = [numbers.another() for _ in range(2)]

    async def drain(follower: Follower) -> None:
        while await follower.step():
            pass

    await asyncio.gather(*map(drain, followers))

    assert await numbers.seen() == [number for number in range(12) if number != 5]
    assert [row["topic"] for row in await numbers.rows("parked")] == ["samples.counted.v1"]
    assert [row["times"] for row in await numbers.rows("causes")] == [1]


async def test_two_processes_try_a_parked_stream_once(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    followers = [numbers.another() for _ in range(2)]
    await followers[0].step()
    numbers.poison.at.clear()

    await asyncio.gather(*(follower.step() for follower in followers))

    assert await numbers.seen() == [1, 2]


@pytest.mark.parametrize("statement", ["DELETE FROM {}.parked", "TRUNCATE {}.parked"])
async def test_the_database_refuses_to_forget_a_parked_stream(numbers: Numbers, statement: str):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    await numbers.follower.step()
    numbers.poison.at.clear()

    with pytest.raises(asyncpg.RaiseError, match="its events would be lost"):
        await numbers.pool.execute(statement.format(numbers.made.schema))

    await numbers.follower.step()
    assert await numbers.seen() == [1, 2]


async def test_a_checkpoint_that_went_back_before_a_parked_event_reads_its_stream_anew(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[2] = ValueError
    await numbers.record(1, 2, 3, stream="a")
    await numbers.follower.step()
    await numbers.go_back()
    numbers.poison.at.clear()

    await numbers.another().step()

    assert await numbers.seen() == [1, 2, 3]
    assert await numbers.rows("parked") == []


async def test_a_parked_event_that_its_owner_no_longer_has_stays_parked_and_says_so(
    numbers: Numbers,
):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    await numbers.follower.step()

    async def nothing(stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        return []

    numbers.follower.source.load = nothing  # type: ignore[method-assign]
    await numbers.follower.step()

    [row] = await numbers.rows("parked")
    assert row["attempts"] == 2
    messages = [cause["message"] for cause in await numbers.rows("causes")]
    assert any("does not have version 1" in message for message in messages)


async def test_when_everything_fails_alike_it_is_not_the_events_and_none_is_parked(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.turn, "PARKED_IN_A_ROW_MAX", 4)
    numbers.poison.at = {number: ValueError for number in range(10, 20)}
    await numbers.record(1, 2, *range(10, 20))

    for _ in range(2):
        with pytest.raises(Broken, match=r"not the events.*mend the projection"):
            await numbers.follower.step()

    assert await numbers.seen() == [1, 2]
    assert await numbers.rows("parked") == await numbers.rows("causes") == []
    numbers.poison.at.clear()
    await numbers.follower.step()
    assert await numbers.seen() == [1, 2, *range(10, 20)]


async def test_failures_alike_are_counted_over_batches(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.turn, "PARKED_IN_A_ROW_MAX", 4)
    monkeypatch.setattr(shared.follow, "BATCH_MAX", 1)
    numbers.poison.at = {number: ValueError for number in range(10)}
    await numbers.record(*range(10))

    for _ in range(3):
        await numbers.follower.step()
    with pytest.raises(Broken):
        await numbers.follower.step()

    assert len(await numbers.rows("parked")) == 3
    assert numbers.follower.position == await numbers.checkpoint()


async def test_a_success_in_between_shows_that_it_is_the_events(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.turn, "PARKED_IN_A_ROW_MAX", 4)
    numbers.poison.at = {number: ValueError for number in (1, 2, 3, 5, 6, 7)}
    await numbers.record(*range(1, 8))

    await numbers.follower.step()

    assert await numbers.seen() == [4]
    assert len(await numbers.rows("parked")) == 6


async def test_what_one_command_recorded_may_fail_together(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.turn, "PARKED_IN_A_ROW_MAX", 4)
    numbers.poison.at = {number: ValueError for number in range(10)}
    await numbers.record(*range(10), process=A)
    await numbers.record(10)

    await numbers.follower.step()

    assert await numbers.seen() == [10]
    assert len(await numbers.rows("parked")) == 10


async def test_a_backend_that_is_killed_within_an_event_parks_nothing(numbers: Numbers):
    await numbers.record(1, 2, 3)

    async def killed(envelope: Envelope, tables: Tables) -> None:
        await numbers.poison.one(envelope, tables)
        if envelope.fields["n"] == 2:
            await tables.run("kill")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) as raised:
        await numbers.another(each(killed)).step()

    assert shared.poison.is_away(raised.value)
    assert await numbers.rows("parked") == []
    await numbers.another().step()
    assert await numbers.seen() == [1, 2, 3]


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
async def test_a_death_at_any_statement_changes_nothing_in_what_comes_of_it(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch, after: bool
):
    await numbers.record(1, stream="a")
    await numbers.record(2, 3, stream="b")
    await numbers.record(4, stream="a")
    deaths = Deaths(monkeypatch, after=after)
    at = 0
    while at == deaths.count:  # Until a whole run needs fewer statements.
        at += 1
        built = replace(numbers, made=replace(numbers.made, version=at))
        await built.made.create(numbers.pool)
        numbers.poison.at = {2: ValueError}

        deaths.due_in(at)
        await steps(built.another())
        numbers.poison.at.clear()
        await steps(built.another())
        deaths.due_in(0)
        await steps(built.another())

        taken = await built.seen()
        assert sorted(taken) == [1, 2, 3, 4]
        assert taken.index(1) < taken.index(4) and taken.index(2) < taken.index(3)
        assert await built.rows("parked") == []
    assert at > 20


async def steps(follower: Follower) -> None:
    """Some steps of one process, which may die."""
    with suppress(ConnectionResetError):
        for _ in range(2):
            await follower.step()


class Deaths:
    """Lets the process die at one of its statements."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
        self.count = self.at = 0
        for name in ("run", "row", "rows", "value"):
            monkeypatch.setattr(Tables, name, self._dying(getattr(Tables, name), after))

    def due_in(self, statements: int) -> None:
        self.at = statements
        if statements:
            self.count = 0

    def _dying(
        self, real: Callable[..., Awaitable[object]], after: bool
    ) -> Callable[..., Awaitable[object]]:
        async def statement(tables: Tables, *args: object) -> object:
            if not self.at or self.count == self.at:
                return await real(tables, *args)
            self.count += 1
            if self.count == self.at and not after:
                raise ConnectionResetError
            result = await real(tables, *args)
            if self.count == self.at:
                raise ConnectionResetError
            return result

        return statement
