"""What is said of measures against an accused: detention, other measures, wanted notices."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.cases.accused.parts import (
    Becomes,
    DetentionStage,
    JuvenileLaw,
    Measure,
    MeasureReason,
    NewMeasure,
)
from services.cases.limits import DocumentNumber
from services.cases.proceedings.parts import SEQ_MAX, Stretch
from shared.domain import Command, Event
from shared.fields import AgencyRef, Day, Line, Moment


class OrderTemporaryDetention(Command):
    """An accused is to be detained: asked by the investigators, or decided."""

    stage: DetentionStage
    step: Literal["requested", "approved"]
    """In the investigation first the one, then the other; elsewhere who has the file decides."""
    since: Day
    to: Day
    """Last day, as written in the order."""
    place: Line | None = None
    """The detention facility."""
    sent_to: AgencyRef | None = None
    """The procuracy that is asked; said in a request."""
    representative_notified_at: Moment | None = None
    """Of an accused under 18: within 24 hours (BLTTHS 419(6))."""
    decision_ref: DocumentNumber


class TemporaryDetentionOrdered(Event, OrderTemporaryDetention):
    """Detention was asked for or ordered."""

    TOPIC: ClassVar[str] = "cases.temporary_detention_ordered.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Lệnh, quyết định tạm giam",
        "Temporary detention ordered",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 113, 119, 173, 241, 278, 329, 347; catalogue 55"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef
    under_18: bool
    juvenile_law: JuvenileLaw | None
    latest: Day | None
    """The last day that the law allows, custody deducted; None: the table has no such period."""
    length_known: Literal["seen", "inferred"]
    """inferred: the text that sets the length was not seen."""


class ExtendTemporaryDetention(Command):
    """The procuracy extends detention for the investigation."""

    seq: Annotated[int, Field(ge=1, le=SEQ_MAX)]
    length: Stretch
    to: Day
    """Last day from now on."""
    requested_on: Day | None = None
    """At least ten days before detention ends; later is valid, and marked."""
    decision_ref: DocumentNumber


class TemporaryDetentionExtended(Event, ExtendTemporaryDetention):
    """Detention was extended."""

    TOPIC: ClassVar[str] = "cases.temporary_detention_extended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Gia hạn tạm giam", "Temporary detention extended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 173; catalogue 56"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef
    article: str
    approver: Literal["seen", "inferred"]
    """Whether the wording that makes this procuracy the one who decides was seen."""
    length_known: Literal["seen", "inferred"]
    asked_late: bool | None


class ChangePreventiveMeasure(Command):
    """A measure is applied, replaced or ended; somebody is released."""

    before: Measure
    """What bound the person until now."""
    to: NewMeasure
    reason: MeasureReason
    decision_ref: DocumentNumber


class PreventiveMeasureChanged(Event, ChangePreventiveMeasure):
    """A measure was applied, replaced or ended."""

    TOPIC: ClassVar[str] = "cases.preventive_measure_changed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Áp dụng, thay đổi, hủy bỏ biện pháp ngăn chặn; trả tự do",
        "Preventive measure changed",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 109–125, 173(7), 286(4); catalogue 57"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID | None
    agency: AgencyRef


class IssueWantedNotice(Command):
    """An accused who has fled is sought, or no longer."""

    kind: Literal["issue", "lift"]
    scope: Literal["national", "interpol", "bilateral"] = "national"
    decision_ref: DocumentNumber


class WantedNoticeIssued(Event, IssueWantedNotice):
    """A wanted notice was issued or lifted. Whom it shows, the notice itself says."""

    TOPIC: ClassVar[str] = "cases.wanted_notice_issued.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Ra, đình nã quyết định truy nã", "Wanted notice issued")
    SOURCE: ClassVar[str] = "BLTTHS Điều 231; catalogue 58"
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef


class ChangeProceduralStanding(Command):
    """Nobody sends this: what happens to the case says what becomes of its accused."""

    becomes: Becomes
    decision_ref: DocumentNumber


class ProceduralStandingChanged(Event, ChangeProceduralStanding):
    """A fact of the case made of a person a defendant, a convict, or whatever `becomes` says."""

    TOPIC: ClassVar[str] = "cases.procedural_standing_changed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Thay đổi tư cách tố tụng",
        "Procedural standing changed",
    )
    SOURCE: ClassVar[str] = (
        "BLTTHS Điều 60–61, 230, 248, 282, 326–327, 343, 355, 364; "
        "link of catalogue 47, 60, 64, 68–70 to the persons of the case"
    )
    DATA_CLASS: ClassVar[str] = "S2"

    person_ref: UUID
    case_id: UUID
    agency: AgencyRef
    because: Line | None = None
    """Topic of the fact of the case from which it follows, recorded together with it."""
