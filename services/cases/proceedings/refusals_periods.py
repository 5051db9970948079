"""The sentences in which extensions of periods are refused. Pure."""

from collections.abc import Sequence

from services.cases.proceedings.parts import Stretch
from shared.errors import NotAllowed, Refused
from shared.reference.deadlines import Length

INVESTIGATION = "BLTTHS Điều 172(5), (6)"


def nothing_runs() -> Refused:
    """There is no period to be extended."""
    return Refused(
        "no-period-runs",
        "Không có thời hạn tố tụng nào đang chạy ở giai đoạn này.",
        "No statutory period runs at this stage.",
        rule="BLTTHS Điều 172, 240, 277",
        remedy_vi="Kiểm tra giai đoạn của vụ án.",
        remedy_en="Check the stage of the case.",
    )


def other_stage(stage: str, running: str | None) -> Refused:
    """The period of another stage is over or has not begun."""
    return Refused(
        "other-stage",
        f"Không gia hạn được thời hạn {stage}: đang chạy là {running or 'không có'}.",
        f"The period of {stage} cannot be extended: what runs is {running or 'none'}.",
        pointer="/stage",
        rule="BLTTHS Điều 172, 240, 277",
        remedy_vi="Gia hạn thời hạn của giai đoạn hiện tại.",
        remedy_en="Extend the period of the present stage.",
    )


def no_such_extension(rule: str, article: str, seq: int, there: int, severity: str) -> Refused:
    """The law has no further extension for this class."""
    return Refused(
        "no-such-extension",
        f"Không có lần gia hạn thứ {seq} đối với {rule}, loại {severity}: tối đa {there} lần.",
        f"There is no extension no. {seq} of {rule} for {severity}: at most {there}.",
        pointer="/seq",
        rule=f"BLTTHS {article}",
        remedy_vi="Kết thúc, tạm đình chỉ hoặc đình chỉ trong thời hạn.",
        remedy_en="Conclude, suspend or discontinue within the period.",
        extra={"rule": rule, "severity": severity, "extensions": there},
    )


def not_next(seq: int, expected: int, article: str) -> Refused:
    """Extensions follow one another."""
    return Refused(
        "not-the-next-extension",
        f"Lần gia hạn tiếp theo là lần {expected}, không phải lần {seq}.",
        f"The next extension is no. {expected}, not no. {seq}.",
        pointer="/seq",
        rule=f"BLTTHS {article}",
        remedy_vi="Ghi nhận các lần gia hạn theo thứ tự.",
        remedy_en="Record the extensions in their order.",
    )


def length_needed(article: str) -> Refused:
    """What is granted has a length."""
    return Refused(
        "field-needed",
        "Gia hạn được chấp nhận phải nêu thời gian gia hạn.",
        "An extension that is granted says how long.",
        pointer="/length",
        rule=f"BLTTHS Điều {article}",
        remedy_vi="Bổ sung trường length.",
        remedy_en="Say it under length.",
    )


def too_long(length: Stretch, allowed: Length | None, article: str) -> Refused:
    """Not more than the law has, counted as the law counts."""
    limit = "0" if allowed is None else f"{allowed.n} {allowed.unit}"
    return Refused(
        "extension-too-long",
        f"Gia hạn {length.n} {length.unit} vượt quá mức luật định: {limit}.",
        f"{length.n} {length.unit} is more than the law allows: {limit}.",
        pointer="/length",
        rule=f"BLTTHS Điều {article}",
        remedy_vi=f"Gia hạn không quá {limit}, theo đúng đơn vị.",
        remedy_en=f"Extend by at most {limit}, in that unit.",
        extra={"allowed": limit},
    )


def wrong_approver(agency: str, allowed: Sequence[str]) -> NotAllowed:
    """The law says which procuracy extends which investigation."""
    return NotAllowed(
        "wrong-approver",
        f"{agency} không có thẩm quyền gia hạn điều tra lần này.",
        f"{agency} is not the one who decides on this extension.",
        rule=INVESTIGATION,
        remedy_vi=f"Cơ quan quyết định: {', '.join(allowed)}.",
        remedy_en=f"Who decides: {', '.join(allowed)}.",
        extra={"approvers": list(allowed)},
    )
