"""The sentences in which acts before the courts are refused. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from shared.actor import VIETNAM, Act
from shared.errors import NotAllowed, Refused

ACCEPTANCE = "BLTTHS Điều 276, 340"
LEVELS = "BLTTHS Điều 268, 344; Luật 99/2025/QH15 Điều 1(31)"
FORMAT = "BLTTHS Điều 25; PCMBN 2024 Điều 3(10); danh mục sự kiện §6 quy tắc 8"
OPENING = "BLTTHS Điều 277(3), 300, 346"
SUSPENSION = "BLTTHS Điều 251(2)"
DELIBERATION = "BLTTHS Điều 326(5)"
POSTPONEMENT = "BLTTHS Điều 297(2)"
JUDGMENT = "BLTTHS Điều 260, 298, 326"
DELIVERY = "BLTTHS Điều 262"
APPEAL = "BLTTHS Điều 332–335, 342"
PROTEST = "BLTTHS Điều 336–338, 342"
REVIEW = "BLTTHS Điều 373, 400"
APPELLATE = "BLTTHS Điều 348, 355"
EFFECT = "BLTTHS Điều 343, 348, 355(2)"
EXECUTION = "BLTTHS Điều 364"

PROTECTIONS: Mapping[str, tuple[str, str]] = {
    "closed_trial": ("đã quyết định xét xử kín", "a closed trial was granted"),
    "child_victim": ("có bị hại là trẻ em", "a victim is a child"),
    "no_consent": ("bị hại chưa đồng ý công khai", "the victims have not consented to publicity"),
}


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def not_this_court(act: Act, courts: Iterable[str], rule: str) -> NotAllowed:
    """The case is before another court."""
    named = ", ".join(each for each in courts if each)
    return NotAllowed(
        "not-this-court",
        f"Việc này thuộc {named or 'Tòa án đã thụ lý'}, không thuộc {act.agency}.",
        f"This is for {named or 'the court that accepted the case'}, not for {act.agency}.",
        rule=rule,
        remedy_vi="Tòa án đang giải quyết hoặc đã xét xử vụ án ghi nhận.",
        remedy_en="The court that tries or tried the case records it.",
    )


def not_its_level(act: Act, level: str) -> NotAllowed:
    """Who tries at first instance and who on appeal is fixed by the law of the day."""
    vi, en = {"first_instance": ("sơ thẩm", "first instance"), "appeal": ("phúc thẩm", "appeal")}[
        level
    ]
    return NotAllowed(
        "court-level",
        f"{act.agency} không có thẩm quyền xét xử {vi} vụ án này vào ngày {_day(act.on)}.",
        f"{act.agency} does not try this case at {en} on {act.on}.",
        pointer="/level",
        rule=LEVELS,
        remedy_vi="Phúc thẩm thuộc Tòa án cấp trên trực tiếp của Tòa án đã xét xử sơ thẩm.",
        remedy_en="An appeal is heard by the court directly above the court of first instance.",
    )


def file_incomplete() -> Refused:
    """An incomplete file is not taken over."""
    return Refused(
        "file-incomplete",
        "Hồ sơ, vật chứng chưa đủ hoặc cáo trạng chưa được giao thì chưa thụ lý.",
        "With papers or exhibits missing, or the indictment not served, nothing is accepted.",
        pointer="/file_complete",
        rule="BLTTHS Điều 276(1)",
        remedy_vi="Từ chối nhận hồ sơ và nêu lý do, hoặc chờ Viện kiểm sát bổ sung.",
        remedy_en="Refuse the file with the reason, or wait until the procuracy completes it.",
    )


def accepted_already(docket: str) -> Refused:
    """A case is accepted once for each trial."""
    return Refused(
        "accepted-already",
        f"Vụ án đã được thụ lý, số {docket}.",
        f"The case was accepted already, docket {docket}.",
        rule=ACCEPTANCE,
        remedy_vi="Ghi nhận bước tiếp theo của vụ án.",
        remedy_en="Record the next step of the case.",
    )


def nothing_to_hear() -> Refused:
    """Without appeal or protest there is no second level."""
    return Refused(
        "nothing-to-hear",
        "Không có kháng cáo, kháng nghị nào đang chờ giải quyết.",
        "No appeal or protest is waiting to be heard.",
        rule=APPEAL,
        remedy_vi="Ghi nhận kháng cáo, kháng nghị trước.",
        remedy_en="Record the appeal or protest first.",
    )


def not_accepted() -> Refused:
    """No trial without acceptance."""
    return Refused(
        "not-accepted",
        "Tòa án chưa thụ lý vụ án ở cấp này.",
        "No court has accepted the case at this level.",
        rule=f"{ACCEPTANCE}; danh mục sự kiện §6 quy tắc 4",
        remedy_vi="Ghi nhận thụ lý vụ án trước.",
        remedy_en="Record the acceptance of the case first.",
    )


def hearing_stands_at(hearing: str, rule: str) -> Refused:
    """A hearing is ordered, opened, held and closed in this order."""
    vi, en = {
        "": ("chưa thụ lý", "not accepted"),
        "accepted": ("mới thụ lý, chưa có quyết định đưa ra xét xử", "accepted, not yet ordered"),
        "ordered": ("đã có quyết định xét xử, chưa mở", "ordered, not open"),
        "open": ("đang mở", "open"),
        "arguments_closed": ("đã kết thúc tranh luận, đang nghị án", "in deliberation"),
        "closed": ("đã kết thúc", "closed"),
    }[hearing]
    return Refused(
        "hearing-order",
        f"Phiên tòa {vi}; bước này không theo đúng trình tự.",
        f"The hearing is {en}; this step is out of order.",
        rule=rule,
        remedy_vi="Ghi nhận bước còn thiếu của phiên tòa trước.",
        remedy_en="Record the missing step of the hearing first.",
        extra={"hearing": hearing},
    )


def before_opening(act: Act, opened_at: datetime) -> Refused:
    """What belongs to a hearing does not come before it opened."""
    return Refused(
        "before-opening",
        f"Việc xảy ra lúc {_moment(act.at)}, trước khi mở phiên tòa ({_moment(opened_at)}).",
        f"It happened at {act.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}, before the hearing opened "
        f"({opened_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}).",
        pointer="/occurred_at",
        rule=OPENING,
        remedy_vi="Kiểm tra thời điểm xảy ra; ghi nhận muộn được phép và được đánh dấu.",
        remedy_en="Check occurred_at; recording late is allowed and is marked.",
    )


def attendance_needed() -> Refused:
    """Who opens a hearing says who was there."""
    return Refused(
        "attendance-needed",
        "Khi mở phiên tòa phải ghi số người có mặt.",
        "Opening a hearing needs the attendance.",
        pointer="/attendance",
        rule=OPENING,
        remedy_vi="Ghi số bị cáo, bị hại và người dự khán.",
        remedy_en="Give how many accused, victims and members of the public were there.",
    )


def not_after(pointer: str, act: Act, rule: str) -> Refused:
    """What is planned lies ahead."""
    return Refused(
        "not-ahead",
        f"Thời điểm này phải sau {_moment(act.at)}.",
        f"This moment has to be after {act.at.astimezone(VIETNAM):%Y-%m-%d %H:%M}.",
        pointer=pointer,
        rule=rule,
        remedy_vi="Kiểm tra lại thời điểm mở lại hoặc mở phiên tòa.",
        remedy_en="Check when the hearing is to open or go on.",
    )


def too_long(pointer: str, last: date, rule: str, what: tuple[str, str]) -> Refused:
    """The law sets how long a hearing may rest."""
    return Refused(
        "rests-too-long",
        f"{what[0]} chỉ được đến hết ngày {_day(last)}.",
        f"{what[1]} may last until {last} at the latest.",
        pointer=pointer,
        rule=rule,
        remedy_vi="Đặt ngày sớm hơn; nếu tạm ngừng không đủ thì ghi nhận hoãn phiên tòa.",
        remedy_en="Choose an earlier day; if a pause is not enough, record a postponement.",
        extra={"last_day": last.isoformat()},
    )


def resumption_misplaced(outcome: str) -> Refused:
    """An adjourned session says when it goes on, a closed one does not go on."""
    vi, en = {
        "adjourned": (
            "Tạm ngừng thì phải ghi thời điểm tiếp tục.",
            "Adjourned says until when.",
        ),
        "closed": (
            "Đã kết thúc thì không ghi thời điểm tiếp tục.",
            "Closed does not go on.",
        ),
    }[outcome]
    return Refused(
        "resumption-misplaced",
        vi,
        en,
        pointer="/resumes_at",
        rule=SUSPENSION,
        remedy_vi="Chọn tạm ngừng kèm thời điểm, hoặc kết thúc.",
        remedy_en="Choose adjourned with resumes_at, or closed without.",
    )


def reason_does_not_carry(format: str, reasons: Iterable[str]) -> Refused:
    """Each format has its reasons."""
    named = ", ".join(sorted(reasons))
    return Refused(
        "reason-does-not-carry",
        f"Lý do này không phải căn cứ của hình thức đã chọn; căn cứ có thể là: {named}.",
        f"This is no reason for format {format}; its reasons are {named}.",
        pointer="/reason",
        rule="BLTTHS Điều 25, 423; NQ 33/2021/QH15",
        remedy_vi="Chọn căn cứ trong danh sách.",
        remedy_en="Choose one of these.",
    )


def victims_protected(standing: Iterable[str]) -> Refused:
    """Catalogue §6 rule 8: victims are not put on show."""
    names = [PROTECTIONS[each] for each in standing]
    return Refused(
        "victims-protected",
        f"Không xét xử lưu động hoặc đưa tin: {'; '.join(vi for vi, _ in names)}.",
        f"No mobile trial and no publicity: {'; '.join(en for _, en in names)}.",
        pointer="/format",
        rule=FORMAT,
        remedy_vi="Chọn hình thức khác; nếu Tòa án vẫn quyết định thì ghi override_reason.",
        remedy_en="Choose another format; if the court decides so all the same, say why in "
        "override_reason.",
        extra={"protections": list(standing)},
    )


def judged_twice(article: str, pointer: str) -> Refused:
    """One row for each accused and offence."""
    return Refused(
        "judged-twice",
        f"Một người bị tuyên hai lần về Điều {article}.",
        f"One person is judged twice for article {article}.",
        pointer=pointer,
        rule=JUDGMENT,
        remedy_vi="Mỗi bị cáo, mỗi tội một dòng.",
        remedy_en="One row for each accused and offence.",
    )


def penalty_misplaced(outcome: str, pointer: str) -> Refused:
    """Who is convicted is sentenced, and nobody else is."""
    return Refused(
        "penalty-misplaced",
        "Có tội thì có hình phạt; không có tội hoặc được miễn thì không ghi hình phạt.",
        f"A conviction has a penalty, {outcome} does not fit with what is given.",
        pointer=pointer,
        rule="BLTTHS Điều 260; BLHS Điều 32, 59",
        remedy_vi="Miễn trách nhiệm hình sự hoặc miễn hình phạt ghi là exempt.",
        remedy_en="Who is exempted from liability or from penalty is recorded as exempt.",
    )


def length_misplaced(kind: str, pointer: str) -> Refused:
    """Prison and non-custodial reform have a length; only prison can be suspended."""
    return Refused(
        "length-misplaced",
        "Tù có thời hạn và cải tạo không giam giữ phải có số tháng, hình phạt khác thì không; "
        "chỉ án tù mới được hưởng án treo.",
        f"Imprisonment and non-custodial reform have months, {kind} was given otherwise; only "
        "imprisonment is suspended.",
        pointer=pointer,
        rule="BLHS Điều 36, 38, 65",
        remedy_vi="Ghi số tháng đúng với loại hình phạt.",
        remedy_en="Give months as the kind of penalty needs.",
    )


def not_on_trial(refs: Iterable[object], pointer: str) -> Refused:
    """A court judges whom it tries."""
    named = ", ".join(map(str, refs))
    return Refused(
        "not-on-trial",
        f"Không phải bị cáo trong vụ án này: {named}.",
        f"Not an accused in this case: {named}.",
        pointer=pointer,
        rule=JUDGMENT,
        remedy_vi="Kiểm tra mã người; chỉ xét xử bị cáo theo cáo trạng.",
        remedy_en="Check the pseudonyms; only those indicted are tried.",
    )


def without_verdict(refs: Iterable[object]) -> Refused:
    """Nobody on trial stays unjudged."""
    named = ", ".join(map(str, refs))
    return Refused(
        "without-verdict",
        f"Bản án chưa nêu quyết định đối với: {named}.",
        f"The judgment says nothing of: {named}.",
        pointer="/per_accused",
        rule=JUDGMENT,
        remedy_vi="Thêm bị cáo còn thiếu; đình chỉ, tạm đình chỉ đối với ai thì ghi nhận trước.",
        remedy_en="Add them; if proceedings against somebody ended or rest, record that first.",
    )


def rows_needed() -> Refused:
    """What is amended is said."""
    return Refused(
        "rows-needed",
        "Sửa bản án thì phải ghi nội dung sửa đối với từng bị cáo.",
        "An amended judgment says what becomes of whom.",
        pointer="/per_accused",
        rule="BLTTHS Điều 355(1)(b), 357",
        remedy_vi="Ghi quyết định mới cho từng bị cáo được sửa.",
        remedy_en="Give the new row of each accused whose judgment is amended.",
    )
