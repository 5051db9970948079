"""Short names for columns and groups: a kind of body where the page says whose bodies they are."""

from collections.abc import Mapping
from typing import Any

from services.console.states import type_code
from shared.reference import Register, RegisterError

LEVELS: Mapping[str, str] = {
    "province": "tỉnh",
    "regional": "khu vực",
    "district": "huyện",
    "commune": "xã",
}
"""What stands for the place in a short name: `CA {bare}` is `CA tỉnh`."""
CITY = "thành phố"
CITY_SHORT = "TP"


def kind_label(body: Mapping[str, Any], register: Register) -> str:
    """`CA tỉnh` for the police of the province, `UBND xã` for any commune."""
    kind = register.kind(type_code(body["agency"]))
    if kind is None:
        return str(body.get("short_vi") or body["name_vi"])
    word = LEVELS.get(kind.level, "")
    if kind.level == "province" and _is_city(str(body["agency"]).partition("-")[2], register):
        word = CITY_SHORT
    return kind.short_vi.format_map({"place": word, "bare": word}).strip()


def issuer_name(code: str, register: Register) -> str:
    """Papers name issuers by type code or in their own words."""
    kind = register.kind(code)
    return kind.form_vi.format_map({"place": "", "bare": ""}).strip() if kind else code


def _is_city(area: str, register: Register) -> bool:
    try:
        return register.area(register.province_of(area)).kind == CITY
    except RegisterError:
        return False
