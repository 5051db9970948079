"""What is said of a directive as a paper: issued, sent, received, returned, revised."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.directives.limits import (
    ADDRESSEES_MAX,
    CAMPAIGNS_MAX,
    FIGURES_MAX,
    NAMES_MAX,
    NUMBER_MAX,
    REFERENCES_MAX,
    Key,
)
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Exact, Line, Moment, Span, Text

DocType = Literal[
    "nghi_quyet",
    "quyet_dinh",
    "chi_thi",
    "quy_che",
    "quy_dinh",
    "thong_cao",
    "thong_bao",
    "huong_dan",
    "chuong_trinh",
    "ke_hoach",
    "phuong_an",
    "de_an",
    "du_an",
    "bao_cao",
    "bien_ban",
    "to_trinh",
    "hop_dong",
    "cong_van",
    "cong_dien",
    "ban_ghi_nho",
    "ban_thoa_thuan",
    "giay_uy_quyen",
    "giay_moi",
    "giay_gioi_thieu",
    "giay_nghi_phep",
    "phieu_gui",
    "phieu_chuyen",
    "phieu_bao",
    "thu_cong",
]
"""The 29 types of administrative papers, NĐ 30/2020 Điều 7."""
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]


class PaperRef(Value):
    """Another paper, as far as it is known: often the press names it only by its content."""

    ref: Line
    """As the paper itself names it."""
    resolved: Line | None = None
    """What it turned out to be, e.g. a number found by its content."""
    number: Number | None = None
    date: Day | None = None
    issuer: Line | None = None
    directive_id: UUID | None = None
    """Its id here, when it is recorded here."""


class Signer(Value):
    """Who signed, and in which capacity (NĐ 30/2020 Điều 13)."""

    name: Line
    position: Line
    competence: Literal["TM", "Q", "KT", "TL", "TUQ"] | None = None


class Person(Value):
    """An official whom the paper names; one person may hold several offices at once."""

    name: Line
    offices: tuple[Line, ...] = Field(min_length=1, max_length=NAMES_MAX)


class Theme(Value):
    """The theme of the year."""

    year: Annotated[int, Field(ge=2000, le=2199)]
    vi: Line
    en: Line | None = None


class SituationFigure(Value):
    """A figure that the paper quotes. Figures of different series are never merged."""

    indicator: Code
    area: Code
    period: Span
    value: Exact
    unit: Code
    change_pct: Exact | None = None
    base_period: Line | None = None
    """What the change is measured against."""
    source: Line


class Situation(Value):
    """Figures, routes and ways of working that the paper reports."""

    figures: tuple[SituationFigure, ...] = Field(default=(), max_length=FIGURES_MAX)
    routes: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    modus: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)


class Publication(Value):
    """Where and when the paper was made public; not the day of issue."""

    portal_posted_at: Moment | None = None
    source: Line | None = None


class Provenance(Value):
    """Where the record was taken from, when it was not entered from the paper itself."""

    source: Line
    published_at: Moment | None = None
    confidence: Literal["seen", "inferred", "memory"]


class Campaign(Value):
    """A peak campaign (*đợt cao điểm*). Ends that the paper does not give stay empty."""

    model_config = ConfigDict(
        validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    key: Key
    kind: Literal["communication", "suppression", "inspection"]
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    to_inclusive: bool = True
    scope: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    lead: AgencyRef | None = None
    parent: Key | None = None
    note: Text | None = None


class Addressee(Value):
    """An agency, or a collective of agencies, that the paper goes to."""

    agency: AgencyRef
    role: Literal["implement", "report", "inform"] = "implement"


class Bodies(Value):
    """The concrete bodies that an addressee was on the paper's day."""

    addressee: AgencyRef
    role: Literal["implement", "report", "inform"]
    members: tuple[AgencyRef, ...]
    members_known: bool
    """False where the register cannot list the members: the collective then stands for itself."""


class Paper(Command):
    """A directive as a paper. What the source does not say stays empty and is named as missing."""

    doc_type: DocType
    number: Number | None = None
    notation: Line | None = None
    """What stands behind the number, e.g. `UBND-NC`."""
    issuer: AgencyRef
    issuer_capacity: tuple[AgencyRef, ...] = Field(default=(), max_length=NAMES_MAX)
    """In whose name it speaks besides, e.g. the Committee 138 that the same person heads."""
    issue_date: Day | None = None
    issued_between: Span | None = None
    """When the day is not known: the days between which it was issued."""
    place: Line | None = None
    subject_vi: Line
    subject_en: Line | None = None
    signer: Signer | None = None
    people: tuple[Person, ...] = Field(default=(), max_length=NAMES_MAX)
    legal_basis: tuple[PaperRef, ...] = Field(default=(), max_length=REFERENCES_MAX)
    implements: tuple[PaperRef, ...] = Field(default=(), max_length=REFERENCES_MAX)
    replaces: tuple[PaperRef, ...] = Field(default=(), max_length=REFERENCES_MAX)
    theme: Theme | None = None
    occasion: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    objectives: tuple[Text, ...] = Field(default=(), max_length=NAMES_MAX)
    situation_note: Text | None = None
    situation: Situation | None = None
    publication: Publication | None = None
    campaigns: tuple[Campaign, ...] = Field(default=(), max_length=CAMPAIGNS_MAX)
    addressees: tuple[Addressee, ...] = Field(max_length=ADDRESSEES_MAX)
    urgency: Literal["none", "KHAN", "THUONG_KHAN", "HOA_TOC"] = "none"
    arrive_by: Moment | None = None
    """The hour that *hỏa tốc hẹn giờ* fixes for its arrival."""
    secrecy: Literal["none", "MAT", "TOI_MAT", "TUYET_MAT"] = "none"
    effective_from: Day | None = None
    completeness: Literal["complete", "partial"] = "complete"
    missing: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """Names of gaps in the source, kept as gaps and never filled in."""
    provenance: Provenance | None = None


