"""Another service's stream as a source: in order, without holes, each event once per checkpoint.

The reader's own checkpoint decides what is new, never the broker's memory of acknowledgements. What
is at or below it is acknowledged and dropped. `Ln-Previous` says which position was published
before a message: if that one is not here yet, the missing events are taken from their owner's log
at once instead of waiting for the broker to deliver them again. The end of the stream is compared
too, after each new connection and while nothing comes, so that a lost tail is noticed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from prometheus_client import Counter

from shared.bus import Bus, Consumer, Message, NoConsumer, Unavailable
from shared.envelope import Envelope, message_id
from shared.errors import Broken
from shared.follow import Batch
from shared.log import Load
from shared.relay import PREVIOUS
from shared.telemetry import REGISTRY

log = structlog.get_logger(__name__)

CHECK_SECONDS = 30.0
"""How often a reader without news asks whether the stream goes on behind its checkpoint."""

FILLED = Counter(
    "liennganh_holes_filled",
    "Holes that were filled from the owner",
    ["source", "durable"],
    registry=REGISTRY,
)
FILLED_EVENTS = Counter(
    "liennganh_holes_filled_events",
    "Events that came from their owner and not from the bus",
    ["source", "durable"],
    registry=REGISTRY,
)

Fill = Callable[[int, int], Awaitable[Sequence[Envelope]]]
"""`fill(after, limit)`: the owner's events after a position, in order, as `Log.read` gives them."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An event that arrived and is not acknowledged yet."""

    envelope: Envelope
    previous: int
    message: Message


class BusSource:
    """Reads one service's whole stream through a durable consumer. For one follower.

    The consumer must not be filtered: a message that is filtered out looks like a hole.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        name: str,
        epoch: UUID,
        stream: str,
        durable: str,
        fill: Fill,
        load: Load,
    ) -> None:
        self.name = name
        self.epoch = epoch
        self.filled = 0
        """Events that came from their owner and not from the bus."""
        self._bus = bus
        self._stream = stream
        self._durable = durable
        self._fill = fill
        self._load = load
        self._consumer: Consumer = bus.consumer(stream, durable)
        self._held: dict[int, _Held] = {}
        self._generation = 0
        self._check_at = 0.0
        self._known_end = 0

    @classmethod
    async def open(
        cls,
        bus: Bus,
        *,
        name: str,
        epoch: UUID,
        stream: str,
        durable: str,
        fill: Fill,
        load: Load,
    ) -> "BusSource":
        """The source, its consumer made or found. Raises `NoStream`, `Unavailable`, `Broken`."""
        await bus.ensure_consumer(stream, durable)
        return cls(
            bus, name=name, epoch=epoch, stream=stream, durable=durable, fill=fill, load=load
        )

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        """Events after a position, in order; an empty batch when none came within the wait.

        Call `ack` when they are safely taken. Raises `Broken` for another epoch, a message that is
        not the relay's, or a hole that the owner cannot fill; `Retry` when the bus is away.
        """
        ready = await self._in_order(after, limit)
        if not ready and after < self._known_end:
            ready = await self._missing(after, limit, self._known_end)
        if not ready:
            await self._receive(limit, wait_seconds)
            ready = await self._in_order(after, limit)
        if not ready and await self._goes_on(after):
            ready = await self._missing(after, limit, self._known_end)
        reached = ready[-1].position if ready else after

        async def ack() -> None:
            await self._acknowledge(reached)

        return Batch(ready, ack)

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        """At most `limit` events of one stream with a version above `after`, from their owner."""
        return await self._load(stream, after, limit)

    async def close(self) -> None:
        """Stop listening; the durable consumer stays and keeps its place."""
        await self._consumer.close()

    async def _receive(self, limit: int, wait_seconds: float) -> None:
        try:
            messages = await self._consumer.fetch(limit, wait_seconds)
        except NoConsumer:
            log.warning("consumer is gone, making it anew", durable=self._durable)
            self._forget()
            await self._bus.ensure_consumer(self._stream, self._durable)
            return
        for message in messages:
            held = self._read(message)
            self._held[held.envelope.position] = held

    def _read(self, message: Message) -> _Held:
        previous = message.headers.get(PREVIOUS, "")
        envelope = Envelope.from_cloudevent(message.body) if previous.isdecimal() else None
        if envelope is None or envelope.store != self.name:
            raise Broken(
                f"message {message.sequence} of stream {self._stream} was not published by "
                f"{self.name}: find out by whom, then `liennganh rebuild-stream {self.name}`"
            )
        if envelope.epoch != self.epoch:
            expected = message_id(self.name, self.epoch, envelope.position)
            raise Broken(
                f"stream {self._stream} carries {envelope.message_id} where {expected} was due: "
                f"the store was restored. Compare both, then `liennganh rebuild-stream {self.name}`"
            )
        return _Held(envelope, int(previous), message)

    async def _in_order(self, after: int, limit: int) -> list[Envelope]:
        """What follows `after` without a hole; a hole in front of all else is filled."""
        ready: list[Envelope] = []
        for position in sorted(self._held):
            if position <= after:
                continue
            held = self._held[position]
            if held.previous > after:
                return ready or await self._missing(after, limit, held.previous)
            ready.append(held.envelope)
            after = position
            if len(ready) == limit:
                break
        return ready

    async def _missing(self, after: int, limit: int, published: int) -> list[Envelope]:
        """Events after `after` from their owner, who must have the one at `published`."""
        found = await self._fill(after, min(limit, published - after))
        reached = found[-1].position if found else published
        if reached >= published and published not in (each.position for each in found):
            self._forget()  # The stream may be copied anew before we are asked again.
            raise Broken(
                f"stream {self._stream} has position {published}, and {self.name} does not: the "
                "log has lost what it published. Restore it before going on"
            )
        self.filled += len(found)
        FILLED.labels(self.name, self._durable).inc()
        FILLED_EVENTS.labels(self.name, self._durable).inc(len(found))
        log.info("hole filled from the owner", source=self.name, after=after, events=len(found))
        return list(found)

    async def _goes_on(self, after: int) -> bool:
        """Whether the stream ends behind `after`; asked rarely, and after each new connection."""
        now = asyncio.get_running_loop().time()
        if self._generation == self._bus.generation and now < self._check_at:
            return False
        generation = self._bus.generation
        tail = await self._bus.tail(self._stream)
        self._generation, self._check_at = generation, now + CHECK_SECONDS
        self._known_end = self._position_of(tail.message_id) if tail.message_id else 0
        return self._known_end > after

    def _position_of(self, last_id: str) -> int:
        """Of another's message 0: when it is delivered, it is refused in the right words."""
        ours, position = message_id(self.name, self.epoch, 0)[:-1], last_id.rpartition("/")[2]
        return int(position) if last_id == f"{ours}{position}" and position.isdecimal() else 0

    def _forget(self) -> None:
        """What was said of a stream, and held of it, holds no more for the one in its place."""
        self._held.clear()
        self._generation = self._known_end = 0

    async def _acknowledge(self, reached: int) -> None:
        for position in [each for each in self._held if each <= reached]:
            try:
                await self._held[position].message.ack()
            except Unavailable:
                return  # It will be delivered again, and dropped by its position.
            del self._held[position]
