"""The sentences in which steps of any proceedings are refused. Pure.

Each names the rule, the stage and since when, who has the file, and what to do.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

from shared.actor import VIETNAM, Act
from shared.domain import Event, Whereabouts
from shared.errors import NotAllowed, Refused


class AtStage(Protocol):
    """A thing at a stage, as far as a refusal speaks of it."""

    STAGES: ClassVar[Mapping[str, tuple[str, str]]]
    PASSED_ON: ClassVar[bool]
    stage: str
    since: datetime
    holder: str
    held_since: datetime
    offered_to: str | None
    offered_at: datetime | None


def whereabouts(thing: AtStage) -> Whereabouts:
    """What every refusal says that does not say it by itself."""
    vi, en = thing.STAGES[thing.stage]
    since, held = thing.since.astimezone(VIETNAM), thing.held_since.astimezone(VIETNAM)
    return Whereabouts(
        f"Hồ sơ đang ở giai đoạn “{vi}” từ {since:%H:%M ngày %d/%m/%Y}, do {thing.holder} giữ "
        f"từ {held:%H:%M ngày %d/%m/%Y}.",
        f"The file has been at the stage “{en}” since {since:%Y-%m-%d %H:%M}, with {thing.holder} "
        f"since {held:%Y-%m-%d %H:%M}.",
        {
            "stage": thing.stage,
            "since": since.isoformat(),
            "holder": thing.holder,
            "held_since": held.isoformat(),
        },
    )


def wrong_stage(thing: AtStage, event: type[Event], article: str) -> Refused:
    """The law does not draw this step from where the thing stands."""
    where, (label_vi, label_en) = whereabouts(thing), event.LABEL
    return Refused(
        "wrong-stage",
        f"Không thể ghi nhận “{label_vi}”. {where.vi}",
        f"“{label_en}” cannot be recorded. {where.en}",
        rule=article,
        remedy_vi="Ghi nhận trước bước còn thiếu, hoặc kiểm tra lại mã hồ sơ.",
        remedy_en="Record the missing step first, or check the id.",
        extra=where.extra,
    )


def not_with_you(thing: AtStage, act: Act, article: str) -> NotAllowed:
    """Only who has the file acts on it; where it may be handed over, that comes first."""
    since = thing.held_since.astimezone(VIETNAM)
    passed_vi = ", hoặc chuyển hồ sơ và xác nhận đã nhận trước" if thing.PASSED_ON else ""
    passed_en = ", or hands it over and has it received first" if thing.PASSED_ON else ""
    stage_vi, stage_en = thing.STAGES[thing.stage]
    way_vi = f", đang chuyển cho {thing.offered_to}" if thing.offered_to else ""
    way_en = f", on its way to {thing.offered_to}" if thing.offered_to else ""
    return NotAllowed(
        "file-not-with-you",
        f"Hồ sơ không do {act.agency} giữ mà do {thing.holder} giữ "
        f"từ {since:%H:%M ngày %d/%m/%Y}{way_vi}, ở giai đoạn {stage_vi}.",
        f"The file is not with {act.agency} but with {thing.holder} "
        f"since {since:%Y-%m-%d %H:%M}{way_en}, at the stage “{stage_en}”.",
        rule=article,
        remedy_vi=f"{thing.holder} ghi nhận{passed_vi}.",
        remedy_en=f"{thing.holder} records it{passed_en}.",
        extra=whereabouts(thing).extra,
    )


def not_offered_to_you(thing: AtStage, act: Act, article: str) -> NotAllowed:
    """Only the body that the file is on its way to receives or refuses it."""
    return NotAllowed(
        "not-offered-to-you",
        f"Hồ sơ đang được {thing.holder} chuyển cho {thing.offered_to}, không phải {act.agency}.",
        f"The file is on its way from {thing.holder} to {thing.offered_to}, not to {act.agency}.",
        rule=article,
        remedy_vi=f"{thing.offered_to} xác nhận đã nhận hoặc từ chối nhận.",
        remedy_en=f"{thing.offered_to} receives or refuses it.",
        extra={"holder": thing.holder, "offered_to": thing.offered_to},
    )


def not_on_its_way(thing: AtStage, article: str) -> Refused:
    """What was not offered cannot be received."""
    since = thing.held_since.astimezone(VIETNAM)
    return Refused(
        "not-on-its-way",
        f"Hồ sơ không đang được chuyển đi đâu: {thing.holder} giữ từ {since:%H:%M ngày %d/%m/%Y}.",
        f"The file is not on its way to anybody: it is with {thing.holder} "
        f"since {since:%Y-%m-%d %H:%M}.",
        pointer="/step",
        rule=article,
        remedy_vi=f"{thing.holder} ghi nhận việc chuyển hồ sơ trước.",
        remedy_en=f"{thing.holder} offers it first.",
        extra=whereabouts(thing).extra,
    )


def nothing_to_withdraw(thing: AtStage, article: str) -> Refused:
    """What was not offered, or has been received, is not withdrawn."""
    since = thing.held_since.astimezone(VIETNAM)
    stage_vi, stage_en = thing.STAGES[thing.stage]
    return Refused(
        "nothing-to-withdraw",
        f"Không có lần chuyển nào đang chờ để rút lại: {thing.holder} giữ hồ sơ "
        f"từ {since:%H:%M ngày %d/%m/%Y}, ở giai đoạn {stage_vi}.",
        f"Nothing is on its way that could be withdrawn: the file is with {thing.holder} "
        f"since {since:%Y-%m-%d %H:%M}, at the stage “{stage_en}”.",
        pointer="/step",
        rule=article,
        remedy_vi=f"Nếu bên kia đã nhận, {thing.holder} chuyển lại theo đúng thẩm quyền.",
        remedy_en=f"If it was received, {thing.holder} hands it on as the law has it.",
        extra=whereabouts(thing).extra,
    )


def not_your_offer(thing: AtStage, act: Act, article: str) -> NotAllowed:
    """Who offered takes back; who was offered to refuses."""
    return NotAllowed(
        "not-your-offer",
        f"Hồ sơ do {thing.holder} chuyển cho {thing.offered_to}; {act.agency} không rút lại được.",
        f"It is {thing.holder} that offered the file to {thing.offered_to}; {act.agency} cannot "
        "withdraw that.",
        rule=article,
        remedy_vi=f"{thing.holder} rút lại, hoặc {thing.offered_to} từ chối nhận (step refused).",
        remedy_en=f"{thing.holder} withdraws it, or {thing.offered_to} refuses it (step refused).",
        extra={"holder": thing.holder, "offered_to": thing.offered_to},
    )


def on_its_way(thing: AtStage, article: str) -> Refused:
    """What is on its way to one body is not offered to another."""
    return Refused(
        "on-its-way",
        f"Hồ sơ đang được chuyển cho {thing.offered_to}, chưa có xác nhận.",
        f"The file is on its way to {thing.offered_to}, who has not answered yet.",
        rule=article,
        remedy_vi=f"Chờ {thing.offered_to} xác nhận đã nhận hoặc từ chối nhận; chuyển nhầm thì "
        f"{thing.holder} rút lại (step withdrawn).",
        remedy_en=f"Wait until {thing.offered_to} receives or refuses it; if it was a mistake, "
        f"{thing.holder} withdraws it (step withdrawn).",
        extra={"holder": thing.holder, "offered_to": thing.offered_to},
    )


def not_what_was_offered(thing: AtStage, pointer: str, article: str) -> Refused:
    """An answer names what it answers to, so that it cannot be taken for another one's."""
    return Refused(
        "not-what-was-offered",
        f"Nội dung xác nhận không khớp với lần chuyển đang chờ, gửi đến {thing.offered_to}.",
        f"The answer does not fit what is on its way to {thing.offered_to}.",
        pointer=pointer,
        rule=article,
        remedy_vi="Ghi đúng loại chuyển và nơi nhận như khi chuyển.",
        remedy_en="Give the kind and the receiver as they were given when it was offered.",
    )


