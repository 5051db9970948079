"""What a second writing of the clock's rules found, each worked by hand."""

from typing import Any
from uuid import UUID

import pytest

from tests.deadlines.engine import CASE, PERSON, POLICE, PROCURACY, TIP, Engine, at
from tests.deadlines.test_transfers import COMMUNE, real

TASK = f"task:{UUID(int=5)}"
REPORT = f"report:{UUID(int=6)}"
PAPER = f"directive:{UUID(int=4)}"
OFFICE = "UBND_TINH-P34-40"
FIRST, SECOND = "2026-01-20", "2026-02-10"


async def test_what_was_done_before_a_period_began_does_not_end_it(engine: Engine):
    """The commune told the procuracy, which was recorded late; who received the tip has not."""
    said = {"kind": "tin_bao", "urgent": True, "remote": False, "competent": False}
    await engine.fact("tip_received", "2026-01-05 08:00", TIP, by=COMMUNE, receiver="CAX", **said)
    went = {"kind": "competence", "receiver": "CQDT", "competent": True, "step": "received"}
    await engine.fact("tip_transferred", "2026-01-07 08:00", TIP, by=POLICE, **went)

    for day, left in (("06", (POLICE,)), ("08", ())):
        told = {"kind": "receipt", "to": "vks", "recorded": "2026-01-09 08:00"}
        await engine.fact("tip_informant_notified", f"2026-01-{day} 09:00", TIP, **told)
        assert (await engine.period("TIP-NOTIFY-VKS")).parties_left == left


def before(day: str) -> dict[str, str]:
    return {"type": "before", "on": day}


async def ordered(engine: Engine, name: str, when: str, thing: str, **said: Any) -> None:
    await engine.fact(name, when, thing, by=OFFICE, store="directives", **said)


async def test_what_was_done_before_the_record_says_that_it_was_ordered_is_done(engine: Engine):
    """A paper that is recorded late is so at the moment of that, if nobody says another; who it
    orders says when it was done, on any day since that of the paper."""
    orders = {"assignees": [POLICE], "due": before(FIRST)}
    await ordered(engine, "task_assigned", "2026-01-10 10:00", TASK, **orders)
    await ordered(engine, "directive_dispatched", "2026-01-10 10:00", PAPER, recipient=POLICE)

    await ordered(engine, "task_completed", "2026-01-08 09:00", TASK, agency=POLICE)
    entered = {"recipient": POLICE, "addressed_as": POLICE, "edxml_status": "03"}
    await ordered(engine, "directive_received", "2026-01-10 09:00", PAPER, **entered)

    for rule in ("TASK-DUE", "DOC-ACK"):
        period = await engine.period(rule)
        assert (period.is_over, period.in_time) == (True, True), rule


async def test_what_is_reopened_counts_by_the_day_to_which_it_was_put_off_meanwhile(
    engine: Engine,
):
    await ordered(
        engine, "task_assigned", "2026-01-05 08:00", TASK, assignees=[POLICE], due=before(FIRST)
    )
    await ordered(engine, "task_completed", "2026-01-12 08:00", TASK, agency=POLICE)
    await ordered(engine, "task_due_date_changed", "2026-01-13 08:00", TASK, new_due=before(SECOND))

    said = {"agency": POLICE, "outcome": "reopened"}
    await ordered(engine, "task_completion_reviewed", "2026-01-15 08:00", TASK, **said)

    assert [each.due for each in await engine.periods("TASK-DUE")] == [
        at(f"{FIRST} 00:00"),
        at(f"{SECOND} 00:00"),
    ]


@pytest.mark.parametrize(
    ("body", "day"),
    # Another day was given to the police alone, and stays theirs.
    [(PROCURACY, FIRST), (POLICE, SECOND)],
)
async def test_what_is_sent_back_counts_by_the_day_of_that_body(
    engine: Engine, body: str, day: str
):
    bodies = {"bodies": [POLICE, PROCURACY], "due": before(FIRST)}
    await ordered(engine, "report_requested", "2026-01-05 08:00", REPORT, **bodies)
    back = {"agency": POLICE, "outcome": "returned", "new_due": before(SECOND)}
    await ordered(engine, "report_submitted", "2026-01-08 08:00", REPORT, agency=POLICE, kind="x")
    await ordered(engine, "report_reviewed", "2026-01-09 08:00", REPORT, **back)
    for each in (POLICE, PROCURACY):
        said = {"agency": each, "kind": "x"}
        await ordered(engine, "report_submitted", "2026-01-10 08:00", REPORT, **said)

    again = {"agency": body, "outcome": "returned"}
    await ordered(engine, "report_reviewed", "2026-01-12 08:00", REPORT, **again)

    [running] = [each for each in await engine.periods("REPORT-DUE") if not each.is_over]
    assert (running.parties_left, running.due) == ((body,), at(f"{day} 00:00"))


async def instituted_and_charged(engine: Engine) -> None:
    """Of an article whose second clause is graver than its first."""
    case = {"by": "CQDT", "severity_class": "NT", "investigates": "whole", "juvenile": False}
    await real(engine, "case_prosecution_instituted", "2026-01-05 08:00", CASE, **case)
    assert (await engine.period("INV")).due == at("2026-04-07 00:00")
    charged = {"severity_class": "RNT", "under_18": False, "juvenile_law": None}
    await real(
        engine, "accused_prosecution_instituted", "2026-01-06 08:00", PERSON, CASE, **charged
    )


async def test_the_clause_of_which_somebody_is_accused_counts_for_the_investigation(
    engine: Engine,
):
    await instituted_and_charged(engine)

    period = await engine.period("INV")
    assert (period.due, period.because) == (at("2026-05-06 00:00"), ("class:RNT",))


async def test_what_is_changed_to_what_somebody_is_accused_of_leaves_no_shorter_period(
    engine: Engine,
):
    await instituted_and_charged(engine)

    change = {"kind": "change", "class_before": "NT", "class_after": "RNT"}
    await real(engine, "case_institution_changed", "2026-01-09 08:00", CASE, **change)

    assert (await engine.period("INV")).due == at("2026-05-06 00:00")


async def test_of_whom_nobody_is_accused_any_more_counts_for_no_investigation(engine: Engine):
    await instituted_and_charged(engine)

    said = {"subject": "institution", "outcome": "cancelled", "class_after": None}
    review = "accused_prosecution_reviewed"
    await real(engine, review, "2026-01-08 08:00", PERSON, CASE, who=PROCURACY, **said)

    assert (await engine.period("INV")).due == at("2026-04-07 00:00")
