"""One supervised connection to NATS: the only file that knows the client library.

`nats-py` is used for its protocol alone. Its reconnecting, its request futures and its JetStream
layer each lose messages, permits or the connection itself in ways that were seen in tests: it ends
its read loop when a callback raises or a late PONG meets a cancelled future and still calls itself
connected, closes for good on most `-ERR`, keeps bytes of a publish that has already failed and
sends them later, does not count headers against the payload limit, and swallows cancellation while
it writes. So here a client lives for exactly one TCP connection. A watchdog asks for a round trip,
replaces a client that does not answer, subscribes again, and fails at once whoever was waiting.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from secrets import token_hex
from ssl import SSLContext
from typing import Any

import structlog
from nats.aio.client import Client
from prometheus_client import Counter, Gauge

from shared.bus.faults import Forbidden, PublishUnknown, TooLarge, Unavailable
from shared.bus.wire import Arrival, Interest, Waiting, bounded, header_block
from shared.errors import Broken
from shared.telemetry import REGISTRY

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 10.0
"""How long the first connection may take, retries included."""
DIAL_SECONDS = 4.0
"""How long one attempt may take; more than the server's own time for an auth callout."""
REDIAL_SECONDS_MIN = 0.05
REDIAL_SECONDS_MAX = 2.0
WATCH_SECONDS = 1.0
PING_SECONDS = 10.0
PING_TIMEOUT_SECONDS = 5.0
CLOSE_SECONDS = 2.0
DRAIN_SECONDS = 5.0
FLUSH_SECONDS = 2.0
PENDING_BYTES_MAX = 8 * 1024 * 1024
"""Written and not yet taken by the socket."""
ARRIVED_MESSAGES_MAX = 16_384
ARRIVED_BYTES_MAX = 64 * 1024 * 1024
"""Arrived on one subscription and not yet handled; what comes on top is lost, as NATS may."""
SUBJECT = re.compile(r"\S+")

HEALTHY = Gauge("liennganh_bus_healthy", "1 while it can be used", ["bus"], registry=REGISTRY)
RECONNECTS = Counter("liennganh_bus_reconnects", "Lines replaced", ["bus"], registry=REGISTRY)

Secret = str | Callable[[], str] | None
"""A credential, or where to ask for it at each new connection (not blocking)."""


