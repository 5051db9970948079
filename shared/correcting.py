"""The decision to correct a recorded fact, and its command: one for each service that has it.

What it asks, in this order: was it this body's record (or that of whom it is the heir)? may the
field be corrected? is there a paper? is the value one that the fact's own model takes, and news?
would every fact still come after what it follows from? was the body competent at the new moment,
and was there what the fact names?
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

import orjson
from pydantic import ValidationError

from shared.actor import VIETNAM, Act
from shared.context import Context, Receipt, outdated
from shared.corrections import (
    OCCURRED_AT,
    Change,
    Correction,
    CorrectRecord,
    corrected,
    stored_name,
    with_field,
)
from shared.domain import Aggregate, Event, encode_state, repeats
from shared.envelope import Envelope
from shared.errors import NotAllowed, NotFound, Refused
from shared.reference import RegisterError
from shared.sealed import SENSITIVE
from shared.standing import acting_as

RULE = "đính chính: sự kiện đã ghi không bị sửa"
"""Facts are never edited; a correction carries its authority (recording rule 13)."""

Why = str
WHY_NOT: dict[Why, tuple[str, str]] = {
    "unknown-field": ("không có mục này", "there is no such field"),
    "sealed-field": (
        "mục này được niêm phong, giá trị mới không thể ghi công khai",
        "it is sealed, and a new value must not stand in the open",
    ),
    "id-field": ("mục này là mã định danh", "it is an id"),
    "derived-field": (
        "mục này do hệ thống suy ra từ các mục khác",
        "the system derives it from other fields",
    ),
    "nothing-was-stated": (
        "mục này chưa được ghi, đính chính chỉ sửa điều đã ghi",
        "nothing was stated there, and a correction mends what was",
    ),
    "decided-on": (
        "đã có quyết định dựa trên mục này, hoặc thay đổi nó là một việc khác",
        "something was decided on it, or changing it is an act of its own",
    ),
}
"""Rule → why a field cannot be corrected."""


def correcting(kind: type[Correction]) -> Callable[[CorrectRecord, Context], Awaitable[Receipt]]:
    """The command of a service whose corrections are of that class."""

    async def correct_record(said: CorrectRecord, ctx: Context) -> Receipt:
        """Correct one field of a recorded fact; the fact itself stays as it was recorded."""
        log = ctx.fold.log
        target = await log.find(said.target_event)
        if target is None:
            raise no_such_record(said.target_event)
        thing = await ctx.load(Aggregate, target.stream)
        if not ctx.knows(thing):
            raise no_such_record(said.target_event)
        history = [each.event for each in await log.load(target.stream)]
        # What is kept of it may be older than the history that is decided on.
        if ctx.expected_version not in (None, len(history)):
            raise outdated(len(history))
        corrector = Corrector(kind, history, target)
        right = corrector.correct_record(said, ctx.act)
        if right is None:
            return await ctx.save(thing)
        moved = corrector.moved(said)
        if moved is not None:
            then = replace(ctx.act, by=target.metadata.actor, at=moved.timestamp)
            ctx.competence(type(moved), then)
            _refuse_what_was_not_there(moved, kind.NAMED, target.occurred_at, then)
        return await ctx.save(right)

    correct_record.__name__ = f"correct_record_of_{kind.TOPIC.partition('.')[0]}"
    return correct_record


@dataclass(frozen=True, slots=True)
class Corrector:
    """Decides on the corrections of one fact. Pure."""

    kind: type[Correction]
    history: Sequence[Event]
    """All facts of its stream, as recorded."""
    target: Envelope

    def correct_record(self, said: CorrectRecord, act: Act) -> Aggregate | None:
        """The stream's aggregate with the correction pending; None when it was said before.

        Raises `Refused` and `NotAllowed`, each naming its rule.
        """
        self._refuse_unless_recorder(act)
        self._refuse_unless_correctable(said.field_path)
        if said.authority.issued_on > act.on:
            raise authority_to_come(said.authority.issued_on, act.on)
        now = corrected(self.history)
        wrong = now[self.target.version - 1]
        if _json(wrong, said.field_path) is None:
            raise not_correctable("nothing-was-stated", said.field_path, type(wrong), ())
        right = _tried(wrong, said)
        said = said.model_copy(update={"new": _json(right, said.field_path)})
        name = stored_name(said.field_path)
        if getattr(right, name) == getattr(wrong, name):
            if self._said_last(said, act):
                return None
            raise nothing_to_correct(said)
        if said.field_path == OCCURRED_AT:
            self._refuse_impossible(wrong.timestamp, right.timestamp)
        thing: Aggregate = _folded_right(now, right)
        thing.record(self.kind, said, act, **self._derived(wrong, said, act))
        return thing

    def moved(self, said: CorrectRecord) -> Event | None:
        """The fact at its new moment, when that is what is said."""
        if said.field_path != OCCURRED_AT:
            return None
        return _tried(self.history[self.target.version - 1], said)

    def _refuse_unless_recorder(self, act: Act) -> None:
        recorder = self.target.metadata.actor.agency
        day = self.target.occurred_at.astimezone(VIETNAM).date()
        if acting_as(act, (recorder,), day) is None:
            raise not_the_recorder(act.agency, recorder)

    def _refuse_unless_correctable(self, name: str) -> None:
        event = type(self.target.event)
        may = self.kind.CORRECTABLE.get(event.TOPIC, frozenset())
        if issubclass(event, Correction):
            raise is_a_correction(self.target.fields["target_event"])
        if name not in may:
            raise not_correctable(_why_not(event, name), name, event, sorted(may))

    def _said_last(self, said: CorrectRecord, act: Act) -> bool:
        """Whether the last correction of this field says the very same, by the same body."""
        place = (self.target.version, said.field_path)
        about = [
            each
            for each in self.history
            if isinstance(each, Correction) and (each.target_version, each.field_path) == place
        ]
        return bool(about) and about[-1].agency == act.agency and repeats(said, about[-1])

    def _refuse_impossible(self, wrong: datetime, right: datetime) -> None:
        """Nothing happens after it was recorded; and numbers, of which ids are made, are given
        within a year."""
        if right > max(self.target.recorded_at, wrong):
            raise after_its_record(right, self.target.recorded_at)
        before, after = (each.astimezone(VIETNAM).year for each in (wrong, right))
        if self.target.version == 1 and before != after:
            raise another_year(before, after)

    def _derived(self, wrong: Event, said: CorrectRecord, act: Act) -> dict[str, Any]:
        old = _json(wrong, said.field_path)
        shown = said.field_path == OCCURRED_AT or wrong.DATA_CLASS not in SENSITIVE
        return {
            "target_topic": wrong.TOPIC,
            "target_version": self.target.version,
            "old_hash": hashlib.sha256(orjson.dumps(old)).hexdigest(),
            "change": Change(old=old, new=said.new) if shown else None,
            "agency": act.agency,
            **self.kind.more(wrong),
        }


def _refuse_what_was_not_there(
    moved: Event, names: Iterable[str], recorded: datetime, then: Act
) -> None:
    """Whom and what a fact names, and was there on the day as recorded, was there on the new one.

    What was not is named for another reason, as a body for which its heir acts. Raises
    `RegisterError`, which says from when until when it was there, and what was there instead.
    """
    before = recorded.astimezone(VIETNAM).date()
    for named in (str(getattr(moved, name, "")) for name in names):
        for look in (then.register.agency, then.register.agencies_of):
            try:
                look(named, before)
            except RegisterError:
                continue
            look(named, then.on)


def _folded_right(now: Sequence[Event], right: Event) -> Any:
    """The aggregate as it would be; refused when a fact came before what it follows from."""
    _, could = _folded(now)
    version = right.originator_version
    thing, can = _folded([right if x.originator_version == version else x for x in now])
    for event, before, after in zip(now, could, can, strict=True):
        if before and not after:
            raise out_of_order(type(event))
    return thing


def _folded(events: Sequence[Event]) -> tuple[Any, list[bool]]:
    """A history folded, and of each fact whether it came when it could."""
    thing: Any = None
    timely = []
    for event in events:
        timely.append(thing is None or thing.is_timely(event))
        thing = event.mutate(thing)
    return thing, timely


def _tried(event: Event, said: CorrectRecord) -> Event:
    """The fact with what is said. Raises `Refused` in the words of the fact's own model."""
    try:
        right = with_field(event, said.field_path, said.new)
    except ValidationError as error:
        why = "; ".join(each["msg"] for each in error.errors(include_input=False))
        raise refused_by_its_model(said, why) from None
    if type(_json(right, said.field_path)) is not type(said.new):
        raise refused_by_its_model(said, "the value is of another type")
    return right


