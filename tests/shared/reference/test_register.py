from datetime import date, timedelta

import pytest

from shared.reference import Register, load_register
from shared.reference.errors import UnknownAgency

LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)
FIRST_DAY_OF_TWO_TIERS = date(2025, 7, 1)
LANES = {
    "committee",
    "border_guard",
    "police",
    "procuracy",
    "court",
    "health",
    "commune",
    "other",
}

# Every body that the five published directives name, on the day of the directive (the last day
# that fits where the day is unknown).
NINH_THUAN_2023 = (
    date(2023, 7, 31),
    "UBND_TINH-P63-58 BCD138_TINH-P63-58 ALL_AGENCIES_IN_PROVINCE-P63-58 CA_TINH-P63-58 "
    "BCH_BDBP_TINH-P63-58 BCD138_HUYEN-P63-58 UBND_XA-P63-58 PROVINCE-P63-58",
)
NGHE_AN_2025 = (
    date(2025, 7, 1),
    "UBND_TINH-P34-40 PROVINCIAL_DEPARTMENTS_AND_ORGANISATIONS-P34-40 UBND_XA-P34-40 "
    "BCHQS_TINH-P34-40 CA_TINH-P34-40 DEPARTMENTS-P34-40 CA_XA-P34-40 BCH_BDBP_KV-P34-40 "
    "DON_BP-P34-40 VKSND_TINH-P34-40 TAND_TINH-P34-40 CQCSDT_TINH-P34-40 MTTQ_TINH-P34-40",
)
QUANG_NINH_2023 = (
    date(2023, 7, 14),
    "BCD138_TINH-P63-22 COMMITTEE_MEMBER_DEPARTMENTS-P63-22 UBND_HUYEN-P63-22 TTTT_TINH-P63-22 "
    "CA_TINH-P63-22 CA_HUYEN-P63-22 CA_XA-P63-22 BCH_BDBP_TINH-P63-22 SO_LDTBXH-P63-22 "
    "SO_TTTT-P63-22 SO_TP-P63-22 HD_PBGDPL_TINH-P63-22 VKSND_TINH-P63-22 TAND_TINH-P63-22 "
    "CQCSDT_TINH-P63-22 HLHPN_TINH-P63-22",
)
NINH_BINH_2020 = (
    date(2020, 12, 31),
    "BCD138_TINH-P63-37 DEPARTMENTS-P63-37 CA_TINH-P63-37 BCHQS_TINH-P63-37 SO_TP-P63-37 "
    "SO_LDTBXH-P63-37 VKSND_TINH-P63-37 TAND_TINH-P63-37 UBND_HUYEN-P63-37 MEMBERS-P63-37 "
    "CQCSDT_TINH-P63-37",
)
THACH_THAT_2024 = (
    date(2024, 7, 13),
    "UBND_HUYEN-P63-01-276 DISTRICT_DEPARTMENTS-P63-01-276 MTTQ_HUYEN-P63-01-276 "
    "DISTRICT_MASS_ORGANISATIONS-P63-01-276 UBND_XA-P63-01-276 PHONG_LDTBXH-P63-01-276 "
    "TT_DVVL-P63-01 SO_LDTBXH-P63-01 BCD138_TINH-P63-01 BCD138_CP-VN",
)
PUBLISHED = [
    (agency_id, on)
    for on, ids in (NINH_THUAN_2023, NGHE_AN_2025, QUANG_NINH_2023, NINH_BINH_2020, THACH_THAT_2024)
    for agency_id in ids.split()
]


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.mark.parametrize(("agency_id", "on"), PUBLISHED)
def test_a_body_of_a_published_directive_is_known_on_its_day(
    register: Register, agency_id: str, on: date
) -> None:
    agency = register.agency(agency_id, on)

    assert agency.id == agency_id
    assert agency.lane in LANES
    assert agency.name_vi and agency.name_en and agency.short_vi
    assert "{" not in agency.name_vi + agency.name_en + agency.short_vi


