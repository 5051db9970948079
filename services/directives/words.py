"""How papers, terms and agencies are said to people, in Vietnamese and English."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from services.directives.bodies import ALL_ADDRESSEES
from services.directives.due import (
    Due,
    DueAlways,
    DueAsTheyOccur,
    DueBefore,
    DueByStatute,
    DueEvery,
    DueInPeriod,
    DueOn,
    DueWithin,
    last_day,
)
from shared.actor import VIETNAM
from shared.domain import Whereabouts
from shared.reference import Register, RegisterError

DOC_TYPES: Mapping[str, tuple[str, str]] = {
    "nghi_quyet": ("Nghị quyết", "Resolution"),
    "quyet_dinh": ("Quyết định", "Decision"),
    "chi_thi": ("Chỉ thị", "Directive"),
    "quy_che": ("Quy chế", "Regulation"),
    "quy_dinh": ("Quy định", "Rules"),
    "thong_cao": ("Thông cáo", "Communiqué"),
    "thong_bao": ("Thông báo", "Notice"),
    "huong_dan": ("Hướng dẫn", "Guidance"),
    "chuong_trinh": ("Chương trình", "Programme"),
    "ke_hoach": ("Kế hoạch", "Plan"),
    "phuong_an": ("Phương án", "Scheme"),
    "de_an": ("Đề án", "Project proposal"),
    "du_an": ("Dự án", "Project"),
    "bao_cao": ("Báo cáo", "Report"),
    "bien_ban": ("Biên bản", "Minutes"),
    "to_trinh": ("Tờ trình", "Submission"),
    "hop_dong": ("Hợp đồng", "Contract"),
    "cong_van": ("Công văn", "Official letter"),
    "cong_dien": ("Công điện", "Urgent dispatch"),
    "ban_ghi_nho": ("Bản ghi nhớ", "Memorandum"),
    "ban_thoa_thuan": ("Bản thỏa thuận", "Agreement"),
    "giay_uy_quyen": ("Giấy ủy quyền", "Letter of authority"),
    "giay_moi": ("Giấy mời", "Invitation"),
    "giay_gioi_thieu": ("Giấy giới thiệu", "Letter of introduction"),
    "giay_nghi_phep": ("Giấy nghỉ phép", "Leave permit"),
    "phieu_gui": ("Phiếu gửi", "Sending slip"),
    "phieu_chuyen": ("Phiếu chuyển", "Forwarding slip"),
    "phieu_bao": ("Phiếu báo", "Advice slip"),
    "thu_cong": ("Thư công", "Official note"),
}
"""The 29 types of NĐ 30/2020/NĐ-CP Điều 7."""

EVERY: Mapping[str, tuple[str, str]] = {
    "day": ("hằng ngày", "every day"),
    "week": ("hằng tuần", "every week"),
    "month": ("hằng tháng", "every month"),
    "quarter": ("hằng quý", "every quarter"),
    "half_year": ("6 tháng một lần", "every half-year"),
    "year": ("hằng năm", "every year"),
}


STATES: Mapping[str, tuple[str, str]] = {
    "in_force": ("còn hiệu lực", "in force"),
    "recalled": ("đã bị thu hồi", "recalled"),
    "replaced": ("đã bị thay thế", "replaced"),
    "open": ("chưa tiếp nhận", "open"),
    "returned": ("đã trả lại", "returned"),
    "accepted": ("đã chấp nhận", "accepted"),
    "in_progress": ("đang thực hiện", "in progress"),
    "done_unconfirmed": ("đã báo hoàn thành, chờ xác nhận", "done, to be confirmed"),
    "confirmed": ("đã xác nhận hoàn thành", "confirmed"),
    "cancelled": ("đã bị hủy", "cancelled"),
    "requested": ("chưa có báo cáo", "requested"),
    "partly_submitted": ("mới có một phần báo cáo", "partly submitted"),
    "submitted": ("đã gửi, chờ xem xét", "submitted"),
    "consolidated": ("đã tổng hợp", "consolidated"),
}
"""States of papers, tasks and report lines."""


def whereabouts(what: tuple[str, str], state: str, last: datetime) -> Whereabouts:
    """What every refusal says of a paper, a task or a report line. `last`: when its last fact
    happened; it has stood so at least since then."""
    (vi, en), at = STATES[state], last.astimezone(VIETNAM)
    return Whereabouts(
        f"{what[0]} đang ở trạng thái “{vi}”; việc ghi nhận gần nhất xảy ra lúc "
        f"{at:%H:%M ngày %d/%m/%Y}.",
        f"The {what[1]} is “{en}”; its last fact is of {at:%Y-%m-%d %H:%M}.",
        {"state": state, "since": at.isoformat()},
    )


def paper_title(paper: Mapping[str, Any]) -> tuple[str, str]:
    """`Công văn 6325/UBND-NC`; a paper whose number is not known says so."""
    vi, en = DOC_TYPES[paper["doc_type"]]
    reference = paper["reference"]
    if reference:
        return f"{vi} {reference}", f"{en} {reference}"
    return f"{vi} chưa rõ số, năm {paper['year']}", f"{en} without a known number, {paper['year']}"


def due_words(sent: Mapping[str, Any]) -> tuple[str, str]:
    """By when, as an officer says it; of a window always the last day that is still in time."""
    due = _due().validate_python(sent)
    last = last_day(due)
    match due:
        case DueOn():
            return f"đến hết {_day(due.on)}", f"by the end of {due.on}"
        case DueBefore():
            return f"trước ngày {_day(due.on)}", f"before {due.on}"
        case DueWithin() | DueInPeriod() if last is not None:
            return f"từ {_day(due.from_)} đến hết {_day(last)}", f"from {due.from_} to {last}"
        case DueEvery():
            return EVERY[due.every]
        case DueAlways():
            return "thường xuyên", "continuously"
        case DueAsTheyOccur():
            return "khi phát sinh", "as they occur"
        case DueByStatute():
            return "theo thời hạn luật định", "within statutory periods"
    return "không nêu hạn", "no term given"


class Names:
    """Agencies by the names that they had on the first of some days on which they were there."""

    def __init__(self, register: Register, *days: date) -> None:
        self._register = register
        self._days = tuple(dict.fromkeys(days))

    def on(self, day: date) -> "Names":
        """The same, but trying another day first."""
        return Names(self._register, day, *self._days)

    def of(self, agency: str) -> dict[str, str]:
        """Names and lane of an agency, a collective, or all addressees.

        Never raises: who was there on none of the days is called by the id.
        """
        if agency == ALL_ADDRESSEES:
            return _named(agency, "Tất cả nơi nhận", "All addressees", "Tất cả nơi nhận")
        for day in self._days:
            try:
                found = self._register.agency(agency, day)
            except RegisterError:
                continue
            return _named(agency, found.name_vi, found.name_en, found.short_vi, found.lane)
        return _named(agency, agency, agency, agency)

    def covers(self, named: str, agency: str) -> bool:
        """Whether what is said to `named` is said to that agency on the first of the days."""
        try:
            return self._register.covers(named, agency, self._days[0])
        except RegisterError:
            return False


def _named(agency: str, vi: str, en: str, short: str, lane: str = "other") -> dict[str, str]:
    return {"agency": agency, "name_vi": vi, "name_en": en, "short_vi": short, "lane": lane}


@cache
def _due() -> TypeAdapter[Due]:
    return TypeAdapter(Due)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
