"""The feeds on the bus: an outbox over the feed table, and who may read which feed."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.gateway.projection import FEED
from shared.envelope import CLOUDEVENTS_MEDIA_TYPE
from shared.follow import Follower
from shared.outbox import Outgoing

SUBJECTS = "agency.*.feed.>"


class FeedOutbox:
    """Rows of the feed table as messages `agency.<id>.feed.<topic>`; also the relay's cursor."""

    name = "feeds"

    def __init__(self, pool: asyncpg.Pool, epoch: UUID, followers: Sequence[Follower]) -> None:
        self.epoch = epoch
        self._pool = pool
        self._followers = followers
        self._moved = [each.moved for each in followers]

    @classmethod
    async def open(cls, pool: asyncpg.Pool, followers: Sequence[Follower]) -> "FeedOutbox":
        """The outbox of the feed that these followers fill, one for each source."""
        epoch = await pool.fetchval(FEED.statements["epoch"])
        return cls(pool, UUID(str(epoch)), followers)

    async def read(self, after: int, limit: int) -> Sequence[Outgoing]:
        """Messages after a position, in order."""
        # Of what comes while we read, `changed` shall know.
        self._moved = [each.moved for each in self._followers]
        rows = await self._pool.fetch(FEED.statements["read"], after, limit)
        return [
            Outgoing(
                position=row["position"],
                subject=f"agency.{row['agency']}.feed.{row['topic']}",
                body=row["body"],
                headers={
                    "Content-Type": CLOUDEVENTS_MEDIA_TYPE,
                    "ce-id": str(row["event_id"]),
                    "ce-type": row["topic"],
                },
            )
            for row in rows
        ]

    async def changed(self, after: int, timeout_seconds: float) -> None:
        """Wait for a follower that fills the feed, at the latest until the timeout."""
        del after  # Polling decides; this only wakes early.
        waiting = [asyncio.ensure_future(each.wait()) for each in self._moved]
        try:
            await asyncio.wait(
                waiting, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for each in waiting:
                each.cancel()

    async def head(self) -> int:
        """The last position of the feed table."""
        position: int = await self._pool.fetchval(FEED.statements["last_position"])
        return position

    async def get(self) -> int:
        """The last position that the broker acknowledged."""
        position: int = await self._pool.fetchval(FEED.statements["published"])
        return position

    async def set(self, position: int) -> None:
        """Remember that the broker acknowledged up to here."""
        await self._pool.execute(FEED.statements["move_published"], position)
