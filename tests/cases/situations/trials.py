"""Cases at every stage since a court has accepted them, and who says what of them there."""

from datetime import timedelta
from functools import partial
from typing import Any, get_args

from services.cases.proceedings.domain import Case
from services.cases.proceedings.parts import Charged
from services.cases.trials.codes import AppealOutcome
from services.cases.trials.events import (
    AppealFiled,
    AppellateJudgmentPronounced,
    CaseAcceptedByCourt,
    ConfirmEffect,
    FileAppeal,
    FileProtest,
    FirstInstanceJudgmentPronounced,
    HoldTrial,
    JudgmentDelivered,
    JudgmentTookEffect,
    ProtestFiled,
    SentenceExecutionOrdered,
    TrialFormatDecided,
    TrialHeld,
    TrialOpened,
    TrialOrdered,
    TrialPostponed,
)
from shared.domain import Event
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    act,
)
from tests.cases.proceedings.examples import (
    TRAFFICKING,
    conclude,
    give_back,
    handed,
    indict,
    institute,
    send,
)
from tests.cases.situations.table import HOLDER, Row, Says, Try, Way, on, stands
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    CALENDAR,
    CLOSE_ARGUMENTS,
    CLOSED,
    DELIVER,
    EXECUTE,
    IN_FORCE,
    JUDGE,
    LAST_SESSION,
    MANH,
    MOBILE,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    POSTPONE,
    PROTEST,
    SUPREME_COURT,
    THERE,
    THUY,
    UPHOLD,
    VICTIM,
)

MONTH = 31 * 24
"""Hours: every period to appeal or protest has ended."""
BEFORE = -20 * 24
"""Hours: it was filed in time, and is known later."""
REOPENING = FileProtest(kind="reopening", direction="against", decision_ref="12/QĐ-VKS")
CASSATION = FileProtest(kind="cassation", direction="against", decision_ref="11/QĐ-TANDTC")
LATE = APPEAL.model_copy(update={"appellant": MANH})
BY_VICTIM = APPEAL.model_copy(update={"appellant": VICTIM})
BY_HIM = {"accused_ref": MANH}


def tried(until: str) -> Case:
    """The case of the calendar as far as a point of it, from its institution on."""
    case = Case.institute_case(institute(victims_known=2), act(moment="2025-07-03"))
    case.conclude_investigation(conclude(accused=(THUY, MANH)), act(moment="2025-08-01"))
    handed(case, send(receiver=REGIONAL_PROCURACY), INVESTIGATORS, REGIONAL_PROCURACY, "2025-08-04")
    rows = tuple(Charged(ref=ref, offence=TRAFFICKING) for ref in (THUY, MANH))
    case.issue_indictment(indict(accused=rows), act(REGIONAL_PROCURACY, "2025-08-15"))
    handed(case, send("COURT", REGIONAL_COURT), REGIONAL_PROCURACY, REGIONAL_COURT, "2025-08-18")
    for name, decide, said, by, moment in CALENDAR:
        if name == "appeal_accepted":
            handed(case, send("APPEAL_COURT", COURT), REGIONAL_COURT, COURT, "2025-10-20")
        decide(case, said, act(by, moment))  # type: ignore[arg-type]  # Both are `OnTrial`.
        if name == until:
            break
    return case


def decided(outcome: str) -> Case:
    """The appellate court has decided."""
    case = tried("appeal_opened")
    said = UPHOLD.model_copy(update={"outcome": outcome})
    case.pronounce_appellate_judgment(said, act(COURT, "2025-11-25"))
    return case


def quashed_for_good() -> Case:
    return decided("quashed_discontinue")


def to_be_investigated_anew() -> Case:
    """The file is still with the court that quashed the judgment."""
    return decided("quashed_reinvestigate")


def returned_by_the_panel() -> Case:
    case = tried("opened")
    case.request_supplementary_investigation(
        give_back("PANEL", returned_to=REGIONAL_PROCURACY), act(REGIONAL_COURT, "2025-09-23")
    )
    return case


def supplementary_after_appeal() -> Case:
    """Investigated anew after the appeal, and returned once more by the procuracy."""
    case = to_be_investigated_anew()
    case.request_supplementary_investigation(
        give_back("APPEAL", kind="re_investigation"), act(COURT, "2025-11-26")
    )
    case.transmit_case_file(send(step="received"), act(PROCURACY, "2025-11-27"))
    handed(case, send("CQDT", INVESTIGATORS), PROCURACY, INVESTIGATORS, "2025-11-28")
    case.conclude_investigation(
        conclude(accused=(THUY, MANH), conclusion_ref="11/KLĐT"), act(moment="2025-12-20")
    )
    handed(case, send(), INVESTIGATORS, PROCURACY, "2025-12-22")
    case.request_supplementary_investigation(give_back(), act(PROCURACY, "2025-12-24"))
    return case


