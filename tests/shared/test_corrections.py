import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from shared.corrections import folded
from shared.fold import Fold, state_at
from shared.memory import MemoryLog
from shared.snapshots import EVENTS_BETWEEN, Snapshots
from tests.shared.ledgers import (
    NOON,
    Clock,
    Keyring,
    Ledger,
    Shelf,
    correct,
    correction,
    entered,
    kept,
    opened,
    state,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog("ledgers", UUID(int=138), Clock())


@pytest.fixture
def fold(log: MemoryLog) -> Fold:
    return Fold(log, keys=Keyring())


async def test_what_is_corrected_counts_as_if_it_had_been_recorded_right(
    log: MemoryLog, fold: Fold
):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    await entered(fold, id, 5, NOON + 2 * HOUR)

    receipt = await correct(fold, correction(wrong, new=30), NOON + DAY)

    assert (receipt.stream, receipt.version) == (f"ledger:{id}", 4)
    assert (await state(log, id))["lines"] == [30, 5]
    assert (await state(log, id))["sum"] == 35
    assert await kept(fold, id) == await state(log, id)


async def test_another_process_that_keeps_the_thing_folds_it_anew(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    elsewhere = Fold(log)
    await entered(elsewhere, id, 5, NOON + 2 * HOUR)

    await correct(fold, correction(wrong, new=30), NOON + DAY)
    await entered(elsewhere, id, 7, NOON + 2 * DAY)

    found = await elsewhere.find(Ledger, id)
    assert found is not None and found.lines == [30, 5, 7]
    assert found.state() == await state(log, id)


async def test_a_snapshot_of_before_is_not_used_after_a_correction(log: MemoryLog):
    shelf = Shelf()
    snapshots = Snapshots(shelf, (Ledger,))
    fold = Fold(log, snapshots)
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    for _ in range(EVENTS_BETWEEN):
        await entered(fold, id, 1, NOON + 2 * HOUR)
    await snapshots.written()
    assert id in shelf.lying

    await correct(Fold(log), correction(wrong, new=30), NOON + DAY)

    found = await Fold(log, snapshots).find(Ledger, id)
    assert found is not None and found.sum == 30 + EVENTS_BETWEEN
    copied = await Fold(log, snapshots).read(Ledger, id)
    assert copied is not None and copied.state() == found.state() == await state(log, id)


async def test_a_state_at_a_moment_shows_what_was_known_then(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + 5 * HOUR)
    before = (await log.load(id))[-1].recorded_at
    new = (NOON + HOUR).isoformat()
    await correct(fold, correction(wrong, "occurred_at", new), NOON + DAY)
    await correct(fold, correction(wrong, new=30), NOON + DAY)

    async def lines(**asked: Any) -> object:
        found, _ = await state_at(log, id, **asked)
        assert found is not None
        return found.state()["lines"]

    early = NOON + 2 * HOUR
    assert await lines(as_of=early) == [30]
    assert await lines(as_of=early, known_at=before) == []
    assert await lines(known_at=before) == [3]
    assert await lines() == [30]


@pytest.mark.parametrize("seed", range(20))
async def test_live_state_is_folded_state_and_that_of_facts_that_were_right_from_the_start(
    seed: int,
):
    chance = random.Random(seed)
    log = MemoryLog("ledgers", UUID(int=138), Clock())
    fold = Fold(log)
    id = await opened(fold)
    right: list[int] = []
    events: list[UUID] = []
    for step in range(12):
        if events and chance.random() < 0.5:
            which = chance.randrange(len(events))
            new = chance.choice([each for each in range(1, 99) if each != right[which]])
            await correct(fold, correction(events[which], new=new), NOON + DAY)
            right[which] = new
        else:
            right.append(chance.randrange(1, 99))
            events.append(await entered(fold, id, right[-1], NOON + step * HOUR))

    history = [each.event for each in await log.load(id)]
    assert (await state(log, id))["lines"] == right
    assert await kept(fold, id) == await state(log, id) == folded(history).state()
    assert orjson.dumps(folded(history).version) == str(len(history)).encode()
