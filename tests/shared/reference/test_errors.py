from datetime import date

import pytest

from shared.reference import Register, RegisterError, load_register
from shared.reference.errors import AgencyNotInExistence, UnknownAgency
from shared.reference.files import read_json

LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)
FIRST_DAY_OF_TWO_TIERS = date(2025, 7, 1)
AREAS = [
    "VN",
    "P63-01",
    "P63-58",
    "P34-40",
    "P34-56",
    "P63-01-276",
    "P63-22-204",
    "P63-22-205",
    "P63-37-369",
    "P63-37-374",
    "P63-01-09955",
    "P63-01-09979",
    "P34-40-16681",
    "P34-01-09955",
]
DAYS_OF_CHANGE = [
    date(2019, 12, 31),
    date(2020, 1, 1),
    date(2025, 1, 1),
    date(2025, 3, 1),
    LAST_DAY_OF_DISTRICTS,
    FIRST_DAY_OF_TWO_TIERS,
]


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.mark.parametrize(
    ("agency_id", "last_day", "successors"),
    [
        ("UBND_HUYEN-P63-01-276", "2025-06-30", ("UBND_XA-P34-01", "UBND_TINH-P34-01")),
        ("BCD138_HUYEN-P63-58-582", "2025-06-30", ("BCD138_XA-P34-56", "BCD138_TINH-P34-56")),
        ("BCD138_HUYEN-P63-58", "2025-06-30", ("BCD138_XA-P34-56", "BCD138_TINH-P34-56")),
        ("CA_HUYEN-P63-01-276", "2025-02-28", ("CA_TINH-P63-01", "CA_XA-P63-01-276")),
        ("TAND_HUYEN-P63-22-193", "2025-06-30", ("TAND_KV-P34-22",)),
        ("UBND_HUYEN-P63-37-369", "2024-12-31", ("UBND_HUYEN-P63-37-374",)),
        ("UBND_XA-P63-01-09955", "2025-06-30", ("UBND_XA-P34-01-09955",)),
        ("UBND_XA-P63-01-09979", "2024-12-31", ("UBND_XA-P63-01-09973",)),
        ("CA_TINH-P63-58", "2025-06-30", ("CA_TINH-P34-56",)),
        ("BCH_BDBP_TINH-P63-58", "2025-06-30", ("BCH_BDBP_KV-P34-56", "BCHQS_TINH-P34-56")),
        (
            "SO_LDTBXH-P63-58",
            "2025-02-28",
            ("SO_YTE-P63-58", "SO_NV-P63-58", "SO_GDDT-P63-58", "CA_TINH-P63-58"),
        ),
        ("DEPARTMENTS-P63-58", "2025-06-30", ("DEPARTMENTS-P34-56",)),
        ("BTTTT-VN", "2025-02-28", ("BKHCN-VN", "BVHTTDL-VN", "BCA-VN")),
    ],
)
def test_a_body_is_there_on_its_last_day_and_refused_the_day_after_with_its_successors(
    register: Register, agency_id: str, last_day: str, successors: tuple[str, ...]
) -> None:
    last = date.fromisoformat(last_day)
    next_day = date.fromordinal(last.toordinal() + 1)

    assert register.agency(agency_id, last).id == agency_id
    with pytest.raises(AgencyNotInExistence) as refused:
        register.agency(agency_id, next_day)

    assert refused.value.valid_to == last
    assert refused.value.successors == successors
    assert register.successors(agency_id, next_day) == successors
    assert register.successors(agency_id, last) == ()
    for successor in successors:
        assert register.agency(successor, next_day)
        assert successor in refused.value.vi
        assert successor in refused.value.en
    assert last.strftime("%d/%m/%Y") in refused.value.vi


def test_successors_follow_two_reorganisations(register: Register) -> None:
    # The district labour office became two offices for four months, then they ended too.
    assert register.successors("PHONG_LDTBXH-P63-01-276", date(2025, 3, 1)) == (
        "PHONG_YTE_HUYEN-P63-01-276",
        "PHONG_NV_HUYEN-P63-01-276",
    )
    assert register.successors("PHONG_LDTBXH-P63-01-276", FIRST_DAY_OF_TWO_TIERS) == (
        "SO_YTE-P34-01",
        "PHONG_VHXH-P34-01",
        "SO_NV-P34-01",
    )


def test_a_body_that_ended_before_its_area_began_is_refused_with_its_own_dates(
    register: Register,
) -> None:
    with pytest.raises(AgencyNotInExistence) as refused:
        register.agency("SO_LDTBXH-P34-40", FIRST_DAY_OF_TWO_TIERS)

    assert refused.value.valid_to == date(2025, 2, 28)
    assert refused.value.successors[:2] == ("SO_YTE-P34-40", "SO_NV-P34-40")


