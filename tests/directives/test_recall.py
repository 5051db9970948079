"""A recalled directive ends what it ordered: its open tasks in one record, and their clocks."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.directives.commands import (
    ReviseDirective,
    delegate_task,
    issue_directive,
    revise_directive,
)
from services.directives.events import Corrections, PaperRef
from services.directives.reports.domain import Report
from services.directives.tasks.domain import Task
from services.directives.tasks.events import AcknowledgeTask, CancelTask, DelegateTask
from tests.deadlines.engine import Engine
from tests.directives.examples import COMMUNE_POLICE, MORNING, POLICE, PROVINCE
from tests.directives.world import World, full_order, id_of
from tests.golden import record

LETTER = PaperRef(ref="6401/UBND-NC", number=6401)
RECALL = ReviseDirective(kind="recall", reason="ban hành nhầm", by_document=LETTER)
NOTED = {"reason": "cập nhật địa chỉ"}
OTHERS = (
    ReviseDirective(
        kind="correction", by_document=LETTER, corrections=Corrections(place="Vinh"), **NOTED
    ),
    ReviseDirective(kind="amendment", by_document=LETTER, **NOTED),
    ReviseDirective(kind="update", **NOTED),
)


async def ordered(world: World) -> tuple[UUID, UUID, UUID]:
    """A directive, its task with a term, and a share of that task."""
    receipt = await world.does(issue_directive, full_order())
    task_id = UUID(receipt.extra["tasks"]["T01"])
    accept = AcknowledgeTask(outcome="accepted")
    await world.decides(Task, Task.acknowledge_task, accept, task_id, POLICE, MORNING)
    said = DelegateTask(to=COMMUNE_POLICE, share="Nắm địa bàn phường")
    share = await world.does(delegate_task, said, POLICE, id=task_id)
    return id_of(receipt), task_id, UUID(share.extra["task_id"])


async def cancelled(world: World) -> list[Any]:
    """The facts by which tasks ended."""
    recorded = await world.log.read(0, 1_000)
    return [each for each in recorded if each.topic == "directives.task_cancelled.v1"]


async def test_a_task_that_ends_with_a_recall_says_why_and_by_which_paper(world: World):
    id, _, _ = await ordered(world)

    receipt = await world.does(revise_directive, RECALL, moment="2025-07-05", id=id)

    ends = await cancelled(world)
    assert len(ends) == 3
    for each in ends:
        assert each.fields["reason"] == "directive_recalled"
        assert each.fields["note"] == RECALL.reason
        assert each.fields["by_document"]["ref"] == "6401/UBND-NC"
        assert each.metadata.actor.agency == PROVINCE
        assert f"directive:{id}" in each.metadata.subjects
    *_, revised = [
        each for each in await world.log.read(0, 1_000) if "directive_revised" in each.topic
    ]
    assert {each.metadata.causation_id for each in (revised, *ends)} == {
        revised.metadata.causation_id
    }
    assert {revised.event_id, *(each.event_id for each in ends)} == {*receipt.event_ids}


async def test_a_replacement_names_the_paper_that_replaces(world: World):
    id, _, _ = await ordered(world)
    said = ReviseDirective(kind="replacement", reason="thay thế", by_document=LETTER)

    await world.does(revise_directive, said, moment="2025-07-05", id=id)

    assert {each.fields["reason"] for each in await cancelled(world)} == {"directive_replaced"}
    assert {each.fields["by_document"]["number"] for each in await cancelled(world)} == {6401}


@pytest.mark.parametrize("said", OTHERS, ids=lambda each: each.kind)
async def test_a_revision_of_another_kind_ends_nothing(world: World, said: ReviseDirective):
    id, task_id, share_id = await ordered(world)

    await world.does(revise_directive, said, moment="2025-07-05", id=id)

    assert await cancelled(world) == []
    for each in (task_id, share_id):
        assert (await world.find(Task, each)).cancelled is None


async def test_a_task_that_is_cancelled_alone_names_no_paper(world: World):
    _, task_id, _ = await ordered(world)

    said = CancelTask(reason="merged")
    await world.decides(Task, Task.cancel_task, said, task_id, PROVINCE, "2025-07-05")

    [end] = await cancelled(world)
    assert end.fields["by_document"] is None


async def told(engine: Engine, world: World) -> None:
    """The clock reads what the directives service recorded."""
    await record(engine.facts["directives"], *await world.log.read(0, 1_000))
    await engine.settle()


async def test_the_clocks_of_the_tasks_stop_with_the_recall(pool: asyncpg.Pool):
    engine, world = await Engine(pool).create(), World()
    id, task_id, share_id = await ordered(world)

    await world.does(revise_directive, RECALL, moment="2025-07-05", id=id)
    await told(engine, world)

    periods = {each.subject: each for each in await engine.periods("TASK-DUE")}
    assert {f"task:{task_id}", f"task:{share_id}"} <= {*periods}
    assert all(each.is_over for each in periods.values())
    closed = await engine.said("DeadlineClosed")
    assert {each.reason for each in closed} == {"cancelled"}


async def test_without_a_recall_the_clocks_of_the_tasks_go_on(pool: asyncpg.Pool):
    engine, world = await Engine(pool).create(), World()
    id, _, _ = await ordered(world)

    await world.does(revise_directive, OTHERS[1], moment="2025-07-05", id=id)
    await told(engine, world)

    periods = await engine.periods("TASK-DUE")
    assert periods and not any(each.is_over for each in periods)


async def test_a_report_line_has_no_end_of_its_own_and_may_still_be_answered(world: World):
    """The catalogue has no fact by which a report is not asked for any more."""
    receipt = await world.does(issue_directive, full_order())

    await world.does(revise_directive, RECALL, moment="2025-07-05", id=id_of(receipt))

    line = await world.find(Report, receipt.extra["reports"]["R1"])
    assert line.report_state == "requested" and len(line.bodies) == len(line.missing)
