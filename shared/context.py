"""What a command handler works with: load, decide, save.

async def open_file(said, ctx):       # a handler, in some service's commands.py
    thing = Thing.begin_something(said, ctx.act)
    return await ctx.save(thing)
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson

from shared.actor import Act
from shared.domain import Aggregate, encode_state
from shared.envelope import Envelope, Metadata
from shared.errors import Conflict, NotFound, Refused
from shared.log import Append, Expect, Log, NewEvent, Verdict
from shared.sealing import NO_KEYS, Keys, seal_pending

A = TypeVar("A", bound=Aggregate)

AGGREGATES_CACHED_MAX = 20_000
"""Aggregates that a process keeps folded; the oldest unused one goes first."""


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


@dataclass(slots=True)
class _Turn:
    """The queue before one stream; it is gone when nobody stands in it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class Fold:
    """Aggregates of one log, folded once and kept; commands on one stream decide in turn."""

    def __init__(self, log: Log, keys: Keys = NO_KEYS) -> None:
        self.log = log
        self.keys = keys
        self._kept: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._turns: dict[UUID, _Turn] = {}

    @asynccontextmanager
    async def turn(self, stream: UUID) -> AsyncIterator[None]:
        """Wait until no other command of this process decides on the stream; then hold it."""
        turn = self._turns.setdefault(stream, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[stream]

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The kept aggregate as it stands, or None when its stream is empty or of another kind.

        Only for who holds the stream's turn: what is returned is kept, and changes in place.
        """
        kept = self._kept.get(id)
        try:
            kept = _folded(kept, await self.log.load(id, after=kept.version if kept else 0))
        except Exception:
            self.forget(id)  # It may have taken in half an event.
            raise
        if kept is None or not isinstance(kept, kind):
            return None
        self.keep(kept)
        return kept

    async def read(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate folded anew, for the caller alone: as recorded, whoever is deciding."""
        folded = _folded(None, await self.log.load(id))
        return folded if isinstance(folded, kind) else None

    def keep(self, aggregate: Aggregate) -> None:
        """Remember a folded aggregate."""
        self._kept[aggregate.id] = aggregate
        self._kept.move_to_end(aggregate.id)
        while len(self._kept) > AGGREGATES_CACHED_MAX:
            self._kept.popitem(last=False)

    def forget(self, id: UUID) -> None:
        """Drop what may not be what was recorded."""
        self._kept.pop(id, None)


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
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)
    _found: dict[UUID, Aggregate | None] = field(default_factory=dict)

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate as it stands, or None.

        The first stream that is asked for is held until the end; only one is, so that nobody waits
        in a circle. Further ones are copies: if another command is faster, the log says so.
        """
        found = self._found.get(id)
        if found is None:
            found = self._found[id] = await self._find_anew(kind, id)
        return found if isinstance(found, kind) else None

    async def _find_anew(self, kind: type[A], id: UUID) -> A | None:
        if self._found:
            return await self.fold.read(kind, id)
        await self._held.enter_async_context(self.fold.turn(id))
        found = await self.fold.find(kind, id)
        if found is not None and self.expected_version not in (None, found.version):
            raise version_conflict(found.version, status=412)
        return found

    async def load(self, kind: type[A], id: UUID) -> A:
        """The aggregate as it stands. Raises `NotFound` with the kind and id."""
        found = await self.find(kind, id)
        if found is None:
            raise NotFound(
                "not-found",
                f"Không có {kind.KIND}:{id}.",
                f"There is no {kind.KIND}:{id}.",
                remedy_vi="Kiểm tra lại mã định danh.",
                remedy_en="Check the id.",
            )
        return found

    async def save(self, *aggregates: Aggregate, **extra: Any) -> Receipt:
        """Record the pending events of all given aggregates together; the first is the subject."""
        pending = [(each, event) for each in aggregates for event in each.collect_events()]
        subject = aggregates[0]
        about = f"{subject.KIND}:{subject.id}"
        if not pending:  # Said before; saying it twice is not news.
            settled = await self.fold.log.settled(self.command_id)
            return (
                self._first_receipt(settled)
                if settled
                else Receipt((), about, subject.version, 0, extra)
            )
        for _, event in pending:
            self.competence(type(event), self.act)
        await seal_pending(
            self.fold.log.name, [each for _, each in pending], self.fold.keys, self.act.agency
        )
        new = tuple(self._new_event(each, event) for each, event in pending)
        receipt = Receipt(tuple(each.event_id for each in new), about, subject.version, 0, extra)
        verdict = await self._append(new, receipt)
        if verdict.status == "appended":
            for each in aggregates:
                self.fold.keep(each)
            return replace(receipt, position=verdict.last_position)
        for each in aggregates:
            self.fold.forget(each.id)  # What was decided here is not what was recorded.
        if verdict.status == "conflict":
            raise version_conflict(verdict.head)
        return self._first_receipt(verdict)

    def _first_receipt(self, settled: Verdict) -> Receipt:
        """What the command was answered with when it came first."""
        if settled.request_hash != self.request_hash:
            raise key_reused()
        return receipt_of(settled)

    async def close(self, *, failed: bool) -> None:
        """Let go of the streams; after a failure what was folded is dropped and read anew."""
        if failed:
            for id in self._found:
                self.fold.forget(id)
        await self._held.aclose()

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


def _folded(aggregate: Any, envelopes: Sequence[Envelope]) -> Any:
    for envelope in envelopes:
        aggregate = envelope.event.mutate(aggregate)
    return aggregate


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


def version_conflict(head: int, *, status: int = 409) -> Refused:
    """Somebody else was first; the head says where the stream stands now."""
    return Conflict(
        "version-conflict",
        f"Hồ sơ đã có thay đổi khác, hiện ở phiên bản {head}.",
        f"The record has changed in the meantime; it stands at version {head}.",
        remedy_vi="Đọc lại trạng thái mới rồi quyết định lại.",
        remedy_en="Read the new state and decide again.",
        status=status,
        extra={"head": head},
    )


def key_reused() -> Refused:
    """The command id belongs to another request."""
    return Refused(
        "idempotency-key-reused",
        "Idempotency-Key này đã dùng cho một yêu cầu khác.",
        "This Idempotency-Key was used for another request.",
        remedy_vi="Dùng khóa mới cho yêu cầu mới; gửi lại y nguyên nếu là yêu cầu cũ.",
        remedy_en="Use a new key for a new request; repeat the old one unchanged.",
    )


async def state_at(
    log: Log,
    stream: UUID,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> tuple[Aggregate | None, Sequence[Envelope]]:
    """A stream folded to a moment: by when things happened, by when we knew them, or both.

    Nothing, when by then the thing had not begun.
    """
    aggregate: Aggregate | None = None
    taken: list[Envelope] = []
    for envelope in await log.load(stream):
        if known_at is not None and envelope.recorded_at > known_at:
            continue
        if as_of is not None and envelope.occurred_at > as_of:
            continue
        if aggregate is not None:  # Late records leave gaps in the versions of an as-of reading.
            aggregate.evolve(envelope.event)
            aggregate.version = envelope.version
        elif envelope.version == 1:
            aggregate = envelope.event.mutate(None)
        else:
            break
        taken.append(envelope)
    return aggregate, taken
