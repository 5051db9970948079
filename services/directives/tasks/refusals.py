"""The sentences in which acts on a task are refused. Pure."""

from datetime import date

from shared.errors import NotAllowed, Refused

ASSIGNING = "NĐ 30/2020/NĐ-CP Điều 23(2)"
HANDLING = "NĐ 30/2020/NĐ-CP Điều 24"
REVIEW = "kiểm tra, đôn đốc"


def leads_and_helps(agency: str, pointer: str) -> Refused:
    """One agency named in both places is a slip; a collective may well hold the lead."""
    return Refused(
        "leads-and-helps",
        f"{agency} vừa chủ trì vừa phối hợp cùng một nhiệm vụ.",
        f"{agency} is named both as leading and as coordinating.",
        pointer=pointer,
        rule=ASSIGNING,
        remedy_vi="Bỏ cơ quan chủ trì khỏi danh sách phối hợp.",
        remedy_en="Remove the lead from the coordinators.",
    )


def nobody_leads(pointer: str) -> Refused:
    """A task without anybody to carry it out is none."""
    return Refused(
        "nobody-leads",
        "Không có cơ quan nào chủ trì: nơi nhận chỉ để báo cáo hoặc để biết.",
        "Nobody leads: the addressees only report or are informed.",
        pointer=pointer,
        rule=ASSIGNING,
        remedy_vi="Nêu cơ quan chủ trì, hoặc ghi nơi nhận là để thực hiện.",
        remedy_en="Name a lead, or give addressees the role implement.",
    )


def not_assigned(key: str, agency: str) -> NotAllowed:
    """Only who a task falls to acts on it."""
    return NotAllowed(
        "not-assigned-to-you",
        f"Nhiệm vụ {key} không giao cho {agency}.",
        f"Task {key} is not assigned to {agency}.",
        rule=ASSIGNING,
        remedy_vi="Cơ quan chủ trì hoặc phối hợp ghi nhận; cấp dưới cần được giao phần việc.",
        remedy_en="Whoever leads or coordinates records it; others need a share handed down.",
    )


def not_the_assigner(key: str, agency: str, assigner: str) -> NotAllowed:
    """Only who assigned a task moves, reviews or ends it."""
    return NotAllowed(
        "not-the-assigner",
        f"Nhiệm vụ {key} do {assigner} giao, không phải {agency}.",
        f"Task {key} was assigned by {assigner}, not by {agency}.",
        rule=REVIEW,
        remedy_vi=f"Đề nghị {assigner} quyết định.",
        remedy_en=f"Ask {assigner} to decide.",
    )


def reason_needed() -> Refused:
    """Who gives a task back says why."""
    return Refused(
        "reason-needed",
        "Trả lại nhiệm vụ phải nêu lý do.",
        "A task is returned with a reason.",
        pointer="/reason",
        rule=HANDLING,
        remedy_vi="Ghi lý do, ví dụ không thuộc thẩm quyền.",
        remedy_en="Give the reason, for example that it is not within competence.",
    )


def under_way(agency: str, standing: str) -> Refused:
    """A task that is being carried out is neither accepted anew nor returned."""
    return Refused(
        "under-way",
        f"{agency} đã tiếp nhận hoặc triển khai nhiệm vụ, không tiếp nhận hay trả lại nữa.",
        f"{agency} is past acknowledging the task ({standing}).",
        pointer="/outcome",
        rule=HANDLING,
        remedy_vi="Báo cáo tiến độ và nêu rõ vướng mắc.",
        remedy_en="Report progress and name what is in the way under obstacles.",
    )


def not_accepted(agency: str, standing: str) -> Refused:
    """Work is reported by who has taken it on."""
    if standing in ("done_unconfirmed", "confirmed"):
        return Refused(
            "done-already",
            f"{agency} đã báo hoàn thành nhiệm vụ.",
            f"{agency} has completed the task already.",
            rule=HANDLING,
            remedy_vi="Nếu còn việc, đề nghị cơ quan giao mở lại.",
            remedy_en="If work is left, ask the assigning agency to reopen it.",
        )
    returned = standing == "returned"
    return Refused(
        "not-accepted",
        f"{agency} {'đã trả lại' if returned else 'chưa tiếp nhận'} nhiệm vụ.",
        f"{agency} has {'returned' if returned else 'not accepted'} the task.",
        rule=HANDLING,
        remedy_vi="Ghi nhận tiếp nhận nhiệm vụ trước.",
        remedy_en="Acknowledge the task as accepted first.",
    )


