"""The sentences in which acts across borders are refused. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from shared.actor import VIETNAM
from shared.errors import NotAllowed, NotFound, Refused

AGREEMENTS = "hiệp định song phương; Công ước ASEAN về phòng, chống mua bán người"
SECRECY = "Luật Bảo vệ bí mật nhà nước (29/2018/QH14; từ 1/3/2026: 117/2025/QH15); S3"


def not_its_request(agency: str, kind: str, allowed: Sequence[str], article: str) -> NotAllowed:
    """Central authorities ask for assistance; forces ask forces."""
    return NotAllowed(
        "not-its-request",
        f"{agency} không đề nghị {kind} được.",
        f"{agency} may not make a request of the kind {kind}.",
        pointer="/kind",
        rule=article,
        remedy_vi=f"Cơ quan đề nghị: {', '.join(allowed)}.",
        remedy_en=f"Who may: {', '.join(allowed)}.",
    )


def wrong_channel(kind: str, channel: str, allowed: Iterable[str], article: str) -> Refused:
    """Each kind of request has its channels."""
    ways = ", ".join(sorted(allowed))
    return Refused(
        "wrong-channel",
        f"{kind} không gửi qua kênh {channel}.",
        f"{kind} does not go through the channel {channel}.",
        pointer="/channel",
        rule=article,
        remedy_vi=f"Kênh dùng được: {ways}.",
        remedy_en=f"Channels: {ways}.",
    )


def channel_elsewhere(channel: str, country: str, countries: Iterable[str]) -> Refused:
    """Some channels lead to some countries only."""
    there = ", ".join(sorted(countries))
    return Refused(
        "channel-elsewhere",
        f"Kênh {channel} không có với {country}.",
        f"There is no channel {channel} with {country}.",
        pointer="/channel",
        rule=AGREEMENTS,
        remedy_vi=f"Kênh này có với: {there}.",
        remedy_en=f"It leads to: {there}.",
    )


def whose_verification() -> Refused:
    """A verification is of somebody."""
    return Refused(
        "whose-verification",
        "Đề nghị xác minh nạn nhân phải nêu mã người (subject_id).",
        "A request to verify a victim names the pseudonym (subject_id).",
        pointer="/subject_id",
        rule="PCMBN 2024 Điều 29–31",
        remedy_vi="Điền subject_id, không điền tên.",
        remedy_en="Give subject_id, never a name.",
    )


def unknown_case(case: UUID) -> NotFound:
    """What is asked or done for a case is told to who has it: it must be there."""
    return NotFound(
        "not-found",
        f"Không có case:{case}.",
        f"There is no case:{case}.",
        pointer="/case_id",
        rule="BLTTHS Điều 491–493; danh mục sự kiện 98, 101",
        remedy_vi="Kiểm tra lại mã vụ án, hoặc bỏ case_id khi chưa khởi tố vụ án.",
        remedy_en="Check the id of the case; leave case_id out while none is instituted.",
    )


def unknown_person(person: UUID, pointer: str) -> NotFound:
    """A pseudonym is given when somebody is first held or prosecuted, and stays the same."""
    return NotFound(
        "not-found",
        f"Không có person:{person}.",
        f"There is no person:{person}.",
        pointer=pointer,
        rule="BLTTHS Điều 491–493; danh mục sự kiện 98, 101",
        remedy_vi="Ghi nhận việc bắt, giữ hoặc khởi tố bị can trước, rồi dùng mã người được cấp.",
        remedy_en="Record the hold or the prosecution first, then use the pseudonym it answers.",
    )


def day_gone(day: date, on: date, pointer: str) -> Refused:
    """What is asked for or promised lies ahead."""
    return Refused(
        "day-gone",
        f"Ngày {day:%d/%m/%Y} trước ngày của việc này ({on:%d/%m/%Y}).",
        f"{day:%Y-%m-%d} is before the day of the act ({on:%Y-%m-%d}).",
        pointer=pointer,
        rule=AGREEMENTS,
        remedy_vi="Sửa ngày theo văn bản.",
        remedy_en="Mend the day as the paper has it.",
    )


def answer_fields(pointer: str) -> Refused:
    """What answers a request comes in, and says whether it is all."""
    return Refused(
        "answer-fields",
        "Trả lời đề nghị là thông tin đến (direction là in) và phải nêu final; thông tin không "
        "trả lời đề nghị nào thì không nêu final.",
        "What answers a request comes in (direction in) and says final; what answers none does "
        "not say final.",
        pointer=pointer,
        rule="danh mục sự kiện 98, 99",
        remedy_vi="Nêu request_id cùng final, hoặc bỏ cả hai.",
        remedy_en="Give request_id together with final, or neither.",
    )


def request_closed(request: UUID, since: datetime) -> Refused:
    """A request that was answered for good takes no more answers."""
    on = since.astimezone(VIETNAM)
    return Refused(
        "request-closed",
        f"Đề nghị border_request:{request} đã có trả lời cuối cùng từ {on:%H:%M ngày %d/%m/%Y}.",
        f"The request border_request:{request} is closed: answered for good {on:%Y-%m-%d %H:%M}.",
        pointer="/request_id",
        rule="danh mục sự kiện 98, 99",
        remedy_vi="Gửi đề nghị mới, hoặc ghi thông tin này không kèm request_id.",
        remedy_en="Make a new request, or record this without request_id.",
        extra={"since": since.isoformat()},
    )


def another_partner(asked: str, answered: str) -> Refused:
    """Who was asked answers."""
    return Refused(
        "another-partner",
        f"Đề nghị gửi {asked}, không phải {answered}.",
        f"The request went to {asked}, not to {answered}.",
        pointer="/partner/country",
        rule="danh mục sự kiện 98, 99",
        remedy_vi="Kiểm tra request_id, hoặc ghi không kèm request_id.",
        remedy_en="Check request_id, or record it without.",
    )


def operational() -> Refused:
    """Of a joint operation only that it was agreed is told."""
    return Refused(
        "operational-secret",
        "Nội dung hành động chung (tuần tra, chuyên án) không được ghi vào kho dữ liệu dùng chung.",
        "What a joint operation or patrol is about does not enter the shared store.",
        pointer="/commitments",
        rule=SECRECY,
        remedy_vi="Bỏ commitments; gửi nội dung theo đường tài liệu mật.",
        remedy_en="Leave commitments out; send the content by the route for secret papers.",
    )


def no_agreement(country: str, on: date) -> Refused:
    """Without a treaty there is extradition or expulsion."""
    return Refused(
        "no-agreement",
        f"Danh mục không có hiệp định với {country} có hiệu lực ngày {on:%d/%m/%Y}.",
        f"The list has no agreement with {country} in force on {on:%Y-%m-%d}.",
        pointer="/legal_basis",
        rule=AGREEMENTS,
        remedy_vi="Căn cứ dẫn độ hoặc trục xuất; nếu có hiệp định mới thì bổ sung danh mục.",
        remedy_en="Hand over by extradition or expulsion; a new agreement is added to the list.",
    )


def not_its_basis(agency: str, basis: str) -> NotAllowed:
    """The central authority extradites."""
    return NotAllowed(
        "not-its-basis",
        f"{agency} không thực hiện {basis} được.",
        f"{agency} may not hand over by {basis}.",
        pointer="/legal_basis",
        rule="BLTTHS Điều 493",
        remedy_vi="Bộ Công an (BCA) là cơ quan trung ương về dẫn độ.",
        remedy_en="The Ministry of Public Security (BCA) is the central authority.",
    )


def minutes_needed(article: str) -> Refused:
    """Who changed hands is written down and signed."""
    return Refused(
        "minutes-needed",
        "Đã giao nhận thì phải có biên bản (minutes_ref).",
        "What was received has minutes (minutes_ref).",
        pointer="/minutes_ref",
        rule=article,
        remedy_vi="Điền số biên bản giao nhận.",
        remedy_en="Give the number of the minutes.",
    )


def reason_needed(article: str) -> Refused:
    """Who refuses a person, or withdraws an offer, says why."""
    return Refused(
        "reason-needed",
        "Từ chối hoặc rút đề nghị thì phải nêu lý do (reason).",
        "A refusal or a withdrawal gives its reason.",
        pointer="/reason",
        rule=article,
        remedy_vi="Điền reason, không nêu tên người.",
        remedy_en="Give reason, without names of persons.",
    )


def next_needed(article: str) -> Refused:
    """Who came back is with somebody who looks after them."""
    return Refused(
        "next-needed",
        "Đã tiếp nhận nạn nhân thì phải nêu cơ quan hỗ trợ tiếp theo (next).",
        "A victim who was received is with somebody who looks after them (next).",
        pointer="/next",
        rule=article,
        remedy_vi="Nêu cơ quan tiếp nhận hỗ trợ, có thể là chính cơ quan mình.",
        remedy_en="Name who looks after the person; that may be yourself.",
    )


def only_from_abroad(pointer: str, article: str) -> Refused:
    """Who leaves is received by the partner, not by a body of this side."""
    return Refused(
        "only-from-abroad",
        "Người ra nước ngoài do đối tác tiếp nhận: không nêu cơ quan Việt Nam ở trường này.",
        "Who leaves the country is received by the partner: no body of this side is named here.",
        pointer=pointer,
        rule=article,
        remedy_vi="Bỏ trường này, hoặc sửa direction.",
        remedy_en="Leave the field out, or mend direction.",
    )


def nothing_to_refuse(article: str) -> Refused:
    """What was not offered is neither refused nor withdrawn."""
    return Refused(
        "not-on-its-way",
        "Chưa có đề nghị giao, nhận nào để từ chối hoặc rút lại.",
        "Nothing was offered that could be refused or withdrawn.",
        pointer="/step",
        rule=article,
        remedy_vi="Ghi nhận đề nghị (offered) trước.",
        remedy_en="Record the offer first.",
    )


def not_what_was_offered(to: str, pointer: str, article: str) -> Refused:
    """An answer names what it answers to, so that it cannot be taken for another one's."""
    return Refused(
        "not-what-was-offered",
        f"Nội dung xác nhận không khớp với lần giao nhận đang chờ, bên nhận là {to}.",
        f"The answer does not fit the handover that is waiting, to {to}.",
        pointer=pointer,
        rule=article,
        remedy_vi="Ghi đúng người, chiều và đối tác như khi đề nghị.",
        remedy_en="Give the person, the direction and the partner as they were when offered.",
    )
