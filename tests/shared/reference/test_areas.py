from datetime import date

import pytest

from shared.reference import Register, load_register
from shared.reference.errors import AreaNotInExistence, UnknownArea

BEFORE = date(2025, 6, 30)
AFTER = date(2025, 7, 1)


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


def test_sixty_three_provinces_become_thirty_four(register: Register) -> None:
    before = register.areas_in("VN", "province", BEFORE)
    after = register.areas_in("VN", "province", AFTER)

    assert (len(before), len(after)) == (63, 34)
    assert {register.area(key).successor for key in before} == set(after)
    assert sorted(k for key in after for k in register.area(key).merged_from) == sorted(before)


def test_the_communes_of_two_tiers_are_all_there(register: Register) -> None:
    assert len(register.areas_in("VN", "commune", AFTER)) == 3321
    assert len(register.areas_in("P34-40", "commune", AFTER)) == 130
    assert register.areas_in("VN", "district", AFTER) == ()


def test_the_kinds_of_communes_are_those_of_the_day(register: Register) -> None:
    def kinds(on: date) -> dict[str, int]:
        found = [register.area(k, on).kind for k in register.areas_in("VN", "commune", on)]
        return {kind: found.count(kind) for kind in set(found)}

    # 2.621 xã, 687 phường and 13 đặc khu; ten xã of Đồng Nai became phường on 30/4/2026.
    assert kinds(AFTER) == {"xã": 2621, "phường": 687, "đặc khu": 13}
    assert kinds(date(2026, 4, 30)) == {"xã": 2611, "phường": 697, "đặc khu": 13}


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("15", "Yên Bái", "Lào Cai"),
        ("24", "Bắc Giang", "Bắc Ninh"),
        ("44", "Quảng Bình", "Quảng Trị"),
        ("52", "Bình Định", "Gia Lai"),
        ("80", "Long An", "Tây Ninh"),
        ("82", "Tiền Giang", "Đồng Tháp"),
        ("91", "Kiên Giang", "An Giang"),
    ],
)
def test_a_reused_code_names_another_province_after_the_merger(
    register: Register, code: str, before: str, after: str
) -> None:
    assert register.province(f"P63-{code}", BEFORE).name_vi == before
    assert register.province(f"P34-{code}", AFTER).name_vi == after


def test_a_province_is_refused_after_its_end_and_names_its_successor(register: Register) -> None:
    assert register.province("P63-58", date(2023, 7, 1)).name_vi == "Ninh Thuận"

    with pytest.raises(AreaNotInExistence) as refused:
        register.province("P63-58", AFTER)

    assert refused.value.successors == ("P34-56",)
    assert "P34-56" in refused.value.vi and "P34-56" in refused.value.en


def test_a_province_is_refused_before_its_beginning_and_names_what_it_was_made_of(
    register: Register,
) -> None:
    with pytest.raises(AreaNotInExistence) as refused:
        register.province("P34-56", BEFORE)

    assert refused.value.predecessors == ("P63-56", "P63-58")


def test_an_area_lies_in_its_province(register: Register) -> None:
    assert register.province_of("P63-01-276") == "P63-01"
    assert register.province_of("P63-01-09955") == "P63-01"
    assert register.province_of("P34-40-16681") == "P34-40"
    assert register.province_of("P34-40") == "P34-40"
    assert register.province_of("VN") == "VN"


def test_the_districts_of_ninh_thuan_are_seven(register: Register) -> None:
    keys = register.areas_in("P63-58", "district", date(2023, 7, 31))

    assert [register.area(key).name_vi for key in keys] == [
        "Phan Rang – Tháp Chàm",
        "Bác Ái",
        "Ninh Sơn",
        "Ninh Hải",
        "Ninh Phước",
        "Thuận Bắc",
        "Thuận Nam",
    ]


def test_thach_that_had_one_township_and_twenty_two_communes_in_2024(register: Register) -> None:
    on = date(2024, 7, 13)
    keys = register.areas_in("P63-01-276", "commune", on)
    names = {register.area(key, on).full_vi for key in keys}

    assert len(names) == 23
    assert "thị trấn Liên Quan" in names
    assert {"xã Canh Nậu", "xã Dị Nậu", "xã Bình Phú", "xã Hữu Bằng"} <= names
    assert "xã Lam Sơn" not in names


def test_an_area_keeps_its_key_and_changes_its_name(register: Register) -> None:
    canh_nau = register.area("P63-01-09973", date(2024, 12, 31))
    lam_son = register.area("P63-01-09973", date(2025, 1, 1))

    assert (canh_nau.name_vi, lam_son.name_vi) == ("Canh Nậu", "Lam Sơn")
    assert canh_nau.valid_from is None and canh_nau.valid_to == BEFORE
    assert register.area("P63-01-09973").name_vi == "Lam Sơn"


def test_an_area_knows_its_place(register: Register) -> None:
    commune = register.area("P34-40-16681")
    district = register.area("P63-01-276")

    assert (commune.level, commune.kind, commune.parent) == ("commune", "phường", "P34-40")
    assert (commune.valid_from, commune.valid_to) == (AFTER, None)
    assert (district.level, district.parent, district.successor) == ("district", "P63-01", None)
    assert register.area("VN").full_vi == "Việt Nam"


@pytest.mark.parametrize("key", ["", "P34", "P34-41", "P34-40-00000", "P63-40-412", "40", "vn"])
def test_an_unknown_area_is_refused(register: Register, key: str) -> None:
    with pytest.raises(UnknownArea) as refused:
        register.area(key)

    assert refused.value.code == "unknown-area"


def test_every_area_ends_before_its_successor_is_needed(register: Register) -> None:
    for province in register.areas_in("VN", "province", BEFORE):
        heir = register.area(province).successor
        assert heir is not None
        assert register.area(heir).valid_from == AFTER
        assert register.area(heir).in_force(AFTER)
