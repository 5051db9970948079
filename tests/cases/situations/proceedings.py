"""Who says what of a case, at whichever stage it is."""

from collections.abc import Callable
from typing import Any

from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import (
    CaseFileTransmitted,
    CaseInstitutionChanged,
    CaseProsecutionInstituted,
    CaseSplitOff,
    CasesRegrouped,
    CaseTransferred,
    IndictmentIssued,
    InvestigationConcluded,
    ModelCaseDesignated,
    ProceedingsPeriodExtended,
    Regrouping,
    SupplementaryInvestigationRequested,
)
from services.cases.proceedings.minors import CaseMarkedJuvenile, MarkJuvenile
from services.cases.proceedings.parts import Remainder, Stretch
from services.cases.proceedings.stopping import (
    ProceedingsDiscontinued,
    ProceedingsResumed,
    ProceedingsSuspended,
)
from shared.actor import Act
from shared.domain import Event
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE_POLICE,
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
)
from tests.cases.proceedings.examples import (
    BROKERAGE,
    ENTRY,
    PERSON,
    TRAFFICKING,
    change,
    conclude,
    designate,
    discontinue,
    extend,
    give_back,
    indict,
    institute,
    instituted,
    resume,
    send,
    suspend,
    transfer,
)
from tests.cases.situations import trials
from tests.cases.situations.casefiles import TOGETHER, WAYS
from tests.cases.situations.table import (
    HOLDER,
    OFFERED,
    Machine,
    Row,
    Says,
    Stand,
    Try,
    begins,
    on,
)
from tests.cases.trials.examples import SUPREME_COURT

APART = Regrouping(kind="split", reason="Bị can dưới 18", decision_ref="54/QĐ")
PART = Remainder(case_no="60/QĐ", offences=(TRAFFICKING,))
DAYS = 24
"""Hours."""


def joins(stand: Stand, by: Act) -> tuple[Case, ...]:
    other = instituted(case_no="43/QĐ-CSĐT")
    stand.thing.join_cases(TOGETHER, by, [other])
    return (stand.thing, other)


def splits(stand: Stand, by: Act) -> tuple[Case, ...]:
    return (stand.thing, *stand.thing.split_case(APART, by, (PART,)))


def is_joined(stand: Stand, by: Act) -> tuple[Case, ...]:
    """What was split off from it takes it in again."""
    [part] = stand.thing.split_case(APART, by, (PART,))
    part.join_cases(TOGETHER, by, [stand.thing])
    return (stand.thing, part)


def is_split_off(stand: Stand, by: Act) -> tuple[Case, ...]:
    return tuple(instituted().split_case(APART, by, (PART,)))


def answers(step: str) -> Says:
    """What was offered is received, refused or withdrawn in the words in which it was offered."""

    def says(stand: Stand, by: Act) -> None:
        case = stand.thing
        to, way = case.offered_to or PROCURACY, case._offered_as
        if way == "transfer":
            case.transfer_case(transfer(to, step=step), by)
            return
        where, _, kind = (way or "VKS").partition(" ")
        said = {"step": step, "kind": kind or "normal", "refused_reason": "thiếu bút lục"}
        case.transmit_case_file(send(where, to, **said), by)

    return says


def about_one(decide: Callable[..., None], said: Callable[..., Any]) -> Says:
    """The same for one accused: somebody who is stopped, or any other."""

    def says(stand: Stand, by: Act) -> None:
        case = stand.thing
        ref = next(iter((*case.stopped, *case.accused)), PERSON)
        decide(case, said(accused_ref=ref), by)

    return says


def asked(**said: Any) -> Says:
    return lambda stand, by: stand.thing.extend_period(extend(requested_on=by.on, **said), by)


