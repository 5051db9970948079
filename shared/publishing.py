"""A stream that is published: its relay under a leader's lock, and its copying anew."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge

from shared.bus import ApiError, Bus, NoStream
from shared.errors import Retry
from shared.leadership import leadership
from shared.relay import Relay
from shared.telemetry import REGISTRY

log = structlog.get_logger(__name__)

REBUILDING = Gauge(
    "liennganh_stream_rebuilding",
    "1 while a stream is copied anew from its log",
    ["relay"],
    registry=REGISTRY,
)
REBUILT = Gauge(
    "liennganh_stream_rebuild_position",
    "Position that the last copying anew of a stream has reached",
    ["relay"],
    registry=REGISTRY,
)


@dataclass(eq=False)
class Publishing:
    """One relay of this process, and what it takes to begin its stream anew."""

    name: str
    """Of the task and of the leader's lock."""
    relay: Relay
    bus: Bus
    database_url: str
    make_stream: Callable[[], Awaitable[None]]
    """Makes the stream when there is none."""
    head: Callable[[], Awaitable[int]] | None = None
    """The last position of the outbox, for who asks how far behind the stream is."""
    leads: bool = False
    """Whether this process publishes it now."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """The relay is for one task at a time; taken inside the leader's lock, never outside."""
    _rebuilding: bool = False

    async def run(self) -> None:
        """Publish whenever we lead. Raises `Retry` when the lock is lost, `Broken` as the relay."""
        async with leadership(self.name, self.database_url), self._turn:
            self.leads = True
            try:
                await self.relay.run()
            finally:
                self.leads = False

    async def rebuild(self) -> int:
        """Delete the stream, make it anew, publish everything; returns how many messages.

        Whoever publishes now, here or in another process, is deposed first and goes on
        afterwards. Message ids and order are those of the outbox, and durables are made again from
        the start of the stream: readers drop what is at or below their checkpoint, and agencies
        that pull their feeds hear old messages again with the same ids. When it is cut short, do
        it again; nothing is lost with it, because the log keeps everything.
        Raises `Retry` when it is under way already or the bus is away, `Broken` as the relay does.
        """
        if self._rebuilding:
            raise Retry(f"stream {self.relay.stream} is being copied anew already; wait for it")
        self._rebuilding = True
        gauge = REBUILDING.labels(self.relay.name)
        gauge.set(1)
        try:
            async with leadership(self.name, self.database_url, depose=True), self._turn:
                log.warning("stream is copied anew", stream=self.relay.stream)
                count = await self.relay.begin_anew(self._empty, self._tell)
        finally:
            self._rebuilding = False
            gauge.set(0)
        log.warning("stream was copied anew", stream=self.relay.stream, messages=count)
        return count

    async def _empty(self) -> None:
        """A new stream in place of the old one, with the old one's durables."""
        stream = self.relay.stream
        try:
            durables = await self.bus.durables(stream)
        except NoStream:
            durables = []  # Each is made again by its reader.
        await self.bus.delete_stream(stream)
        await self.make_stream()
        for configuration in durables:
            try:
                await self.bus.restore_durable(stream, configuration)
            except ApiError as error:
                name = configuration.get("durable_name")
                log.error("durable was not made again", durable=name, why=str(error))

    def _tell(self, position: int) -> None:
        REBUILT.labels(self.relay.name).set(position)
        log.info("stream is being copied anew", stream=self.relay.stream, position=position)
