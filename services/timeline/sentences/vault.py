"""What is said of sealed data: that it was opened, erased or held; never what it is."""

from collections.abc import Mapping

from services.timeline.sentences.saying import Words

NAMED_BY: Mapping[str, str] = {"custody": "custody", "opening": "opening"}

TITLES: Mapping[str, tuple[str, str]] = {}
"""Pseudonyms are not called by any name."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "vault.sealed_field_opened.v1": (
        "{actor} mở một dữ liệu cá nhân đã niêm phong để {purpose:said.opening}.",
        "{actor} has a sealed item of personal data opened for {purpose:said.opening}.",
    ),
    "vault.custody_begun.v1": (
        "{actor} mở sổ quản lý khóa của một bí danh do {controller:agency} kiểm soát.",
        "{actor} begins the book of a pseudonym that {controller:agency} controls.",
    ),
    "vault.personal_data_erased.v1": (
        "{actor} xóa, hủy dữ liệu cá nhân của một bí danh {reason:said.erasure}.",
        "{actor} erases the personal data of a pseudonym {reason:said.erasure}.",
    ),
    "vault.erasure_refused.v1": (
        "{actor} từ chối xóa, hủy dữ liệu cá nhân: {ground:said.declined}.",
        "{actor} declines to erase personal data: {ground:said.declined}.",
    ),
    "vault.legal_hold_set.v1": (
        "{actor} yêu cầu lưu giữ dữ liệu cá nhân của một bí danh.",
        "{actor} puts the personal data of a pseudonym under a legal hold.",
    ),
    "vault.legal_hold_lifted.v1": (
        "{actor} gỡ yêu cầu lưu giữ dữ liệu cá nhân của một bí danh.",
        "{actor} lifts a legal hold on the personal data of a pseudonym.",
    ),
}

WORDS: Words = {
    "opening.verification": ("xác minh", "verification"),
    "opening.investigation": ("điều tra", "investigation"),
    "opening.prosecution": ("truy tố", "prosecution"),
    "opening.trial": ("xét xử", "trial"),
    "opening.protection": ("bảo vệ", "protection"),
    "opening.support": ("hỗ trợ", "support"),
    "opening.correction": ("đính chính", "correction"),
    "opening.data_subject_request": (
        "giải quyết yêu cầu của chủ thể dữ liệu",
        "a request of the data subject",
    ),
    "opening.oversight": ("kiểm tra, giám sát", "oversight"),
    "erasure.request": ("theo yêu cầu của chủ thể dữ liệu", "at the data subject's request"),
    "erasure.retention": ("do hết thời hạn lưu trữ", "because the time of keeping is over"),
    "erasure.unlawful": ("do xử lý trái pháp luật", "because they were processed unlawfully"),
    "declined.legal_hold": (
        "đang được lưu giữ theo yêu cầu pháp lý",
        "they are under a legal hold",
    ),
    "declined.proceedings": ("cần cho hoạt động tố tụng", "proceedings need them"),
    "declined.archive_duty": ("còn thời hạn lưu trữ", "the archive must keep them"),
    "declined.identity_not_proven": (
        "chưa xác minh được người yêu cầu",
        "who asks has not been verified",
    ),
    "declined.other": ("có lý do khác, đã giải thích", "for another reason, as explained"),
}