@pytest.mark.parametrize(
    ("agency_id", "on", "name_vi", "short_vi"),
    [
        ("CA_TINH-P34-40", "2025-07-01", "Công an tỉnh Nghệ An", "CA Nghệ An"),
        ("CA_TINH-P63-01", "2024-07-13", "Công an thành phố Hà Nội", "CA Hà Nội"),
        ("SO_YTE-P34-40", "2025-07-01", "Sở Y tế tỉnh Nghệ An", "Sở Y tế Nghệ An"),
        ("UBND_TINH-P63-58", "2023-07-31", "UBND tỉnh Ninh Thuận", "UBND tỉnh Ninh Thuận"),
        ("UBND_TINH-P34-79", "2025-07-01", "UBND thành phố Hồ Chí Minh", None),
        ("UBND_TINH-P63-46", "2024-12-31", "UBND tỉnh Thừa Thiên Huế", None),
        ("UBND_TINH-P63-46", "2025-01-01", "UBND thành phố Huế", None),
        ("UBND_TINH-P34-75", "2026-04-29", "UBND tỉnh Đồng Nai", None),
        ("UBND_TINH-P34-75", "2026-04-30", "UBND thành phố Đồng Nai", None),
        ("UBND_XA-P34-75-26248", "2026-04-29", "UBND xã Trảng Bom", None),
        ("UBND_XA-P34-75-26248", "2026-04-30", "UBND phường Trảng Bom", None),
        ("UBND_HUYEN-P63-01-276", "2024-07-13", "UBND huyện Thạch Thất", None),
        ("CA_HUYEN-P63-22-205", "2023-07-14", "Công an thị xã Đông Triều", None),
        ("CA_HUYEN-P63-22-205", "2024-11-01", "Công an thành phố Đông Triều", None),
        ("UBND_XA-P34-40-16681", "2025-07-01", "UBND phường Thành Vinh", None),
        ("CA_XA-P63-01-09955", "2024-07-13", "Công an thị trấn Liên Quan", None),
        ("BCA-VN", "2025-07-01", "Bộ Công an", "Bộ Công an"),
        ("UBND_XA-P34-40", "2025-07-01", "Các UBND cấp xã thuộc tỉnh Nghệ An", "UBND cấp xã"),
        ("CA_TINH-VN", "2025-07-01", "Các Công an cấp tỉnh trong cả nước", None),
        ("DEPARTMENTS-P34-40", "2025-07-01", "Các sở, ban, ngành tỉnh Nghệ An", None),
        ("PROVINCE-P63-58", "2023-07-31", "Toàn tỉnh Ninh Thuận", None),
    ],
)
def test_a_body_is_named_as_on_the_day(
    register: Register, agency_id: str, on: str, name_vi: str, short_vi: str | None
) -> None:
    agency = register.agency(agency_id, date.fromisoformat(on))

    assert agency.name_vi == name_vi
    assert short_vi in (None, agency.short_vi)


@pytest.mark.parametrize(
    ("reference", "on", "count"),
    [
        ("UBND_XA-P34-40", "2025-07-01", 130),
        ("UBND_XA-VN", "2025-07-01", 3321),
        ("CA_TINH-VN", "2025-06-30", 63),
        ("CA_TINH-VN", "2025-07-01", 34),
        ("BCD138_HUYEN-P63-58", "2023-07-31", 7),
        ("UBND_HUYEN-P63-37", "2020-12-31", 8),
        ("UBND_HUYEN-P63-37", "2025-01-01", 7),
        ("UBND_HUYEN-P63-22", "2019-12-31", 14),
        ("UBND_HUYEN-P63-22", "2023-07-14", 13),
        ("UBND_HUYEN-P63-01", "2024-07-13", 30),
        ("UBND_XA-P63-01-276", "2024-07-13", 23),
        ("UBND_XA-P63-01-276", "2025-01-01", 20),
        ("CA_TINH-P34-40", "2025-07-01", 1),
    ],
)
def test_a_collective_stands_for_the_bodies_of_the_day(
    register: Register, reference: str, on: str, count: int
) -> None:
    day = date.fromisoformat(on)

    members = register.members(reference, day)

    assert len(members) == len(set(members)) == count
    assert members == register.members(reference, day)
    assert all(not register.agency(member, day).is_collective for member in members[:200])


