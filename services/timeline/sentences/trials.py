"""What is said of cases before the courts. Nothing of persons, nor why a trial was closed."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {"case": "case"}

TITLES: Mapping[str, tuple[str, str]] = {}
"""A case is called as its institution called it."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.case_accepted_by_court.v1": (
        "{actor} thụ lý {level:said.trial} {case}, số {docket_no}.",
        "{actor} accepts {case} {level:said.trial}, docket {docket_no}.",
    ),
    "cases.trial_ordered.v1": (
        "{actor} quyết định đưa {case} ra xét xử {level:said.trial}.",
        "{actor} orders the trial of {case} {level:said.trial}.",
    ),
    "cases.trial_format_decided.v1": (
        "{actor} quyết định {format:said.trial_format} {case}.",
        "{actor} decides on {format:said.trial_format} of {case}.",
    ),
    "cases.trial_opened.v1": (
        "{actor} {step:said.hearing} {level:said.trial} {case}.",
        "{actor} {step:said.hearing} {level:said.trial} in {case}.",
    ),
    "cases.trial_held.v1": (
        "{actor} xét xử {level:said.trial} {case}, buổi thứ {session}, {outcome:said.session}.",
        "{actor} holds session {session} {level:said.trial} in {case}, {outcome:said.session}.",
    ),
    "cases.trial_postponed.v1": (
        "{actor} hoãn phiên tòa {level:said.trial} {case}{reason:why.postponed}.",
        "{actor} postpones the hearing {level:said.trial} of {case}{reason:why.postponed}.",
    ),
    "cases.first_instance_judgment_pronounced.v1": (
        "{actor} tuyên án sơ thẩm {case}, bản án số {judgment_no}.",
        "{actor} pronounces the first-instance judgment in {case}, no. {judgment_no}.",
    ),
    "cases.judgment_delivered.v1": (
        "{actor} giao, gửi bản án {level:said.trial} {case} {medium:said.medium}.",
        "{actor} delivers the judgment {level:said.trial} in {case} {medium:said.medium}.",
    ),
    "cases.appeal_filed.v1": (
        "{actor} ghi nhận {step:said.appeal_step} kháng cáo {against:said.contested} {case}.",
        "{actor} records an appeal {step:said.appeal_step} against {against:said.contested} in "
        "{case}.",
    ),
    "cases.protest_filed.v1": (
        "{actor} {step:said.protest_step} kháng nghị {kind:said.protest} {case}.",
        "{actor} {step:said.protest_step} a protest {kind:said.protest} in {case}.",
    ),
    "cases.appellate_judgment_pronounced.v1": (
        "{actor} ra bản án, quyết định phúc thẩm số {judgment_no} {case}{outcome:why.appeal}.",
        "{actor} gives the appellate judgment {judgment_no} in {case}{outcome:why.appeal}.",
    ),
    "cases.judgment_took_effect.v1": (
        "{actor} xác nhận {part:said.judgment_part} trong {case} có hiệu lực từ ngày "
        "{effective_on:day}{reason:why.effect}.",
        "{actor} confirms that {part:said.judgment_part} in {case} took effect on "
        "{effective_on:day}{reason:why.effect}.",
    ),
    "cases.sentence_execution_ordered.v1": (
        "{actor} quyết định thi hành án trong {case}, giao {executing_agency:agency}.",
        "{actor} orders the execution of a sentence in {case} by {executing_agency:agency}.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "trial.first_instance": ("sơ thẩm", "at first instance"),
    "trial.appeal": ("phúc thẩm", "on appeal"),
    "trial_format.mobile": ("xét xử lưu động", "a mobile trial"),
    "trial_format.closed": ("xét xử kín", "a closed trial"),
    "trial_format.online": ("xét xử trực tuyến", "an online trial"),
    "trial_format.juvenile_friendly": ("phiên tòa thân thiện", "a juvenile-friendly trial"),
    "hearing.opened": ("mở phiên tòa", "opens the hearing"),
    "hearing.arguments_closed": (
        "kết thúc tranh luận, nghị án",
        "closes the arguments to deliberate",
    ),
    "session.adjourned": ("còn tiếp tục", "to be continued"),
    "session.closed": ("kết thúc phiên tòa", "the last one"),
    "postponed.prosecutor_replaced": ("thay đổi Kiểm sát viên", "the prosecutor is replaced"),
    "postponed.judge_replaced": (
        "thay đổi Thẩm phán, Hội thẩm",
        "a judge or assessor is replaced",
    ),
    "postponed.panel_or_clerk_absent": (
        "vắng thành viên Hội đồng xét xử hoặc Thư ký",
        "a member of the panel or the clerk is absent",
    ),
    "postponed.prosecutor_absent": ("vắng Kiểm sát viên", "the prosecutor is absent"),
    "postponed.accused_absent": ("vắng bị cáo", "an accused is absent"),
    "postponed.counsel_absent": ("vắng người bào chữa", "defence counsel is absent"),
    "postponed.victim_or_party_absent": ("vắng bị hại, đương sự", "a victim or party is absent"),
    "postponed.witness_absent": ("vắng người làm chứng", "a witness is absent"),
    "postponed.expert_absent": ("vắng người giám định, định giá", "an expert is absent"),
    "postponed.interpreter_absent": ("vắng người phiên dịch", "the interpreter is absent"),
    "postponed.evidence_needed": ("cần thu thập chứng cứ", "further evidence is needed"),
    "postponed.expertise_needed": (
        "cần giám định bổ sung, giám định lại",
        "further expertise is needed",
    ),
    "postponed.valuation_needed": ("cần định giá tài sản", "a valuation is needed"),
    "medium.hand": ("trực tiếp", "by hand"),
    "medium.post": ("qua bưu chính", "by post"),
    "medium.posting": ("bằng niêm yết", "by posting it up"),
    "medium.electronic": ("bằng phương thức điện tử", "electronically"),
    "appeal_step.filed": ("việc nộp", "filed"),
    "appeal_step.withdrawn": ("việc rút", "withdrawn"),
    "contested.judgment": ("bản án trong", "the judgment"),
    "contested.decision": ("quyết định trong", "a decision"),
    "protest_step.filed": ("ra quyết định", "files"),
    "protest_step.withdrawn": ("rút", "withdraws"),
    "protest.appeal": ("phúc thẩm", "on appeal"),
    "protest.cassation": ("giám đốc thẩm", "for cassation"),
    "protest.reopening": ("tái thẩm", "for reopening"),
    "appeal.upheld": ("giữ nguyên bản án sơ thẩm", "upheld"),
    "appeal.amended": ("sửa bản án sơ thẩm", "amended"),
    "appeal.quashed_reinvestigate": ("hủy án để điều tra lại", "quashed for a new investigation"),
    "appeal.quashed_retry": ("hủy án để xét xử lại", "quashed for a new trial"),
    "appeal.quashed_discontinue": ("hủy án và đình chỉ vụ án", "quashed and discontinued"),
    "appeal.appeal_discontinued": ("đình chỉ xét xử phúc thẩm", "the appeal is discontinued"),
    "judgment_part.all": ("bản án", "the judgment"),
    "judgment_part.criminal": ("phần hình sự của bản án", "the criminal part of the judgment"),
    "judgment_part.civil": ("phần dân sự của bản án", "the civil part of the judgment"),
    "effect.no_appeal": ("không có kháng cáo, kháng nghị", "no appeal or protest"),
    "effect.appellate": ("theo bản án phúc thẩm", "by the appellate judgment"),
    "effect.withdrawal": ("kháng cáo, kháng nghị đã rút", "appeals and protests were withdrawn"),
    "effect.review": ("sau giám đốc thẩm, tái thẩm", "after cassation or reopening"),
}
