import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directives.notation import TYPES, notation, parse, printed
from shared.errors import NotUnderstood


@pytest.mark.parametrize(
    ("text", "number", "type", "agency", "unit", "year"),
    [
        ("6325/UBND-NC", 6325, None, "UBND", "NC", None),
        ("722/BCĐ-NC", 722, None, "BCĐ", "NC", None),
        ("38/KH-BCĐ", 38, "KH", "BCĐ", None, None),
        ("1137/QĐ-TTg", 1137, "QĐ", "TTg", None, None),
        ("11/HD-BCA-V03", 11, "HD", "BCA", "V03", None),
        ("30/2020/NĐ-CP", 30, "NĐ", "CP", None, 2020),
        ("05/2018/TTLT-VKSNDTC-BCA", 5, "TTLT", "VKSNDTC-BCA", None, 2018),
        ("53/2024/QH15", 53, None, "QH15", None, 2024),
        ("84/2025/UBTVQH15", 84, None, "UBTVQH15", None, 2025),
        ("506/KH-BCĐ138/CP", 506, "KH", "BCĐ138/CP", None, None),
        ("15/BCA", 15, None, "BCA", None, None),
    ],
)
def test_references_are_read_as_printed(text, number, type, agency, unit, year):
    found = parse(text)

    assert (found.number, found.type, found.agency, found.unit) == (number, type, agency, unit)
    assert found.year == year


def test_numbers_below_ten_are_printed_with_a_zero():
    assert parse("1/KH-BCĐ").printed == "01/KH-BCĐ"
    assert printed(9, None) == "09"
    assert printed(10, "UBND-NC") == "10/UBND-NC"


@pytest.mark.parametrize(
    "text",
    [
        "Số: 722/BCĐ–NC",
        "722 / BCĐ — NC",
        "722/BCÐ-NC",  # Eth instead of Đ.
        "số 722/BCĐ‑NC",
    ],
)
def test_dashes_spaces_and_lookalike_letters_make_no_second_paper(text):
    assert parse(text).printed == "722/BCĐ-NC"


def test_composed_and_decomposed_letters_are_the_same():
    decomposed = "11/KÊ-BCD".replace("Ê", "E\u0302")

    assert parse(decomposed).notation == "KÊ-BCD"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6325",
        "UBND-NC",
        "0/UBND-NC",
        "1234567/UBND-NC",
        "63a/UBND-NC",
        "6325/",
        "6325/-NC",
        "6325/UBND-",
        "6325/UBND--NC",
        "6325/UBND NC",
        "30/2020/CP",
        "30/1500/NĐ-CP",
        "30/2020/",
        "٣٨/KH-BCĐ",
        "6325/" + "A" * 500,
    ],
)
def test_what_cannot_be_read_is_refused_with_what_is_expected(text):
    with pytest.raises(NotUnderstood) as refusal:
        parse(text, "/number")

    assert refusal.value.code == "notation-not-understood"
    assert refusal.value.pointer == "/number"
    assert "6325/UBND-NC" in refusal.value.remedy_vi


def test_a_notation_alone_is_understood():
    found = notation("UBND-NC")

    assert (found.printed, found.type, found.agency, found.unit) == ("UBND-NC", None, "UBND", "NC")


def test_there_are_29_types_and_two_have_no_abbreviation():
    without = [name for name, abbreviation in TYPES.items() if abbreviation is None]

    assert len(TYPES) == 29
    assert without == ["cong_van", "thu_cong"]


@given(
    number=st.integers(1, 999_999),
    type=st.sampled_from([each for each in TYPES.values() if each]),
    agency=st.sampled_from(["UBND", "BCĐ", "BCĐ138", "CAT", "SYT"]),
)
def test_what_is_printed_is_read_back_the_same(number, type, agency):
    found = parse(printed(number, f"{type}-{agency}"))

    assert (found.number, found.type, found.agency) == (number, type, agency)
    assert parse(found.printed) == found
