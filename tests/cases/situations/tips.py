"""Tips at every stage, and who says what of them."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    CaseNonInstitutionDecided,
    ClassifyTip,
    LeadTipToCase,
    NotifyTipInformant,
    ResumeTipHandling,
    TipClassified,
    TipHandlerAssigned,
    TipHandlingResumed,
    TipHandlingSuspended,
    TipInformantNotified,
    TipLedToCase,
    TipReceived,
    TipTransferred,
    TipVerificationExtended,
    TransferTip,
)
from shared.actor import Act
from tests.cases.examples import (
    COMMUNE,
    COMMUNE_POLICE,
    HOTLINE,
    INVESTIGATORS,
    PROCURACY,
    STATION,
    STRANGER,
    act,
)
from tests.cases.situations.table import (
    BEGINNING,
    HOLDER,
    OFFERED,
    Machine,
    Row,
    Stand,
    Try,
    stands,
)
from tests.cases.tips.examples import (
    ASKED,
    BY_HEAD,
    GRANTED,
    GROUND_GONE,
    HANDLER,
    NO_CASE,
    SUSPENSION,
    TOLD,
    forward,
    in_hand,
    offered,
    received,
    tip,
    verifying,
)

ANOTHER = HANDLER.model_copy(update={"handler": "dtv.13"})
SUSPENDED = SUSPENSION.model_copy(update={"decision_ref": "18/QĐ-CQCSĐT"})
NONE = NO_CASE.model_copy(update={"decision_ref": "31/QĐ-CQCSĐT"})
LATER = "2025-08-06"
FIRST = UUID(int=0xF125)
POST = "TRAM_CA-P34-40-16681"
REASON = "trực tiếp kiểm tra, xác minh"


def found_no_crime() -> Tip:
    it = received()
    it.classify_tip(ClassifyTip(classification="not_crime"), act(moment="2025-08-04T15:00"))
    return it


def classified(**said: Any) -> Tip:
    it = received()
    it.classify_tip(ClassifyTip(**said), act(moment="2025-08-04T15:00"))
    return it


def extended(asked: bool = False) -> Tip:
    it = verifying()
    it.extend_tip_verification(BY_HEAD, act(moment="2025-08-20"))
    if asked:
        it.extend_tip_verification(ASKED, act(moment="2025-09-25"))
    return it


def called_in(handed: bool = False) -> Tip:
    """The procuracy wants to have it itself."""
    it = verifying()
    said = TransferTip(kind="vks_takeover_requested", to=PROCURACY, reason=REASON)
    it.transfer_tip(said, act(PROCURACY, LATER))
    if handed:
        it.transfer_tip(TransferTip(kind="vks_takeover", to=PROCURACY), act(moment="2025-08-07"))
    return it


def passed_on(to: str) -> Tip:
    """The commune's committee passes on what it was told."""
    it = received(COMMUNE, channel="in_person")
    kind = "commune_forward" if to == COMMUNE_POLICE else "competence"
    it.transfer_tip(
        TransferTip.model_validate({"kind": kind, "to": to}), act(COMMUNE, "2025-08-04T12:00")
    )
    return it


def resumed() -> Tip:
    it = suspended()
    it.resume_tip_handling(GROUND_GONE, act(moment="2025-09-01"))
    return it


def in_hand_offered() -> Tip:
    it = in_hand()
    it.transfer_tip(TransferTip(kind="competence", to=STRANGER), act(moment=LATER))
    return it


def suspended_and_called_in() -> Tip:
    it = suspended()
    said = TransferTip(kind="vks_takeover_requested", to=PROCURACY, reason=REASON)
    it.transfer_tip(said, act(PROCURACY, "2025-08-07"))
    return it


def suspended() -> Tip:
    it = verifying()
    it.suspend_tip_handling(SUSPENSION, act(moment=LATER))
    return it


def not_instituted() -> Tip:
    it = verifying()
    it.decide_case_non_institution(NO_CASE, act(moment=LATER))
    return it


def case_instituted() -> Tip:
    it = verifying()
    it.institute_case(LeadTipToCase(case_id=UUID(int=1)), act(moment=LATER))
    return it


def receive(**said: Any) -> Any:
    return lambda stand, by: Tip.receive_tip(tip(**said), by)


def classify(**said: Any) -> Any:
    return lambda stand, by: stand.thing.classify_tip(ClassifyTip(**said), by)


def transfer(**said: Any) -> Any:
    return lambda stand, by: stand.thing.transfer_tip(TransferTip(**said), by)


def calls_in(stand: Stand, by: Act) -> None:
    """A procuracy wants to have it itself."""
    said = TransferTip(kind="vks_takeover_requested", to=by.agency, reason=REASON)
    stand.thing.transfer_tip(said, by)


def answer(step: str) -> Any:
    """Whoever it was offered to receives or refuses what was offered; who offered withdraws it."""

    def says(stand: Stand, by: Act) -> None:
        went = stand.thing._offered or forward()
        said: dict[str, Any] = {"kind": went.kind, "to": went.to, "step": step}
        said["reason"] = None if step == "received" else "x"
        stand.thing.transfer_tip(TransferTip(**said), by)

    return says


def notify(**said: Any) -> Any:
    told = TOLD.model_copy(update=said)
    return lambda stand, by: stand.thing.notify_tip_informant(
        NotifyTipInformant.model_validate(told.model_dump()), by
    )


