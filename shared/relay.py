"""Copies an outbox into its JetStream stream: in order, without holes, and never twice.

Each message carries its own id `<name>/<epoch>/<position>` and the id of the one before it, which
the stream compares with its last message. So the stream itself refuses a relay that slept, a second
relay, a repetition beyond its memory for duplicates, and anything out of order. Whatever goes
wrong, the answer is the same: stop, wait for what is under way, ask the stream's leader for its
last message, go on behind it. If the broker has lost a tail that it had acknowledged, this is also
what puts it back, with the same ids in the same order.

`Ln-Previous` tells readers the position before, so that they notice a hole.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import structlog
from prometheus_client import Counter, Gauge

from shared.bus import Bus, NoStream, Publication, TooLarge, Unavailable, WrongLast
from shared.envelope import message_id
from shared.errors import Broken, Retry
from shared.outbox import Outbox, Outgoing
from shared.telemetry import REGISTRY

log = structlog.get_logger(__name__)

READ_MAX = 500
"""Messages read from the outbox at a time; while they are published, the next are read."""
READS_MAX = 8
"""Reads of one step, after which the cursor is moved."""
WINDOW_MESSAGES_MAX = 256
WINDOW_BYTES_MAX = 4 * 1024 * 1024
"""What may be under way: written, and not yet acknowledged by the stream."""
POLL_SECONDS = 1.0
CHECK_SECONDS = 60.0
"""How often an idle relay asks the stream whether it still ends where we think."""
RETRY_SECONDS_MIN = 0.1
RETRY_SECONDS_MAX = 5.0
STALLS_MAX = 5
"""Refusals in a row without any progress until we stop: somebody else writes to the stream."""

MESSAGE_ID = "Nats-Msg-Id"
EXPECTED_ID = "Nats-Expected-Last-Msg-Id"
EXPECTED_SEQUENCE = "Nats-Expected-Last-Sequence"
PREVIOUS = "Ln-Previous"

PUBLISHED = Counter(
    "liennganh_relay_published",
    "Messages that the stream has acknowledged",
    ["relay"],
    registry=REGISTRY,
)
POSITION = Gauge(
    "liennganh_relay_position",
    "Position of the stream's last message",
    ["relay"],
    registry=REGISTRY,
)
LOSSES = Counter(
    "liennganh_broker_losses",
    "Times the broker had lost messages that it had acknowledged",
    ["relay"],
    registry=REGISTRY,
)
LOST = Counter(
    "liennganh_broker_lost_positions",
    "How far the stream's end was thrown back by such losses, in positions",
    ["relay"],
    registry=REGISTRY,
)
STALLS = Counter(
    "liennganh_relay_stalls",
    "Times the stream refused the relay without any progress",
    ["relay"],
    registry=REGISTRY,
)


class Cursor(Protocol):
    """How far the stream has acknowledged, kept outside the broker so that a loss is noticed."""

    async def get(self) -> int:
        """The last acknowledged position, 0 at first."""
        ...

    async def set(self, position: int) -> None:
        """Note it; the last word counts, also when it is lower."""
        ...


@dataclass(frozen=True, slots=True)
class _End:
    """Where the stream ends: position of its last message, or its sequence when it is empty."""

    position: int
    sequence: int


class Relay:
    """Publishes one outbox. Any number may run at once: the stream lets only one be right.

    `rebuild` permits to fill an empty stream although it was filled before; without it that is a
    loss that an operator has to see first.
    """

    def __init__(
        self, outbox: Outbox, bus: Bus, stream: str, *, cursor: Cursor, rebuild: bool = False
    ) -> None:
        self.published = 0
        """Messages acknowledged since this relay began."""
        self.losses = 0
        """Times the broker was found to have lost what it had acknowledged."""
        self._outbox = outbox
        self._bus = bus
        self._stream = stream
        self._cursor = cursor
        self._rebuild = rebuild
        self._ids = message_id(outbox.name, outbox.epoch, 0).removesuffix("0")
        self._end: _End | None = None
        self._generation = 0
        self._checked_at = 0.0
        self._stalls = 0

    @property
    def position(self) -> int:
        """Position of the stream's last message as far as we know."""
        return self._end.position if self._end else 0

    async def acknowledged(self) -> int:
        """The last position that the stream has for sure, whichever process published it."""
        return await self._cursor.get()

    @property
    def name(self) -> str:
        """That of its outbox: operators name the stream by it."""
        return self._outbox.name

    @property
    def stream(self) -> str:
        """The JetStream stream that it fills."""
        return self._stream

    async def run(self) -> None:
        """Publish until cancelled. Raises `Broken` when going on would guess."""
        self._end = None  # Others may have led since we last did.
        while True:
            if not await self._persevere():
                await self._outbox.changed(self.position, POLL_SECONDS)

    async def begin_anew(
        self, empty: Callable[[], Awaitable[None]], tell: Callable[[int], None]
    ) -> int:
        """Have the stream emptied and publish everything from the start; returns how much.

        `tell` hears the position that is reached. The cursor goes back first: whatever happens
        then, the next relay finds a stream that is complete, or one that it may fill.
        Raises `Broken` as `run` does, and what `empty` raises.
        """
        self._end, self._stalls, before = None, 0, self.published
        await self._cursor.set(0)
        await empty()
        self._rebuild = True
        try:
            while await self._persevere() or self._stalls:
                tell(self.position)
        finally:
            self._rebuild = False
        return self.published - before

    async def _persevere(self) -> int:
        """A step, tried again for as long as the bus is away."""
        pause = RETRY_SECONDS_MIN
        while True:
            try:
                return await self.step()
            except Retry as error:
                log.warning("relay waits", outbox=self.name, why=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_SECONDS_MAX)

    async def step(self) -> int:
        """Publish what is there, to a limit; returns how many of it are in the stream for sure.

        Raises `Retry` when the bus is away, `Broken` when stream and outbox contradict each other.
        """
        if self._must_ask():
            self._end = await self._ask()
        assert self._end is not None
        before, self._end = self._end, None  # Unknown until every message is accounted for.
        positions: list[int] = []
        async with aclosing(self._batches(before.position)) as batches:
            end, failure = await self._publish(batches, before, positions)
        if not positions:
            self._end, self._stalls = before, 0
            return 0
        if failure is None:
            self._end = end
        elif isinstance(failure, TooLarge):
            raise Broken(f"{self._stream} cannot take what the outbox holds: {failure}")
        else:
            log.warning("relay asks the stream where it ends", why=str(failure))
            end = self._end = await self._ask()
        if end.position > before.position:
            self._stalls = 0
            self._rebuild = False
            await self._cursor.set(end.position)
        elif isinstance(failure, WrongLast):
            self._count_stall(failure)
        elif failure is not None:
            raise failure
        done = sum(1 for position in positions if before.position < position <= end.position)
        self.published += done
        PUBLISHED.labels(self.name).inc(done)
        POSITION.labels(self.name).set(end.position)
        return done

    async def _batches(self, after: int) -> AsyncGenerator[Sequence[Outgoing], None]:
        """What the outbox has after a position; the next batch is read while one is published."""
        batch = await self._outbox.read(after, READ_MAX)
        for turn in range(READS_MAX):
            if len(batch) < READ_MAX or turn == READS_MAX - 1:
                yield batch
                return
            following = asyncio.ensure_future(self._outbox.read(batch[-1].position, READ_MAX))
            try:
                yield batch
                batch = await following
            finally:
                if not following.cancel() and not following.cancelled():
                    following.exception()  # Seen: whoever stops early does not need the next one.

    async def _publish(
        self, batches: AsyncIterator[Sequence[Outgoing]], end: _End, positions: list[int]
    ) -> tuple[_End, Exception | None]:
        """Send all of it through a bounded window; returns how far it surely got, and why not on.

        Waits for everything that it has sent, so nothing of ours is under way afterwards. What was
        read goes into `positions`.
        """
        window: deque[tuple[int, int, Publication]] = deque()
        under_way = 0
        failure: Exception | None = None

        async def settle() -> None:
            nonlocal end, failure, under_way
            position, size, publication = window.popleft()
            under_way -= size
            try:
                published = await publication.result()
                if failure is None:
                    end = _End(position, published.sequence)
            except (WrongLast, NoStream, Unavailable, TooLarge) as error:
                failure = failure or error

        async def send(outgoing: Outgoing, previous: int, sequence: int) -> None:
            nonlocal failure, under_way
            while failure is None and (
                len(window) >= WINDOW_MESSAGES_MAX
                or (window and under_way + len(outgoing.body) > WINDOW_BYTES_MAX)
            ):
                await settle()
            if failure is not None:
                return
            try:
                headers = self._headers(outgoing, previous, sequence)
                publication = await self._bus.begin(outgoing.subject, outgoing.body, headers)
            except (Unavailable, TooLarge) as error:
                failure = error
                return
            window.append((outgoing.position, len(outgoing.body), publication))
            under_way += len(outgoing.body)

        previous, sequence = end.position, end.sequence
        try:
            async for batch in batches:
                positions += [outgoing.position for outgoing in batch]
                for outgoing in batch:
                    await send(outgoing, previous, sequence)
                    if failure is not None:
                        break
                    previous = outgoing.position
                if failure is not None:
                    break
        finally:
            while window and not _cancelled():
                await settle()
        return end, failure

    def _headers(self, outgoing: Outgoing, previous: int, sequence: int) -> dict[str, str]:
        headers = {
            **outgoing.headers,
            MESSAGE_ID: f"{self._ids}{outgoing.position}",
            PREVIOUS: str(previous),
        }
        if previous:
            headers[EXPECTED_ID] = f"{self._ids}{previous}"
        else:
            headers[EXPECTED_SEQUENCE] = str(sequence)
        return headers

    def _must_ask(self) -> bool:
        if self._end is None or self._generation != self._bus.generation:
            return True
        return asyncio.get_running_loop().time() - self._checked_at >= CHECK_SECONDS

    async def _ask(self) -> _End:
        """Where the stream ends, checked against the outbox and the cursor."""
        generation = self._bus.generation
        acknowledged = await self._cursor.get()  # First, or another relay looks like a loss.
        try:
            tail = await self._bus.tail(self._stream)
        except NoStream as error:
            if acknowledged and not self._rebuild:
                raise self._gone("is gone", acknowledged) from error
            raise
        self._generation = generation
        self._checked_at = asyncio.get_running_loop().time()
        if tail.message_id is None:
            if acknowledged and not self._rebuild:
                raise self._gone("is empty", acknowledged)
            return _End(0, tail.sequence)
        position = self._position_of(tail.message_id)
        if not await self._outbox_has(position):
            raise Broken(
                f"stream {self._stream} ends with position {position}, which {self._outbox.name} "
                "does not have: the log has lost it or is not the one that was published. Compare "
                f"both before `liennganh rebuild-stream {self._outbox.name}`"
            )
        if position < acknowledged:
            self.losses += 1
            LOSSES.labels(self.name).inc()
            LOST.labels(self.name).inc(acknowledged - position)
            log.error(
                "broker lost acknowledged messages; they are published again",
                stream=self._stream,
                acknowledged=acknowledged,
                found=position,
            )
        if position != acknowledged:
            await self._cursor.set(position)
        POSITION.labels(self.name).set(position)
        return _End(position, tail.sequence)

    def _gone(self, how: str, acknowledged: int) -> Broken:
        return Broken(
            f"stream {self._stream} {how}, yet it had acknowledged position {acknowledged}: find "
            "out who did that, then copy it anew from the log with "
            f"`liennganh rebuild-stream {self.name}`"
        )

    def _position_of(self, last_id: str) -> int:
        name, epoch, position = (["", "", *last_id.rsplit("/", 2)])[-3:]
        if name != self._outbox.name or not position.isdecimal():
            raise Broken(
                f"the last message of stream {self._stream} ({last_id or 'without id'}) is not of "
                f"{self._outbox.name}: somebody else publishes there. Take the right to do so away "
                f"from them, then `liennganh rebuild-stream {self._outbox.name}`"
            )
        if epoch != str(self._outbox.epoch):
            raise Broken(
                f"stream {self._stream} is of epoch {epoch}, {self._outbox.name} of "
                f"{self._outbox.epoch}: the store was restored or promoted. Compare both, then "
                f"`liennganh rebuild-stream {self._outbox.name}`"
            )
        return int(position)

    async def _outbox_has(self, position: int) -> bool:
        found = await self._outbox.read(position - 1, 1)
        return bool(found) and found[0].position == position

    def _count_stall(self, failure: WrongLast) -> None:
        self._stalls += 1
        STALLS.labels(self.name).inc()
        if self._stalls >= STALLS_MAX:
            raise Broken(
                f"stream {self._stream} refused us {STALLS_MAX} times without moving ({failure}): "
                "somebody else publishes there, or its leader contradicts itself"
            )


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
