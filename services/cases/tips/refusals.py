"""The sentences in which acts on a tip are refused. Pure."""

from datetime import date
from uuid import UUID

from services.cases.tips.events import TransferKind
from shared.errors import Conflict, NotAllowed, Refused

CLASSIFYING = "TTLT 01/2017/TTLT-BCA-BQP-BTC-BNN&PTNT-VKSNDTC Điều 8"
VERIFYING = "BLTTHS Điều 147(2); TTLT 01/2017 Điều 11"
TAKEOVER = "BLTTHS Điều 145(3)(c), 146(2)"


def duplicate_number(receipt_no: str, id: UUID) -> Conflict:
    """A body gives each number once a year."""
    return Conflict(
        "duplicate-number",
        f"Số tiếp nhận {receipt_no} của cơ quan này trong năm đã được ghi nhận: tip:{id}.",
        f"This body's receipt number {receipt_no} of that year is recorded already: tip:{id}.",
        pointer="/receipt_no",
        rule=CLASSIFYING,
        remedy_vi="Nếu là cùng một tin thì dùng bản đã có; nếu không, kiểm tra số tiếp nhận.",
        remedy_en="If it is the same tip, use that record; otherwise check the number.",
        extra={"tip": f"tip:{id}"},
    )


def anonymous_with_name() -> Refused:
    """Who is anonymous has no name to be sealed."""
    return Refused(
        "anonymous-with-name",
        "Tin nặc danh nhưng lại có thông tin người cung cấp.",
        "The tip is anonymous and yet names an informant.",
        pointer="/informant",
        rule="BLTTHS Điều 56, 144",
        remedy_vi="Bỏ thông tin người cung cấp, hoặc bỏ đánh dấu nặc danh (tên được niêm mã).",
        remedy_en="Leave the informant out, or do not mark it anonymous: the name is sealed.",
    )


def duplicate_of_what() -> Refused:
    """A duplicate says of which tip; nothing else does."""
    return Refused(
        "duplicate-of-what",
        "Tin trùng phải nêu tin có trước (duplicate_of); loại khác thì không.",
        "A duplicate names the tip that was first (duplicate_of); nothing else does.",
        pointer="/duplicate_of",
        rule=CLASSIFYING,
        remedy_vi="Điền duplicate_of cùng với classification là duplicate.",
        remedy_en="Give duplicate_of together with the classification duplicate.",
    )


def not_the_first(tip: UUID, first: UUID | None) -> Refused:
    """A duplicate is linked to a tip that stands for itself."""
    again_vi = f"tin đó lại trùng tip:{first}" if first else "đó chính là tin này"
    again_en = f"that tip is itself a duplicate of tip:{first}" if first else "that is this tip"
    return Refused(
        "not-the-first",
        f"Không thể coi là trùng với tip:{tip}: {again_vi}.",
        f"It cannot be a duplicate of tip:{tip}: {again_en}.",
        pointer="/duplicate_of",
        rule=CLASSIFYING,
        remedy_vi="Nêu tin có trước nhất.",
        remedy_en="Name the first of them.",
    )


def whose_is_it(competent: bool) -> Refused:
    """Who is not competent says who is; who is names nobody else."""
    return Refused(
        "whose-is-it",
        "Đã nhận là thuộc thẩm quyền thì không nêu cơ quan khác."
        if competent
        else "Không thuộc thẩm quyền thì phải nêu cơ quan có thẩm quyền để chuyển trong 24 giờ.",
        "Who is competent names no other body."
        if competent
        else "Who is not competent names the body that is: the tip goes there within 24 hours.",
        pointer="/competent_agency",
        rule=CLASSIFYING,
        remedy_vi="Sửa competent hoặc competent_agency.",
        remedy_en="Mend competent or competent_agency.",
    )


def not_its_offence(agency: str, article: str) -> Refused:
    """The Border Guard and the Coast Guard verify the offences on their list only."""
    return Refused(
        "not-its-offence",
        f"{agency} không có thẩm quyền với tội tại Điều {article} BLHS.",
        f"{agency} is not competent for the offence of article {article} of the Penal Code.",
        pointer="/competent",
        rule="BLTTHS Điều 164; Luật Tổ chức cơ quan điều tra hình sự Điều 32–33",
        remedy_vi="Phân loại là không thuộc thẩm quyền và nêu cơ quan điều tra có thẩm quyền.",
        remedy_en="Classify it as not competent and name the investigating body that is.",
        extra={"article": article},
    )


