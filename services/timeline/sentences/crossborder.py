"""What is said of acts across borders: which country, never who and never where exactly."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {
    "border_request": "border_request",
    "exchange": "exchange",
    "joint_action": "joint_action",
    "suspect_handover": "suspect_handover",
    "victim_handover": "victim_handover",
}

TITLES: Mapping[str, tuple[str, str]] = {
    "cases.cross_border_information_requested.v1": (
        "đề nghị {kind:said.border_request} của {agency:agency}",
        "request of {agency:agency} for {kind:said.border_request}",
    ),
    "cases.cross_border_information_exchanged.v1": (
        "thông tin trao đổi với nước ngoài của {agency:agency}",
        "exchange of {agency:agency} with a partner abroad",
    ),
    "cases.joint_action_agreed.v1": (
        "{kind:said.joint_action}",
        "{kind:said.joint_action}",
    ),
    "cases.suspect_handed_over.v1": (
        "việc giao nhận đối tượng qua biên giới",
        "the handover of a suspect across the border",
    ),
    "cases.victim_handed_over.v1": (
        "việc giao nhận nạn nhân qua biên giới",
        "the handover of a victim across the border",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.cross_border_information_requested.v1": (
        "{actor} gửi {border_request} {channel:said.border_channel}.",
        "{actor} sends {border_request} {channel:said.border_channel}.",
    ),
    "cases.cross_border_request_answered.v1": (
        "{actor} ghi nhận đối tác trả lời {border_request}.",
        "{actor} records an answer to {border_request}.",
    ),
    "cases.cross_border_information_exchanged.v1": (
        "{actor} {direction:said.border_information} đối tác nước ngoài.",
        "{actor} {direction:said.border_information} a partner abroad.",
    ),
    "cases.joint_action_agreed.v1": (
        "{actor} thống nhất với đối tác nước ngoài: {joint_action}.",
        "{actor} agrees with a partner abroad: {joint_action}.",
    ),
    "cases.suspect_handed_over.v1": (
        "{actor} {step:said.border_step} {suspect_handover}{direction:also.border_way}"
        "{legal_basis:also.border_basis}.",
        "{actor} {step:said.border_step} {suspect_handover}{direction:also.border_way}"
        "{legal_basis:also.border_basis}.",
    ),
    "cases.victim_handed_over.v1": (
        "{actor} {step:said.border_step} {victim_handover}{direction:also.border_way}.",
        "{actor} {step:said.border_step} {victim_handover}{direction:also.border_way}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "border_request.police_information": ("thông tin cảnh sát", "police information"),
    "border_request.identity_check": ("xác minh nhân thân", "an identity check"),
    "border_request.joint_investigation": ("phối hợp điều tra", "a joint investigation"),
    "border_request.wanted": ("truy nã, truy tìm", "a wanted person"),
    "border_request.victim_verification": ("xác minh nạn nhân", "the verification of a victim"),
    "border_request.mutual_legal_assistance": ("tương trợ tư pháp", "mutual legal assistance"),
    "border_request.extradition": ("dẫn độ", "extradition"),
    "border_channel.hotline": ("qua đường dây nóng", "by hotline"),
    "border_channel.border_liaison_office": (
        "qua văn phòng liên lạc biên giới",
        "through a border liaison office",
    ),
    "border_channel.interpol": ("qua Interpol", "through Interpol"),
    "border_channel.aseanapol": ("qua Aseanapol", "through Aseanapol"),
    "border_channel.diplomatic": ("qua đường ngoại giao", "through diplomatic channels"),
    "border_channel.mla": (
        "qua cơ quan trung ương về tương trợ tư pháp",
        "through the central authority",
    ),
    "border_information.in": ("tiếp nhận thông tin của", "receives information from"),
    "border_information.out": ("cung cấp thông tin cho", "gives information to"),
    "joint_action.joint_operation": ("phối hợp đấu tranh", "a joint operation"),
    "joint_action.joint_patrol": ("tuần tra chung", "a joint patrol"),
    "joint_action.meeting": ("họp song phương", "a bilateral meeting"),
    "joint_action.mou": ("bản ghi nhớ", "a memorandum of understanding"),
    "joint_action.hotline_setup": ("lập đường dây nóng", "a hotline"),
    "joint_action.border_liaison_post": (
        "lập văn phòng liên lạc biên giới",
        "a border liaison post",
    ),
    "border_step.offered": ("đề nghị", "offers"),
    "border_step.received": ("hoàn thành", "completes"),
    "border_step.refused": ("từ chối", "refuses"),
    "border_step.withdrawn": ("rút lại đề nghị", "withdraws the offer of"),
    "border_way.in": ("vào Việt Nam", "into Viet Nam"),
    "border_way.out": ("ra nước ngoài", "out of Viet Nam"),
    "border_basis.agreement": ("theo hiệp định", "by agreement"),
    "border_basis.extradition": ("dẫn độ", "by extradition"),
    "border_basis.expulsion": ("trục xuất", "by expulsion"),
}
