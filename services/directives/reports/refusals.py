"""The sentences in which acts on a report line are refused. Pure."""

from shared.errors import NotAllowed, Refused

LINE = "tuyến báo cáo ghi trong văn bản"
REVIEW = "TTLT 05/2018 Điều 9, 12"


def nobody_reports(pointer: str) -> Refused:
    """A report line needs somebody who reports."""
    return Refused(
        "nobody-reports",
        "Không có cơ quan nào phải báo cáo: nơi nhận chỉ để biết.",
        "Nobody reports: the addressees are only informed.",
        pointer=pointer,
        rule=LINE,
        remedy_vi="Nêu cơ quan báo cáo, hoặc ghi nơi nhận là để thực hiện hay để báo cáo.",
        remedy_en="Name who reports, or give addressees the role implement or report.",
    )


def not_asked(key: str, agency: str) -> NotAllowed:
    """Only who was asked reports on a line."""
    return NotAllowed(
        "not-asked-to-report",
        f"Dòng báo cáo {key} không yêu cầu {agency} báo cáo.",
        f"Report line {key} does not ask {agency} to report.",
        rule=LINE,
        remedy_vi="Gửi qua cơ quan được yêu cầu báo cáo.",
        remedy_en="Send it through the agency that was asked.",
    )


def submitted_already(agency: str, standing: str) -> Refused:
    """A report that stands is not silently replaced."""
    return Refused(
        "submitted-already",
        f"Báo cáo của {agency} đã {'được chấp nhận' if standing == 'accepted' else 'gửi'}.",
        f"The report of {agency} is in already ({standing}).",
        rule=REVIEW,
        remedy_vi="Đề nghị cơ quan nhận trả lại, rồi gửi bản sửa.",
        remedy_en="Ask the receiving agency to return it, then send the mended one.",
    )


def nil_contradicted(*, nil: bool) -> Refused:
    """Nothing to report is said as such, and only then."""
    return Refused(
        "nil-report-contradicted",
        "Báo cáo “không phát sinh” thì không có số liệu hay nội dung."
        if nil
        else "Báo cáo trống: cần nội dung, số liệu, hoặc ghi rõ không phát sinh.",
        "A nil report has neither figures nor narrative."
        if nil
        else "The report is empty: give narrative or figures, or say that it is nil.",
        pointer="/nil_report",
        rule=LINE,
        remedy_vi="Không phát sinh thì chọn “không phát sinh” và để trống phần còn lại.",
        remedy_en="With nothing to report set nil_report to true and leave the rest out.",
    )


def nil_not_allowed() -> Refused:
    """Some lines want an answer with content."""
    return Refused(
        "nil-report-not-allowed",
        "Dòng báo cáo này yêu cầu nội dung, không nhận báo cáo “không phát sinh”.",
        "This line wants content; a nil report is not accepted.",
        pointer="/nil_report",
        rule=LINE,
        remedy_vi="Ghi nội dung báo cáo.",
        remedy_en="Write what there is to report.",
    )


def not_the_receiver(key: str, agency: str, receivers: tuple[str, ...]) -> NotAllowed:
    """The receiving or the channel agency reviews."""
    return NotAllowed(
        "not-the-receiver",
        f"Báo cáo {key} không gửi đến hay qua {agency}.",
        f"Report line {key} goes neither to nor through {agency}.",
        rule=REVIEW,
        remedy_vi=f"Cơ quan nhận: {', '.join(receivers)}.",
        remedy_en=f"It is for {', '.join(receivers)}.",
    )


def nothing_to_review(agency: str) -> Refused:
    """Only a report that has come in is reviewed."""
    return Refused(
        "nothing-to-review",
        f"{agency} không có báo cáo đang chờ xem xét.",
        f"There is no report of {agency} waiting for review.",
        pointer="/agency",
        rule=REVIEW,
        remedy_vi="Chờ cơ quan đó gửi báo cáo, hoặc đôn đốc.",
        remedy_en="Wait until that agency reports, or remind it.",
    )


def issues_needed() -> Refused:
    """Who sends a report back says what is wrong with it."""
    return Refused(
        "issues-needed",
        "Trả lại báo cáo phải nêu điểm cần sửa.",
        "A report is returned with what is to be mended.",
        pointer="/issues",
        rule=REVIEW,
        remedy_vi="Liệt kê từng điểm cần sửa.",
        remedy_en="List what is to be mended under issues.",
    )


def not_the_consolidator(key: str, agency: str) -> NotAllowed:
    """The agency that the line sums up at does it."""
    return NotAllowed(
        "not-the-consolidator",
        f"{agency} không phải cơ quan tổng hợp báo cáo {key}.",
        f"{agency} is not the agency that sums up {key}.",
        rule=LINE,
        remedy_vi="Cơ quan nhận báo cáo, hoặc cơ quan của dòng tổng hợp, thực hiện.",
        remedy_en="The receiving agency, or that of the summing line, does it.",
    )


def nothing_to_consolidate() -> Refused:
    """Nothing comes of nothing."""
    return Refused(
        "nothing-to-consolidate",
        "Chưa có báo cáo nào được gửi hoặc chấp nhận để tổng hợp.",
        "No report is in yet, so there is nothing to sum up.",
        rule=LINE,
        remedy_vi="Đôn đốc các cơ quan chưa báo cáo.",
        remedy_en="Remind those that have not reported.",
    )


def sent_elsewhere(sent_to: tuple[str, ...], to: tuple[str, ...]) -> Refused:
    """The sum goes to whom the paper names."""
    return Refused(
        "sent-elsewhere",
        f"Bản tổng hợp gửi {', '.join(sent_to)}, nhưng văn bản nêu {', '.join(to)}.",
        f"The sum was sent to {', '.join(sent_to)}; the paper names {', '.join(to)}.",
        pointer="/sent_to",
        rule=LINE,
        remedy_vi="Gửi đúng các nơi mà văn bản yêu cầu.",
        remedy_en="Send it to those that the paper names.",
    )


def consolidates_nothing(key: str, other: str, pointer: str) -> Refused:
    """A summing line sums up one other line, which no second one sums up."""
    return Refused(
        "consolidates-nothing",
        f"Dòng {key} tổng hợp {other}: dòng đó không có, là chính nó, hoặc đã được tổng hợp.",
        f"Line {key} sums up {other}, which is not there, is itself, or is summed up already.",
        pointer=pointer,
        rule=LINE,
        remedy_vi="Ghi mã của một dòng báo cáo khác trong cùng văn bản.",
        remedy_en="Give the key of another report line of the same paper.",
    )


def consolidator_does_not_receive(key: str, other: str, pointer: str) -> Refused:
    """Who sums up must get what is to be summed up."""
    return Refused(
        "consolidator-does-not-receive",
        f"Cơ quan của dòng tổng hợp {key} không nhận báo cáo {other}.",
        f"The agency of the summing line {key} does not receive {other}.",
        pointer=pointer,
        rule=LINE,
        remedy_vi=f"Nơi nhận hoặc nơi chuyển của {other} phải có cơ quan tổng hợp.",
        remedy_en=f"Line {other} must go to, or through, the agency that sums it up.",
    )
