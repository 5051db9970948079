from datetime import date, timedelta

import pytest

from shared.errors import NotAllowed
from shared.reference import Register
from shared.standing import read_by

TODAY = date(2026, 11, 21)
STATION = "DON_BP-P34-40-16681"
FIRST_WITHOUT_DISTRICT_POLICE = date(2025, 3, 1)
LAST_OF_TIERS = date(2025, 6, 30)
"""Of districts, and of provinces and communes as they were."""
A_DAY = timedelta(days=1)


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


@pytest.mark.parametrize(
    ("body", "heir", "first", "last"),
    [
        # Between the end of the district police and that of the provinces as they were.
        ("CA_HUYEN-P63-01-276", "CA_TINH-P63-01", FIRST_WITHOUT_DISTRICT_POLICE, LAST_OF_TIERS),
        ("CQCSDT_HUYEN-P63-22-193", "CQCSDT_TINH-P63-22", date(2025, 3, 1), LAST_OF_TIERS),
        ("SO_LDTBXH-P63-40", "SO_YTE-P63-40", date(2025, 3, 1), LAST_OF_TIERS),
        ("PHONG_LDTBXH-P63-01-276", "PHONG_NV_HUYEN-P63-01-276", date(2025, 3, 1), LAST_OF_TIERS),
        # Of what had ended in a province before it ended itself.
        ("UBND_HUYEN-P63-22-204", "UBND_HUYEN-P63-22-193", date(2020, 1, 1), LAST_OF_TIERS),
        ("CA_HUYEN-P63-22-204", "CA_TINH-P63-22", FIRST_WITHOUT_DISTRICT_POLICE, LAST_OF_TIERS),
        ("UBND_XA-P63-01-09979", "UBND_XA-P63-01-09973", date(2025, 1, 1), LAST_OF_TIERS),
    ],
)
def test_an_heir_reads_from_the_first_day_after_the_others_last_to_its_own_last(
    register: Register, body: str, heir: str, first: date, last: date
):
    assert body not in read_by(heir, first - A_DAY, register)
    assert body in read_by(heir, first, register)
    assert body in read_by(heir, last, register)
    assert heir not in register.successors(body, last + A_DAY)  # Those of the heir go on.


def test_of_the_districts_a_province_reads_for_its_own_and_only_with_the_body_that_took_over(
    register: Register,
):
    body, on = "CA_HUYEN-P63-01-276", FIRST_WITHOUT_DISTRICT_POLICE

    for stranger in ("CA_TINH-P63-40", "UBND_TINH-P63-01", "UBND_HUYEN-P63-01-276"):
        assert body not in read_by(stranger, on, register)


@pytest.mark.parametrize(
    "on", [date(2020, 1, 1), date(2025, 1, 1), date(2025, 3, 1), LAST_OF_TIERS, TODAY]
)
def test_nobody_who_has_a_body_for_an_heir_is_left_without_reader(register: Register, on: date):
    places = register.areas_ever_in("VN")
    ended = [body for place in places for body in register.ended_at(place, on)]
    heirs = [
        (body, heir)
        for body in ended
        for heir in register.successors(body, on)
        if not register.agency(heir, on).is_collective
    ]

    unread = [(body, heir) for body, heir in heirs if body not in read_by(heir, on, register)]

    assert len(heirs) >= 10
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
