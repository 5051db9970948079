"""The sentences in which acts of campaigns, operations and raids are refused. Pure."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.errors import NotAllowed, Refused

SECRECY = "Luật Bảo vệ bí mật nhà nước (29/2018/QH14; từ 1/3/2026: 117/2025/QH15); S3"
"""Both laws are known by title and dates; which article covers what is not confirmed."""
CAMPAIGN = "QĐ 1137/QĐ-TTg"
AREA = "BLTTHS Điều 163(4), 164"
"""Bodies act on their own ground; 163(4) from memory."""
RESCUE = "PCMBN 2024 Điều 28"
"""Seen by title: the rescuing body gives first support and takes people to who supports them."""


def secret(allowed: Sequence[str]) -> Refused:
    """More was sent than may leave the owning body. What it was is not repeated."""
    return Refused(
        "operational-secret",
        "Nội dung nghiệp vụ không được ghi vào kho dữ liệu dùng chung: chỉ nhận phần lưu vết "
        f"({', '.join(allowed)}).",
        "Operational content does not enter the shared store: only a stub is taken "
        f"({', '.join(allowed)}).",
        rule=SECRECY,
        remedy_vi="Bỏ mọi trường khác; gửi nội dung theo đường tài liệu mật.",
        remedy_en="Leave out every other field; send the content by the route for secret papers.",
        extra={"allowed": list(allowed)},
    )


def not_one_body(name: str, name_vi: str, pointer: str) -> Refused:
    """Who takes part is a body that can be asked about it."""
    return Refused(
        "not-one-body",
        f"{name} ({name_vi}) là tên chung của nhiều cơ quan.",
        f"{name} is a name for several bodies.",
        pointer=pointer,
        rule="danh mục cơ quan theo ngày",
        remedy_vi="Nêu từng cơ quan.",
        remedy_en="Name each body.",
    )


def unknown_area(vi: str, en: str, pointer: str) -> Refused:
    """The register has no such area, or not on that day."""
    return Refused(
        "unknown-area",
        vi,
        en,
        pointer=pointer,
        rule="danh mục địa bàn theo ngày",
        remedy_vi="Dùng mã địa bàn có hiệu lực vào ngày đó.",
        remedy_en="Use the key of an area that was there on that day.",
    )


def beyond_own_area(area: str, agency: str, pointer: str) -> NotAllowed:
    """A province launches campaigns in itself, a commune in itself."""
    return NotAllowed(
        "outside-area",
        f"{area} không thuộc địa bàn của {agency}.",
        f"{area} does not lie in the area of {agency}.",
        pointer=pointer,
        rule=CAMPAIGN,
        remedy_vi="Chỉ nêu địa bàn của mình, hoặc để cấp trên mở đợt.",
        remedy_en="Name own areas only, or have the level above launch it.",
    )


def ends_before_it_begins(first: date, last: date, pointer: str, rule: str) -> Refused:
    """Days run forwards."""
    return Refused(
        "window-backwards",
        f"Ngày cuối {last:%d/%m/%Y} trước ngày đầu {first:%d/%m/%Y}.",
        f"The last day {last:%Y-%m-%d} is before the first {first:%Y-%m-%d}.",
        pointer=pointer,
        rule=rule,
        remedy_vi="Sửa ngày theo văn bản; cả hai ngày đều được tính.",
        remedy_en="Mend the days as the paper has them; both are included.",
    )


def window_over(last: date, on: date) -> Refused:
    """What has ended is not launched; recording it late gives the day of the launch."""
    return Refused(
        "window-over",
        f"Đợt cao điểm đã hết ngày {last:%d/%m/%Y}, không thể mở vào ngày {on:%d/%m/%Y}.",
        f"The campaign ended on {last:%Y-%m-%d}; it cannot be launched on {on:%Y-%m-%d}.",
        pointer="/occurred_at",
        rule=CAMPAIGN,
        remedy_vi="Ghi nhận muộn thì occurred_at là ngày đã mở.",
        remedy_en="When recording late, occurred_at is the day on which it was launched.",
    )


def cannot_lead(agency: str, types: Sequence[str]) -> Refused:
    """Who leads a campaign must be able to conclude it."""
    return Refused(
        "cannot-lead",
        f"{agency} không thuộc loại cơ quan chủ trì được.",
        f"{agency} is not of a type that leads.",
        pointer="/lead",
        rule="danh mục sự kiện 31, 32, 34",
        remedy_vi=f"Cơ quan chủ trì: {', '.join(types)}.",
        remedy_en=f"Who leads: {', '.join(types)}.",
    )


def not_begun(first: date, on: date) -> Refused:
    """A campaign that has not begun has nothing to sum up."""
    return Refused(
        "campaign-not-begun",
        f"Đợt cao điểm bắt đầu ngày {first:%d/%m/%Y}, chưa thể tổng kết vào ngày {on:%d/%m/%Y}.",
        f"The campaign begins on {first:%Y-%m-%d}; it cannot be concluded on {on:%Y-%m-%d}.",
        pointer="/occurred_at",
        rule=CAMPAIGN,
        remedy_vi="Tổng kết từ ngày bắt đầu trở đi.",
        remedy_en="Conclude it on its first day or later.",
    )


def outside_window(campaign: UUID, first: date, last: date, on: date) -> Refused:
    """A raid counts for a campaign on the campaign's days only."""
    return Refused(
        "outside-campaign",
        f"Đợt cao điểm campaign:{campaign} từ {first:%d/%m/%Y} đến hết {last:%d/%m/%Y}; "
        f"ngày {on:%d/%m/%Y} nằm ngoài.",
        f"Campaign campaign:{campaign} runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}, both "
        f"included; {on:%Y-%m-%d} is outside.",
        pointer="/campaign_id",
        rule=CAMPAIGN,
        remedy_vi="Bỏ campaign_id hoặc nêu đợt đang diễn ra ngày đó.",
        remedy_en="Leave campaign_id out, or name one that runs on that day.",
    )


