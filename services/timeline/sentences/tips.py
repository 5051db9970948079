"""What is said of tips. Neither who told nor what was told: both are sealed."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {"tip": "tip"}

TITLES: Mapping[str, tuple[str, str]] = {
    "cases.tip_received.v1": (
        "{kind:said.tip} số {receipt_no} của {agency:agency}",
        "{kind:said.tip} {receipt_no} of {agency:agency}",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.tip_received.v1": (
        "{actor} tiếp nhận {tip} {channel:said.channel}.",
        "{actor} receives {tip} {channel:said.channel}.",
    ),
    "cases.tip_classified.v1": (
        "{actor} phân loại {tip}: {classification:said.class}{suspected:offence}.",
        "{actor} classifies {tip}: {classification:said.class}{suspected:offence}.",
    ),
    "cases.tip_transferred.v1": (
        "{actor} {step:said.tip_step} {tip}, nơi nhận {to:agency}{kind:also.tip_transfer}.",
        "{actor} {step:said.tip_step} {tip}, for {to:agency}{kind:also.tip_transfer}.",
    ),
    "cases.tip_handler_assigned.v1": (
        "{actor} phân công giải quyết {tip} theo quyết định {decision_no}.",
        "{actor} assigns {tip} to an officer by decision {decision_no}.",
    ),
    "cases.tip_informant_notified.v1": (
        "{actor} thông báo {kind:said.tip_notice} cho {to:said.tip_told}: {tip}.",
        "{actor} tells {to:said.tip_told} {kind:said.tip_notice}: {tip}.",
    ),
    "cases.tip_verification_extended.v1": (
        "{actor} {stage:said.tip_extension} thời hạn kiểm tra, xác minh lần {seq} "
        "đối với {tip}{until:until}.",
        "{actor} {stage:said.tip_extension} extension {seq} of the verification of "
        "{tip}{until:until}.",
    ),
    "cases.tip_handling_suspended.v1": (
        "{actor} tạm đình chỉ giải quyết {tip}{ground:why.tip_ground}.",
        "{actor} suspends the handling of {tip}{ground:why.tip_ground}.",
    ),
    "cases.tip_handling_resumed.v1": (
        "{actor} phục hồi giải quyết {tip}{reason:why.tip_resumed}.",
        "{actor} resumes the handling of {tip}{reason:why.tip_resumed}.",
    ),
    "cases.case_non_institution_decided.v1": (
        "{actor} quyết định không khởi tố vụ án đối với {tip}{ground:why.no_case}.",
        "{actor} decides not to institute a case upon {tip}{ground:why.no_case}.",
    ),
    "cases.tip_led_to_case.v1": (
        "{actor} khởi tố vụ án từ {tip}.",
        "{actor} institutes a case upon {tip}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "tip.to_giac": ("tố giác", "denunciation"),
    "tip.tin_bao": ("tin báo", "crime report"),
    "tip.kien_nghi_khoi_to": ("kiến nghị khởi tố", "recommendation to institute"),
    "tip.surrender": ("tự thú, đầu thú", "surrender"),
    "tip.direct_detection": ("tin trực tiếp phát hiện", "own detection"),
    "channel.in_person": ("trực tiếp", "in person"),
    "channel.phone": ("qua điện thoại", "by telephone"),
    "channel.hotline_111": ("qua Tổng đài 111", "through hotline 111"),
    "channel.hotline_local": ("qua đường dây nóng địa phương", "through a local hotline"),
    "channel.mailbox": ("qua hộp thư tố giác", "through a letter box"),
    "channel.post": ("qua bưu chính", "by post"),
    "channel.email": ("qua thư điện tử", "by e-mail"),
    "channel.vneid": ("qua VNeID", "through VNeID"),
    "channel.social_network": ("qua mạng xã hội", "through a social network"),
    "channel.patrol": ("khi tuần tra, kiểm soát", "on patrol"),
    "channel.foreign_partner": ("từ đối tác nước ngoài", "from a foreign partner"),
    "channel.media": ("từ báo chí", "from the press"),
    "class.crime": (
        "có dấu hiệu tội phạm, đề xuất xem xét khởi tố vụ án",
        "there are signs of a crime, which suggests to institute a case",
    ),
    "class.administrative": ("vi phạm hành chính", "an administrative offence"),
    "class.not_crime": ("không có dấu hiệu tội phạm", "no sign of a crime"),
    "class.duplicate": ("trùng với tin đã tiếp nhận", "a duplicate of an earlier tip"),
    "tip_step.offered": ("chuyển", "passes on"),
    "tip_step.received": ("nhận", "receives"),
    "tip_step.refused": ("từ chối nhận", "refuses"),
    "tip_step.withdrawn": ("rút lại việc chuyển", "withdraws the offer of"),
    "tip_transfer.competence": ("theo thẩm quyền", "to the competent body"),
    "tip_transfer.commune_forward": ("từ cấp xã", "from the commune"),
    "tip_transfer.station_forward": ("từ đồn, trạm", "from a station or post"),
    "tip_transfer.border_to_police": (
        "từ Bộ đội Biên phòng sang cơ quan điều tra",
        "from the Border Guard to the police",
    ),
    "tip_transfer.hotline_forward": ("từ Tổng đài 111", "from hotline 111"),
    "tip_transfer.vks_takeover_requested": (
        "yêu cầu chuyển để Viện kiểm sát trực tiếp giải quyết",
        "the procuracy calling it in",
    ),
    "tip_transfer.vks_takeover": (
        "để Viện kiểm sát trực tiếp giải quyết",
        "the procuracy taking it over",
    ),
    "tip_notice.receipt": ("việc tiếp nhận", "of the receipt"),
    "tip_notice.suspension": ("việc tạm đình chỉ", "of the suspension"),
    "tip_notice.resumption": ("việc phục hồi", "of the resumption"),
    "tip_notice.result": ("kết quả giải quyết", "of the result"),
    "tip_told.informant": ("người cung cấp tin", "the informant"),
    "tip_told.vks": ("Viện kiểm sát", "the procuracy"),
    "tip_extension.requested": ("đề nghị gia hạn", "asks for"),
    "tip_extension.decided": ("quyết định về việc kéo dài, gia hạn", "decides on"),
    "tip_ground.expert": ("chờ kết quả giám định, định giá", "expertise is awaited"),
    "tip_ground.mutual_legal_assistance": (
        "chờ kết quả tương trợ tư pháp",
        "mutual legal assistance is awaited",
    ),
    "tip_ground.key_document": ("chờ tài liệu quan trọng", "a key document is awaited"),
    "tip_ground.force_majeure": ("thiên tai, dịch bệnh", "disaster or epidemic"),
    "tip_resumed.ground_gone": (
        "lý do tạm đình chỉ không còn",
        "the ground of the suspension is gone",
    ),
    "tip_resumed.vks_cancelled": (
        "Viện kiểm sát hủy quyết định tạm đình chỉ",
        "the procuracy cancelled the suspension",
    ),
    "tip_resumed.vks_cancelled_non_institution": (
        "Viện kiểm sát hủy quyết định không khởi tố",
        "the procuracy cancelled the decision not to institute",
    ),
    "no_case.no_criminal_event": ("không có sự việc phạm tội", "there was no criminal event"),
    "no_case.no_constituents": (
        "hành vi không cấu thành tội phạm",
        "the act does not constitute a crime",
    ),
    "no_case.under_age": (
        "chưa đến tuổi chịu trách nhiệm hình sự",
        "below the age of criminal liability",
    ),
    "no_case.settled_by_judgment": (
        "đã có bản án hoặc quyết định đình chỉ có hiệu lực",
        "settled by a judgment or decision in force",
    ),
    "no_case.limitation_expired": ("đã hết thời hiệu", "the limitation period has expired"),
    "no_case.amnesty": ("tội phạm đã được đại xá", "a general amnesty"),
    "no_case.offender_died": ("người thực hiện hành vi đã chết", "the offender has died"),
    "no_case.no_request_of_injured": (
        "bị hại không yêu cầu khởi tố",
        "the injured party does not request it",
    ),
}
