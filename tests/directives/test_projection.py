from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.directives.commands import ReviseDirective, delegate_task, revise_directive
from services.directives.domain import Directive
from services.directives.events import (
    Addressee,
    Corrections,
    PaperRef,
    ReceiveDirective,
    ReturnDirective,
)
from services.directives.identity import line_id
from services.directives.projection import REGISTER, _must
from services.directives.reports.domain import Report
from services.directives.reports.events import SubmitReport
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    CancelTask,
    DelegateTask,
    ReportTaskProgress,
    ReviewTaskCompletion,
)
from shared.errors import Broken
from shared.sql import Tables
from tests.directives.examples import (
    COMMUNE,
    COMMUNE_POLICE,
    DEPARTMENTS,
    HEALTH,
    POLICE,
    PROVINCE,
    order,
    report_line,
    task_line,
)
from tests.directives.register import Office, agencies, moment_of
from tests.generated import tables_after
from tests.golden import envelope

STATIONS = "DON_BP-P34-40"
"""Every Border Guard station of the province; the register cannot list them."""
STATION, OTHER_STATION = f"{STATIONS}-16681", f"{STATIONS}-16690"
ARRIVED = ReceiveDirective(edxml_status="01")
PROGRESS = ReportTaskProgress(percent=40, narrative="đã làm 4 xã")


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    await REGISTER.create(pool)
    return Office(pool)


async def test_a_batch_leaves_the_same_rows_as_its_events_one_by_one(pool: asyncpg.Pool):
    office = Office(pool)
    id = await office.sent(order(tasks=(task_line(),)))
    task = line_id(id, "T01")
    await office.accept(task, POLICE)
    await office.works(Task.report_task_progress, PROGRESS, task, POLICE)
    received = moment_of("2025-07-11")
    await office.decides(Directive, Directive.receive_directive, ARRIVED, id, POLICE, received)
    await office.completes(task, POLICE, "2025-07-12")
    history = await office.log.read(0, 1_000)

    whole = await tables_after(REGISTER, pool, iter([history]))
    singly = replace(REGISTER, version=2)
    one_by_one = await tables_after(singly, pool, ([each] for each in history))

    assert whole == one_by_one
    assert len(whole["directives"]) == 1


def to_stations(**other: Any) -> Any:
    """A paper to the police and the stations; the stations lead T01, departments help."""
    lines = {
        "addressees": (Addressee(agency=POLICE), Addressee(agency=STATIONS)),
        "tasks": (task_line(lead=STATIONS),),
    }
    return order(**(lines | other))


def registered(number: int) -> ReceiveDirective:
    return ReceiveDirective(
        edxml_status="03", incoming_number=number, incoming_date=date(2025, 7, 2)
    )


async def receives(office: Office, id: UUID, by: str, said: ReceiveDirective) -> None:
    moment = moment_of("2025-07-02")
    await office.decides(Directive, Directive.receive_directive, said, id, by, moment)


def body(shown: dict[str, Any], agency: str) -> dict[str, Any]:
    [found] = [
        body
        for each in shown["addressee_list"]
        for body in each["bodies"]
        if body["agency"] == agency
    ]
    return found


async def test_a_member_of_a_collective_that_cannot_be_listed_is_seen_to_register(office: Office):
    id = await office.sent(to_stations())
    await receives(office, id, STATION, registered(7))

    shown = await office.paper(id)

    assert body(shown, STATION)["status"] == "acknowledged"
    assert body(shown, STATION)["incoming_number"] == 7
    assert body(shown, STATION)["dispatched_at"] is not None


async def test_such_a_collective_counts_as_one_body_until_a_member_has_acted(office: Office):
    id = await office.sent(to_stations())
    before = await office.line()
    await receives(office, id, STATION, registered(7))
    await receives(office, id, OTHER_STATION, ARRIVED)
    after = await office.line()

    keys = ("unlisted", "bodies", "bodies_dispatched", "bodies_received", "bodies_acknowledged")
    assert [before[key] for key in keys] == [1, 2, 2, 0, 0]
    assert [after[key] for key in keys] == [1, 3, 3, 2, 1]
    assert (after["addressees"], after["received"], after["acknowledged"]) == (2, 1, 0)


async def test_a_listed_body_that_registers_stays_one_body(office: Office):
    id = await office.sent()
    await receives(office, id, POLICE, ARRIVED)
    await receives(office, id, POLICE, registered(7))

    line = await office.line()

    assert (line["unlisted"], line["bodies_received"], line["bodies_acknowledged"]) == (0, 1, 1)


