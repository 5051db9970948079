"""The sentences in which acts on a person in proceedings are refused. Pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.cases.refusals import AtStage, whereabouts
from shared.actor import VIETNAM, Act
from shared.errors import NotAllowed, Refused

CUSTODY = "BLTTHS Điều 118"
WHO_MAY_HOLD = "BLTTHS Điều 110–113"
INSTITUTING = "BLTTHS Điều 179"
RECHARGING = "BLTTHS Điều 180"


def order_needed(kind: str, article: str) -> Refused:
    """Some holds need a written order."""
    return Refused(
        "order-needed",
        f"Bắt, giữ người theo hình thức {kind} phải có lệnh.",
        f"Holding somebody as {kind} takes a written order.",
        pointer="/warrant_ref",
        rule=article,
        remedy_vi="Ghi số lệnh (warrant_ref).",
        remedy_en="Give the number of the order (warrant_ref).",
    )


def kind_not_from_here(kind: str, stage_vi: str, stage_en: str) -> Refused:
    """Each kind of hold follows from certain stages only."""
    return Refused(
        "kind-not-from-here",
        f"Không thể bắt, giữ theo hình thức {kind} khi người này ở giai đoạn {stage_vi}.",
        f"Nobody is held as {kind} from the stage “{stage_en}”.",
        pointer="/kind",
        rule=WHO_MAY_HOLD,
        remedy_vi="Chọn đúng hình thức, hoặc ghi nhận trước bước còn thiếu.",
        remedy_en="Use the kind that fits, or record the missing step first.",
    )


def only_these_kinds(agency: str, allowed: Sequence[str]) -> NotAllowed:
    """Commune police hold whom anybody may."""
    return NotAllowed(
        "kind-beyond-body",
        f"{agency} chỉ được bắt, giữ người phạm tội quả tang, đang bị truy nã, hoặc tiếp nhận "
        "người đầu thú.",
        f"{agency} holds only who is caught in the act, wanted, or surrenders.",
        pointer="/kind",
        rule="BLTTHS Điều 111–112, 152",
        remedy_vi="Cơ quan điều tra hoặc Bộ đội Biên phòng ra lệnh.",
        remedy_en="The investigating body or the Border Guard gives the order.",
        extra={"allowed": list(allowed)},
    )


def reason_does_not_fit(reason: str, held_as: str, fitting: str | None) -> Refused:
    """Custody has the reason for which the person was held."""
    instead_vi = f"Dùng {fitting}." if fitting else "Bắt bị can để tạm giam thì ra lệnh tạm giam."
    instead_en = f"Use {fitting}." if fitting else "After a detention warrant comes detention."
    return Refused(
        "reason-does-not-fit",
        f"Lý do tạm giữ {reason} không khớp với việc bắt, giữ ({held_as}).",
        f"Custody because of {reason} does not fit how the person was held ({held_as}).",
        pointer="/reason",
        rule="BLTTHS Điều 117(1)",
        remedy_vi=instead_vi,
        remedy_en=instead_en,
    )


def not_bound_so(measure: str, needed: str, article: str, pointer: str = "") -> Refused:
    """The step follows from another measure than the person is under."""
    return Refused(
        "measure-does-not-fit",
        f"Người này đang ở trạng thái {measure}, không phải {needed}.",
        f"The person is under the measure {measure}, not {needed}.",
        pointer=pointer,
        rule=article,
        remedy_vi="Ghi nhận trước bước còn thiếu, hoặc sửa trường này.",
        remedy_en="Record the missing step first, or mend the field.",
        extra={"measure": measure},
    )


def not_in_charge(act: Act, person: AtStage, article: str) -> NotAllowed:
    """A person is not handed from line to line; the prosecution takes them over with the case."""
    holder, since = person.holder, person.held_since
    stage_vi, stage_en = person.STAGES[person.stage]
    return NotAllowed(
        "file-not-with-you",
        f"Người này không do {act.agency} giữ mà do {holder} giữ từ {_vi(since)}, "
        f"ở giai đoạn {stage_vi}.",
        f"The person is not with {act.agency} but with {holder} since {_en(since)}, "
        f"at the stage “{stage_en}”.",
        rule=article,
        remedy_vi=f"{holder}, hoặc cơ quan cùng lực lượng có địa bàn bao gồm, ra quyết định; "
        "cơ quan khác tiếp nhận người khi khởi tố bị can trong vụ án đang giữ.",
        remedy_en=f"{holder} decides, or a body of the same force whose area contains its own; "
        "any other takes the person over by prosecuting them in a case that it has.",
        extra=whereabouts(person).extra,
    )


def custody_span(since: datetime, held: datetime, to: datetime) -> Refused:
    """Custody begins when the person is taken in, and ends after it began."""
    return Refused(
        "custody-span",
        f"Thời điểm tạm giữ không hợp lý: bị bắt, giữ lúc {_vi(held)}, tạm giữ từ {_vi(since)} "
        f"đến {_vi(to)}.",
        f"The times of custody do not fit: held at {_en(held)}, in custody from {_en(since)} "
        f"until {_en(to)}.",
        pointer="/since",
        rule="BLTTHS Điều 117–118",
        remedy_vi="Sửa since và to theo quyết định.",
        remedy_en="Mend since and to as the decision has them.",
    )


def custody_too_long(days: int, latest: datetime) -> Refused:
    """Not longer than the law allows."""
    return Refused(
        "custody-too-long",
        f"Tạm giữ không quá {days} ngày, muộn nhất đến {_vi(latest)}.",
        f"Custody lasts at most {days} days, until {_en(latest)} at the latest.",
        pointer="/to",
        rule=CUSTODY,
        remedy_vi="Sửa thời điểm kết thúc; hết hạn phải trả tự do hoặc gia hạn đúng luật.",
        remedy_en="Mend the end; when it is over, release the person or extend it lawfully.",
        extra={"latest": latest.isoformat()},
    )


def no_third_extension(seq: int, most: int) -> Refused:
    """Custody is extended twice, no more."""
    return Refused(
        "no-such-extension",
        f"Không có lần gia hạn tạm giữ thứ {seq}: tối đa {most} lần, tổng cộng 9 ngày.",
        f"There is no extension no. {seq} of custody: at most {most}, nine days in all.",
        pointer="/seq",
        rule="BLTTHS Điều 118(2)",
        remedy_vi="Trả tự do, hoặc khởi tố bị can và áp dụng biện pháp ngăn chặn khác.",
        remedy_en="Release the person, or prosecute them and apply another measure.",
        extra={"extensions": most},
    )


def extension_out_of_turn(expected: int, article: str) -> Refused:
    """Extensions follow one another; each is asked for, then decided."""
    return Refused(
        "not-the-next-extension",
        f"Bước tiếp theo là lần gia hạn thứ {expected}, đề nghị trước rồi quyết định.",
        f"What comes next is extension no. {expected}: asked for first, then decided.",
        pointer="/seq",
        rule=article,
        remedy_vi="Ghi nhận các lần gia hạn theo thứ tự.",
        remedy_en="Record the extensions in their order.",
        extra={"expected": expected},
    )


def extension_fields(pointer: str) -> Refused:
    """Which fields belong to a request and which to a decision."""
    return Refused(
        "extension-fields",
        "Đề nghị nêu viện kiểm sát (sent_to) và thời điểm (to); quyết định nêu kết quả (granted) "
        "và, nếu đồng ý, thời điểm (to).",
        "A request names the procuracy (sent_to) and the end (to); a decision the outcome "
        "(granted) and, when granted, the end (to).",
        pointer=pointer,
        rule="BLTTHS Điều 118(2)",
        remedy_vi="Điền đúng các trường theo bước.",
        remedy_en="Give the fields of that step.",
    )


def not_a_procuracy(agency: str, article: str) -> Refused:
    """What is asked of a procuracy is not sent elsewhere."""
    return Refused(
        "not-a-procuracy",
        f"{agency} không phải viện kiểm sát.",
        f"{agency} is no procuracy.",
        pointer="/sent_to",
        rule=article,
        remedy_vi="Nêu viện kiểm sát có thẩm quyền.",
        remedy_en="Name the competent procuracy.",
    )


def not_asked(agency: str, asked: str, article: str) -> NotAllowed:
    """The procuracy that was asked decides."""
    return NotAllowed(
        "not-asked",
        f"Đề nghị gửi {asked}, không gửi {agency}.",
        f"The request went to {asked}, not to {agency}.",
        rule=article,
        remedy_vi=f"{asked} quyết định.",
        remedy_en=f"{asked} decides.",
        extra={"asked": asked},
    )


def case_not_open(case: UUID, stage_vi: str, stage_en: str, since: datetime) -> Refused:
    """Persons are prosecuted in a case that is being investigated."""
    return Refused(
        "case-not-open",
        f"Không thể khởi tố bị can: vụ án case:{case} đang ở giai đoạn {stage_vi} từ {_vi(since)}.",
        f"Nobody can be prosecuted: the case case:{case} is at the stage “{stage_en}” since "
        f"{_en(since)}.",
        pointer="/case_id",
        rule="BLTTHS Điều 179(1)",
        remedy_vi="Khởi tố hoặc phục hồi vụ án trước, hoặc kiểm tra lại mã vụ án.",
        remedy_en="Institute or resume the case first, or check its id.",
    )


def proceedings_over(case: UUID, since: datetime) -> Refused:
    """A case that was discontinued has nobody who is accused in it."""
    return Refused(
        "proceedings-over",
        f"Vụ án case:{case} đã đình chỉ từ {_vi(since)}, người này không còn là bị can.",
        f"The case case:{case} was discontinued on {_en(since)}; nobody is accused in it any more.",
        rule="BLTTHS Điều 230, 248, 282",
        remedy_vi="Chỉ còn trả tự do, hủy bỏ biện pháp ngăn chặn, đình nã; muốn tiến hành tố tụng "
        "thì phục hồi vụ án trước (Điều 235, 249, 283).",
        remedy_en="What is left is to end measures and to lift a wanted notice; to go on, resume "
        "the case first (articles 235, 249, 283).",
        extra={"case": str(case), "since": since.isoformat()},
    )


def only_whole_investigation(agency: str, why_vi: str, why_en: str) -> NotAllowed:
    """Guards prosecute persons only where they investigate to the end."""
    return NotAllowed(
        "accused-beyond-body",
        f"{agency} không có thẩm quyền khởi tố bị can trong vụ án này: {why_vi}.",
        f"{agency} may not prosecute persons in this case: {why_en}.",
        pointer="/case_id",
        rule="BLTTHS Điều 164(1)(a)",
        remedy_vi="Chuyển hồ sơ vụ án cho Cơ quan điều tra trong 07 ngày (Điều 164(1)(b)).",
        remedy_en="Transfer the case to the investigating body within 7 days (164(1)(b)).",
    )


def not_instituted_for(articles: Sequence[str], instituted: Sequence[str], pointer: str) -> Refused:
    """Nobody is charged with what the case is not about."""
    return Refused(
        "not-in-this-case",
        f"Vụ án chưa được khởi tố về tội tại Điều {', '.join(articles)} BLHS.",
        f"The case was not instituted for BLHS article {', '.join(articles)}.",
        pointer=pointer,
        rule="BLTTHS Điều 156, 179",
        remedy_vi=f"Thay đổi, bổ sung quyết định khởi tố vụ án trước; hiện có: Điều "
        f"{', '.join(instituted)}.",
        remedy_en="Change or supplement the institution of the case first; it is about article "
        f"{', '.join(instituted)}.",
    )


def too_young(age: str, beyond: Sequence[str], pointer: str) -> Refused:
    """Below 14 nobody answers; at 14 and 15 for grave offences of a list."""
    below_vi = "Người dưới 14 tuổi không phải chịu trách nhiệm hình sự."
    below_en = "Nobody under 14 is criminally liable."
    if age != "under_14":
        below_vi = (
            "Người từ đủ 14 đến dưới 16 tuổi chỉ chịu trách nhiệm về tội rất nghiêm trọng, đặc "
            f"biệt nghiêm trọng theo danh mục (Điều 150, 151), không phải Điều {', '.join(beyond)}."
        )
        below_en = (
            "At 14 and 15 somebody is liable only for very or extremely serious offences of a "
            f"list (150, 151), not for article {', '.join(beyond)}."
        )
    return Refused(
        "below-age-of-liability",
        below_vi,
        below_en,
        pointer=pointer,
        rule="BLHS Điều 12",
        remedy_vi="Không khởi tố bị can; áp dụng biện pháp giáo dục, bảo vệ phù hợp.",
        remedy_en="Do not prosecute; turn to measures of education and protection.",
    )


def legal_person_not_liable(articles: Sequence[str], pointer: str) -> Refused:
    """Legal persons answer for a closed list of offences."""
    return Refused(
        "legal-person-not-liable",
        f"Pháp nhân thương mại không chịu trách nhiệm hình sự về tội tại Điều "
        f"{', '.join(articles)} BLHS.",
        f"A commercial legal person is not liable for BLHS article {', '.join(articles)}.",
        pointer=pointer,
        rule="BLHS Điều 76",
        remedy_vi="Khởi tố cá nhân thực hiện hành vi; kiến nghị xử lý hành chính pháp nhân.",
        remedy_en="Prosecute the persons who acted; propose administrative handling.",
    )


def ages_do_not_fit(pointer: str) -> Refused:
    """Whether somebody is young must be said, and said consistently."""
    return Refused(
        "ages-do-not-fit",
        "Phải nêu tuổi khi phạm tội của cá nhân (age_at_offence); người nay dưới 18 tuổi thì khi "
        "phạm tội cũng dưới 18; pháp nhân không có tuổi.",
        "Of a person the age at the offence is said (age_at_offence); who is under 18 now was so "
        "then; a legal person has no age.",
        pointer=pointer,
        rule="BLHS Điều 12; BLTTHS Điều 417",
        remedy_vi="Sửa age_at_offence, under_18 hoặc legal_person.",
        remedy_en="Mend age_at_offence, under_18 or legal_person.",
    )


def not_charged_so(pointer: str, article: str = RECHARGING) -> Refused:
    """What is replaced is a present charge, and what is added is none."""
    return Refused(
        "charge-does-not-fit",
        "Tội danh được thay phải là tội danh hiện tại, tội danh mới phải khác.",
        "What is replaced is a present charge, and the new one is another.",
        pointer=pointer,
        rule=article,
        remedy_vi="Đối chiếu với quyết định khởi tố bị can hiện hành.",
        remedy_en="Compare it with the charge as it stands.",
    )


def review_pending() -> Refused:
    """One change at a time is before the procuracy."""
    return Refused(
        "review-pending",
        "Quyết định thay đổi, bổ sung trước đó đang chờ viện kiểm sát phê chuẩn.",
        "An earlier change is still before the procuracy.",
        rule="BLTTHS Điều 180(3)",
        remedy_vi="Viện kiểm sát phê chuẩn hoặc hủy bỏ trước.",
        remedy_en="The procuracy approves or cancels it first.",
    )


def nothing_to_review(subject: str) -> Refused:
    """The procuracy reviews what is before it."""
    return Refused(
        "nothing-to-review",
        f"Không có quyết định loại {subject} đang chờ phê chuẩn.",
        f"Nothing of the kind {subject} is before the procuracy.",
        pointer="/subject",
        rule="BLTTHS Điều 179(3), 180(3)",
        remedy_vi="Kiểm tra subject; quyết định của cơ quan điều tra ghi nhận trước.",
        remedy_en="Check subject; the decision of the investigators is recorded first.",
    )


def not_prosecuted(stage_vi: str, stage_en: str) -> Refused:
    """What is done to an accused needs a prosecution."""
    return Refused(
        "not-prosecuted",
        f"Người này chưa bị khởi tố bị can (giai đoạn: {stage_vi}).",
        f"This person is not prosecuted (stage: “{stage_en}”).",
        rule=INSTITUTING,
        remedy_vi="Ghi nhận quyết định khởi tố bị can trước.",
        remedy_en="Record the prosecution of the accused first.",
    )


def another_case(case: UUID | None) -> Refused:
    """One record is about the prosecution in one case."""
    return Refused(
        "another-case",
        f"Hồ sơ người này gắn với case:{case}.",
        f"This person's record belongs to case:{case}.",
        pointer="/case_id",
        rule="BLTTHS Điều 170, 179",
        remedy_vi="Kiểm tra lại mã vụ án.",
        remedy_en="Check the id of the case.",
    )


def _vi(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def _en(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
