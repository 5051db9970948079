"""What is asked of courts, procuracies and the Fatherland Front is never missed critically."""

from typing import Any
from uuid import UUID

import pytest

from services.deadlines.orders import not_ordered
from shared.reference import load_register
from tests.deadlines.engine import COURT, POLICE, PROCURACY, Engine, at

FRONT = "MTTQ_TINH-P34-40"
FREE = (
    COURT,
    PROCURACY,
    FRONT,
    "UBTW_MTTQ-VN",
    "TPT_TANDTC-VN",
    "VPT_VKSNDTC-VN",
    "TAND_KV-P34-40",
)
TASK = f"task:{UUID(int=5)}"
REPORT = f"report:{UUID(int=6)}"
DUE = {"type": "before", "on": "2026-01-20"}


async def asked_of(engine: Engine, what: str, *bodies: str) -> None:
    """A task or a report of these bodies, whose issuer says nothing about whom nobody orders."""
    whom: dict[str, Any] = (
        {"assignees": list(bodies)} if what == "task" else {"bodies": list(bodies)}
    )
    name = "task_assigned" if what == "task" else "report_requested"
    subject = TASK if what == "task" else REPORT
    await engine.fact(name, "2026-01-05 08:00", subject, store="directives", due=DUE, **whom)


@pytest.mark.parametrize("what", ["task", "report"])
@pytest.mark.parametrize("body", [COURT, PROCURACY, FRONT])
async def test_a_request_is_missed_without_being_critical(engine: Engine, what: str, body: str):
    await asked_of(engine, what, body)

    await engine.tick("2026-01-21 00:00")

    [missed] = await engine.said("DeadlineMissed")
    assert (missed.responsible, missed.critical, missed.level) == ((body,), (), "warn")
    assert "critical" not in {each.level for each in await engine.said("DeadlineWarningRaised")}


@pytest.mark.parametrize("what", ["task", "report"])
async def test_an_order_is_critical_for_those_who_are_ordered_only(engine: Engine, what: str):
    await asked_of(engine, what, POLICE, PROCURACY)

    await engine.tick("2026-01-21 00:00")

    [missed] = await engine.said("DeadlineMissed")
    assert missed.level == "critical"
    assert missed.critical == (POLICE,)
    assert missed.responsible == (POLICE, PROCURACY)


@pytest.mark.parametrize(
    ("what", "reviewed", "outcome"),
    [("task", "task_completion_reviewed", "reopened"), ("report", "report_reviewed", "returned")],
)
async def test_what_is_reopened_for_a_court_is_a_request_still(
    engine: Engine, what: str, reviewed: str, outcome: str
):
    await asked_of(engine, what, COURT)
    subject = TASK if what == "task" else REPORT
    done = "task_completed" if what == "task" else "report_submitted"
    await engine.fact(done, "2026-01-10 08:00", subject, store="directives", agency=COURT, kind="x")

    await engine.fact(
        reviewed, "2026-01-12 08:00", subject, store="directives", agency=COURT, outcome=outcome
    )
    await engine.tick("2026-01-21 00:00")

    [missed] = await engine.said("DeadlineMissed")
    assert (missed.critical, missed.level) == ((), "warn")
    assert missed.due == at("2026-01-20 00:00")  # Without another day the first one stands.


@pytest.mark.parametrize("body", FREE)
def test_they_are_known_by_their_kind(body: str):
    assert not_ordered((POLICE, body), load_register()) == (body,)


async def test_a_period_of_the_law_binds_a_court_like_everybody(engine: Engine):
    case = f"case:{UUID(int=8)}"
    await engine.fact(
        "trial_ordered",
        "2026-03-02 08:00",
        case,
        by=COURT,
        level="first_instance",
        scheduled="2026-03-16T08:00:00+07:00",
    )

    await engine.tick("2026-05-02 08:00")

    [missed] = [each for each in await engine.said("DeadlineMissed") if each.rule == "TRIAL-OPEN"]
    assert missed.critical == (COURT,)


async def test_what_nobody_can_record_as_done_is_warned_of_and_never_missed(engine: Engine):
    case = f"case:{UUID(int=8)}"
    await engine.fact("case_institution_changed", "2026-03-02 08:00", case, kind="change")

    await engine.tick("2026-05-02 08:00")

    said = await engine.said("DeadlineWarningRaised", "DeadlineMissed")
    assert {(each.rule, each.level) for each in said} == {("CASE-CHANGE-SEND", "warn")}


async def test_a_right_that_lapses_is_nobodys_failure(engine: Engine):
    case = f"case:{UUID(int=8)}"
    await engine.fact("first_instance_judgment_pronounced", "2026-03-02 16:00", case, by=COURT)

    await engine.tick("2026-06-01 08:00")

    missed = {each.rule for each in await engine.said("DeadlineMissed")}
    assert missed == {"JUDG-DELIVER"}
    warned = {each.rule for each in await engine.said("DeadlineWarningRaised")}
    assert {"APPEAL", "PROTEST"} <= warned
