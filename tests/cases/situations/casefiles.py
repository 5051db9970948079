"""Cases at every stage: those before the courts are played in `trials.py`."""

from collections.abc import Callable
from typing import Any

from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import (
    Regrouping,
)
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
)
from tests.cases.proceedings.examples import (
    PERSON,
    before_court,
    change,
    charged,
    conclude,
    concluded,
    discontinue,
    give_back,
    handed,
    in_prosecution,
    indicted,
    initial,
    instituted,
    resume,
    send,
    suspend,
    transfer,
)
from tests.cases.situations import trials
from tests.cases.situations.table import (
    BEGINNING,
    Stand,
    Way,
    stands,
)

TOGETHER = Regrouping(kind="join", reason="Cùng nhóm", decision_ref="53/QĐ")


def offered_to_others() -> Case:
    """On its way to the investigators of another province, and not received."""
    case = instituted()
    case.transfer_case(transfer(STRANGER), act(moment="2025-08-05"))
    return case


def supplementary() -> Case:
    """The procuracy has returned the file and the police have it."""
    case = in_prosecution()
    case.request_supplementary_investigation(give_back(), act(PROCURACY, "2025-11-10T08:00"))
    case.transmit_case_file(
        send("CQDT", INVESTIGATORS, step="received"), act(INVESTIGATORS, "2025-11-10T12:00")
    )
    return case


def returned_by_the_judge() -> Case:
    """The file is with the procuracy, which has to pass it on."""
    case = before_court()
    case.request_supplementary_investigation(give_back("JUDGE"), act(REGIONAL_COURT, "2025-12-01"))
    case.transmit_case_file(send(step="received"), act(PROCURACY, "2025-12-02"))
    return case


def supplemented_after_the_judge() -> Case:
    """Supplemented for the court: at the procuracy again, with its indictment."""
    case = returned_by_the_judge()
    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2025-12-03")
    case.conclude_investigation(conclude(kind="supplementary"), act(moment="2025-12-10"))
    handed(case, send(kind="after_supplement"), INVESTIGATORS, PROCURACY, "2025-12-11")
    return case


def supplemented_for_the_court() -> Case:
    return sent(supplemented_after_the_judge, "COURT", REGIONAL_COURT, kind="after_supplement")


def one_stopped(make: Callable[[], Case]) -> Case:
    """One accused is left out for now, the case goes on."""
    case = make()
    ref = case.accused[0] if case.accused else PERSON
    moment = case.modified_on.replace(microsecond=1)
    case.suspend_proceedings(suspend(accused_ref=ref), act(case.holder, moment))
    return case


def sent(make: Callable[[], Case], *said: Any, **other: Any) -> Case:
    """Its file is on the way."""
    case = make()
    moment = case.modified_on.replace(microsecond=2)
    case.transmit_case_file(send(*said, **other), act(case.holder, moment))
    return case


def passed(make: Callable[[], Case], to: str) -> Case:
    """It is on the way to another body by competence."""
    case = make()
    moment = case.modified_on.replace(microsecond=2)
    case.transfer_case(transfer(to), act(case.holder, moment))
    return case


def halted(make: Callable[[], Case], day: str) -> Case:
    case = make()
    case.suspend_proceedings(suspend(), act(case.holder, day))
    return case


def ended(make: Callable[[], Case], day: str, **said: Any) -> Case:
    case = make()
    case.discontinue_proceedings(discontinue(**said), act(case.holder, day))
    return case


def supplementary_anew() -> Case:
    """Suspended while the police supplemented it, and resumed: a new period runs."""
    case = halted(supplementary, "2025-11-12")
    case.resume_proceedings(resume(), act(moment="2025-11-20"))
    return case


def joined() -> Case:
    """It has ended in another case."""
    kept, gone = instituted(), instituted(case_no="42/QĐ-CSĐT")
    kept.join_cases(TOGETHER, act(moment="2025-08-05"), [gone])
    return gone


def cancelled() -> Case:
    case = instituted()
    case.change_institution(change(kind="cancel", offences_after=()), act(moment="2025-08-05"))
    return case


