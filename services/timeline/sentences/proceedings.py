"""What is said of cases. No person and no free text: who is accused is nobody's to read here."""

from collections.abc import Mapping

NAMED_BY: Mapping[str, str] = {"case": "case"}

TITLES: Mapping[str, tuple[str, str]] = {
    "cases.case_prosecution_instituted.v1": (
        "vụ án theo quyết định khởi tố số {case_no} của {agency:agency}",
        "the case of decision {case_no} by {agency:agency}",
    ),
    "cases.case_split_off.v1": (
        "vụ án được tách, số {case_no} của {agency:agency}",
        "the case split off under no. {case_no} by {agency:agency}",
    ),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "cases.case_prosecution_instituted.v1": (
        "{actor} khởi tố {case}, tội phạm loại {severity_class:said.severity}.",
        "{actor} institutes {case}, of the class {severity_class:said.severity}.",
    ),
    "cases.case_split_off.v1": (
        "{actor} tách ra {case} theo quyết định {decision_ref}.",
        "{actor} splits off {case} by decision {decision_ref}.",
    ),
    "cases.case_institution_changed.v1": (
        "{actor} {kind:said.institution} quyết định khởi tố {case}, theo {decision_ref}.",
        "{actor} {kind:said.institution} the institution of {case}, by {decision_ref}.",
    ),
    "cases.case_marked_juvenile.v1": (
        "{actor} ghi nhận {case} có người dưới 18 tuổi bị buộc tội, theo {decision_ref}.",
        "{actor} records that somebody under 18 is accused in {case}, by {decision_ref}.",
    ),
    "cases.case_transferred.v1": (
        "{actor} {step:said.case_step} {case}, nơi nhận {to:agency}.",
        "{actor} {step:said.case_step} {case}, for {to:agency}.",
    ),
    "cases.cases_regrouped.v1": (
        "{actor} quyết định {kind:said.regroup}: {case}; {source_cases:count} vụ án thành "
        "{result_cases:count}, theo {decision_ref}.",
        "{actor} decides to {kind:said.regroup}: {case}; {source_cases:count} become "
        "{result_cases:count}, by {decision_ref}.",
    ),
    "cases.proceedings_period_extended.v1": (
        "{actor} quyết định về gia hạn lần {seq} thời hạn {stage:said.period}, {case}, "
        "theo {decision_ref}.",
        "{actor} decides on extension {seq} of the period of {stage:said.period}, {case}, "
        "by {decision_ref}.",
    ),
    "cases.investigation_concluded.v1": (
        "{actor} kết thúc điều tra {case}, {recommendation:said.recommends}, "
        "kết luận số {conclusion_ref}.",
        "{actor} concludes the investigation of {case} and {recommendation:said.recommends}, "
        "conclusion {conclusion_ref}.",
    ),
    "cases.supplementary_investigation_requested.v1": (
        "{actor}{by:aside.returned_by} trả hồ sơ {kind:said.return}, lần {ordinal}: {case}, "
        "cho {returned_to:agency}.",
        "{actor}{by:aside.returned_by} returns the file {kind:said.return}, no. {ordinal}: "
        "{case}, to {returned_to:agency}.",
    ),
    "cases.indictment_issued.v1": (
        "{actor} ban hành cáo trạng số {indictment_no} đối với {case}, "
        "Tòa án có thẩm quyền: {competent_court:agency}.",
        "{actor} issues indictment {indictment_no} in {case} before {competent_court:agency}.",
    ),
    "cases.proceedings_suspended.v1": (
        "{actor} tạm đình chỉ {stage:said.part}: {case}, theo {article}.",
        "{actor} suspends {stage:said.part}: {case}, by {article}.",
    ),
    "cases.proceedings_resumed.v1": (
        "{actor} phục hồi {stage:said.part}: {case}, theo {decision_ref}.",
        "{actor} resumes {stage:said.part}: {case}, by {decision_ref}.",
    ),
    "cases.proceedings_discontinued.v1": (
        "{actor} đình chỉ {stage:said.part}: {case}, theo {article}.",
        "{actor} discontinues {stage:said.part}: {case}, by {article}.",
    ),
    "cases.case_file_transmitted.v1": (
        "{actor} {step:said.case_step} hồ sơ {case}, nơi nhận {receiver:agency} "
        "({documents} bút lục, {exhibits} vật chứng).",
        "{actor} {step:said.case_step} the file of {case}, for {receiver:agency} "
        "({documents} documents, {exhibits} exhibits).",
    ),
    "cases.model_case_designated.v1": (
        "{actor} ghi nhận {case} là án điểm, {agreed_by:count} cơ quan thống nhất.",
        "{actor} records {case} as a model case, agreed by {agreed_by:count} bodies.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "severity.ITNT": ("ít nghiêm trọng", "less serious"),
    "severity.NT": ("nghiêm trọng", "serious"),
    "severity.RNT": ("rất nghiêm trọng", "very serious"),
    "severity.DBNT": ("đặc biệt nghiêm trọng", "extremely serious"),
    "institution.change": ("thay đổi", "changes"),
    "institution.supplement": ("bổ sung", "supplements"),
    "institution.cancel": ("hủy bỏ", "cancels"),
    "case_step.offered": ("chuyển", "passes on"),
    "case_step.received": ("nhận", "receives"),
    "case_step.refused": ("từ chối nhận", "refuses"),
    "case_step.withdrawn": ("rút lại việc chuyển", "withdraws the offer of"),
    "regroup.join": ("nhập vụ án", "join cases"),
    "regroup.split": ("tách vụ án", "split a case"),
    "period.investigation": ("điều tra", "investigation"),
    "period.prosecution": ("quyết định việc truy tố", "prosecution"),
    "period.trial_preparation": ("chuẩn bị xét xử", "trial preparation"),
    "recommends.prosecute": ("đề nghị truy tố", "proposes to prosecute"),
    "recommends.discontinue": ("đề nghị đình chỉ", "proposes to discontinue"),
    "returned_by.VKS": ("", ""),  # The name of who acts says it.
    "returned_by.JUDGE": ("Thẩm phán chủ tọa", "presiding judge"),
    "returned_by.PANEL": ("Hội đồng xét xử", "trial panel"),
    "returned_by.APPEAL": ("cấp phúc thẩm", "appellate court"),
    "returned_by.CASSATION": ("cấp giám đốc thẩm", "court of cassation"),
    "return.supplementary": ("để điều tra bổ sung", "for supplementary investigation"),
    "return.re_investigation": ("để điều tra lại", "for new investigation"),
    "part.investigation": ("điều tra", "the investigation"),
    "part.prosecution": ("vụ án ở giai đoạn truy tố", "the case in prosecution"),
    "part.trial": ("vụ án ở giai đoạn xét xử", "the case at trial"),
    "part.appeal": ("xét xử phúc thẩm", "the appeal"),
}
