"""Periods that the calendar opens: once for each month and quarter, whoever starts when."""

from datetime import date
from uuid import UUID

import pytest

from services.deadlines.almanac import Every, first_day, key_of
from tests.deadlines.engine import Engine, at

COMMITTEE = "BCD138_TINH-P34-40"
REPORT = f"report:{UUID(int=77)}"


async def opened(engine: Engine) -> list[tuple[str, str]]:
    return [(each.rule, each.subject) for each in await engine.said("DeadlineOpened")]


async def test_a_month_and_a_quarter_are_opened_once_whatever_restarts(engine: Engine):
    engine.now = at("2026-02-13 10:00")

    first = await engine.almanac().open_due()
    engine.begin()
    again = await engine.almanac().open_due()

    assert (first, again) == (2, 0)
    assert await opened(engine) == [
        ("STAT-PERIOD", "period:2026-02"),
        ("REP-138-QUARTER", "period:2026-Q1"),
    ]
    month, quarter = await engine.period("STAT-PERIOD"), await engine.period("REP-138-QUARTER")
    assert (month.started_at, month.due) == (at("2026-02-01 00:00"), at("2026-03-01 00:00"))
    assert quarter.due == at("2026-03-21 00:00")  # The twentieth of its last month is in time.
    assert len(quarter.parties_left) == 34
    assert COMMITTEE in quarter.parties_left


async def test_the_next_month_is_opened_when_it_begins_and_not_before(engine: Engine):
    engine.now = at("2026-02-28 23:59")
    await engine.almanac().open_due()

    engine.now = at("2026-03-01 00:00")
    opened_then = await engine.almanac().open_due()

    assert opened_then == 1
    assert ("STAT-PERIOD", "period:2026-03") in await opened(engine)


async def test_a_quarter_whose_report_is_due_no_more_is_not_opened(engine: Engine):
    engine.now = at("2026-03-25 08:00")

    await engine.almanac().open_due()

    assert await opened(engine) == [("STAT-PERIOD", "period:2026-03")]


async def test_a_committee_that_reports_is_done_and_the_others_are_missed_once(engine: Engine):
    engine.now = at("2026-02-13 10:00")
    await engine.almanac().open_due()
    said = {"kind": "138_periodic", "agency": COMMITTEE}
    await engine.fact(
        "report_submitted", "2026-03-18 08:00", REPORT, by=COMMITTEE, store="directives", **said
    )

    await engine.tick("2026-03-21 00:00")
    engine.begin()
    await engine.tick("2026-03-21 00:01")

    [met] = await engine.said("DeadlineMet")
    assert (met.party, met.in_time) == (COMMITTEE, True)
    [missed] = await engine.said("DeadlineMissed")
    assert COMMITTEE not in missed.responsible
    assert len(missed.responsible) == 33


async def test_a_late_report_counts_for_the_quarter_that_it_is_about(engine: Engine):
    engine.now = at("2026-02-13 10:00")
    await engine.almanac().open_due()
    engine.now = at("2026-04-02 10:00")
    await engine.almanac().open_due()
    span = {"from": "2026-01-01", "to": "2026-03-31"}

    await engine.fact(
        "report_submitted",
        "2026-04-05 08:00",
        REPORT,
        by=COMMITTEE,
        store="directives",
        kind="138_periodic",
        agency=COMMITTEE,
        period=span,
    )

    first, second = await engine.periods("REP-138-QUARTER")
    assert COMMITTEE not in first.parties_left
    assert first.in_time is False
    assert COMMITTEE in second.parties_left


async def test_the_month_of_statistics_is_never_missed(engine: Engine):
    engine.now = at("2026-02-13 10:00")
    await engine.almanac().open_due()
    await engine.settle()

    await engine.tick("2026-03-15 08:00")

    levels = {
        each.level
        for each in await engine.said("DeadlineWarningRaised")
        if each.rule == "STAT-PERIOD"
    }
    assert levels == {"info"}
    assert not await engine.said("DeadlineMissed")


@pytest.mark.parametrize(
    ("every", "day", "first", "key"),
    [
        ("month", date(2026, 1, 31), date(2026, 1, 1), "2026-01"),
        ("quarter", date(2026, 1, 1), date(2026, 1, 1), "2026-Q1"),
        ("quarter", date(2026, 6, 30), date(2026, 4, 1), "2026-Q2"),
        ("quarter", date(2026, 7, 1), date(2026, 7, 1), "2026-Q3"),
        ("quarter", date(2026, 12, 31), date(2026, 10, 1), "2026-Q4"),
    ],
)
def test_a_day_lies_in_one_month_and_one_quarter(every: Every, day: date, first: date, key: str):
    assert first_day(every, day) == first
    assert key_of(every, first) == key_of(every, day) == key
