"""What is more than recording one fact: issuing, sending, revising, handing down, summing up.

Handlers load everything first, decide without waiting in between, and save once: what is decided
together is recorded together or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from services.directives.bodies import Origin
from services.directives.domain import ENDED_BY, Directive
from services.directives.events import Dispatch, Paper, Revision
from services.directives.identity import directive_id, line_id
from services.directives.limits import ADDRESSEES_MAX, REPORTS_MAX, TARGETS_MAX, TASKS_MAX, Key
from services.directives.reports import refusals
from services.directives.reports.domain import Report, reporting_bodies
from services.directives.reports.events import ConsolidateReport, RequestReport, SubmitReport
from services.directives.targets.domain import Target
from services.directives.targets.events import SetTarget
from services.directives.tasks.domain import Task
from services.directives.tasks.events import AssignTask, CancelTask, DelegateTask
from shared.actor import Act
from shared.context import Context, Receipt
from shared.domain import Command, Value
from shared.errors import Conflict, Refused
from shared.fields import AgencyRef, Line

C = TypeVar("C", bound=Command)


class Lines(Value):
    """Tasks, targets and report lines, each with a key of its own: T01, G01, R1."""

    tasks: tuple[AssignTask, ...] = Field(default=(), max_length=TASKS_MAX)
    targets: tuple[SetTarget, ...] = Field(default=(), max_length=TARGETS_MAX)
    reports: tuple[RequestReport, ...] = Field(default=(), max_length=REPORTS_MAX)


class IssueDirective(Paper, Lines):
    """A paper with everything that it orders."""


async def issue_directive(said: IssueDirective, ctx: Context) -> Receipt:
    """Issue a directive with its tasks, targets and report lines, all or nothing."""
    directive = Directive.issue_directive(_part(Paper, said), ctx.act, **_keys(said))
    if await ctx.find(Directive, directive.id) is not None:
        raise _duplicate(directive.reference, directive.id)
    lines = _begun(said, ctx.act, directive.origin)
    return await ctx.save(
        directive, *lines, reference=directive.reference, **_ids(directive.id, said)
    )


class DispatchDirective(Dispatch):
    """Send a directive to its addressees."""

    recipients: tuple[AgencyRef, ...] = Field(default=(), max_length=ADDRESSEES_MAX)
    """Bodies, or addressees as the paper names them; nobody named means everybody."""
    message_ids: dict[AgencyRef, Line] = Field(default={}, max_length=ADDRESSEES_MAX)
    """Message ids on the national document axis, by body."""


async def dispatch_directive(said: DispatchDirective, ctx: Context, id: UUID) -> Receipt:
    """Send a directive: one fact for each body that it goes to."""
    directive = await ctx.load(Directive, id)
    directive.dispatch_directive(
        _part(Dispatch, said),
        ctx.act,
        recipients=said.recipients,
        message_ids=said.message_ids,
    )
    return await ctx.save(directive)


class ReviseDirective(Revision, Lines):
    """A later paper changes a directive; an amendment or update may bring new lines."""

    moved: dict[Key, Key] = Field(default={}, max_length=TASKS_MAX)
    """On replacement: which task of the new directive (`by_document.directive_id`) takes over."""


async def revise_directive(said: ReviseDirective, ctx: Context, id: UUID) -> Receipt:
    """Correct, amend, replace or recall a directive; the last two end its open tasks with it."""
    directive = await ctx.load(Directive, id)
    await _refuse_taken_number(said, ctx, directive)
    ends = said.kind in ENDED_BY and directive.standing == "in_force"
    tasks = await _open_tasks(ctx, directive) if ends else []
    moves = await _moves(said, ctx)
    directive.revise_directive(_part(Revision, said), ctx.act, **_keys(said))
    for task in tasks:
        task.cancel_task(
            CancelTask(
                reason="directive_recalled" if said.kind == "recall" else "directive_replaced",
                moved_to=moves.get(task.key),
                note=said.reason,
            ),
            ctx.act,
            by_document=said.by_document,
        )
    today = replace(directive.origin, first_day=ctx.act.on, day=ctx.act.on)
    lines = _begun(said, ctx.act, today)
    return await ctx.save(
        directive, *tasks, *lines, reference=directive.reference, **_ids(directive.id, said)
    )


async def delegate_task(said: DelegateTask, ctx: Context, id: UUID) -> Receipt:
    """Hand a share of a task down; the share begins a task of its own in the same record."""
    task = await ctx.load(Task, id)
    share = task.delegate_task(said, ctx.act)
    share_id = share.id if share else task.share_said(said, ctx.act)
    return await ctx.save(task, *([share] if share else []), task_id=str(share_id))


async def consolidate_report(said: ConsolidateReport, ctx: Context, id: UUID) -> Receipt:
    """Sum up what came in; where the paper has a line for the sum, it is submitted there too."""
    report = await ctx.load(Report, id)
    into = report.consolidated_into and await ctx.load(Report, report.consolidated_into)
    if into and {*said.sent_to} != {*into.recipients}:
        raise refusals.sent_elsewhere(said.sent_to, into.recipients)
    report.consolidate_report(said, ctx.act)
    if not into:
        return await ctx.save(report)
    into.submit_report(
        SubmitReport(
            kind=into.report_kind,
            period=into.period,
            narrative=said.narrative,
            figures=said.figures,
            nil_report=said.nil_report,
            signed_by=said.signed_by,
            document=said.document,
        ),
        ctx.act,
    )
    return await ctx.save(report, into)


def _begun(said: Lines, act: Act, origin: Origin) -> list[Task | Target | Report]:
    """Every line of a paper as a stream of its own."""
    return [
        *(
            Task.assign_task(line, act, origin=origin, pointer=f"/tasks/{index}")
            for index, line in enumerate(said.tasks)
        ),
        *(
            Target.set_target(line, act, origin=origin, pointer=f"/targets/{index}")
            for index, line in enumerate(said.targets)
        ),
        *_requested(said.reports, act, origin),
    ]


def _requested(lines: Sequence[RequestReport], act: Act, origin: Origin) -> Iterable[Report]:
    """Report lines, each knowing what it sums up and where it is summed up itself."""
    by_key = {each.key: each for each in lines}
    sums = {each.consolidates: each for each in lines if each.consolidates}
    for index, line in enumerate(lines):
        pointer = f"/reports/{index}"
        below = by_key.get(line.consolidates or "")
        if line.consolidates and (
            below is None or below is line or sums[line.consolidates] is not line
        ):
            raise refusals.consolidates_nothing(
                line.key, line.consolidates, f"{pointer}/consolidates"
            )
        if below is not None:
            _refuse_deaf(line, below, act, origin, pointer)
        above = sums.get(line.key)
        yield Report.request_report(
            line,
            act,
            origin=origin,
            pointer=pointer,
            consolidates_id=line_id(origin.directive_id, below.key) if below else None,
            consolidated_into=line_id(origin.directive_id, above.key) if above else None,
            consolidators=reporting_bodies(above, act, origin, pointer)[0] if above else (),
        )


def _refuse_deaf(
    line: RequestReport, below: RequestReport, act: Act, origin: Origin, pointer: str
) -> None:
    """Who sums up must be among those that the reports go to or through."""
    gets = {*below.to, below.via}
    if gets.isdisjoint(reporting_bodies(line, act, origin, pointer)[0]):
        raise refusals.consolidator_does_not_receive(line.key, below.key, f"{pointer}/consolidates")


async def _open_tasks(ctx: Context, directive: Directive) -> list[Task]:
    """The directive's tasks that are not over, with all shares handed down from them."""
    found: list[Task] = []
    ids = [line_id(directive.id, key) for key in directive.task_keys]
    for id in ids:
        task = await ctx.load(Task, id)
        ids.extend(task.shares)
        if not task.is_over:
            found.append(task)
    return found


