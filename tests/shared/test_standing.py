from datetime import date

import pytest

from shared.errors import NotAllowed
from shared.reference import Register
from shared.standing import read_by

TODAY = date(2026, 11, 21)
STATION = "DON_BP-P34-40-16681"
LAST_DAY_OF_THREE_TIERS = date(2025, 6, 30)


def test_a_station_reads_what_is_told_to_all_stations(register: Register):
    assert read_by(STATION, TODAY, register) == (STATION, "DON_BP-P34-40", "DON_BP-VN")


def test_a_collective_that_is_listed_is_told_by_its_members_and_read_by_nobody(
    register: Register,
):
    commune = "UBND_XA-P34-40-16681"

    assert read_by(commune, TODAY, register) == (commune,)


def test_an_heir_reads_on_for_the_body_that_has_ended(register: Register):
    heir = "UBND_TINH-P34-40"

    assert read_by(heir, TODAY, register) == (heir, "UBND_TINH-P63-40")
    assert "BLDTBXH-VN" in read_by("BYT-VN", TODAY, register)
    assert "CA_HUYEN-P63-01-276" in read_by("CA_TINH-P34-01", TODAY, register)
    assert "UBND_TINH-P63-58" not in read_by(heir, TODAY, register)


@pytest.mark.parametrize("before", ["P63-01", "P63-40", "P63-58", "P63-22"])
def test_nobody_who_has_a_body_for_an_heir_is_left_without_reader(register: Register, before: str):
    places = [
        before,
        *register.areas_in(before, "district", LAST_DAY_OF_THREE_TIERS),
        *register.areas_in(before, "commune", LAST_DAY_OF_THREE_TIERS),
    ]
    ended = {
        body
        for place in places
        for day in (date(2025, 2, 1), LAST_DAY_OF_THREE_TIERS)
        for body in register.agencies_of(place, day)
    }
    heirs = [
        (body, heir)
        for body in ended
        for heir in register.successors(body, TODAY)
        if not register.agency(heir, TODAY).is_collective
    ]

    unread = [(body, heir) for body, heir in heirs if body not in read_by(heir, TODAY, register)]

    assert len(heirs) > 20
    assert unread == []


def test_a_body_that_has_ended_reads_what_it_read_on_its_last_day(register: Register):
    assert read_by("UBND_TINH-P63-40", TODAY, register) == ("UBND_TINH-P63-40",)


@pytest.mark.parametrize(
    ("agency", "code"),
    [
        ("DON_BP-P34-40", "collective-cannot-act"),
        ("DEPARTMENTS-P34-40", "collective-cannot-act"),
        ("UBND_XA-P34-40", "collective-cannot-act"),
        ("FOO-BAR", "agency-id"),
        ("UBND_TINH-P34-40-16681", "agency-id"),
        ("SO_LDTBXH-P34-40", "agency-id"),  # Its kind had ended before its area began.
    ],
)
def test_collectives_and_inventions_have_no_feed(register: Register, agency: str, code: str):
    with pytest.raises(NotAllowed) as refused:
        read_by(agency, TODAY, register)

    assert refused.value.code == code
