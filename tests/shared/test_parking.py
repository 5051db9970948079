import asyncio

import pytest

import shared.follow
import shared.poison
import shared.turn
from shared.envelope import Envelope
from shared.errors import Broken, Conflict, NotFound, NotUnderstood, Refused
from shared.follow import each
from shared.parking import LISTED_MAX, REASON_CHARACTERS_MAX, Parking
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.running import until
from tests.shared.counted import OFFICER, SOURCE, A, B, C, Numbers, late

pytestmark = pytest.mark.usefixtures("every_retry_is_due_at_once")
SOON_SECONDS = 15.0


async def test_after_the_last_retry_nobody_tries_until_an_operator_asks(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    tries = 2 + len(shared.poison.RETRY_SECONDS)  # In the batch, alone, and again.

    for _ in range(10):
        await numbers.follower.step()

    assert len(numbers.poison.tried) == tries
    [parked] = await numbers.parking.list()
    assert (parked.attempts, parked.retry_at) == (4, None)
    [cause] = await numbers.rows("causes")
    assert cause["times"] == 4
    numbers.poison.at.clear()
    await numbers.parking.retry(SOURCE, A, OFFICER)
    await numbers.follower.step()
    assert await numbers.seen() == [1]


async def test_a_stream_that_goes_on_wakes_those_that_may_have_failed_for_want_of_it(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: ValueError, 2: ValueError, 3: ValueError}
    for number, name in enumerate("abc", start=1):
        await numbers.record(number, stream=name)
    await numbers.follower.step()
    await numbers.parking.quarantine(SOURCE, C, "chờ tỉnh xác minh", OFFICER)
    numbers.poison.at.clear()

    await numbers.parking.retry(SOURCE, A, OFFICER)
    for _ in range(2):
        await numbers.follower.step()

    assert await numbers.seen() == [1, 2]
    assert [parked.stream for parked in await numbers.parking.list()] == [C]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (REASON_CHARACTERS_MAX + 1)])
async def test_skipping_and_quarantine_are_refused_without_a_reason_that_can_be_read(
    numbers: Numbers, reason: str
):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    await numbers.follower.step()

    with pytest.raises(NotUnderstood) as raised:
        await numbers.parking.skip(SOURCE, A, 1, reason, OFFICER)
    with pytest.raises(NotUnderstood):
        await numbers.parking.quarantine(SOURCE, A, reason, OFFICER)

    assert raised.value.vi and raised.value.en and raised.value.remedy_vi
    assert await numbers.rows("decisions") == []


