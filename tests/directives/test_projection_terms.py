from datetime import date
from uuid import UUID

import asyncpg
import pytest

from services.directives.due import DueOn
from services.directives.events import Addressee
from services.directives.identity import line_id
from services.directives.projection import REGISTER
from services.directives.reports.domain import Report
from services.directives.reports.events import ReviewReport, SubmitReport
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    ChangeTaskDueDate,
    ReportTaskProgress,
    ReviewTaskCompletion,
)
from tests.directives.examples import (
    BORDER_GUARD,
    HEALTH,
    JUSTICE,
    POLICE,
    PROVINCE,
    order,
    report_line,
    task_line,
)
from tests.directives.register import Office, agencies, moment_of

PROGRESS = ReportTaskProgress(percent=40, narrative="đã làm 4 xã")


@pytest.fixture
async def office(pool: asyncpg.Pool) -> Office:
    await REGISTER.create(pool)
    return Office(pool)


async def reopened(office: Office, new_due: DueOn | None) -> tuple[UUID, UUID]:
    """Police and border guard lead tasks; the police are through, and have to do more."""
    lines = (task_line(), task_line(key="T02", lead=BORDER_GUARD, due=DueOn(on=date(2025, 9, 1))))
    addressees = (Addressee(agency=POLICE), Addressee(agency=BORDER_GUARD))
    id = await office.sent(order(tasks=lines, addressees=addressees))
    task = line_id(id, "T01")
    await office.accept(task, POLICE)
    await office.works(Task.report_task_progress, PROGRESS, task, POLICE)
    await office.completes(task, POLICE, "2025-07-11")
    said = ReviewTaskCompletion(agency=POLICE, outcome="reopened", note="thiếu", new_due=new_due)
    await office.works(Task.review_task_completion, said, task, PROVINCE, "2025-07-12")
    return id, task


async def test_a_reopened_part_goes_on_from_nothing_by_a_term_of_its_own(office: Office):
    id, task = await reopened(office, DueOn(on=date(2025, 7, 18)))

    shown = await office.paper(id)

    line = shown["task_list"][0]
    [police] = line["assignees"]
    assert (police["status"], police["reopened"]) == ("in_progress", True)
    assert (police["percent"], police["on_time"]) == (None, None)
    assert police["due_at"] == moment_of("2025-07-19").replace(hour=0)
    assert (line["state"], line["overdue"]) == ("in_progress", True)
    assert (shown["due_next"]["task"], shown["due_next"]["overdue"]) == ("T01", True)
    assert shown["due_next"]["phrase_vi"] == "đến hết 18/07/2025"
    async with office.tables() as tables:
        rows = await tables.rows("assignees", id)
    assert [each["status"] for each in rows if each["task_id"] == task] == ["reopened"]


async def test_without_a_term_of_its_own_the_tasks_term_stays(office: Office):
    id, _ = await reopened(office, None)

    shown = await office.paper(id)

    assert shown["task_list"][0]["overdue"] is False
    assert shown["due_next"]["task"] == "T02"


async def test_a_term_that_is_moved_is_moved_for_all(office: Office):
    id, task = await reopened(office, DueOn(on=date(2025, 7, 18)))
    said = ChangeTaskDueDate(new_due=DueOn(on=date(2025, 10, 1)), reason="mưa lũ")
    await office.works(Task.change_task_due_date, said, task, PROVINCE, "2025-07-15")

    shown = await office.paper(id)

    line = shown["task_list"][0]
    assert line["overdue"] is False
    assert (
        line["assignees"][0]["due_at"] == line["due_at"] == moment_of("2025-10-02").replace(hour=0)
    )
    assert shown["due_next"]["task"] == "T02"


async def test_a_report_that_was_returned_is_late_by_its_new_term(office: Office):
    line = report_line(reporters=(HEALTH, JUSTICE), due=DueOn(on=date(2025, 7, 31)))
    id = await office.sent(order(reports=(line,)))
    report = line_id(id, "R1")
    submission = SubmitReport(kind="ad_hoc", narrative="đã làm")
    review = ReviewReport(
        agency=HEALTH, outcome="returned", issues=("thiếu",), new_due=DueOn(on=date(2025, 7, 15))
    )
    day = moment_of("2025-07-10")
    await office.decides(Report, Report.submit_report, submission, report, HEALTH, day)
    before = (await office.paper(id))["report_list"][0]
    await office.decides(Report, Report.review_report, review, report, POLICE, day)
    after = (await office.paper(id))["report_list"][0]

    assert (before["overdue"], agencies(before["missing"])) == (False, [JUSTICE])
    assert (after["overdue"], agencies(after["missing"])) == (True, [HEALTH, JUSTICE])
