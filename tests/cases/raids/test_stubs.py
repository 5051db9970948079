"""Of what is secret only the stub is kept: whatever else is sent is refused and not repeated."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.raids.events import DesignateKeyArea, OpenOperation
from services.cases.raids.stubs import KeyArea, Operation
from shared.domain import encode_state
from shared.errors import NotAllowed, Refused
from tests.cases.examples import BORDER_GUARD, POLICE, STATION, act, recorded

CANARY = "Chim Hoàng Yến"
AREA: dict[str, Any] = {"kind": "route", "level": "key", "valid_from": "2025-08-01"}


def opened(lead: str = POLICE) -> Operation:
    return recorded(Operation.open_operation(OpenOperation(lead=lead), act(POLICE)))


@pytest.mark.parametrize(
    ("command", "said"),
    [(DesignateKeyArea, AREA), (OpenOperation, {"lead": POLICE})],
)
@pytest.mark.parametrize("more", ["areas", "basis", "linked_tips", CANARY])
def test_one_word_more_is_refused_with_the_rule_and_not_repeated(
    command: Any, said: dict[str, Any], more: str
):
    with pytest.raises(Refused) as caught:
        command.model_validate(said | {more: CANARY})

    no = caught.value
    assert no.code == "operational-secret"
    assert "bí mật nhà nước" in no.rule and no.extra["allowed"] == sorted(said | optional(command))
    assert CANARY not in repr(no)


def optional(command: Any) -> dict[str, Any]:
    return {"valid_to": None} if command is DesignateKeyArea else {}


def test_of_an_operation_only_its_id_lead_and_day_are_kept():
    it = Operation.open_operation(OpenOperation(lead=BORDER_GUARD), act(POLICE))

    [event] = it.pending_events

    assert set(type(event).model_fields) == {
        *("originator_id", "originator_version", "timestamp", "originator_topic"),
        *("lead", "operation_ref", "opened_on", "agency"),
    }
    state = recorded(it).state()
    assert (state["holder"], state["opened_on"]) == (BORDER_GUARD, "2025-08-04")


def test_of_a_key_area_only_level_kind_and_validity_are_kept():
    it = KeyArea.designate_key_area(DesignateKeyArea(**AREA), act(BORDER_GUARD))

    [event] = it.pending_events

    assert set(type(event).model_fields) == {
        *("originator_id", "originator_version", "timestamp", "originator_topic"),
        *("kind", "level", "valid_from", "valid_to", "area_id", "agency"),
    }
    assert encode_state(event)
    assert recorded(it).state()["level"] == "key"


def test_a_key_area_does_not_end_before_it_begins():
    with pytest.raises(Refused) as caught:
        KeyArea.designate_key_area(
            DesignateKeyArea(**AREA, valid_to="2025-07-31"), act(BORDER_GUARD)
        )

    assert (caught.value.code, caught.value.pointer) == ("window-backwards", "/valid_to")


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ("SO_YTE-P34-40", "cannot-lead"),
        ("CA_XA-P34-40", "not-one-body"),
        ("XX-VN", "unknown-agency"),
    ],
)
def test_an_operation_is_led_by_one_body_that_raids(lead: str, code: str):
    with pytest.raises(Refused) as caught:
        opened(lead)

    assert (caught.value.code, caught.value.pointer) == (code, "/lead")


def test_a_raid_belongs_to_an_operation_of_somebody_who_takes_part():
    it = opened(BORDER_GUARD)

    it.refuse_unless_theirs([BORDER_GUARD, STATION], act(STATION))
    it.refuse_unless_theirs([POLICE], act(POLICE))
    with pytest.raises(NotAllowed) as caught:
        it.refuse_unless_theirs([STATION], act(STATION))

    assert caught.value.code == "not-their-operation"
    assert BORDER_GUARD not in caught.value.vi + caught.value.en


def test_a_raid_is_not_before_its_operation():
    with pytest.raises(Refused) as caught:
        opened().refuse_unless_theirs([POLICE], act(POLICE, "2025-08-03"))

    assert caught.value.code == "before-its-operation"


def test_an_opaque_id_is_new_each_time():
    said = OpenOperation(lead=POLICE)
    by = act(POLICE)

    first, second = Operation.open_operation(said, by), Operation.open_operation(said, by)

    assert first.id != second.id and isinstance(first.id, UUID)