def _json(event: Event, name: str) -> Any:
    return orjson.loads(encode_state(event))[stored_name(name)]


def _why_not(event: type[Event], name: str) -> Why:
    """The rule by which a field cannot be corrected."""
    if name == OCCURRED_AT:
        return "decided-on"
    if name not in event.model_fields or name == stored_name(OCCURRED_AT):
        return "unknown-field"
    if name in event.SEALED:
        return "sealed-field"
    if _holds_id(event.model_fields[name].annotation) or name.startswith("originator_"):
        return "id-field"
    return "derived-field" if name in event.derived_fields() else "decided-on"


def _holds_id(annotation: Any) -> bool:
    return annotation is UUID or any(_holds_id(each) for each in get_args(annotation))


def no_such_record(event_id: UUID) -> NotFound:
    """Only what this service recorded can be corrected here."""
    return NotFound(
        "not-found",
        f"Dịch vụ này không ghi sự kiện nào có mã {event_id}.",
        f"This service has recorded no event {event_id}.",
        pointer="/target_event",
        remedy_vi="Lấy event_id từ dòng thời gian; mỗi dịch vụ đính chính sự kiện của mình.",
        remedy_en="Take the event_id from the timeline; each service corrects its own events.",
    )


def not_the_recorder(agency: str, recorder: str) -> NotAllowed:
    """Who recorded it answers for it."""
    return NotAllowed(
        "not-the-recorder",
        f"Sự kiện này do {recorder} ghi, {agency} không đính chính được.",
        f"{recorder} recorded this; {agency} may not correct it.",
        pointer="/target_event",
        rule=RULE,
        remedy_vi=f"Đề nghị {recorder}, hoặc cơ quan kế thừa, đính chính.",
        remedy_en=f"Ask {recorder}, or the body that took its place, to correct it.",
    )


