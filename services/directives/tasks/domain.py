"""What may happen to a task. Pure: no clock, no database, no network.

Everyone who leads or helps has a standing of their own: open → accepted or returned → in_progress →
done_unconfirmed → confirmed or reopened. The task's own state follows from the standings of those
who lead. Leading and helping at once counts as leading.
"""

from dataclasses import replace
from typing import Self, assert_never
from uuid import UUID

from services.directives.bodies import Origin
from services.directives.corrections.events import RecordCorrected
from services.directives.due import Due, last_day, on_time, refuse_impossible
from services.directives.events import PaperRef
from services.directives.identity import line_id
from services.directives.paper import refuse_early
from services.directives.tasks import refusals
from services.directives.tasks.assignment import Hands, hands, refuse_not_below
from services.directives.tasks.events import (
    AcknowledgeTask,
    AssignTask,
    CancelTask,
    ChangeTaskDueDate,
    CompleteTask,
    DelegateTask,
    ReportTaskProgress,
    ReviewTaskCompletion,
    TaskAcknowledged,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskCompletionReviewed,
    TaskDelegated,
    TaskDueDateChanged,
    TaskEvent,
    TaskProgressReported,
)
from services.directives.words import whereabouts
from shared.actor import VIETNAM, Act
from shared.domain import Aggregate, Event, Whereabouts, repeats
from shared.standing import refuse_unless_acting

SHARES_MAX = 9_999
"""Shares of one task."""
LEVELS_MAX = 8
"""Times that a share may be handed on: province, commune, station and some to spare."""
WORKING = frozenset({"accepted", "in_progress", "reopened"})
"""Standings in which a body may report, hand down and complete."""
DONE = frozenset({"done_unconfirmed", "confirmed"})


