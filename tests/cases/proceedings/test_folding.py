"""What was recorded is the whole truth, and no stage is reached that the law does not draw."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.cases.proceedings.casefile import CASE_STAGES, PARTS
from services.cases.proceedings.domain import CASE_STEPS, Case
from services.cases.proceedings.events import ProceedingsEvent
from shared.domain import decode_event, encode_state
from shared.errors import Refused
from tests.cases.examples import (
    BORDER_GUARD,
    INVESTIGATORS,
    MORNING,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
)
from tests.cases.proceedings.examples import (
    BROKERAGE,
    ENTRY,
    OTHER,
    PERSON,
    accepted,
    change,
    conclude,
    designate,
    discontinue,
    extend,
    give_back,
    indict,
    institute,
    resume,
    send,
    suspend,
    transfer,
)

Step = Callable[[Any, Any], object]

DRAWN: Mapping[str, str] = {
    # From → to, as domain-reference 2c draws the machine “Criminal case”. What it writes as one
    # arrow with two facts (InvestigationConcluded → CaseFileTransmitted, IndictmentIssued →
    # CaseFileTransmitted) has the stage between them; INVESTIGATION(supp) is SUPPLEMENTARY.
    "": "INVESTIGATION BG_INITIAL",
    "BG_INITIAL": "INVESTIGATION",
    "INVESTIGATION": "INV_SUSPENDED DISCONTINUED CONCLUDED JOINED CANCELLED",
    "SUPPLEMENTARY": "INV_SUSPENDED DISCONTINUED CONCLUDED JOINED CANCELLED",
    "INV_SUSPENDED": "INVESTIGATION SUPPLEMENTARY",
    "CONCLUDED": "PROSECUTION DISCONTINUED",
    "PROSECUTION": "SUPPLEMENTARY PROS_SUSPENDED DISCONTINUED INDICTMENT_ISSUED INDICTED JOINED",
    "PROS_SUSPENDED": "PROSECUTION",
    "INDICTMENT_ISSUED": "INDICTED",
    "INDICTED": "TRIAL_PREPARATION PROSECUTION",
    "TRIAL_PREPARATION": "SUPPLEMENTARY TRIAL_ORDERED TRIAL_SUSPENDED DISCONTINUED PROSECUTION",
    # Not in 2c, but named by the catalogue: JOINED (40), CANCELLED (38), court → procuracy (39,
    # BLTTHS 274), suspension by courts (45, BLTTHS 281), discontinuation by them (47, 282).
    "TRIAL_SUSPENDED": "TRIAL_PREPARATION",
    "DISCONTINUED": "INVESTIGATION SUPPLEMENTARY PROSECUTION TRIAL_PREPARATION",
    "JOINED": "",
    "CANCELLED": "",
}


def _receive(case: Any, by: Any) -> None:
    to = {"VKS": "VKS", "TAND": "COURT"}.get(str(case.offered_to).partition("_")[0], "CQDT")
    to = "VKS" if str(case.offered_to).startswith("VKSND") else to
    case.transmit_case_file(send(to, case.offered_to or STRANGER, step="received"), by)


def _withdraw(case: Any, by: Any) -> None:
    to, way = case.offered_to or STRANGER, case._offered_as or "VKS"
    if way == "transfer":
        case.transfer_case(transfer(to, step="withdrawn"), by)
        return
    where, _, kind = way.partition(" ")
    said = {"step": "withdrawn", "kind": kind or "normal", "refused_reason": "Chuyển nhầm"}
    case.transmit_case_file(send(where, to, **said), by)


STEPS: Sequence[Step] = (
    lambda it, by: it.change_institution(change(), by),
    lambda it, by: it.change_institution(change(kind="cancel", offences_after=()), by),
    lambda it, by: it.transfer_case(transfer(), by),
    lambda it, by: it.transfer_case(transfer(REGIONAL_PROCURACY), by),
    lambda it, by: it.transfer_case(transfer(it.offered_to or STRANGER, step="received"), by),
    lambda it, by: it.transfer_case(transfer(it.offered_to or STRANGER, step="refused"), by),
    lambda it, by: it.extend_period(extend(requested_on=by.on), by),
    lambda it, by: it.extend_period(extend(granted=False), by),
    lambda it, by: it.conclude_investigation(conclude(), by),
    lambda it, by: it.conclude_investigation(
        conclude(kind="supplementary", conclusion_ref=str(by.at)), by
    ),
    lambda it, by: it.conclude_investigation(conclude(recommendation="discontinue"), by),
    lambda it, by: it.request_supplementary_investigation(give_back(decision_ref=str(by.at)), by),
    lambda it, by: it.request_supplementary_investigation(give_back("JUDGE"), by),
    lambda it, by: it.request_supplementary_investigation(give_back("APPEAL"), by),
    lambda it, by: it.issue_indictment(indict(), by),
    lambda it, by: it.suspend_proceedings(suspend(decision_ref=str(by.at)), by),
    lambda it, by: it.suspend_proceedings(suspend(accused_ref=PERSON), by),
    lambda it, by: it.resume_proceedings(resume(decision_ref=str(by.at)), by),
    lambda it, by: it.resume_proceedings(resume(reason="decision_cancelled"), by),
    lambda it, by: it.resume_proceedings(resume(accused_ref=PERSON), by),
    lambda it, by: it.discontinue_proceedings(discontinue(), by),
    lambda it, by: it.discontinue_proceedings(discontinue(accused_ref=OTHER), by),
    lambda it, by: it.transmit_case_file(send(), by),
    lambda it, by: it.transmit_case_file(send("CQDT", INVESTIGATORS), by),
    lambda it, by: it.transmit_case_file(send("COURT", REGIONAL_COURT), by),
    lambda it, by: it.transmit_case_file(
        send("COURT", REGIONAL_COURT, kind="after_supplement"), by
    ),
    _receive,
    lambda it, by: it.designate_model_case(designate(), by),
    lambda it, by: accepted(it, by.at),
    _withdraw,
)
FORWARD = (8, 9, 14, 22, 23, 24, 26, 28)
"""Steps that bring a case on, so that random histories get far."""
BEGINNINGS = (
    (INVESTIGATORS, {}),
    (BORDER_GUARD, {"offences": (BROKERAGE,)}),
    (BORDER_GUARD, {"offences": (ENTRY,), "flagrante": True}),
    (PROCURACY, {}),
    (REGIONAL_COURT, {}),
)
WHO = ("holder", "holder", "offered", PROCURACY, REGIONAL_PROCURACY, STRANGER)


def actor(case: Any, who: str) -> str:
    if who == "holder":
        return str(case.holder)
    return str(case.offered_to or case.holder) if who == "offered" else who


WAY = (
    *((8, "holder"), (22, "holder"), (26, "offered")),
    *((11, "holder"), (26, "offered"), (9, "holder"), (22, "holder"), (26, "offered")),
    *((14, "holder"), (24, "holder"), (26, "offered"), (28, "holder"), (12, "holder")),
)
"""To the procuracy, back to the police and again, to the court, and back by the judge."""


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Some way along, and from there on anything."""
    begun = [*WAY[: draw(st.integers(0, len(WAY)))]]
    steps = st.one_of(st.sampled_from(FORWARD), st.integers(0, len(STEPS) - 1))
    anything = st.lists(st.tuples(steps, st.sampled_from(WHO)), max_size=25)
    return begun + draw(anything)


