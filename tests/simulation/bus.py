"""The bus in memory: as much of NATS JetStream as relays and sources use, proved by `test_bus.py`.

`Broker` is the server, without faults but with the misfortunes that a server has; `MemoryBus` is
one client's connection to it, and there every call may fail.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from shared.bus import (
    ConsumerInfo,
    NoConsumer,
    NoStream,
    Published,
    PublishUnknown,
    Tail,
    WrongLast,
)
from shared.bus.bus import ACK_WAIT_SECONDS, DUPLICATE_WINDOW_SECONDS, MAX_ACK_PENDING
from shared.relay import EXPECTED_ID, EXPECTED_SEQUENCE, MESSAGE_ID
from tests.simulation.faults import Outcome, Weather
from tests.simulation.stepping import pause

Message = tuple[str, Mapping[str, str], bytes]
"""Subject, headers, body."""


@dataclass(frozen=True)
class Stored:
    """One message of a stream."""

    sequence: int
    subject: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Durable:
    """The server's memory of one reader."""

    ack_wait_seconds: float = ACK_WAIT_SECONDS
    max_ack_pending: int = MAX_ACK_PENDING
    next: int = 1
    """Sequence of the first message that was never delivered."""
    due: dict[int, float] = field(default_factory=dict)
    """Delivered and not acknowledged: when each comes again."""
    times: dict[int, int] = field(default_factory=dict)
    """How often each of these was delivered."""

    def settle(self, sequence: int) -> None:
        """Acknowledged, or given up."""
        self.due.pop(sequence, None)
        self.times.pop(sequence, None)


@dataclass
class Stream:
    """Messages in order, what the server remembers of their ids, and its readers."""

    subjects: Sequence[str]
    window_seconds: float
    messages: list[Stored] = field(default_factory=list)
    last_sequence: int = 0
    seen: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Message id → its sequence, and when it was stored."""
    durables: dict[str, Durable] = field(default_factory=dict)

    @property
    def last_id(self) -> str:
        """Id of the last message, empty if it has none or there is no message."""
        return self.messages[-1].headers.get(MESSAGE_ID, "") if self.messages else ""

    def at(self, sequence: int) -> Stored | None:
        """The message with that sequence. Sequences have no holes: nothing is ever deleted."""
        first = self.messages[0].sequence if self.messages else 0
        index = sequence - first
        return self.messages[index] if 0 <= index < len(self.messages) else None


class Broker:
    """The server."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.streams: dict[str, Stream] = {}
        self.late: list[Message] = []
        """Written, given up by whoever wrote them, and still on their way."""
        self.now = now

    def make(self, name: str, subjects: Sequence[str], window_seconds: float) -> None:
        """A stream, unless it exists; its window is brought in line."""
        stream = self.streams.setdefault(name, Stream(subjects, window_seconds))
        stream.window_seconds = window_seconds

    def stream(self, name: str) -> Stream:
        """Raises `NoStream`."""
        if name not in self.streams:
            raise NoStream(f"{name}: no such stream")
        return self.streams[name]

    def durable(self, stream: str, name: str) -> Durable:
        """Raises `NoConsumer`."""
        found = self.streams[stream].durables.get(name) if stream in self.streams else None
        if found is None:
            raise NoConsumer(f"{stream}: no such consumer: {name}")
        return found

    def store(self, subject: str, headers: Mapping[str, str], body: bytes) -> Published:
        """Store a message unless it is remembered or comes out of turn, asked in this order."""
        stream = self._taking(subject)
        id = headers.get(MESSAGE_ID, "")
        sequence, stored_at = stream.seen.get(id, (0, 0.0))
        if sequence and self.now() - stored_at < stream.window_seconds:
            return Published(sequence, True)
        expected = headers.get(EXPECTED_SEQUENCE)
        if expected is not None and int(expected) != stream.last_sequence:
            raise WrongLast(f"{subject}: wrong last sequence: {stream.last_sequence}")
        expected = headers.get(EXPECTED_ID)
        if expected is not None and expected != stream.last_id:
            raise WrongLast(f"{subject}: wrong last msg ID: {stream.last_id}")
        stream.last_sequence += 1
        stream.messages.append(Stored(stream.last_sequence, subject, dict(headers), body))
        if id:
            stream.seen[id] = (stream.last_sequence, self.now())
        return Published(stream.last_sequence, False)

    def deliver(self, stream: Stream, durable: Durable, batch: int) -> list[tuple[Stored, int]]:
        """What a reader is due, with how often each has now come: repetitions first."""
        again = sorted(
            (at, each) for each, at in durable.due.items() if at <= self.now() and stream.at(each)
        )
        sequences = [each for _, each in again][:batch]
        while len(sequences) < batch and len(durable.due) < durable.max_ack_pending:
            if stream.at(durable.next) is None:
                break
            sequences.append(durable.next)
            durable.due[durable.next] = 0.0
            durable.next += 1
        for each in sequences:
            durable.due[each] = self.now() + durable.ack_wait_seconds
            durable.times[each] = durable.times.get(each, 0) + 1
        found = [(stream.at(each), durable.times[each]) for each in sequences]
        return [(stored, times) for stored, times in found if stored is not None]

    def arrive(self, message: Message) -> None:
        """What was given up arrives; nobody hears what became of it."""
        with suppress(NoStream, WrongLast):
            self.store(*message)

    def lose_tail(self, name: str, count: int) -> int:
        """A power cut before the disk had it: the last messages never were. One stays."""
        stream = self.streams[name]
        lost = max(0, min(count, len(stream.messages) - 1))
        for stored in stream.messages[len(stream.messages) - lost :]:
            stream.seen.pop(stored.headers.get(MESSAGE_ID, ""), None)
            stream.messages.pop()
        stream.last_sequence -= lost
        for durable in stream.durables.values():
            durable.next = min(durable.next, stream.last_sequence + 1)
            for sequence in [each for each in durable.due if each > stream.last_sequence]:
                durable.settle(sequence)
        return lost

    def wipe(self, name: str) -> bool:
        """An empty disk under the same configuration, as whoever replaced it made it anew."""
        stream = self.streams[name]
        self.streams[name] = Stream(stream.subjects, stream.window_seconds)
        return bool(stream.messages)

    def _taking(self, subject: str) -> Stream:
        for stream in self.streams.values():
            if any(fnmatchcase(subject, each.replace(">", "*")) for each in stream.subjects):
                return stream
        raise NoStream(f"no stream takes {subject}")