def head_extends(stand: Stand, by: Act) -> None:
    until = stand.thing.extensions.since + timedelta(days=50)
    stand.thing.extend_tip_verification(BY_HEAD.model_copy(update={"until": until}), by)


def resume(reason: str) -> Any:
    said = ResumeTipHandling.model_validate({"reason": reason, "decision_ref": "22/QĐ"})
    return lambda stand, by: stand.thing.resume_tip_handling(said, by)


TAKEN_DOWN = "BLTTHS Điều 145: whoever is told takes it down, wherever it happened"

MACHINES = (
    Machine(
        Tip,
        {
            BEGINNING: (Stand,),
            "received": (stands(received), stands(lambda: received(COMMUNE_POLICE))),
            "transferred": (
                stands(offered),
                stands(in_hand_offered),
                *(stands(partial(passed_on, to)) for to in (COMMUNE_POLICE, POST, PROCURACY)),
                stands(lambda: called_in(handed=True)),
            ),
            "in_hand": (stands(in_hand), stands(found_no_crime)),
            "verifying": (
                stands(verifying),
                stands(extended),
                stands(lambda: extended(asked=True)),
                stands(called_in),
                stands(resumed),
            ),
            "suspended": (stands(suspended), stands(suspended_and_called_in)),
            "case_instituted": (stands(case_instituted),),
            "not_instituted": (stands(not_instituted),),
            "linked": (stands(lambda: classified(classification="duplicate", duplicate_of=FIRST)),),
            "referred": (stands(lambda: classified(classification="administrative")),),
        },
        {
            TipReceived: Row(
                (
                    Try(INVESTIGATORS, receive(), anywhere=TAKEN_DOWN),
                    Try(COMMUNE_POLICE, receive(), anywhere=TAKEN_DOWN),
                    Try(COMMUNE_POLICE, receive(remote=True), anywhere=TAKEN_DOWN),
                    Try(COMMUNE_POLICE, receive(suspected_offence=None), anywhere=TAKEN_DOWN),
                    Try(POST, receive(happened_on="2025-07-30"), anywhere=TAKEN_DOWN),
                    Try(PROCURACY, receive(kind="surrender"), anywhere=TAKEN_DOWN),
                    Try(COMMUNE, receive(channel="in_person"), anywhere=TAKEN_DOWN),
                    Try(STATION, receive(channel="patrol"), anywhere=TAKEN_DOWN),
                    Try(HOTLINE, receive(channel="hotline_111")),
                )
            ),
            TipClassified: Row(
                (
                    Try(HOLDER, classify(classification="crime")),
                    Try(HOLDER, classify(classification="administrative")),
                    Try(HOLDER, classify(classification="duplicate", duplicate_of=FIRST)),
                    Try(
                        HOLDER,
                        classify(
                            classification="crime", competent=False, competent_agency=STRANGER
                        ),
                    ),
                )
            ),
            TipTransferred: Row(
                (
                    Try(HOLDER, transfer(kind="commune_forward", to=INVESTIGATORS)),
                    Try(HOLDER, transfer(kind="competence", to=STRANGER)),
                    Try(HOLDER, transfer(kind="vks_takeover", to=PROCURACY)),
                    Try(PROCURACY, calls_in),
                    Try(OFFERED, answer("received")),
                    Try(OFFERED, answer("refused")),
                    Try(HOLDER, answer("withdrawn")),
                )
            ),
            TipHandlerAssigned: Row(
                (Try(HOLDER, lambda stand, by: stand.thing.assign_tip_handler(ANOTHER, by)),)
            ),
            TipInformantNotified: Row(
                tuple(
                    Try(HOLDER, notify(kind=kind, to=to))
                    for kind in ("receipt", "suspension", "resumption", "result")
                    for to in ("informant", "vks")
                ),
                everywhere="a notice of the receipt may be recorded late (TTLT 01/2017 Điều 14)",
            ),
            TipVerificationExtended: Row(
                (
                    Try(HOLDER, head_extends),
                    Try(HOLDER, lambda stand, by: stand.thing.extend_tip_verification(ASKED, by)),
                    Try(
                        PROCURACY,
                        lambda stand, by: stand.thing.extend_tip_verification(GRANTED, by),
                    ),
                )
            ),
            TipHandlingSuspended: Row(
                (Try(HOLDER, lambda stand, by: stand.thing.suspend_tip_handling(SUSPENDED, by)),)
            ),
            TipHandlingResumed: Row(
                (
                    Try(
                        HOLDER,
                        lambda stand, by: stand.thing.resume_tip_handling(GROUND_GONE, by),
                    ),
                    Try(PROCURACY, resume("vks_cancelled")),
                    Try(PROCURACY, resume("vks_cancelled_non_institution")),
                )
            ),
            CaseNonInstitutionDecided: Row(
                (
                    Try(
                        HOLDER,
                        lambda stand, by: stand.thing.decide_case_non_institution(NONE, by),
                    ),
                )
            ),
            TipLedToCase: Row(
                tuple(
                    Try(
                        by,
                        lambda stand, by: stand.thing.institute_case(
                            LeadTipToCase(case_id=UUID(int=2)), by
                        ),
                    )
                    for by in (HOLDER, PROCURACY)
                )
            ),
        },
    ),
)