@pytest.mark.parametrize(
    ("reference", "on"),
    [
        ("DON_BP-P34-40", "2025-07-01"),
        ("DON_CA-VN", "2025-07-01"),
        ("TAND_KV-P34-40", "2025-07-01"),
        ("VKSND_KV-VN", "2025-07-01"),
        ("UBND_XA-P63-58", "2023-07-31"),
        ("UBND_XA-P63-01", "2024-07-13"),
        ("UBND_XA-VN", "2024-07-13"),
        ("UBND_HUYEN-P63-40", "2024-07-13"),
    ],
)
def test_a_collective_without_a_list_of_bodies_resolves_but_has_no_known_members(
    register: Register, reference: str, on: str
) -> None:
    day = date.fromisoformat(on)

    assert register.agency(reference, day).is_collective
    assert register.members(reference, day) == ()


def test_the_departments_are_those_in_force_on_the_day(register: Register) -> None:
    before = register.members("DEPARTMENTS-P63-58", date(2025, 2, 28))
    after = register.members("DEPARTMENTS-P63-58", date(2025, 3, 1))

    assert "SO_LDTBXH-P63-58" in before and "SO_YTE-P63-58" in before
    assert set(before) - set(after) == {"SO_LDTBXH-P63-58", "SO_TTTT-P63-58"}


def test_the_border_guard_changes_its_command_and_not_its_lane(register: Register) -> None:
    before = register.agency("BCH_BDBP_TINH-P63-40", LAST_DAY_OF_DISTRICTS)
    after = register.agency("BCH_BDBP_KV-P34-40", FIRST_DAY_OF_TWO_TIERS)

    assert before.lane == after.lane == "border_guard"
    assert before.name_vi == "Bộ Chỉ huy Bộ đội Biên phòng tỉnh Nghệ An"
    assert after.name_vi == "Ban Chỉ huy Bộ đội Biên phòng tỉnh Nghệ An"


@pytest.mark.parametrize(
    ("reference", "on"),
    [
        ("UBND_XA-P34-40", "2025-07-01"),
        ("UBND_XA-P63-01-276", "2024-07-13"),
        ("BCD138_HUYEN-P63-58", "2023-07-31"),
        ("PROVINCE-P63-58", "2025-03-01"),
        ("DISTRICT_DEPARTMENTS-P63-01-276", "2024-07-13"),
        ("CA_TINH-P34-40", "2025-07-01"),
    ],
)
def test_a_reference_covers_its_members_and_itself(
    register: Register, reference: str, on: str
) -> None:
    day = date.fromisoformat(on)

    assert register.covers(reference, reference, day)
    assert register.members(reference, day)
    assert all(register.covers(reference, m, day) for m in register.members(reference, day))


