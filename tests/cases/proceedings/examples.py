"""Cases at every stage that these facts lead to, so that a test mentions only what matters to it.

Nobody real; the days are those of a case that runs from August 2025.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from services.cases.lists import Offence
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import (
    ChangeInstitution,
    ConcludeInvestigation,
    DesignateModelCase,
    ExtendPeriod,
    InstituteCase,
    IssueIndictment,
    RequestSupplementaryInvestigation,
    TransferCase,
    TransmitCaseFile,
)
from services.cases.proceedings.parts import Charged, Stretch
from services.cases.proceedings.stopping import (
    DiscontinueProceedings,
    ResumeProceedings,
    SuspendProceedings,
)
from services.cases.trials.events import AcceptCase
from shared.actor import Act
from tests.cases.examples import (
    BORDER_GUARD,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    act,
)

PLACE = "P34-40-16681"
TRAFFICKING = Offence(article="150", clause=2)
CHILD = Offence(article="151", clause=2)
BROKERAGE = Offence(article="348", clause=1)
ENTRY = Offence(article="347", clause=1)
"""The only less serious offence of the table."""
ORGANS = Offence(article="154", clause=1)
PERSON, OTHER, THIRD = UUID(int=0xA1), UUID(int=0xA2), UUID(int=0xA3)


def institute(**other: Any) -> InstituteCase:
    """A case of trafficking in a ward of Nghệ An."""
    fields = {"case_no": "41/QĐ-CSĐT", "offences": (TRAFFICKING,), "place": PLACE}
    return InstituteCase(**(fields | other))


def change(**other: Any) -> ChangeInstitution:
    fields = {
        "kind": "change",
        "offences_after": (TRAFFICKING, BROKERAGE),
        "decision_ref": "47/QĐ-CSĐT",
    }
    return ChangeInstitution(**(fields | other))


def transfer(to: str = INVESTIGATORS, **other: Any) -> TransferCase:
    fields = {"to": to, "reason": "Theo thẩm quyền", "decision_ref": "12/QĐ-BP"}
    return TransferCase(**(fields | other))


def send(to: str = "VKS", receiver: str = PROCURACY, **other: Any) -> TransmitCaseFile:
    fields = {"to": to, "receiver": receiver, "documents": 412, "exhibits": 17}
    return TransmitCaseFile(**(fields | other))


def extend(**other: Any) -> ExtendPeriod:
    fields = {
        "stage": "investigation",
        "seq": 1,
        "granted": True,
        "length": Stretch(n=4, unit="month"),
        "decision_ref": "88/QĐ-VKS",
    }
    return ExtendPeriod(**(fields | other))


def conclude(**other: Any) -> ConcludeInvestigation:
    fields = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": (PERSON, OTHER),
        "offences": (TRAFFICKING,),
        "conclusion_ref": "09/KLĐT-CSĐT",
    }
    return ConcludeInvestigation(**(fields | other))


def give_back(by: str = "VKS", **other: Any) -> RequestSupplementaryInvestigation:
    fields = {
        "by": by,
        "kind": "supplementary",
        "returned_to": INVESTIGATORS if by == "VKS" else PROCURACY,
        "issues": ("Làm rõ việc đưa người qua biên giới.",),
        "decision_ref": "15/QĐ-VKS",
    }
    return RequestSupplementaryInvestigation(**(fields | other))


def indict(**other: Any) -> IssueIndictment:
    fields = {
        "indictment_no": "21/CT-VKS",
        "accused": (Charged(ref=PERSON, offence=TRAFFICKING),),
        "competent_court": REGIONAL_COURT,
    }
    return IssueIndictment(**(fields | other))


def suspend(**other: Any) -> SuspendProceedings:
    fields = {"ground": "expertise_pending", "decision_ref": "70/QĐ-CSĐT"}
    return SuspendProceedings(**(fields | other))


def resume(**other: Any) -> ResumeProceedings:
    fields = {"reason": "ground_gone", "decision_ref": "75/QĐ-CSĐT"}
    return ResumeProceedings(**(fields | other))


def discontinue(**other: Any) -> DiscontinueProceedings:
    fields = {"ground": "no_ground_to_institute", "decision_ref": "02/QĐ-CSĐT"}
    return DiscontinueProceedings(**(fields | other))


def designate(**other: Any) -> DesignateModelCase:
    fields = {
        "proposed_by": "BCD138_TINH-P34-40",
        "agreed_by": (INVESTIGATORS, PROCURACY, REGIONAL_COURT),
        "agreed_on": "2025-08-05",
        "reason": "Vụ án có tổ chức.",
    }
    return DesignateModelCase.model_validate(fields | other)


def settled(case: Case) -> Case:
    """What has happened is history; only what follows is news."""
    case.collect_events()
    return case


def instituted(by: str = INVESTIGATORS, moment: str = "2025-08-04", **said: Any) -> Case:
    """A case that was instituted; nothing is pending."""
    return settled(Case.institute_case(institute(**said), act(by, moment)))


def initial() -> Case:
    """The Border Guard takes first measures."""
    return instituted(BORDER_GUARD)


def concluded(**said: Any) -> Case:
    """The police propose to prosecute."""
    case = instituted()
    case.conclude_investigation(conclude(**said), act(moment="2025-11-03"))
    return settled(case)


def in_prosecution() -> Case:
    """The procuracy has the file."""
    case = concluded()
    handed(case, send(), INVESTIGATORS, PROCURACY, "2025-11-04")
    return settled(case)


def charged(**said: Any) -> Case:
    """There is an indictment."""
    case = in_prosecution()
    case.issue_indictment(indict(**said), act(PROCURACY, "2025-11-20"))
    return settled(case)


def indicted() -> Case:
    """The court has file and indictment."""
    case = charged()
    handed(case, send("COURT", REGIONAL_COURT), PROCURACY, REGIONAL_COURT, "2025-11-21")
    return settled(case)


def before_court(moment: str = "2025-11-24") -> Case:
    """The court has accepted the case and prepares the trial."""
    return settled(accepted(indicted(), moment))


def accepted(case: Case, moment: str = "2025-11-24") -> Case:
    """The court takes the case on its docket."""
    said = AcceptCase(level="first_instance", docket_no="105/2025/TLST-HS", file_complete=True)
    case.accept_case(said, act(REGIONAL_COURT, moment))
    return case


def handed(
    case: Case, said: TransmitCaseFile | TransferCase, sender: str, receiver: str, day: str
) -> None:
    """Offered in the morning, received at noon."""
    decide: Callable[[Any, Act], None] = (
        case.transfer_case if isinstance(said, TransferCase) else case.transmit_case_file
    )
    decide(said, act(sender, f"{day}T08:00"))
    decide(said.model_copy(update={"step": "received"}), act(receiver, f"{day}T12:00"))


def returned(case: Case, day: str, back: str, number: str = "15/QĐ-VKS") -> None:
    """The procuracy returns the file, the police conclude anew and send it back."""
    case.request_supplementary_investigation(
        give_back(decision_ref=number), act(PROCURACY, f"{day}T08:00")
    )
    again = send("CQDT", INVESTIGATORS, step="received")
    case.transmit_case_file(again, act(INVESTIGATORS, f"{day}T12:00"))
    case.conclude_investigation(
        conclude(kind="supplementary", conclusion_ref=number), act(moment=f"{back}T07:00")
    )
    handed(case, send(kind="after_supplement"), INVESTIGATORS, PROCURACY, back)
