from datetime import date
from decimal import Decimal

import pytest

from services.directives.due import DueAlways, DueBefore, DueOn
from services.directives.tasks.domain import Task
from services.directives.tasks.events import (
    AcknowledgeTask,
    CancelTask,
    ChangeTaskDueDate,
    CompleteTask,
    DelegateTask,
    FocalPoint,
    ReportTaskProgress,
    ReviewTaskCompletion,
    TaskFigure,
)
from shared.errors import NotAllowed, Refused
from tests.directives.examples import (
    HEALTH,
    POLICE,
    PROVINCE,
    STRANGER,
    WINDOW,
    accepted,
    act,
    assigned,
    history,
    names,
    news,
    task_line,
)

JULY_10 = "2025-07-10T10:00"
ACCEPT = AcknowledgeTask(outcome="accepted")
RETURN = AcknowledgeTask(outcome="returned", reason="không thuộc thẩm quyền")
PROGRESS = ReportTaskProgress(percent=40, narrative="đã tổ chức ở 12 xã")
DONE = CompleteTask(result="đã tổ chức ở 130 xã, phường")
CONFIRM = ReviewTaskCompletion(agency=POLICE, outcome="confirmed")
REOPEN = ReviewTaskCompletion(agency=POLICE, outcome="reopened", note="còn thiếu 4 xã")
SHARE = DelegateTask(to="CA_XA-P34-40", share="Nắm địa bàn, kiểm tra cơ sở")
RECALLED = CancelTask(reason="directive_recalled")


def completed() -> Task:
    task = accepted()
    task.complete_task(DONE, act(POLICE, "2025-09-30T23:59"))
    return history(task)


def test_an_assigned_agency_accepts_and_names_who_answers_for_it():
    task = assigned()
    said = AcknowledgeTask(outcome="accepted", focal_point=FocalPoint(user="Nguyễn A", phone="1"))

    task.acknowledge_task(said, act(POLICE, JULY_10))

    [event] = news(task)
    assert (event.agency, event.focal_point.user) == (POLICE, "Nguyễn A")
    assert (task.standing_of(POLICE), task.task_state) == ("accepted", "accepted")


def test_accepting_twice_is_not_news():
    task = accepted()

    task.acknowledge_task(ACCEPT, act(POLICE, JULY_10))

    assert news(task) == []


def test_who_helps_accepts_for_itself_and_the_task_stays_open():
    task = assigned()

    task.acknowledge_task(ACCEPT, act(HEALTH, JULY_10))

    assert (task.standing_of(HEALTH), task.task_state) == ("accepted", "open")


def test_a_task_is_returned_with_a_reason_and_may_be_taken_after_all():
    task = assigned()

    with pytest.raises(Refused, match="reason-needed"):
        task.acknowledge_task(AcknowledgeTask(outcome="returned"), act(POLICE, JULY_10))
    task.acknowledge_task(RETURN, act(POLICE, JULY_10))
    assert task.task_state == "returned"

    task.acknowledge_task(ACCEPT, act(POLICE, JULY_10))
    assert task.task_state == "accepted"


def test_a_task_that_was_accepted_can_still_be_returned_but_not_one_under_way():
    task = accepted()
    task.acknowledge_task(RETURN, act(POLICE, JULY_10))
    task.acknowledge_task(ACCEPT, act(POLICE, JULY_10))
    task.report_task_progress(PROGRESS, act(POLICE, JULY_10))

    with pytest.raises(Refused, match="under-way"):
        task.acknowledge_task(RETURN, act(POLICE, JULY_10))


def test_a_stranger_acts_on_nothing():
    task = assigned()

    for attempt in (
        lambda: task.acknowledge_task(ACCEPT, act(STRANGER, JULY_10)),
        lambda: task.report_task_progress(PROGRESS, act(STRANGER, JULY_10)),
        lambda: task.complete_task(DONE, act(STRANGER, JULY_10)),
        lambda: task.delegate_task(SHARE, act(STRANGER, JULY_10)),
    ):
        with pytest.raises(NotAllowed, match="not-assigned-to-you"):
            attempt()

    assert news(task) == []


def test_nothing_happens_to_a_task_before_its_paper():
    with pytest.raises(Refused, match="before-issue"):
        assigned().acknowledge_task(ACCEPT, act(POLICE, "2025-06-30"))


