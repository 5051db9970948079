"""Detention while it is decided on the charge and while the trial is prepared: by whose charge it
is counted, and until when somebody ordered it. Worked days; none of these ends moves off a day off.
"""

from typing import Any
from uuid import UUID

import pytest

from services.deadlines.domain import Deadline
from tests.deadlines.engine import CASE, COURT, PERSON, PROCURACY, Engine, at
from tests.deadlines.test_corrections import correct
from tests.deadlines.test_discontinued import OTHER
from tests.deadlines.test_halves import YOUNG
from tests.deadlines.test_recounted import instituted, reclassified, reviewed
from tests.deadlines.test_transfers import real, sent

RULES = {"prosecution": "DET-PROS", "trial": "DET-TRIAL"}
STAGES = {"prosecution": "PROS", "trial": "TRIAL-PREP"}
BEGAN = {"prosecution": "2026-03-04 08:00", "trial": "2026-03-25 08:00"}
"""When the procuracy received the file, and when the court accepted the case."""
LAST = {
    # Twenty days from 4 March, or thirty.
    "prosecution": {"ITNT": "03-24", "NT": "03-24", "RNT": "04-03", "DBNT": "04-03"},
    # Thirty or forty-five days from 25 March; two or three months, each of thirty days.
    "trial": {"ITNT": "04-24", "NT": "05-09", "RNT": "05-24", "DBNT": "06-23"},
}
"""The last day by the class of the charge (BLTTHS 240(1), 241; 277(1), 278(2))."""


async def charged(engine: Engine, who: str, severity: str, **order: Any) -> None:
    """Prosecuted, and detained for the investigation."""
    said = {"severity_class": severity, "under_18": False, "juvenile_law": None}
    await real(engine, "accused_prosecution_instituted", "2026-01-06 08:00", who, CASE, **said)
    until = {"since": "2026-01-08", "to": "2026-03-08"} | order
    await ordered(engine, "investigation", "2026-01-07 09:00", who, **until)


async def ordered(engine: Engine, stage: str, when: str, who: str = PERSON, **said: Any) -> UUID:
    said = {"step": "approved", "stage": stage, "since": when[:10]} | said
    name = "temporary_detention_ordered"
    return await real(engine, name, when, who, CASE, who=PROCURACY, **said)


async def reaches(engine: Engine, stage: str) -> None:
    """The file comes to the procuracy, and then to the court."""
    await sent(engine, "received", BEGAN["prosecution"], PROCURACY)
    if stage == "prosecution":
        return
    accused = {"severity_class": "ITNT"}
    await real(engine, "indictment_issued", "2026-03-20 08:00", CASE, who=PROCURACY, **accused)
    file = {"to": "COURT", "receiver": COURT, "sender": PROCURACY, "stage": "prosecution"}
    await sent(engine, "offered", "2026-03-21 08:00", PROCURACY, **file)
    await sent(engine, "received", "2026-03-22 08:00", COURT, **file)
    said = {"level": "first_instance", "judge": None}
    await real(engine, "case_accepted_by_court", BEGAN["trial"], CASE, who=COURT, **said)


async def at_stage(engine: Engine, stage: str, severity: str = "NT") -> None:
    """One person is detained in a case in which no charge is graver than theirs."""
    await instituted(engine, severity="ITNT")
    await charged(engine, PERSON, severity)
    await reaches(engine, stage)


async def of(engine: Engine, rule: str, who: str = PERSON) -> Deadline:
    [found] = [each for each in await engine.periods(rule) if each.subject == who]
    return found


async def last_day(engine: Engine, stage: str, who: str = PERSON) -> str:
    return f"{(await of(engine, RULES[stage], who)).last_day:%m-%d}"


async def charged_with(engine: Engine, severity: str, when: str) -> None:
    await reclassified(engine, when, class_after=severity)


@pytest.mark.parametrize("severity", ["ITNT", "RNT", "DBNT"])
@pytest.mark.parametrize("stage", RULES)
async def test_another_charge_counts_detention_as_it_counts_the_stage(
    engine: Engine, stage: str, severity: str
):
    await at_stage(engine, stage)
    before = await of(engine, RULES[stage])
    assert f"{before.last_day:%m-%d}" == LAST[stage]["NT"]

    await charged_with(engine, severity, "2026-03-26 09:00")

    now = await of(engine, RULES[stage])
    assert f"{now.last_day:%m-%d}" == LAST[stage][severity]
    assert (now.started_at, now.opened.regime) == (at(BEGAN[stage]), before.opened.regime)
    if now.due != before.due:
        assert now.because == (f"class:{severity}",)
        moved = await engine.said("DeadlineRecomputed")
        [said] = [each for each in moved if each.originator_id == now.id]
        assert (said.why, said.by_topic) == ("reclassified", "cases.offence_reclassified.v1")
    assert (await engine.period(STAGES[stage])).length == now.length


