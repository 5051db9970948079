"""What is said of persons in proceedings: references only, nobody's name, age or whereabouts."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {"person": "person"}

TITLES: Mapping[str, tuple[str, str]] = {
    "cases.suspect_apprehended.v1": (
        "người bị bắt, giữ do {agency:agency} ghi nhận",
        "the person held by {agency:agency}",
    ),
    "cases.accused_prosecution_instituted.v1": (
        "bị can theo quyết định số {decision_ref} của {agency:agency}",
        "the accused of decision {decision_ref} by {agency:agency}",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.suspect_apprehended.v1": (
        "{actor} bắt, giữ người {kind:said.held}.",
        "{actor} holds a person {kind:said.held}.",
    ),
    "cases.temporary_custody_ordered.v1": (
        "{actor} quyết định tạm giữ {person}, theo {decision_ref}.",
        "{actor} orders custody of {person}, by {decision_ref}.",
    ),
    "cases.temporary_custody_extended.v1": (
        "{actor} {stage:said.custody_extension} gia hạn tạm giữ lần {seq} đối với {person}.",
        "{actor} {stage:said.custody_extension} extension {seq} of custody of {person}.",
    ),
    "cases.accused_prosecution_instituted.v1": (
        "{actor} khởi tố {person}, tội phạm loại {severity_class:said.severity}.",
        "{actor} prosecutes {person}, class of the offence: {severity_class:said.severity}.",
    ),
    "cases.accused_prosecution_reviewed.v1": (
        "{actor} {outcome:said.reviewed} {subject:said.review_of} đối với {person}, "
        "theo {decision_ref}.",
        "{actor} {outcome:said.reviewed} {subject:said.review_of} of {person}, by {decision_ref}.",
    ),
    "cases.offence_reclassified.v1": (
        "{actor} thay đổi, bổ sung tội danh của {person}: từ loại {class_before:said.severity} "
        "thành loại {class_after:said.severity}.",
        "{actor} reclassifies the charge of {person}: class {class_before:said.severity} becomes "
        "{class_after:said.severity}.",
    ),
    "cases.temporary_detention_ordered.v1": (
        "{actor} {step:said.detention} tạm giam {person}, giai đoạn {stage:said.detention_stage}, "
        "đến hết ngày {to:day}.",
        "{actor} {step:said.detention} the detention of {person} for "
        "{stage:said.detention_stage}, until {to:day}.",
    ),
    "cases.temporary_detention_extended.v1": (
        "{actor} gia hạn tạm giam lần {seq} đối với {person}, đến hết ngày {to:day}.",
        "{actor} extends the detention of {person}, no. {seq}, until {to:day}.",
    ),
    "cases.preventive_measure_changed.v1": (
        "{actor} {to:said.new_measure}: {person}{reason:why.measure_reason}.",
        "{actor} {to:said.new_measure}: {person}{reason:why.measure_reason}.",
    ),
    "cases.wanted_notice_issued.v1": (
        "{actor} {kind:said.wanted} truy nã {scope:said.wanted_scope}: {person}.",
        "{actor} {kind:said.wanted} a {scope:said.wanted_scope} wanted notice: {person}.",
    ),
    "cases.procedural_standing_changed.v1": (
        "{actor} ghi nhận {person}: {becomes:said.becomes}, theo {decision_ref}.",
        "{actor} records {person}: {becomes:said.becomes}, by {decision_ref}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "held.flagrante": ("phạm tội quả tang", "caught in the act"),
    "held.emergency": ("trong trường hợp khẩn cấp", "in an emergency"),
    "held.emergency_arrest_order": (
        "theo lệnh bắt người bị giữ trong trường hợp khẩn cấp",
        "by an arrest order after an emergency hold",
    ),
    "held.wanted": ("đang bị truy nã", "under a wanted notice"),
    "held.detention_warrant": ("theo lệnh bắt để tạm giam", "by a warrant for detention"),
    "held.surrender": ("tự thú, đầu thú", "who surrenders"),
    "custody_extension.requested": ("đề nghị", "asks for"),
    "custody_extension.decided": ("quyết định về việc", "decides on"),
    "severity.ITNT": ("ít nghiêm trọng", "less serious"),
    "severity.NT": ("nghiêm trọng", "serious"),
    "severity.RNT": ("rất nghiêm trọng", "very serious"),
    "severity.DBNT": ("đặc biệt nghiêm trọng", "extremely serious"),
    "reviewed.approved": ("phê chuẩn", "approves"),
    "reviewed.cancelled": ("hủy bỏ", "cancels"),
    "reviewed.more_evidence": ("yêu cầu bổ sung chứng cứ cho", "asks for more evidence for"),
    "review_of.institution": ("quyết định khởi tố bị can", "the prosecution"),
    "review_of.change": ("quyết định thay đổi tội danh", "the change of the charge"),
    "review_of.supplement": ("quyết định bổ sung tội danh", "the addition to the charge"),
    "detention.requested": ("đề nghị phê chuẩn", "asks for"),
    "detention.approved": ("phê chuẩn, quyết định", "approves or orders"),
    "detention_stage.investigation": ("điều tra", "the investigation"),
    "detention_stage.prosecution": ("truy tố", "the prosecution"),
    "detention_stage.trial": ("xét xử sơ thẩm", "the trial"),
    "detention_stage.appeal": ("xét xử phúc thẩm", "the appeal"),
    "detention_stage.after_judgment": ("bảo đảm thi hành án", "the execution"),
    "new_measure.bail": ("cho bảo lĩnh", "grants bail"),
    "new_measure.surety": ("cho đặt tiền để bảo đảm", "accepts a surety"),
    "new_measure.residence_ban": ("cấm đi khỏi nơi cư trú", "bans leaving the residence"),
    "new_measure.exit_ban": ("tạm hoãn xuất cảnh", "bans leaving the country"),
    "new_measure.release": ("trả tự do", "releases"),
    "new_measure.approval": ("phê chuẩn lệnh bắt", "approves the arrest"),
    "new_measure.sentence_started": ("bắt đầu thi hành án", "begins the execution"),
    "measure_reason.no_institution": ("không khởi tố", "no prosecution"),
    "measure_reason.discontinued": ("đã đình chỉ", "proceedings are discontinued"),
    "measure_reason.judgment": ("theo bản án", "by the judgment"),
    "measure_reason.unnecessary": ("không còn cần thiết", "no longer needed"),
    "measure_reason.replaced": ("thay biện pháp khác", "replaced by another measure"),
    "measure_reason.term_expired": ("hết thời hạn", "the period is over"),
    "measure_reason.no_grounds": ("không có căn cứ", "no grounds"),
    "measure_reason.not_approved": ("không được phê chuẩn", "not approved"),
    "measure_reason.approved": ("đủ căn cứ", "there are grounds"),
    "measure_reason.sentence_started": ("người bị kết án đã chấp hành", "the convict is present"),
    "wanted.issue": ("ra quyết định", "issues"),
    "wanted.lift": ("đình nã quyết định", "lifts"),
    "wanted_scope.national": ("toàn quốc", "national"),
    "wanted_scope.interpol": ("quốc tế qua Interpol", "international (Interpol)"),
    "wanted_scope.bilateral": ("song phương", "bilateral"),
    "becomes.ACCUSED": ("bị can trở lại", "an accused again"),
    "becomes.DEFENDANT": ("bị cáo", "defendant"),
    "becomes.CONVICTED": ("bị tuyên có tội", "found guilty"),
    "becomes.ACQUITTED": ("được tuyên không có tội", "acquitted"),
    "becomes.EXEMPT": ("được miễn trách nhiệm hình sự hoặc hình phạt", "exempt"),
    "becomes.CONVICT": ("người bị kết án", "convict"),
    "becomes.SERVING": ("chấp hành án", "serving the sentence"),
    "becomes.DISCONTINUED": ("được đình chỉ", "proceedings discontinued"),
}