def not_your_way(agency: str, kind: TransferKind, article: str) -> NotAllowed:
    """A way of passing tips on belongs to certain bodies."""
    return NotAllowed(
        "not-your-way-of-transfer",
        f"{agency} không chuyển tin theo hình thức {kind}.",
        f"{agency} does not pass tips on as {kind}.",
        pointer="/kind",
        rule=article,
        remedy_vi="Chọn đúng hình thức chuyển tin của cơ quan mình.",
        remedy_en="Use the way of transfer that is your body's own.",
    )


def wrong_receiver(to: str, kind: TransferKind, article: str) -> Refused:
    """The tip must come to somebody who can do with it what it is passed on for."""
    return Refused(
        "wrong-receiver",
        f"Không thể chuyển tin theo hình thức {kind} cho {to}.",
        f"A tip cannot be passed on to {to} as {kind}.",
        pointer="/to",
        rule=article,
        remedy_vi="Nêu cơ quan khác, có thẩm quyền giải quyết tin theo hình thức này.",
        remedy_en="Name another body, one that may have the tip in this way.",
    )


def reason_needed(article: str) -> Refused:
    """Whoever refuses a tip, withdraws it or takes one over, says why."""
    return Refused(
        "reason-needed",
        "Từ chối nhận tin, rút lại việc chuyển tin, hoặc yêu cầu rút tin để trực tiếp giải quyết, "
        "phải nêu lý do.",
        "Refusing a tip, withdrawing the offer of one, or calling one in, needs a reason.",
        pointer="/reason",
        rule=article,
        remedy_vi="Ghi lý do.",
        remedy_en="Give the reason.",
    )


def not_called_in(to: str, by: str | None) -> Refused:
    """The procuracy asks first; then the file goes to that procuracy, which cannot refuse it."""
    asked_vi = f"{by} đã yêu cầu" if by else "chưa có viện kiểm sát nào yêu cầu"
    asked_en = f"{by} has asked for it" if by else "no procuracy has asked for it"
    return Refused(
        "not-called-in",
        f"Không thể chuyển cho {to} trực tiếp giải quyết: {asked_vi}.",
        f"It cannot go to {to} as a takeover: {asked_en}.",
        pointer="/kind",
        rule=TAKEOVER,
        remedy_vi="Viện kiểm sát ghi nhận yêu cầu (vks_takeover_requested) trước.",
        remedy_en="The procuracy records its request (vks_takeover_requested) first.",
    )


def called_in_already(by: str) -> Refused:
    """What the procuracy has asked for goes to it: nobody else calls it in, neither side steps
    back."""
    return Refused(
        "called-in-already",
        f"{by} đã yêu cầu rút tin để trực tiếp giải quyết.",
        f"{by} has called the tip in already.",
        pointer="/kind",
        rule=TAKEOVER,
        remedy_vi=f"Chuyển tin cho {by}; {by} xác nhận đã nhận.",
        remedy_en=f"The tip goes to {by}, which receives it.",
        extra={"called_in_by": by},
    )


def nobody_to_tell() -> Refused:
    """An anonymous informant cannot be told."""
    return Refused(
        "nobody-to-tell",
        "Tin không có người cung cấp để thông báo (nặc danh hoặc tự phát hiện).",
        "There is no informant to be told: anonymous, or found by the body itself.",
        pointer="/to",
        rule="TTLT 01/2017 Điều 14",
        remedy_vi="Thông báo cho viện kiểm sát (to là vks).",
        remedy_en="Tell the procuracy (to is vks).",
    )


def nothing_to_tell(kind: str) -> Refused:
    """What has not happened is not notified."""
    return Refused(
        "nothing-to-tell",
        f"Chưa có việc để thông báo ({kind}).",
        f"There is nothing of that kind to tell yet ({kind}).",
        pointer="/kind",
        rule="TTLT 01/2017 Điều 14",
        remedy_vi="Ghi nhận quyết định trước, rồi thông báo.",
        remedy_en="Record the decision first, then the notice.",
    )


