"""What is said when proceedings stop or go on again, for a case or for one accused."""

from typing import ClassVar, Literal
from uuid import UUID

from services.cases.limits import DocumentNumber
from services.cases.proceedings.grounds import DiscontinuationGround, SuspensionGround
from services.cases.proceedings.parts import Part
from shared.domain import Command, Event
from shared.fields import AgencyRef


class SuspendProceedings(Command):
    """Proceedings are suspended, for the case or for one accused."""

    accused_ref: UUID | None = None
    ground: SuspensionGround
    wanted_notice_ref: DocumentNumber | None = None
    """Needed when nobody knows where the accused is."""
    decision_ref: DocumentNumber


class ProceedingsSuspended(Event, SuspendProceedings):
    """Proceedings were suspended."""

    TOPIC: ClassVar[str] = "cases.proceedings_suspended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Tạm đình chỉ điều tra, vụ án", "Proceedings suspended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 229, 247, 281; TTLT 01/2020; catalogue 45"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    stage: Part
    article: str


class ResumeProceedings(Command):
    """Proceedings go on, for the case or for one accused."""

    accused_ref: UUID | None = None
    reason: Literal["ground_gone", "decision_cancelled"]
    """The last: the procuracy (or the court above) cancelled the decision that stopped them."""
    decision_ref: DocumentNumber


class ProceedingsResumed(Event, ResumeProceedings):
    """Proceedings were resumed."""

    TOPIC: ClassVar[str] = "cases.proceedings_resumed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Phục hồi điều tra, vụ án", "Proceedings resumed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 230(3), 235, 249, 283; catalogue 46"

    agency: AgencyRef
    stage: Part


class DiscontinueProceedings(Command):
    """Proceedings end without a judgment, for the case or for one accused."""

    accused_ref: UUID | None = None
    ground: DiscontinuationGround
    decision_ref: DocumentNumber


class ProceedingsDiscontinued(Event, DiscontinueProceedings):
    """Proceedings were discontinued."""

    TOPIC: ClassVar[str] = "cases.proceedings_discontinued.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Đình chỉ điều tra, vụ án, xét xử phúc thẩm",
        "Proceedings discontinued",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 230, 248, 282, 348; catalogue 47"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    stage: Part
    article: str
