"""In which case a period runs: what is asked about a case finds what runs there now, and the old
case says where it has gone."""

from typing import Any

import pytest

from tests.deadlines.engine import CASE, COURT, PERSON, Engine
from tests.deadlines.test_discontinued import OTHER
from tests.deadlines.test_readings import asked
from tests.deadlines.test_regrouped import (
    HISTORY,
    MAIN,
    THIRD,
    charged,
    detained,
    instituted,
    joined,
    split,
    take,
)
from tests.deadlines.test_transfers import PART

NOW = "2026-02-20 08:00"
DETAINED = (instituted(CASE), instituted(MAIN), detained(PERSON, CASE), detained(OTHER, MAIN))


async def detentions(engine: Engine, case: str, **filter: Any) -> dict[str, str]:
    """Who is detained around a case, and in which case that runs."""
    found = (await asked(engine, NOW, subject=case, **filter))["deadlines"]
    return {each["subject"]: each["runs_in"] for each in found if each["rule"] == "DET"}


async def test_what_runs_about_a_person_is_found_in_the_case_that_took_theirs_in(engine: Engine):
    await take(engine, *DETAINED)
    assert await detentions(engine, MAIN) == {OTHER: MAIN}

    await take(engine, joined(MAIN), joined(CASE))

    assert await detentions(engine, MAIN) == {PERSON: MAIN, OTHER: MAIN}
    assert await detentions(engine, CASE) == {PERSON: MAIN}
    [moved] = (await asked(engine, NOW, subject=CASE, state="running"))["deadlines"]
    assert (moved["subject"], moved["around"]) == (PERSON, [CASE, MAIN])


async def test_the_period_of_the_case_that_was_joined_stays_its_own(engine: Engine):
    await take(engine, *DETAINED, joined(MAIN), joined(CASE))

    found = (await asked(engine, NOW, subject=MAIN))["deadlines"]

    own = [each for each in found if each["rule"] == "INV"]
    assert [(each["subject"], each["runs_in"]) for each in own] == [(MAIN, None)]


async def test_what_was_split_off_is_found_in_its_part(engine: Engine):
    await take(engine, instituted(CASE), detained(PERSON, CASE), detained(OTHER, CASE))

    await take(engine, split(CASE, PERSON))

    assert await detentions(engine, PART) == {PERSON: PART}
    assert await detentions(engine, CASE) == {PERSON: PART, OTHER: CASE}


async def test_what_has_moved_is_filtered_like_what_began_there(engine: Engine):
    await take(engine, *DETAINED, charged(PERSON, CASE, "RNT"))
    await take(engine, joined(MAIN), joined(CASE))
    [bound] = {
        body["id"]
        for each in (await asked(engine, NOW, subject=PERSON))["deadlines"]
        if each["rule"] == "DET"
        for body in each["agencies"]
    }

    assert await detentions(engine, MAIN, state="running") == {PERSON: MAIN, OTHER: MAIN}
    assert await detentions(engine, MAIN, state="met") == {}
    assert await detentions(engine, MAIN, agency=COURT) == {}
    assert await detentions(engine, MAIN, agency=bound) == {PERSON: MAIN, OTHER: MAIN}


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_pages_are_the_whole_with_what_has_moved(engine: Engine, limit: int):
    await take(engine, *DETAINED, joined(MAIN), joined(CASE))
    whole = (await asked(engine, NOW, subject=MAIN))["deadlines"]
    found, after = [], ""

    while after is not None:
        page = await asked(engine, NOW, subject=MAIN, limit=limit, after=after)
        found += page["deadlines"]
        after = page["next"]

    assert [each["id"] for each in found] == [each["id"] for each in whole]


async def test_made_again_from_the_logs_each_case_shows_the_same(engine: Engine):
    await take(engine, *HISTORY)
    cases = (CASE, MAIN, PART)
    shown = [await detentions(engine, each) for each in cases]

    for schema, tables in {
        "deadlines_watch_v1": ("periods", "about", "early", "checkpoints"),
        "deadlines_due_v1": ("periods", "subjects", "parties", "checkpoints"),
    }.items():
        for table in tables:
            await engine.pool.execute(f"TRUNCATE {schema}.{table}")
    engine.begin()
    await engine.settle()

    assert shown == [
        {PERSON: PART, OTHER: MAIN},  # They began in CASE,
        {OTHER: MAIN, THIRD: PART},
        {PERSON: PART, THIRD: PART},  # and PERSON was in MAIN in between.
    ]
    assert [await detentions(engine, each) for each in cases] == shown
