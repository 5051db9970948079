"""What is said of a person up to the charge: held, in custody, prosecuted, reviewed, recharged.

When it happened is the moment of the act and who did it is the actor, so neither is a field that is
sent; `agency` says who. The person is the pseudonym `person_ref`, which is the id of the stream and
the key that seals the identity.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate
from pydantic import AwareDatetime, Field

from services.cases.accused.parts import (
    AgeBand,
    Apprehension,
    Country,
    CustodyReason,
    Identity,
    JuvenileLaw,
)
from services.cases.limits import CODES_MAX, DocumentNumber
from services.cases.lists import Offence, Severity
from services.cases.proceedings.parts import Institutor
from shared.domain import Command, Event, FirstEvent
from shared.fields import AgencyRef, Code, Line, Moment
from shared.sealed import Sealed

PERSON = "person"
CUSTODY_EXTENSIONS_MAX = 2
SEQ_MAX = 9
"""So that a third extension is refused with its article, not as a slip of the pen."""
Charges = Annotated[tuple[Offence, ...], Field(min_length=1, max_length=CODES_MAX)]


class OfAPerson(FirstEvent):
    """A fact with which a person's stream begins, or goes on when it is there already."""

    originator_topic: str = PERSON

    def mutate(self, aggregate: Any) -> Any:
        """Begin the stream, or take one more step on it."""
        if aggregate is None:
            return super().mutate(None)
        return CanMutateAggregate.mutate(self, aggregate)


class ApprehendSuspect(Command):
    """Somebody is held or arrested, or gives themselves up."""

    kind: Apprehension
    place: Code
    """Area key where it happened."""
    warrant_ref: DocumentNumber | None = None
    """The written order; needed for all but flagrante, wanted and surrender."""
    under_18: bool = False
    nationality: Country = "VN"
    identity: Sealed[Identity] | None = None
    notified_family_at: Moment | None = None
    """When the family, or for an under-18 the representative, was told (BLTTHS 116)."""


class SuspectApprehended(OfAPerson, ApprehendSuspect):
    """Somebody was held or arrested."""

    TOPIC: ClassVar[str] = "cases.suspect_apprehended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Bắt, giữ người", "Suspect apprehended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 110–113, 152; catalogue 36"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"identity": "person_ref"}

    person_ref: UUID
    agency: AgencyRef
    foreign: bool


class OrderTemporaryCustody(Command):
    """Somebody who is held is taken into temporary custody."""

    case_id: UUID | None = None
    since: Moment
    """From when: the moment at which the body took the person in (BLTTHS 118(1))."""
    to: Moment
    """Until when, as written in the order."""
    place: Line
    """The custody house."""
    reason: CustodyReason
    decision_ref: DocumentNumber


class TemporaryCustodyOrdered(Event, OrderTemporaryCustody):
    """Temporary custody was ordered."""

    TOPIC: ClassVar[str] = "cases.temporary_custody_ordered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Quyết định tạm giữ", "Temporary custody ordered")
    SOURCE: ClassVar[str] = "BLTTHS Điều 117–118; catalogue 50"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    agency: AgencyRef
    latest: AwareDatetime
    """The end of the longest custody that the law allows: the first moment too late."""


class ExtendTemporaryCustody(Command):
    """More custody: asked by who ordered it, decided by the procuracy, at most twice."""

    seq: Annotated[int, Field(ge=1, le=SEQ_MAX)]
    stage: Literal["requested", "decided"]
    granted: bool | None = None
    """Said when decided."""
    to: Moment | None = None
    """Until when, as asked for or as granted; not said when refused."""
    sent_to: AgencyRef | None = None
    """The procuracy that is asked; said in a request."""
    decision_ref: DocumentNumber


class TemporaryCustodyExtended(Event, ExtendTemporaryCustody):
    """More custody was asked for, granted or refused."""

    TOPIC: ClassVar[str] = "cases.temporary_custody_extended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Gia hạn tạm giữ", "Temporary custody extended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 118(2); catalogue 51"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    agency: AgencyRef


class InstituteAccused(Command):
    """A competent body prosecutes a person in an open case."""

    case_id: UUID
    charges: Charges
    identity: Sealed[Identity]
    age_at_offence: AgeBand | None = None
    """Age when the offence was committed (BLHS 12); said of everybody but legal persons."""
    under_18: bool = False
    """Whether the accused is under 18 now: then the law on juveniles applies."""
    legal_person: bool = False
    decision_ref: DocumentNumber
    received_by_vks_at: Moment | None = None
    """When the procuracy had the decision, if it had when this is recorded."""


class AccusedProsecutionInstituted(OfAPerson, InstituteAccused):
    """A person was prosecuted. It counts when the procuracy has approved it."""

    TOPIC: ClassVar[str] = "cases.accused_prosecution_instituted.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Khởi tố bị can", "Prosecution of the accused instituted")
    SOURCE: ClassVar[str] = "BLTTHS Điều 179; BLHS Điều 12, 76; catalogue 52"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"identity": "person_ref"}

    person_ref: UUID
    agency: AgencyRef
    by: Institutor
    severity_class: Severity
    """The heaviest of the charges."""
    juvenile_law: JuvenileLaw | None
    received_by: Literal["VKS"] | None
    """Who has the decision as this is recorded: then the period for reviewing it runs."""


class ReviewAccused(Command):
    """The procuracy decides on a prosecution or on its change."""

    subject: Literal["institution", "change", "supplement"]
    outcome: Literal["approved", "cancelled", "more_evidence"]
    decision_ref: DocumentNumber


class AccusedProsecutionReviewed(Event, ReviewAccused):
    """The procuracy approved or cancelled it, or asked for more evidence."""

    TOPIC: ClassVar[str] = "cases.accused_prosecution_reviewed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "VKS phê chuẩn, hủy bỏ, yêu cầu bổ sung việc khởi tố bị can",
        "Prosecution of the accused reviewed",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 179(3), 180(3); catalogue 53"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef
    class_after: Severity | None = None
    """The heaviest of all charges from now on, where a change of them is cancelled."""


class ReclassifyOffence(Command):
    """The charge against an accused is changed or supplemented."""

    before: Offence | None = None
    """What is replaced; none when a charge is added."""
    after: Offence
    decision_ref: DocumentNumber
    received_by_vks_at: Moment | None = None


class OffenceReclassified(Event, ReclassifyOffence):
    """The charge against an accused was changed or supplemented."""

    TOPIC: ClassVar[str] = "cases.offence_reclassified.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Thay đổi, bổ sung quyết định khởi tố bị can",
        "Offence reclassified",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 180; TTLT 04/2018 Điều 14; catalogue 54"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef
    class_before: Severity
    class_after: Severity
    """The heaviest of all charges from now on."""
    needs_review: bool
    """Whether the procuracy has to approve it: its own changes and a court's need no approval."""
    received_by: Literal["VKS"] | None
