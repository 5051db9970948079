"""The whole road of an event: log → relay → stream on a real broker → read model."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from shared.actor import Actor
from shared.bus import Bus
from shared.bus_source import BusSource
from shared.envelope import Metadata
from shared.follow import Follower
from shared.log import Append, NewEvent
from shared.outbox import LogOutbox
from shared.publishing import Publishing
from shared.relay import Relay
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.running import until
from tests.shared.bus_examples import stored_ids
from tests.shared.counted import Numbers
from tests.shared.nats_fixture import NatsProcess

STREAM = "LN"
SUBJECTS = "ln.>"
EVENTS_PER_APPEND = 200
WINDOW_SECONDS = 0.2
"""How long the stream remembers ids: so short that only the chain is left to tell a repetition."""
LONG_SECONDS = 60.0
"""Restarts, back-offs and a busy machine included."""


@dataclass
class Road:
    """One of each; a test may do harm anywhere on it."""

    server: NatsProcess
    bus: Bus
    log: PostgresLog
    numbers: Numbers
    postgres_url: str
    tasks: Supervisor

    async def record(self, *numbers: int, bytes_each: int = 0) -> None:
        """Events with these numbers, each in a stream of its own."""
        for first in range(0, len(numbers), EVENTS_PER_APPEND):
            chosen = numbers[first : first + EVENTS_PER_APPEND]
            events = tuple(_event(number, bytes_each) for number in chosen)
            verdict = await self.log.append(Append(uuid.uuid4(), events))
            assert verdict.status == "appended"

    def relay(self, bus: Bus | None = None) -> Relay:
        """As one process has it."""
        return Relay(LogOutbox(self.log), bus or self.bus, STREAM, cursor=self.log)

    def publishing(self) -> Publishing:
        """The relay that runs whenever we lead."""
        name = f"relay {self.log.epoch}"
        return Publishing(name, self.relay(), self.bus, self.postgres_url, self.make_stream)

    async def make_stream(self) -> None:
        await self.bus.ensure_stream(STREAM, [SUBJECTS], duplicate_window_seconds=WINDOW_SECONDS)

    async def follow(self) -> None:
        """The read model takes what the stream brings, from now on."""
        source = await BusSource.open(
            self.bus,
            name=self.log.name,
            epoch=self.log.epoch,
            stream=STREAM,
            durable=self.numbers.made.schema,
            fill=self.log.read,
            load=self.log.load,
        )
        follower = Follower(self.numbers.made, source, self.log._pool)
        self.tasks.start("follower", follower.run)

    async def restart_broker(self, harm: Callable[[], None] = lambda: None) -> None:
        """Kill the broker, do that to its files, start it, and wait for the line to it."""
        before = self.bus.generation
        self.server.kill()
        harm()
        await self.server.start()
        await until(partial(self._connected_anew, before), LONG_SECONDS)

    async def _connected_anew(self, before: int) -> bool:
        return self.bus.generation > before and self.bus.healthy

    async def arrive(self, numbers: Sequence[int]) -> None:
        """Return when the read model has so many; it must have each once, in order, and the stream
        must hold what the log holds: each event once, in order."""

        async def so_many() -> bool:
            return len(await self.numbers.seen()) >= len(numbers)

        async def all_published() -> bool:
            return await self.log.get() >= await self.log.head()

        await until(so_many, LONG_SECONDS)
        await until(all_published, LONG_SECONDS)
        assert await self.numbers.seen() == [*numbers]
        assert await stored_ids(self.bus, STREAM) == await self.positions()

    async def positions(self) -> list[str]:
        """Of all events in the log, as message ids say them."""
        return [str(each.position) for each in await self.log.read(0, 100_000)]


@asynccontextmanager
async def road(
    server: NatsProcess, log: PostgresLog, folder: Path, postgres_url: str
) -> AsyncIterator[Road]:
    """Everything but relay and follower runs."""
    tasks = Supervisor()
    async with Bus.connect(server.url, name="promises") as bus:
        numbers = await Numbers.made_in(folder, log, log._pool)
        built = Road(server, bus, log, numbers, postgres_url, tasks)
        await built.make_stream()
        try:
            yield built
        finally:
            await tasks.stop()


def _event(number: int, bytes_each: int) -> NewEvent:
    said = {"timestamp": "2025-07-01T00:00:00+07:00", "n": number, "note": "x" * bytes_each}
    about = (f"thing:{number}",)
    metadata = Metadata(Actor("CA_TINH-P34-40", "clerk"), about, uuid.uuid4(), uuid.uuid4())
    topic = "directives.counted.v1"
    return NewEvent(uuid.uuid4(), uuid.uuid4(), 1, topic, orjson.dumps(said), metadata.to_json())
