"""What is said of campaigns, key areas, operations and raids: neither where nor how many people."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {
    "campaign": "campaign",
    "key_area": "key_area",
    "operation": "operation",
    "raid": "raid",
    "rescue": "rescue",
}

TITLES: Mapping[str, tuple[str, str]] = {
    "cases.campaign_launched.v1": ("đợt cao điểm “{theme}”", "campaign “{theme}”"),
    "cases.key_area_designated.v1": (
        "{kind:said.key_area} trọng điểm của {agency:agency}",
        "key {kind:said.key_area} of {agency:agency}",
    ),
    "cases.operation_opened.v1": (
        "chuyên án của {lead:agency}",
        "an operation of {lead:agency}",
    ),
    "cases.raid_launched.v1": (
        "đợt đấu tranh, triệt phá của {agency:agency}",
        "raid of {agency:agency}",
    ),
    "cases.victim_rescued.v1": (
        "việc giải cứu một nạn nhân",
        "the rescue of a victim",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.campaign_launched.v1": (
        "{actor} mở {campaign}, {lead:agency} chủ trì.",
        "{actor} launches {campaign}, led by {lead:agency}.",
    ),
    "cases.campaign_concluded.v1": (
        "{actor} kết thúc, tổng kết {campaign}.",
        "{actor} concludes {campaign}.",
    ),
    "cases.key_area_designated.v1": (
        "{actor} xác định {kind:said.key_area} trọng điểm từ ngày {valid_from:day}{valid_to:until}"
        "{level:also.key_level}.",
        "{actor} designates a key {kind:said.key_area} from {valid_from:day}{valid_to:until}"
        "{level:also.key_level}.",
    ),
    "cases.operation_opened.v1": (
        "{actor} xác lập {operation} ngày {opened_on:day}.",
        "{actor} opens {operation} on {opened_on:day}.",
    ),
    "cases.raid_launched.v1": (
        "{actor} tổ chức {raid}, {agencies:count} cơ quan tham gia.",
        "{actor} launches {raid}; {agencies:count} bodies take part.",
    ),
    "cases.raid_concluded.v1": (
        "{actor} kết thúc {raid}, thu giữ {evidence_items} tang vật.",
        "{actor} concludes {raid} with {evidence_items} items of evidence.",
    ),
    "cases.victim_rescued.v1": (
        "{actor} ghi nhận {rescue}.",
        "{actor} records {rescue}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "key_area.route": ("tuyến", "route"),
    "key_area.area": ("địa bàn", "area"),
    "key_area.cyberspace": ("không gian mạng", "part of cyberspace"),
    "key_level.key": ("mức trọng điểm", "key"),
    "key_level.complex": ("mức phức tạp", "complex"),
}
