import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.corrections import corrected
from shared.errors import Conflict, NotAllowed, NotFound, Refused
from shared.fold import Fold
from shared.memory import MemoryLog
from tests.shared.ledgers import (
    NOON,
    RECORDER,
    Clock,
    Keyring,
    LineEntered,
    RecordCorrected,
    authority,
    correct,
    correction,
    entered,
    kept,
    named,
    opened,
    state,
)
from tests.shared.processes import Interrupted, every_interleaving, interleaved, now, outcome

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog("ledgers", UUID(int=138), Clock())


@pytest.fixture
def fold(log: MemoryLog) -> Fold:
    return Fold(log, keys=Keyring())


async def last(log: MemoryLog, id: UUID) -> Any:
    return (await log.load(id))[-1].event


@contextmanager
def refusal(code: str, kind: type[Refused] = Refused) -> Iterator[None]:
    with pytest.raises(kind) as refused:
        yield
    found = refused.value
    assert found.code == code, found
    assert found.vi and found.en and found.remedy_vi and found.remedy_en and found.pointer
    assert found.rule or isinstance(found, NotFound)


async def test_the_fact_stays_and_the_correction_says_by_whom_of_what_and_on_which_authority(
    log: MemoryLog, fold: Fold
):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    before = (await log.load(id))[1].state

    await correct(fold, correction(wrong, new=30), NOON + DAY)

    assert (await log.load(id))[1].state == before
    said = await last(log, id)
    assert type(said) is RecordCorrected
    assert (said.target_event, said.target_version) == (wrong, 2)
    assert said.target_topic == LineEntered.TOPIC
    assert (said.change.old, said.change.new, said.new) == (3, 30, 30)
    assert said.old_hash == hashlib.sha256(b"3").hexdigest()
    assert (said.agency, said.authority) == (RECORDER, authority())


async def test_a_correction_is_corrected_by_another_one_of_the_same_fact(
    log: MemoryLog, fold: Fold
):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)

    await correct(fold, correction(wrong, new=30), NOON + DAY)
    await correct(fold, correction(wrong, new=31), NOON + DAY)

    said = await last(log, id)
    assert (said.change.old, said.change.new) == (30, 31)
    assert (await state(log, id))["lines"] == [31]
    with refusal("is-a-correction"):
        await correct(fold, correction((await log.load(id))[-1].event_id, new=1), NOON + DAY)


