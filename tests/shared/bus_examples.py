"""Sample history for the bus: a ledger of entries, its outbox and its cursor in memory."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from shared.actor import Actor
from shared.bus import Bus
from shared.envelope import Envelope, Metadata
from shared.outbox import LogOutbox
from tests.shared.nats_fixture import fresh

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
EPOCH = UUID(int=138)
OTHER_EPOCH = UUID(int=139)
POLICE = Actor("CA_TINH-P34-40", "officer", frozenset({"duty"}), "")


def entry(position: int, epoch: UUID = EPOCH, store: str = "ledger", size: int = 0) -> Envelope:
    return Envelope(
        store=store,
        epoch=epoch,
        position=position,
        event_id=UUID(int=position),
        stream=UUID(int=7),
        version=position,
        topic=f"{store}.entry_made.v1",
        state=b'{"timestamp":"2026-03-02T12:00:00+07:00","note":"%s"}' % (b"x" * size),
        recorded_at=NOON,
        metadata=Metadata(POLICE, ("entry:7",), UUID(int=1), UUID(int=2)),
    )


@dataclass
class Ledger:
    """As much of a log as relays and sources use. Positions have holes, as real ones may."""

    name: str = "ledger"
    epoch: UUID = EPOCH
    envelopes: list[Envelope] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, *positions: int, size: int = 0) -> "Ledger":
        self.envelopes += [entry(each, self.epoch, self.name, size) for each in positions]
        self.news.set()
        return self

    def restored(self) -> "Ledger":
        """The same events after a restore: another epoch."""
        moved = [replace(each, epoch=OTHER_EPOCH) for each in self.envelopes]
        return Ledger(self.name, OTHER_EPOCH, moved)

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        return [each for each in self.envelopes if each.position > after][:limit]

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        return [e for e in self.envelopes if e.stream == stream and e.version > after][:limit]

    async def changed(self, after: int, timeout_seconds: float) -> None:
        self.news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self.news.wait()

    @property
    def outbox(self) -> LogOutbox:
        return LogOutbox(self)  # type: ignore[arg-type]


@dataclass
class MemoryCursor:
    position: int = 0

    async def get(self) -> int:
        return self.position

    async def set(self, position: int) -> None:
        self.position = position


async def stored_ids(bus: Bus, stream: str) -> list[str]:
    """Positions in the stream, as their message ids say, in the stream's order."""
    durable = fresh("reader")
    await bus.ensure_consumer(stream, durable, max_ack_pending=10_000)
    reader = bus.consumer(stream, durable)
    count = (await reader.info()).pending
    found: list[str] = []
    while len(found) < count:
        messages = await reader.fetch(1000, 2.0)
        found += [each.headers["Nats-Msg-Id"].rpartition("/")[2] for each in messages]
    return found