async def test_a_member_that_takes_a_task_on_is_an_assignee(office: Office):
    id = await office.sent(to_stations())
    task = line_id(id, "T01")
    await office.accept(task, STATION)

    shown = await office.paper(id)

    [line] = shown["task_list"]
    assert [(each["agency"], each["status"]) for each in line["assignees"]] == [
        (STATION, "accepted")
    ]
    assert (line["unlisted"], line["state"], line["counts"]["total"]) == (1, "accepted", 1)
    assert (shown["assignments"]["total"], shown["assignments"]["open"]) == (1, 0)


async def test_a_task_of_a_collective_without_a_list_is_never_done(office: Office):
    id = await office.sent(to_stations())
    task = line_id(id, "T01")
    await office.accept(task, STATION)
    await office.completes(task, STATION)

    shown = await office.paper(id)

    assert shown["task_list"][0]["counts"]["done_unconfirmed"] == 1
    assert shown["task_list"][0]["state"] == "in_progress"
    assert (shown["tasks"]["in_progress"], shown["tasks"]["total"]) == (1, 1)
    assert shown["due_next"] is None


async def test_a_named_body_is_no_placeholder_because_its_helpers_cannot_be_listed(office: Office):
    id = await office.sent(to_stations(tasks=(task_line(coordinators=(STATIONS,)),)))
    task = line_id(id, "T01")
    await office.accept(task, STATION)
    await office.accept(task, POLICE)

    [line] = (await office.paper(id))["task_list"]

    assert agencies(line["assignees"]) == [POLICE]
    assert line["unlisted"] == 0


async def test_who_helps_is_no_assignee_whatever_it_does(office: Office):
    id = await office.sent(order(tasks=(task_line(coordinators=(DEPARTMENTS,)),)))
    task = line_id(id, "T01")
    await office.accept(task, HEALTH)
    await office.works(Task.report_task_progress, PROGRESS, task, HEALTH)

    shown = await office.paper(id)

    assert agencies(shown["task_list"][0]["assignees"]) == [POLICE]
    assert shown["assignments"]["open"] == 1


async def test_who_hands_a_share_down_is_at_work(office: Office):
    id = await office.sent(order(tasks=(task_line(),)))
    task = line_id(id, "T01")
    await office.accept(task, POLICE)
    share = DelegateTask(to=COMMUNE_POLICE, share="Rà soát")
    await office.does(delegate_task, share, by=POLICE, moment=moment_of("2025-07-03"), id=task)

    states = {each["key"]: each["state"] for each in (await office.paper(id))["task_list"]}

    assert states == {"T01": "in_progress", "T01.1": "open"}


async def test_a_paper_that_was_sent_back_is_neither_received_nor_registered(office: Office):
    id = await office.sent()
    await receives(office, id, POLICE, registered(7))
    said, day = ReturnDirective(reason="format"), moment_of("2025-07-03")
    await office.decides(Directive, Directive.return_directive, said, id, POLICE, day)

    shown = await office.paper(id)

    counts = ("bodies_received", "bodies_acknowledged", "bodies_returned")
    assert [shown[each] for each in counts] == [0, 0, 1]
    assert body(shown, POLICE)["status"] == "returned"
    assert body(shown, POLICE)["incoming_number"] is None


async def test_a_paper_that_was_sent_again_is_on_its_way_again(office: Office):
    id = await office.sent()
    await receives(office, id, POLICE, registered(7))
    said, day = ReturnDirective(reason="format"), moment_of("2025-07-03")
    await office.decides(Directive, Directive.return_directive, said, id, POLICE, day)
    await office.send(id, moment_of("2025-07-04"))

    shown = await office.paper(id)

    assert body(shown, POLICE)["status"] == "dispatched"
    assert shown["bodies_returned"] == 0


async def test_a_revision_is_taken_into_the_paper(office: Office):
    said = order(
        number=None,
        issue_date=None,
        issued_between={"from": date(2025, 7, 1), "to": date(2025, 7, 9)},
        completeness="partial",
        missing=("number", "issue_date", "report_line"),
        tasks=(task_line(),),
    )
    id = await office.sent(said)
    corrections = Corrections(
        number=6325, issue_date=date(2025, 7, 2), subject_vi="Đề mục mới", place="Nghệ An"
    )
    revision = ReviseDirective(
        kind="update",
        reason="Đã có bản gốc.",
        corrections=corrections,
        filled=("report_line",),
        reports=(report_line(),),
    )
    await office.does(revise_directive, revision, moment=moment_of("2025-07-10"), id=id)

    shown = await office.paper(id)

    assert (shown["reference"], shown["title"]) == ("6325/UBND-NC", "Công văn 6325/UBND-NC")
    assert (shown["subject_vi"], shown["issue_date"]) == ("Đề mục mới", "2025-07-02")
    assert (shown["missing"], shown["completeness"]) == ([], "complete")
    assert (shown["paper"]["number"], shown["paper"]["place"]) == (6325, "Nghệ An")
    assert shown["paper"]["report_keys"] == ["R1"]
    assert [each["key"] for each in shown["report_list"]] == ["R1"]
    assert (await office.line(q="đề mục"))["revised"] == "update"
    async with office.tables() as tables:
        row = await tables.row("page", id, "", None, "", 0, 1)
    assert row and row["paper_day"] == date(2025, 7, 2)


