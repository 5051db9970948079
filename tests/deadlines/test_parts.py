"""What each of several bodies did of its part: the same whatever comes together in one batch."""

from dataclasses import replace
from typing import Any

import pytest

from services.deadlines.projection import DUE
from shared.sql import Tables
from tests.deadlines.engine import CASE, POLICE, PROCURACY, Engine, at
from tests.deadlines.test_readings import due_on, rules

FIRST, SECOND, THIRD = "CQCSDT_TINH-P34-40", "CQCSDT_TINH-P34-22", "CQCSDT_TINH-P34-36"


async def handed(engine: Engine, when: str, to: str) -> None:
    """Another body has the case from now on."""
    said = {"stage": "investigation", "step": "received", "to": to}
    await engine.fact("case_transferred", when, CASE, by=to, **said)


async def history(engine: Engine) -> None:
    """A task of three bodies; a case that goes from body to body, the second time too late."""
    task = await due_on(engine, 1, "2026-01-20", FIRST, SECOND, THIRD)
    started = {"severity_class": "ITNT", "juvenile": False, "investigates": "whole"}
    await engine.fact("case_prosecution_instituted", "2026-01-05 08:00", CASE, **started)
    for agency, when in ((FIRST, "2026-01-15 08:00"), (THIRD, "2026-01-16 08:00")):
        await engine.fact("task_completed", when, task, store="directives", agency=agency)
    await handed(engine, "2026-01-19 08:00", FIRST)
    await handed(engine, "2026-01-21 08:00", SECOND)
    await engine.tick("2026-03-10 08:00")
    await engine.fact("task_completed", "2026-03-10 09:00", task, store="directives", agency=SECOND)
    await handed(engine, "2026-03-11 08:00", THIRD)
    await engine.fact("investigation_concluded", "2026-03-12 08:00", CASE, by=THIRD, kind="first")


Parts = dict[tuple[str, str], tuple[Any, ...]]


async def parts(engine: Engine, batch: int) -> Parts:
    """Rule and body → what stands of its part, where so many events are taken at once."""
    made = replace(DUE, suffix=f"_{batch}")
    await made.create(engine.pool)
    async with engine.pool.acquire() as connection:
        told = await engine.log.read(0, 1_000)
        for first in range(0, len(told), batch):
            await made.apply(told[first : first + batch], Tables(connection, made.statements))
    rows = await engine.pool.fetch(
        f"SELECT rule, agency, bound, done_at, b.in_time FROM {made.schema}.parties b "
        f"JOIN {made.schema}.periods USING (id) WHERE rule IN ('TASK-DUE', 'INV')"
    )
    return {(rule, agency): tuple(part) for rule, agency, *part in rows}


@pytest.mark.parametrize("batch", [1, 2, 5, 1_000])
async def test_each_body_has_its_own_end_and_was_in_time_or_not(engine: Engine, batch: int):
    await history(engine)

    assert await parts(engine, batch) == {
        ("TASK-DUE", FIRST): (False, at("2026-01-15 08:00"), True),
        ("TASK-DUE", THIRD): (False, at("2026-01-16 08:00"), True),
        ("TASK-DUE", SECOND): (False, at("2026-03-10 09:00"), False),
        ("INV", POLICE): (False, None, None),
        ("INV", FIRST): (False, None, None),
        ("INV", SECOND): (False, None, False),
        ("INV", THIRD): (False, at("2026-03-12 08:00"), False),
    }


async def test_who_had_the_file_as_the_period_ended_has_missed_it_and_who_had_it_before_has_not(
    engine: Engine,
):
    await history(engine)

    now = "2026-03-20 08:00"

    for agency in (SECOND, THIRD):
        assert "INV" in await rules(engine, now, state="missed", agency=agency), agency
    for agency in (FIRST, PROCURACY):
        assert "INV" not in await rules(engine, now, state="missed", agency=agency), agency
    assert "INV" not in await rules(engine, now, state="met", agency=FIRST)
