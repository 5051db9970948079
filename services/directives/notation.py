"""Numbers and notations of administrative papers: the grammar of NĐ 30/2020 Điều 8 and 15.

    reference = number "/" notation
    notation  = type "-" agency ["-" unit]     a typed paper:         38/KH-BCĐ, 1137/QĐ-TTg
              | agency ["-" unit]              an official letter:    6325/UBND-NC, 722/BCĐ-NC
              | year "/" type "-" agency       a legal text:          30/2020/NĐ-CP
              | year "/" assembly              a law or resolution:   53/2024/QH15

Pure.
"""

import re
import unicodedata

from services.directives.limits import NUMBER_MAX
from shared.domain import Value
from shared.errors import NotUnderstood

TYPES: dict[str, str | None] = {
    "nghi_quyet": "NQ",
    "quyet_dinh": "QĐ",
    "chi_thi": "CT",
    "quy_che": "QC",
    "quy_dinh": "QyĐ",
    "thong_cao": "TC",
    "thong_bao": "TB",
    "huong_dan": "HD",
    "chuong_trinh": "CTr",
    "ke_hoach": "KH",
    "phuong_an": "PA",
    "de_an": "ĐA",
    "du_an": "DA",
    "bao_cao": "BC",
    "bien_ban": "BB",
    "to_trinh": "TTr",
    "hop_dong": "HĐ",
    "cong_van": None,
    "cong_dien": "CĐ",
    "ban_ghi_nho": "BGN",
    "ban_thoa_thuan": "BTT",
    "giay_uy_quyen": "GUQ",
    "giay_moi": "GM",
    "giay_gioi_thieu": "GGT",
    "giay_nghi_phep": "GNP",
    "phieu_gui": "PG",
    "phieu_chuyen": "PC",
    "phieu_bao": "PB",
    "thu_cong": None,
}
"""The 29 types of NĐ 30/2020 Điều 7 and their abbreviations of Phụ lục III; two have none."""

LEGAL_TYPES = ("NĐ", "TT", "TTLT", "QĐ", "NQ", "PL", "L", "CT", "NQLT")
"""Types that carry their year between number and notation."""
REFERENCE_CHARACTERS_MAX = 80
YEAR_FIRST, YEAR_LAST = 1945, 2199

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣-"), "-") | {0x00D0: "Đ", 0x00F0: "đ"}
# Eth (Ð) looks like Đ and comes out of old Vietnamese keyboards and scanners.
_ABBREVIATIONS = frozenset(each for each in TYPES.values() if each)
_SEGMENT = re.compile(r"[^\W_][\w.&]*", re.UNICODE)
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
_PREFIX = re.compile(r"^(?:số|so|no\.?)\s*:?\s*(?=[0-9])", re.IGNORECASE)


class Notation(Value):
    """What stands behind the number of a paper."""

    printed: str
    type: str | None = None
    """Abbreviation of the type; None for an official letter."""
    agency: str
    """The issuing agency or office as abbreviated by itself, e.g. `UBND`, `BCĐ138`."""
    unit: str | None = None
    """The drafting unit, e.g. `NC` (internal affairs)."""
    year: int | None = None
    """Only legal texts carry it here."""


class Reference(Notation):
    """A paper's number and notation, for example `6325/UBND-NC`."""

    number: int
    notation: str
    """Everything behind the first stroke."""


def parse(text: str, pointer: str = "") -> Reference:
    """A printed reference, understood. Raises `NotUnderstood` `notation-not-understood`."""
    plain = _PREFIX.sub("", _plain(text, pointer))
    number, stroke, rest = plain.partition("/")
    if not stroke or not _NUMBER.fullmatch(number) or not 0 < int(number) <= NUMBER_MAX:
        raise _not_understood(text, pointer)
    found = notation(rest, pointer, printed_as=text)
    fields = found.model_dump() | {
        "number": int(number),
        "notation": found.printed,
        "printed": printed(int(number), found.printed),
    }
    return Reference(**fields)


def notation(text: str, pointer: str = "", *, printed_as: str = "") -> Notation:
    """What stands behind the number, understood. Raises `NotUnderstood`."""
    plain = _plain(text, pointer)
    head, stroke, tail = plain.partition("/")
    if stroke and head.isascii() and head.isdigit():
        year = int(head)
        if not YEAR_FIRST <= year <= YEAR_LAST:
            raise _not_understood(printed_as or text, pointer)
        return _legal(plain, year, tail, printed_as or text, pointer)
    kind, agency, unit = None, *_agency_and_unit(plain, printed_as or text, pointer)
    if agency in _ABBREVIATIONS and unit is not None:
        kind, (agency, unit) = agency, _agency_and_unit(unit, printed_as or text, pointer)
    return Notation(printed=plain, type=kind, agency=agency, unit=unit)


def printed(number: int, notation: str | None) -> str:
    """The reference as printed: a zero before numbers below ten (NĐ 30/2020 Phụ lục I)."""
    return f"{number:02d}" if notation is None else f"{number:02d}/{notation}"


def _legal(plain: str, year: int, tail: str, text: str, pointer: str) -> Notation:
    agency, unit = _agency_and_unit(tail, text, pointer)
    if agency in LEGAL_TYPES and unit is not None:
        return Notation(printed=plain, type=agency, agency=unit, year=year)
    if unit is None and re.fullmatch(r"(UBTV)?QH[0-9]{1,2}", agency):
        return Notation(printed=plain, agency=agency, year=year)
    raise _not_understood(text, pointer)


def _agency_and_unit(text: str, whole: str, pointer: str) -> tuple[str, str | None]:
    """`UBND-NC` → `UBND`, `NC`. An agency may hold a stroke of its own: `BCĐ138/CP`."""
    agency, dash, unit = text.partition("-")
    segments = [*agency.split("/"), *(unit.split("-") if dash else [])]
    for segment in segments:
        if not all(_SEGMENT.fullmatch(part) for part in segment.split("/")):
            raise _not_understood(whole, pointer)
    return agency, unit if dash else None


def _plain(text: str, pointer: str) -> str:
    if len(text) > REFERENCE_CHARACTERS_MAX:
        raise _not_understood(text, pointer)
    composed = unicodedata.normalize("NFC", text).translate(_DASHES).strip()
    return re.sub(r"\s*([-/])\s*", r"\1", composed)


def _not_understood(text: str, pointer: str) -> NotUnderstood:
    shown = text[:REFERENCE_CHARACTERS_MAX]
    return NotUnderstood(
        "notation-not-understood",
        f"Không đọc được số, ký hiệu văn bản “{shown}”.",
        f"The document reference “{shown}” cannot be read.",
        pointer=pointer,
        rule="NĐ 30/2020/NĐ-CP Điều 8, 15, Phụ lục III",
        remedy_vi="Ghi như trên văn bản: 6325/UBND-NC, 38/KH-BCĐ hoặc 30/2020/NĐ-CP.",
        remedy_en="Write it as printed: 6325/UBND-NC, 38/KH-BCĐ or 30/2020/NĐ-CP.",
    )
