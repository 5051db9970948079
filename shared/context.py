"""What a command handler works with: load, decide, save.

async def open_file(said, ctx):       # a handler, in some service's commands.py
    thing = Thing.begin_something(said, ctx.act)
    return await ctx.save(thing)
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import orjson

from shared.actor import Act
from shared.domain import Aggregate, encode_state
from shared.envelope import Metadata
from shared.errors import Conflict, NotFound, Refused
from shared.fold import Fold
from shared.log import Append, Expect, NewEvent, Verdict
from shared.reference import RegisterError
from shared.sealing import seal_pending
from shared.standing import named_by

A = TypeVar("A", bound=Aggregate)

ATTEMPTS_MAX = 4
"""Times that a command is decided when another process is faster; the first may be a guess."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recorded command is answered with."""

    event_ids: tuple[UUID, ...]
    stream: str
    """Subject of the stream that the command was about, e.g. `task:0198…`."""
    version: int
    position: int
    """Position of the command's last event in the service's log; 0 when nothing new happened."""
    extra: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "event_ids": [str(each) for each in self.event_ids],
            "stream": self.stream,
            "version": self.version,
            "position": self.position,
            **self.extra,
        }


@dataclass(eq=False)
class Context:
    """One command's view of the world. Used once."""

    act: Act
    fold: Fold
    command_id: UUID
    correlation_id: UUID
    request_hash: bytes = b""
    traceparent: str = ""
    expected_version: int | None = None
    """From `If-Match`: the version that the asker decided upon."""
    competence: Callable[[type[Any], Act], None] = lambda _event, _act: None
    """Refuses a fact that this actor may not record on that day (dated table)."""
    repeatable: bool = True
    """Whether the asker chose the command id, so that it may have been recorded before."""
    _held: UUID | None = None
    _found: dict[UUID, Aggregate | None] = field(default_factory=dict)
    _guess: tuple[UUID, int] | None = None
    """Stream and version that is believed to be the newest, until somebody has looked."""

    async def run(self, handler: Callable[["Context"], Awaitable[Receipt]]) -> Receipt:
        """What the handler decides, recorded; or what the same command was answered with before.

        Raises `Outrun` when the decision was not about the newest state, whatever it was.
        """
        failed = True
        try:
            receipt = await handler(self)
            failed = False
            return receipt
        except Outrun:
            failed = False
            raise
        except (Refused, RegisterError) as refusal:
            failed = False
            if (receipt_then := await self._first_receipt()) is not None:
                return receipt_then
            await self._look()
            await self._say_where(refusal)
            raise
        finally:
            self.close(failed=failed)

    async def _say_where(self, refusal: Exception) -> None:
        """Every refusal says where the thing stands and since when, to whoever may know of it."""
        held = self._found.get(self._held) if self._held is not None else None
        if held is None or not isinstance(refusal, Refused) or "since" in refusal.extra:
            return
        if held.pending_events:  # It went on to where it was refused.
            held = await self.fold.read(type(held), held.id)
        where = held.whereabouts() if held is not None else None
        if held is not None and where is not None and self.knows(held):
            refusal.vi, refusal.en = f"{refusal.vi} {where.vi}", f"{refusal.en} {where.en}"
            refusal.extra = {**where.extra, **refusal.extra}

    def knows(self, thing: Aggregate) -> bool:
        """Whether the actor may know today that there is such a thing."""
        if type(thing).state_for is Aggregate.state_for:
            return True  # Its kind is there for everybody.
        names = named_by(self.act.agency, self.act.now, self.act.register)
        return thing.state_for(frozenset(names)) is not None

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate as it stands, or None.

        The first stream that is asked for is held until the end; only one is, so that nobody waits
        in a circle. Further ones are copies: if another command is faster, the log says so.
        """
        found = self._found.get(id)
        if found is None:
            found = self._found[id] = await self._find_anew(kind, id)
        return found if isinstance(found, kind) else None

    async def _find_anew(self, kind: type[Aggregate], id: UUID) -> Aggregate | None:
        if self._found:
            return await self.fold.read(kind, id)
        await self.fold.take_turn(id)
        self._held = id
        found = self.fold.recall(id)
        if found is not None:
            self._guess = id, found.version
        else:
            found = await self.fold.find(kind, id)
        if found is not None and self.expected_version not in (None, found.version):
            if not self.knows(found):
                return None  # To them it is not there, in whatever version.
            raise outdated(found.version)
        return found

    async def load(self, kind: type[A], id: UUID) -> A:
        """The aggregate as it stands. Raises `NotFound` with the kind and id."""
        found = await self.find(kind, id)
        if found is None:
            raise _not_found(kind, id)
        return found

    async def load_known(self, kind: type[A], id: UUID) -> A:
        """As `load`; what is hidden from the actor is not there, with the same words."""
        found = await self.load(kind, id)
        if not self.knows(found):
            raise _not_found(kind, id)
        return found

    async def save(self, *aggregates: Aggregate, **extra: Any) -> Receipt:
        """Record the pending events of all given aggregates together; the first is the subject."""
        pending = [(each, event) for each in aggregates for event in each.pending_events]
        subject = aggregates[0]
        about = f"{subject.KIND}:{subject.id}"
        if not pending:  # Said before; saying it twice is not news.
            if (first := await self._first_receipt()) is not None:
                return first
            await self._look()
            return Receipt((), about, subject.version, 0, extra)
        for _, event in pending:
            self.competence(type(event), self.act)
        await seal_pending(
            self.fold.log.name, [each for _, each in pending], self.fold.keys, self.act.agency
        )
        new = tuple(self._new_event(each, event) for each, event in pending)
        if self._guess is not None and self._guess[0] not in {each.stream for each in new}:
            await self._look()  # Of a stream that it does not write to the append says nothing.
        receipt = Receipt(tuple(each.event_id for each in new), about, subject.version, 0, extra)
        verdict = await self._append(new, receipt)
        for each in aggregates:
            each.pending_events.clear()
            match verdict.status:
                case "appended":
                    self.fold.keep(each)
                case "duplicate":
                    self.fold.forget(each.id)  # What was decided here is not what was recorded.
                case "conflict":
                    self.fold.outrun(each.id)
        if verdict.status == "conflict":
            raise Outrun(verdict.head)
        if verdict.status == "duplicate":
            return self._receipt_then(verdict)
        return replace(receipt, position=verdict.last_position)

    async def _first_receipt(self) -> Receipt | None:
        """What the same command was answered with, when it was recorded before."""
        settled = await self.fold.log.settled(self.command_id) if self.repeatable else None
        return self._receipt_then(settled) if settled is not None else None

    def _receipt_then(self, settled: Verdict) -> Receipt:
        if settled.request_hash != self.request_hash:
            raise key_reused()
        return receipt_of(settled)

    async def _look(self) -> None:
        """Raises `Outrun` when what was guessed to be the newest state is not."""
        if self._guess is not None:
            id, version = self._guess
            head = await self.fold.newer(id, version)
            if head is not None:
                raise Outrun(head)

    def close(self, *, failed: bool) -> None:
        """Let go of the streams; what may not be what was recorded is dropped and read anew."""
        for id, found in self._found.items():
            if failed or (found is not None and found.pending_events):
                self.fold.forget(id)
        if self._held is not None:
            self.fold.end_turn(self._held)
            self._held = None

    def _new_event(self, aggregate: Aggregate, event: Any) -> NewEvent:
        metadata = Metadata(
            actor=self.act.by,
            subjects=aggregate.subjects,
            correlation_id=self.correlation_id,
            causation_id=self.command_id,
            traceparent=self.traceparent,
        )
        return NewEvent(
            event_id=self.act.new_id(),
            stream=aggregate.id,
            version=event.originator_version,
            topic=event.TOPIC,
            state=encode_state(event),
            metadata=metadata.to_json(),
        )

    async def _append(self, new: Sequence[NewEvent], receipt: Receipt) -> Verdict:
        begun = {each.stream: Expect.NONE for each in new if each.version == 1}
        return await self.fold.log.append(
            Append(
                command_id=self.command_id,
                events=tuple(new),
                expect=begun,
                request_hash=self.request_hash,
                result=orjson.dumps(receipt.body()).decode(),
            )
        )


async def decide(
    begin: Callable[[], Context], handler: Callable[[Context], Awaitable[Receipt]]
) -> Receipt:
    """Decide; when another process was faster, decide again on the new state.

    Raises `Outrun` when that does not end.
    """
    for _ in range(ATTEMPTS_MAX - 1):
        with suppress(Outrun):
            return await begin().run(handler)
    return await begin().run(handler)


def receipt_of(verdict: Verdict) -> Receipt:
    """The receipt that a settled command was answered with."""
    body = orjson.loads(verdict.result)
    body.pop("position")
    return Receipt(
        event_ids=tuple(UUID(each) for each in body.pop("event_ids")),
        stream=body.pop("stream"),
        version=body.pop("version"),
        position=verdict.last_position,
        extra=body,
    )


def _not_found(kind: type[Aggregate], id: UUID) -> NotFound:
    return NotFound(
        "not-found",
        f"Không có {kind.KIND}:{id}.",
        f"There is no {kind.KIND}:{id}.",
        remedy_vi="Kiểm tra lại mã định danh.",
        remedy_en="Check the id.",
    )


class Outrun(Conflict):
    """Somebody else was first; the head says where the stream stands now. Decide again."""

    def __init__(self, head: int) -> None:
        super().__init__(**_moved_on(head), status=409)


def outdated(head: int) -> Refused:
    """The refusal of what was decided, by whoever asks, on a version that is not the newest."""
    return Conflict(**_moved_on(head), status=412)


def _moved_on(head: int) -> dict[str, Any]:
    return {
        "code": "version-conflict",
        "vi": f"Hồ sơ đã có thay đổi khác, hiện ở phiên bản {head}.",
        "en": f"The record has changed in the meantime; it stands at version {head}.",
        "remedy_vi": "Đọc lại trạng thái mới rồi quyết định lại.",
        "remedy_en": "Read the new state and decide again.",
        "extra": {"head": head},
    }


def key_reused() -> Refused:
    """The command id belongs to another request."""
    return Refused(
        "idempotency-key-reused",
        "Idempotency-Key này đã dùng cho một yêu cầu khác.",
        "This Idempotency-Key was used for another request.",
        remedy_vi="Dùng khóa mới cho yêu cầu mới; gửi lại y nguyên nếu là yêu cầu cũ.",
        remedy_en="Use a new key for a new request; repeat the old one unchanged.",
    )
