"""The sentences in which acts on an issued directive are refused. Pure."""

from datetime import date

from shared.errors import NotAllowed, Refused
from shared.standing import Standing

INCOMING = "NĐ 30/2020/NĐ-CP Điều 22"
DISPATCH = "NĐ 30/2020/NĐ-CP Điều 18"
RETURNED = "NĐ 30/2020/NĐ-CP Điều 21(2)(b)"
REVISED = "NĐ 30/2020/NĐ-CP Điều 18(3), (4)"
REVISIONS_VI = {"correction": "đính chính", "amendment": "sửa đổi", "replacement": "thay thế"}
"""Revisions that take a paper of their own, as an officer calls them."""


def not_addressed(reference: str | None, agency: str) -> NotAllowed:
    """Only who a paper goes to receives or returns it."""
    return NotAllowed(
        "not-addressed-to-you",
        f"Văn bản {reference or '(chưa rõ số)'} không gửi {agency}.",
        f"Directive {reference or '(number unknown)'} is not addressed to {agency}.",
        rule="NĐ 30/2020/NĐ-CP Điều 21",
        remedy_vi="Nếu đúng là nơi nhận, đề nghị cơ quan ban hành bổ sung nơi nhận.",
        remedy_en="If it should be, ask the issuer to add the addressee.",
    )


def not_an_addressee(recipient: str, pointer: str) -> Refused:
    """A paper is sent to its addressees."""
    return Refused(
        "not-an-addressee",
        f"{recipient} không có trong nơi nhận của văn bản.",
        f"{recipient} is not among the addressees of the paper.",
        pointer=pointer,
        rule=DISPATCH,
        remedy_vi="Chỉ gửi cho cơ quan trong nơi nhận; bỏ trống để gửi tất cả.",
        remedy_en="Send to addressees only; leave recipients out to send to all of them.",
    )


def not_with(standing: Standing, *, sent_back: bool) -> Refused:
    """What was not sent cannot have arrived, and what was sent back is no longer there."""
    if sent_back:
        return Refused(
            "returned-dispatch-again",
            f"{standing.key} đã trả lại văn bản và chưa được gửi lại.",
            f"{standing.key} returned the paper and has not been sent it again.",
            rule=RETURNED,
            remedy_vi="Cơ quan ban hành gửi lại văn bản trước.",
            remedy_en="The issuer dispatches it again first.",
        )
    return Refused(
        "not-dispatched",
        f"Văn bản chưa được gửi {standing.key}.",
        f"The paper has not been sent to {standing.key}.",
        rule=DISPATCH,
        remedy_vi="Cơ quan ban hành gửi văn bản trước.",
        remedy_en="The issuer dispatches it first.",
    )


def ended(standing: str) -> Refused:
    """A recalled or replaced paper can only be read."""
    recalled = standing == "recalled"
    return Refused(
        f"directive-{standing}",
        f"Văn bản đã bị {'thu hồi' if recalled else 'thay thế'}, chỉ còn tra cứu.",
        f"The paper was {standing}; it can only be read.",
        rule=REVISED,
        remedy_vi="Làm theo văn bản mới của cơ quan ban hành.",
        remedy_en="Follow the issuer's later paper.",
    )


def registered_already(number: int) -> Refused:
    """An incoming number is given once."""
    return Refused(
        "registered-already",
        f"Văn bản đã vào sổ với số đến {number}.",
        f"The paper is registered already under incoming number {number}.",
        pointer="/incoming_number",
        rule=INCOMING,
        remedy_vi="Nếu số đến ghi sai, đính chính bản ghi; không vào sổ lần nữa.",
        remedy_en="If that number is wrong, correct the record; do not register it again.",
    )


