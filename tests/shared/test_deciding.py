"""Deciding on what is kept: whatever another process does, the answers are those of reading first.

Two folds of one log are two processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.context import ATTEMPTS_MAX, Context, Outrun, Receipt
from shared.errors import Conflict, Refused
from shared.fold import Fold
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from tests.shared.processes import (
    Counting,
    Interrupted,
    alternating,
    decided,
    empty_log,
    every_interleaving,
    interleaved,
    now,
    outcome,
)
from tests.shared.sample_service import MarkThing, Thing, ThingMarked
from tests.shared.things import BAD, GOOD, NOON, begun, mark, open_thing, opened


@pytest.fixture
def log() -> MemoryLog:
    return empty_log()


@dataclass(frozen=True)
class Said:
    """One command of one process."""

    process: int
    mark: MarkThing
    expected: int | None = None


SAID = st.builds(
    Said,
    st.sampled_from((0, 1)),
    st.sampled_from((GOOD, BAD)),
    st.sampled_from((None, None, 1, 2, 3, 4)),
)


@given(st.lists(SAID, max_size=12))
async def test_one_after_another_two_processes_answer_as_if_each_read_first(said: list[Said]):
    guessed, read = empty_log(), empty_log()
    id = uuid4()
    processes = [Fold(guessed), Fold(guessed)]
    for log in (guessed, read):
        await open_thing(Fold(log), id)

    for each in said:
        handler, expected = alternating(id, each.mark), each.expected
        told = await outcome(decided(processes[each.process], handler, expected_version=expected))
        right = await outcome(decided(Fold(read), handler, expected_version=expected))

        assert told == right
    assert [each.state for each in await guessed.load(id)] == [
        each.state for each in await read.load(id)
    ]


@pytest.mark.parametrize("second", [GOOD, BAD], ids=lambda said: said.mark)
@pytest.mark.parametrize("first", [GOOD, BAD], ids=lambda said: said.mark)
@pytest.mark.parametrize("before", [None, GOOD, BAD], ids=str)
def test_at_once_two_processes_answer_as_if_one_had_come_after_the_other(
    before: MarkThing | None, first: MarkThing, second: MarkThing
):
    def world(kept: bool) -> tuple[UUID, list[Fold]]:
        """Both have the thing folded; the second then marks it, unknown to the first."""
        log, id = Interrupted(empty_log()), uuid4()
        folds = [Fold(log), Fold(log)]
        now(open_thing(folds[0], id))
        now(folds[1].find(Thing, id))
        if before:
            now(mark(folds[1], id, before))
        return id, folds if kept else [Fold(log), Fold(log)]

    def answers(order: Sequence[int], *, kept: bool) -> tuple[Any, Any]:
        id, folds = world(kept)
        doings = [
            outcome(decided(fold, alternating(id, said)))
            for fold, said in zip(folds, (first, second), strict=True)
        ]
        told = interleaved(doings, order)
        marks = [each.fields["mark"] for each in now(folds[0].log.load(id))[1:]]
        return tuple(told), marks

    one_after_the_other = [answers([each] * 99, kept=False) for each in (0, 1)]

    for order in every_interleaving():
        assert answers(order, kept=True) in one_after_the_other


async def test_a_refusal_of_what_is_kept_is_checked_against_the_log(log: MemoryLog):
    here, there, id = Fold(log), Fold(log), uuid4()
    await open_thing(here, id)
    await mark(here, id, BAD)
    await mark(there, id, GOOD)

    receipt = await decided(here, alternating(id, BAD))

    assert receipt.version == 4


async def test_what_is_not_news_to_what_is_kept_may_be_news(log: MemoryLog):
    here, there, id = Fold(log), Fold(log), uuid4()
    await open_thing(here, id)
    await mark(here, id, GOOD)
    await mark(there, id, BAD)

    assert (await mark(here, id, GOOD)).version == 4


async def test_what_is_only_consulted_is_consulted_as_it_stands_now(log: MemoryLog):
    here, there, id = Fold(log), Fold(log), uuid4()
    await open_thing(here, id)
    await mark(here, id, GOOD)
    await mark(there, id, BAD)
    began = uuid4()

    async def begins_unless_good(ctx: Context) -> Receipt:
        if (await ctx.load(Thing, id)).mark == "good":
            return await ctx.save(opened(began))
        raise Refused("it-is-bad", "xấu", "it is bad")

    with pytest.raises(Refused, match="it-is-bad"):
        await decided(here, begins_unless_good)

    assert list(await log.load(began)) == []


async def test_an_if_match_is_about_the_newest_version(log: MemoryLog):
    here, there, id = Fold(log), Fold(log), uuid4()
    await open_thing(here, id)
    await mark(there, id, BAD)

    with pytest.raises(Conflict) as refused:
        await mark(here, id, GOOD, expected_version=1)
    receipt = await mark(here, id, GOOD, expected_version=2)

    assert (refused.value.status, refused.value.extra) == (412, {"head": 2})
    assert receipt.version == 3


async def test_who_writes_alone_reads_nothing_before_deciding(log: MemoryLog):
    counting, id = Counting(log), uuid4()
    fold = Fold(counting)
    await open_thing(fold, id)

    for said in (GOOD, BAD, GOOD):
        await mark(fold, id, said)

    assert counting.asked == ["append"] * 4


async def test_where_another_process_writes_as_well_it_is_read_first_until_it_is_quiet(
    log: MemoryLog,
):
    counting, id = Counting(log), uuid4()
    here, there = Fold(counting), Fold(log)
    await open_thing(here, id)
    await mark(there, id, BAD)
    await mark(here, id, GOOD)
    counting.asked.clear()

    await mark(there, id, BAD)
    await mark(here, id, GOOD)
    assert counting.asked == ["load", "append"]

    await mark(here, id, BAD)
    await mark(here, id, GOOD)
    assert counting.asked == ["load", "append", "load", "append", "append"]


async def test_what_is_refused_is_not_folded_anew_for_it(log: MemoryLog):
    counting, id = Counting(log), uuid4()
    fold = Fold(counting)
    await open_thing(fold, id)
    await mark(fold, id, BAD)
    kept = fold.recall(id)

    with pytest.raises(Refused, match="said-before"):
        await decided(fold, alternating(id, BAD))

    assert fold.recall(id) is kept is not None


async def test_a_stream_that_was_changed_and_not_saved_is_read_anew(log: MemoryLog):
    fold, id = Fold(log), uuid4()
    await open_thing(fold, id)

    async def unsaved(ctx: Context) -> Receipt:
        thing = await ctx.load(Thing, id)
        thing.record(ThingMarked, BAD, ctx.act)
        return await ctx.save(opened())

    await begun(fold).run(unsaved)

    assert fold.recall(id) is None
    assert (await mark(fold, id, GOOD)).version == 2


async def test_somebody_else_who_is_always_faster_is_told_of_after_so_many_attempts(log: MemoryLog):
    class Overtaken(Interrupted):
        overtaken = 0

        async def append(self, append: Append) -> Verdict:
            self.overtaken += 1
            await mark(Fold(log), id, MarkThing(mark=("good", "bad")[self.overtaken % 2]))
            return await log.append(append)

    id, overtaken = uuid4(), Overtaken(log)
    await open_thing(Fold(log), id)

    async def adds(ctx: Context) -> Receipt:
        thing = await ctx.load(Thing, id)
        thing.record(ThingMarked, GOOD, ctx.act)
        return await ctx.save(thing)

    with pytest.raises(Outrun) as refused:
        await decided(Fold(overtaken), adds)

    assert overtaken.overtaken == ATTEMPTS_MAX
    assert (refused.value.status, refused.value.code) == (409, "version-conflict")


async def test_what_was_recorded_late_is_decided_on_as_well(log: MemoryLog):
    here, there, id = Fold(log), Fold(log), uuid4()
    await open_thing(here, id)
    await mark(there, id, BAD, at=NOON - timedelta(days=1))

    receipt = await mark(here, id, GOOD)

    assert (receipt.version, len(receipt.event_ids)) == (3, 1)
