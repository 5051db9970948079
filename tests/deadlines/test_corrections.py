"""A correction of the fact that started a period moves its end, by an event of its own."""

from typing import Any
from uuid import UUID

import pytest

from services.deadlines.domain import Deadline
from services.deadlines.events import DeadlineRecomputed
from tests.deadlines.engine import CASE, PERSON, POLICE, TIP, Engine, at

TIP_FACTS = {
    "receiver": "CQDT",
    "competent": True,
    "urgent": False,
    "remote": False,
    "kind": "tin_bao",
    "channel": "phone",
}


async def correct(
    engine: Engine, target: UUID, new: str, when: str, subject: str, field: str = "occurred_at"
) -> UUID:
    """The recorder says when it really happened."""
    return await engine.fact(
        "record_corrected",
        when,
        subject,
        target_event=str(target),
        field_path=field,
        new=at(new).isoformat() if ":" in new else new,
        target_topic="cases.tip_received.v1",
    )


async def received(engine: Engine, when: str = "2026-01-06 08:00") -> UUID:
    return await engine.fact("tip_received", when, TIP, **TIP_FACTS)


async def moved(engine: Engine) -> list[DeadlineRecomputed]:
    return [each for each in await engine.said("DeadlineRecomputed") if each.why == "corrected"]


async def test_an_earlier_start_moves_the_end_by_an_event(engine: Engine):
    tip = await received(engine)
    before = await engine.period("TIP-RESOLVE")

    said = await correct(engine, tip, "2026-01-02 08:00", "2026-01-08 09:00", TIP)

    after = await engine.period("TIP-RESOLVE")
    assert before.due == at("2026-01-27 00:00") and after.due == at("2026-01-23 00:00")
    assert after.started_at == at("2026-01-02 08:00")
    [told] = [each for each in await moved(engine) if each.originator_id == after.id]
    assert (told.by_event, told.by_topic) == (said, "cases.record_corrected.v1")
    assert told.timestamp == at("2026-01-08 09:00")
    [row] = [each for each in await engine.rows() if each["id"] == after.id]
    assert row["due"] == after.due


async def test_every_period_that_the_fact_started_moves_and_no_other(engine: Engine):
    tip = await received(engine)
    started = {
        each.originator_id
        for each in await engine.said("DeadlineOpened")
        if each.start_event == tip
    }
    other = f"tip:{UUID(int=77)}"
    await engine.fact("tip_received", "2026-01-06 08:00", other, **TIP_FACTS)

    await correct(engine, tip, "2026-01-05 08:00", "2026-01-06 09:00", TIP)

    assert {each.originator_id for each in await moved(engine)} == started
    assert len(started) > 1


async def test_a_correction_that_is_delivered_again_is_recorded_once(engine: Engine):
    tip = await received(engine)
    await correct(engine, tip, "2026-01-05 08:00", "2026-01-06 09:00", TIP)
    count = len(await engine.said())

    for name in engine.facts:
        await engine.pool.execute(
            f"UPDATE {engine.watching[0].projection.schema}.checkpoints SET position = 0 "
            "WHERE source = $1",
            name,
        )
    engine.begin()
    await engine.settle()

    assert len(await engine.said()) == count


async def test_a_period_that_was_met_is_not_opened_again(engine: Engine):
    tip = await received(engine)
    await engine.fact("tip_classified", "2026-01-07 08:00", TIP, classification="crime")
    met = await engine.period("TIP-CLASSIFY")
    assert met.is_over

    await correct(engine, tip, "2026-01-05 08:00", "2026-01-08 09:00", TIP)

    again = await engine.period("TIP-CLASSIFY")
    assert again.is_over and again.state() == met.state()
    assert met.id not in {each.originator_id for each in await moved(engine)}


async def test_what_was_missed_by_the_wrong_day_runs_again_by_the_right_one(engine: Engine):
    tip = await received(engine)
    first = (await engine.period("TIP-CLASSIFY")).due
    await engine.tick("2026-01-20 08:00")
    assert (await engine.period("TIP-CLASSIFY")).missed

    await correct(engine, tip, "2026-01-19 08:00", "2026-01-20 09:00", TIP)

    now = await engine.period("TIP-CLASSIFY")
    assert now.due > first and not now.missed
    await engine.tick("2026-03-01 08:00")
    assert (await engine.period("TIP-CLASSIFY")).missed
    assert len([each for each in await engine.said("DeadlineMissed") if each.rule == now.rule]) == 2


@pytest.mark.parametrize("field", ["doc_ref", "happened_on"])
async def test_a_correction_of_something_else_moves_nothing(engine: Engine, field: str):
    tip = await received(engine)

    await correct(engine, tip, "2026-01-01", "2026-01-08 09:00", TIP, field)

    assert await moved(engine) == []


async def test_what_is_counted_from_a_day_that_the_fact_states_moves_with_that_day(engine: Engine):
    tip = await engine.fact(
        "tip_received", "2026-01-06 08:00", TIP, **TIP_FACTS, happened_on="2025-12-01"
    )
    before = await engine.period("LIMITATION")

    await correct(engine, tip, "2025-11-01", "2026-01-08 09:00", TIP, "happened_on")

    after = await engine.period("LIMITATION")
    assert after.started_at == at("2025-11-01 00:00") and after.due < before.due
    assert [each.originator_id for each in await moved(engine)] == [after.id]


async def test_extensions_are_counted_on_from_the_corrected_start(engine: Engine):
    tip = await received(engine)
    await engine.fact(
        "tip_verification_extended", "2026-01-20 08:00", TIP, seq=1, stage="decided", granted=True
    )
    extended = await engine.period("TIP-RESOLVE")

    await correct(engine, tip, "2026-01-05 08:00", "2026-01-21 09:00", TIP)

    after = await engine.period("TIP-RESOLVE")
    assert len(after.extensions) == 1
    assert (extended.due - after.due).days == 1


async def test_an_order_that_ends_sooner_than_the_law_keeps_its_end(engine: Engine):
    held = {"case_id": None, "since": at("2026-01-06 08:00").isoformat(), "reason": "flagrante"}
    order = await engine.fact(
        "temporary_custody_ordered",
        "2026-01-06 08:00",
        PERSON,
        CASE,
        to=at("2026-01-08 08:00").isoformat(),
        **held,
    )
    before: Deadline = await engine.period("CUSTODY")
    assert before.due == at("2026-01-08 08:00")

    await correct(engine, order, "2026-01-06 20:00", "2026-01-07 09:00", PERSON, "since")

    assert (await engine.period("CUSTODY")).due == before.due


async def test_dates_move_only_by_events(engine: Engine):
    """Folded from its events, every period ends where the read model says."""
    tip = await received(engine)
    for new in ("2026-01-05 08:00", "2026-01-04 08:00", "2026-01-06 07:00"):
        await correct(engine, tip, new, "2026-01-08 09:00", TIP)

    rows: dict[Any, Any] = {each["id"]: each["due"] for each in await engine.rows()}
    for opened in await engine.said("DeadlineOpened"):
        period = next(
            each
            for each in await engine.periods(opened.rule, opened.part)
            if each.id == opened.originator_id
        )
        assert rows.get(period.id, period.due) == period.due
        assert period.started_at == at("2026-01-06 07:00")
    assert POLICE
