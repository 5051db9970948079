"""Why a period is as long as it is, and how much of it is left, in Vietnamese and English."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from shared.reference.deadlines import load_periods
from shared.reference.errors import UnknownPeriod

UNITS = {
    "hour": ("giờ", "hours"),
    "day": ("ngày", "days"),
    "working_day": ("ngày làm việc", "working days"),
    "month": ("tháng", "months"),
    "year": ("năm", "years"),
    "school_year": ("năm học", "school years"),
}
CLASSES = {
    "ITNT": ("tội phạm ít nghiêm trọng", "less serious offence"),
    "NT": ("tội phạm nghiêm trọng", "serious offence"),
    "RNT": ("tội phạm rất nghiêm trọng", "very serious offence"),
    "DBNT": ("tội phạm đặc biệt nghiêm trọng", "extremely serious offence"),
    "unknown": (
        "chưa rõ loại tội phạm: tính theo thời hạn ngắn nhất",
        "class not known: the shortest is counted",
    ),
}
LEVELS = {
    "HIGH": ("cấp cao, Tòa Phúc thẩm TANDTC", "high or appellate court"),
    "PROVINCE": ("cấp tỉnh", "province"),
    "DISTRICT_OR_REGIONAL": ("cấp huyện, khu vực", "district or regional"),
    "CENTRAL": ("trung ương", "central"),
    "NATIONAL": ("toàn quốc", "national"),
    "MILITARY_CENTRAL": ("quân sự trung ương", "central military"),
    "SAME_LEVEL": ("Viện kiểm sát cùng cấp", "procuracy of the same level"),
    "SUPERIOR": ("Viện kiểm sát cấp trên trực tiếp", "superior procuracy"),
    "APPEAL_PERIOD": ("hết thời hạn kháng cáo", "end of the appeal period"),
    "SUPERIOR_PROTEST_PERIOD": (
        "hết thời hạn kháng nghị của VKS cấp trên",
        "end of the superior procuracy's period",
    ),
    "unknown": (
        "chưa rõ cấp: tính theo thời hạn ngắn nhất",
        "level not known: the shortest is counted",
    ),
}
SECONDS_OF_A_DAY = 86_400
SECONDS_OF_AN_HOUR = 3_600


def why(length: dict[str, Any] | None, because: Sequence[str], counting: str) -> tuple[str, str]:
    """Why this length: Vietnamese, English."""
    if length is None:
        return "theo ngày ghi trong văn bản", "as the paper states"
    if counting == "IMMEDIATE":
        return "“ngay”: luật không định số giờ", "“at once”: the law gives no figure"
    if counting == "SAME_DAY":
        return "trong ngày", "within the day"
    vi, en = (f"{length['n']} {word}" for word in UNITS[length["unit"]])
    reasons = [_reason(each) for each in because]
    if not reasons:
        return vi, en
    vi_all, en_all = ("; ".join(each) for each in zip(*reasons, strict=True))
    return f"{vi} ({vi_all})", f"{en} ({en_all})"


def left(remaining: timedelta) -> tuple[str, str]:
    """What is left, or how long it has been over: Vietnamese, English."""
    seconds = int(abs(remaining.total_seconds()))
    days, hours = seconds // SECONDS_OF_A_DAY, seconds % SECONDS_OF_A_DAY // SECONDS_OF_AN_HOUR
    minutes = seconds % SECONDS_OF_AN_HOUR // 60
    if days:
        vi, en = f"{days} ngày {hours} giờ", f"{days} d {hours} h"
    else:
        vi, en = f"{hours} giờ {minutes} phút", f"{hours} h {minutes} min"
    if remaining < timedelta():
        return f"quá {vi}", f"{en} over"
    return f"còn {vi}", f"{en} left"


def _reason(code: str) -> tuple[str, str]:
    kind, _, said = code.partition(":")
    if kind == "class":
        return CLASSES.get(said, (said, said))
    if kind == "level":
        return LEVELS.get(said, (said, said))
    fraction, _, rule = said.partition(":")
    vi, en = _titles(rule)
    return f"{fraction} {vi}, người dưới 18 tuổi", f"{fraction} of {en}, under 18"


def _titles(rule: str) -> tuple[str, str]:
    """What a period is called; its code where the table has it no more."""
    try:
        found = load_periods().named(rule)
    except UnknownPeriod:
        return rule, rule
    return f"“{found.title_vi}”", f"“{found.title_en}”"
