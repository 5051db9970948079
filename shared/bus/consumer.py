"""A durable pull consumer: one standing request at a time, short-lived, watched by heartbeats."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from secrets import token_hex

import orjson

from shared.bus.connection import Connection
from shared.bus.faults import Unavailable
from shared.bus.streams import NANOSECONDS, Api, ConsumerInfo, consumer_info
from shared.bus.wire import Arrival, Interest
from shared.errors import Retry

FETCH_SECONDS_MIN = 0.05
PULL_SECONDS = 5.0
"""How long one request stands; short, because one that crosses a server restart is dead."""
HEARTBEAT_SECONDS = 2.0
SILENCE_SECONDS = 2.5 * HEARTBEAT_SECONDS
"""A request without a sign of life for so long is given up."""
GATHER_SECONDS = 0.02
"""How long a batch that has begun waits for messages that the server says are on their way."""
FETCH_MAX = 1000
FETCH_BYTES_MAX = 8 * 1024 * 1024
BACKOFF_SECONDS_MIN = 0.1
BACKOFF_SECONDS_MAX = 2.0
ACK_TOKENS = 9
"""`$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer sequence>.<time>.<pending>`;
the longer form has domain and account after ACK and may have a random token at the end."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream, to be acknowledged by the reader."""

    subject: str
    headers: Mapping[str, str]
    body: bytes
    sequence: int
    """Its place in the stream."""
    delivered: int
    """1 at the first delivery, more when it is repeated."""
    pending: int
    """How many more wait behind it."""
    _reply: str
    _connection: Connection

    async def ack(self) -> None:
        """Done; do not send it again. Raises `Unavailable`: then it comes again."""
        await self._connection.write(self._reply, b"+ACK")

    async def nak(self, delay_seconds: float = 0.0) -> None:
        """Not done; send it again after the delay."""
        delay = orjson.dumps({"delay": int(delay_seconds * NANOSECONDS)})
        await self._connection.write(self._reply, b"-NAK " + delay)

    async def term(self) -> None:
        """Never send it again; somebody else has kept it."""
        await self._connection.write(self._reply, b"+TERM")


class Consumer:
    """Reads one durable consumer. For one task at a time."""

    def __init__(self, connection: Connection, api: Api, domain: str, stream: str, durable: str):
        self.stream = stream
        self.durable = durable
        prefix = f"$JS.{domain}.API" if domain else "$JS.API"
        self._next = f"{prefix}.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._connection = connection
        self._api = api
        self._inbox = ""
        self._interest: Interest | None = None
        self._arrived: deque[Message] = deque()
        self._news = asyncio.Event()
        self._pulls = count(1)
        self._pull = 0
        self._owed = 0
        self._expires_at = 0.0
        self._heard_at = 0.0
        self._generation = 0
        self._missing = ""
        self._pause = 0.0

    async def fetch(self, batch: int, wait_seconds: float) -> list[Message]:
        """At most `batch` messages as soon as there are any, none after `wait_seconds`.

        Raises `NoConsumer` when it does not exist, `Unavailable` when the bus is away; both only
        after a pause that grows, so that a loop around this does not run hot.
        """
        batch = min(batch, FETCH_MAX)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + max(wait_seconds, FETCH_SECONDS_MIN)
        taken: list[Message] = []
        while True:
            while self._arrived and len(taken) < batch:
                taken.append(self._arrived.popleft())
            remaining = deadline - loop.time()
            if len(taken) == batch or remaining <= 0:
                return taken
            if taken and (taken[-1].pending == 0 or self._owed <= 0):
                return taken
            if not taken:
                await self._say_what_is_missing()
                await self._stand_or_pause(batch, remaining)
            self._news.clear()
            patience = GATHER_SECONDS if taken else min(remaining, self._silence_left())
            if not self._arrived and not await self._told(patience) and taken:
                return taken

    async def info(self) -> ConsumerInfo:
        """How far it is. Raises `NoConsumer`."""
        return await consumer_info(self._api, self.stream, self.durable)

    async def close(self) -> None:
        """Stop listening and hand back what was not fetched; the durable stays."""
        if self._interest is not None:
            await self._connection.unsubscribe(self._interest)
            self._interest = None
        self._owed = 0
        while self._arrived and self._connection.connected:
            await self._arrived.popleft().nak()

    async def _say_what_is_missing(self) -> None:
        """Raises `NoConsumer` or `Unavailable` when the server has refused our request."""
        if self._missing:
            await self._pause_longer()
            why, self._missing = self._missing, ""
            await self.info()  # Says it in the right words if it is really gone.
            raise Unavailable(f"consumer {self.durable} of {self.stream}: {why}")

    async def _stand_or_pause(self, batch: int, remaining: float) -> None:
        try:
            await self._stand(batch, remaining)
        except Retry:
            await self._pause_longer()  # It may have been said without a moment's waiting.
            raise

    async def _stand(self, batch: int, remaining: float) -> None:
        """See to it that the server has a request of ours to answer."""
        loop = asyncio.get_running_loop()
        if not await self._connection.wait_connected(remaining):
            raise Unavailable(f"consumer {self.durable} of {self.stream}: the bus is away")
        if self._interest is None:
            self._inbox = f"{self._connection.inbox}.{token_hex(4)}"
            self._interest = await self._connection.subscribe(
                f"{self._inbox}.*", self._take, renewed=self._news.set
            )
        if self._generation != self._connection.generation:
            self._generation = self._connection.generation
            self._owed = 0
        if self._owed > 0 and loop.time() < self._expires_at:
            if self._silence_left() > 0:
                return
            self._connection.suspect()
        request = {
            "batch": batch,
            "expires": int(PULL_SECONDS * NANOSECONDS),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * NANOSECONDS),
            "max_bytes": FETCH_BYTES_MAX,
        }
        self._pull = next(self._pulls)
        self._owed = batch
        self._heard_at = loop.time()
        self._expires_at = self._heard_at + PULL_SECONDS
        await self._connection.write(
            self._next, orjson.dumps(request), reply=f"{self._inbox}.{self._pull}"
        )

    def _silence_left(self) -> float:
        """Seconds until a request that gives no sign of life is given up."""
        now = asyncio.get_running_loop().time()
        silence = self._heard_at + SILENCE_SECONDS
        return max(0.0, min(silence, self._expires_at + GATHER_SECONDS) - now)

    async def _told(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _pause_longer(self) -> None:
        self._pause = min(max(self._pause * 2, BACKOFF_SECONDS_MIN), BACKOFF_SECONDS_MAX)
        await asyncio.sleep(self._pause)

    async def _take(self, arrival: Arrival) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if not arrival.status:
            self._arrived.append(_message(arrival, self._connection))
            self._owed -= 1
            self._pause = 0.0
        elif arrival.status != "100" and arrival.subject == f"{self._inbox}.{self._pull}":
            self._owed = 0
            description = arrival.headers.get("Description", "").lower()
            if arrival.status == "503" or (
                arrival.status == "409" and not description.startswith(("batch", "message size"))
            ):
                self._missing = f"{arrival.status} {description.strip()}"
        self._news.set()


def _message(arrival: Arrival, connection: Connection) -> Message:
    tokens = arrival.reply.split(".")
    if len(tokens) > ACK_TOKENS:
        del tokens[2:4]
    _, _, _, _, delivered, sequence, _, _, pending = tokens[:ACK_TOKENS]
    return Message(
        subject=arrival.subject,
        headers=arrival.headers,
        body=arrival.body,
        sequence=int(sequence),
        delivered=int(delivered),
        pending=int(pending),
        _reply=arrival.reply,
        _connection=connection,
    )