def incoming_number_misplaced() -> Refused:
    """Number and day belong to registration (03), not to arrival (01)."""
    return Refused(
        "incoming-number-misplaced",
        "Đăng ký (03) cần số đến và ngày đến; văn bản mới đến (01) thì chưa có.",
        "Registration (03) needs an incoming number and day; arrival (01) has none.",
        pointer="/incoming_number",
        rule=INCOMING,
        remedy_vi="Khi vào sổ (03) ghi số đến và ngày đến; khi mới đến (01) để trống cả hai.",
        remedy_en="With 03 give incoming_number and incoming_date; with 01 leave both out.",
    )


def incoming_date_impossible(day: date) -> Refused:
    """A paper is registered between its issue and the act."""
    return Refused(
        "incoming-date-impossible",
        f"Ngày đến {day:%d/%m/%Y} trước ngày ban hành hoặc sau ngày ghi nhận.",
        f"The incoming day {day:%Y-%m-%d} is before the issue or after the act.",
        pointer="/incoming_date",
        rule=INCOMING,
        remedy_vi="Ghi ngày trên dấu “Đến”.",
        remedy_en="Give the day on the incoming stamp.",
    )


def signature_invalid() -> Refused:
    """A paper whose signature does not hold is returned, not registered."""
    return Refused(
        "invalid-signature-is-returned",
        "Chữ ký số không hợp lệ thì trả lại văn bản, không vào sổ.",
        "A paper with an invalid signature is returned, not registered.",
        pointer="/signature_valid",
        rule=RETURNED,
        remedy_vi="Ghi nhận trả lại văn bản với lý do chữ ký số không hợp lệ.",
        remedy_en="Record a return with the reason invalid_signature.",
    )


def document_needed(kind: str) -> Refused:
    """Corrections, amendments and replacements are papers of their own."""
    return Refused(
        "document-needed",
        f"Việc {REVISIONS_VI[kind]} phải bằng một văn bản, chưa ghi văn bản nào.",
        f"A {kind} is made by a paper of its own; none is given.",
        pointer="/by_document",
        rule=REVISED,
        remedy_vi="Ghi số, ký hiệu, ngày của văn bản đính chính, sửa đổi hoặc thay thế.",
        remedy_en="Give the reference of the correcting, amending or replacing paper.",
    )


def kind_does_not_fit() -> Refused:
    """What ends a paper does not mend it, and only some kinds bring new lines."""
    return Refused(
        "revision-kind-does-not-fit",
        "Thu hồi, thay thế không kèm sửa nội dung; chỉ sửa đổi, cập nhật mới thêm dòng.",
        "A recall or replacement mends nothing; only amendments and updates add lines.",
        pointer="/kind",
        rule=REVISED,
        remedy_vi="Tách thành hai việc, hoặc chọn sửa đổi, bổ sung.",
        remedy_en="Make it two acts, or choose kind amendment.",
    )


def no_such_gap(name: str, pointer: str) -> Refused:
    """Only what was named as missing can be filled."""
    return Refused(
        "no-such-gap",
        f"“{name}” không nằm trong các phần còn thiếu của văn bản.",
        f"“{name}” is not among the gaps of this paper.",
        pointer=pointer,
        rule=f"{REVISED}; danh mục sự kiện 5",
        remedy_vi="Lấy tên từ danh sách phần còn thiếu của văn bản.",
        remedy_en="Take the name from the paper's list of missing.",
    )


def outside_known_days(day: date, first: date, last: date) -> Refused:
    """A day that turns up later must lie where the source put it."""
    return Refused(
        "outside-known-days",
        f"Ngày {day:%d/%m/%Y} nằm ngoài khoảng đã biết {first:%d/%m/%Y}–{last:%d/%m/%Y}.",
        f"{day:%Y-%m-%d} is outside the known days {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
        pointer="/corrections/issue_date",
        rule=f"{REVISED}; danh mục sự kiện 5",
        remedy_vi="Kiểm tra nguồn; nếu khoảng ban đầu sai thì ghi nhận lại văn bản.",
        remedy_en="Check the source; if the first guess was wrong, record the paper anew.",
    )