def partly_in_force(until: str, day: str) -> Case:
    """What is said of one accused is in force, the rest is not."""
    case = tried(until)
    case.confirm_effect(IN_FORCE.model_copy(update=BY_HIM), act(REGIONAL_COURT, day))
    return case


def all_withdrawn() -> Case:
    case = tried("appealed")
    withdrawn = APPEAL.model_copy(update={"step": "withdrawn"})
    case.file_appeal(withdrawn, act(REGIONAL_COURT, "2025-10-08"))
    return case


def with_the_court_above() -> Case:
    """It has the file, and has not accepted the case yet."""
    case = tried("appealed")
    handed(case, send("APPEAL_COURT", COURT), REGIONAL_COURT, COURT, "2025-10-20")
    return case


def in_force() -> Case:
    """Nobody has contested it."""
    case = tried("judged")
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))
    return case


def late(effect: bool = False, executed: bool = False) -> Case:
    """Somebody has appealed too late, and the file is with the court above."""
    case = tried("judged")
    case.file_appeal(LATE, act(REGIONAL_COURT, "2025-10-20"))
    way = send("APPEAL_COURT", COURT, kind="late_appeal")
    handed(case, way, REGIONAL_COURT, COURT, "2025-10-21")
    if effect:
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))
    if executed:
        case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-10-27"))
    return case


def late_in_force(executed: bool = False) -> Case:
    """Appealed after the last day, in force: the file is still where it was tried."""
    case = in_force()
    if executed:
        case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-10-26"))
    case.file_appeal(LATE, act(REGIONAL_COURT, "2025-10-27"))
    return case


def reviewed(begun: Any) -> Case:
    case: Case = begun()
    case.file_protest(CASSATION, act(SUPREME_COURT, case.modified_on + timedelta(days=60)))
    return case


def with_the_court_of_review() -> Case:
    case = reviewed(in_force)
    day = (case.modified_on + timedelta(days=5)).date().isoformat()
    handed(case, send("COURT", SUPREME_COURT), REGIONAL_COURT, SUPREME_COURT, day)
    return case


def quashed_in_review() -> Case:
    """To be investigated anew: the file is on its way to the procuracy."""
    case = with_the_court_of_review()
    case.request_supplementary_investigation(
        give_back("CASSATION", kind="re_investigation"),
        act(SUPREME_COURT, case.modified_on + timedelta(days=30)),
    )
    return case


WAYS: dict[str, tuple[Way, ...]] = {
    "TRIAL_PREPARATION": (
        stands(lambda: tried("accepted")),
        stands(lambda: decided("quashed_retry")),
    ),
    "TRIAL_ORDERED": (stands(lambda: tried("ordered")),),
    "TRIAL": (stands(lambda: tried("opened")), stands(lambda: tried("argued"))),
    "JUDGED": (
        stands(lambda: tried("judged")),
        stands(late),
        stands(lambda: partly_in_force("judged", "2025-10-25")),
    ),
    "APPEALED": (
        *(
            stands(partial(tried, point))
            for point in ("appealed", "appeal_accepted", "appeal_ordered", "appeal_opened")
        ),
        stands(with_the_court_above),
        stands(all_withdrawn),
        stands(lambda: partly_in_force("appealed", "2025-10-25")),
    ),
    "IN_FORCE": (
        stands(lambda: tried("upheld")),
        stands(in_force),
        stands(lambda: late(effect=True)),
        stands(late_in_force),
    ),
    "EXECUTION": (
        stands(lambda: tried("executed")),
        stands(lambda: late(effect=True, executed=True)),
        stands(lambda: late_in_force(executed=True)),
    ),
    "REVIEW": (
        stands(lambda: reviewed(in_force)),
        stands(lambda: reviewed(lambda: tried("upheld"))),
        stands(with_the_court_of_review),
    ),
}


def on_the_day(say: Any, decide: Any) -> Says:
    """What is said depends on the moment at which it is said."""
    return lambda stand, by: decide(stand.thing, say(by), by)


def against_a_decision(by: Any) -> FileAppeal:
    return APPEAL.model_copy(update={"against": "decision", "decision_on": by.on})


def protest_a_decision(by: Any) -> FileProtest:
    return PROTEST.model_copy(update={"against": "decision", "decision_on": by.on})


