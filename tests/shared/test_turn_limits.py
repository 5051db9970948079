"""What one transaction takes of what is parked, and what only waits for something parked."""

from typing import Any

import pytest

import shared.follow
import shared.poison
import shared.rebuild
import shared.turn
from shared.errors import Broken, Retry, Waits
from shared.rebuild import rebuild
from tests.shared.counted import OFFICER, SOURCE, A, Numbers, anew, late

pytestmark = pytest.mark.usefixtures("every_retry_is_due_at_once")


def waits() -> Exception:
    return Waits("its beginning has not been taken")


async def test_what_only_waits_is_parked_however_many_there_are(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {number: waits for number in range(25)}
    await numbers.record(*range(26))

    await numbers.follower.step()

    assert await numbers.seen() == [25]
    assert len(await numbers.rows("parked")) == 25
    assert await numbers.checkpoint() == await numbers.log.head()


async def test_what_only_waits_does_not_hide_that_the_read_model_is_at_fault(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.turn, "PARKED_IN_A_ROW_MAX", 4)
    numbers.poison.at = {number: waits for number in range(1, 10)}
    numbers.poison.at |= {number: ValueError for number in (1, 4, 6, 9)}
    await numbers.record(*range(10))

    with pytest.raises(Broken, match=r"not the events.*earlier batches stay parked.*then retry"):
        await numbers.follower.step()

    assert await numbers.seen() == [0]
    assert await numbers.rows("parked") == []


async def test_a_long_stream_goes_on_in_parts_and_in_order(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.turn, "WAITING_MAX", 3)
    numbers.poison.at = {2: ValueError}
    await numbers.record(*range(1, 11), stream="a")
    await numbers.follower.step()
    positions = await numbers.positions(A)
    await numbers.parking.skip(SOURCE, A, positions[1], "ghi nhầm", OFFICER)
    numbers.poison.at = {7: ValueError}

    sizes = []
    for _ in range(3):
        before = len(await numbers.seen())
        await numbers.follower.step()
        sizes.append(len(await numbers.seen()) - before)
    [parked] = await numbers.parking.list()
    numbers.poison.at.clear()
    for _ in range(3):
        await numbers.follower.step()

    assert sizes == [2, 2, 0]  # Up to 4 without 2; up to 6, for 7 fails; 7 fails again.
    assert (parked.version, parked.error, parked.waiting) == (7, "ValueError", 4)
    assert await numbers.seen() == [1, 3, 4, 5, 6, 7, 8, 9, 10]
    assert await numbers.rows("parked") == []


async def test_a_part_of_a_long_stream_is_all_that_is_read_of_it(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.turn, "WAITING_MAX", 3)
    numbers.poison.at = {1: ValueError}
    await numbers.record(*range(1, 9), stream="a")
    await numbers.follower.step()
    numbers.poison.at.clear()
    loaded: list[int] = []
    real = numbers.follower.source.load

    async def load(*asked: Any) -> Any:
        events = await real(*asked)
        loaded.append(len(events))
        return events

    numbers.follower.source.load = load  # type: ignore[method-assign]
    for _ in range(3):
        await numbers.follower.step()

    assert loaded == [4, 4, 2]
    assert await numbers.seen() == [*range(1, 9)]


async def test_a_rebuild_tries_all_that_live_has_taken_however_many_there_are(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.turn, "RETRIED_MAX", 2)
    await numbers.record(*range(9))
    await numbers.follower.step()
    numbers.poison.at = {number: ValueError for number in range(9)}

    outcome = await rebuild(
        numbers.made,
        {SOURCE: numbers.log},
        numbers.pool,
        progress=lambda _: numbers.poison.at.clear(),
    )

    assert (outcome.verdict, outcome.switched) == ("equal", True)
    assert await numbers.rows("parked") == []


async def test_a_rebuild_tries_those_behind_many_that_fail_again(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr(shared.turn, "RETRIED_MAX", 2)
    await numbers.record(*range(7))
    await numbers.follower.step()
    numbers.poison.at = {number: ValueError for number in range(7)}

    def mend(_: object) -> None:
        for number in (4, 5, 6):
            numbers.poison.at.pop(number, None)

    outcome = await anew(numbers, progress=mend)

    assert [each.only_live for each in outcome.differences if each.table == "seen"] == [4]


async def test_a_rebuild_that_waits_too_long_for_its_turn_says_what_to_do(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.rebuild, "TURN_SECONDS", 0.1)
    await numbers.record(1)
    await numbers.follower.step()

    async with numbers.pool.acquire() as holder, holder.transaction():
        await holder.execute("SELECT pg_advisory_xact_lock(139, hashtext($1))", numbers.made.schema)
        with pytest.raises(Retry) as raised:
            await anew(numbers)

    assert "pg_stat_activity" in raised.value.en and "pg_stat_activity" in raised.value.vi
    assert await numbers.seen() == [1]
    assert (await anew(numbers)).switched


async def test_a_read_model_of_an_older_release_learns_to_keep_messages(numbers: Numbers):
    await numbers.pool.execute(f"ALTER TABLE {numbers.made.schema}.parked DROP COLUMN message")
    numbers.poison.at = {1: lambda: Broken("one")}
    await numbers.record(1)

    await numbers.made.create(numbers.pool)
    await numbers.follower.step()

    assert [row["message"] for row in await numbers.rows("parked")] == ["one"]