class Task(Aggregate):
    """One line of a directive: somebody leads, others help, by a day or without one."""

    KIND = "task"
    TOPIC = "task"

    @classmethod
    def assign_task(cls, said: AssignTask, act: Act, *, origin: Origin, pointer: str = "") -> Self:
        """Assign a line of a directive; its bodies are those of the paper's day."""
        refuse_impossible(said.due, origin.first_day, f"{pointer}/due")
        return cls._begin(said, act, origin, hands(said, act, origin, pointer))

    def acknowledge_task(self, said: AcknowledgeTask, act: Act) -> None:
        """Take the task on, or give it back with a reason; who gave it back may still take it."""
        agency = self._assigned(act)
        standing = self.standing_of(agency)
        if standing == said.outcome:
            return
        if said.outcome == "returned" and said.reason is None:
            raise refusals.reason_needed()
        if standing not in ("open", "returned") and not (
            standing == "accepted" and said.outcome == "returned"
        ):
            raise refusals.under_way(agency, standing)
        self.record(TaskAcknowledged, said, act, agency=agency)

    def delegate_task(self, said: DelegateTask, act: Act) -> "Task | None":
        """Hand a share down. Returns the share, a task of its own; None when it was said before."""
        agency = self._assigned(act)
        if self._share_before(said, agency) is not None:
            return None
        self._refuse_idle(agency)
        if said.due is not None:
            refuse_impossible(said.due, act.on, "/due")
            last, limit = last_day(said.due), last_day(self.due_of(agency))
            if last is not None and limit is not None and last > limit:
                raise refusals.share_after_task(last, limit)
        refuse_not_below(said.to, (self._origin.issuer, *self._origin.issuers), act)
        if len(self._shares) >= SHARES_MAX or self.key.count(".") >= LEVELS_MAX:
            raise refusals.handed_down_too_far()
        share = self._share(said, act, said.due or self.due_of(agency))
        self.record(
            TaskDelegated, said, act, agency=agency, child_task_id=share.id, child_key=share.key
        )
        return share

    def change_task_due_date(self, said: ChangeTaskDueDate, act: Act) -> None:
        """Move the term for all who carry the task out."""
        self._refuse_unless_assigner(act)
        if said.new_due == self.due and not self._own_due:
            return
        self._refuse_over()
        refuse_impossible(said.new_due, self._origin.first_day, "/new_due")
        self.record(TaskDueDateChanged, said, act, old_due=self.due)

    def report_task_progress(self, said: ReportTaskProgress, act: Act) -> None:
        """Say how far it is. A percentage may fall, but not without naming the obstacles."""
        agency = self._assigned(act)
        last = self._progress.get(agency)
        if last is not None and repeats(said, last):
            return
        self._refuse_idle(agency)
        before = self.percent.get(agency, 0)
        if said.percent is not None and said.percent < before and said.obstacles is None:
            raise refusals.progress_fell(before, said.percent)
        self.record(TaskProgressReported, said, act, agency=agency)

    def complete_task(self, said: CompleteTask, act: Act) -> None:
        """Say that one's part is done; only who leads can."""
        agency = self._assigned(act)
        if agency in self.helpers:
            raise refusals.only_the_lead_completes(agency, self.assignees)
        if self.standing_of(agency) in DONE:
            return
        self._refuse_idle(agency)
        self.record(
            TaskCompleted,
            said,
            act,
            agency=agency,
            on_time=on_time(self.due_of(agency), act.at),
        )

    def review_task_completion(self, said: ReviewTaskCompletion, act: Act) -> None:
        """Confirm a completion, or reopen it with what is still to be done."""
        self._refuse_unless_assigner(act)
        standing = self.standing_of(said.agency)
        if standing == said.outcome:
            return
        self._refuse_over()
        if standing != "done_unconfirmed":
            raise refusals.not_completed(said.agency)
        if said.outcome == "reopened" and said.note is None:
            raise refusals.note_needed("/note")
        if said.new_due is not None:
            refuse_impossible(said.new_due, self._origin.first_day, "/new_due")
        self.record(TaskCompletionReviewed, said, act)

    def cancel_task(
        self, said: CancelTask, act: Act, *, by_document: PaperRef | None = None
    ) -> None:
        """End the task without its having been carried out."""
        self._refuse_unless_assigner(act)
        if self.cancelled:
            return
        self._refuse_over()
        if said.reason == "other" and said.note is None:
            raise refusals.note_needed("/note")
        self.record(TaskCancelled, said, act, by_document=by_document)

    @property
    def key(self) -> str:
        """`T01`, or `T01.2` for a share."""
        return self._line.key

    @property
    def shares(self) -> tuple[UUID, ...]:
        """Ids of the tasks that were handed down from this one."""
        return tuple(each.child_task_id for each in self._shares)

    def share_said(self, said: DelegateTask, act: Act) -> UUID:
        """Id of the share that the actor's body handed down before in these very words."""
        before = self._share_before(said, self._assigned(act))
        assert before is not None, "only asked when delegate_task had nothing new to hand down"
        return before.child_task_id

    @property
    def subjects(self) -> tuple[str, ...]:
        """The task, what it is a share of, and its directive."""
        above = (f"task:{self.parent_task_id}",) if self.parent_task_id else ()
        return (f"task:{self.id}", *above, f"directive:{self._origin.directive_id}")

    @property
    def task_state(self) -> str:
        """The task as a whole, by those who lead.

        A collective that the register cannot list stays open: nobody can say that all have acted.
        """
        if self.cancelled:
            return "cancelled"
        standings = {self.standing_of(each) for each in self._leading()}
        for state, needed in (
            ("confirmed", {"confirmed"}),
            ("done_unconfirmed", DONE),
            ("returned", {"returned"}),
            ("open", {"open", "returned"}),
            ("accepted", {"open", "returned", "accepted"}),
        ):
            if standings <= needed:
                return state
        return "in_progress"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return self.task_state in ("cancelled", "confirmed")

    def standing_of(self, agency: str) -> str:
        """How far a body is; who has said nothing is open."""
        return self.standings.get(agency, "open")

    def due_of(self, agency: str) -> Due:
        """By when a body has to be done: its own term after a reopening, else the task's."""
        return self._own_due.get(agency, self.due)

    def is_timely(self, event: Event) -> bool:
        """Nothing happens to a task before its paper exists."""
        return event.timestamp.astimezone(VIETNAM).date() >= self._origin.first_day

    def whereabouts(self) -> Whereabouts:
        """Its state, and when its last fact happened."""
        return whereabouts(("Nhiệm vụ", "task"), self.task_state, self.modified_on)

    def state(self) -> dict[str, object]:
        """The task as it stands, in JSON types."""
        return {
            "id": str(self.id),
            "kind": self.KIND,
            "version": self.version,
            "state": self.task_state,
            "key": self.key,
            "directive_id": str(self._origin.directive_id),
            "reference": self._origin.reference,
            "parent_task_id": None if self.parent_task_id is None else str(self.parent_task_id),
            "assigned": self.assigned,
            "assigned_by": self._origin.issuer,
            "assignees": list(self.assignees),
            "helpers": list(self.helpers),
            "members_known": self.members_known,
            "never_critical": list(self.never_critical),
            "due": self.due.model_dump(mode="json"),
            "own_due": {
                agency: due.model_dump(mode="json") for agency, due in self._own_due.items()
            },
            "standings": self.standings,
            "percent": self.percent,
            "on_time": self.on_time,
            "shares": [str(each) for each in self.shares],
            "cancelled": self.cancelled,
            "moved_to": None if self.moved_to is None else str(self.moved_to),
        }

    @classmethod
    def _begin(
        cls,
        said: AssignTask,
        act: Act,
        origin: Origin,
        falls_to: Hands,
        parent: UUID | None = None,
    ) -> Self:
        return cls.begin(
            TaskAssigned,
            said,
            act,
            id=line_id(origin.directive_id, said.key),
            directive_id=origin.directive_id,
            reference=origin.reference,
            parent_task_id=parent,
            assigned_by=origin.issuer,
            issuers=origin.issuers,
            assignees=falls_to.assignees,
            helpers=falls_to.helpers,
            members_known=falls_to.members_known,
            never_critical=falls_to.never_critical,
            named_on=origin.day,
            not_before=origin.first_day,
        )

    def _share_before(self, said: DelegateTask, agency: str) -> TaskDelegated | None:
        """What a body handed down in these very words; another body's share is its own."""
        shares = (each for each in self._shares if each.agency == agency)
        return next((each for each in shares if repeats(said, each)), None)

    def _share(self, said: DelegateTask, act: Act, due: Due) -> "Task":
        """A share as a task of its own; down the line it is an order, whatever it was above.

        It is given by the agency that acts: a body that has ended orders nothing any more.
        """
        line = self._line.model_copy(
            update={
                "key": f"{self.key}.{len(self._shares) + 1}",
                "title_vi": said.share,
                "title_en": None,
                "mode": "order",
                "lead": said.to,
                "coordinators": (),
                "due": due,
                "due_phrase": None,
                "note": None,
            }
        )
        origin = replace(self._origin, issuer=act.agency, first_day=act.on, day=act.on)
        return Task._begin(line, act, origin, hands(line, act, origin, ""), self.id)

    def _leading(self) -> set[str]:
        return {*self.assignees, *self.standings} - {*self.helpers}

    def _assigned(self, act: Act) -> str:
        standing = refuse_unless_acting(
            act,
            (*self.assignees, *self.helpers),
            self._origin.day,
            refusals.not_assigned(self.key, act.agency),
        )
        if self.cancelled:
            raise refusals.over("cancelled")
        refuse_early(act, self._origin.first_day)
        return standing.key

    def _refuse_unless_assigner(self, act: Act) -> None:
        refuse_unless_acting(
            act,
            (self._origin.issuer, *self._origin.issuers),
            self._origin.day,
            refusals.not_the_assigner(self.key, act.agency, self._origin.issuer),
        )
        refuse_early(act, self._origin.first_day)

    def _refuse_idle(self, agency: str) -> None:
        if self.standing_of(agency) not in WORKING:
            raise refusals.not_accepted(agency, self.standing_of(agency))

    def _refuse_over(self) -> None:
        if self.is_over:
            raise refusals.over(self.task_state)

    def _take(self, event: TaskAssigned) -> None:
        self._line = AssignTask(**{name: getattr(event, name) for name in AssignTask.model_fields})
        self._origin = Origin(
            directive_id=event.directive_id,
            reference=event.reference,
            issuer=event.assigned_by,
            issuers=event.issuers,
            first_day=event.not_before,
            day=event.named_on,
        )
        self.assigned = self._line.model_dump(mode="json", exclude={"due"})
        self.parent_task_id = event.parent_task_id
        self.assignees = event.assignees
        self.helpers = event.helpers
        self.members_known = event.members_known
        self.never_critical = event.never_critical
        self.due = event.due
        self.standings: dict[str, str] = {}
        self.percent: dict[str, int] = {}
        self.on_time: dict[str, bool | None] = {}
        self.cancelled: str | None = None
        self.moved_to: UUID | None = None
        self._own_due: dict[str, Due] = {}
        self._progress: dict[str, TaskProgressReported] = {}
        self._shares: tuple[TaskDelegated, ...] = ()

    def evolve(self, event: TaskEvent | RecordCorrected) -> None:
        """Take a fact in."""
        match event:
            case TaskAssigned():
                self._take(event)
            case TaskAcknowledged():
                self.standings[event.agency] = event.outcome
            case TaskDelegated():
                self.standings[event.agency] = "in_progress"
                self._shares += (event,)
            case TaskDueDateChanged():
                self.due = event.new_due
                self._own_due.clear()
            case TaskProgressReported():
                self.standings[event.agency] = "in_progress"
                self._progress[event.agency] = event
                if event.percent is not None:
                    self.percent[event.agency] = event.percent
            case TaskCompleted():
                self.standings[event.agency] = "done_unconfirmed"
                self.on_time[event.agency] = event.on_time
            case TaskCompletionReviewed():
                self.standings[event.agency] = event.outcome
                if event.new_due is not None:
                    self._own_due[event.agency] = event.new_due
            case TaskCancelled():
                self.cancelled = event.reason
                self.moved_to = event.moved_to
            case RecordCorrected():
                pass  # What it corrects was taken in as corrected.
            case _:
                assert_never(event)
