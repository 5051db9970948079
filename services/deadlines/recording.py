"""What a batch of facts leads to: decided in order, appended together, once for each fact."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.deadlines.domain import Deadline
from services.deadlines.events import OpenDeadline
from shared.actor import Act, Actor
from shared.domain import encode_state
from shared.envelope import Envelope, Metadata
from shared.errors import Broken
from shared.fold import Fold
from shared.log import Append, Expect, Log, NewEvent, Verdict
from shared.reference import Register

ENGINE = Actor("BCD138_CP-VN", "deadlines")
"""Who records: the engine runs for the Government's Committee 138, the standing body."""
DEADLINES = UUID("0d6c8f0a-6a0f-5a53-8f5e-138138138138")
"""Namespace of the ids of periods."""
LOADED_TOGETHER_MAX = 8
"""Questions to the log that wait at the same time."""


class Recording:
    """The commands of one batch: periods are decided on in memory as if all before were recorded.

    `settled`: facts whose commands were recorded before; what they led to is read, not decided.
    """

    def __init__(
        self,
        fold: Fold,
        register: Register,
        new_id: Callable[[], UUID],
        settled: frozenset[UUID] = frozenset(),
    ) -> None:
        self._fold = fold
        self._register = register
        self._new_id = new_id
        self._settled = settled
        self._deadlines: dict[UUID, Deadline] = {}
        self._guessed: set[UUID] = set()
        """Those of them that are as this process last knew them."""
        self._now: dict[UUID, Deadline] = {}
        """Those that the present fact touches."""
        self._envelope: Envelope | None = None
        self._act: Act | None = None
        self._appends: list[tuple[int, Append]] = []
        """Each with how many must be safe before it, one after another."""
        self._depths: dict[UUID, int] = {}
        self._doubted: dict[UUID, None] = {}
        """Facts of which no append says that they were recorded before, in their order."""

    def begin(self, envelope: Envelope, at: datetime, recorded_at: datetime) -> Act:
        """The next fact."""
        self._envelope, self._now = envelope, {}
        self._act = Act(ENGINE, at, recorded_at, self._register, self._new_id)
        return self._act

    async def deadline(self, id: UUID) -> Deadline:
        """A period as this process knows it; if that is outdated, the append says so."""
        known = None if self.is_settled else self._deadlines.get(id) or self._recalled(id)
        return self._touch(known) if known is not None else await self.fresh(id)

    async def fresh(self, id: UUID) -> Deadline:
        """A period as it stands: when what is decided may be that nothing changes."""
        known = self._deadlines.get(id)
        guessed = known is not None and id in self._guessed and not known.pending_events
        if known is None or self.is_settled or guessed:
            known = await self._fold.read(Deadline, id)
            self._guessed.discard(id)
        if known is None:
            raise Broken(f"the log has no period {id}, which was noted: compare both")
        return self._touch(known)

    async def is_there(self, id: UUID) -> bool:
        """Whether a period has begun, for one that no table notes."""
        if id in self._deadlines:
            return True
        found = await self._fold.read(Deadline, id)
        if found is not None:
            self._deadlines[id] = found
        return found is not None

    async def open(self, id: UUID, said: OpenDeadline) -> Deadline | None:
        """A period that begins; None when it is there already."""
        if id in self._deadlines:
            return None
        assert self._act is not None, "a fact has begun"
        if not self.is_settled:
            return self._touch(Deadline.open_deadline(said, self._act, id=id))
        found = await self._fold.read(Deadline, id)
        return None if found is None else self._touch(found)

    async def end(self) -> Sequence[Deadline]:
        """The present fact is decided: what it touched, as it stands after it."""
        if self.is_settled:
            # It was decided before, by what was known then; the log has what came of it.
            for id in [id for id, each in self._now.items() if each.pending_events]:
                self._deadlines.pop(id)
                await self.fresh(id)
            return [*self._now.values()]
        new = tuple(event for each in self._now.values() for event in self._new(each))
        if new:
            self._add(new)
        return [*self._now.values()]

    async def record(self) -> bool:
        """Append all of it. False when not all is as it was decided: decide again."""
        answered = {append.command_id for _, append in self._appends}
        doubted = [each for each in self._doubted if each not in answered]
        if await settled_of(self._fold.log, doubted):
            self.forget()
            return False
        by_depth = itertools.groupby(
            sorted(self._appends, key=lambda each: each[0]), lambda each: each[0]
        )
        for _, group in by_depth:
            appends = [append for _, append in group]
            verdicts = await self._append(appends)
            if any(each.status != "appended" for each in verdicts):
                self.forget()
                return False
        for deadline in self._deadlines.values():
            self._fold.keep(deadline)
        return True

    def forget(self) -> None:
        """What was decided is not what was recorded, or may not be."""
        for id in self._deadlines:
            self._fold.forget(id)

    def doubt(self) -> None:
        """The present fact ends nothing that is known: perhaps because it has done so before."""
        assert self._envelope is not None, "a fact has begun"
        self._doubted[self._envelope.event_id] = None

    @property
    def is_settled(self) -> bool:
        """Whether the present fact's command was recorded before."""
        assert self._envelope is not None, "a fact has begun"
        return self._envelope.event_id in self._settled

    def _recalled(self, id: UUID) -> Deadline | None:
        found = self._fold.recall(id)
        if not isinstance(found, Deadline):
            return None
        self._guessed.add(id)
        return found

    def _touch(self, deadline: Deadline) -> Deadline:
        self._deadlines[deadline.id] = self._now[deadline.id] = deadline
        return deadline

    def _new(self, deadline: Deadline) -> list[NewEvent]:
        assert self._envelope is not None, "a fact has begun"
        metadata = Metadata(
            actor=ENGINE,
            subjects=deadline.subjects,
            correlation_id=self._envelope.metadata.correlation_id,
            causation_id=self._envelope.event_id,
            traceparent=self._envelope.metadata.traceparent,
        ).to_json()
        pending: Sequence[Any] = deadline.collect_events()
        return [
            NewEvent(
                self._new_id(),
                deadline.id,
                event.originator_version,
                event.TOPIC,
                encode_state(event),
                metadata,
            )
            for event in pending
        ]

    def _add(self, new: tuple[NewEvent, ...]) -> None:
        assert self._envelope is not None, "a fact has begun"
        streams = {each.stream for each in new}
        self._guessed -= streams  # The append says whether it was right.
        depth = max(self._depths.get(each, 0) for each in streams)
        self._depths |= dict.fromkeys(streams, depth + 1)
        begun = {each.stream: Expect.NONE for each in new if each.version == 1}
        self._appends.append((depth, Append(self._envelope.event_id, new, begun)))

    async def _append(self, appends: Sequence[Append]) -> Sequence[Verdict]:
        """All at once: the log's writer puts into one commit what it is given together."""
        answers = await asyncio.gather(
            *(self._fold.log.append(each) for each in appends), return_exceptions=True
        )
        for each in answers:
            if isinstance(each, BaseException):
                raise each
        return [each for each in answers if isinstance(each, Verdict)]


async def settled_of(log: Log, facts: Sequence[UUID]) -> frozenset[UUID]:
    """Those of several facts whose commands are recorded."""
    found = set()
    for begin in range(0, len(facts), LOADED_TOGETHER_MAX):
        some = facts[begin : begin + LOADED_TOGETHER_MAX]
        verdicts = await asyncio.gather(*(log.settled(each) for each in some))
        found |= {fact for fact, each in zip(some, verdicts, strict=True) if each is not None}
    return frozenset(found)
