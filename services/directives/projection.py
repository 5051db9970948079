"""The register of directives: who has received, who has acted, what is due next."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from services.directives.corrections.events import RecordCorrected
from services.directives.due import Due, deadline
from services.directives.events import (
    Corrections,
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
from shared.corrections import OCCURRED_AT
from shared.domain import Event
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.follow import Projection
from shared.reference import RegisterError, load_register
from shared.sql import RefersToNothing, Tables

FOLDER = Path(__file__).parent


async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
    """A batch into the register: event by event, and each directive touched once at the end."""
    touched: dict[str, tuple[int, datetime]] = {}
    for envelope in envelopes:
        try:
            await _take(envelope, tables)
        except RefersToNothing as error:
            raise Waits(
                f"{envelope.store} {envelope.position} ({envelope.topic}) is about what the "
                f"register does not have yet ({error.constraint_name}): it waits until it has"
            ) from error
        directive = _directive_of(envelope)
        own = envelope.version if str(envelope.stream) == directive else 0
        version, _ = touched.get(directive, (0, None))
        touched[directive] = max(version, own), envelope.occurred_at
    ids, moments = list(touched), list(touched.values())
    tag = await tables.run("touch_directives", ids, *map(list, zip(*moments, strict=True)))
    if tag != f"UPDATE {len(ids)}":
        raise Broken(
            f"the register lacks one of the directives {', '.join(ids)}, of which these events "
            "speak: compare them with the log, then rebuild the projection"
        )


async def _take(envelope: Envelope, tables: Tables) -> None:
    event = envelope.event
    match event:
        case DirectiveIssued():
            await _issued(event, envelope, tables)
        case DirectiveDispatched() | DirectiveReceived() | DirectiveReturned() | DirectiveRevised():
            await _on_its_way(event, tables)
        case TaskAssigned():
            await _assigned(event, tables)
        case (
            TaskAcknowledged()
            | TaskDelegated()
            | TaskProgressReported()
            | TaskCompleted()
            | TaskCompletionReviewed()
        ):
            await _worked_on(event, tables)
        case TaskDueDateChanged():
            await _must(tables, "change_due", event.originator_id, *_term(event.new_due))
            await tables.run("forget_own_dues", event.originator_id)
        case TaskCancelled():
            await _must(tables, "cancel_task", event.originator_id)
            await tables.run("cancel_assignees", event.originator_id, event.timestamp)
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
        case RecordCorrected():
            await _corrected(event, tables)
        case _:
            raise Broken(f"the register does not know {envelope.topic}: add it to apply()")


def _directive_of(envelope: Envelope) -> str:
    for subject in envelope.metadata.subjects:
        kind, _, id = subject.partition(":")
        if kind == "directive":
            return id
    raise Broken(
        f"{envelope.topic} {envelope.event_id} names no directive among its subjects "
        f"{envelope.metadata.subjects}: whoever recorded it must name it"
    )


async def _must(tables: Tables, name: str, *args: object) -> None:
    """Run a statement that changes at least one row. Raises `Broken` when there is none.

    The first argument is an id; it alone is quoted, because the others may be what an event says.
    """
    if not _changed(await tables.run(name, *args)):
        raise Broken(
            f"the register has nothing to {name} for {args[0]}: the event does not fit what was "
            "recorded before it; compare them with the log, then rebuild the projection"
        )


def _changed(tag: str) -> bool:
    """Whether PostgreSQL's command tag (`UPDATE 1`, `INSERT 0 1`) counts any row."""
    return not tag.endswith(" 0")


def _term(due: Due | None) -> tuple[str | None, object]:
    """A term as JSON, and the first moment that is too late."""
    return (None, None) if due is None else (due.model_dump_json(by_alias=True), deadline(due))


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
            "insert_bodies",
            event.originator_id,
            bodies.addressee,
            ordinal,
            list(bodies.members),
            not bodies.members_known,
        )


async def _on_its_way(event: Event, tables: Tables) -> None:
    id, at = event.originator_id, event.timestamp
    match event:
        case DirectiveDispatched():
            await _must(tables, "dispatch", id, event.recipient, at)
        case DirectiveReceived(edxml_status="01"):
            await _must(tables, "receive", id, event.recipient, event.addressed_as, at)
        case DirectiveReceived():
            number = event.incoming_number
            await _must(tables, "register", id, event.recipient, event.addressed_as, at, number)
        case DirectiveReturned():
            await _must(tables, "return", id, event.recipient, event.addressed_as, at, event.reason)
        case DirectiveRevised():
            await _revised(event, tables)
    if (
        isinstance(event, DirectiveReceived | DirectiveReturned)
        and event.recipient != event.addressed_as
    ):
        await tables.run("stand_back_body", id, event.addressed_as)


async def _revised(event: DirectiveRevised, tables: Tables) -> None:
    text = await tables.value("paper", event.originator_id)
    if text is None:
        raise Broken(f"the register has no directive {event.originator_id} to revise: rebuild it")
    paper = orjson.loads(text)
    revise(paper, event)
    between = paper["issued_between"] or {}
    await _must(
        tables,
        "revise_directive",
        event.originator_id,
        event.kind,
        event.reference,
        paper["subject_vi"],
        paper["subject_en"],
        date.fromisoformat(paper["issue_date"] or between["to"]),
        orjson.dumps(paper).decode(),
    )