def postponed(by: Any) -> Any:
    return POSTPONE.model_copy(update={"resume_at": by.at + timedelta(days=20)})


def adjourned(by: Any) -> HoldTrial:
    return HoldTrial(outcome="adjourned", attendance=THERE, resumes_at=by.at + timedelta(days=1))


EFFECTS = (
    Try(REGIONAL_COURT, on(Case.confirm_effect, IN_FORCE), MONTH),
    Try(REGIONAL_COURT, on(Case.confirm_effect, ConfirmEffect(reason="withdrawal")), MONTH),
    Try(COURT, on(Case.confirm_effect, ConfirmEffect(reason="appellate"))),
    Try(SUPREME_COURT, on(Case.confirm_effect, ConfirmEffect(reason="review"))),
)
ROWS: dict[type[Event], Row] = {
    CaseAcceptedByCourt: Row(
        (
            Try(HOLDER, on(Case.accept_case, ACCEPT)),
            Try(HOLDER, on(Case.accept_case, ACCEPT_APPEAL)),
        )
    ),
    TrialOrdered: Row(
        (Try(HOLDER, on(Case.order_trial, ORDER)), Try(HOLDER, on(Case.order_trial, ORDER_APPEAL)))
    ),
    TrialFormatDecided: Row(
        (
            Try(HOLDER, on(Case.decide_trial_format, MOBILE)),
            Try(HOLDER, on(Case.decide_trial_format, CLOSED)),
        )
    ),
    TrialOpened: Row(
        (
            Try(HOLDER, on(Case.open_trial, OPEN)),
            Try(HOLDER, on(Case.open_trial, CLOSE_ARGUMENTS)),
        )
    ),
    TrialHeld: Row(
        (
            Try(REGIONAL_COURT, on(Case.hold_trial, LAST_SESSION)),
            Try(COURT, on(Case.hold_trial, LAST_SESSION)),
            Try(REGIONAL_COURT, on_the_day(adjourned, Case.hold_trial)),
        )
    ),
    TrialPostponed: Row((Try(HOLDER, on_the_day(postponed, Case.postpone_trial)),)),
    FirstInstanceJudgmentPronounced: Row((Try(HOLDER, on(Case.pronounce_judgment, JUDGE)),)),
    JudgmentDelivered: Row(
        (
            Try(REGIONAL_COURT, on(Case.deliver_judgment, DELIVER)),
            Try(
                REGIONAL_COURT,
                on(Case.deliver_judgment, DELIVER.model_copy(update={"absent_party": True})),
            ),
            Try(COURT, on(Case.deliver_judgment, DELIVER.model_copy(update={"level": "appeal"}))),
        )
    ),
    AppealFiled: Row(
        (
            Try(REGIONAL_COURT, on(Case.file_appeal, APPEAL)),
            Try(REGIONAL_COURT, on(Case.file_appeal, LATE), MONTH),
            Try(REGIONAL_COURT, on(Case.file_appeal, APPEAL), BEFORE),
            Try(REGIONAL_COURT, on(Case.file_appeal, BY_VICTIM), BEFORE),
            Try(REGIONAL_COURT, on_the_day(against_a_decision, Case.file_appeal)),
        )
    ),
    ProtestFiled: Row(
        (
            Try(REGIONAL_PROCURACY, on(Case.file_protest, PROTEST)),
            Try(PROCURACY, on(Case.file_protest, PROTEST)),
            Try(PROCURACY, on(Case.file_protest, PROTEST), BEFORE),
            Try(PROCURACY, on_the_day(protest_a_decision, Case.file_protest)),
            Try(SUPREME_COURT, on(Case.file_protest, CASSATION)),
            Try("VKSNDTC-VN", on(Case.file_protest, REOPENING)),
            Try(
                SUPREME_COURT,
                on(Case.file_protest, CASSATION.model_copy(update={"step": "withdrawn"})),
            ),
        )
    ),
    AppellateJudgmentPronounced: Row(
        tuple(
            Try(
                HOLDER,
                on(
                    Case.pronounce_appellate_judgment,
                    UPHOLD.model_copy(update={"outcome": outcome}),
                ),
            )
            for outcome in get_args(AppealOutcome)
        )
    ),
    JudgmentTookEffect: Row(EFFECTS),
    SentenceExecutionOrdered: Row(
        (
            Try(REGIONAL_COURT, on(Case.order_execution, EXECUTE)),
            Try(REGIONAL_COURT, on(Case.order_execution, EXECUTE.model_copy(update=BY_HIM))),
        )
    ),
}