WAYS: dict[str, tuple[Way, ...]] = {
    BEGINNING: (Stand,),
    "INVESTIGATION": (
        stands(instituted),
        stands(offered_to_others),
        stands(lambda: instituted(PROCURACY)),
        stands(lambda: one_stopped(instituted)),
        stands(trials.to_be_investigated_anew),
        stands(trials.quashed_in_review),
    ),
    "BG_INITIAL": (stands(initial), stands(lambda: passed(initial, INVESTIGATORS))),
    "SUPPLEMENTARY": (
        stands(supplementary),
        stands(returned_by_the_judge),
        stands(supplementary_anew),
        stands(lambda: one_stopped(supplementary)),
        stands(trials.returned_by_the_panel),
        stands(trials.supplementary_after_appeal),
    ),
    "INV_SUSPENDED": (
        stands(lambda: halted(instituted, "2025-08-05")),
        stands(lambda: halted(supplementary, "2025-11-12")),
    ),
    "CONCLUDED": (
        stands(concluded),
        stands(lambda: sent(concluded)),
        stands(lambda: concluded(recommendation="discontinue", accused=())),
    ),
    "PROSECUTION": (
        stands(in_prosecution),
        stands(lambda: passed(in_prosecution, REGIONAL_PROCURACY)),
        stands(supplemented_after_the_judge),
        stands(supplemented_for_the_court),
        stands(lambda: one_stopped(in_prosecution)),
    ),
    "PROS_SUSPENDED": (stands(lambda: halted(in_prosecution, "2025-11-10")),),
    "INDICTMENT_ISSUED": (
        stands(charged),
        stands(lambda: sent(charged, "COURT", REGIONAL_COURT)),
    ),
    "INDICTED": (stands(indicted), stands(lambda: passed(indicted, PROCURACY))),
    "DISCONTINUED": (
        stands(lambda: ended(instituted, "2025-08-05")),
        stands(lambda: ended(supplementary, "2025-11-12")),
        stands(lambda: ended(in_prosecution, "2025-11-10")),
        stands(lambda: ended(before_court, "2025-12-01")),
        stands(trials.quashed_for_good),
    ),
    "JOINED": (stands(joined),),
    "CANCELLED": (stands(cancelled),),
    "TRIAL_SUSPENDED": (stands(lambda: halted(before_court, "2025-12-01")),),
    "APPEAL_SUSPENDED": (
        stands(lambda: halted(lambda: trials.tried("appeal_opened"), "2025-11-25")),
    ),
}
WAYS |= {
    **trials.WAYS,
    "TRIAL_PREPARATION": (
        *trials.WAYS["TRIAL_PREPARATION"],
        stands(before_court),
        stands(lambda: passed(before_court, PROCURACY)),
        stands(lambda: one_stopped(before_court)),
        stands(lambda: sent(lambda: trials.decided("quashed_retry"), "COURT", REGIONAL_COURT)),
    ),
    "APPEALED": (
        *trials.WAYS["APPEALED"],
        stands(lambda: one_stopped(lambda: trials.tried("appeal_accepted"))),
        stands(lambda: sent(lambda: trials.tried("appealed"), "APPEAL_COURT", COURT)),
        stands(lambda: sent(lambda: trials.tried("appeal_accepted"), "VKS", PROCURACY)),
    ),
    "JUDGED": (
        *trials.WAYS["JUDGED"],
        stands(
            lambda: sent(lambda: trials.tried("judged"), "APPEAL_COURT", COURT, kind="late_appeal")
        ),
    ),
    "IN_FORCE": (
        *trials.WAYS["IN_FORCE"],
        stands(lambda: sent(trials.late_in_force, "APPEAL_COURT", COURT, kind="late_appeal")),
    ),
    "REVIEW": (
        *trials.WAYS["REVIEW"],
        stands(lambda: sent(trials.with_the_court_of_review, "COURT", REGIONAL_COURT)),
        stands(lambda: sent(trials.with_the_court_of_review, "APPEAL_COURT", COURT)),
    ),
}
