"""What is said of a case: instituted, changed, passed on, regrouped, extended, concluded, indicted.

When it happened is the moment of the act and who did it is the actor, so neither is a field that is
sent; `agency` says who. Severity follows from article and clause and is always derived.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.cases.limits import CODES_MAX, NAMES_MAX, PERSONS_MAX, DocumentNumber
from services.cases.lists import Offence, Route, Severity
from services.cases.proceedings.minors import CaseMarkedJuvenile
from services.cases.proceedings.parts import (
    SEQ_MAX,
    Accused,
    Charged,
    Course,
    FileTo,
    HandoverStep,
    Institutor,
    Items,
    Offences,
    Part,
    Remainder,
    ReturnedBy,
    Stretch,
    Victims,
)
from services.cases.proceedings.stopping import (
    ProceedingsDiscontinued,
    ProceedingsResumed,
    ProceedingsSuspended,
)
from shared.domain import Command, Event, FirstEvent
from shared.fields import AgencyRef, Code, Day, Text


class InstituteCase(Command):
    """A competent body decides to institute the prosecution of a case."""

    case_no: DocumentNumber
    """Number of the decision; with the body and the year it makes the case's id."""
    from_tips: tuple[UUID, ...] = Field(default=(), max_length=NAMES_MAX)
    """Tips that this case comes from; they end with it."""
    offences: Offences
    place: Code
    """Area key where it happened: it must lie in the area of the instituting body."""
    route: Route | None = None
    flagrante: bool = False
    organised: bool = False
    juvenile: bool = False
    """Whether somebody under 18 is suspected."""
    victims_known: Victims = 0


class CaseProsecutionInstituted(FirstEvent, InstituteCase):
    """The prosecution of a case was instituted."""

    TOPIC: ClassVar[str] = "cases.case_prosecution_instituted.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Khởi tố vụ án hình sự",
        "Prosecution of a case instituted",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 143, 153–154, 163–164; catalogue 37"

    agency: AgencyRef
    by: Institutor
    severity_class: Severity
    """The heaviest of the offences."""
    investigates: Literal["initial", "whole"]
    """initial: the Border or Coast Guard takes first measures and transfers within 7 days; whole:
    who instituted it investigates (or, procuracy and court, hands it to who does)."""
    procuracies: tuple[AgencyRef, ...] = ()
    """Who supervises: the decision is sent there within 24 hours. Two when the law of the day was
    not seen to say which; none over a procuracy's own decision, or recorded before this field."""


class ChangeInstitution(Command):
    """The decision to institute is changed, supplemented or cancelled."""

    kind: Literal["change", "supplement", "cancel"]
    offences_after: tuple[Offence, ...] = Field(default=(), max_length=CODES_MAX)
    """All offences from now on; none when it is cancelled."""
    decision_ref: DocumentNumber


class CaseInstitutionChanged(Event, ChangeInstitution):
    """The institution of a case was changed, supplemented or cancelled."""

    TOPIC: ClassVar[str] = "cases.case_institution_changed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Thay đổi, bổ sung, hủy bỏ quyết định khởi tố vụ án",
        "Institution of a case changed",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 156, 158, 161; catalogue 38"

    agency: AgencyRef
    offences_before: tuple[Offence, ...]
    class_before: Severity
    class_after: Severity | None
    """None when it was cancelled."""


class TransferCase(Command):
    """A case goes to another body by competence: offered, received or refused there, withdrawn."""

    step: HandoverStep = "offered"
    to: AgencyRef
    """Who is to have it, in every step."""
    reason: Text | None = None
    """Why it is transferred, refused or withdrawn."""
    decision_ref: DocumentNumber | None = None
    """The decision to transfer; needed when it is offered."""


class CaseTransferred(Event, TransferCase):
    """A case was offered to another body, received or refused there, or the offer withdrawn."""

    TOPIC: ClassVar[str] = "cases.case_transferred.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Chuyển vụ án theo thẩm quyền", "Case transferred")
    SOURCE: ClassVar[str] = "BLTTHS Điều 164, 169, 239, 274; catalogue 39"

    agency: AgencyRef
    sender: AgencyRef
    """Who had the case when this was recorded."""
    by: Institutor
    """What kind of body the sender is."""
    stage: Part
    procuracies: tuple[AgencyRef, ...] = ()
    """Who supervises the body that has received it; none as long as it has not."""
    offered_at: AwareDatetime | None = None
    """When what is withdrawn was offered; only said when it is withdrawn."""


