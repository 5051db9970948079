from datetime import date

import pytest

from services.directives.due import DueOn
from services.directives.tasks.events import (
    AcknowledgeTask,
    CompleteTask,
    DelegateTask,
    ReviewTaskCompletion,
)
from shared.errors import NotAllowed, Refused
from tests.directives.examples import (
    BORDER_GUARD,
    COMMUNE_POLICE,
    MILITARY,
    POLICE,
    PROVINCE,
    STRANGER,
    WINDOW,
    accepted,
    act,
    assigned,
    news,
    task_line,
)

JULY_10 = "2025-07-10T10:00"
ACCEPT = AcknowledgeTask(outcome="accepted")
DONE = CompleteTask(result="đã kiểm tra 9 cơ sở")
SHARE = DelegateTask(to="CA_XA-P34-40", share="Nắm địa bàn, kiểm tra cơ sở")


def test_a_share_handed_down_is_a_task_of_its_own():
    task = accepted()

    share = task.delegate_task(SHARE, act(POLICE, JULY_10))

    assert share is not None
    [delegated] = news(task)
    [begun] = news(share)
    assert (delegated.child_task_id, delegated.child_key) == (share.id, "T01.1")
    assert (begun.parent_task_id, begun.assigned_by) == (task.id, POLICE)
    assert begun.mode == "order"
    assert len(share.assignees) == 130
    assert COMMUNE_POLICE in share.assignees
    assert share.due == WINDOW
    assert share.subjects[:2] == (f"task:{share.id}", f"task:{task.id}")
    assert task.task_state == "in_progress"


def test_who_handed_a_share_down_reviews_it():
    task = accepted()
    share = task.delegate_task(DelegateTask(to=COMMUNE_POLICE, share="x"), act(POLICE, JULY_10))
    assert share is not None
    share.acknowledge_task(ACCEPT, act(COMMUNE_POLICE, JULY_10))
    share.complete_task(DONE, act(COMMUNE_POLICE, "2025-08-01"))

    with pytest.raises(NotAllowed, match="not-the-assigner"):
        share.review_task_completion(
            ReviewTaskCompletion(agency=COMMUNE_POLICE, outcome="confirmed"),
            act(STRANGER, "2025-08-02"),
        )
    share.review_task_completion(
        ReviewTaskCompletion(agency=COMMUNE_POLICE, outcome="confirmed"), act(POLICE, "2025-08-02")
    )

    assert share.task_state == "confirmed"


def test_handing_down_the_same_share_twice_is_not_news():
    task = accepted()
    share = task.delegate_task(SHARE, act(POLICE, JULY_10))
    assert share is not None

    again = task.delegate_task(SHARE, act(POLICE, JULY_10))

    assert again is None
    assert task.share_said(SHARE) == share.id
    assert len(news(task)) == 1


def test_a_second_share_has_the_next_key():
    task = accepted()
    task.delegate_task(SHARE, act(POLICE, JULY_10))

    second = task.delegate_task(
        DelegateTask(to=COMMUNE_POLICE, share="việc khác"), act(POLICE, JULY_10)
    )

    assert second is not None
    assert second.key == "T01.2"


def test_the_military_command_directs_the_border_guard_from_july_2025():
    task = accepted(MILITARY, task_line(lead=MILITARY, coordinators=()))

    share = task.delegate_task(
        DelegateTask(to=BORDER_GUARD, share="Tuần tra biên giới"), act(MILITARY, JULY_10)
    )

    assert share is not None
    assert share.assignees == (BORDER_GUARD,)


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (POLICE, "not-below"),
        (PROVINCE, "not-below"),
        ("BCA-VN", "not-below"),
        ("CA_XA-P34-22", "not-below"),
        ("CA_HUYEN-P63-40", "agency-not-in-existence"),
        ("ALL_ADDRESSEES", "unknown-agency"),
    ],
)
def test_work_is_handed_down_not_up_sideways_or_to_the_dead(to, code):
    with pytest.raises(Refused) as refusal:
        accepted().delegate_task(DelegateTask(to=to, share="x"), act(POLICE, JULY_10))

    assert (refusal.value.code, refusal.value.pointer) == (code, "/to")


def test_only_who_took_a_task_on_hands_it_down():
    with pytest.raises(Refused, match="not-accepted"):
        assigned().delegate_task(SHARE, act(POLICE, JULY_10))


def test_a_share_is_not_due_after_the_whole():
    said = SHARE.model_copy(update={"due": DueOn(on=date(2025, 10, 1))})

    with pytest.raises(Refused, match="share-due-after-task"):
        accepted().delegate_task(said, act(POLICE, JULY_10))


def test_a_share_is_not_due_before_it_was_handed_down():
    said = SHARE.model_copy(update={"due": DueOn(on=date(2025, 7, 5))})

    with pytest.raises(Refused, match="due-before-issue"):
        accepted().delegate_task(said, act(POLICE, JULY_10))


def test_a_share_can_be_handed_on_only_so_far():
    task = accepted(line=task_line(key="T01" + ".1" * 8))

    with pytest.raises(Refused, match="handed-down-too-far"):
        task.delegate_task(SHARE, act(POLICE, JULY_10))
