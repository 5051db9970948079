"""The courts' half joined to the whole case: one stream from institution to execution."""

from typing import Any

import pytest

from services.cases.lists import Offence
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import (
    ConcludeInvestigation,
    DesignateModelCase,
    InstituteCase,
    IssueIndictment,
    RequestSupplementaryInvestigation,
    TransmitCaseFile,
)
from services.cases.proceedings.parts import Charged
from services.cases.trials.events import ConfirmEffect
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    act,
    at,
    folded,
)
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    EXECUTE,
    JUDGE,
    LAST_SESSION,
    MANH,
    MOBILE,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    PROTEST,
    THUY,
    UPHOLD,
)

OFFENCE = Offence(article="150", clause=2)


def hand_over(case: Case, to: str, giver: str, taker: str, day: str, **more: Any) -> None:
    """The file goes on: offered in the morning, received at noon."""
    said = TransmitCaseFile(to=to, receiver=taker, documents=300, exhibits=2, **more)
    case.transmit_case_file(said, act(giver, f"{day}T08:00"))
    received = said.model_copy(update={"step": "received"})
    case.transmit_case_file(received, act(taker, f"{day}T12:00"))


def indicted() -> Case:
    """A case whose file has reached the regional court on 18/8/2025."""
    institute = InstituteCase(
        case_no="41/QĐ-CSĐT", offences=(OFFENCE,), place="P34-40-16681", victims_known=2
    )
    conclude = ConcludeInvestigation(
        kind="first",
        recommendation="prosecute",
        accused=(THUY, MANH),
        offences=(OFFENCE,),
        conclusion_ref="9/KLĐT",
    )
    indict = IssueIndictment(
        indictment_no="21/CT-VKS",
        accused=tuple(Charged(ref=ref, offence=OFFENCE) for ref in (THUY, MANH)),
        competent_court=REGIONAL_COURT,
    )
    case = Case.institute_case(institute, act(INVESTIGATORS, "2025-07-03"))
    case.conclude_investigation(conclude, act(INVESTIGATORS, "2025-08-01"))
    hand_over(case, "VKS", INVESTIGATORS, REGIONAL_PROCURACY, "2025-08-04")
    case.issue_indictment(indict, act(REGIONAL_PROCURACY, "2025-08-15"))
    hand_over(case, "COURT", REGIONAL_PROCURACY, REGIONAL_COURT, "2025-08-18")
    return case


def judged() -> Case:
    case = indicted()
    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-08-19"))
    case.order_trial(ORDER, act(REGIONAL_COURT, "2025-09-08"))
    case.open_trial(OPEN, act(REGIONAL_COURT, "2025-09-22T07:45"))
    case.pronounce_judgment(JUDGE, act(REGIONAL_COURT, "2025-09-24T09:00"))
    case.hold_trial(LAST_SESSION, act(REGIONAL_COURT, "2025-09-24T10:00"))
    return case


def test_a_case_is_tried_appealed_protested_and_carried_out():
    case = judged()
    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-06"))
    case.file_protest(PROTEST, act(PROCURACY, "2025-10-20"))
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-21"))
    hand_over(case, "APPEAL_COURT", REGIONAL_COURT, COURT, "2025-10-27")

    case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-28"))
    case.order_trial(ORDER_APPEAL, act(COURT, "2025-11-10"))
    case.open_trial(OPEN, act(COURT, "2025-11-24T07:40"))
    case.pronounce_appellate_judgment(UPHOLD, act(COURT, "2025-11-25T11:00"))
    case.confirm_effect(ConfirmEffect(reason="appellate"), act(COURT, "2025-11-25T11:00"))
    case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-12-01"))

    assert case.stage == "EXECUTION"
    events = case.collect_events()
    assert folded(events) == case
    assert folded(events).state() == case.state()


def test_a_file_that_was_offered_elsewhere_is_not_accepted():
    case = judged()
    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-06"))
    offer = TransmitCaseFile(to="APPEAL_COURT", receiver=COURT, documents=300, exhibits=2)
    case.transmit_case_file(offer, act(REGIONAL_COURT, "2025-10-27"))

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-28"))


def test_a_panel_returns_the_file_and_the_trial_begins_anew_when_it_is_back():
    case = indicted()
    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-08-19"))
    case.order_trial(ORDER, act(REGIONAL_COURT, "2025-09-08"))
    case.open_trial(OPEN, act(REGIONAL_COURT, "2025-09-22T07:45"))
    back = RequestSupplementaryInvestigation(
        by="PANEL",
        kind="supplementary",
        returned_to=REGIONAL_PROCURACY,
        issues=("Làm rõ vai trò từng bị cáo",),
        decision_ref="3/QĐ-TA",
    )

    case.request_supplementary_investigation(back, act(REGIONAL_COURT, "2025-09-23"))

    with pytest.raises(Refused, match="wrong-stage") as refusal:
        case.pronounce_judgment(JUDGE, act(REGIONAL_COURT, "2025-09-24"))
    assert "điều tra bổ sung" in refusal.value.vi
    case.hold_trial(LAST_SESSION, act(REGIONAL_COURT, "2025-09-23T11:00"))
    assert case.stage == "SUPPLEMENTARY"


def test_the_consent_that_was_given_for_a_model_case_is_enough_for_a_mobile_trial():
    case = indicted()
    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-08-19"))
    without = MOBILE.model_copy(update={"victims_consent": False})
    with pytest.raises(Refused, match="victims-protected"):
        case.decide_trial_format(without, act(REGIONAL_COURT, "2025-08-21"))
    model = DesignateModelCase(
        proposed_by=REGIONAL_COURT,
        agreed_by=(INVESTIGATORS, REGIONAL_PROCURACY, REGIONAL_COURT),
        agreed_on=at("2025-08-20").date(),
        reason="Tuyên truyền tại địa bàn biên giới",
        victims_consent=True,
    )

    case.designate_model_case(model, act(REGIONAL_COURT, "2025-08-20"))
    case.decide_trial_format(without, act(REGIONAL_COURT, "2025-08-21"))

    assert case.formats == ("mobile",)
