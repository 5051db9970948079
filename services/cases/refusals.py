"""The sentences in which steps of any proceedings are refused. Pure.

Each names the rule, the stage and since when, who has the file, and what to do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from shared.actor import VIETNAM, Act
from shared.domain import Event
from shared.errors import NotAllowed, Refused


class AtStage(Protocol):
    """A thing at a stage, as far as a refusal speaks of it."""

    STAGES: ClassVar[Mapping[str, tuple[str, str]]]
    stage: str
    since: datetime
    holder: str
    offered_to: str | None


def wrong_stage(thing: AtStage, event: type[Event], article: str) -> Refused:
    """The law does not draw this step from where the thing stands."""
    vi, en = thing.STAGES[thing.stage]
    label_vi, label_en = event.LABEL
    since = thing.since.astimezone(VIETNAM)
    return Refused(
        "wrong-stage",
        f"Không thể ghi nhận “{label_vi}”: hồ sơ đang ở giai đoạn {vi} tại {thing.holder} "
        f"từ {since:%H:%M ngày %d/%m/%Y}.",
        f"“{label_en}” cannot be recorded: the file is at the stage “{en}” with {thing.holder} "
        f"since {since:%Y-%m-%d %H:%M}.",
        rule=article,
        remedy_vi="Ghi nhận trước bước còn thiếu, hoặc kiểm tra lại mã hồ sơ.",
        remedy_en="Record the missing step first, or check the id.",
        extra={"stage": thing.stage, "holder": thing.holder, "since": since.isoformat()},
    )


def not_with_you(thing: AtStage, act: Act, article: str) -> NotAllowed:
    """Only who has the file acts on it."""
    since = thing.since.astimezone(VIETNAM)
    way_vi = f", đang chuyển cho {thing.offered_to}" if thing.offered_to else ""
    way_en = f", on its way to {thing.offered_to}" if thing.offered_to else ""
    return NotAllowed(
        "file-not-with-you",
        f"Hồ sơ không do {act.agency} giữ mà do {thing.holder} giữ "
        f"từ {since:%H:%M ngày %d/%m/%Y}{way_vi}.",
        f"The file is not with {act.agency} but with {thing.holder} "
        f"since {since:%Y-%m-%d %H:%M}{way_en}.",
        rule=article,
        remedy_vi="Cơ quan đang giữ hồ sơ ghi nhận, hoặc chuyển hồ sơ và xác nhận đã nhận trước.",
        remedy_en="Whoever has the file records it, or hands it over and has it received first.",
        extra={"holder": thing.holder, "since": since.isoformat()},
    )


def before_its_stage(thing: AtStage, act: Act, article: str) -> Refused:
    """Recording late is allowed; happening before what it follows from is not."""
    since, at = thing.since.astimezone(VIETNAM), act.at.astimezone(VIETNAM)
    return Refused(
        "before-its-stage",
        f"Việc xảy ra lúc {at:%H:%M ngày %d/%m/%Y}, trước khi giai đoạn "
        f"{thing.STAGES[thing.stage][0]} bắt đầu ({since:%H:%M ngày %d/%m/%Y}).",
        f"It happened at {at:%Y-%m-%d %H:%M}, before the stage “{thing.STAGES[thing.stage][1]}” "
        f"began ({since:%Y-%m-%d %H:%M}).",
        pointer="/occurred_at",
        rule=article,
        remedy_vi="Kiểm tra thời điểm xảy ra; ghi nhận muộn được phép và được đánh dấu.",
        remedy_en="Check occurred_at; recording late is allowed and is marked.",
    )
