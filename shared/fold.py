"""Aggregates of one log, folded from their events and kept, so that deciding need not read first.

What is kept may be outdated: another process may have written. Nothing that was decided on it gets
recorded (the append says so), and nobody is refused on it without a look at what is newer.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from shared.corrections import Correction, corrected, folded
from shared.domain import Aggregate
from shared.envelope import Envelope
from shared.log import Log
from shared.sealing import NO_KEYS, Keys
from shared.snapshots import EVENTS_BETWEEN, Snapshots

A = TypeVar("A", bound=Aggregate)

AGGREGATES_CACHED_MAX = 20_000
"""Aggregates that a process keeps folded; the oldest unused one goes first."""


@dataclass(slots=True)
class _Turn:
    """The queue before one stream; it is gone when nobody stands in it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


@dataclass(slots=True)
class _Kept:
    """What is known of one stream."""

    aggregate: Aggregate | None
    alone: bool
    """Whether nobody else had written to it when we last looked, so that it is worth a guess."""
    aside: int = 0
    """Version of the last snapshot that we know of."""


class Fold:
    """Aggregates of one log, folded once and kept; commands on one stream decide in turn."""

    def __init__(self, log: Log, snapshots: Snapshots | None = None, keys: Keys = NO_KEYS) -> None:
        self.log = log
        self.keys = keys
        self._snapshots = snapshots
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._turns: dict[UUID, _Turn] = {}

    async def take_turn(self, stream: UUID) -> None:
        """Wait until no other command of this process decides on the stream; then hold it."""
        turn = self._turns.get(stream)
        if turn is None:
            turn = self._turns[stream] = _Turn()
        turn.wanted += 1
        try:
            await turn.lock.acquire()
        except BaseException:
            self._leave(stream, turn)
            raise

    def end_turn(self, stream: UUID) -> None:
        """Let the next one decide. Only for who holds the turn."""
        turn = self._turns[stream]
        turn.lock.release()
        self._leave(stream, turn)

    def recall(self, id: UUID) -> Aggregate | None:
        """The kept aggregate as this process last knew it; None when that is not worth a guess.

        Only for who holds the stream's turn, and asks `newer` before refusing anything by it.
        """
        kept = self._kept.get(id)
        return kept.aggregate if kept is not None and kept.alone else None

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """The kept aggregate as it stands, or None when its stream is empty or of another kind.

        Only for who holds the stream's turn: what is returned is kept, and changes in place.
        """
        kept = self._kept.get(id)
        known = kept.aggregate if kept is not None else None
        aggregate = known or await self._put_aside(kind, id)
        aside = kept.aside if kept is not None and known else _version(aggregate)
        try:
            newer = await self.log.load(id, after=_version(aggregate))
            found = await self._folded(aggregate, id, newer)
        except Exception:
            self.forget(id)  # It may have taken in half an event.
            raise
        if found is None or not isinstance(found, kind):
            return None
        alone = kept is None or (known is not None and not newer)
        self._remember(id, _Kept(found, alone, aside))
        return found

    async def newer(self, id: UUID, version: int) -> int | None:
        """The head of a stream if it lies above the version; then it is not guessed at again soon.

        None when what was folded up to that version is the newest there is.
        """
        newer = await self.log.load(id, after=version)
        if not newer:
            return None
        if kept := self._kept.get(id):
            kept.alone = False
        return newer[-1].version

    async def read(self, kind: type[A], id: UUID) -> A | None:
        """The aggregate folded anew, for the caller alone: as recorded, whoever is deciding."""
        aggregate = await self._put_aside(kind, id)
        newer = await self.log.load(id, after=_version(aggregate))
        found = await self._folded(aggregate, id, newer)
        return found if isinstance(found, kind) else None

    def keep(self, aggregate: Aggregate) -> None:
        """Remember an aggregate whose every event is recorded; a long one is put aside as well."""
        kept = self._kept.get(aggregate.id)
        alone, aside = (kept.alone, kept.aside) if kept is not None else (True, 0)
        if self._snapshots is not None and aggregate.version - aside >= EVENTS_BETWEEN:
            aside = aggregate.version if self._snapshots.take(aggregate) else aside
        self._remember(aggregate.id, _Kept(aggregate, alone, aside))

    def forget(self, id: UUID) -> None:
        """Drop what may not be what was recorded."""
        self._kept.pop(id, None)

    def outrun(self, id: UUID) -> None:
        """Drop what is not what was recorded, because somebody else was faster."""
        self._remember(id, _Kept(None, alone=False))

    async def _folded(self, aggregate: Any, id: UUID, newer: Sequence[Envelope]) -> Any:
        """The aggregate after what is newer; anew from its beginning when that was corrected."""
        if aggregate is not None and any(isinstance(each.event, Correction) for each in newer):
            aggregate, newer = None, await self.log.load(id)
        return folded([each.event for each in newer], aggregate)

    async def _put_aside(self, kind: type[A], id: UUID) -> A | None:
        return await self._snapshots.newest(kind, id) if self._snapshots is not None else None

    def _leave(self, stream: UUID, turn: _Turn) -> None:
        turn.wanted -= 1
        if not turn.wanted:
            del self._turns[stream]

    def _remember(self, id: UUID, kept: _Kept) -> None:
        self._kept[id] = kept
        self._kept.move_to_end(id)
        while len(self._kept) > AGGREGATES_CACHED_MAX:
            self._kept.popitem(last=False)


def _version(aggregate: Aggregate | None) -> int:
    return aggregate.version if aggregate is not None else 0


async def state_at(
    log: Log,
    stream: UUID,
    *,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> tuple[Aggregate | None, Sequence[Envelope]]:
    """A stream folded to a moment: by when things happened, by when we knew them, or both.

    Nothing, when by then the thing had not begun. From the events alone: a snapshot knows of one
    moment only. What was corrected by when we knew it counts as corrected, also when the correction
    came after `as_of`: it changed what we know of that moment, not the moment.
    """
    aggregate: Aggregate | None = None
    taken: list[Envelope] = []
    known = [
        each for each in await log.load(stream) if known_at is None or each.recorded_at <= known_at
    ]
    for envelope, event in zip(known, corrected([each.event for each in known]), strict=True):
        if as_of is not None and event.timestamp > as_of:
            continue
        if aggregate is not None:  # Late records leave gaps in the versions of an as-of reading.
            aggregate.evolve(event)
            aggregate.version = envelope.version
        elif envelope.version == 1:
            aggregate = event.mutate(None)
        else:
            break
        taken.append(envelope)
    return aggregate, taken