def over(state: str) -> Refused:
    """What is over stays over."""
    cancelled = state == "cancelled"
    return Refused(
        f"task-{state}",
        f"Nhiệm vụ đã {'bị hủy' if cancelled else 'được xác nhận hoàn thành'}.",
        f"The task is {state}.",
        rule=REVIEW,
        remedy_vi="Việc mới thì giao nhiệm vụ mới.",
        remedy_en="Assign a new task for new work.",
    )


def not_below(to: str, by: str) -> Refused:
    """Work is handed down."""
    return Refused(
        "not-below",
        f"{by} không giao tiếp được cho {to}: không phải đơn vị hay địa bàn của mình.",
        f"{by} cannot hand work to {to}: neither its unit nor in its area.",
        pointer="/to",
        rule=ASSIGNING,
        remedy_vi="Giao đơn vị trực thuộc hoặc cấp dưới trong địa bàn; nếu sai nơi thì trả lại.",
        remedy_en="Hand it to a unit or a lower body in the area; if misdirected, return it.",
    )


def share_after_task(share: date, task: date) -> Refused:
    """A part cannot be due after the whole."""
    return Refused(
        "share-due-after-task",
        f"Phần việc đến hạn {share:%d/%m/%Y}, sau hạn {task:%d/%m/%Y} của nhiệm vụ.",
        f"The share is due {share:%Y-%m-%d}, after the task itself, {task:%Y-%m-%d}.",
        pointer="/due",
        rule=HANDLING,
        remedy_vi="Đặt hạn sớm hơn, hoặc đề nghị cơ quan giao điều chỉnh thời hạn.",
        remedy_en="Set an earlier day, or ask the assigning agency to move the term.",
    )


def progress_fell(before: int, now: int) -> Refused:
    """A correction downwards is honest, if it says why."""
    return Refused(
        "progress-fell",
        f"Tiến độ giảm từ {before}% xuống {now}% mà không nêu vướng mắc.",
        f"Progress falls from {before}% to {now}% and no obstacle is named.",
        pointer="/obstacles",
        rule=HANDLING,
        remedy_vi="Nêu vướng mắc làm tiến độ giảm.",
        remedy_en="Say why under obstacles.",
    )


def only_the_lead_completes(agency: str, leads: tuple[str, ...]) -> NotAllowed:
    """Who leads answers for the result."""
    return NotAllowed(
        "only-the-lead-completes",
        f"{agency} phối hợp; cơ quan chủ trì mới báo hoàn thành.",
        f"{agency} coordinates; whoever leads completes the task.",
        rule=ASSIGNING,
        remedy_vi=f"Báo cáo tiến độ phần mình; chủ trì: {', '.join(leads[:3])}.",
        remedy_en=f"Report your part as progress; the lead: {', '.join(leads[:3])}.",
    )


def not_completed(agency: str) -> Refused:
    """Only what was reported as done is reviewed."""
    return Refused(
        "not-completed",
        f"{agency} chưa báo hoàn thành, nên chưa có gì để đánh giá.",
        f"{agency} has not reported completion, so there is nothing to review.",
        pointer="/agency",
        rule=REVIEW,
        remedy_vi="Chờ báo cáo hoàn thành, hoặc đôn đốc.",
        remedy_en="Wait for the completion, or remind the agency.",
    )


def note_needed(pointer: str) -> Refused:
    """Who asks for more, or ends something for another reason, says what."""
    return Refused(
        "note-needed",
        "Phải ghi rõ nội dung yêu cầu hoặc lý do.",
        "What is asked for, or the reason, has to be written down.",
        pointer=pointer,
        rule=REVIEW,
        remedy_vi="Ghi nội dung đó vào phần ghi chú.",
        remedy_en="Write it under note.",
    )


def handed_down_too_far() -> Refused:
    """There are not that many levels of government, nor that many bodies."""
    return Refused(
        "handed-down-too-far",
        "Nhiệm vụ đã được giao tiếp quá nhiều cấp hoặc quá nhiều lần.",
        "The task was handed down over too many levels or too many times.",
        rule=ASSIGNING,
        remedy_vi="Giao một lần cho cả nhóm, ví dụ mọi Ủy ban nhân dân cấp xã của một địa bàn.",
        remedy_en="Hand it once to a collective, for example UBND_XA of an area.",
    )
