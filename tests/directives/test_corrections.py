"""What may be put right of papers and tasks, and what becomes of the thing and of the register."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import UUID

import asyncpg
import pytest

from services.directives.commands import DispatchDirective, dispatch_directive, issue_directive
from services.directives.corrections.events import (
    CorrectedFact,
    CorrectedField,
    RecordCorrected,
)
from services.directives.domain import Directive
from services.directives.events import ReceiveDirective, ReturnDirective
from services.directives.identity import line_id
from services.directives.projection import REGISTER
from services.directives.service import SERVICE
from services.directives.tasks.domain import Task
from services.directives.tasks.events import AcknowledgeTask, CompleteTask
from shared.correcting import correcting
from shared.corrections import OCCURRED_AT, Authority, CorrectRecord, folded
from shared.errors import NotAllowed, Refused
from shared.sql import Tables
from tests.directives.examples import HEALTH, POLICE, PROVINCE, at
from tests.directives.world import World, full_order, id_of

correct_record = correcting(RecordCorrected)
EVENTS = {event.TOPIC: event for event in SERVICE.events}


@dataclass
class Office:
    """A paper that went out, was registered by the police and accepted as a task."""

    world: World
    paper: UUID
    task: UUID

    async def event(self, name: str, by: str = "") -> UUID:
        """The last event of that name (of that body)."""
        found = [
            each
            for each in await self.world.log.read(0, 1_000)
            if each.topic == f"directives.{name}.v1" and by in each.state.decode()
        ]
        return found[-1].event_id

    async def correct(
        self, target: UUID, field: str, new: Any, by: str = POLICE, **other: Any
    ) -> Any:
        said = CorrectRecord(
            target_event=target,
            field_path=field,
            new=new,
            reason="Ghi nhầm vào sổ",
            authority=Authority(
                document="Phiếu đính chính 45", issuer=by, issued_on=date(2025, 7, 20)
            ),
        )
        return await self.world.does(correct_record, said, by, at("2025-07-20"), **other)

    async def state(self, kind: Any = Directive) -> dict[str, Any]:
        id = self.paper if kind is Directive else self.task
        found = await self.world.find(kind, id)
        history = [each.event for each in await self.world.log.load(id)]
        assert found.state() == folded(history).state()
        state: dict[str, Any] = found.state()
        return state


@pytest.fixture
async def office() -> Office:
    world = World()
    paper = id_of(await world.does(issue_directive, full_order()))
    sent = DispatchDirective(channel="truc_lien_thong")
    await world.does(dispatch_directive, sent, moment=at("2025-07-01T09:00"), id=paper)
    arrived = ReceiveDirective(edxml_status="01")
    entered = ReceiveDirective(
        edxml_status="03", incoming_number=77, incoming_date=date(2025, 7, 2)
    )
    for said, moment in ((arrived, "2025-07-02T08:00"), (entered, "2025-07-02T08:30")):
        await world.decides(Directive, Directive.receive_directive, said, paper, POLICE, at(moment))
    task = line_id(paper, "T01")
    taken = AcknowledgeTask(outcome="accepted")
    await world.decides(Task, Task.acknowledge_task, taken, task, POLICE, at("2025-07-03"))
    return Office(world, paper, task)


@contextmanager
def refusal(code: str, kind: type[Refused] = Refused) -> Iterator[None]:
    with pytest.raises(kind) as refused:
        yield
    assert refused.value.code == code, refused.value
    assert refused.value.rule and refused.value.remedy_vi and refused.value.remedy_en


async def test_the_moment_of_a_receipt_is_corrected_by_the_body_that_recorded_it(office: Office):
    receipt = await office.event("directive_received", '"03"')
    new = "2025-07-02T16:00:00+07:00"

    answer = await office.correct(receipt, "occurred_at", new)

    assert answer.stream == f"directive:{office.paper}"
    books = (await office.state())["recipients"][POLICE]
    assert datetime.fromisoformat(books["registered_at"]) == datetime.fromisoformat(new)
    assert books["arrived_at"] == at("2025-07-02T08:00").isoformat()
    said = (await office.world.log.load(office.paper))[-1].event
    assert isinstance(said, RecordCorrected)
    assert (said.body, said.agency, said.target_topic) == (
        POLICE,
        POLICE,
        "directives.directive_received.v1",
    )


async def test_an_incoming_number_and_its_day_are_corrected(office: Office):
    receipt = await office.event("directive_received", '"03"')

    await office.correct(receipt, "incoming_number", 78)
    await office.correct(receipt, "incoming_date", "2025-07-01")

    books = (await office.state())["recipients"][POLICE]
    assert (books["incoming_number"], books["incoming_date"]) == (78, "2025-07-01")


@pytest.mark.parametrize(
    ("name", "field", "new", "by", "code"),
    [
        ("directive_received", "incoming_number", 78, HEALTH, "not-the-recorder"),
        ("directive_received", "incoming_number", 0, POLICE, "value-refused"),
        ("directive_received", "incoming_number", 77, POLICE, "nothing-to-correct"),
        ("directive_received", "incoming_date", "2025-06-30", POLICE, "out-of-order"),
        ("directive_received", "incoming_date", "2025-07-03", POLICE, "out-of-order"),
        ("directive_received", "occurred_at", "2025-07-01T23:59:00+07:00", POLICE, "out-of-order"),
        ("directive_received", "edxml_status", "01", POLICE, "decided-on"),
        ("directive_received", "recipient", HEALTH, POLICE, "derived-field"),
        (
            "directive_dispatched",
            "occurred_at",
            "2025-06-30T23:00:00+07:00",
            PROVINCE,
            "out-of-order",
        ),
        ("directive_issued", "number", 6326, PROVINCE, "decided-on"),
        ("directive_issued", "occurred_at", "2025-07-01T07:00:00+07:00", PROVINCE, "decided-on"),
        ("task_acknowledged", "outcome", "returned", POLICE, "decided-on"),
        ("task_acknowledged", "occurred_at", "2025-06-30T07:00:00+07:00", POLICE, "out-of-order"),
        ("task_assigned", "directive_id", str(UUID(int=1)), PROVINCE, "id-field"),
    ],
)
async def test_what_may_not_be_corrected_is_refused_and_nothing_is_recorded(
    office: Office, name: str, field: str, new: Any, by: str, code: str
):
    before = await office.world.topics()
    target = await office.event(name, '"03"' if name == "directive_received" else "")
    kind = NotAllowed if code == "not-the-recorder" else Refused

    with refusal(code, kind):
        await office.correct(target, field, new, by)

    assert await office.world.topics() == before


async def test_a_number_that_was_never_stated_is_not_put_in_by_a_correction(office: Office):
    arrival = await office.event("directive_received", '"01"')

    with refusal("nothing-was-stated"):
        await office.correct(arrival, "incoming_number", 5)


async def test_when_a_completion_was_called_timely_its_moment_stays(office: Office):
    done = CompleteTask(result="Xong")
    await office.world.decides(
        Task, Task.complete_task, done, office.task, POLICE, at("2025-07-10")
    )
    completed = await office.event("task_completed")

    with refusal("decided-on"):
        await office.correct(completed, "occurred_at", "2025-07-09T08:00:00+07:00")


async def test_who_accepted_a_task_says_when_and_acts_on(office: Office):
    taken = await office.event("task_acknowledged")

    await office.correct(taken, "occurred_at", "2025-07-02T10:00:00+07:00")
    done = CompleteTask(result="Xong")
    await office.world.decides(
        Task, Task.complete_task, done, office.task, POLICE, at("2025-07-21")
    )

    assert (await office.state(Task))["standings"] == {POLICE: "done_unconfirmed"}


@pytest.mark.parametrize("topic", sorted(RecordCorrected.CORRECTABLE))
def test_what_may_be_corrected_is_stated_by_who_records_it(topic: str):
    event = EVENTS[topic]

    for name in RecordCorrected.CORRECTABLE[topic] - {OCCURRED_AT}:
        assert name in event.model_fields
        assert name not in event.derived_fields()
        assert name not in event.SEALED
        assert UUID not in get_args(event.model_fields[name].annotation)


def test_the_event_lists_what_the_table_has():
    fields = {name for names in RecordCorrected.CORRECTABLE.values() for name in names}

    assert {*get_args(CorrectedFact)} == {*RecordCorrected.CORRECTABLE}
    assert {*get_args(CorrectedField)} == fields


async def rows(office: Office, pool: asyncpg.Pool) -> tuple[Any, Any]:
    """What the register shows of the police: the paper, and the task."""
    await REGISTER.create(pool)
    async with pool.acquire() as connection:
        tables = Tables(connection, REGISTER.statements)
        async with connection.transaction():
            await REGISTER.apply(await office.world.log.read(0, 1_000), tables)
            bodies = await tables.rows("bodies", office.paper)
            assignees = await tables.rows("assignees", office.paper)
            page = await tables.row("page", office.paper, "", None, "", 0, 1)
    assert (
        page is not None
        and page["version"] == (await office.world.find(Directive, office.paper)).version
    )
    return (
        next(each for each in bodies if each["agency"] == POLICE),
        next(each for each in assignees if each["agency"] == POLICE),
    )


async def test_the_register_shows_what_is_true(office: Office, pool: asyncpg.Pool):
    arrival = await office.event("directive_received", '"01"')
    entry = await office.event("directive_received", '"03"')
    sent = await office.event("directive_dispatched", POLICE)
    taken = await office.event("task_acknowledged")
    await office.correct(sent, "occurred_at", "2025-07-01T10:00:00+07:00", PROVINCE)
    await office.correct(arrival, "occurred_at", "2025-07-01T11:00:00+07:00")
    await office.correct(entry, "occurred_at", "2025-07-02T12:00:00+07:00")
    await office.correct(entry, "incoming_number", 78)
    await office.correct(taken, "occurred_at", "2025-07-02T13:00:00+07:00")

    body, assignee = await rows(office, pool)

    assert body["dispatched_at"] == at("2025-07-01T10:00").astimezone(UTC)
    assert body["received_at"] == at("2025-07-01T11:00").astimezone(UTC)
    assert body["acknowledged_at"] == at("2025-07-02T12:00").astimezone(UTC)
    assert body["incoming_number"] == 78
    assert assignee["changed_at"] == at("2025-07-02T13:00").astimezone(UTC)


async def test_what_a_later_fact_took_the_place_of_stays_gone_from_the_register(
    office: Office, pool: asyncpg.Pool
):
    entry = await office.event("directive_received", '"03"')
    sent_back = ReturnDirective(reason="format")
    await office.world.decides(
        Directive, Directive.return_directive, sent_back, office.paper, POLICE, at("2025-07-04")
    )
    back = await office.event("directive_returned")
    await office.correct(entry, "incoming_number", 78)
    await office.correct(back, "occurred_at", "2025-07-05T09:00:00+07:00")

    body, _ = await rows(office, pool)

    assert body["incoming_number"] is None
    assert body["returned_at"] == at("2025-07-05T09:00").astimezone(UTC)