@dataclass(frozen=True)
class MemoryMessage:
    """One delivery, to be acknowledged."""

    subject: str
    headers: Mapping[str, str]
    body: bytes
    sequence: int
    delivered: int
    pending: int
    _durable: Durable
    _bus: "MemoryBus"

    async def ack(self) -> None:
        async def settle() -> None:
            self._durable.settle(self.sequence)

        await self._bus.acknowledge(settle)

    async def nak(self, delay_seconds: float = 0.0) -> None:
        if self.sequence in self._durable.due:
            self._durable.due[self.sequence] = self._bus.broker.now() + delay_seconds

    async def term(self) -> None:
        self._durable.settle(self.sequence)


class MemoryConsumer:
    """Reads one durable. Never waits: what is not there now is an empty answer."""

    def __init__(self, bus: "MemoryBus", stream: str, durable: str) -> None:
        self.stream = stream
        self.durable = durable
        self._bus = bus

    async def fetch(self, batch: int, wait_seconds: float) -> list[MemoryMessage]:
        async def deliver() -> list[MemoryMessage]:
            broker = self._bus.broker
            durable = broker.durable(self.stream, self.durable)
            stream = broker.stream(self.stream)
            delivered = broker.deliver(stream, durable, batch)
            pending = max(0, stream.last_sequence + 1 - durable.next)
            return [
                MemoryMessage(
                    stored.subject,
                    stored.headers,
                    stored.body,
                    stored.sequence,
                    times,
                    pending,
                    durable,
                    self._bus,
                )
                for stored, times in delivered
            ]

        return await self._bus.weather.through("fetch", deliver)

    async def info(self) -> ConsumerInfo:
        durable = self._bus.broker.durable(self.stream, self.durable)
        last = self._bus.broker.stream(self.stream).last_sequence
        again = sum(1 for each in durable.times.values() if each > 1)
        return ConsumerInfo(
            max(0, last + 1 - durable.next), len(durable.due), again, durable.next - 1
        )

    async def close(self) -> None:
        """The durable stays."""


@dataclass(frozen=True)
class MemoryPublication:
    """A message that was written; its answer is known or will never come."""

    _answer: Published | Exception

    async def result(self) -> Published:
        await pause()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class MemoryBus:
    """One client's connection. `generation` grows when it is cut and made anew."""

    def __init__(self, broker: Broker, weather: Weather) -> None:
        self.broker = broker
        self.weather = weather
        self.generation = 1

    def cut(self) -> None:
        """The line breaks and is mended at once: something may have been lost in between."""
        self.generation += 1

    async def ensure_stream(
        self,
        name: str,
        subjects: Sequence[str],
        *,
        duplicate_window_seconds: float = DUPLICATE_WINDOW_SECONDS,
        **_: Any,
    ) -> None:
        self.broker.make(name, subjects, duplicate_window_seconds)

    async def delete_stream(self, name: str) -> None:
        self.broker.streams.pop(name, None)

    async def tail(self, stream: str) -> Tail:
        async def ask() -> Tail:
            found = self.broker.stream(stream)
            return Tail(found.last_sequence, found.last_id if found.messages else None)

        return await self.weather.through("tail", ask)

    async def last_message_id(self, stream: str) -> str | None:
        return (await self.tail(stream)).message_id

    async def publish(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Published:
        return await (await self.begin(subject, body, headers)).result()

    async def begin(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> MemoryPublication:
        """Write a message. A lost one may still be on its way and arrive when nobody expects it."""
        await pause()
        message = (subject, headers or {}, body)
        outcome = self.weather.decide("publish")
        unknown = PublishUnknown(f"no answer on {subject}; it may have arrived all the same")
        if outcome is Outcome.FAILED:
            self.broker.late.append(message)
            return MemoryPublication(unknown)
        try:
            published = self.broker.store(subject, headers or {}, body)
        except (NoStream, WrongLast) as error:
            return MemoryPublication(error)
        return MemoryPublication(unknown if outcome is Outcome.FAILED_BUT_DONE else published)

    async def ensure_consumer(
        self,
        stream: str,
        durable: str,
        *,
        ack_wait_seconds: float = ACK_WAIT_SECONDS,
        max_ack_pending: int = MAX_ACK_PENDING,
        **_: Any,
    ) -> None:
        async def make() -> None:
            made = self.broker.stream(stream).durables.setdefault(durable, Durable())
            made.ack_wait_seconds = ack_wait_seconds
            made.max_ack_pending = max_ack_pending

        await self.weather.through("ensure", make)

    def consumer(self, stream: str, durable: str) -> MemoryConsumer:
        return MemoryConsumer(self, stream, durable)

    async def acknowledge(self, settle: Callable[[], Awaitable[None]]) -> None:
        """An acknowledgement has no answer: a lost one is not noticed by who sent it."""
        await pause()
        outcome = self.weather.decide("ack")
        if outcome is not Outcome.FAILED:
            await settle()
        if outcome is Outcome.FAILED_BUT_DONE:
            raise PublishUnknown("ack: the line was cut")
