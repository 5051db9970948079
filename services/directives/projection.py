"""The register of directives: who has received, who has acted, what is due next."""

from pathlib import Path

from services.directives.due import Due, deadline
from services.directives.events import (
    DirectiveDispatched,
    DirectiveIssued,
    DirectiveReceived,
    DirectiveReturned,
    DirectiveRevised,
    paper_days,
)
from services.directives.reports.events import (
    ReportConsolidated,
    ReportRequested,
    ReportReviewed,
    ReportSubmitted,
)
from services.directives.targets.events import TargetSet
from services.directives.tasks.events import (
    TaskAcknowledged,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskCompletionReviewed,
    TaskDelegated,
    TaskDueDateChanged,
    TaskProgressReported,
)
from shared.domain import Event
from shared.envelope import Envelope
from shared.errors import Broken
from shared.follow import Projection
from shared.sql import Tables

FOLDER = Path(__file__).parent


async def apply(envelope: Envelope, tables: Tables) -> None:
    """One event into the register."""
    event = envelope.event
    match event:
        case DirectiveIssued():
            await _issued(event, envelope, tables)
        case DirectiveDispatched() | DirectiveReceived() | DirectiveReturned() | DirectiveRevised():
            await _on_its_way(event, tables)
        case TaskAssigned():
            await _assigned(event, tables)
        case (
            TaskAcknowledged() | TaskProgressReported() | TaskCompleted() | TaskCompletionReviewed()
        ):
            await _worked_on(event, tables)
        case TaskDueDateChanged():
            due = event.new_due.model_dump_json(by_alias=True)
            await tables.run("change_due", event.originator_id, due, _end(event.new_due))
        case TaskCancelled():
            await tables.run("cancel_task", event.originator_id, event.timestamp)
        case TargetSet():
            await tables.run(
                "insert_target",
                event.originator_id,
                event.directive_id,
                event.key,
                event.model_dump_json(),
            )
        case ReportRequested() | ReportSubmitted() | ReportReviewed() | ReportConsolidated():
            await _reported(event, tables)
        case TaskDelegated():
            pass  # The share begins a task of its own, which says it all.
        case _:
            raise Broken(f"the register does not know {envelope.topic}: add it to apply()")
    directive = next(
        each for each in envelope.metadata.subjects if each.startswith("directive:")
    ).removeprefix("directive:")
    own = envelope.version if str(envelope.stream) == directive else 0
    await tables.run("touch_directive", directive, own, event.timestamp)


async def _issued(event: DirectiveIssued, envelope: Envelope, tables: Tables) -> None:
    await tables.run(
        "insert_directive",
        event.originator_id,
        event.reference,
        event.doc_type,
        event.subject_vi,
        event.subject_en,
        event.issuer,
        paper_days(event)[1],
        event.originator_version,
        envelope.state.decode(),
        event.timestamp,
    )
    for ordinal, bodies in enumerate(event.bodies):
        await tables.run(
            "insert_bodies", event.originator_id, bodies.addressee, ordinal, list(bodies.members)
        )


async def _on_its_way(event: Event, tables: Tables) -> None:
    id, at = event.originator_id, event.timestamp
    match event:
        case DirectiveDispatched():
            await tables.run("dispatch", id, event.recipient, at)
        case DirectiveReceived(edxml_status="01"):
            await tables.run("receive", id, event.recipient, at)
        case DirectiveReceived():
            await tables.run("register", id, event.recipient, at, event.incoming_number)
        case DirectiveReturned():
            await tables.run("return", id, event.recipient, at, event.reason)
        case DirectiveRevised():
            await tables.run("revise_directive", id, event.kind, event.reference)


async def _assigned(event: TaskAssigned, tables: Tables) -> None:
    state = event.model_dump_json()
    due = event.due.model_dump_json(by_alias=True)
    await tables.run(
        "insert_task",
        event.originator_id,
        event.directive_id,
        event.parent_task_id,
        event.key,
        state,
        due,
        _end(event.due),
    )
    await tables.run(
        "insert_assignees",
        event.originator_id,
        event.directive_id,
        list(event.assignees),
        event.timestamp,
    )


async def _worked_on(event: Event, tables: Tables) -> None:
    id, at = event.originator_id, event.timestamp
    match event:
        case TaskAcknowledged():
            await tables.run("set_assignee", id, event.agency, event.outcome, at, None, None)
        case TaskProgressReported():
            await tables.run(
                "set_assignee", id, event.agency, "in_progress", at, event.percent, None
            )
        case TaskCompleted():
            status = "done_unconfirmed"
            await tables.run("set_assignee", id, event.agency, status, at, 100, event.on_time)
        case TaskCompletionReviewed():
            status = "confirmed" if event.outcome == "confirmed" else "in_progress"
            await tables.run("set_assignee", id, event.agency, status, at, None, None)


async def _reported(event: Event, tables: Tables) -> None:
    id, at = event.originator_id, event.timestamp
    match event:
        case ReportRequested():
            state = event.model_dump_json()
            await tables.run(
                "insert_report", id, event.directive_id, event.key, state, _end(event.due)
            )
        case ReportSubmitted():
            await tables.run("submit_report", id, event.agency, event.on_time, at)
        case ReportReviewed():
            await tables.run("review_report", id, event.agency, event.outcome, at)
        case ReportConsolidated():
            await tables.run("consolidate_report", id, at)


def _end(due: Due) -> object:
    return deadline(due)


REGISTER = Projection(
    service="directives",
    name="register",
    version=1,
    folder=FOLDER,
    sources=("directives",),
    apply=apply,
)
