"""What is said of a report line: requested, submitted, reviewed, consolidated."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.directives.due import Due
from services.directives.events import PaperRef
from services.directives.limits import ADDRESSEES_MAX, FIGURES_MAX, NAMES_MAX, Key
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Exact, Line, Span, Text

ReportKind = Literal["138_periodic", "campaign", "thematic", "crime_statistics", "ad_hoc"]


class Disaggregation(Value):
    """What part of the whole a figure counts; empty parts are not told apart."""

    sex: Literal["female", "male", "other", "unknown"] | None = None
    age_band: Code | None = None
    ethnicity: Code | None = None
    area: Code | None = None
    route: Code | None = None
    offence: Code | None = None


class ReportFigure(Value):
    """A figure of a report."""

    indicator: Code
    value: Exact
    unit: Code
    disaggregation: Disaggregation | None = None


class RequestReport(Command):
    """One report line as the paper words it."""

    key: Key
    kind: ReportKind = "ad_hoc"
    form: Code | None = None
    """Code of the form to be used."""
    reporters: tuple[AgencyRef, ...] = Field(min_length=1, max_length=ADDRESSEES_MAX)
    """Who reports: agencies, collectives, or the word ALL_ADDRESSEES."""
    to: tuple[AgencyRef, ...] = Field(min_length=1, max_length=NAMES_MAX)
    """Who the report is for."""
    via: AgencyRef | None = None
    """The agency through which it goes (*qua*): a channel, not a recipient."""
    consolidates: Key | None = None
    """The line of the same directive whose reports this one sums up."""
    due: Due
    due_phrase: Line | None = None
    period: Span | None = None
    content: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    indicators: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    nil_report_allowed: bool = True
    """Whether *nothing to report* is an answer."""


class ReportRequested(FirstEvent, RequestReport):
    """A report was asked for."""

    TOPIC: ClassVar[str] = "directives.report_requested.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Yêu cầu báo cáo", "Report requested")
    SOURCE: ClassVar[str] = "QĐ 1944/QĐ-TTg; catalogue 14"

    directive_id: UUID
    reference: str | None
    requested_by: AgencyRef
    issuers: tuple[AgencyRef, ...]
    bodies: tuple[AgencyRef, ...]
    """The concrete bodies that report, on the paper's day."""
    members_known: bool
    named_on: Day
    """The day on which the bodies were looked up."""
    not_before: Day
    """The earliest day of the paper: acts on the line are not earlier."""
    consolidates_id: UUID | None = None
    """The line whose reports this one sums up."""
    consolidated_into: UUID | None = None
    """The line that sums up this one's reports."""
    consolidators: tuple[AgencyRef, ...] = ()
    """Who sums them up: that line's reporting bodies."""


class SubmitReport(Command):
    """A body reports."""

    kind: ReportKind
    period: Span | None = None
    narrative: Text | None = None
    figures: tuple[ReportFigure, ...] = Field(default=(), max_length=FIGURES_MAX)
    nil_report: bool = False
    """Nothing to report: neither narrative nor figures."""
    signed_by: Line | None = None
    document: PaperRef | None = None


class ReportSubmitted(Event, SubmitReport):
    """A body sent its report, or sent it again after it was returned."""

    TOPIC: ClassVar[str] = "directives.report_submitted.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Gửi báo cáo", "Report submitted")
    SOURCE: ClassVar[str] = "TTLT 05/2018; catalogue 15"
    DATA_CLASS: ClassVar[str] = "S2"
    """Cells below five on people in need of help are sensitive; wider views suppress them."""

    agency: AgencyRef
    attempt: int
    """1 for the first; after each return one more."""
    on_time: bool | None


class ReviewReport(Command):
    """The receiving or the channel agency accepts a report or sends it back."""

    agency: AgencyRef
    """Whose report."""
    outcome: Literal["accepted", "returned"]
    issues: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    new_due: Due | None = None


class ReportReviewed(Event, ReviewReport):
    """A report was accepted or returned."""

    TOPIC: ClassVar[str] = "directives.report_reviewed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Chấp nhận hoặc trả lại báo cáo", "Report reviewed")
    SOURCE: ClassVar[str] = "TTLT 05/2018 Điều 9, 12; catalogue 16"

    attempt: int


class ConsolidateReport(Command):
    """The consolidating agency sums up what has come in and sends it on."""

    narrative: Text | None = None
    figures: tuple[ReportFigure, ...] = Field(default=(), max_length=FIGURES_MAX)
    nil_report: bool = False
    """Nothing to report from any of them."""
    sent_to: tuple[AgencyRef, ...] = Field(min_length=1, max_length=NAMES_MAX)
    signed_by: Line | None = None
    document: PaperRef | None = None


class ReportConsolidated(Event, ConsolidateReport):
    """Reports were summed up and sent on; who had not reported is part of the fact."""

    TOPIC: ClassVar[str] = "directives.report_consolidated.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Tổng hợp báo cáo", "Report consolidated")
    SOURCE: ClassVar[str] = "catalogue 17"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    inputs: tuple[AgencyRef, ...]
    """Bodies whose reports, submitted or accepted, went into it."""
    missing: tuple[AgencyRef, ...]
    """Bodies that had not reported, or whose report had been returned."""


ReportEvent = ReportRequested | ReportSubmitted | ReportReviewed | ReportConsolidated