@pytest.mark.parametrize(
    ("agency_id", "predecessors"),
    [
        ("CA_TINH-P34-40", ("CA_TINH-P63-40",)),
        ("CA_TINH-P34-56", ("CA_TINH-P63-56", "CA_TINH-P63-58")),
        ("BCH_BDBP_KV-P34-40", ("BCH_BDBP_TINH-P63-40",)),
        ("DEPARTMENTS-P34-40", ("DEPARTMENTS-P63-40",)),
        ("HOTLINE_111-VN", ()),
    ],
)
def test_a_body_that_had_not_begun_is_refused_with_who_was_there_before(
    register: Register, agency_id: str, predecessors: tuple[str, ...]
) -> None:
    with pytest.raises(AgencyNotInExistence) as refused:
        register.agency(agency_id, date(2024, 7, 13))

    assert refused.value.predecessors == predecessors
    assert refused.value.valid_from == FIRST_DAY_OF_TWO_TIERS
    assert register.successors(agency_id, date(2024, 7, 13)) == ()


@pytest.mark.parametrize(
    ("agency_id", "suggestion"),
    [
        ("CA_TNH-P34-40", "CA_TINH-P34-40"),
        ("CA_TINH@P34-40", "CA_TINH-P34-40"),
        ("ca_tinh-P34-40", "CA_TINH-P34-40"),
        ("GROUP:DEPARTMENTS-P34-40", "DEPARTMENTS-P34-40"),
        ("CA_TINH-P34-40-16681", "CA_TINH-P34-40"),
        ("BCA-P34-40", "BCA-VN"),
        ("DEPARTMENTS-P34-40-16681", "DEPARTMENTS-P34-40"),
        ("UBND_HUYEN-P34-40", "UBND_XA-P34-40"),
        ("UBND_HUYEN-P34-40-16681", "UBND_XA-P34-40-16681"),
        ("CA_HUYEN-P63-01-09955", "CA_HUYEN-P63-01-276"),
        ("TAND_KV-P34-40-16681", "TAND_KV-P34-40"),
        ("DISTRICT_DEPARTMENTS-P63-01", None),
        ("CA_TINH-P34-99", None),
        ("CA_TINH", None),
        ("UBND_HUYEN-P63-40-412", None),
        ("-", None),
        ("", None),
        ("X" * 1_000_000, None),
    ],
)
@pytest.mark.parametrize("on", [LAST_DAY_OF_DISTRICTS, FIRST_DAY_OF_TWO_TIERS])
def test_an_unknown_body_is_refused_with_the_one_that_was_probably_meant(
    register: Register, agency_id: str, suggestion: str | None, on: date
) -> None:
    with pytest.raises(UnknownAgency) as refused:
        register.agency(agency_id, on)

    assert refused.value.suggestion == suggestion
    assert refused.value.extra["suggestion"] == suggestion
    assert len(refused.value.vi) < 500
    if suggestion is not None:
        assert suggestion in refused.value.vi and suggestion in refused.value.en


def test_an_unlisted_district_is_refused_with_the_way_to_add_it(register: Register) -> None:
    with pytest.raises(UnknownAgency, match="add it to the data files"):
        register.agency("UBND_HUYEN-P63-40-412", date(2024, 7, 13))


def test_whoever_a_refusal_names_is_there_on_that_day(register: Register) -> None:
    codes = [row["code"] for row in read_json("agencies.json")["types"]]
    codes += [row["code"] for row in read_json("groups.json")["groups"]]
    refusals = 0

    for agency_id in (f"{code}-{area}" for code in codes for area in AREAS):
        for on in DAYS_OF_CHANGE:
            try:
                register.agency(agency_id, on)
            except AgencyNotInExistence as refused:
                refusals += 1
                for named in (*refused.successors, *refused.predecessors):
                    assert register.agency(named, on), agency_id
                assert not (refused.successors and refused.predecessors)
            except UnknownAgency:
                continue
            else:
                assert register.successors(agency_id, on) == ()

    assert refusals > 500


def test_a_refusal_carries_its_facts_for_machines(register: Register) -> None:
    with pytest.raises(RegisterError) as refused:
        register.agency("SO_LDTBXH-P63-58", date(2025, 3, 1))

    assert refused.value.code == "agency-not-in-existence"
    assert refused.value.extra["valid_to"] == "2025-02-28"
    assert refused.value.extra["on"] == "2025-03-01"
    assert refused.value.vi in str(refused.value) and refused.value.en in str(refused.value)
