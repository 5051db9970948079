"""What is said of a task: assigned, acknowledged, handed down, moved, worked on, done, reviewed."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.directives.due import Due
from services.directives.events import PaperRef
from services.directives.limits import FIGURES_MAX, NAMES_MAX, Key
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Digest, Exact, Line, Text

WorkLine = Literal[
    "prevention",
    "communication",
    "detection",
    "investigation",
    "prosecution",
    "trial",
    "victim",
    "management",
    "legislation",
    "international",
    "logistics",
]
"""The lines of work into which the papers' tasks fall; a closed list."""


class TaskFigure(Value):
    """A figure of progress."""

    indicator: Code
    value: Exact
    unit: Code


class FocalPoint(Value):
    """The officer who answers for a task."""

    user: Line
    phone: Annotated[str, Field(max_length=32, pattern=r"^[+0-9][0-9 .()-]*$")] | None = None


class AssignTask(Command):
    """One task as the paper words it."""

    key: Key
    title_vi: Line
    title_en: Line | None = None
    work_line: WorkLine
    mode: Literal["order", "request"]
    """*yêu cầu, giao, chỉ đạo* is an order; *đề nghị* is a request."""
    lead: AgencyRef
    """Who leads (*chủ trì*): an agency, a collective, or the word ALL_ADDRESSEES."""
    coordinators: tuple[AgencyRef, ...] = Field(default=(), max_length=NAMES_MAX)
    area: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    target_groups: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    due: Due
    due_phrase: Line | None = None
    """The paper's own words for the term."""
    report_line: Key | None = None
    """The report line of the same directive in which this task is reported."""
    events: tuple[Code, ...] = Field(default=(), max_length=NAMES_MAX)
    """Names of the facts that show the task is being carried out."""
    measure: Text | None = None
    note: Text | None = None


class TaskAssigned(FirstEvent, AssignTask):
    """A task was assigned: by a directive, or handed down as a share of one."""

    TOPIC: ClassVar[str] = "directives.task_assigned.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Giao nhiệm vụ", "Task assigned")
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 23(2); catalogue 6"

    directive_id: UUID
    reference: str | None
    parent_task_id: UUID | None = None
    assigned_by: AgencyRef
    issuers: tuple[AgencyRef, ...]
    """The directive's issuer and the bodies in whose name it speaks."""
    assignees: tuple[AgencyRef, ...]
    """The concrete bodies that lead, on the paper's day."""
    helpers: tuple[AgencyRef, ...]
    """The concrete bodies that coordinate, without those that lead."""
    members_known: bool
    """False when a collective could not be listed and stands for itself."""
    named_on: Day
    """The day on which the bodies were looked up."""
    not_before: Day
    """The earliest day of the paper, or the day of handing down: acts on it are not earlier."""
    never_critical: tuple[AgencyRef, ...]
    """Procuracy, courts, Fatherland Front: nobody orders them, being late is never critical."""


class AcknowledgeTask(Command):
    """An assigned agency takes a task on, or gives it back with a reason."""

    outcome: Literal["accepted", "returned"]
    reason: Text | None = None
    focal_point: FocalPoint | None = None


class TaskAcknowledged(Event, AcknowledgeTask):
    """An assigned agency accepted or returned a task."""

    TOPIC: ClassVar[str] = "directives.task_acknowledged.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tiếp nhận hoặc trả lại nhiệm vụ",
        "Task accepted or returned",
    )
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 23–24; edXML 03, 02; catalogue 7"
    DATA_CLASS: ClassVar[str] = "S1"

    agency: AgencyRef


class DelegateTask(Command):
    """An assigned agency hands a share of a task to a body below it."""

    to: AgencyRef
    share: Line
    """What exactly is handed down."""
    due: Due | None = None
    """None: as the task's own."""
    by_directive: PaperRef | None = None


