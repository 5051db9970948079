"""A log as a source that reads its next batch while the present one is written."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from shared.envelope import Envelope
from shared.follow import Batch
from shared.log import Log

BATCH_EVENTS = 2_000
"""Written in one transaction. Two batches of a source are in memory at most."""

Moment = tuple[datetime, str]
"""When an event was recorded, and its source: sources are merged in this order."""
BEGINNING: Moment = (datetime.min.replace(tzinfo=UTC), "")


class ReadAhead:
    """Reads up to a goal and no further; gives only what comes before another source's next.

    A batch is as large as it was read, whatever the follower's limit: that is for live events.
    """

    def __init__(self, owned: Log, goal: int) -> None:
        self.name = owned.name
        self.epoch = owned.epoch
        self.before: Moment | None = BEGINNING
        """Only what was recorded before it is given; None: all that was read."""
        self._log = owned
        self._goal = goal
        self._held: Sequence[Envelope] = ()
        self._coming: asyncio.Task[Sequence[Envelope]] | None = None

    def begin(self, after: int) -> None:
        """Read on after a position, if the goal is not reached."""
        if after < self._goal:
            self._coming = asyncio.create_task(self._read(after))

    async def first(self) -> Envelope | None:
        """The next event; None when there is none up to the goal."""
        if not self._held and self._coming is not None:
            self._held = await self._coming
            self._coming = None
            if self._held:
                self.begin(self._held[-1].position)
        return self._held[0] if self._held else None

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        """What is held, as far as its turn goes."""
        del after, limit, wait_seconds
        given = self._held
        if self.before is not None:
            given = list(itertools.takewhile(self._is_before, self._held))
        self._held = self._held[len(given) :]
        return Batch(given)

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        """At most `limit` of the owner's events of one stream above a version."""
        return await self._log.load(stream, after, limit)

    async def close(self) -> None:
        """Stop reading."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)

    def _is_before(self, envelope: Envelope) -> bool:
        return self.before is None or (envelope.recorded_at, self.name) < self.before

    async def _read(self, after: int) -> Sequence[Envelope]:
        events = await self._log.read(after, BATCH_EVENTS)
        return [each for each in events if each.position <= self._goal]