def before_its_offer(thing: AtStage, act: Act, article: str) -> Refused:
    """Nothing is received before it was sent."""
    assert thing.offered_at is not None
    offered, at = thing.offered_at.astimezone(VIETNAM), act.at.astimezone(VIETNAM)
    return Refused(
        "before-its-offer",
        f"Việc nhận, từ chối hoặc rút lại lúc {at:%H:%M ngày %d/%m/%Y} xảy ra trước khi chuyển "
        f"({offered:%H:%M ngày %d/%m/%Y}).",
        f"It would have been answered or withdrawn at {at:%Y-%m-%d %H:%M}, before it was offered "
        f"({offered:%Y-%m-%d %H:%M}).",
        pointer="/occurred_at",
        rule=article,
        remedy_vi="Kiểm tra thời điểm xảy ra.",
        remedy_en="Check occurred_at.",
    )


def code_not_in_force(pointer: str, code: str, act: Act, article: str) -> Refused:
    """A code of a dated list is used on a day on which it was not in force."""
    return Refused(
        "code-not-in-force",
        f"Căn cứ {code} chưa hoặc không còn hiệu lực vào ngày {act.on:%d/%m/%Y}.",
        f"The code {code} was not in force on {act.on:%Y-%m-%d}.",
        pointer=pointer,
        rule=article,
        remedy_vi="Chọn căn cứ có hiệu lực vào ngày ra quyết định.",
        remedy_en="Use a code that was in force on the day of the decision.",
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