async def test_said_again_in_the_same_words_it_is_no_news(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    moment = (NOON + 2 * HOUR).astimezone(UTC).isoformat().replace("+00:00", "Z")
    said = (correction(wrong, new=30), correction(wrong, "occurred_at", moment))
    for each in said:
        await correct(fold, each, NOON + DAY)

    for each in said:
        again = await correct(fold, each, NOON + DAY)
        assert (again.event_ids, again.position) == ((), 0)

    assert len(await log.load(id)) == 4
    with refusal("nothing-to-correct"):
        await correct(fold, correction(wrong, new=30, reason="Lý do khác"), NOON + DAY)


async def test_the_moment_of_a_fact_can_be_corrected(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    right = NOON + 3 * HOUR

    await correct(fold, correction(wrong, "occurred_at", right.isoformat()), NOON + DAY)

    assert (await state(log, id))["last_at"] == right.isoformat()
    said = await last(log, id)
    assert datetime.fromisoformat(said.change.old) == NOON + HOUR
    assert datetime.fromisoformat(said.new) == right


async def test_a_version_that_another_process_has_moved_on_from_is_not_corrected(log: MemoryLog):
    here, there = Fold(log), Fold(log)
    id = await opened(here)
    wrong = await entered(here, id, 3, NOON + HOUR)
    await entered(there, id, 4, NOON + 2 * HOUR)  # What is kept here knows nothing of it.

    with pytest.raises(Conflict) as refused:
        await correct(here, correction(wrong, new=30), NOON + DAY, expected_version=2)

    assert (refused.value.status, refused.value.extra["head"]) == (412, 3)
    assert len(await log.load(id)) == 3
    await correct(here, correction(wrong, new=30), NOON + DAY, expected_version=3)
    assert (await state(log, id))["lines"] == [30, 4]


def test_however_two_processes_take_turns_nothing_is_corrected_but_the_version_that_was_asked_for():
    ends = set()
    for order in every_interleaving():
        inner = MemoryLog("ledgers", UUID(int=138), Clock())
        log = Interrupted(inner)
        here, there = Fold(log), Fold(log)
        id = now(opened(here))
        wrong = now(entered(here, id, 3, NOON + HOUR))
        said = correction(wrong, new=30)

        answer, _ = interleaved(
            [
                outcome(correct(here, said, NOON + DAY, expected_version=2)),
                entered(there, id, 4, NOON + 2 * HOUR),
            ],
            order,
        )

        facts = tuple(type(each.event) for each in now(inner.load(id))[2:])
        ends.add((answer, facts))
    assert ends == {
        ((1, 3), (RecordCorrected, LineEntered)),
        (("version-conflict", 412, 3), (LineEntered,)),
    }


@pytest.mark.parametrize(
    ("field", "new", "rule"),
    [
        ("nonsense", 1, "unknown-field"),
        ("timestamp", "2025-07-01T00:00:00Z", "unknown-field"),
        ("originator_id", str(UUID(int=1)), "id-field"),
        ("originator_version", 1, "id-field"),
        ("owner_id", str(UUID(int=1)), "id-field"),
        ("even", 1, "derived-field"),
        ("kind", "out", "decided-on"),
        ("on", "2025-07-01", "nothing-was-stated"),
        ("number", 100, "value-refused"),
        ("number", 0, "value-refused"),
        ("number", "7", "value-refused"),
        ("occurred_at", "2025-07-01T12:00:00", "value-refused"),
        ("occurred_at", "tomorrow", "value-refused"),
        ("number", 3, "nothing-to-correct"),
    ],
)
async def test_what_may_not_be_corrected_so_is_refused_with_its_rule(
    log: MemoryLog, fold: Fold, field: str, new: Any, rule: str
):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR, owner_id=uuid4())

    with refusal(rule):
        await correct(fold, correction(wrong, field, new), NOON + DAY)

    assert len(await log.load(id)) == 2
    assert await kept(fold, id) == await state(log, id)


async def test_what_is_sealed_is_not_corrected_in_the_open(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await named(fold, id, 2)

    with refusal("sealed-field"):
        await correct(fold, correction(wrong, "name", "Tên khác"), NOON + DAY)
    with refusal("id-field"):
        await correct(fold, correction(wrong, "person", str(uuid4())), NOON + DAY)


async def test_of_a_sensitive_fact_the_old_value_is_told_as_a_hash_and_the_rest_stays_sealed(
    log: MemoryLog, fold: Fold
):
    id = await opened(fold)
    wrong = await named(fold, id, 2)

    await correct(fold, correction(wrong, "pages", 4), NOON + DAY)

    said = await last(log, id)
    assert said.change is None
    assert said.old_hash == hashlib.sha256(b"2").hexdigest()
    assert (await state(log, id))["pages"] == 4
    [_, name, _] = corrected([each.event for each in await log.load(id)])
    assert name.name.is_sealed  # type: ignore[attr-defined]


async def test_only_who_recorded_it_or_its_heir_corrects_it(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)

    with refusal("not-the-recorder", NotAllowed):
        await correct(fold, correction(wrong), NOON + DAY, by="CA_TINH-P34-22")

    assert len(await log.load(id)) == 2


async def test_the_heir_of_a_body_that_has_ended_corrects_what_it_recorded(log: MemoryLog):
    fold = Fold(log)
    then = datetime(2025, 2, 3, 5, tzinfo=UTC)
    id = await opened(fold, then)
    wrong = await entered(fold, id, 3, then + HOUR)
    history = await log.load(id)
    await _recorded_by("UBND_TINH-P63-34", history, log)  # Ended with the merger of 1/7/2025.

    with refusal("not-the-recorder", NotAllowed):
        await correct(Fold(log), correction(wrong), NOON, by="UBND_TINH-P34-40")
    await correct(Fold(log), correction(wrong), NOON, by="UBND_TINH-P34-33")

    assert (await state(log, id))["lines"] == [7]


async def _recorded_by(agency: str, history: Any, log: MemoryLog) -> None:
    """As if another body had recorded all of it; it reaches into the memory of the log."""
    for each in history:
        object.__setattr__(each.metadata.actor, "agency", agency)


async def test_a_paper_of_a_later_day_gives_no_authority(fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    later = authority(issued_on=date(2025, 7, 3))

    with refusal("authority-to-come"):
        await correct(fold, correction(wrong, authority=later), NOON + DAY)


async def test_an_event_that_nobody_recorded_here_is_not_found(fold: Fold):
    with refusal("not-found", NotFound):
        await correct(fold, correction(uuid4()))


@pytest.mark.parametrize(
    ("which", "hours"), [(1, -2), (1, 5), (0, 1.5)], ids=["before", "after", "opened too late"]
)
async def test_a_fact_does_not_come_before_what_it_follows_from(
    log: MemoryLog, fold: Fold, which: int, hours: float
):
    id = await opened(fold)
    await entered(fold, id, 3, NOON + HOUR)
    await entered(fold, id, 5, NOON + 2 * HOUR)
    target = (await log.load(id))[which].event_id
    new = (NOON + hours * HOUR).isoformat()

    with refusal("out-of-order"):
        await correct(fold, correction(target, "occurred_at", new), NOON + DAY)


async def test_what_was_out_of_order_before_does_not_stand_in_the_way(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    first = await entered(fold, id, 3, NOON + 2 * HOUR)
    await entered(fold, id, 5, NOON + HOUR)  # Recorded late, and taken all the same.

    await correct(fold, correction(first, new=4), NOON + DAY)

    assert (await state(log, id))["lines"] == [4, 5]


async def test_a_moment_is_not_moved_behind_its_record_nor_a_first_fact_to_another_year(
    log: MemoryLog, fold: Fold
):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + HOUR)
    first, second = await log.load(id)
    after = (second.recorded_at + HOUR).isoformat()

    with refusal("after-its-record"):
        await correct(fold, correction(wrong, "occurred_at", after), NOON + DAY)
    with refusal("another-year"):
        said = correction(first.event_id, "occurred_at", "2024-12-31T23:00:00+07:00")
        await correct(fold, said, NOON + DAY)
    said = correction(first.event_id, "occurred_at", "2025-01-01T00:00:00+07:00")
    await correct(fold, said, NOON + DAY)


async def test_at_the_new_moment_the_recorder_must_have_been_competent(log: MemoryLog, fold: Fold):
    id = await opened(fold)
    wrong = await entered(fold, id, 3, NOON + 2 * HOUR)
    new = (NOON + HOUR).isoformat()
    asked: list[Any] = []

    def refuse(event: type[Any], act: Any) -> None:
        asked.append((event, act.agency, act.at))
        if event is LineEntered:
            raise NotAllowed("not-competent", "Không.", "No.", rule="competence")

    with pytest.raises(NotAllowed, match="not-competent"):
        await correct(fold, correction(wrong, "occurred_at", new), NOON + DAY, competence=refuse)

    assert asked == [(LineEntered, RECORDER, NOON + HOUR)]
    assert len(await log.load(id)) == 2
