from datetime import date

import pytest

from shared.errors import NotAllowed, Refused
from shared.standing import Standing, acting_as, agency_of, lies_in, refuse_unless_acting, resolve
from tests.directives.examples import (
    COMMUNE,
    COMMUNES,
    DEPARTMENTS,
    HEALTH,
    ISSUED_ON,
    POLICE,
    STRANGER,
    act,
)

BEFORE = date(2024, 7, 13)


def test_a_collective_stands_for_its_members_of_that_day(register):
    communes, known = resolve(COMMUNES, ISSUED_ON, register, "/lead")
    departments, _ = resolve(DEPARTMENTS, ISSUED_ON, register, "/lead")

    assert known
    assert len(communes) == 130
    assert COMMUNE in communes
    assert HEALTH in departments


def test_departments_of_2024_were_other_bodies_than_those_of_2025(register):
    departments, _ = resolve("DEPARTMENTS-P63-01", BEFORE, register, "/lead")

    assert "SO_LDTBXH-P63-01" in departments


def test_a_collective_that_cannot_be_listed_stands_for_itself(register):
    assert resolve("DON_BP-P34-40", ISSUED_ON, register, "/lead") == (("DON_BP-P34-40",), False)


def test_one_body_stands_for_itself(register):
    assert resolve(POLICE, ISSUED_ON, register, "/lead") == ((POLICE,), True)


@pytest.mark.parametrize(
    ("ref", "on", "code"),
    [
        ("CA_TINH-P34-99", ISSUED_ON, "unknown-agency"),
        ("POLICE-P34-40", ISSUED_ON, "unknown-agency"),
        ("ALL_ADDRESSEES", ISSUED_ON, "unknown-agency"),
        ("SO_LDTBXH-P63-01", date(2025, 5, 1), "agency-not-in-existence"),
        ("CA_HUYEN-P63-01-276", date(2025, 5, 1), "agency-not-in-existence"),
        (POLICE, BEFORE, "agency-not-in-existence"),
    ],
)
def test_a_body_that_is_not_there_is_refused_in_the_registers_words(register, ref, on, code):
    with pytest.raises(Refused) as refusal:
        agency_of(ref, on, register, "/tasks/0/lead")

    assert (refusal.value.code, refusal.value.pointer) == (code, "/tasks/0/lead")
    assert refusal.value.vi
    assert refusal.value.remedy_vi


def test_a_body_acts_for_itself():
    assert acting_as(act(POLICE), (POLICE, HEALTH), ISSUED_ON) == Standing(POLICE, POLICE)


def test_a_body_acts_under_a_collective_that_covers_it():
    commune = "UBND_XA-P63-01-04927"

    standing = acting_as(act(commune, "2024-07-15"), ("UBND_XA-P63-01",), BEFORE)

    assert standing == Standing(commune, "UBND_XA-P63-01")


def test_the_heir_of_a_body_that_has_ended_acts_for_it():
    health = act("SO_YTE-P34-01", "2025-08-01")

    standing = acting_as(health, ("SO_LDTBXH-P63-01",), BEFORE)

    assert standing == Standing("SO_LDTBXH-P63-01", "SO_LDTBXH-P63-01")


def test_a_collective_of_heirs_inherits_nothing():
    commune = act("UBND_XA-P34-01-09955", "2025-08-01")
    city = act("UBND_TINH-P34-01", "2025-08-01")

    assert acting_as(commune, ("UBND_HUYEN-P63-01-276",), BEFORE) is None
    assert acting_as(city, ("UBND_HUYEN-P63-01-276",), BEFORE) is not None


def test_nobody_inherits_from_a_body_that_is_still_there():
    assert acting_as(act("SO_YTE-P63-01", "2024-08-01"), ("SO_LDTBXH-P63-01",), BEFORE) is None


def test_a_body_that_was_looked_up_on_another_day_covers_nobody():
    assert acting_as(act(STRANGER), ("UBND_HUYEN-P63-01-276",), ISSUED_ON) is None


def test_a_stranger_is_refused_with_the_given_sentence():
    given = NotAllowed("not-yours", "Không phải việc của cơ quan này.", "It is not yours.")

    with pytest.raises(NotAllowed) as refusal:
        refuse_unless_acting(act(STRANGER), (POLICE,), ISSUED_ON, given)

    assert refusal.value is given


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        ("P34-40-16681", "P34-40", True),
        ("P34-40", "P34-40", True),
        ("P34-40-16681", "VN", True),
        ("P63-01-04927", "P63-01-276", True),
        ("P34-40", "P34-40-16681", False),
        ("P34-22", "P34-40", False),
    ],
)
def test_areas_lie_in_areas(register, inner, outer, inside):
    assert lies_in(register, inner, outer) is inside
