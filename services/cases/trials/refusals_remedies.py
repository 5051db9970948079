"""The sentences in which acts after a judgment are refused. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from services.cases.trials.refusals import (
    APPELLATE,
    DELIVERY,
    EFFECT,
    EXECUTION,
    PROTEST,
    REVIEW,
)
from shared.actor import VIETNAM, Act
from shared.errors import NotAllowed, Refused


def before_judgment(act: Act, judged_at: datetime, rule: str) -> Refused:
    """What follows a judgment does not come before it."""
    at = judged_at.astimezone(VIETNAM)
    return Refused(
        "before-judgment",
        f"Việc xảy ra trước khi tuyên án ({at:%H:%M ngày %d/%m/%Y}).",
        f"It happened before the judgment was pronounced ({at:%Y-%m-%d %H:%M}).",
        pointer="/occurred_at",
        rule=rule,
        remedy_vi="Kiểm tra thời điểm xảy ra.",
        remedy_en="Check occurred_at.",
    )


def not_judged(level: str, rule: str) -> Refused:
    """There is no judgment yet."""
    vi, en = ("phúc thẩm", "appellate") if level == "appeal" else ("sơ thẩm", "first-instance")
    return Refused(
        "not-judged",
        f"Chưa có bản án {vi}.",
        f"There is no {en} judgment yet.",
        rule=rule,
        remedy_vi="Ghi nhận tuyên án trước.",
        remedy_en="Record the judgment first.",
    )


def one_recipient() -> Refused:
    """A judgment is delivered to one person or one agency at a time."""
    return Refused(
        "one-recipient",
        "Ghi người nhận hoặc cơ quan nhận, mỗi lần một nơi.",
        "Give a recipient or a recipient agency, one at a time.",
        pointer="/recipient",
        rule=DELIVERY,
        remedy_vi="Chỉ điền recipient hoặc recipient_agency.",
        remedy_en="Fill either recipient or recipient_agency.",
    )


def remedy_stands(rule: str) -> Refused:
    """Who has appealed already need not again."""
    return Refused(
        "filed-already",
        "Đã có kháng cáo, kháng nghị này và chưa rút.",
        "This appeal or protest stands already and was not withdrawn.",
        rule=rule,
        remedy_vi="Không cần ghi lại; nếu rút thì ghi step là withdrawn.",
        remedy_en="It need not be recorded again; a withdrawal is step withdrawn.",
    )


def nothing_to_withdraw(rule: str) -> Refused:
    """Only what was filed can be withdrawn."""
    return Refused(
        "nothing-to-withdraw",
        "Không có kháng cáo, kháng nghị nào của chủ thể này để rút.",
        "There is no appeal or protest of theirs to withdraw.",
        pointer="/step",
        rule=rule,
        remedy_vi="Kiểm tra người kháng cáo, cơ quan kháng nghị.",
        remedy_en="Check who appealed or protested.",
    )


def decision_day_misplaced(against: str, rule: str) -> Refused:
    """The period against a decision runs from a day of its own."""
    vi, en = {
        "decision": ("Kháng cáo, kháng nghị quyết định thì ghi ngày bắt đầu thời hạn.", "needs"),
        "judgment": ("Đối với bản án, thời hạn tính từ ngày tuyên án đã ghi nhận.", "has no"),
    }[against]
    return Refused(
        "decision-day-misplaced",
        vi,
        f"Against a {against} it {en} decision_on, not later than the filing.",
        pointer="/decision_on",
        rule=rule,
        remedy_vi="Ghi decision_on khi và chỉ khi against là decision, không muộn hơn ngày nộp.",
        remedy_en="Give decision_on if, and only if, against is decision.",
    )


def not_its_protest(act: Act, kind: str, court: str) -> NotAllowed:
    """Who protests which judgment is fixed."""
    if kind == "appeal":
        return NotAllowed(
            "not-its-protest",
            f"{act.agency} không cùng cấp và không phải cấp trên trực tiếp của {court}.",
            f"{act.agency} is neither of the level of {court} nor directly above it.",
            rule=PROTEST,
            remedy_vi="Viện kiểm sát cùng cấp hoặc cấp trên trực tiếp kháng nghị.",
            remedy_en="The procuracy of its level, or the one directly above, protests.",
        )
    return NotAllowed(
        "not-its-protest",
        f"{act.agency} không có thẩm quyền kháng nghị giám đốc thẩm, tái thẩm.",
        f"{act.agency} may not protest for {kind}.",
        pointer="/kind",
        rule=REVIEW,
        remedy_vi="Người có thẩm quyền theo Điều 373, 400 kháng nghị.",
        remedy_en="Those whom Điều 373 and 400 name protest.",
    )


def final() -> Refused:
    """There is no third level."""
    return Refused(
        "judgment-is-final",
        "Bản án phúc thẩm có hiệu lực ngay, không bị kháng cáo, kháng nghị phúc thẩm.",
        "An appellate judgment is in force at once and is not appealed.",
        rule="BLTTHS Điều 27, 355(2)",
        remedy_vi="Chỉ còn giám đốc thẩm, tái thẩm.",
        remedy_en="Only cassation and reopening are left.",
    )


def not_on_appeal() -> Refused:
    """An appellate judgment comes from an appellate court."""
    return Refused(
        "not-on-appeal",
        "Tòa án cấp phúc thẩm chưa thụ lý vụ án.",
        "No appellate court has accepted the case.",
        rule=APPELLATE,
        remedy_vi="Ghi nhận thụ lý phúc thẩm trước.",
        remedy_en="Record the acceptance on appeal first.",
    )


def periods_run(last: date) -> Refused:
    """A judgment is not in force while somebody may still appeal or protest."""
    return Refused(
        "periods-run",
        f"Thời hạn kháng cáo, kháng nghị còn đến hết ngày {last:%d/%m/%Y}.",
        f"The periods for appeal and protest run until {last}.",
        pointer="/occurred_at",
        rule=EFFECT,
        remedy_vi="Ghi nhận hiệu lực khi thời hạn đã hết, từ 0 giờ ngày hôm sau.",
        remedy_en="Record the effect when they have ended, from midnight after that day.",
        extra={"last_day": last.isoformat()},
    )


def contested() -> Refused:
    """What was appealed is not in force for want of an appeal."""
    return Refused(
        "contested",
        "Còn kháng cáo, kháng nghị chưa giải quyết đối với phần này.",
        "An appeal or protest of this part is still to be decided.",
        pointer="/reason",
        rule=EFFECT,
        remedy_vi="Chờ bản án, quyết định phúc thẩm, hoặc ghi nhận việc rút trước.",
        remedy_en="Wait for the appellate decision, or record the withdrawal first.",
    )


def reason_does_not_fit(reason: str) -> Refused:
    """Why a judgment is in force follows from what was recorded."""
    return Refused(
        "reason-does-not-fit",
        "Căn cứ có hiệu lực này không phù hợp với diễn biến đã ghi nhận của vụ án.",
        f"Reason {reason} does not fit what is recorded of the case.",
        pointer="/reason",
        rule=EFFECT,
        remedy_vi="Ghi nhận trước bản án phúc thẩm, việc rút kháng cáo, kháng nghị.",
        remedy_en="Record the appellate judgment or the withdrawal before.",
    )


def in_force_already() -> Refused:
    """It takes effect once."""
    return Refused(
        "in-force-already",
        "Phần này đã được ghi nhận có hiệu lực.",
        "This part is recorded as in force already.",
        rule=EFFECT,
        remedy_vi="Không cần ghi lại; kháng cáo, kháng nghị trong hạn được ghi sau thì hiệu lực bị "
        "rút lại.",
        remedy_en="It need not be recorded again; an appeal or protest in time takes it back.",
    )


def not_in_force(ref: UUID) -> Refused:
    """Only what is in force is carried out."""
    return Refused(
        "not-in-force",
        f"Bản án đối với {ref} chưa có hiệu lực pháp luật.",
        f"The judgment of {ref} is not in force.",
        pointer="/accused_ref",
        rule="BLTTHS Điều 363, 364",
        remedy_vi="Ghi nhận bản án có hiệu lực trước.",
        remedy_en="Record that it took effect first.",
    )


def nothing_to_execute(ref: UUID) -> Refused:
    """An acquittal or an exemption has no sentence."""
    return Refused(
        "nothing-to-execute",
        f"{ref} không bị tuyên hình phạt nào.",
        f"No sentence was passed on {ref}.",
        pointer="/accused_ref",
        rule=EXECUTION,
        remedy_vi="Trả tự do hoặc hủy biện pháp ngăn chặn ghi ở hồ sơ người đó.",
        remedy_en="A release is recorded on the person.",
    )


def ordered_already(refs: Iterable[UUID]) -> Refused:
    """Execution is ordered once for each convict."""
    named = ", ".join(map(str, refs))
    return Refused(
        "ordered-already",
        f"Đã có quyết định thi hành án đối với: {named}.",
        f"Execution was ordered already for: {named}.",
        pointer="/accused_ref",
        rule=EXECUTION,
        remedy_vi="Không cần ghi lại; mỗi người bị kết án một quyết định thi hành án.",
        remedy_en="It need not be recorded again; there is one order for each convict.",
    )
