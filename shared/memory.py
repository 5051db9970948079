"""`Log` in memory: the same promises, proved by the same tests. For tests and for trying things.

A refused append burns a position, so that nobody who reads comes to rely on gapless ones.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from shared.envelope import Envelope, Metadata
from shared.errors import Broken
from shared.log import Append, Expect, NewEvent, Verdict

COUNTED_ON = (Expect.EXISTS, Expect.ANY)
"""Versions are given as 1, 2, … and counted on from the head."""


class MemoryLog:
    """An append-only store that ends with its process."""

    def __init__(self, name: str, epoch: UUID, clock: Callable[[], datetime]) -> None:
        self.name = name
        self.epoch = epoch
        self._clock = clock
        self._envelopes: list[Envelope] = []
        self._streams: dict[UUID, dict[int, Envelope]] = {}
        self._settled: dict[UUID, Verdict] = {}
        self._event_ids: set[UUID] = set()
        self._position = 0
        self._moved = asyncio.Event()

    async def append(self, append: Append) -> Verdict:
        """Record all of it or nothing. There is no await in between, so nobody sees a half."""
        if append.command_id in self._settled:
            return self._settled[append.command_id]
        new = {each.stream: self._new_in(append, each.stream) for each in append.events}
        for stream in sorted(new):
            expect = append.expect.get(stream, Expect.EXACT)
            if not self._fits(stream, new[stream], expect):
                self._position += 1
                return Verdict("conflict", head=self._head_of(stream), stream=stream)
        if self._event_ids & {each.event_id for each in append.events}:
            raise Broken(f"{self.name}: an event id is recorded already; ids are given once")
        return self._record(append)

    async def settled(self, command_id: UUID) -> Verdict | None:
        """The `duplicate` verdict of a command that was recorded before, else None."""
        return self._settled.get(command_id)

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        """Events of one stream with a version above `after`, in order; all, or at most `limit`."""
        held = self._streams.get(stream, {})
        return [held[version] for version in sorted(held) if version > after][:limit]

    async def find(self, event_id: UUID) -> Envelope | None:
        """One event by its id, or None."""
        return next((each for each in self._envelopes if each.event_id == event_id), None)

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        """How many events of one stream lie above a version and up to a position."""
        events = await self.load(stream, after)
        return sum(each.position <= up_to and each.event_id not in without for each in events)

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        """At most `limit` events with a position above `after`, in order."""
        start = bisect_right(self._envelopes, after, key=lambda each: each.position)
        return self._envelopes[start : start + limit]

    async def head(self) -> int:
        """The last position that holds an event, 0 when there is none."""
        return self._envelopes[-1].position if self._envelopes else 0

    async def changed(self, after: int, timeout_seconds: float) -> None:
        """Return when there is something after `after`, at the latest after the timeout."""
        if await self.head() > after:
            return
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._moved.wait()
        except TimeoutError:
            return

    def _new_in(self, append: Append, stream: UUID) -> list[int]:
        return [each.version for each in append.events if each.stream == stream]

    def _head_of(self, stream: UUID) -> int:
        return max(self._streams.get(stream, {}), default=0)

    def _fits(self, stream: UUID, versions: list[int], expect: Expect) -> bool:
        if len({*versions}) < len(versions):
            return False
        if expect is Expect.UNIQUE:
            return self._streams.get(stream, {}).keys().isdisjoint(versions)
        head, first = self._head_of(stream), min(versions)
        if max(versions) - first + 1 != len(versions):
            return False
        match expect:
            case Expect.EXACT:
                return first == head + 1
            case Expect.NONE:
                return head == 0
            case Expect.EXISTS:
                return head > 0
            case Expect.ANY:
                return True

    def _record(self, append: Append) -> Verdict:
        recorded_at, first = self._clock(), self._position + 1
        heads = {each.stream: self._head_of(each.stream) for each in append.events}
        for each in append.events:
            counted_on = append.expect.get(each.stream, Expect.EXACT) in COUNTED_ON
            version = each.version + heads[each.stream] if counted_on else each.version
            self._position += 1
            envelope = self._envelope(each, version, recorded_at)
            self._envelopes.append(envelope)
            self._streams.setdefault(each.stream, {})[version] = envelope
            self._event_ids.add(each.event_id)
        verdict = Verdict("appended", first, self._position, recorded_at=recorded_at)
        self._settled[append.command_id] = replace(
            verdict, status="duplicate", request_hash=append.request_hash, result=append.result
        )
        self._moved.set()
        self._moved = asyncio.Event()
        return verdict

    def _envelope(self, new: NewEvent, version: int, recorded_at: datetime) -> Envelope:
        return Envelope(
            store=self.name,
            epoch=self.epoch,
            position=self._position,
            event_id=new.event_id,
            stream=new.stream,
            version=version,
            topic=new.topic,
            state=new.state,
            recorded_at=recorded_at,
            metadata=Metadata.from_json(new.metadata),
        )