def extension_fields(pointer: str) -> Refused:
    """Which fields an extension has follows from its number and stage."""
    return Refused(
        "extension-fields",
        "Lần 1 do thủ trưởng quyết định (decided, granted, until); lần 2: yêu cầu nêu viện "
        "kiểm sát (to), quyết định nêu kết quả (granted) và, nếu đồng ý, ngày hết hạn (until).",
        "The first is decided by the head (decided, granted, until); the second: a request names "
        "the procuracy (to), a decision the outcome (granted) and, if granted, the last day "
        "(until).",
        pointer=pointer,
        rule=VERIFYING,
        remedy_vi="Điền đúng các trường theo lần và bước.",
        remedy_en="Give the fields of that number and stage.",
    )


def extension_out_of_order(seq: int, given: int) -> Refused:
    """First the head, once; then the procuracy, once; a decision follows a request."""
    return Refused(
        "extension-out-of-order",
        f"Không thể ghi nhận lần {seq}: đã kéo dài, gia hạn {given} lần, hoặc chưa có yêu cầu "
        "đang chờ quyết định.",
        f"Number {seq} cannot be recorded: {given} given so far, or no request is waiting.",
        pointer="/seq",
        rule=VERIFYING,
        remedy_vi="Thứ tự: thủ trưởng kéo dài một lần; rồi đề nghị và quyết định của VKS, một lần.",
        remedy_en="The order is: once by the head; then asked of a procuracy and decided, once.",
    )


def extension_length(first: date, last: date) -> Refused:
    """No further than two months; and an extension that ends sooner is none."""
    return Refused(
        "extension-length",
        f"Ngày hết hạn phải sau {first:%d/%m/%Y} và không quá {last:%d/%m/%Y}.",
        f"The last day must be after {first:%Y-%m-%d} and not later than {last:%Y-%m-%d}.",
        pointer="/until",
        rule=VERIFYING,
        remedy_vi="Sửa ngày hết hạn theo quyết định.",
        remedy_en="Mend the last day as the decision has it.",
        extra={"after": first.isoformat(), "latest": last.isoformat()},
    )


def not_asked(agency: str, asked: str) -> NotAllowed:
    """The procuracy that was asked decides."""
    return NotAllowed(
        "not-asked",
        f"Yêu cầu gia hạn gửi {asked}, không gửi {agency}.",
        f"The request went to {asked}, not to {agency}.",
        rule=VERIFYING,
        remedy_vi=f"{asked} quyết định.",
        remedy_en=f"{asked} decides.",
        extra={"asked": asked},
    )


def wrong_reason(stage_vi: str, stage_en: str) -> Refused:
    """What is resumed is what was stopped."""
    return Refused(
        "wrong-reason",
        f"Lý do phục hồi không phù hợp: hồ sơ đang ở giai đoạn {stage_vi}.",
        f"That is no reason to resume: the file is at the stage “{stage_en}”.",
        pointer="/reason",
        rule="BLTTHS Điều 148(2), 149, 159",
        remedy_vi="Chọn lý do phù hợp với quyết định đang có hiệu lực.",
        remedy_en="Use the reason that fits the decision in force.",
    )


def only_the_procuracy(agency: str) -> NotAllowed:
    """Cancelling is the procuracy's; resuming because the ground is gone is the body's own."""
    return NotAllowed(
        "only-the-procuracy",
        f"Chỉ viện kiểm sát hủy bỏ quyết định, không phải {agency}.",
        f"Only a procuracy cancels the decision, not {agency}.",
        rule="BLTTHS Điều 148(2), 159",
        remedy_vi="Viện kiểm sát ghi nhận; cơ quan đang giải quyết phục hồi khi căn cứ không còn.",
        remedy_en="The procuracy records it; the body itself resumes when the ground is gone.",
    )


def not_found_to_be_no_crime() -> Refused:
    """Before anybody verified it, only what is no crime at all ends so."""
    return Refused(
        "verify-first",
        "Tin được phân loại là tội phạm: chưa kiểm tra, xác minh thì chưa thể không khởi tố.",
        "The tip was classified as a crime: it is verified before a case is not instituted.",
        rule="BLTTHS Điều 147, 157",
        remedy_vi="Phân công giải quyết (kiểm tra, xác minh) trước.",
        remedy_en="Assign a handler first.",
    )
