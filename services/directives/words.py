"""How papers, terms and states are said to people, in Vietnamese and English."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.actor import VIETNAM

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


def paper_title(paper: Mapping[str, Any]) -> tuple[str, str]:
    """`Công văn 6325/UBND-NC`; a paper whose number is not known says so."""
    vi, en = DOC_TYPES[paper["doc_type"]]
    reference = paper["reference"]
    if reference:
        return f"{vi} {reference}", f"{en} {reference}"
    return f"{vi} chưa rõ số, năm {paper['year']}", f"{en} without a known number, {paper['year']}"


def due_words(due: Mapping[str, Any]) -> tuple[str, str]:
    """By when, as an officer says it."""
    match due["type"]:
        case "date":
            return f"đến hết {_day(due['on'])}", f"by the end of {due['on']}"
        case "before":
            return f"trước ngày {_day(due['on'])}", f"before {due['on']}"
        case "window" | "period":
            return (
                f"từ {_day(due['from'])} đến hết {_day(due['to'])}",
                f"from {due['from']} to {due['to']}",
            )
        case "periodic":
            return EVERY[due["every"]]
        case "continuous":
            return "thường xuyên", "continuously"
        case "as_they_occur":
            return "khi phát sinh", "as they occur"
        case "statutory":
            return "theo thời hạn luật định", "within statutory periods"
    return "không nêu hạn", "no term given"


def moment_words(at: datetime) -> str:
    """A moment as officers write it; the end of a legal day is 24:00 of that day."""
    local = at.astimezone(VIETNAM)
    if (local.hour, local.minute) == (0, 0):
        return f"24:00, {local - timedelta(days=1):%d/%m/%Y}"
    return f"{local:%H:%M, %d/%m/%Y}"


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{day}/{month}/{year}"
