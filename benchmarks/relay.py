"""Events per second from a log into its stream, beside plain publishes of the same messages."""

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import nats
from nats.js import JetStreamContext
from nats.js.api import PubAck

from benchmarks import conditions, report
from benchmarks.payloads import TOPIC, payloads, random_id
from benchmarks.product import folder
from benchmarks.report import Spread
from benchmarks.scale import SEED, Scale
from shared.bus import Bus, Publication
from shared.embedded.servers import EmbeddedServers
from shared.log import Append, NewEvent
from shared.outbox import LogOutbox
from shared.relay import (
    EXPECTED_ID,
    MESSAGE_ID,
    PREVIOUS,
    READ_MAX,
    WINDOW_MESSAGES_MAX,
    Relay,
)
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor

STORE = "bench"
STREAM = "LN_BENCH"
EVENTS_OF_A_COMMAND = 200
PLAIN_MESSAGES_MAX = 20_000
"""Messages of one plain measurement: they are ready in memory before it begins."""
RUN_SECONDS_MAX = 300.0

NAMES = ("relay", "nats_py", "bus")
HEADS = ("relay, from the log", "nats-py, from memory", "our bus, from memory")
Found = dict[str, list[float]]
Spreads = dict[str, Spread]
Message = tuple[str, bytes, dict[str, str]]


async def measure(scale: Scale) -> None:
    """Run everything, print the table, write relay.json."""
    async with folder() as data, AsyncExitStack() as stack:
        servers = await stack.enter_async_context(EmbeddedServers(data))
        where = await conditions.of(servers.database_url)
        conditions.show(where)
        pool = await stack.enter_async_context(asyncpg.create_pool(servers.database_url))
        bus = await stack.enter_async_context(Bus.connect(servers.nats_url, name="bench"))
        client = await nats.connect(servers.nats_url)
        stack.push_async_callback(client.close)
        log = await _filled(pool, servers.database_url, scale.relay_events)
        js = client.jetstream(publish_async_max_pending=WINDOW_MESSAGES_MAX)
        rates, costs = await _Bench(log, bus, js, scale).rounds()
    _tell(_spreads(rates), _spreads(costs), scale, where)


async def _filled(pool: asyncpg.Pool, url: str, events: int) -> PostgresLog:
    """A log of so many events, each in a stream of its own."""
    supervisor = Supervisor()
    log = await PostgresLog.open(STORE, pool, url)
    supervisor.start("writer", log.writer.run)
    chance, ready = random.Random(SEED), itertools.cycle(payloads())
    try:
        for at in range(0, events, EVENTS_OF_A_COMMAND):
            new = [
                NewEvent(random_id(chance), random_id(chance), 1, TOPIC, each.state, each.metadata)
                for each in itertools.islice(ready, min(EVENTS_OF_A_COMMAND, events - at))
            ]
            await log.append(Append(random_id(chance), tuple(new)))
    finally:
        await supervisor.stop()
    return log


class _Bench:
    """Measures on one server; each measurement has a stream of its own, empty at first."""

    def __init__(self, log: PostgresLog, bus: Bus, js: JetStreamContext, scale: Scale) -> None:
        self._log = log
        self._bus = bus
        self._js = js
        self._scale = scale
        self._ways: dict[str, Callable[[], Awaitable[int]]] = {
            "relay": self._relay,
            "nats_py": self._nats_py,
            "bus": self._bus_alone,
        }
        self._chained: list[Message] = []
        self._free: list[Message] = []

    async def rounds(self) -> tuple[Found, Found]:
        """Events per second, and our processor microseconds for each; who begins changes."""
        await self._prepare()
        rates: Found = {name: [] for name in NAMES}
        costs: Found = {name: [] for name in NAMES}
        for number in range(self._scale.rounds):
            turn = number % len(NAMES)
            for name in NAMES[turn:] + NAMES[:turn]:
                await self._bus.delete_stream(STREAM)
                await self._bus.ensure_stream(STREAM, ["ln.>"])
                await self._log.set(0)
                async with asyncio.timeout(RUN_SECONDS_MAX):
                    begun, used = time.perf_counter(), time.process_time()
                    count = await self._ways[name]()
                    rates[name].append(count / (time.perf_counter() - begun))
                    costs[name].append((time.process_time() - used) / count * 1e6)
                assert (await self._bus.tail(STREAM)).sequence == count
        return rates, costs

    async def _prepare(self) -> None:
        """What the relay publishes, with the chain and without."""
        outbox, previous = LogOutbox(self._log), 0
        while len(self._free) < min(self._scale.relay_events, PLAIN_MESSAGES_MAX):
            for each in await outbox.read(previous, READ_MAX):
                ids = f"{STORE}/{self._log.epoch}/"
                headers = {
                    **each.headers,
                    MESSAGE_ID: f"{ids}{each.position}",
                    PREVIOUS: str(previous),
                }
                expected = {EXPECTED_ID: f"{ids}{previous}"} if previous else {}
                self._free.append((each.subject, each.body, headers))
                self._chained.append((each.subject, each.body, headers | expected))
                previous = each.position

    async def _relay(self) -> int:
        relay = Relay(LogOutbox(self._log), self._bus, STREAM, cursor=self._log)
        while await relay.step():
            pass
        return relay.published

    async def _bus_alone(self) -> int:
        """Our window without the chain, without reading, without a cursor."""
        window: deque[Publication] = deque()
        for message in self._free:
            if len(window) >= WINDOW_MESSAGES_MAX:
                await window.popleft().result()
            window.append(await self._bus.begin(*message))
        for publication in window:
            await publication.result()
        return len(self._free)

    async def _nats_py(self) -> int:
        """The library's own pipelined publishing of the very same bytes, chain included."""
        under_way: deque[asyncio.Future[PubAck]] = deque()
        for subject, body, headers in self._chained:
            if len(under_way) >= WINDOW_MESSAGES_MAX:
                await under_way.popleft()
            under_way.append(await self._js.publish_async(subject, body, headers=headers))
        for each in under_way:
            await each
        return len(self._chained)


def _spreads(found: Found) -> Spreads:
    return {name: Spread.of(figures) for name, figures in found.items()}


def _tell(spreads: Spreads, costs: Spreads, scale: Scale, where: dict[str, object]) -> None:
    ours = spreads["relay"].median
    report.show(
        f"events per second into a stream, {scale.relay_events:,} in the log: "
        "median (least to most)",
        ["", *HEADS],
        [
            ["events per second", *(spreads[name].text() for name in NAMES)],
            ["microseconds of our processor", *(costs[name].text(1) for name in NAMES)],
        ],
    )
    report.show(
        "the relay, as a multiple of",
        ["nats-py", "our bus"],
        [[report.ratio(ours, spreads[name].median) for name in NAMES[1:]]],
    )
    row = {
        "events": scale.relay_events,
        "window": WINDOW_MESSAGES_MAX,
        "unit": "events per second",
        **{name: round(spread.median, 1) for name, spread in spreads.items()},
        **{f"of_{name}": round(ours / spreads[name].median, 3) for name in NAMES[1:]},
        "processor_microseconds": {name: round(cost.median, 1) for name, cost in costs.items()},
        "least_and_most": {name: spread.json() for name, spread in spreads.items()},
    }
    report.write("relay", [row], where)