class DirectiveIssued(FirstEvent, Paper):
    """A directive was issued. Its lines begin streams of their own, recorded together with it."""

    TOPIC: ClassVar[str] = "directives.directive_issued.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Ban hành văn bản chỉ đạo", "Directive issued")
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 7–8, 13, 15; catalogue 1"
    DATA_CLASS: ClassVar[str] = "S1"

    reference: str | None
    """As printed, e.g. `6325/UBND-NC`; None when no number is known."""
    year: int
    """Of the paper's day; numbers are unique within an issuer's year."""
    bodies: tuple[Bodies, ...]
    task_keys: tuple[Key, ...]
    target_keys: tuple[Key, ...]
    report_keys: tuple[Key, ...]


class Dispatch(Command):
    """How a directive was sent; when, is the time of the act."""

    channel: Literal["truc_lien_thong", "post", "hand", "portal"]
    edxml_document_id: Line | None = None
    """`orgId,yyyy/mm/dd,number/notation` on the national document axis."""


class DirectiveDispatched(Event, Dispatch):
    """A directive was sent to one body."""

    TOPIC: ClassVar[str] = "directives.directive_dispatched.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Phát hành, gửi văn bản", "Directive dispatched")
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 18; QCVN 102:2016; catalogue 2"

    recipient: AgencyRef
    message_id: Line | None = None


class ReceiveDirective(Command):
    """A directive arrived (01) or was registered (03); two acts, often hours apart."""

    edxml_status: Literal["01", "03"]
    incoming_number: Number | None = None
    """Số đến, by year (Điều 22); with registration only."""
    incoming_date: Day | None = None
    signature_valid: bool | None = None
    """Result of checking the electronic signature; None for paper."""


class DirectiveReceived(Event, ReceiveDirective):
    """A body received a directive."""

    TOPIC: ClassVar[str] = "directives.directive_received.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tiếp nhận, đăng ký văn bản đến",
        "Directive received, registered",
    )
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 21–22; edXML 01, 03; catalogue 3"

    recipient: AgencyRef
    addressed_as: AgencyRef
    """The body, or the collective without a list of members, that it was sent to."""


class ReturnDirective(Command):
    """A directive is sent back to its issuer."""

    reason: Literal["wrong_addressee", "invalid_signature", "format", "not_competent"]
    note: Text | None = None


class DirectiveReturned(Event, ReturnDirective):
    """A body sent a directive back (edXML 02)."""

    TOPIC: ClassVar[str] = "directives.directive_returned.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Trả lại văn bản", "Directive returned")
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 21(2)(b); edXML 02; catalogue 4"

    recipient: AgencyRef
    addressed_as: AgencyRef


class Corrections(Value):
    """New values for facts of the paper that were wrong or missing; None leaves a fact alone."""

    number: Number | None = None
    notation: Line | None = None
    issue_date: Day | None = None
    place: Line | None = None
    subject_vi: Line | None = None
    subject_en: Line | None = None
    effective_from: Day | None = None


class Revision(Command):
    """A later paper, or the office, changes a directive (NĐ 30/2020 Điều 18)."""

    kind: Literal["correction", "amendment", "replacement", "recall", "update"]
    by_document: PaperRef | None = None
    reason: Text
    corrections: Corrections | None = None
    filled: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """Gaps named as missing that are closed now."""
    effective_from: Day | None = None


class DirectiveRevised(Event, Revision):
    """A directive was corrected, amended, completed, replaced or recalled."""

    TOPIC: ClassVar[str] = "directives.directive_revised.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Đính chính, sửa đổi, thay thế hoặc thu hồi văn bản",
        "Directive corrected, amended, replaced or recalled",
    )
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 18(3), (4); RX-03; catalogue 5"

    edxml_business_type: Literal[1, 2, 3]
    """1 recall, 2 update, 3 replacement (QCVN 102:2016)."""
    changed_fields: tuple[str, ...]
    reference: str | None
    """As printed after the change."""
    task_keys: tuple[Key, ...]
    """Keys of lines that came with this revision."""
    target_keys: tuple[Key, ...]
    report_keys: tuple[Key, ...]


DirectiveEvent = (
    DirectiveIssued | DirectiveDispatched | DirectiveReceived | DirectiveReturned | DirectiveRevised
)


def paper_days(paper: Paper) -> tuple[date, date]:
    """The earliest and the latest day on which the paper may have been issued."""
    if paper.issue_date is not None:
        return paper.issue_date, paper.issue_date
    assert paper.issued_between is not None, "a paper has a day or days between"
    return paper.issued_between.from_, paper.issued_between.to