def not_their_operation(operation: UUID) -> NotAllowed:
    """Whose operation it is, is told to nobody else: the refusal does not say it."""
    return NotAllowed(
        "not-their-operation",
        f"Không cơ quan nào tham gia là cơ quan chủ trì operation:{operation}.",
        f"None of those who take part leads operation:{operation}.",
        pointer="/operation_ref",
        rule=SECRECY,
        remedy_vi="Bỏ operation_ref, hoặc nêu cơ quan chủ trì trong participants.",
        remedy_en="Leave operation_ref out, or have its lead among the participants.",
    )


def before_its_operation(operation: UUID) -> Refused:
    """A raid of an operation comes after it was opened."""
    return Refused(
        "before-its-operation",
        f"Việc xảy ra trước khi xác lập operation:{operation}.",
        f"It would have happened before operation:{operation} was opened.",
        pointer="/occurred_at",
        rule="danh mục sự kiện 34, 35",
        remedy_vi="Kiểm tra thời điểm xảy ra.",
        remedy_en="Check occurred_at.",
    )


def not_their_ground(area: str, agency: str) -> NotAllowed:
    """Who raids in another's area has that area's body, or a national one, with them."""
    return NotAllowed(
        "outside-area",
        f"{area} không thuộc địa bàn của {agency}, và không có lực lượng sở tại hoặc cơ quan "
        "trung ương tham gia.",
        f"{area} does not lie in the area of {agency}, and neither a force of that area nor a "
        "national body takes part.",
        pointer="/area",
        rule=AREA,
        remedy_vi="Phối hợp và nêu lực lượng sở tại (công an, biên phòng) hoặc cơ quan trung ương "
        "trong participants.",
        remedy_en="Have a force of that area (police, Border Guard) or a national body take part, "
        "and name it in participants.",
    )


def children_beyond_victims(children: int, victims: int) -> Refused:
    """The children are among the victims."""
    return Refused(
        "children-beyond-victims",
        f"Số trẻ em ({children}) lớn hơn số nạn nhân ({victims}).",
        f"There are more children ({children}) than victims ({victims}).",
        pointer="/children_found",
        rule=RESCUE,
        remedy_vi="victims_found gồm cả trẻ em.",
        remedy_en="victims_found includes the children.",
    )


def more_pseudonyms_than_victims(named: int, victims: int, pointer: str = "/victims") -> Refused:
    """Each pseudonym is one of those who were found."""
    return Refused(
        "victims-beyond-count",
        f"Nêu {named} mã người nhưng chỉ tìm thấy {victims}, hoặc có mã bị lặp.",
        f"{named} pseudonyms are named but {victims} were found, or one is named twice.",
        pointer=pointer,
        rule=RESCUE,
        remedy_vi="Mỗi người một mã; có thể để trống và bổ sung khi tiếp nhận.",
        remedy_en="One pseudonym for each person; they may be left out until the reception.",
    )


def handover_needed(victims: int) -> Refused:
    """People who were found are with somebody."""
    return Refused(
        "handover-needed",
        f"Đã tìm thấy {victims} nạn nhân: phải nêu cơ quan tiếp nhận (handover_to).",
        f"{victims} victims were found: say who they are taken to (handover_to).",
        pointer="/handover_to",
        rule=RESCUE,
        remedy_vi="Nêu cơ quan tiếp nhận; đang tự hỗ trợ ban đầu thì nêu chính cơ quan mình.",
        remedy_en="Name who receives them; while you give the first support, name yourself.",
    )


def named_twice() -> Refused:
    """Whoever is told apart is named there, not in a second list."""
    return Refused(
        "named-twice",
        "Đã nêu từng người trong found thì không nêu lại mã người trong victims.",
        "Who is told apart in found is not named in victims again.",
        pointer="/victims",
        rule=RESCUE,
        remedy_vi="Ghi mã người vào found, để trống victims.",
        remedy_en="Give the pseudonyms in found and leave victims out.",
    )


def not_everybody(told: int, victims: int) -> Refused:
    """Each who was found gets a record of their own, nobody is left out."""
    return Refused(
        "not-everybody",
        f"Nêu {told} người trong found nhưng tìm thấy {victims} nạn nhân.",
        f"{told} people are told apart in found, but {victims} victims were found.",
        pointer="/found",
        rule=RESCUE,
        remedy_vi="Mỗi nạn nhân một dòng, chưa biết gì thì để dòng trống; hoặc bỏ hẳn found.",
        remedy_en="One entry for each victim, empty where nothing is known; or leave found out.",
    )


def other_children(said: int, counted: int) -> Refused:
    """The children are counted and told apart alike."""
    return Refused(
        "other-children",
        f"children_found là {counted}, nhưng found nêu {said} trẻ em.",
        f"children_found is {counted}, but found tells of {said} children.",
        pointer="/found",
        rule=RESCUE,
        remedy_vi="Sửa số đếm hoặc dòng của từng người; chưa rõ thì bỏ child của người đó.",
        remedy_en="Mend the count or the entries; leave child out where it is not known.",
    )
