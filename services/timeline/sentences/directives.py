"""What is said of papers, tasks, reports and targets."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {
    "directive": "paper",
    "task": "task",
    "report": "report",
    "target": "target",
}

TITLES: Mapping[str, tuple[str, str]] = {}
"""Papers are called by their number, lines by their key and title: see the projection."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "directives.directive_issued.v1": (
        "{actor} ban hành {paper}{subject_vi:because}.",
        "{actor} issues {paper}{subject_en|subject_vi:because}.",
    ),
    "directives.directive_dispatched.v1": (
        "{actor} gửi {paper} đến {recipient:agency} {channel:said}.",
        "{actor} sends {paper} to {recipient:agency} {channel:said}.",
    ),
    "directives.directive_received.v1": (
        "{actor} {edxml_status:said} {paper}{incoming_number:incoming}.",
        "{actor} {edxml_status:said} {paper}{incoming_number:incoming}.",
    ),
    "directives.directive_returned.v1": (
        "{actor} trả lại {paper}: {reason:said}.",
        "{actor} sends {paper} back: {reason:said}.",
    ),
    "directives.directive_revised.v1": (
        "{actor} {kind:said} {paper}{reason:because}.",
        "{actor} {kind:said} {paper}{reason:because}.",
    ),
    "directives.task_assigned.v1": (
        "{actor} {mode:said} {lead:agency} nhiệm vụ {task}, {paper}.",
        "{actor} {mode:said} {lead:agency} to carry out task {task}, {paper}.",
    ),
    "directives.task_acknowledged.v1": (
        "{actor} {outcome:said} nhiệm vụ {task}, {paper}{reason:because}.",
        "{actor} {outcome:said} task {task}, {paper}{reason:because}.",
    ),
    "directives.task_delegated.v1": (
        "{actor} triển khai nhiệm vụ {task} xuống {to:agency}{share:because}.",
        "{actor} hands task {task} down to {to:agency}{share:because}.",
    ),
    "directives.task_due_date_changed.v1": (
        "{actor} điều chỉnh thời hạn nhiệm vụ {task}, {paper}{reason:because}.",
        "{actor} moves the term of task {task}, {paper}{reason:because}.",
    ),
    "directives.task_progress_reported.v1": (
        "{actor} báo cáo tiến độ nhiệm vụ {task}, {paper}{percent:percent}.",
        "{actor} reports progress of task {task}, {paper}{percent:percent}.",
    ),
    "directives.task_completed.v1": (
        "{actor} báo hoàn thành nhiệm vụ {task}, {paper}.",
        "{actor} reports task {task} done, {paper}.",
    ),
    "directives.task_completion_reviewed.v1": (
        "{actor} {outcome:said} nhiệm vụ {task} của {agency:agency}, {paper}.",
        "{actor} {outcome:said} task {task} of {agency:agency}, {paper}.",
    ),
    "directives.task_cancelled.v1": (
        "{actor} kết thúc nhiệm vụ {task}, {paper}: {reason:said}.",
        "{actor} ends task {task}, {paper}: {reason:said}.",
    ),
    "directives.report_requested.v1": (
        "{actor} yêu cầu báo cáo {report}, {paper}.",
        "{actor} asks for report {report}, {paper}.",
    ),
    "directives.report_submitted.v1": (
        "{actor} gửi báo cáo {report}, {paper}{nil_report:nil}.",
        "{actor} submits report {report}, {paper}{nil_report:nil}.",
    ),
    "directives.report_reviewed.v1": (
        "{actor} {outcome:said} báo cáo {report} của {agency:agency}, {paper}.",
        "{actor} {outcome:said} report {report} of {agency:agency}, {paper}.",
    ),
    "directives.report_consolidated.v1": (
        "{actor} tổng hợp báo cáo {report}, {paper}: {inputs:count} đơn vị đã báo cáo, "
        "{missing:count} chưa.",
        "{actor} consolidates report {report}, {paper}: {inputs:count} have reported, "
        "{missing:count} have not.",
    ),
    "directives.target_set.v1": (
        "{actor} đặt chỉ tiêu {target}, {paper}.",
        "{actor} sets target {target}, {paper}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "truc_lien_thong": ("qua Trục liên thông văn bản quốc gia", "on the national document axis"),
    "post": ("qua bưu chính", "by post"),
    "hand": ("bằng cách giao tay", "by hand"),
    "portal": ("qua cổng thông tin", "on the portal"),
    "01": ("nhận được", "receives"),
    "03": ("tiếp nhận, vào sổ", "registers"),
    "wrong_addressee": ("sai nơi nhận", "wrong addressee"),
    "invalid_signature": ("chữ ký số không hợp lệ", "invalid signature"),
    "format": ("sai thể thức", "wrong form"),
    "not_competent": ("không thuộc thẩm quyền", "not competent"),
    "correction": ("đính chính", "corrects"),
    "amendment": ("sửa đổi", "amends"),
    "replacement": ("thay thế", "replaces"),
    "recall": ("thu hồi", "recalls"),
    "update": ("cập nhật", "updates"),
    "order": ("giao", "orders"),
    "request": ("đề nghị", "requests"),
    "accepted": ("tiếp nhận", "accepts"),
    "returned": ("trả lại", "returns"),
    "confirmed": ("xác nhận hoàn thành", "confirms"),
    "reopened": ("yêu cầu làm lại", "reopens"),
    "directive_recalled": ("văn bản bị thu hồi", "the paper was recalled"),
    "directive_replaced": ("văn bản được thay thế", "the paper was replaced"),
    "merged": ("nhập vào nhiệm vụ khác", "merged into another task"),
    "agency_dissolved": ("cơ quan đã giải thể", "the agency was dissolved"),
    "other": ("lý do khác", "another reason"),
}