class Regrouping(Command):
    """Cases are joined into one, or one is split; what every stream concerned is told."""

    kind: Literal["join", "split"]
    reason: Text
    decision_ref: DocumentNumber


class CasesRegrouped(Event, Regrouping):
    """Cases were joined or split; recorded in the stream of every case concerned."""

    TOPIC: ClassVar[str] = "cases.cases_regrouped.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Nhập, tách vụ án", "Cases joined or split")
    SOURCE: ClassVar[str] = "BLTTHS Điều 170, 242; catalogue 40"

    agency: AgencyRef
    source_cases: tuple[UUID, ...]
    result_cases: tuple[UUID, ...]
    """A case that is not among these has ended: it was joined into the first of them."""
    offences_after: tuple[Offence, ...]
    """Of the case whose stream this is; of the joined one in the streams that end."""
    accused_after: tuple[UUID, ...]
    class_before: Severity
    class_after: Severity
    juvenile_after: bool | None = None
    """Whether somebody under 18 is accused; of this and the next four, nothing: recorded before
    this field, and as it was."""
    victims_known_after: int | None = None
    returns_after: dict[str, int] | None = None
    """Returns for supplementary investigation, by who returned the file: the most of any of them.
    """
    stopped_after: dict[UUID, Literal["suspended", "discontinued"]] | None = None
    """Accused for whom proceedings rest or have ended, though the case goes on."""
    publicity_consent_after: bool | None = None
    """Whether the victims of all of them have agreed to publicity."""


class SplitOff(Command, Remainder):
    """A part of a case that is split off. Nobody sends this alone: splitting does."""


class CaseSplitOff(FirstEvent, SplitOff):
    """A case began by being split off from another; it goes on from where that one is."""

    TOPIC: ClassVar[str] = "cases.case_split_off.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Vụ án được tách ra", "Case split off")
    SOURCE: ClassVar[str] = "BLTTHS Điều 170(2), 242; the new stream of catalogue 40"

    agency: AgencyRef
    split_from: UUID
    decision_ref: DocumentNumber
    place: Code
    route: Route | None
    stage: str
    holder: AgencyRef
    by: Institutor
    severity_class: Severity
    instituted_on: Day
    """When the case was instituted that it comes from, the first one if that was split off too: the
    law of that day stays (Luật 59/2024/QH15 Điều 179)."""
    course: Course
    stopped: dict[UUID, Literal["suspended", "discontinued"]] = Field(default_factory=dict)
    """Of its accused, those for whom proceedings rest or have ended."""


class ExtendPeriod(Command):
    """Who may decides on a request for more time."""

    stage: Literal["investigation", "prosecution", "trial_preparation"]
    seq: Annotated[int, Field(ge=1, le=SEQ_MAX)]
    """Which extension of the period it is."""
    requested_on: Day | None = None
    """When it was asked for; the body that has the case asks."""
    granted: bool
    length: Stretch | None = None
    """Said when it is granted."""
    decision_ref: DocumentNumber


class ProceedingsPeriodExtended(Event, ExtendPeriod):
    """An extension of a statutory period was granted or denied."""

    TOPIC: ClassVar[str] = "cases.proceedings_period_extended.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Gia hạn thời hạn điều tra, quyết định truy tố, chuẩn bị xét xử",
        "Period of proceedings extended",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 172, 174, 240, 277; catalogue 41"

    agency: AgencyRef
    rule: str
    """Id of the period in the table of statutory periods."""
    article: str
    ask_by: Day | None
    """The last day on which it could be asked for in time; None when the law names none."""
    asked_late: bool | None
    """Asked for later than the law says: valid all the same, and marked. None: cannot be said."""
    approver: Literal["seen", "inferred"]
    """inferred: who decides follows from the wording until 30/6/2025; the present one was not
    seen."""


class ConcludeInvestigation(Command):
    """The investigating body concludes the investigation."""

    kind: Literal["first", "supplementary", "replacement"]
    recommendation: Literal["prosecute", "discontinue"]
    accused: Accused = ()
    offences: Offences
    conclusion_ref: DocumentNumber


class InvestigationConcluded(Event, ConcludeInvestigation):
    """The investigation was concluded."""

    TOPIC: ClassVar[str] = "cases.investigation_concluded.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Kết thúc điều tra, ra bản kết luận điều tra",
        "Investigation concluded",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 232–234; catalogue 42"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    severity_class: Severity