def revise(paper: dict[str, Any], event: DirectiveRevised) -> None:
    """Take corrections, closed gaps and the keys of new lines into a recorded paper."""
    changed = event.changed_fields
    corrected = event.corrections or Corrections()
    paper |= corrected.model_dump(mode="json", include=set(changed))
    paper["reference"] = event.reference
    if corrected.issue_date is not None:
        paper["year"] = corrected.issue_date.year
    closed = {*changed, *event.filled}
    paper["missing"] = [each for each in paper["missing"] if each not in closed]
    paper["completeness"] = "partial" if paper["missing"] else "complete"
    for name in ("task_keys", "target_keys", "report_keys"):
        paper[name] += getattr(event, name)


async def _assigned(event: TaskAssigned, tables: Tables) -> None:
    await tables.run(
        "insert_task",
        event.originator_id,
        event.directive_id,
        event.parent_task_id,
        event.key,
        event.model_dump_json(),
        *_term(event.due),
    )
    await tables.run(
        "insert_assignees",
        event.originator_id,
        event.directive_id,
        list(event.assignees),
        [] if event.members_known else [each for each in event.assignees if _many(each, event)],
        event.timestamp,
    )


def _many(agency: str, assigned: TaskAssigned) -> bool:
    """Whether an id named many bodies when the task was assigned."""
    try:
        return load_register().agency(agency, assigned.named_on).is_collective
    except RegisterError:
        return False  # The register has changed since; a body that nobody knows is one body.


async def _worked_on(event: Event, tables: Tables) -> None:
    match event:
        case TaskAcknowledged():
            await _stands(event, event.agency, tables, event.outcome)
        case TaskDelegated():
            await _stands(event, event.agency, tables, "in_progress")
        case TaskProgressReported():
            await _stands(event, event.agency, tables, "in_progress", percent=event.percent)
        case TaskCompleted():
            status = "done_unconfirmed"
            await _stands(event, event.agency, tables, status, percent=100, on_time=event.on_time)
        case TaskCompletionReviewed(outcome="confirmed"):
            await _stands(event, event.agency, tables, "confirmed")
        case TaskCompletionReviewed():
            await _must(
                tables,
                "reopen_assignee",
                event.originator_id,
                event.agency,
                event.timestamp,
                *_term(event.new_due),
            )


async def _stands(
    event: Event,
    agency: str,
    tables: Tables,
    status: str,
    *,
    percent: int | None = None,
    on_time: bool | None = None,
) -> None:
    """How far one that leads is now. Those that only help are no assignees and change nothing."""
    id = event.originator_id
    now = (id, agency, status, event.timestamp, percent, on_time)
    if _changed(await tables.run("set_assignee", *now)):
        return
    text = await tables.value("task", id)
    if text is None:
        raise Broken(f"the register has no task {id}, of which {event.TOPIC} speaks: rebuild it")
    task = orjson.loads(text)
    named = _acts_for(agency, task)
    if named is None:
        raise Broken(
            f"{agency} acts on task {task['key']} ({id}) that is assigned neither to it nor to a "
            "collective that covers it: compare the register of agencies with the one that decided"
        )
    if named in task["helpers"]:
        return
    await _must(tables, "join_assignees", id, agency, named, event.timestamp)
    await tables.run("stand_back_assignee", id, named)
    await _must(tables, "set_assignee", *now)


def _acts_for(agency: str, task: dict[str, Any]) -> str | None:
    """The assignee or helper as which an agency acts: itself before collectives, leads first."""
    bodies: list[str] = [*task["assignees"], *task["helpers"]]
    if agency in bodies:
        return agency
    day = date.fromisoformat(task["named_on"])
    return next((each for each in bodies if _covers(each, agency, day)), None)


def _covers(body: str, agency: str, on: date) -> bool:
    try:
        return load_register().covers(body, agency, on)
    except RegisterError:
        return False  # Not there on that day, so it covers nobody.


async def _reported(event: Event, tables: Tables) -> None:
    id, at = event.originator_id, event.timestamp
    match event:
        case ReportRequested():
            state = event.model_dump_json()
            await tables.run(
                "insert_report", id, event.directive_id, event.key, state, deadline(event.due)
            )
        case ReportSubmitted():
            await _must(tables, "submit_report", id, event.agency, event.on_time, at)
        case ReportReviewed():
            term = _term(event.new_due)
            await _must(tables, "review_report", id, event.agency, event.outcome, at, *term)
        case ReportConsolidated():
            await _must(tables, "consolidate_report", id, at)


async def _corrected(event: RecordCorrected, tables: Tables) -> None:
    """Put right what the register shows of the corrected fact, where it still shows that.

    What a later fact has taken the place of (a paper that came back was sent again) is not there.
    """
    assert event.change is not None, "nothing in these facts is sensitive"
    name = CORRECTED.get((event.target_topic, event.field_path))
    if name is None:
        return  # The register does not show it.
    stated: list[object] = [event.change.old, event.change.new]
    if event.field_path == OCCURRED_AT:
        stated = [datetime.fromisoformat(str(each)) for each in stated]
    await tables.run(name, event.originator_id, event.body, *stated)


CORRECTED = {
    ("directives.directive_dispatched.v1", OCCURRED_AT): "correct_dispatched_at",
    ("directives.directive_received.v1", OCCURRED_AT): "correct_received_at",
    ("directives.directive_received.v1", "incoming_number"): "correct_incoming_number",
    ("directives.directive_returned.v1", OCCURRED_AT): "correct_returned_at",
    ("directives.task_acknowledged.v1", OCCURRED_AT): "correct_changed_at",
}
"""Topic and field → the statement that puts them right here."""

REGISTER = Projection(
    service="directives",
    name="register",
    version=1,
    folder=FOLDER,
    sources=("directives",),
    apply=apply,
    numbering=("ordinal",),
)
