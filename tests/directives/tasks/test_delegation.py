from datetime import date

import pytest

from services.directives.domain import Directive
from services.directives.due import DueOn
from services.directives.events import Addressee
from services.directives.tasks.domain import Task
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
    HEALTH,
    JUSTICE,
    MILITARY,
    POLICE,
    PROVINCE,
    STRANGER,
    WINDOW,
    accepted,
    act,
    assigned,
    history,
    news,
    paper,
    task_line,
)

JULY_10 = "2025-07-10T10:00"
FEBRUARY = "2025-02-10T08:00"
LABOUR = "SO_LDTBXH-P63-40"
"""Ended on 28 February 2025; four departments took over what it did."""
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
    assert task.share_said(SHARE, act(POLICE, JULY_10)) == share.id
    assert len(news(task)) == 1


def test_the_same_words_of_two_bodies_are_two_shares():
    task = assigned(task_line(lead="DEPARTMENTS-P34-40", coordinators=()))
    to_all = DelegateTask(to="UBND_XA-P34-40", share="Rà soát địa bàn")
    shares = {}
    for body in (HEALTH, JUSTICE):
        task.acknowledge_task(ACCEPT, act(body, JULY_10))
        shares[body] = task.delegate_task(to_all, act(body, JULY_10))

    again = task.delegate_task(to_all, act(JUSTICE, JULY_10))

    assert again is None
    assert task.share_said(to_all, act(HEALTH, JULY_10)) == shares[HEALTH].id
    assert task.share_said(to_all, act(JUSTICE, JULY_10)) == shares[JUSTICE].id


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


def of_a_body_that_ended() -> Task:
    """A task of February that its heir in health has taken on in July."""
    issuer = act("UBND_TINH-P63-40", FEBRUARY)
    letter = paper(
        issuer=issuer.agency,
        issue_date=date(2025, 2, 10),
        addressees=(Addressee(agency=LABOUR),),
    )
    line = task_line(lead=LABOUR, coordinators=())
    origin = Directive.issue_directive(letter, issuer).origin
    task = Task.assign_task(line, issuer, origin=origin)
    task.acknowledge_task(ACCEPT, act(HEALTH, JULY_10))
    return history(task)


def test_the_heir_of_a_body_that_ended_hands_its_task_down_and_reviews_the_share():
    task = of_a_body_that_ended()

    share = task.delegate_task(
        DelegateTask(to="UBND_XA-P34-40-16681", share="Rà soát"), act(HEALTH, JULY_10)
    )

    assert share is not None
    assert task.standing_of(LABOUR) == "in_progress"
    assert share.state()["assigned_by"] == HEALTH
    share.acknowledge_task(ACCEPT, act("UBND_XA-P34-40-16681", JULY_10))
    share.complete_task(DONE, act("UBND_XA-P34-40-16681", JULY_10))
    share.review_task_completion(
        ReviewTaskCompletion(agency="UBND_XA-P34-40-16681", outcome="confirmed"),
        act(HEALTH, JULY_10),
    )
    assert share.task_state == "confirmed"


@pytest.mark.parametrize("to", [HEALTH, "UBND_XA-P34-22"])
def test_an_heir_hands_nothing_to_itself_or_out_of_its_area(to):
    with pytest.raises(Refused) as refusal:
        of_a_body_that_ended().delegate_task(DelegateTask(to=to, share="x"), act(HEALTH, JULY_10))

    assert (refusal.value.code, refusal.value.pointer) == ("not-below", "/to")
    assert HEALTH in refusal.value.vi


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