@pytest.mark.parametrize("subject", ["change", "supplement"])
@pytest.mark.parametrize("stage", RULES)
async def test_a_change_that_is_cancelled_gives_the_old_detention_back(
    engine: Engine, stage: str, subject: str
):
    await at_stage(engine, stage)
    await charged_with(engine, "DBNT", "2026-03-10 09:00")

    await reviewed(engine, "2026-03-26 09:00", subject, "more_evidence", None)
    assert await last_day(engine, stage) == LAST[stage]["DBNT"]
    await reviewed(engine, "2026-03-26 10:00", subject, "cancelled", "NT")

    assert await last_day(engine, stage) == LAST[stage]["NT"]


@pytest.mark.parametrize("stage", RULES)
async def test_only_who_is_charged_with_something_else_is_detained_longer(
    engine: Engine, stage: str
):
    await instituted(engine)
    for who in (PERSON, OTHER):
        await charged(engine, who, "NT")
    await reaches(engine, stage)

    await charged_with(engine, "RNT", "2026-03-26 09:00")

    assert await last_day(engine, stage) == LAST[stage]["RNT"]
    assert await last_day(engine, stage, OTHER) == LAST[stage]["NT"]


@pytest.mark.parametrize("stage", RULES)
async def test_who_is_free_has_no_detention_that_could_be_counted_anew(engine: Engine, stage: str):
    await at_stage(engine, stage)
    when = BEGAN[stage].replace(" 08", " 15")
    await real(engine, "preventive_measure_changed", when, PERSON, CASE, to="bail")
    ended = await of(engine, RULES[stage])

    await charged_with(engine, "RNT", "2026-03-26 09:00")

    now = await of(engine, RULES[stage])
    assert (now.is_over, now.due, now.version) == (True, ended.due, ended.version)


@pytest.mark.parametrize("case", ["ITNT", "DBNT"])
@pytest.mark.parametrize("severity", ["NT", "RNT"])
@pytest.mark.parametrize("stage", RULES)
async def test_everybody_is_detained_by_their_own_charge_whatever_the_case_began_with(
    engine: Engine, stage: str, severity: str, case: str
):
    await instituted(engine, severity=case)
    await charged(engine, PERSON, severity)
    await charged(engine, OTHER, "DBNT")

    await reaches(engine, stage)

    assert await last_day(engine, stage) == LAST[stage][severity]
    assert await last_day(engine, stage, OTHER) == LAST[stage]["DBNT"]


@pytest.mark.parametrize(
    ("to", "bound", "lighter"),
    [
        # Nobody has ordered more because the charge is a graver one.
        ("2026-03-18", "03-18", "03-18"),
        ("2026-03-28", "03-28", "03-24"),
        # What the law does not allow, no order gives.
        ("2026-04-20", "04-03", "03-24"),
    ],
)
async def test_detention_ends_as_it_is_ordered_at_that_stage_and_as_the_law_allows(
    engine: Engine, to: str, bound: str, lighter: str
):
    await at_stage(engine, "prosecution", "RNT")
    assert await last_day(engine, "prosecution") == "04-03"

    await ordered(engine, "prosecution", "2026-03-05 09:00", to=to)
    assert await last_day(engine, "prosecution") == bound
    await charged_with(engine, "NT", "2026-03-06 09:00")
    assert await last_day(engine, "prosecution") == lighter
    await charged_with(engine, "DBNT", "2026-03-07 09:00")

    assert await last_day(engine, "prosecution") == bound