FIFTEEN, THIRTY = Stretch(n=15, unit="day"), Stretch(n=30, unit="day")
ROWS: dict[type[Event], Row] = {
    CaseProsecutionInstituted: Row(
        (
            Try(INVESTIGATORS, begins(Case.institute_case, institute())),
            Try(INVESTIGATORS, begins(Case.institute_case, institute(juvenile=True))),
            Try(BORDER_GUARD, begins(Case.institute_case, institute(offences=(BROKERAGE,)))),
            Try(
                BORDER_GUARD,
                begins(Case.institute_case, institute(offences=(ENTRY,), flagrante=True)),
            ),
            Try(COMMUNE_POLICE, begins(Case.institute_case, institute(offences=(ENTRY,)))),
            Try(PROCURACY, begins(Case.institute_case, institute())),
            Try(REGIONAL_COURT, begins(Case.institute_case, institute())),
        )
    ),
    CaseSplitOff: Row((Try(INVESTIGATORS, is_split_off),)),
    CaseInstitutionChanged: Row(
        (
            Try(HOLDER, on(Case.change_institution, change())),
            Try(PROCURACY, on(Case.change_institution, change(decision_ref="3/QĐ-VKS"))),
            Try(
                PROCURACY,
                on(Case.change_institution, change(kind="cancel", offences_after=())),
            ),
        )
    ),
    CaseMarkedJuvenile: Row(
        tuple(
            Try(
                INVESTIGATORS,
                on(Case.mark_juvenile, MarkJuvenile(decision_ref=number)),
                anywhere="nobody sends it: it is recorded with a prosecution, which has its guards",
            )
            for number in ("17/QĐ-KTBC", "18/QĐ-KTBC")
        )
    ),
    CasesRegrouped: Row((Try(HOLDER, joins), Try(HOLDER, splits), Try(HOLDER, is_joined))),
    ProceedingsPeriodExtended: Row(
        (
            Try(PROCURACY, asked()),
            Try(PROCURACY, asked(length=Stretch(n=2, unit="month"))),
            Try(REGIONAL_PROCURACY, asked()),
            Try(HOLDER, asked(stage="prosecution", length=FIFTEEN)),
            Try(HOLDER, asked(stage="trial_preparation", length=THIRTY)),
        )
    ),
    InvestigationConcluded: Row(
        (
            Try(HOLDER, on(Case.conclude_investigation, conclude())),
            Try(HOLDER, on(Case.conclude_investigation, conclude(kind="supplementary"))),
        )
    ),
    SupplementaryInvestigationRequested: Row(
        tuple(
            Try(HOLDER, on(Case.request_supplementary_investigation, said))
            for said in (
                give_back(decision_ref="16/QĐ-VKS"),
                give_back("JUDGE"),
                give_back("PANEL"),
                give_back("APPEAL", kind="re_investigation"),
                give_back("CASSATION", kind="re_investigation"),
            )
        )
    ),
    IndictmentIssued: Row(
        (Try(HOLDER, on(Case.issue_indictment, indict(indictment_no="22/CT-VKS"))),)
    ),
    ModelCaseDesignated: Row(
        tuple(
            Try(by, on(Case.designate_model_case, designate()), 2 * DAYS)
            for by in (INVESTIGATORS, PROCURACY, REGIONAL_COURT)
        )
    ),
    CaseTransferred: Row(
        (
            *(
                Try(HOLDER, on(Case.transfer_case, transfer(to)))
                for to in (INVESTIGATORS, STRANGER, PROCURACY, REGIONAL_PROCURACY)
            ),
            Try(OFFERED, answers("received")),
            Try(OFFERED, answers("refused")),
            Try(HOLDER, answers("withdrawn")),
        )
    ),
    CaseFileTransmitted: Row(
        (
            Try(HOLDER, on(Case.transmit_case_file, send())),
            Try(HOLDER, on(Case.transmit_case_file, send("CQDT", INVESTIGATORS))),
            Try(HOLDER, on(Case.transmit_case_file, send("COURT", REGIONAL_COURT))),
            Try(HOLDER, on(Case.transmit_case_file, send("COURT", SUPREME_COURT))),
            Try(
                HOLDER,
                on(
                    Case.transmit_case_file,
                    send("COURT", REGIONAL_COURT, kind="after_supplement"),
                ),
            ),
            Try(HOLDER, on(Case.transmit_case_file, send("APPEAL_COURT", COURT))),
            Try(
                HOLDER,
                on(Case.transmit_case_file, send("APPEAL_COURT", COURT, kind="late_appeal")),
            ),
            Try(OFFERED, answers("received")),
            Try(OFFERED, answers("refused")),
            Try(HOLDER, answers("withdrawn")),
        )
    ),
    ProceedingsSuspended: Row(
        (
            Try(HOLDER, on(Case.suspend_proceedings, suspend())),
            Try(HOLDER, about_one(Case.suspend_proceedings, suspend)),
        )
    ),
    ProceedingsResumed: Row(
        (
            Try(HOLDER, on(Case.resume_proceedings, resume())),
            Try(PROCURACY, on(Case.resume_proceedings, resume(reason="decision_cancelled"))),
            Try(HOLDER, on(Case.resume_proceedings, resume(reason="decision_cancelled"))),
            Try(HOLDER, about_one(Case.resume_proceedings, resume)),
        )
    ),
    ProceedingsDiscontinued: Row(
        (
            Try(HOLDER, on(Case.discontinue_proceedings, discontinue())),
            Try(
                HOLDER,
                on(Case.discontinue_proceedings, discontinue(ground="appeal_withdrawn")),
            ),
        )
    ),
}

MACHINES = (Machine(Case, WAYS, {**ROWS, **trials.ROWS}),)
