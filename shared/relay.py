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
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import structlog

from shared.bus import Bus, NoStream, Publication, TooLarge, Unavailable, WrongLast
from shared.envelope import CLOUDEVENTS_MEDIA_TYPE, Envelope, message_id
from shared.errors import Broken, Retry
from shared.log import Log
from shared.outbox import Outbox, Outgoing

log = structlog.get_logger(__name__)

READ_MAX = 1000
"""Messages read from the outbox at a time."""
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

TOKEN = re.compile(r"[A-Za-z0-9_-]+")


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

    async def run(self) -> None:
        """Publish until cancelled. Raises `Broken` when going on would guess."""
        pause = RETRY_SECONDS_MIN
        while True:
            try:
                if not await self.step():
                    await self._outbox.changed(self.position, POLL_SECONDS)
                pause = RETRY_SECONDS_MIN
            except Retry as error:
                log.warning("relay waits", outbox=self._outbox.name, why=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_SECONDS_MAX)

    async def step(self) -> int:
        """Publish what is there, up to `READ_MAX`; returns how many are in the stream for sure.

        Raises `Retry` when the bus is away, `Broken` when stream and outbox contradict each other.
        """
        if self._must_ask():
            self._end = await self._ask()
        assert self._end is not None
        before = self._end
        batch = await self._outbox.read(before.position, READ_MAX)
        if not batch:
            return 0
        end, self._end = self._end, None  # Unknown until every message is accounted for.
        end, failure = await self._publish(batch, end)
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
        done = sum(1 for outgoing in batch if before.position < outgoing.position <= end.position)
        self.published += done
        return done

    async def _publish(self, batch: Sequence[Outgoing], end: _End) -> tuple[_End, Exception | None]:
        """Send the batch through a bounded window; returns how far it surely got, and why not on.

        Waits for everything that it has sent, so nothing of ours is under way afterwards.
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

        previous = end
        for outgoing in batch:
            while failure is None and (
                len(window) >= WINDOW_MESSAGES_MAX
                or (window and under_way + len(outgoing.body) > WINDOW_BYTES_MAX)
            ):
                await settle()
            if failure is not None:
                break
            try:
                publication = await self._bus.begin(
                    outgoing.subject, outgoing.body, self._headers(outgoing, previous)
                )
            except (Unavailable, TooLarge) as error:
                failure = error
                break
            window.append((outgoing.position, len(outgoing.body), publication))
            under_way += len(outgoing.body)
            previous = _End(outgoing.position, 0)
        while window:
            await settle()
        return end, failure

    def _headers(self, outgoing: Outgoing, previous: _End) -> dict[str, str]:
        headers = {
            **outgoing.headers,
            MESSAGE_ID: f"{self._ids}{outgoing.position}",
            PREVIOUS: str(previous.position),
        }
        if previous.position:
            headers[EXPECTED_ID] = f"{self._ids}{previous.position}"
        else:
            headers[EXPECTED_SEQUENCE] = str(previous.sequence)
        return headers

    def _must_ask(self) -> bool:
        if self._end is None or self._generation != self._bus.generation:
            return True
        return asyncio.get_running_loop().time() - self._checked_at >= CHECK_SECONDS

    async def _ask(self) -> _End:
        """Where the stream ends, checked against the outbox and the cursor."""
        generation = self._bus.generation
        acknowledged = await self._cursor.get()  # First, or another relay looks like a loss.
        tail = await self._bus.tail(self._stream)
        self._generation = generation
        self._checked_at = asyncio.get_running_loop().time()
        if tail.message_id is None:
            if acknowledged and not self._rebuild:
                raise Broken(
                    f"stream {self._stream} is empty, yet it had acknowledged position "
                    f"{acknowledged}: find out who emptied it, then copy it anew from the log with "
                    f"`liennganh rebuild-stream {self._outbox.name}`"
                )
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
            log.error(
                "broker lost acknowledged messages; they are published again",
                stream=self._stream,
                acknowledged=acknowledged,
                found=position,
            )
        if position != acknowledged:
            await self._cursor.set(position)
        return _End(position, tail.sequence)

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
        if self._stalls >= STALLS_MAX:
            raise Broken(
                f"stream {self._stream} refused us {STALLS_MAX} times without moving ({failure}): "
                "somebody else publishes there, or its leader contradicts itself"
            )


class LogOutbox:
    """A log as an outbox: every event becomes one CloudEvent."""

    def __init__(self, own: Log, subject_of: Callable[[Envelope], str] | None = None) -> None:
        self.name = own.name
        self.epoch = own.epoch
        self._log = own
        self._subject_of = subject_of or bus_subject

    async def read(self, after: int, limit: int) -> Sequence[Outgoing]:
        return [self._outgoing(each) for each in await self._log.read(after, limit)]

    async def changed(self, after: int, timeout_seconds: float) -> None:
        await self._log.changed(after, timeout_seconds)

    def _outgoing(self, envelope: Envelope) -> Outgoing:
        return Outgoing(
            envelope.position,
            self._subject_of(envelope),
            envelope.to_cloudevent(),
            cloudevent_headers(envelope),
        )


def bus_subject(envelope: Envelope) -> str:
    """`ln.<service>.<area>.<event>.v<N>`; the area is that of the agency that acted.

    Raises `Broken` when a part could not be a token of a subject.
    """
    subject = _subject(envelope.topic, envelope.metadata.actor.area)
    if not subject:
        raise Broken(
            f"event {envelope.event_id} ({envelope.topic}, by {envelope.metadata.actor.agency}) "
            "has no subject on the bus: its topic or area is not of the agreed form"
        )
    return subject


@lru_cache(maxsize=16_384)
def _subject(topic: str, area: str) -> str:
    service, _, rest = topic.partition(".")
    event, _, version = rest.partition(".")
    tokens = (service, area, event, version)
    return ".".join(("ln", *tokens)) if all(map(TOKEN.fullmatch, tokens)) else ""


def cloudevent_headers(envelope: Envelope) -> dict[str, str]:
    """The attributes that routers look at; readers trust the body."""
    return {
        "content-type": CLOUDEVENTS_MEDIA_TYPE,
        "ce-id": str(envelope.event_id),
        "ce-source": f"/{envelope.store}",
        "ce-type": envelope.topic,
        **({"ce-subject": subjects[0]} if (subjects := envelope.metadata.subjects) else {}),
        "ce-time": str(envelope.fields["timestamp"]),
        "ce-sequence": str(envelope.position),
    }