async def test_a_graver_charge_needs_another_order_for_more_detention(engine: Engine):
    await at_stage(engine, "trial")
    await ordered(engine, "trial", "2026-03-26 09:00", to="2026-05-09")
    await charged_with(engine, "RNT", "2026-04-01 09:00")
    assert await last_day(engine, "trial") == "05-09"

    await ordered(engine, "trial", "2026-05-08 09:00", to="2026-05-20")

    assert await last_day(engine, "trial") == "05-20"
    *_, moved = await engine.said("DeadlineRecomputed")
    assert (moved.why, moved.by_topic) == ("term_changed", "cases.temporary_detention_ordered.v1")


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("investigation", {"since": "2026-03-05", "to": "2026-03-12"}),
        ("trial", {"since": "2026-03-05", "to": "2026-03-12"}),
    ],
)
async def test_an_order_of_another_stage_says_nothing_of_this_one(
    engine: Engine, stage: str, said: dict[str, str]
):
    await at_stage(engine, "prosecution")

    await ordered(engine, stage, "2026-03-05 09:00", **said)

    assert await last_day(engine, "prosecution") == "03-24"


async def test_an_order_of_before_the_file_went_back_says_nothing_of_when_it_is_there_again(
    engine: Engine,
):
    await at_stage(engine, "prosecution")
    await ordered(engine, "prosecution", "2026-03-05 09:00", to="2026-03-24")
    said = {"by": "VKS", "kind": "supplementary"}
    name = "supplementary_investigation_requested"
    await real(engine, name, "2026-03-12 09:00", CASE, who=PROCURACY, **said)

    await sent(engine, "received", "2026-03-20 08:00", PROCURACY)

    closed, now = await engine.periods("DET-PROS")
    assert (closed.is_over, f"{closed.last_day:%m-%d}") == (True, "03-24")
    assert (now.is_over, f"{now.last_day:%m-%d}") == (False, "04-09")


async def test_an_order_that_is_known_before_the_file_came_binds_all_the_same(engine: Engine):
    await instituted(engine)
    await charged(engine, PERSON, "NT")
    await ordered(engine, "prosecution", "2026-03-05 09:00", to="2026-03-18")

    await sent(engine, "received", BEGAN["prosecution"], PROCURACY)

    assert await last_day(engine, "prosecution") == "03-18"


@pytest.mark.parametrize(("to", "end"), [("2026-03-29", "03-22"), ("2026-03-20", "03-20")])
async def test_a_corrected_receipt_counts_by_their_charge_and_their_order(
    engine: Engine, to: str, end: str
):
    await instituted(engine, severity="RNT")
    await charged(engine, PERSON, "NT")
    await reaches(engine, "prosecution")
    await ordered(engine, "prosecution", "2026-03-05 09:00", to=to)
    received = (await of(engine, "DET-PROS")).opened.start_event

    await correct(engine, received, "2026-03-02 08:00", "2026-03-06 09:00", CASE)

    assert await last_day(engine, "prosecution") == end


async def test_what_runs_again_is_counted_by_the_charge_of_now(engine: Engine):
    await at_stage(engine, "prosecution")
    file = {"to": "COURT", "receiver": COURT, "sender": PROCURACY, "stage": "prosecution"}
    await sent(engine, "offered", "2026-03-16 08:00", PROCURACY, **file)
    await charged_with(engine, "RNT", "2026-03-16 15:00")

    back = {"offered_at": at("2026-03-16 08:00").isoformat(), "refused_reason": "Chuyển nhầm"}
    await sent(engine, "withdrawn", "2026-03-17 08:00", PROCURACY, **file, **back)

    met, again = await engine.periods("DET-PROS")
    assert (met.is_over, f"{met.last_day:%m-%d}") == (True, "03-24")
    assert (again.is_over, f"{again.last_day:%m-%d}") == (False, "04-03")


async def test_what_began_under_the_law_of_2025_is_counted_by_it_in_2026(engine: Engine):
    """Detention of the young: two thirds, by a rule that ended with 2025."""
    engine.now = at("2025-12-10 08:00")
    await instituted(engine, "2025-12-10 08:00", "RNT")
    young = {"under_18": True, "juvenile_law": "BLTTHS-2015"}
    said = {"severity_class": "RNT"} | young
    await real(engine, "accused_prosecution_instituted", "2025-12-11 08:00", PERSON, CASE, **said)
    # Two thirds of four months of thirty days: eighty days.
    until = {"to": "2026-03-05"} | young
    await ordered(engine, "investigation", "2025-12-15 09:00", **until)
    before = await engine.period(YOUNG, "DET")
    assert before.due == at("2026-03-06 00:00")

    await charged_with(engine, "NT", "2026-01-12 09:00")

    # Two thirds of three months: sixty days from 15 December.
    now = await engine.period(YOUNG, "DET")
    assert (now.due, now.opened.article) == (at("2026-02-14 00:00"), before.opened.article)
