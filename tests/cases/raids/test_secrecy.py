"""What of a raid, a rescue or a stub each agency reads in its state."""

import pytest

from services.cases.raids.domain import Raid
from services.cases.raids.events import DesignateKeyArea
from services.cases.raids.rescues import Rescue
from services.cases.raids.stubs import KeyArea, Operation
from tests.cases.examples import COURT, POLICE, STATION, act, recorded
from tests.cases.raids.examples import CENTRE, NATIONAL, PLACE, found, launched
from tests.cases.raids.test_stubs import AREA, opened


def ended() -> tuple[Raid, list[Rescue]]:
    it = launched(participants=(STATION,))
    rescues = it.conclude_raid(found(), act(POLICE, "2025-08-04T23:30"))
    return it, rescues


def test_a_raid_under_way_is_there_for_who_takes_part_and_nobody_else():
    it = launched(participants=(STATION,))

    assert it.state_for(POLICE) == it.state_for(STATION) == it.state()
    for stranger in (COURT, CENTRE, NATIONAL):
        assert it.state_for(stranger) is None


@pytest.mark.parametrize(
    ("agency", "untold"),
    [
        (POLICE, set()),
        (STATION, set()),
        (CENTRE, {"suspects_held"}),
        (COURT, {"suspects_held", "handover_to"}),
    ],
)
def test_of_what_a_raid_found_nobody_reads_more_than_concerns_them(agency: str, untold: set[str]):
    it, _ = ended()
    whole = it.state()

    shown = it.state_for(agency)

    assert shown is not None and shown["area"] == PLACE
    assert isinstance(shown["results"], dict) and isinstance(whole["results"], dict)
    assert whole["results"].keys() - shown["results"].keys() == untold
    assert {**whole, "results": None} == {**shown, "results": None}
    assert whole["results"].items() >= shown["results"].items()


def test_where_a_rescued_person_was_taken_only_who_rescued_or_received_them_reads():
    _, rescues = ended()
    it = recorded(rescues[0])
    whole = it.state()

    for agency in (POLICE, STATION, CENTRE):
        assert it.state_for(agency) == whole
    shown = it.state_for(COURT)
    assert whole.keys() - shown.keys() == {"raid", "handover_to"}
    assert CENTRE not in str(shown)


def test_a_stub_is_there_for_who_keeps_it_and_nobody_else():
    operation: Operation = opened(STATION)
    area = recorded(KeyArea.designate_key_area(DesignateKeyArea(**AREA), act(POLICE)))

    assert operation.state_for(STATION) == operation.state_for(operation.owner)
    assert operation.state_for(STATION) == operation.state()
    assert area.state_for(POLICE) == area.state()
    assert operation.state_for(COURT) is None and area.state_for(COURT) is None
