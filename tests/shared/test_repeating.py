"""The same command again, with or without a change, in the same process or in another."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from shared.context import Context, Receipt
from shared.errors import NotFound, Refused
from shared.fold import Fold
from shared.memory import MemoryLog
from shared.reference.errors import UnknownAgency
from tests.shared.processes import (
    Counting,
    Handler,
    Interrupted,
    alternating,
    decided,
    empty_log,
    every_interleaving,
    interleaved,
    now,
)
from tests.shared.sample_service import MarkThing, Thing
from tests.shared.things import BAD, GOOD, mark, marking, open_thing, opened

FIRST = {"request_hash": b"one"}
SECOND = {"request_hash": b"two"}


def refuses(error: Exception) -> Handler:
    """A handler that says no whatever it finds."""

    async def handler(ctx: Context) -> Receipt:
        await ctx.find(Thing, uuid4())
        raise error

    return handler


@dataclass(frozen=True)
class Case:
    """A repetition, in the process that recorded the first or in another, and what it meets."""

    name: str
    handler: Callable[[UUID], Handler]


STRANGER = UnknownAgency("X-1", None, vi="", en="")
CASES = [
    Case("would be recorded", lambda id: alternating(id, GOOD)),
    Case("would be no news", lambda id: marking(id, BAD)),
    Case("would be refused", lambda id: refuses(Refused("no", "không", "no"))),
    Case("would not be found", lambda id: alternating(uuid4(), GOOD)),
    Case("would be of a strange body", lambda id: refuses(STRANGER)),
    Case("would begin a stream", lambda id: lambda ctx: ctx.save(opened())),
]


@pytest.fixture
def log() -> MemoryLog:
    return empty_log()


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_repeated_command_gets_its_first_answer_whatever_it_would_meet_now(
    log: MemoryLog, case: Case, elsewhere: bool
):
    fold, id, command = Fold(log), uuid4(), uuid4()
    await open_thing(fold, id)
    first = await mark(fold, id, BAD, command_id=command, **FIRST)
    again = Fold(log) if elsewhere else fold

    receipt = await decided(
        again, case.handler(id), command_id=command, expected_version=1, **FIRST
    )

    assert receipt == first
    assert len(await log.read(0, 9)) == 2


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_key_of_another_request_is_refused_whatever_that_would_meet(
    log: MemoryLog, case: Case, elsewhere: bool
):
    fold, id, command = Fold(log), uuid4(), uuid4()
    await open_thing(fold, id)
    await mark(fold, id, BAD, command_id=command, **FIRST)
    other = Fold(log) if elsewhere else fold

    with pytest.raises(Refused, match="idempotency-key-reused"):
        await decided(other, case.handler(id), command_id=command, **SECOND)

    assert len(await log.read(0, 9)) == 2


@pytest.mark.parametrize("said", [GOOD, BAD], ids=lambda said: said.mark)
def test_one_command_sent_to_two_processes_at_once_gets_one_answer(said: MarkThing):
    for order in every_interleaving():
        log, id, command = Interrupted(empty_log()), uuid4(), uuid4()
        folds = [Fold(log), Fold(log)]
        now(open_thing(folds[0], id))
        now(folds[1].find(Thing, id))
        doings = [
            decided(fold, alternating(id, said), command_id=command, **FIRST) for fold in folds
        ]

        first, second = interleaved(doings, order)

        assert first == second
        assert len(now(log.load(id))) == 2


async def test_a_key_is_not_looked_for_where_none_was_given(log: MemoryLog):
    counting, id = Counting(log), uuid4()
    fold = Fold(counting)
    await open_thing(fold, id)
    await mark(fold, id, GOOD)
    counting.asked.clear()

    await mark(fold, id, GOOD, repeatable=False)
    with pytest.raises(NotFound):
        await mark(fold, uuid4(), GOOD, repeatable=False)

    assert "settled" not in counting.asked