async def test_a_skipped_event_lets_the_rest_of_its_stream_through_at_once(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[2] = ValueError
    await numbers.record(1, 2, 3, 4, stream="a")
    await numbers.follower.step()
    [_, position, *_] = await numbers.positions(A)

    for _ in range(2):  # Saying it twice says nothing more.
        await numbers.parking.skip(SOURCE, A, position, " ghi nhầm ", OFFICER)
    [parked] = await numbers.parking.list()
    await numbers.follower.step()

    assert parked.waiting == 2
    assert await numbers.seen() == [1, 3, 4]
    assert await numbers.parking.list() == []
    [decision] = await numbers.rows("decisions")
    assert (decision["verb"], decision["position"]) == ("skip", position)
    assert (decision["reason"], decision["agency"], decision["officer"]) == (
        "ghi nhầm",
        OFFICER.agency,
        OFFICER.user,
    )
    await numbers.parking.skip(SOURCE, A, position, "again, afterwards", OFFICER)
    assert len(await numbers.rows("decisions")) == 1


async def test_the_beginning_of_a_stream_cannot_be_skipped_and_what_to_do_is_said(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    await numbers.follower.step()
    [first, _] = await numbers.positions(A)

    with pytest.raises(Refused) as raised:
        await numbers.parking.skip(SOURCE, A, first, "ghi nhầm", OFFICER)

    refusal = raised.value
    assert (refusal.code, refusal.status) == ("beginning-cannot-be-skipped", 422)
    assert "mở đầu" in refusal.vi and "begins its stream" in refusal.en
    assert "cách ly" in refusal.remedy_vi and "quarantine" in refusal.remedy_en
    [parked] = await numbers.parking.list()
    assert (parked.attempts, parked.waiting) == (1, 2)
    assert await numbers.rows("decisions") == []


async def test_each_stream_shows_its_own_message_though_the_cause_is_one(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: lambda: Broken("one"), 2: lambda: Broken("two")}
    await numbers.record(1, stream="a")
    await numbers.record(2, stream="b")
    await numbers.follower.step()
    first = {parked.stream: parked.message for parked in await numbers.parking.list()}

    numbers.poison.at[1] = lambda: Broken("one, again")
    await numbers.parking.retry(SOURCE, A, OFFICER)
    await numbers.follower.step()

    parked = await numbers.parking.list()
    assert len({each.cause for each in parked}) == 1
    assert first == {A: "one", B: "two"}
    assert {each.stream: each.message for each in parked} == {A: "one, again", B: "two"}


async def test_a_list_counts_what_waits_without_loading_it(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, 3, stream="a")
    await numbers.follower.step()
    await numbers.record(4, stream="a")  # The follower has not come to it yet.
    monkeypatch.setattr(PostgresLog, "load", None)

    [parked] = await numbers.parking.list()

    assert parked.waiting == 3


async def test_what_was_skipped_stays_skipped_when_everything_is_read_anew(numbers: Numbers):
    numbers.poison.at[2] = ValueError
    await numbers.record(1, 2, 3, stream="a")
    await numbers.follower.step()
    await numbers.parking.skip(SOURCE, A, (await numbers.positions(A))[1], "ghi nhầm", OFFICER)
    await numbers.follower.step()
    numbers.poison.at.clear()
    await numbers.go_back()

    await numbers.another().step()

    assert await numbers.seen() == [1, 3]


async def test_only_the_event_that_is_parked_can_be_skipped(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, 2, stream="a")
    await numbers.follower.step()
    first, second = await numbers.positions(A)

    with pytest.raises(Conflict, match=rf"at position {first}, not at {second}"):
        await numbers.parking.skip(SOURCE, A, second, "ghi nhầm", OFFICER)

    [parked] = await numbers.parking.list()
    assert parked.waiting == 2


async def test_a_decision_on_a_stream_that_is_not_parked_is_refused_in_two_languages(
    numbers: Numbers,
):
    await numbers.record(1, stream="a")
    await numbers.follower.step()

    for decide in (
        numbers.parking.retry(SOURCE, A, OFFICER),
        numbers.parking.skip(SOURCE, A, 1, "ghi nhầm", OFFICER),
        numbers.parking.quarantine(SOURCE, A, "chờ", OFFICER),
    ):
        with pytest.raises(NotFound) as raised:
            await decide
        assert "tạm giữ" in raised.value.vi and "not parked" in raised.value.en

    assert await numbers.rows("decisions") == []


async def test_a_quarantined_stream_is_left_alone_until_an_operator_lifts_it(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    await numbers.follower.step()
    for _ in range(2):
        await numbers.parking.quarantine(SOURCE, A, "chờ tỉnh xác minh", OFFICER)
    numbers.poison.at.clear()
    await numbers.record(2, stream="a")

    await numbers.follower.step()
    await numbers.follower.step()

    assert await numbers.seen() == []
    [parked] = await numbers.parking.list()
    assert (parked.quarantined, parked.retry_at, parked.waiting) == (True, None, 2)
    gauge = shared.follow.QUARANTINED.labels(numbers.follower.name)
    assert gauge._value.get() == 1
    for _ in range(2):
        await numbers.parking.retry(SOURCE, A, OFFICER, "đã xác minh")
    await numbers.follower.step()
    assert await numbers.seen() == [1, 2]
    verbs = [row["verb"] for row in await numbers.rows("decisions")]
    assert verbs == ["quarantine", "retry"]
    await numbers.follower.step()
    assert gauge._value.get() == 0


async def test_an_operators_retry_reaches_a_follower_that_runs_and_waits(
    numbers: Numbers, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    supervisor.start("follower", numbers.follower.run)

    async def parked() -> bool:
        return bool(await numbers.parking.list())

    await until(parked)
    numbers.poison.at.clear()
    await numbers.parking.retry(SOURCE, A, OFFICER)

    async with asyncio.timeout(SOON_SECONDS):
        moved = numbers.follower.moved
        while await numbers.seen() != [1]:  # That it was parked may wake us first.
            await moved.wait()
            moved = numbers.follower.moved
    assert supervisor.down == {}


async def test_an_operator_who_decides_during_a_retry_waits_for_its_outcome(numbers: Numbers):
    numbers.poison.at[1] = ValueError
    await numbers.record(1, stream="a")
    await numbers.another().step()
    [position] = await numbers.positions(A)
    numbers.poison.at.clear()
    trying, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(envelope: Envelope, tables: Tables) -> None:
        trying.set()
        await go_on.wait()
        await numbers.poison.one(envelope, tables)

    follower = numbers.another(each(slowly))
    async with asyncio.timeout(SOON_SECONDS):
        step = asyncio.create_task(follower.step())
        await trying.wait()
        skip = asyncio.create_task(numbers.parking.skip(SOURCE, A, position, "ghi nhầm", OFFICER))

        async def waits() -> bool:
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(await numbers.pool.fetchval(query))

        await until(waits)
        go_on.set()
        await step
        with pytest.raises(NotFound):
            await skip

    assert await numbers.seen() == [1]
    assert await numbers.rows("decisions") == []


async def test_a_list_has_its_limit_and_begins_with_what_has_waited_longest(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    monkeypatch.setattr("shared.parking.LISTED_MAX", 2)
    numbers.poison.at = {number: ValueError for number in range(3)}
    await numbers.record(*range(3))

    await numbers.follower.step()

    assert LISTED_MAX > 2
    assert [parked.subject for parked in await numbers.parking.list()] == ["thing:0", "thing:1"]


async def test_parking_asks_for_the_logs_that_it_needs(numbers: Numbers):
    with pytest.raises(ValueError, match="hand in their logs"):
        Parking(numbers.made, numbers.pool, {})


async def test_a_retry_is_of_the_stream_that_was_asked_for(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: ValueError, 2: ValueError}
    await numbers.record(1, stream="a")
    await numbers.record(2, stream="b")
    await numbers.follower.step()
    numbers.poison.tried.clear()

    await numbers.parking.retry(SOURCE, A, OFFICER)
    await numbers.follower.step()

    assert numbers.poison.tried == [1]


async def test_all_of_one_cause_or_all_of_a_read_model_are_tried_at_once(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: ValueError, 2: ValueError, 3: KeyError}
    for number, name in enumerate("abc", start=1):
        await numbers.record(number, stream=name)
    await numbers.follower.step()
    causes = {cause.error: cause for cause in await numbers.parking.causes()}
    numbers.poison.at.clear()

    tried = await numbers.parking.retry_all(OFFICER, "đã cập nhật", causes["KeyError"].cause)
    again = await numbers.parking.retry_all(OFFICER, cause=causes["KeyError"].cause)

    assert {name: cause.streams for name, cause in causes.items()} == {
        "ValueError": 2,
        "KeyError": 1,
    }
    assert (tried, again) == (1, 0)
    [decision] = await numbers.rows("decisions")
    assert (decision["verb"], decision["stream"], decision["reason"]) == ("retry", C, "đã cập nhật")
    await numbers.parking.retry_all(OFFICER)
    for _ in range(2):
        await numbers.follower.step()
    assert sorted(await numbers.seen()) == [1, 2, 3]
    assert await numbers.parking.causes() == []


async def test_trying_all_leaves_alone_what_is_in_quarantine(
    numbers: Numbers, monkeypatch: pytest.MonkeyPatch
):
    late(monkeypatch)
    numbers.poison.at = {1: ValueError, 2: ValueError}
    await numbers.record(1, stream="a")
    await numbers.record(2, stream="b")
    await numbers.follower.step()
    await numbers.parking.quarantine(SOURCE, A, "chờ xác minh", OFFICER)

    tried = await numbers.parking.retry_all(OFFICER)

    assert tried == 1
    kept = {each.stream: each.quarantined for each in await numbers.parking.list()}
    assert kept == {A: True, B: False}