@pytest.mark.parametrize(
    ("reference", "agency_id", "on", "covered"),
    [
        ("UBND_XA-P34-40", "UBND_XA-P34-42-18073", "2025-07-01", False),
        ("UBND_XA-P34-40", "CA_XA-P34-40-16681", "2025-07-01", False),
        ("UBND_XA-P34-40", "UBND_XA-P34-40", "2025-07-01", True),
        ("UBND_XA-P63-01", "UBND_XA-P63-01-276", "2024-07-13", True),
        ("UBND_XA-P63-01", "UBND_XA-P63-01-09955", "2024-07-13", True),
        ("UBND_XA-P63-01-276", "UBND_XA-P63-01", "2024-07-13", False),
        ("CA_TINH-P34-40", "CQCSDT_TINH-P34-40", "2025-07-01", False),
        ("DEPARTMENTS-P34-40", "SO_YTE-P34-42", "2025-07-01", False),
        ("DEPARTMENTS-P63-40", "SO_LDTBXH-P63-40", "2025-03-01", False),
        ("DON_BP-VN", "DON_BP-P34-40", "2025-07-01", True),
        ("UBND_XA-P34-40", "UBND_XA-P34-40-99999", "2025-07-01", False),
    ],
)
def test_covering_follows_the_organisation_of_the_day(
    register: Register, reference: str, agency_id: str, on: str, covered: bool
) -> None:
    assert register.covers(reference, agency_id, date.fromisoformat(on)) is covered


def test_an_unknown_reference_covers_nothing_and_says_so(register: Register) -> None:
    with pytest.raises(UnknownAgency):
        register.covers("NOBODY-P34-40", "CA_TINH-P34-40", FIRST_DAY_OF_TWO_TIERS)


def test_the_bodies_of_an_area_are_those_of_its_level_on_the_day(register: Register) -> None:
    commune = register.agencies_of("P34-40-16681", FIRST_DAY_OF_TWO_TIERS)
    district = register.agencies_of("P63-01-276", date(2025, 3, 1))
    centre = register.agencies_of("VN", FIRST_DAY_OF_TWO_TIERS)

    assert set(commune) >= {"UBND_XA-P34-40-16681", "PHONG_VHXH-P34-40-16681"}
    assert "PHONG_YTE_HUYEN-P63-01-276" in district and "CA_HUYEN-P63-01-276" not in district
    assert {"BCA-VN", "BCD138_CP-VN", "FOREIGN_LEA-VN"} <= set(centre)
    for agency_id in (*commune, *centre):
        assert not register.agency(agency_id, FIRST_DAY_OF_TWO_TIERS).is_collective


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("CA_HUYEN-P63-22-193", date(2025, 2, 28)),  # Its kind ended.
        ("UBND_HUYEN-P63-22-204", date(2019, 12, 31)),  # Its area ended.
        ("PHONG_YTE_HUYEN-P63-22-193", LAST_DAY_OF_DISTRICTS),  # It began and ended.
    ],
)
def test_a_body_has_ended_from_the_day_after_its_last(
    register: Register, body: str, last: date
) -> None:
    area = body.partition("-")[2]

    assert body not in register.ended_at(area, last)
    assert body in register.ended_at(area, last + timedelta(days=1))


@pytest.mark.parametrize(
    "never", ["PHONG_YTE_HUYEN-P63-22-204", "SO_LDTBXH-P34-22", "BCH_BDBP_KV-P63-22"]
)
def test_a_body_whose_kind_and_area_never_met_has_not_ended(register: Register, never: str) -> None:
    assert never not in register.ended_at(never.partition("-")[2], date(2026, 11, 21))


def test_what_ever_lay_in_an_area_is_known_whatever_the_day(register: Register) -> None:
    found = register.areas_ever_in("P63-22")

    assert found[0] == "P63-22"
    assert {"P63-22-193", "P63-22-204"} < {*found}
    assert not any(each.startswith(("P34", "P63-01")) for each in found)


def test_every_body_of_every_province_resolves_before_and_after(register: Register) -> None:
    for on in (date(2020, 1, 1), LAST_DAY_OF_DISTRICTS, FIRST_DAY_OF_TWO_TIERS, date(2026, 11, 21)):
        for province in register.areas_in("VN", "province", on):
            for agency_id in register.agencies_of(province, on):
                agency = register.agency(agency_id, on)
                assert register.area(province, on).name_vi in agency.name_vi
                assert register.members(agency_id, on) == (agency_id,)


def test_the_register_is_read_once() -> None:
    assert load_register() is load_register()