class TaskDelegated(Event, DelegateTask):
    """A share of a task was handed down; the share is a task of its own."""

    TOPIC: ClassVar[str] = "directives.task_delegated.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Triển khai xuống cấp dưới, phân công", "Task delegated")
    SOURCE: ClassVar[str] = "edXML 04; catalogue 8"

    agency: AgencyRef
    child_task_id: UUID
    child_key: Key


class ChangeTaskDueDate(Command):
    """The assigning agency moves the term of a task."""

    new_due: Due
    reason: Text
    by_document: PaperRef | None = None


class TaskDueDateChanged(Event, ChangeTaskDueDate):
    """The term of a task was moved, for all who carry it out."""

    TOPIC: ClassVar[str] = "directives.task_due_date_changed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Điều chỉnh thời hạn nhiệm vụ", "Task due date changed")
    SOURCE: ClassVar[str] = "NĐ 30/2020 Điều 24; catalogue 9"

    old_due: Due


class ReportTaskProgress(Command):
    """An assigned agency says how far it is."""

    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    narrative: Text
    figures: tuple[TaskFigure, ...] = Field(default=(), max_length=FIGURES_MAX)
    obstacles: Text | None = None
    attachments: tuple[Digest, ...] = Field(default=(), max_length=NAMES_MAX)


class TaskProgressReported(Event, ReportTaskProgress):
    """An assigned agency reported progress."""

    TOPIC: ClassVar[str] = "directives.task_progress_reported.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Báo cáo tiến độ", "Task progress reported")
    SOURCE: ClassVar[str] = "edXML 05; catalogue 10"
    DATA_CLASS: ClassVar[str] = "S1"

    agency: AgencyRef


class CompleteTask(Command):
    """A leading agency says that its part is done."""

    result: Text
    figures: tuple[TaskFigure, ...] = Field(default=(), max_length=FIGURES_MAX)
    evidence: tuple[Digest, ...] = Field(default=(), max_length=NAMES_MAX)


class TaskCompleted(Event, CompleteTask):
    """A leading agency completed its part; the assigning agency has still to confirm."""

    TOPIC: ClassVar[str] = "directives.task_completed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Hoàn thành nhiệm vụ", "Task completed")
    SOURCE: ClassVar[str] = "edXML 06; catalogue 11"
    DATA_CLASS: ClassVar[str] = "S1"

    agency: AgencyRef
    on_time: bool | None
    """None when the task has no last day to be measured by."""


class ReviewTaskCompletion(Command):
    """The assigning agency confirms a completion or asks for more."""

    agency: AgencyRef
    """Whose completion."""
    outcome: Literal["confirmed", "reopened"]
    note: Text | None = None
    new_due: Due | None = None


class TaskCompletionReviewed(Event, ReviewTaskCompletion):
    """A completion was confirmed or reopened."""

    TOPIC: ClassVar[str] = "directives.task_completion_reviewed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Xác nhận hoàn thành hoặc yêu cầu làm lại",
        "Task completion confirmed or reopened",
    )
    SOURCE: ClassVar[str] = "kiểm tra, đôn đốc; catalogue 12"


class CancelTask(Command):
    """The assigning agency ends a task that will not be carried out."""

    reason: Literal[
        "directive_recalled", "directive_replaced", "merged", "agency_dissolved", "other"
    ]
    moved_to: UUID | None = None
    """The task that takes its place."""
    note: Text | None = None


class TaskCancelled(Event, CancelTask):
    """A task was ended without having been carried out."""

    TOPIC: ClassVar[str] = "directives.task_cancelled.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Hủy, kết thúc nhiệm vụ", "Task cancelled")
    SOURCE: ClassVar[str] = "catalogue 13, rule 11"

    by_document: PaperRef | None = None
    """The paper that recalled or replaced the directive, when the task ended with it."""


TaskEvent = (
    TaskAssigned
    | TaskAcknowledged
    | TaskDelegated
    | TaskDueDateChanged
    | TaskProgressReported
    | TaskCompleted
    | TaskCompletionReviewed
    | TaskCancelled
)
