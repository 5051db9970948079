"""The sentences in which the vault refuses. Pure."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.actor import VIETNAM
from shared.errors import NotAllowed, NotFound, Refused, Retry

DELETION = "Luật 91/2025/QH15 Điều 14"
SECRECY = "Luật PCMBN 2024 Điều 3(10)"
NOT_UNDERSTOOD_SECONDS = 60.0
"""When to ask again: somebody has to update a process first."""


def erased(subject: UUID, at: datetime | None) -> Refused:
    """What was erased stays so."""
    on = f" ngày {at.astimezone(VIETNAM):%d/%m/%Y}" if at else ""
    on_en = f" on {at.astimezone(VIETNAM):%Y-%m-%d}" if at else ""
    return Refused(
        "subject-erased",
        f"Dữ liệu cá nhân của {subject} đã được xóa, hủy{on}; không thể khôi phục hay ghi thêm.",
        f"The personal data of {subject} were erased{on_en}; nothing brings them back or adds any.",
        rule=DELETION,
        remedy_vi="Nếu đây là hồ sơ mới, dùng bí danh (mã định danh) mới.",
        remedy_en="For a new file, use a new pseudonym (id).",
        extra={"erased_at": at.isoformat()} if at else {},
    )


def held(subject: UUID, holds: dict[str, str]) -> Refused:
    """What proceedings need is not erased meanwhile."""
    named = "; ".join(f"{name} ({reason})" for name, reason in sorted(holds.items()))
    return Refused(
        "legal-hold",
        f"Dữ liệu của {subject} đang được lưu giữ theo yêu cầu pháp lý: {named}.",
        f"The data of {subject} are under a legal hold: {named}.",
        rule=DELETION,
        remedy_vi="Gỡ lệnh lưu giữ trước, hoặc ghi việc từ chối xóa kèm lý do "
        "(POST /v1/vault/erasure-refusals).",
        remedy_en="Lift the hold first, or record the refusal to erase with its reason "
        "(POST /v1/vault/erasure-refusals).",
        extra={"holds": sorted(holds)},
    )


def not_yours_to_hold(agency: str, controller: str) -> NotAllowed:
    """A hold has no end of its own, so not everybody sets one on everybody's data."""
    return NotAllowed(
        "not-yours-to-hold",
        f"{agency} không phải bên kiểm soát dữ liệu ({controller}), cũng không phải cơ quan tiến "
        "hành tố tụng hoặc được giao điều tra.",
        f"{agency} neither controls these data ({controller} does) nor conducts proceedings.",
        rule=f"{DELETION}; BLTTHS Điều 34–35",
        remedy_vi=f"Đề nghị {controller}, hoặc cơ quan đang thụ lý vụ việc, đặt lệnh lưu giữ.",
        remedy_en=f"Ask {controller}, or the body that conducts the proceedings, to set it.",
    )


def not_now(at: datetime, tolerance: timedelta) -> Refused:
    """What is opened, held or erased is so now, by who may now."""
    stated, minutes = at.astimezone(VIETNAM), tolerance // timedelta(minutes=1)
    return Refused(
        "not-now",
        "Mở, lưu giữ và xóa dữ liệu niêm phong được ghi đúng lúc thực hiện: occurred_at "
        f"{stated:%H:%M ngày %d/%m/%Y} lệch quá {minutes} phút so với hiện tại.",
        "Sealed data are opened, held and erased at the moment of asking: occurred_at "
        f"{stated:%Y-%m-%d %H:%M} is more than {minutes} minutes from now.",
        pointer="/occurred_at",
        rule=f"{SECRECY}; {DELETION}",
        remedy_vi="Bỏ occurred_at rồi gửi lại; ngày của văn bản làm căn cứ ghi trong nội dung.",
        remedy_en="Leave occurred_at out and ask again; the day of the paper that it rests on "
        "belongs in the text.",
    )


def needs_role(role: str) -> NotAllowed:
    """Erasing and holding are for those who answer for data protection."""
    return NotAllowed(
        "needs-role",
        f"Việc này cần vai trò {role} (người phụ trách bảo vệ dữ liệu cá nhân).",
        f"This needs the role {role} (who answers for the protection of personal data).",
        rule=DELETION,
        remedy_vi=f"Đăng nhập với mã truy cập có vai trò {role}.",
        remedy_en=f"Sign in with a token that has the role {role}.",
    )


def not_controller(agency: str, controller: str) -> NotAllowed:
    """The body that first had the data sealed answers for them."""
    return NotAllowed(
        "not-controller",
        f"{agency} không phải cơ quan kiểm soát dữ liệu này; cơ quan đó là {controller}.",
        f"{agency} is not the controller of these data; {controller} is.",
        rule=DELETION,
        remedy_vi=f"Chuyển yêu cầu đến {controller} hoặc cơ quan kế thừa.",
        remedy_en=f"Pass the request on to {controller} or its successor.",
    )


def unknown_subject(subject: UUID) -> NotFound:
    """No key was ever made for that pseudonym."""
    return NotFound(
        "not-found",
        f"Kho khóa không có bí danh {subject}.",
        f"The vault knows no pseudonym {subject}.",
        rule=DELETION,
        remedy_vi="Kiểm tra lại mã; nơi lưu là trường “s” của dữ liệu đã niêm phong.",
        remedy_en="Check the id; it is the “s” of the sealed value.",
    )