def test_work_is_reported_only_by_who_took_it_on():
    task = assigned()

    with pytest.raises(Refused, match="not-accepted"):
        task.report_task_progress(PROGRESS, act(POLICE, JULY_10))
    task.acknowledge_task(RETURN, act(POLICE, JULY_10))
    with pytest.raises(Refused, match="not-accepted"):
        task.complete_task(DONE, act(POLICE, JULY_10))


def test_progress_is_kept_for_each_agency():
    task = accepted()
    figures = (TaskFigure(indicator="activities_held", value=Decimal(12), unit="count"),)

    task.report_task_progress(
        ReportTaskProgress(percent=40, narrative="12 xã", figures=figures), act(POLICE, JULY_10)
    )

    assert task.percent == {POLICE: 40}
    assert task.task_state == "in_progress"
    assert news(task)[0].figures == figures


def test_the_same_progress_twice_is_not_news():
    task = accepted()

    task.report_task_progress(PROGRESS, act(POLICE, JULY_10))
    task.report_task_progress(PROGRESS, act(POLICE, JULY_10))

    assert len(news(task)) == 1


def test_progress_falls_only_with_what_is_in_the_way():
    task = accepted()
    task.report_task_progress(PROGRESS, act(POLICE, JULY_10))
    less = {"percent": 30, "narrative": "rà soát lại"}

    with pytest.raises(Refused, match="progress-fell"):
        task.report_task_progress(ReportTaskProgress(**less), act(POLICE, JULY_10))
    task.report_task_progress(
        ReportTaskProgress(**less, obstacles="mưa lũ ở 5 xã"), act(POLICE, JULY_10)
    )

    assert task.percent[POLICE] == 30


@pytest.mark.parametrize(
    ("moment", "in_time"), [("2025-09-30T23:59", True), ("2025-10-01T00:00", False)]
)
def test_whether_it_was_on_time_follows_from_when_it_was_done(moment, in_time):
    task = accepted()

    task.complete_task(DONE, act(POLICE, moment))

    assert news(task)[0].on_time is in_time
    assert task.task_state == "done_unconfirmed"


def test_a_task_without_a_day_is_neither_late_nor_on_time():
    task = accepted(line=task_line(due=DueAlways()))

    task.complete_task(DONE, act(POLICE, JULY_10))

    assert news(task)[0].on_time is None


def test_completing_twice_is_not_news():
    task = completed()

    task.complete_task(CompleteTask(result="xong"), act(POLICE, "2025-10-02"))

    assert news(task) == []


def test_who_helps_does_not_complete():
    task = accepted(HEALTH)

    with pytest.raises(NotAllowed, match="only-the-lead-completes"):
        task.complete_task(DONE, act(HEALTH, JULY_10))


def test_after_completion_there_is_no_progress_until_it_is_reopened():
    task = completed()

    with pytest.raises(Refused, match="done-already"):
        task.report_task_progress(PROGRESS, act(POLICE, "2025-10-01"))
    task.review_task_completion(REOPEN, act(PROVINCE, "2025-10-02"))
    task.report_task_progress(PROGRESS, act(POLICE, "2025-10-03"))

    assert task.task_state == "in_progress"


def test_the_assigner_confirms():
    task = completed()

    task.review_task_completion(CONFIRM, act(PROVINCE, "2025-10-05"))
    task.review_task_completion(CONFIRM, act(PROVINCE, "2025-10-06"))

    assert names(news(task)) == ["TaskCompletionReviewed"]
    assert (task.task_state, task.is_over) == ("confirmed", True)


def test_a_reopened_task_may_get_a_day_of_its_own():
    task = completed()
    said = REOPEN.model_copy(update={"new_due": DueOn(on=date(2025, 10, 31))})

    task.review_task_completion(said, act(PROVINCE, "2025-10-05"))
    task.complete_task(DONE, act(POLICE, "2025-10-20"))

    assert task.due_of(POLICE) == DueOn(on=date(2025, 10, 31))
    assert task.on_time[POLICE] is True


def test_reopening_says_what_is_left():
    said = ReviewTaskCompletion(agency=POLICE, outcome="reopened")

    with pytest.raises(Refused, match="note-needed"):
        completed().review_task_completion(said, act(PROVINCE, "2025-10-05"))


