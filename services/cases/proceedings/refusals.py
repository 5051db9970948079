"""The sentences in which acts on a case are refused. Pure."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.errors import Conflict, NotAllowed, Refused
from shared.reference.errors import UnknownOffence

BORDER = "BLTTHS Điều 164; Luật Tổ chức cơ quan điều tra hình sự Điều 32"
COAST = "BLTTHS Điều 164; Luật Tổ chức cơ quan điều tra hình sự Điều 33"
COMMUNE = "BLTTHS Điều 163 (Luật 99/2025/QH15)"
AREA = "BLTTHS Điều 163(4)"
CHANGE = "BLTTHS Điều 156, 158, 161"
RETURNS = "BLTTHS Điều 174(2)"
HANDOVER = "BLTTHS Điều 132"
JOINING = "BLTTHS Điều 170, 242"
PRIVACY = "Luật 53/2024/QH15 Điều 3(10); BLTTHS Điều 25, 423"


def unknown_clause(error: UnknownOffence, clauses: Sequence[int], pointer: str) -> Refused:
    """The article has no such clause in the table of frames."""
    listed = ", ".join(str(each) for each in clauses)
    return Refused(
        error.code,
        error.vi,
        error.en,
        pointer=pointer,
        rule="BLHS Điều 9; bảng khung hình phạt",
        remedy_vi=f"Điều {error.article} có các khoản: {listed}.",
        remedy_en=f"Article {error.article} has the clauses {listed}.",
        extra={"article": error.article, "clauses": list(clauses)},
    )


def unknown_place(vi: str, en: str, pointer: str) -> Refused:
    """The register has no such area, or not on that day."""
    return Refused(
        "unknown-area",
        vi,
        en,
        pointer=pointer,
        rule="danh mục địa bàn theo ngày",
        remedy_vi="Dùng mã địa bàn có hiệu lực vào ngày khởi tố.",
        remedy_en="Use the key of an area that was there on the day.",
    )


def outside_area(place: str, agency: str) -> NotAllowed:
    """Bodies act in their own area."""
    return NotAllowed(
        "outside-area",
        f"{place} không thuộc địa bàn của {agency}.",
        f"{place} does not lie in the area of {agency}.",
        pointer="/place",
        rule=AREA,
        remedy_vi="Chuyển nguồn tin, vụ án cho cơ quan có thẩm quyền nơi xảy ra.",
        remedy_en="Pass it on to the competent body of the place.",
    )


def beyond_body(
    agency: str, articles: Sequence[str], allowed: Sequence[str], rule: str, pointer: str
) -> NotAllowed:
    """The law lists what such a body may institute."""
    return NotAllowed(
        "offence-beyond-body",
        f"{agency} không có thẩm quyền đối với tội tại Điều {', '.join(articles)} BLHS.",
        f"{agency} is not competent for BLHS article {', '.join(articles)}.",
        pointer=pointer,
        rule=rule,
        remedy_vi=f"Chỉ được khởi tố tội tại Điều {', '.join(allowed)}; "
        "tội khác chuyển Cơ quan điều tra.",
        remedy_en=f"It may institute article {', '.join(allowed)} only; pass others to the "
        "investigating body.",
    )


def too_grave(agency: str, severity: str, allowed: str, rule: str) -> NotAllowed:
    """Some bodies handle less grave offences only."""
    return NotAllowed(
        "too-grave-for-body",
        f"{agency} không có thẩm quyền đối với tội phạm loại {severity}.",
        f"{agency} is not competent for offences of the class {severity}.",
        pointer="/offences",
        rule=rule,
        remedy_vi=f"Chỉ được xử lý loại {allowed}; chuyển Cơ quan điều tra cấp tỉnh.",
        remedy_en=f"It may handle {allowed} only; pass the case to the provincial body.",
    )


def no_part(agency: str) -> NotAllowed:
    """Not a body of criminal proceedings."""
    return NotAllowed(
        "no-part-in-proceedings",
        f"{agency} không phải cơ quan tiến hành tố tụng hay cơ quan được giao điều tra.",
        f"{agency} neither conducts proceedings nor may investigate.",
        rule="BLTTHS Điều 34–35",
        remedy_vi="Chuyển cho cơ quan có thẩm quyền.",
        remedy_en="Pass it on to the competent body.",
    )


def duplicate_case(case_no: str, id: UUID) -> Conflict:
    """One number of a body and a year is one case."""
    return Conflict(
        "duplicate-number",
        f"Quyết định số {case_no} của cơ quan này trong năm đã được ghi nhận: case:{id}.",
        f"This body's decision no. {case_no} of that year is recorded already: case:{id}.",
        pointer="/case_no",
        rule="BLTTHS Điều 132(2), 154",
        remedy_vi="Nếu là cùng vụ án thì dùng bản đã có; nếu không, kiểm tra số quyết định.",
        remedy_en="If it is the same case, use that record; otherwise check the number.",
        extra={"case": f"case:{id}"},
    )


def wrong_offences(kind: str) -> Refused:
    """What a change has to say of the offences."""
    said = {
        "change": ("phải nêu tội danh sau thay đổi", "names the offences afterwards"),
        "supplement": (
            "phải giữ các tội danh trước và nêu thêm",
            "keeps the offences before and adds to them",
        ),
        "cancel": ("không nêu tội danh", "names no offences"),
    }
    vi, en = said[kind]
    return Refused(
        "wrong-offences",
        f"Quyết định loại “{kind}” {vi}.",
        f"A decision of the kind “{kind}” {en}.",
        pointer="/offences_after",
        rule=CHANGE,
        remedy_vi="Sửa danh sách tội danh hoặc loại quyết định.",
        remedy_en="Mend the list of offences or the kind.",
    )


def not_supervising(agency: str, holder: str, rule: str) -> NotAllowed:
    """Who does not have the file may act on it only where it supervises who does."""
    return NotAllowed(
        "not-your-supervision",
        f"{agency} không giữ hồ sơ và không có thẩm quyền đối với {holder}.",
        f"{agency} neither has the file nor is set over {holder}.",
        rule=rule,
        remedy_vi="Viện kiểm sát (hoặc Tòa án) có thẩm quyền đối với nơi giữ hồ sơ ghi nhận.",
        remedy_en="The procuracy (or court) competent for who has the file records it.",
        extra={"holder": holder},
    )


def wrong_way(sender: str, receiver: str, ways: Sequence[str], rule: str, pointer: str) -> Refused:
    """From this stage and this body a case does not go there. `ways`: where it may go."""
    return Refused(
        "wrong-way",
        f"Ở giai đoạn này hồ sơ không đi từ {sender} đến {receiver}.",
        f"At this stage the file does not go from {sender} to {receiver}.",
        pointer=pointer,
        rule=rule,
        remedy_vi=f"Từ đây {sender} chuyển được đến: {', '.join(ways) or 'chưa nơi nào'}. Đến nơi "
        "khác thì ghi nhận trước bước đưa hồ sơ đến đó (kết luận điều tra, cáo trạng, kháng cáo).",
        remedy_en=f"From here {sender} sends it to: {', '.join(ways) or 'nobody yet'}. To go "
        "elsewhere, first record what leads there (a conclusion, an indictment, an appeal).",
        extra={"ways": list(ways)},
    )


def several_bodies(ref: str, pointer: str) -> Refused:
    """A file goes to one body."""
    return Refused(
        "several-bodies",
        f"{ref} là tên chung của nhiều cơ quan; hồ sơ chỉ giao cho một cơ quan.",
        f"{ref} names several bodies; a file goes to one.",
        pointer=pointer,
        rule=HANDOVER,
        remedy_vi="Nêu đúng cơ quan nhận.",
        remedy_en="Name the very body.",
    )


def field_needed(pointer: str, why_vi: str, why_en: str, rule: str) -> Refused:
    """This step has to say more."""
    return Refused(
        "field-needed",
        f"Thiếu thông tin: {why_vi}.",
        f"Something is missing: {why_en}.",
        pointer=pointer,
        rule=rule,
        remedy_vi=f"Bổ sung trường {pointer.lstrip('/')}.",
        remedy_en=f"Say it under {pointer.lstrip('/')}.",
    )


def wrong_kind(pointer: str, vi: str, en: str, rule: str) -> Refused:
    """What is said does not fit where the case stands."""
    return Refused(
        "wrong-kind",
        f"{vi}.",
        f"{en}.",
        pointer=pointer,
        rule=rule,
        remedy_vi="Chọn loại đúng với giai đoạn của vụ án.",
        remedy_en="Choose the kind that fits the stage of the case.",
    )


def too_many_returns(by: str, limit: int) -> Refused:
    """Returns are limited, so that nobody waits for ever."""
    return Refused(
        "too-many-returns",
        f"{by} đã trả hồ sơ điều tra bổ sung đủ {limit} lần.",
        f"{by} has returned the file {limit} time(s), which is the limit.",
        rule=RETURNS,
        remedy_vi="Quyết định trên hồ sơ hiện có: truy tố, xét xử, tạm đình chỉ hoặc đình chỉ.",
        remedy_en="Decide on the file as it is: indict, try, suspend or discontinue.",
        extra={"by": by, "limit": limit},
    )


def not_reviewing(agency: str) -> NotAllowed:
    """A judgment in force is quashed by a court of cassation or reopening alone."""
    return NotAllowed(
        "not-reviewing",
        f"{agency} không có thẩm quyền giám đốc thẩm, tái thẩm.",
        f"{agency} decides on no cassation and no reopening.",
        pointer="/by",
        rule="BLTTHS Điều 382, 391",
        remedy_vi="Chuyển hồ sơ đến Tòa án có thẩm quyền giám đốc thẩm, tái thẩm.",
        remedy_en="Send the file to the court that decides on cassation and reopening.",
    )


def ground_not_here(ground: str, allowed: Sequence[str], rule: str) -> Refused:
    """Each stage has its own list of grounds."""
    return Refused(
        "ground-not-here",
        f"Căn cứ “{ground}” không áp dụng ở giai đoạn này vào ngày này.",
        f"The ground “{ground}” does not apply at this stage on that day.",
        pointer="/ground",
        rule=rule,
        remedy_vi=f"Căn cứ áp dụng được: {', '.join(allowed)}.",
        remedy_en=f"Grounds that apply: {', '.join(allowed)}.",
        extra={"grounds": list(allowed)},
    )


def not_accused_here(ref: UUID) -> Refused:
    """The case knows its accused by pseudonym."""
    return Refused(
        "not-accused-here",
        f"person:{ref} không phải bị can của vụ án này, hoặc không ở tình trạng đó.",
        f"person:{ref} is not an accused of this case, or not in that standing.",
        pointer="/accused_ref",
        rule="BLTTHS Điều 60, 179",
        remedy_vi="Kiểm tra mã người; bị can được nêu trong kết luận điều tra, cáo trạng.",
        remedy_en="Check the pseudonym; the conclusion and the indictment name the accused.",
    )


def not_together(case: UUID, rule: str = JOINING) -> Refused:
    """Only what lies side by side is joined."""
    return Refused(
        "not-together",
        f"case:{case} không cùng giai đoạn hoặc không cùng cơ quan giữ hồ sơ.",
        f"case:{case} is not at the same stage, or not with the same body.",
        pointer="/cases",
        rule=rule,
        remedy_vi="Chuyển các vụ án về một cơ quan trước khi nhập.",
        remedy_en="Bring the cases to one body before joining them.",
    )


def wrong_regrouping(pointer: str, vi: str, en: str) -> Refused:
    """A joinder names cases, a split names parts."""
    return Refused(
        "wrong-regrouping",
        f"{vi}.",
        f"{en}.",
        pointer=pointer,
        rule=JOINING,
        remedy_vi="Nhập: nêu cases khác vụ án này; tách: nêu parts, mỗi phần một số riêng.",
        remedy_en="To join, name other cases; to split, name parts with a number each.",
    )


def not_agreed(missing: Sequence[str]) -> Refused:
    """A model case is agreed by all three."""
    return Refused(
        "not-agreed-by-all",
        f"Án điểm phải được liên ngành thống nhất; còn thiếu: {', '.join(missing)}.",
        f"A model case is agreed by all three branches; missing: {', '.join(missing)}.",
        pointer="/agreed_by",
        rule="phối hợp liên ngành điều tra, truy tố, xét xử",
        remedy_vi="Nêu Cơ quan điều tra, Viện kiểm sát và Tòa án đã thống nhất.",
        remedy_en="Name the investigating body, the procuracy and the court that agreed.",
    )


def agreed_after(day: date) -> Refused:
    """What is agreed later cannot be recorded as done."""
    return Refused(
        "agreed-later",
        f"Biên bản thống nhất ghi ngày {day:%d/%m/%Y}, sau ngày xác định án điểm.",
        f"It was agreed on {day:%Y-%m-%d}, after the day of the designation.",
        pointer="/agreed_on",
        rule="phối hợp liên ngành điều tra, truy tố, xét xử",
        remedy_vi="Kiểm tra ngày của biên bản.",
        remedy_en="Check the day of the joint minute.",
    )


def protected(why_vi: str, why_en: str) -> Refused:
    """Nobody is exhibited who must be protected."""
    return Refused(
        "protected-from-publicity",
        f"Không được công khai án điểm này: {why_vi}.",
        f"This model case may not be made public: {why_en}.",
        pointer="/publicity_plan",
        rule=PRIVACY,
        remedy_vi="Bỏ kế hoạch tuyên truyền, hoặc có sự đồng ý của bị hại khi luật cho phép.",
        remedy_en="Leave the publicity out, or have the victims' consent where the law allows.",
    )


def not_among_them(agency: str, agreed: Sequence[str]) -> NotAllowed:
    """One of those who agreed records it."""
    return NotAllowed(
        "not-among-them",
        f"{agency} không thuộc các cơ quan đã thống nhất án điểm.",
        f"{agency} is not among those who agreed on the model case.",
        rule="phối hợp liên ngành điều tra, truy tố, xét xử",
        remedy_vi=f"Một trong các cơ quan ghi nhận: {', '.join(agreed)}.",
        remedy_en=f"One of them records it: {', '.join(agreed)}.",
    )


def no_investigation_here(holder: str, rule: str) -> Refused:
    """Who does not investigate does not conclude."""
    return Refused(
        "no-investigation-here",
        f"Hồ sơ đang ở {holder}, nơi không tiến hành điều tra.",
        f"The file is with {holder}, which does not investigate.",
        rule=rule,
        remedy_vi="Chuyển hồ sơ cho Cơ quan điều tra và xác nhận đã nhận trước.",
        remedy_en="Hand the file to the investigating body and have it received first.",
        extra={"holder": holder},
    )


def not_quashed() -> Refused:
    """A case is investigated anew only after its judgment was quashed for that."""
    return Refused(
        "not-quashed",
        "Chưa có bản án, quyết định hủy án để điều tra lại.",
        "No judgment was quashed for a new investigation.",
        pointer="/kind",
        rule="BLTTHS Điều 174(3), 358",
        remedy_vi="Ghi nhận bản án phúc thẩm hoặc quyết định giám đốc thẩm trước.",
        remedy_en="Record the judgment on appeal or cassation first.",
    )
