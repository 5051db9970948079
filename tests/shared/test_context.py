import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from shared.context import Context, Receipt
from shared.domain import Whereabouts
from shared.errors import Broken, Conflict, NotAllowed, NotFound, Refused, Retry
from shared.fold import Fold, state_at
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.sample_service import Thing, ThingMarked
from tests.shared.things import (
    BAD,
    GOOD,
    NOON,
    Between,
    begun,
    context,
    found,
    id_of,
    mark,
    mark_once,
    open_thing,
    opened,
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


async def test_what_was_decided_is_recorded_with_who_when_and_why(fold: Fold, log: PostgresLog):
    command = uuid.uuid4()

    receipt = await open_thing(fold, command_id=command)

    [envelope] = await log.load(id_of(receipt))
    assert receipt.event_ids == (envelope.event_id,)
    assert (receipt.version, receipt.position) == (1, envelope.position)
    assert receipt.body()["stream"] == f"thing:{envelope.stream}"
    assert envelope.metadata.causation_id == command
    assert envelope.metadata.actor.agency == "CA_TINH-P34-40"
    assert envelope.occurred_at == NOON


async def test_what_is_loaded_is_what_was_recorded_also_in_a_new_process(
    fold: Fold, elsewhere: Fold
):
    id = id_of(await open_thing(fold))
    await mark(fold, id, BAD)

    here, there = await found(fold, id), await found(elsewhere, id)

    assert here == there
    assert here is not None and (here.version, here.mark) == (2, "bad")


async def test_what_another_process_recorded_is_taken_in_before_deciding(
    fold: Fold, elsewhere: Fold
):
    id = id_of(await open_thing(fold))
    await mark(elsewhere, id, BAD)

    receipt = await mark(fold, id, GOOD)

    assert receipt.version == 3


async def test_saying_it_twice_is_not_news(fold: Fold, log: PostgresLog):
    id = id_of(await open_thing(fold))
    await mark(fold, id, GOOD)

    receipt = await mark(fold, id, GOOD)

    assert (receipt.event_ids, receipt.version, receipt.position) == ((), 2, 0)
    assert await versions(log, id) == [1, 2]


async def test_what_is_not_there_is_not_found(fold: Fold):
    with pytest.raises(NotFound, match="thing:"):
        await mark(fold, uuid.uuid4())


async def test_a_stream_of_another_kind_is_not_found(fold: Fold):
    class Other(Thing):
        KIND = "other"

    id = id_of(await open_thing(fold))

    async with context(fold) as ctx:
        assert await ctx.find(Other, id) is None
        assert await ctx.find(Thing, id) is not None


async def test_a_stale_if_match_is_412_with_the_head_and_a_fresh_one_goes_through(fold: Fold):
    id = id_of(await open_thing(fold))
    await mark(fold, id, BAD)

    with pytest.raises(Conflict) as refused:
        await mark(fold, id, GOOD, expected_version=1)
    receipt = await mark(fold, id, GOOD, expected_version=2)

    assert (refused.value.status, refused.value.extra) == (412, {"head": 2})
    assert receipt.version == 3


async def test_another_process_that_is_faster_makes_a_conflict_with_the_head(
    log: PostgresLog, elsewhere: Fold
):
    between = Between(log)
    fold = Fold(between)
    between.do.set()
    id = id_of(await open_thing(fold))
    between.do.clear()
    between.reached.clear()

    slow = asyncio.create_task(mark_once(fold, id, BAD))
    await between.reached.wait()
    await mark(elsewhere, id, GOOD)
    between.do.set()

    with pytest.raises(Conflict) as refused:
        await slow
    assert (refused.value.status, refused.value.extra) == (409, {"head": 2})
    after = await found(fold, id)
    assert after is not None and (after.version, after.mark) == (2, "good")


async def test_what_failed_leaves_nothing_behind(fold: Fold, log: PostgresLog):
    id = id_of(await open_thing(fold))

    def never(event: type[object], _act: object) -> None:
        raise NotAllowed("not-competent", "không", "no")

    with pytest.raises(NotAllowed):
        await mark(fold, id, BAD, competence=never)

    thing = await found(fold, id)
    assert thing is not None and thing.version == 1
    assert not hasattr(thing, "mark")
    assert await versions(log, id) == [1]


async def test_an_unknown_outcome_is_read_back_and_not_remembered_wrongly(log: PostgresLog):
    between = Between(log)
    between.do.set()
    fold = Fold(between)
    id = id_of(await open_thing(fold))
    between.lose = True

    with pytest.raises(Retry):
        await mark(fold, id, BAD)

    thing = await found(fold, id)
    assert thing is not None and (thing.version, thing.mark) == (2, "bad")


async def test_a_repeated_command_gets_the_first_receipt(fold: Fold, elsewhere: Fold):
    command, id = uuid.uuid4(), uuid.uuid4()
    first = await open_thing(fold, id, command_id=command, request_hash=b"one")

    again = await open_thing(elsewhere, id, command_id=command, request_hash=b"one")

    assert again == first


async def test_two_who_send_one_command_at_once_get_one_receipt(fold: Fold, log: PostgresLog):
    id, command = id_of(await open_thing(fold)), uuid.uuid4()

    first, second = await asyncio.gather(
        *(mark(fold, id, BAD, command_id=command, request_hash=b"one") for _ in range(2))
    )

    assert first == second
    assert await versions(log, id) == [1, 2]


async def test_a_command_that_turns_out_a_duplicate_is_not_remembered_as_recorded(
    fold: Fold, elsewhere: Fold
):
    id, command = id_of(await open_thing(fold)), uuid.uuid4()
    await mark(elsewhere, id, BAD, command_id=command)

    receipt = await mark(fold, id, GOOD, command_id=command)

    thing = await found(fold, id)
    assert receipt.version == 2
    assert thing is not None and (thing.version, thing.mark) == (2, "bad")


async def test_a_command_id_of_another_request_is_refused(fold: Fold):
    id, command = id_of(await open_thing(fold)), uuid.uuid4()
    await mark(fold, id, BAD, command_id=command, request_hash=b"one")

    for said in (GOOD, BAD):  # News, and what has been said already.
        with pytest.raises(Refused, match="idempotency-key-reused"):
            await mark(fold, id, said, command_id=command, request_hash=b"two")


async def test_several_streams_are_recorded_together(fold: Fold, log: PostgresLog):
    old = id_of(await open_thing(fold))
    async with context(fold) as ctx:
        thing, new = await ctx.load(Thing, old), opened()
        thing.record(ThingMarked, BAD, ctx.act)

        receipt = await ctx.save(thing, new, note="both")

    assert len(receipt.event_ids) == 2
    assert receipt.body()["note"] == "both"
    assert (await versions(log, old), await versions(log, new.id)) == ([1, 2], [1])


async def test_the_log_is_broken_when_an_event_id_is_given_twice(fold: Fold):
    async with context(fold) as ctx:
        same = uuid.uuid4()
        object.__setattr__(ctx.act, "new_id", lambda: same)
        await ctx.save(opened())

    with pytest.raises(Broken):
        async with context(fold) as ctx:
            object.__setattr__(ctx.act, "new_id", lambda: same)
            await ctx.save(opened())


async def test_a_state_at_a_moment_by_when_it_happened_and_by_when_it_was_known(
    fold: Fold, log: PostgresLog
):
    day = timedelta(days=1)
    id = id_of(await open_thing(fold))
    await mark(fold, id, BAD, at=NOON + 5 * day)
    await mark(fold, id, GOOD, at=NOON + 2 * day)  # Told late: it happened before the other.
    recorded = [each.recorded_at for each in await log.load(id)]

    early, few = await state_at(log, id, as_of=NOON + 3 * day)
    late, all_of_them = await state_at(log, id, as_of=NOON + 9 * day)
    known, _ = await state_at(log, id, known_at=recorded[1])
    both, _ = await state_at(log, id, as_of=NOON + 3 * day, known_at=recorded[1])

    assert isinstance(early, Thing) and (early.mark, early.version) == ("good", 3)
    assert [each.version for each in few] == [1, 3]
    assert isinstance(late, Thing) and (late.mark, late.version) == ("good", 3)
    assert [each.version for each in all_of_them] == [1, 2, 3]
    assert isinstance(known, Thing) and (known.mark, known.version) == ("bad", 2)
    assert isinstance(both, Thing) and both.version == 1


async def test_before_a_thing_began_there_is_nothing_whatever_was_told_of_it(
    fold: Fold, log: PostgresLog
):
    id = id_of(await open_thing(fold))
    await mark(fold, id, at=NOON - timedelta(days=9))

    assert await state_at(log, id, as_of=NOON - timedelta(days=1)) == (None, [])
    assert await state_at(log, uuid.uuid4()) == (None, [])


async def test_every_refusal_says_where_the_thing_stands_to_whoever_may_know_of_it(
    fold: Fold, monkeypatch: pytest.MonkeyPatch
):
    one = id_of(await open_thing(fold))
    where = Whereabouts("Đang mở từ hôm qua.", "Open since yesterday.", {"since": "2025-06-30"})
    monkeypatch.setattr(Thing, "whereabouts", lambda _: where)
    monkeypatch.setattr(Thing, "state_for", lambda _self, _names: {})

    async def refuses(ctx: Context) -> Receipt:
        await ctx.load(Thing, one)
        raise Refused("no", "Không.", "No.", extra={"a": 1})

    async def told() -> Refused:
        with pytest.raises(Refused) as refused:
            await begun(fold).run(refuses)
        return refused.value

    known = await told()
    monkeypatch.setattr(Thing, "state_for", lambda _self, _names: None)
    hidden = await told()

    assert (known.vi, known.en) == ("Không. Đang mở từ hôm qua.", "No. Open since yesterday.")
    assert known.extra == {"a": 1, "since": "2025-06-30"}
    assert (hidden.vi, hidden.en, hidden.extra) == ("Không.", "No.", {"a": 1})


async def test_who_may_not_record_it_is_told_where_the_thing_stood_before(
    fold: Fold, monkeypatch: pytest.MonkeyPatch
):
    one = id_of(await open_thing(fold))

    def where(self: Thing) -> Whereabouts:
        return Whereabouts("Ở đó.", "There.", {"since": self.version})

    def not_competent(_event: object, _act: object) -> None:
        raise NotAllowed("not-competent", "Không.", "No.")

    monkeypatch.setattr(Thing, "whereabouts", where)

    with pytest.raises(NotAllowed) as refused:
        await mark_once(fold, one, competence=not_competent)

    assert (refused.value.vi, refused.value.extra) == ("Không. Ở đó.", {"since": 1})


async def test_the_version_of_what_is_hidden_is_told_to_nobody_who_may_not_know(
    fold: Fold, monkeypatch: pytest.MonkeyPatch
):
    one = id_of(await open_thing(fold))

    for shown, refusal in (({}, Conflict), (None, NotFound)):
        monkeypatch.setattr(Thing, "state_for", lambda _self, _names, shown=shown: shown)
        for load in (Context.load, Context.load_known):
            async with context(fold, expected_version=9) as ctx:
                with pytest.raises(refusal):
                    await load(ctx, Thing, one)


async def test_what_is_hidden_from_the_actor_is_not_there_in_the_same_words(
    fold: Fold, monkeypatch: pytest.MonkeyPatch
):
    one, nothing = id_of(await open_thing(fold)), uuid.uuid4()
    monkeypatch.setattr(Thing, "state_for", lambda _self, names: {"read by": names})
    async with context(fold) as ctx:
        assert (await ctx.load_known(Thing, one)).id == one
    monkeypatch.setattr(Thing, "state_for", lambda _self, _names: None)

    async with context(fold) as ctx:
        with pytest.raises(NotFound) as hidden:
            await ctx.load_known(Thing, one)
        with pytest.raises(NotFound) as absent:
            await ctx.load_known(Thing, nothing)

    assert str(hidden.value).replace(str(one), str(nothing)) == str(absent.value)