def test_only_the_assigner_reviews_moves_and_cancels():
    task = completed()
    moved = ChangeTaskDueDate(new_due=DueOn(on=date(2025, 12, 1)), reason="mưa lũ")

    for attempt in (
        lambda: task.review_task_completion(CONFIRM, act(POLICE, "2025-10-05")),
        lambda: task.change_task_due_date(moved, act(POLICE, "2025-10-05")),
        lambda: task.cancel_task(RECALLED, act(POLICE, "2025-10-05")),
    ):
        with pytest.raises(NotAllowed, match="not-the-assigner"):
            attempt()

    assert news(task) == []


def test_what_was_not_completed_is_not_reviewed():
    with pytest.raises(Refused, match="not-completed"):
        accepted().review_task_completion(CONFIRM, act(PROVINCE, JULY_10))
    with pytest.raises(Refused, match="not-completed"):
        completed().review_task_completion(
            ReviewTaskCompletion(agency=STRANGER, outcome="confirmed"), act(PROVINCE, "2025-10-05")
        )


def test_the_term_is_moved_for_everybody_and_the_old_one_stays_on_record():
    task = accepted()
    said = ChangeTaskDueDate(new_due=DueOn(on=date(2025, 12, 1)), reason="mưa lũ")

    task.change_task_due_date(said, act(PROVINCE, JULY_10))
    task.change_task_due_date(said, act(PROVINCE, JULY_10))

    [event] = news(task)
    assert (event.old_due, task.due) == (WINDOW, said.new_due)


def test_a_term_cannot_be_moved_to_before_the_paper():
    said = ChangeTaskDueDate(new_due=DueBefore(on=date(2025, 7, 1)), reason="sớm hơn")

    with pytest.raises(Refused) as refusal:
        assigned().change_task_due_date(said, act(PROVINCE, JULY_10))

    assert (refusal.value.code, refusal.value.pointer) == ("due-before-issue", "/new_due")


def test_a_cancelled_task_is_left_alone():
    task = accepted()
    task.cancel_task(RECALLED, act(PROVINCE, JULY_10))
    task.cancel_task(RECALLED, act(PROVINCE, JULY_10))

    assert names(news(task)) == ["TaskCancelled"]
    for attempt in (
        lambda: task.complete_task(DONE, act(POLICE, JULY_10)),
        lambda: task.acknowledge_task(ACCEPT, act(POLICE, JULY_10)),
        lambda: task.change_task_due_date(
            ChangeTaskDueDate(new_due=DueAlways(), reason="x"), act(PROVINCE, JULY_10)
        ),
    ):
        with pytest.raises(Refused, match="task-cancelled"):
            attempt()


def test_a_confirmed_task_is_not_cancelled():
    task = completed()
    task.review_task_completion(CONFIRM, act(PROVINCE, "2025-10-05"))

    with pytest.raises(Refused, match="task-confirmed"):
        task.cancel_task(RECALLED, act(PROVINCE, "2025-10-06"))


def test_cancelling_for_another_reason_says_which():
    with pytest.raises(Refused, match="note-needed"):
        assigned().cancel_task(CancelTask(reason="other"), act(PROVINCE, JULY_10))


def test_a_task_is_confirmed_when_all_who_lead_are():
    task = assigned(task_line(lead="DEPARTMENTS-P34-40", coordinators=(POLICE,)))
    leads = task.assignees

    for lead in leads:
        task.acknowledge_task(ACCEPT, act(lead, JULY_10))
        assert task.task_state in ("open", "accepted")
    for lead in leads:
        task.complete_task(DONE, act(lead, JULY_10))
    assert task.task_state == "done_unconfirmed"
    for lead in leads:
        assert task.task_state == "done_unconfirmed"
        task.review_task_completion(
            ReviewTaskCompletion(agency=lead, outcome="confirmed"), act(PROVINCE, JULY_10)
        )

    assert task.task_state == "confirmed"


def test_nobody_can_say_that_an_unlisted_collective_is_done():
    stations = "DON_BP-P34-40"
    task = assigned(task_line(lead=stations, coordinators=()))
    one = "DON_BP-P34-40-16681"

    task.acknowledge_task(ACCEPT, act(one, JULY_10))
    task.complete_task(DONE, act(one, JULY_10))

    assert task.standings == {one: "done_unconfirmed"}
    assert task.task_state == "in_progress"