class RequestSupplementaryInvestigation(Command):
    """Procuracy or court returns the file for supplementary or new investigation."""

    by: ReturnedBy
    kind: Literal["supplementary", "re_investigation"]
    returned_to: AgencyRef
    """Who is to have the file: the investigating body; from a court, the procuracy."""
    issues: Annotated[tuple[Text, ...], Field(min_length=1, max_length=CODES_MAX)]
    """What is to be cleared up, without names of persons."""
    decision_ref: DocumentNumber


class SupplementaryInvestigationRequested(Event, RequestSupplementaryInvestigation):
    """The file was returned; it is on its way to `returned_to` until received there."""

    TOPIC: ClassVar[str] = "cases.supplementary_investigation_requested.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Trả hồ sơ để điều tra bổ sung, điều tra lại",
        "Supplementary investigation requested",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 174, 245, 280, 326, 358; catalogue 43"

    agency: AgencyRef
    ordinal: int
    """Which return by that one it is."""


class IssueIndictment(Command):
    """The procuracy decides to prosecute and issues the indictment."""

    indictment_no: DocumentNumber
    accused: Annotated[tuple[Charged, ...], Field(min_length=1, max_length=PERSONS_MAX)]
    competent_court: AgencyRef
    replaces: DocumentNumber | None = None
    """Number of the indictment that this one takes the place of."""
    summary_public: Text | None = None
    """What may be published; never a victim's identity."""


class IndictmentIssued(Event, IssueIndictment):
    """An indictment was issued."""

    TOPIC: ClassVar[str] = "cases.indictment_issued.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Truy tố, ban hành cáo trạng", "Indictment issued")
    SOURCE: ClassVar[str] = "BLTTHS Điều 236, 239–240, 243; catalogue 44"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    severity_class: Severity
    court_warning: Literal["below_level", "above_level"] | None
    """The court's level does not fit the gravest charge; a hint only, because the exceptions of
    the present law were not seen and complex cases may be taken higher."""


class TransmitCaseFile(Command):
    """The file goes on to the next body: offered, received or refused there, withdrawn."""

    step: HandoverStep = "offered"
    to: FileTo
    receiver: AgencyRef
    """Who is to have it, in every step."""
    kind: Literal["normal", "after_supplement", "late_appeal"] = "normal"
    documents: Items
    exhibits: Items
    refused_reason: Text | None = None
    """Why it is refused, or withdrawn."""


class CaseFileTransmitted(Event, TransmitCaseFile):
    """The file of a case was offered, received or refused, or the offer withdrawn."""

    TOPIC: ClassVar[str] = "cases.case_file_transmitted.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Chuyển giao hồ sơ vụ án", "Case file transmitted")
    SOURCE: ClassVar[str] = "BLTTHS Điều 132, 232, 244, 276, 339, 341; catalogue 48"

    agency: AgencyRef
    sender: AgencyRef
    """Who had the file when this was recorded."""
    stage: Part
    """The part of the proceedings that the file comes from."""
    offered_at: AwareDatetime | None = None
    """When what is withdrawn was offered; only said when it is withdrawn."""


class DesignateModelCase(Command):
    """Investigating body, procuracy and court agree that a case is a model case."""

    proposed_by: AgencyRef
    agreed_by: Annotated[tuple[AgencyRef, ...], Field(min_length=1, max_length=CODES_MAX)]
    agreed_on: Day
    reason: Text
    publicity_plan: Text | None = None
    victims_consent: bool = False
    """Whether every known victim, or their representative, has agreed to publicity."""
    directive_id: UUID | None = None


class ModelCaseDesignated(Event, DesignateModelCase):
    """A case was designated as a model case (*án điểm*)."""

    TOPIC: ClassVar[str] = "cases.model_case_designated.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Xác định án điểm", "Model case designated")
    SOURCE: ClassVar[str] = "6325/UBND-NC; PCMBN 2024 Điều 3(10); catalogue 49"

    agency: AgencyRef


ProceedingsEvent = (
    CaseProsecutionInstituted
    | CaseSplitOff
    | CaseMarkedJuvenile
    | CaseInstitutionChanged
    | CaseTransferred
    | CasesRegrouped
    | ProceedingsPeriodExtended
    | InvestigationConcluded
    | SupplementaryInvestigationRequested
    | IndictmentIssued
    | ProceedingsSuspended
    | ProceedingsResumed
    | ProceedingsDiscontinued
    | CaseFileTransmitted
    | ModelCaseDesignated
)