def lived(beginning: tuple[str, Any], history: Sequence[tuple[int, str]]) -> tuple[Any, set[Any]]:
    """A case after a random history, and the changes of stage that it went through."""
    by, said = beginning
    case = Case.institute_case(institute(**said), act(by))
    moves = {("", case.stage)}
    for hours, (number, who) in enumerate(history, 1):
        before = case.stage
        with suppress(Refused):
            STEPS[number](case, act(actor(case, who), MORNING + timedelta(hours=hours)))
        if case.stage != before:
            moves.add((before, case.stage))
    return case, moves


@given(st.sampled_from(BEGINNINGS), histories())
def test_a_case_folded_from_its_record_is_the_live_one(beginning: Any, history: Any):
    case, _ = lived(beginning, history)

    folded: Any = None
    for fact in case.collect_events():
        bytes_of_it = encode_state(fact)
        read = decode_event(fact.TOPIC, fact.originator_id, fact.originator_version, bytes_of_it)
        folded = read.mutate(folded)

    event(f"ends at {case.stage}")
    assert folded.state() == case.state()
    assert folded.course == case.course and folded.offered_to == case.offered_to


@given(st.sampled_from(BEGINNINGS), histories())
def test_no_stage_is_reached_that_is_not_drawn(beginning: Any, history: Any):
    _, moves = lived(beginning, history)

    assert [(a, b) for a, b in moves if b not in DRAWN[a].split()] == []


@given(st.sampled_from(BEGINNINGS), histories())
def test_a_file_is_always_with_somebody_who_takes_part(beginning: Any, history: Any):
    case, _ = lived(beginning, history)

    assert case.holder and case.holder != case.offered_to
    assert case.returns.get("VKS", 0) <= 2 and case.returns.get("JUDGE", 0) <= 1


def test_the_way_to_court_and_back_is_walked():
    case, moves = lived(BEGINNINGS[0], WAY)

    assert case.stage == "SUPPLEMENTARY" and case.returns == {"VKS": 1, "JUDGE": 1}
    assert {b for _, b in moves} == {
        *("INVESTIGATION", "CONCLUDED", "PROSECUTION", "SUPPLEMENTARY"),
        *("INDICTMENT_ISSUED", "INDICTED", "TRIAL_PREPARATION"),
    }


def test_every_stage_has_words_and_every_fact_a_row():
    named = {stage for row in CASE_STEPS.values() for stage in row.before}

    assert named | {*PARTS} <= {*Case.STAGES}
    assert {*DRAWN} - {"", "TRIAL_PREPARATION"} == {*CASE_STAGES} - {"APPEAL_SUSPENDED"}
    assert {*CASE_STEPS} == {*ProceedingsEvent.__args__[2:]}


@pytest.mark.parametrize("fact", list(CASE_STEPS), ids=lambda each: each.__name__)
def test_every_row_names_its_article(fact: Any):
    assert "Điều" in CASE_STEPS[fact].article or "liên ngành" in CASE_STEPS[fact].article
