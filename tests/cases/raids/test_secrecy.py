"""What of a raid, a rescue or a stub each agency reads in its state."""

from collections.abc import Iterable
from datetime import date

import pytest

from services.cases.raids.domain import Raid
from services.cases.raids.events import DesignateKeyArea, OpenOperation
from services.cases.raids.rescues import Rescue
from services.cases.raids.stubs import KeyArea, Operation
from services.cases.stages import Staged
from shared.reference import load_register
from shared.standing import read_by
from tests.cases.examples import COURT, POLICE, STATION, act, recorded
from tests.cases.raids.examples import CENTRE, NATIONAL, PLACE, found, launched
from tests.cases.raids.test_stubs import AREA, opened

TODAY = date(2025, 11, 1)
ENDED = "CA_HUYEN-P63-22-193"
"""The police of a district, until 28/2/2025."""
ABOVE, HEIR = "CA_TINH-P63-22", "CA_TINH-P34-22"
"""The police of its province then, and of the province as it is now."""
STRANGERS = ("CA_HUYEN-P63-22-194", "BCH_BDBP_KV-P34-22", "CQCSDT_TINH-P34-22", POLICE)
"""Another district's police, others of the same province, the police of another one."""
THEN = "2025-02-10T20:00"


def shown(it: Staged, agency: str) -> dict[str, object] | None:
    """The state as an agency reads it today."""
    return it.state_for(frozenset(read_by(agency, TODAY, load_register())))


def ended() -> tuple[Raid, list[Rescue]]:
    it = launched(participants=(STATION,))
    rescues = it.conclude_raid(found(), act(POLICE, "2025-08-04T23:30"))
    return it, rescues


def test_a_raid_under_way_is_there_for_who_takes_part_and_nobody_else():
    it = launched(participants=(STATION,))

    assert shown(it, POLICE) == shown(it, STATION) == it.state()
    for stranger in (COURT, CENTRE, NATIONAL):
        assert shown(it, stranger) is None


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

    told = shown(it, agency)

    assert told is not None and told["area"] == PLACE
    assert isinstance(told["results"], dict) and isinstance(whole["results"], dict)
    assert whole["results"].keys() - told["results"].keys() == untold
    assert {**whole, "results": None} == {**told, "results": None}
    assert whole["results"].items() >= told["results"].items()


def test_where_a_rescued_person_was_taken_only_who_rescued_or_received_them_reads():
    _, rescues = ended()
    it = recorded(rescues[0])
    whole = it.state()

    for agency in (POLICE, STATION, CENTRE):
        assert shown(it, agency) == whole
    told = shown(it, COURT)
    assert whole.keys() - told.keys() == {"raid", "handover_to"}
    assert CENTRE not in str(told)


def test_a_stub_is_there_for_who_keeps_it_and_nobody_else():
    operation: Operation = opened(STATION)
    area = recorded(KeyArea.designate_key_area(DesignateKeyArea(**AREA), act(POLICE)))

    assert shown(operation, STATION) == shown(operation, operation.owner)
    assert shown(operation, STATION) == operation.state()
    assert shown(area, POLICE) == area.state()
    assert shown(operation, COURT) is None and shown(area, COURT) is None


def begun_by_a_body_that_ended() -> Iterable[Staged]:
    then = act(ENDED, THEN)
    yield launched(ENDED, THEN, area="P63-22-193")
    yield recorded(KeyArea.designate_key_area(DesignateKeyArea(**AREA), then))
    yield recorded(Operation.open_operation(OpenOperation(lead=ENDED), then))
    yield recorded(Operation.open_operation(OpenOperation(lead=ENDED), act(ABOVE, THEN)))
    yield recorded(Operation.open_operation(OpenOperation(lead=ABOVE), then))


def test_what_was_a_bodys_is_there_for_its_heir_and_for_nobody_else():
    for it in begun_by_a_body_that_ended():
        for agency in (ENDED, HEIR):
            assert shown(it, agency) == it.state()
        for stranger in STRANGERS:
            assert shown(it, stranger) is None


def test_whom_a_body_found_and_gave_to_another_its_heir_knows_and_the_others():
    it = launched(ENDED, THEN, area="P63-22-193")
    receiver, receivers_heir = "SO_LDTBXH-P63-40", CENTRE
    [rescue, *_] = it.conclude_raid(found(handover_to=receiver), act(ENDED, "2025-02-10T23:30"))

    for agency in (ENDED, HEIR):
        assert shown(it, agency) == it.state()
        assert shown(rescue, agency) == rescue.state()
    assert shown(rescue, receivers_heir) == rescue.state()
    assert "handover_to" in results(it, receivers_heir)
    assert "suspects_held" not in results(it, receivers_heir)
    for stranger in ("CA_HUYEN-P63-22-194", COURT):
        assert not {"handover_to", "suspects_held"} & results(it, stranger)
        assert receiver not in str(shown(rescue, stranger))


def results(it: Raid, agency: str) -> set[str]:
    """What an agency reads of what was found."""
    told = (shown(it, agency) or {})["results"]
    assert isinstance(told, dict)
    return {*told}
