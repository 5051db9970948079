"""What a command handler works with: load, decide, save.

async def issue_directive(said, ctx):       # a handler, in some service's commands.py
    thing = Thing.begin_something(said, ctx.act)
    return await ctx.save(thing)
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson

from shared.actor import Act
from shared.domain import Aggregate, encode_state
from shared.envelope import Envelope, Metadata
from shared.errors import Conflict, NotFound, Refused
from shared.log import Append, Expect, Log, NewEvent, Verdict

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


class Fold:
    """Aggregates of one log, folded once and kept; a per-stream lock keeps decisions in turn."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._kept: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._locks: dict[UUID, asyncio.Lock] = {}

    def turn(self, stream: UUID) -> asyncio.Lock:
        """The lock that commands on one stream take, so that they do not conflict with us."""
        if len(self._locks) > AGGREGATES_CACHED_MAX:
            self._locks = {key: lock for key, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault(stream, asyncio.Lock())

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate as it stands, or None when its stream is empty or of another kind."""
        kept = self._kept.get(id)
        newer = await self.log.load(id, after=kept.version if kept else 0)
        for envelope in newer:
            kept = envelope.event.mutate(kept)
        if kept is None or not isinstance(kept, kind):
            return None
        self.keep(kept)
        return kept

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
    _changed: list[Aggregate] = field(default_factory=list)

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate as it stands, or None. The first one found is held until the end."""
        if not self._changed:
            await self._held.enter_async_context(self.fold.turn(id))
        found = await self.fold.find(kind, id)
        if found is not None:
            if not self._changed and self.expected_version not in (None, found.version):
                raise version_conflict(found.version, status=412)
            self._changed.append(found)
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
            return Receipt((), about, subject.version, 0, extra)
        for _, event in pending:
            self.competence(type(event), self.act)
        new = tuple(self._new_event(each, event) for each, event in pending)
        receipt = Receipt(tuple(each.event_id for each in new), about, subject.version, 0, extra)
        verdict = await self._append(new, receipt)
        if verdict.status == "conflict":
            raise version_conflict(verdict.head)
        for each in aggregates:
            self.fold.keep(each)
        return settled_receipt(verdict, receipt)

    async def close(self, *, failed: bool) -> None:
        """Let go of the streams; after a failure what was folded is dropped and read anew."""
        if failed:
            for each in self._changed:
                self.fold.forget(each.id)
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


def settled_receipt(verdict: Verdict, receipt: Receipt) -> Receipt:
    """The receipt with its position; for a duplicate, the receipt that was given first."""
    if verdict.status == "duplicate":
        return receipt_of(verdict)
    return Receipt(
        receipt.event_ids, receipt.stream, receipt.version, verdict.last_position, receipt.extra
    )


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


async def state_at(
    log: Log,
    stream: UUID,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> tuple[Aggregate | None, Sequence[Envelope]]:
    """A stream folded to a moment: by when things happened, by when we knew them, or both."""
    envelopes = [
        each
        for each in await log.load(stream)
        if (known_at is None or each.recorded_at <= known_at)
        and (as_of is None or each.occurred_at <= as_of)
    ]
    aggregate: Aggregate | None = None
    for envelope in envelopes:
        if aggregate is None:
            aggregate = envelope.event.mutate(None)
        else:  # Late records leave gaps in the versions of an as-of reading.
            aggregate.evolve(envelope.event)
            aggregate.version = envelope.version
    return aggregate, envelopes