def is_a_correction(first: str) -> Refused:
    """A wrong correction is put right by another one of the same fact."""
    return Refused(
        "is-a-correction",
        "Không đính chính một lần đính chính.",
        "A correction is not corrected itself.",
        pointer="/target_event",
        rule=RULE,
        remedy_vi=f"Đính chính lại chính sự kiện {first}.",
        remedy_en=f"Correct the event {first} once more.",
    )


def not_correctable(why: Why, name: str, event: type[Event], may: Sequence[str]) -> Refused:
    """The table does not have this field of this fact."""
    vi, en = WHY_NOT[why]
    label_vi, label_en = event.LABEL
    instead = ", ".join(may)
    return Refused(
        why,
        f"Không đính chính được “{name}” của “{label_vi}”: {vi}.",
        f"“{name}” of “{label_en}” cannot be corrected: {en}.",
        pointer="/field_path",
        rule=f"correctable:{event.TOPIC}",
        remedy_vi=f"Mục đính chính được: {instead}." if may else "Ghi nhận việc mới thay thế.",
        remedy_en=f"What may be corrected: {instead}." if may else "Record what changes it.",
        extra={"correctable": list(may)},
    )


def authority_to_come(issued_on: date, day: date) -> Refused:
    """A paper that is not there yet gives no authority."""
    return Refused(
        "authority-to-come",
        f"Văn bản làm căn cứ ghi ngày {issued_on:%d/%m/%Y}, sau ngày đính chính {day:%d/%m/%Y}.",
        f"The paper of {issued_on:%Y-%m-%d} is later than the correction of {day:%Y-%m-%d}.",
        pointer="/authority/issued_on",
        rule=RULE,
        remedy_vi="Kiểm tra ngày của văn bản và thời điểm đính chính.",
        remedy_en="Check the paper's day and occurred_at.",
    )


def refused_by_its_model(said: CorrectRecord, why: str) -> Refused:
    """What could not have been recorded is not put in its place."""
    return Refused(
        "value-refused",
        f"Giá trị mới không hợp lệ cho “{said.field_path}”: {why}.",
        f"The new value does not fit “{said.field_path}”: {why}.",
        pointer="/new",
        rule="như khi ghi lần đầu",
        remedy_vi="Gửi giá trị đúng kiểu và giới hạn của mục này.",
        remedy_en="Send a value of the field's type and limits.",
    )


def nothing_to_correct(said: CorrectRecord) -> Refused:
    """What stands is what is said."""
    return Refused(
        "nothing-to-correct",
        f"“{said.field_path}” đang ghi đúng giá trị này rồi.",
        f"“{said.field_path}” stands at this value already.",
        pointer="/new",
        rule=RULE,
        remedy_vi="Không cần đính chính; kiểm tra lại giá trị mới.",
        remedy_en="Nothing has to be corrected; check the new value.",
    )


def after_its_record(right: datetime, recorded_at: datetime) -> Refused:
    """Nothing was recorded before it happened."""
    at, known = right.astimezone(VIETNAM), recorded_at.astimezone(VIETNAM)
    return Refused(
        "after-its-record",
        f"Thời điểm mới {at:%H:%M ngày %d/%m/%Y} sau khi sự kiện được ghi "
        f"({known:%H:%M ngày %d/%m/%Y}).",
        f"{at:%Y-%m-%d %H:%M} is after it was recorded ({known:%Y-%m-%d %H:%M}).",
        pointer="/new",
        rule=RULE,
        remedy_vi="Kiểm tra thời điểm xảy ra.",
        remedy_en="Check the moment.",
    )


def another_year(before: int, after: int) -> Refused:
    """The number of a first fact is a number of its year, and the id is made of both."""
    return Refused(
        "another-year",
        f"Sự kiện mở đầu hồ sơ thuộc năm {before}, không chuyển sang năm {after} được: "
        "số và mã hồ sơ theo năm.",
        f"The fact that begins a record is of {before} and cannot move to {after}: its number "
        "and its id are of that year.",
        pointer="/new",
        rule=RULE,
        remedy_vi="Ghi nhận hồ sơ mới với số của năm đúng.",
        remedy_en="Record it anew, with the number of the right year.",
    )


def out_of_order(event: type[Event]) -> Refused:
    """Nothing may come before what it follows from."""
    vi, en = event.LABEL
    return Refused(
        "out-of-order",
        f"Nếu đính chính như vậy, “{vi}” sẽ xảy ra trước việc mà nó tiếp theo.",
        f"So corrected, “{en}” would have happened before what it follows from.",
        pointer="/new",
        rule=RULE,
        remedy_vi="Kiểm tra giá trị mới; nếu nhiều mục cùng sai, đính chính theo thứ tự thời gian.",
        remedy_en="Check the new value; if several facts are wrong, correct them in their order.",
    )