async def _moves(said: ReviseDirective, ctx: Context) -> dict[str, UUID]:
    """Old key → id of the task that takes over. Refused when there is no such task."""
    later = said.by_document and said.by_document.directive_id
    if not said.moved:
        return {}
    moves = {}
    for old, new in said.moved.items():
        id = later and line_id(later, new)
        if said.kind != "replacement" or not id or await ctx.find(Task, id) is None:
            raise Refused(
                "moved-to-nothing",
                f"Không tìm thấy nhiệm vụ {new} của văn bản thay thế để nhận {old}.",
                f"There is no task {new} of a replacing directive to take {old} over.",
                pointer=f"/moved/{old}",
                rule="NĐ 30/2020/NĐ-CP Điều 18(3)",
                remedy_vi="Ghi nhận văn bản thay thế trước, rồi chọn đúng văn bản đó khi thay thế.",
                remedy_en="Issue the new directive first; give its id as by_document.directive_id.",
            )
        moves[old] = id
    return moves


async def _refuse_taken_number(said: Revision, ctx: Context, directive: Directive) -> None:
    """A number that turns up later may not be another directive's."""
    given = directive.renumbered(said)
    if given is None:
        return
    issuer, year, notation, number = given
    other = directive_id(issuer, year, notation, number)
    if other != directive.id and await ctx.find(Directive, other) is not None:
        raise _duplicate(str(number), other)


def _duplicate(reference: str | None, id: UUID) -> Conflict:
    return Conflict(
        "duplicate-number",
        f"Số {reference} của cơ quan này trong năm đã được ghi nhận: directive:{id}.",
        f"This issuer's number {reference} of that year is recorded already: directive:{id}.",
        pointer="/number",
        rule="NĐ 30/2020/NĐ-CP Điều 15",
        remedy_vi="Nếu là cùng văn bản thì dùng bản đã có; nếu không, kiểm tra số và ký hiệu.",
        remedy_en="If it is the same paper, use that record; otherwise check the number.",
        extra={"directive": f"directive:{id}"},
    )


def _part(kind: type[C], said: Command) -> C:
    """The facts of one event out of a command that says more."""
    return kind(**{name: getattr(said, name) for name in kind.model_fields})


def _keys(said: Lines) -> dict[str, tuple[str, ...]]:
    return {
        "task_keys": tuple(each.key for each in said.tasks),
        "target_keys": tuple(each.key for each in said.targets),
        "report_keys": tuple(each.key for each in said.reports),
    }


def _ids(directive: UUID, said: Lines) -> dict[str, dict[str, str]]:
    """Ids of the lines by key, as the answer to the asker."""
    return {
        kind: {each.key: str(line_id(directive, each.key)) for each in lines}
        for kind, lines in (
            ("tasks", said.tasks),
            ("targets", said.targets),
            ("reports", said.reports),
        )
    }