@dataclass(kw_only=True)
class Connection:
    """Keeps one client connected to one of `servers`; see the module's words for why."""

    servers: list[str]
    name: str
    user: Secret = None
    password: Secret = None
    token: Secret = None
    inbox_prefix: str = "_INBOX"
    tls: SSLContext | None = None
    generation: int = 0
    """Counts connections; a change means that something may have been lost in between."""
    trouble: str = ""
    """Why it is not healthy, for people."""
    _client: Client | None = None
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _interests: list[Interest] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)
    _tokens: "count[int]" = field(default_factory=count)
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _suspicion: asyncio.Event = field(default_factory=asyncio.Event)
    _pings: set[asyncio.Task[bool]] = field(default_factory=set)
    _closing: bool = False
    _supervisor: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.inbox = f"{self.inbox_prefix}.{token_hex(11)}"
        """Where answers to this connection arrive; nobody else can guess it."""

    async def open(self) -> None:
        """Connect. Raises `Unavailable` when no server answers in time, `Broken` if it says no."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CONNECT_SECONDS
        self._interests.append(Interest(f"{self.inbox}.*", "", self._answered))
        while not await self._dial():
            if "authorization" in self.trouble.lower():
                raise Broken(f"the bus does not accept {self.name}: check its user and password")
            if loop.time() >= deadline:
                raise Unavailable(
                    f"no NATS server at {', '.join(self.servers)} ({self.trouble}): "
                    "start it, or correct LIENNGANH_NATS_URL"
                )
            await asyncio.sleep(REDIAL_SECONDS_MIN)
        self._supervisor = loop.create_task(self._supervise(), name=f"bus {self.name}")
        HEALTHY.labels(self.name).set_function(lambda: self.healthy)

    async def close(self) -> None:
        """Send what is written, then disconnect; bounded in time."""
        self._closing = True
        self._up.clear()
        HEALTHY.remove(self.name)
        if self._supervisor is not None:
            self._supervisor.cancel()
            self._suspicion.set()
            await asyncio.wait({self._supervisor}, timeout=CLOSE_SECONDS)
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            await self._ping(client, DRAIN_SECONDS)
        await self._discard(client)
        for ping in list(self._pings):
            ping.cancel()

    @property
    def healthy(self) -> bool:
        """Connected, answering, supervised, and every subscription granted."""
        supervised = self._supervisor is not None and not self._supervisor.done()
        return supervised and self.connected and not self._refused

    @property
    def connected(self) -> bool:
        """Whether a request may be written now."""
        return self._up.is_set() and self._client is not None and self._client.is_connected

    @property
    def refused(self) -> frozenset[str]:
        """Subjects that we may not subscribe to, in small letters."""
        return frozenset(self._refused)

    def suspect(self) -> None:
        """Ask the watchdog to look at once."""
        self._suspicion.set()

    async def wait_connected(self, timeout_seconds: float) -> bool:
        """Whether it is connected, at the latest after the timeout."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while not self.connected:
                    self.suspect()  # Perhaps the watchdog has not seen yet that the line is gone.
                    await asyncio.sleep(REDIAL_SECONDS_MIN)
                    await self._up.wait()
        return self.connected

    async def write(
        self,
        subject: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        reply: str = "",
    ) -> None:
        """Hand over to the socket, in the order of the calls.

        Raises `Unavailable`, `TooLarge`, `ValueError` for a subject or header that is none, and
        `PublishUnknown` when the connection breaks mid-way.
        """
        client = self._client
        if client is None or not self.connected:
            raise Unavailable(f"not connected to the bus ({self.trouble or 'starting'})")
        block = header_block(headers) if headers else b""
        if (size := len(block) + len(body)) > client.max_payload:
            raise TooLarge(
                f"{subject}: {size} bytes with headers, the server takes {client.max_payload}: "
                "make the message smaller or raise max_payload"
            )
        if not (SUBJECT.fullmatch(subject) and SUBJECT.fullmatch(reply or "_")):
            raise ValueError(f"not a subject: {subject!r} or {reply!r}")
        head = f"HPUB {subject} {reply} {len(block)}" if block else f"PUB {subject} {reply}"
        try:
            # Below the library's `publish`, which takes longer for ten headers than for all else.
            await client._send_command(b"%b %d\r\n%b%b\r\n" % (head.encode(), size, block, body))
            if client._flush_queue is not None and client._flush_queue.empty():
                await client._flush_pending()
        except Exception as error:
            self.suspect()
            raise PublishUnknown(f"{subject}: the connection broke off: {error!r}") from error
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError  # The library swallows it while it flushes.

    async def ask(
        self, subject: str, body: bytes, headers: Mapping[str, str] | None, timeout_seconds: float
    ) -> Waiting:
        """Write a request and return at once with the wait for its answer."""
        loop = asyncio.get_running_loop()
        key = str(next(self._tokens))
        waiting = Waiting(
            subject, loop.time() + timeout_seconds, loop.create_future(), self.suspect
        )
        waiting.future.add_done_callback(lambda future: self._forget(key, future))
        self._waiting[key] = waiting
        try:
            await self.write(subject, body, headers, reply=f"{self.inbox}.{key}")
        except BaseException:
            waiting.future.cancel()
            raise
        return waiting

    async def subscribe(
        self,
        subject: str,
        arrived: Callable[[Arrival], Awaitable[None]],
        queue: str = "",
        renewed: Callable[[], None] | None = None,
    ) -> Interest:
        """Call `arrived` for every message, one after the other, over all connections to come."""
        interest = Interest(subject, queue, arrived, renewed)
        self._interests.append(interest)
        client = self._client
        if client is not None and self.connected:
            try:
                await self._attach(client, interest)
            except Exception:
                if client.is_connected:
                    self._interests.remove(interest)
                    raise
                self.suspect()  # The next connection will carry it.
        return interest

    async def unsubscribe(self, interest: Interest) -> None:
        """The reverse of `subscribe`."""
        with suppress(ValueError):
            self._interests.remove(interest)
        if interest.handle is not None and self.connected:
            await bounded(interest.handle.unsubscribe(), CLOSE_SECONDS)

    async def flush(self, timeout_seconds: float = PING_TIMEOUT_SECONDS) -> None:
        """Return when the server has read all that was written. Raises `Unavailable`."""
        client = self._client
        if client is None or not self.connected:
            raise Unavailable("not connected to the bus")
        if not await self._ping(client, timeout_seconds):
            self.suspect()
            raise Unavailable("the bus does not answer")

    async def _dial(self) -> bool:
        client = Client()
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                await client.connect(
                    servers=self.servers,
                    name=self.name,
                    user=self.user,
                    password=self.password,
                    token=self.token,
                    tls=self.tls,
                    inbox_prefix=self.inbox_prefix,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=2,
                    ping_interval=int(PING_SECONDS),
                    flush_timeout=FLUSH_SECONDS,
                    pending_size=PENDING_BYTES_MAX,
                    drain_timeout=int(DRAIN_SECONDS),
                    error_cb=self._erred,
                    closed_cb=self._closed,
                )
                self._refused.clear()
                while missing := [i for i in self._interests if i.client is not client]:
                    await self._attach(client, missing[0])
        except BaseException as error:
            self.trouble = self.trouble or repr(error)
            await self._discard(client)
            if isinstance(error, Exception):
                return False
            raise
        self._client = client
        self.generation += 1
        self.trouble = ""
        self._up.set()
        for interest in self._interests:
            if interest.renewed is not None:
                interest.renewed()
        return True

    async def _attach(self, client: Client, interest: Interest) -> None:
        async def deliver(message: Any) -> None:
            await interest.arrived(
                Arrival(message.subject, message.reply, message.headers or {}, message.data)
            )

        interest.client = client
        interest.handle = await client.subscribe(
            interest.subject,
            interest.queue,
            cb=deliver,
            pending_msgs_limit=ARRIVED_MESSAGES_MAX,
            pending_bytes_limit=ARRIVED_BYTES_MAX,
        )

    async def _supervise(self) -> None:
        while not self._closing:
            why = await self._watch()
            if self._closing:
                return
            self._up.clear()
            self.trouble = self.trouble or why
            log.warning("bus connection lost", bus=self.name, why=self.trouble)
            self._fail_waiting()
            client, self._client = self._client, None
            await self._discard(client)
            pause = REDIAL_SECONDS_MIN
            while not self._closing and not await self._dial():
                await asyncio.sleep(pause)
                pause = min(pause * 2, REDIAL_SECONDS_MAX)
            RECONNECTS.labels(self.name).inc()
            log.info("bus connected again", bus=self.name, generation=self.generation)

    async def _watch(self) -> str:
        """Return with the reason as soon as the present client is of no use any more."""
        loop = asyncio.get_running_loop()
        answered_at = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._suspicion.wait()
            suspected = self._suspicion.is_set()
            self._suspicion.clear()
            client = self._client
            if client is None or not client.is_connected:
                return "the server closed the connection"
            if suspected or loop.time() - answered_at >= PING_SECONDS:
                if not await self._ping(client, PING_TIMEOUT_SECONDS):
                    return f"no answer to a ping within {PING_TIMEOUT_SECONDS} s"
                answered_at = loop.time()
                self.trouble = self.trouble if self._refused else ""

    async def _ping(self, client: Client, timeout_seconds: float) -> bool:
        # When the PONG of a cancelled ping comes, the library's read loop dies of it: so a ping
        # goes on by itself when the one who wants to know is cancelled.
        ping = asyncio.create_task(_round_trip(client, timeout_seconds))
        self._pings.add(ping)
        ping.add_done_callback(self._pings.discard)
        # And before it has been written, the library waits without end for a socket that is full.
        done, _ = await asyncio.wait({ping}, timeout=timeout_seconds + FLUSH_SECONDS)
        return bool(done) and ping.result()

    async def _discard(self, client: Client | None) -> None:
        if client is not None and not client.is_closed:
            await bounded(client.close(), CLOSE_SECONDS)

    async def _answered(self, arrival: Arrival) -> None:
        waiting = self._waiting.get(arrival.subject.rpartition(".")[2])
        if waiting is not None and not waiting.future.done():
            waiting.future.set_result(arrival)

    def _forget(self, key: str, future: asyncio.Future[Arrival]) -> None:
        self._waiting.pop(key, None)
        if not future.cancelled():
            future.exception()  # Marks it as seen: nobody has to wait for an answer.

    def _fail_waiting(self) -> None:
        for waiting in list(self._waiting.values()):
            if not waiting.future.done():
                waiting.future.set_exception(
                    PublishUnknown(f"{waiting.subject}: connection lost before the answer")
                )

    async def _erred(self, error: Exception) -> None:
        """Called by the library, which must never see an exception from here."""
        text = str(error) or repr(error)
        refusal = re.search(r'permissions violation for (publish|subscription) to "([^"]*)"', text)
        if refusal is None:
            self.trouble = text
            self.suspect()
        elif refusal[1] == "subscription":
            self._refused.add(refusal[2])
            self.trouble = text
        else:
            for waiting in list(self._waiting.values()):
                if waiting.subject.lower() == refusal[2] and not waiting.future.done():
                    waiting.future.set_exception(
                        Forbidden(f"{self.name} may not publish to {waiting.subject}")
                    )

    async def _closed(self) -> None:
        self.suspect()


async def _round_trip(client: Client, timeout_seconds: float) -> bool:
    # `rtt`, because `flush` reports success when the library's read loop is dead.
    try:
        await client.rtt(timeout_seconds)  # type: ignore[arg-type]
    except Exception as error:
        log.info("bus does not answer", error=repr(error))
        return False
    return True
