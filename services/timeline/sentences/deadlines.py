"""What is said of statutory and ordered periods."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {"deadline": "deadline"}

TITLES: Mapping[str, tuple[str, str]] = {
    "deadlines.deadline_opened.v1": (
        "thời hạn “{title_vi}” ({article})",
        "period “{title_en}” ({article})",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "deadlines.deadline_opened.v1": (
        "Bắt đầu tính {deadline}, hạn cuối ngày {ends_on:day}.",
        "The {deadline} begins to run; its last day is {ends_on:day}.",
    ),
    "deadlines.deadline_extended.v1": (
        "{decided_by:agency} gia hạn lần {seq} {deadline}, hạn cuối ngày {ends_on:day}.",
        "{decided_by:agency} extends the {deadline} (no. {seq}); its last day is {ends_on:day}.",
    ),
    "deadlines.deadline_recomputed.v1": (
        "Tính lại {deadline}, hạn cuối ngày {ends_on:day}: {why:said.recount}.",
        "The {deadline} is counted anew, its last day is {ends_on:day}: {why:said.recount}.",
    ),
    "deadlines.deadline_met.v1": (
        "Đã thực hiện {deadline}{in_time:also.met}.",
        "The {deadline} is met{in_time:also.met}.",
    ),
    "deadlines.deadline_closed.v1": (
        "Chấm dứt {deadline}: {reason:said.deadline_end}.",
        "The {deadline} ends: {reason:said.deadline_end}.",
    ),
    "deadlines.deadline_warning_raised.v1": (
        "Cảnh báo {deadline}, hạn cuối ngày {ends_on:day}.",
        "Warning of the {deadline}; its last day is {ends_on:day}.",
    ),
    "deadlines.deadline_missed.v1": (
        "Quá hạn: {deadline}, hạn cuối ngày {ends_on:day}.",
        "Missed: the {deadline}; its last day was {ends_on:day}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "recount.reclassified": ("tội danh hoặc khung hình phạt thay đổi", "the charge has changed"),
    "recount.corrected": ("dữ kiện được đính chính", "a fact was corrected"),
    "recount.term_changed": ("thời hạn được điều chỉnh", "the term was moved"),
    "recount.other_period_moved": ("thời hạn liên quan thay đổi", "another period has moved"),
    "recount.handed_over": ("hồ sơ chuyển cho cơ quan khác", "another body has the file"),
    "met.True": ("trong thời hạn", "in time"),
    "met.False": ("quá hạn", "late"),
    "deadline_end.cancelled": ("nhiệm vụ bị hủy", "the task was cancelled"),
    "deadline_end.matter_ended": ("vụ việc đã chuyển hoặc kết thúc", "the matter went on or ended"),
    "deadline_end.fact_withdrawn": ("dữ kiện bị hủy bỏ", "the fact was withdrawn"),
}