def may_not_know(agency: str, topic: str, field: str) -> NotAllowed:
    """Deny by default: no row reaches that agency, and no file would help."""
    return NotAllowed(
        "may-not-know",
        f"{agency} không được biết trường “{field}” của {topic}.",
        f"{agency} may not know the field “{field}” of {topic}.",
        rule=SECRECY,
        remedy_vi="Đề nghị cơ quan đã ghi nhận sự kiện cung cấp, kèm căn cứ.",
        remedy_en="Ask the agency that recorded the event, stating the ground.",
    )


def not_in_that_role(
    agency: str, topic: str, field: str, roles: list[str], purposes: list[str]
) -> NotAllowed:
    """The agency may know it, but not everybody in it, and not for everything."""
    known, meant = ", ".join(roles), ", ".join(purposes)
    return NotAllowed(
        "may-not-know",
        f"{agency} chỉ được biết trường “{field}” của {topic} trong vai trò {known} và cho mục "
        f"đích {meant}.",
        f"{agency} may know the field “{field}” of {topic} only in the role {known}, for {meant}.",
        rule=SECRECY,
        remedy_vi="Đăng nhập với mã truy cập có vai trò đó và nêu đúng mục đích (purpose); nếu "
        "không phải việc đó thì không được mở.",
        remedy_en="Sign in with a token that has the role and state that purpose; for anything "
        "else it stays sealed.",
        extra={"roles": roles, "purposes": purposes},
    )


def file_with_another(
    agency: str, topic: str, field: str, subject: str, holder: str, today: str
) -> NotAllowed:
    """Who has the file may know; not before it is received, and not after it was passed on.

    `today`: the heirs of a holder that has ended, or the holder.
    """
    return NotAllowed(
        "may-not-know",
        f"{agency} không được biết trường “{field}” của {topic}: hồ sơ {subject} đang ở {holder}.",
        f"{agency} may not know the field “{field}” of {topic}: the file of {subject} is with "
        f"{holder}.",
        rule=SECRECY,
        remedy_vi=f"Đề nghị {today} chuyển hồ sơ rồi ghi nhận việc nhận (step: received); hoặc đề "
        "nghị cơ quan đã ghi nhận sự kiện cung cấp, kèm căn cứ.",
        remedy_en=f"Have {today} hand the file over and record that it was received (step: "
        "received); or ask the agency that recorded the event, stating the ground.",
        extra={"file": subject, "holder": holder},
    )


def not_even_with_the_file(agency: str, topic: str, field: str, subject: str) -> NotAllowed:
    """Not everybody whom a file passes may know all that is in it."""
    return NotAllowed(
        "may-not-know",
        f"{agency} đang giữ hồ sơ {subject}, nhưng loại cơ quan này không được biết trường "
        f"“{field}” của {topic}.",
        f"{agency} has the file of {subject}, but bodies of its type may not know the field "
        f"“{field}” of {topic}.",
        rule=SECRECY,
        remedy_vi="Chuyển hồ sơ đến cơ quan có thẩm quyền giải quyết; nếu cần biết, đề nghị cơ "
        "quan đã ghi nhận sự kiện cung cấp, kèm căn cứ.",
        remedy_en="Pass the file on to the body that decides; if you need to know, ask the agency "
        "that recorded the event, stating the ground.",
        extra={"file": subject},
    )


def not_understood(subject: UUID, topic: str, position: int) -> Retry:
    """It may be that the data were erased: nobody opens or seals them meanwhile."""
    return Retry(
        f"the vault cannot read what its log says of {subject} ({topic}, position {position}): it "
        "may be an erasure. Update this process, or see its log",
        NOT_UNDERSTOOD_SECONDS,
        vi=f"Kho khóa không đọc được điều đã ghi về {subject} ({topic}, vị trí {position}), có thể "
        "là việc xóa; chưa mở hay niêm phong gì cho bí danh này. Báo quản trị viên cập nhật",
    )


def no_such_event(event_id: UUID) -> NotFound:
    """The event is in no log of this process."""
    return NotFound(
        "not-found",
        f"Không có sự kiện {event_id}.",
        f"There is no event {event_id}.",
        remedy_vi="Dùng `id` của sự kiện như đã nhận.",
        remedy_en="Use the event's `id` as it was received.",
    )


def not_sealed(topic: str, field: str, fields: tuple[str, ...]) -> Refused:
    """Only what is sealed can be opened."""
    those = ", ".join(fields) or "—"
    return Refused(
        "not-sealed",
        f"{topic} không có dữ liệu niêm phong ở trường “{field}”; có: {those}.",
        f"{topic} has nothing sealed in “{field}”; sealed are: {those}.",
        pointer="/field",
        rule=SECRECY,
        remedy_vi="Chọn một trường đã niêm phong và có giá trị.",
        remedy_en="Choose a sealed field that has a value.",
    )


def no_such_hold(hold: str, holds: dict[str, str]) -> Refused:
    """A hold is lifted by the name under which it was set."""
    those = ", ".join(sorted(holds)) or "—"
    return Refused(
        "no-such-hold",
        f"Không có lệnh lưu giữ “{hold}”; đang có: {those}.",
        f"There is no hold “{hold}”; there are: {those}.",
        pointer="/hold",
        rule=DELETION,
        remedy_vi="Dùng đúng tên đã đặt.",
        remedy_en="Use the name under which it was set.",
    )