async def test_a_paper_with_gaps_left_stays_partial(office: Office):
    id = await office.sent(order(completeness="partial", missing=("place", "report_line")))
    revision = ReviseDirective(
        kind="correction",
        by_document=PaperRef(ref="Công văn 6711/UBND-NC"),
        reason="Đính chính.",
        corrections=Corrections(place="Nghệ An"),
    )
    await office.does(revise_directive, revision, moment=moment_of("2025-07-10"), id=id)

    shown = await office.paper(id)

    assert (shown["missing"], shown["completeness"]) == (["report_line"], "partial")


async def test_a_cancelled_task_is_cancelled_in_the_sums_as_well(office: Office):
    lines = (task_line(lead=DEPARTMENTS, coordinators=()),)
    id = await office.sent(order(tasks=lines))
    task = line_id(id, "T01")
    await office.accept(task, HEALTH)
    await office.completes(task, HEALTH)
    said = ReviewTaskCompletion(agency=HEALTH, outcome="confirmed")
    await office.works(Task.review_task_completion, said, task, PROVINCE)
    await office.works(Task.cancel_task, CancelTask(reason="merged"), task, PROVINCE)

    shown = await office.paper(id)

    assert shown["task_list"][0]["state"] == "cancelled"
    assert (shown["tasks"]["cancelled"], shown["tasks"]["confirmed"]) == (1, 0)
    assert shown["assignments"]["confirmed"] == 1


async def test_members_that_report_stand_for_their_collective(office: Office):
    id = await office.sent(to_stations(reports=(report_line(reporters=(STATIONS,)),)))
    submission, day = SubmitReport(kind="ad_hoc", nil_report=True), moment_of("2025-07-10")
    report = line_id(id, "R1")
    before = (await office.paper(id))["report_list"][0]
    await office.decides(Report, Report.submit_report, submission, report, STATION, day)
    after = (await office.paper(id))["report_list"][0]

    assert agencies(before["missing"]) == [STATIONS]
    assert after["missing"] == []
    assert (after["counts"]["bodies"], after["counts"]["submitted"]) == (1, 1)


@pytest.mark.parametrize(
    "topic",
    [
        "directives.directive_dispatched.v1",
        "directives.directive_received.v1",
        "directives.directive_returned.v1",
        "directives.directive_revised.v1",
        "directives.report_consolidated.v1",
        "directives.report_reviewed.v1",
        "directives.task_acknowledged.v1",
        "directives.task_cancelled.v1",
        "directives.task_completion_reviewed.v1",
        "directives.task_delegated.v1",
        "directives.task_due_date_changed.v1",
    ],
)
async def test_an_event_about_nothing_that_the_register_has_stops_it(office: Office, topic: str):
    async with office.pool.acquire() as connection:
        with pytest.raises(Broken, match="the register has no"):
            await REGISTER.apply([envelope(topic)], Tables(connection, REGISTER.statements))


async def test_an_event_that_names_no_directive_stops_the_register(office: Office):
    issued = envelope("directives.directive_issued.v1")
    subjectless = replace(issued, metadata=replace(issued.metadata, subjects=("task:1",)))

    async with office.pool.acquire() as connection:
        with pytest.raises(Broken, match="names no directive among its subjects"):
            await REGISTER.apply([subjectless], Tables(connection, REGISTER.statements))


async def test_an_act_of_an_agency_that_has_no_part_in_a_task_stops_the_register(office: Office):
    await office.sent(order(tasks=(task_line(),)))
    await office.take()
    [task] = [each for each in await office.log.read(0, 99) if "task_assigned" in each.topic]
    told = envelope("directives.task_acknowledged.v1", agency=COMMUNE)

    async with office.pool.acquire() as connection:
        with pytest.raises(Broken, match="assigned neither to it nor"):
            await REGISTER.apply(
                [replace(told, stream=task.stream)], Tables(connection, REGISTER.statements)
            )


async def test_what_an_event_says_is_not_quoted_where_it_does_not_fit(pool: asyncpg.Pool):
    await REGISTER.create(pool)
    async with pool.acquire() as connection:
        with pytest.raises(Broken) as raised:
            unknown = (UUID(int=1), "CA_TINH-P34-40", "CA_TINH-P34-40", moment_of("2025-07-01"))
            await _must(Tables(connection, REGISTER.statements), "return", *unknown, "Chim Sơn Ca")

    assert str(UUID(int=1)) in str(raised.value)
    assert "CA_TINH" not in str(raised.value) and "Chim" not in str(raised.value)
