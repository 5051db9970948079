import pytest
from pydantic import ValidationError

from services.directives.domain import Directive
from services.directives.due import DueBefore, DueWithin
from services.directives.events import Addressee
from services.directives.tasks.domain import Task
from shared.errors import Refused
from tests.directives.examples import (
    COMMUNE,
    COMMUNES,
    COURT,
    DEPARTMENTS,
    FRONT,
    HEALTH,
    ISSUED_ON,
    JUSTICE,
    POLICE,
    PROCURACY,
    act,
    assigned,
    paper,
    task_line,
)


def refused(pointer: str = "/tasks/3", **other: object) -> Refused:
    origin = Directive.issue_directive(paper(), act()).origin
    with pytest.raises(Refused) as refusal:
        Task.assign_task(task_line(**other), act(), origin=origin, pointer=pointer)
    return refusal.value


def test_a_collective_leads_through_its_concrete_bodies():
    task = assigned(task_line(lead=COMMUNES, coordinators=()))

    assert len(task.assignees) == 130
    assert COMMUNE in task.assignees


def test_all_addressees_are_the_bodies_that_carry_the_paper_out():
    said = paper(
        addressees=(
            Addressee(agency=POLICE),
            Addressee(agency=HEALTH, role="report"),
            Addressee(agency=JUSTICE, role="inform"),
        )
    )

    task = assigned(task_line(lead="ALL_ADDRESSEES", coordinators=()), said)

    assert task.assignees == (POLICE,)


def test_when_all_addressees_are_only_informed_nobody_leads():
    origin = Directive.issue_directive(
        paper(addressees=(Addressee(agency=POLICE, role="inform"),)), act()
    ).origin

    with pytest.raises(Refused, match="nobody-leads"):
        Task.assign_task(task_line(lead="ALL_ADDRESSEES"), act(), origin=origin)


def test_who_leads_within_a_collective_that_helps_counts_as_leading():
    task = assigned(task_line(lead=HEALTH, coordinators=(DEPARTMENTS, JUSTICE)))

    assert task.assignees == (HEALTH,)
    assert HEALTH not in task.helpers
    assert task.helpers.count(JUSTICE) == 1


def test_one_agency_named_as_lead_and_coordinator_is_a_slip():
    refusal = refused(coordinators=(HEALTH, POLICE))

    assert (refusal.code, refusal.pointer) == ("leads-and-helps", "/tasks/3/coordinators")


@pytest.mark.parametrize(
    ("other", "code", "place"),
    [
        ({"lead": "POLICE-P34-40"}, "unknown-agency", "lead"),
        ({"lead": "SO_LDTBXH-P34-40"}, "agency-not-in-existence", "lead"),
        ({"coordinators": (HEALTH, "CA_HUYEN-P34-40")}, "unknown-agency", "coordinators/1"),
        ({"due": DueBefore(on=ISSUED_ON)}, "due-before-issue", "due"),
        ({"due": DueWithin(from_="2025-09-30", to="2025-07-01")}, "window-reversed", "due"),
    ],
)
def test_a_line_that_cannot_be_carried_out_is_refused_with_its_place(other, code, place):
    refusal = refused(**other)

    assert (refusal.code, refusal.pointer) == (code, f"/tasks/3/{place}")


def test_an_unknown_line_of_work_is_not_understood():
    with pytest.raises(ValidationError):
        task_line(work_line="spying")


def test_procuracy_courts_and_front_are_never_critical_whatever_the_paper_calls_it():
    task = assigned(task_line(lead=PROCURACY, coordinators=(COURT, POLICE), mode="order"))
    front = assigned(task_line(lead=FRONT, coordinators=(), mode="request"))

    assert task.never_critical == (PROCURACY,)
    assert front.never_critical == (FRONT,)
    assert assigned().never_critical == ()
    assert task.state()["assigned"]["mode"] == "order"


def test_a_collective_that_cannot_be_listed_says_so():
    task = assigned(task_line(lead="DON_BP-P34-40", coordinators=()))

    assert task.assignees == ("DON_BP-P34-40",)
    assert not task.members_known


def test_the_subjects_of_a_task_are_itself_and_its_directive():
    task = assigned()

    assert task.subjects == (f"task:{task.id}", f"directive:{task.state()['directive_id']}")
