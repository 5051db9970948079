"""The sentences in which measures against a person are refused. Pure."""

from collections.abc import Sequence
from datetime import date

from shared.errors import NotAllowed, Refused


def other_stage_of_case(stage: str, part: str, article: str) -> Refused:
    """Detention belongs to the stage that the case is at."""
    return Refused(
        "other-stage",
        f"Tạm giam giai đoạn {stage} không khớp: vụ án đang ở giai đoạn {part}.",
        f"Detention for {stage} does not fit: the case is in {part}.",
        pointer="/stage",
        rule=article,
        remedy_vi="Sửa stage theo giai đoạn của vụ án.",
        remedy_en="Mend stage as the case stands.",
    )


def asked_then_approved(pointer: str, article: str) -> Refused:
    """Investigators ask, the procuracy approves; elsewhere there is no request."""
    return Refused(
        "asked-then-approved",
        "Giai đoạn điều tra: cơ quan điều tra đề nghị (requested, nêu sent_to), viện kiểm sát phê "
        "chuẩn (approved); giai đoạn khác: cơ quan giữ hồ sơ quyết định (approved).",
        "In the investigation the investigators ask (requested, with sent_to) and the procuracy "
        "approves (approved); elsewhere whoever has the file decides (approved).",
        pointer=pointer,
        rule=article,
        remedy_vi="Ghi nhận đúng bước, đúng thứ tự.",
        remedy_en="Record the right step, in the right order.",
    )


def detention_too_long(since: date, latest: date, days: int, article: str) -> Refused:
    """Not longer than the law allows for the class; custody days are deducted."""
    return Refused(
        "detention-too-long",
        f"Tạm giam từ {since:%d/%m/%Y} không quá {days} ngày (đã trừ thời gian tạm giữ), muộn nhất "
        f"đến {latest:%d/%m/%Y}.",
        f"Detention from {since:%Y-%m-%d} lasts at most {days} days (custody deducted), until "
        f"{latest:%Y-%m-%d} at the latest.",
        pointer="/to",
        rule=article,
        remedy_vi="Sửa ngày hết hạn theo loại tội phạm.",
        remedy_en="Mend the last day as the class of the offence allows.",
        extra={"latest": latest.isoformat()},
    )


def detention_ends_too_soon(after: date, article: str) -> Refused:
    """An order or extension ends after it begins."""
    return Refused(
        "detention-span",
        f"Ngày hết hạn phải sau {after:%d/%m/%Y}.",
        f"The last day must be after {after:%Y-%m-%d}.",
        pointer="/to",
        rule=article,
        remedy_vi="Sửa ngày theo lệnh, quyết định.",
        remedy_en="Mend the day as the order has it.",
    )


def too_young_to_detain(severity: str, article: str) -> Refused:
    """Somebody under 18 is not detained for a less serious offence."""
    return Refused(
        "under-18-not-detained",
        f"Không tạm giam người dưới 18 tuổi về tội phạm loại {severity}.",
        f"Nobody under 18 is detained for an offence of the class {severity}.",
        rule=article,
        remedy_vi="Áp dụng biện pháp giám sát, bảo lĩnh hoặc cấm đi khỏi nơi cư trú.",
        remedy_en="Use supervision, bail or a residence ban.",
        extra={"severity": severity},
    )


def no_detention_extension(seq: int, there: int, severity: str) -> Refused:
    """The class decides how often detention is extended."""
    return Refused(
        "no-such-extension",
        f"Không có lần gia hạn tạm giam thứ {seq} đối với loại {severity}: tối đa {there} lần.",
        f"There is no extension no. {seq} of detention for {severity}: at most {there}.",
        pointer="/seq",
        rule="BLTTHS Điều 173(2), (3), (6)",
        remedy_vi="Hết hạn phải trả tự do hoặc áp dụng biện pháp ngăn chặn khác (Điều 173(7)).",
        remedy_en="When it is over: release, or another measure (173(7)).",
        extra={"severity": severity, "extensions": there},
    )


def wrong_approver(agency: str, allowed: Sequence[str]) -> NotAllowed:
    """The law says which procuracy extends which detention."""
    return NotAllowed(
        "wrong-approver",
        f"{agency} không có thẩm quyền gia hạn tạm giam lần này.",
        f"{agency} is not the one who decides on this extension.",
        rule="BLTTHS Điều 173(3), (6)",
        remedy_vi=f"Cơ quan quyết định: {', '.join(allowed)}.",
        remedy_en=f"Who decides: {', '.join(allowed)}.",
        extra={"approvers": list(allowed)},
    )


def reason_of_another_measure(to: str, reason: str) -> Refused:
    """Approval and the start of a sentence have a reason of their own."""
    return Refused(
        "reason-does-not-fit",
        f"Lý do {reason} không phù hợp với {to}.",
        f"The reason {reason} does not fit {to}.",
        pointer="/reason",
        rule="BLTTHS Điều 110(6), 125, 364",
        remedy_vi="Chọn lý do phù hợp với biện pháp.",
        remedy_en="Use a reason that fits the measure.",
    )


def measure_not_here(to: str, stage_vi: str, stage_en: str) -> Refused:
    """Each new measure has its place in the proceedings."""
    return Refused(
        "measure-not-here",
        f"Không thể áp dụng {to} ở giai đoạn {stage_vi}.",
        f"{to} is not possible at the stage “{stage_en}”.",
        pointer="/to",
        rule="BLTTHS Điều 109–125, 364",
        remedy_vi="Kiểm tra giai đoạn; người chưa là bị can chỉ có thể được trả tự do.",
        remedy_en="Check the stage; who is not yet accused can only be released.",
    )


def sought_by_investigators(agency: str, stage_vi: str, stage_en: str) -> NotAllowed:
    """Before it has judged them a court asks the investigators to have somebody sought."""
    return NotAllowed(
        "sought-by-investigators",
        f"{agency} chưa xét xử người này (hồ sơ ở giai đoạn {stage_vi}) nên không tự ra, đình nã "
        "quyết định truy nã.",
        f"{agency} has not judged this person (the case is at “{stage_en}”), so it does not issue "
        "or lift a wanted notice itself.",
        rule="BLTTHS Điều 231, 281, 364",
        remedy_vi="Yêu cầu Cơ quan điều tra nơi có vụ án ra quyết định truy nã.",
        remedy_en="Ask the investigating body of the place of the case to issue it.",
    )


def notice_does_not_fit(kind: str) -> Refused:
    """Issued while nobody is sought, lifted while somebody is."""
    return Refused(
        "notice-does-not-fit",
        "Người này đang bị truy nã." if kind == "issue" else "Không có truy nã đang có hiệu lực.",
        "The person is wanted already." if kind == "issue" else "No wanted notice is in force.",
        pointer="/kind",
        rule="BLTTHS Điều 231",
        remedy_vi="Kiểm tra kind (issue hoặc lift).",
        remedy_en="Check kind (issue or lift).",
    )
