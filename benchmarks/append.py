"""Durable appends of single-event commands per second, beside everybody else on one server."""

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import asyncpg

from benchmarks import conditions, recorders, report, stored
from benchmarks.payloads import Payload, payloads
from benchmarks.product import folder
from benchmarks.recorders import Author
from benchmarks.report import Spread
from benchmarks.scale import SEED, Scale
from shared.embedded.servers import EmbeddedServers

STALE_SHARE = 0.2
RUN_SECONDS_MAX = 120.0
"""One measurement that takes longer is a failure, not a figure."""
FILL_SECONDS_MAX = 3600.0
THREAD_STACK_BYTES = 256 * 1024

Asynchronous = Callable[[str, str], AbstractAsyncContextManager[recorders.Append1]]
TASKS: dict[str, Asynchronous] = {
    "ours": recorders.ours,
    "peer": recorders.peer,
    "peer_in_one_call": recorders.peer_in_one_call,
}
NAMES = (*TASKS, "eventsourcing")
LIMITS = {"limit": (1, False), "limit_pipelined": (2, False), "limit_with_ledger": (2, True)}
"""Connections, and whether the ledger's rows are written too."""
LOGS = ("empty", "stored")
"""To which ours appends: a new log, and one that holds millions of events."""


@dataclass(slots=True)
class Counts:
    """What became of the commands of one client."""

    appended: int = 0
    refused: int = 0


Found = dict[str, list[float]]


async def measure(scale: Scale) -> None:
    """Run everything, print the tables, write append*.json."""
    threading.stack_size(THREAD_STACK_BYTES)
    async with folder() as data, EmbeddedServers(data, nats=False) as servers:
        url = servers.database_url
        where = await conditions.of(url)
        conditions.show(where)
        bench = _Bench(url, scale)
        fresh = {each: await bench.appends(each, 0.0) for each in scale.clients}
        stale = {each: await bench.appends(each, STALE_SHARE) for each in scale.clients_with_stale}
        long = await bench.appends_to_stored()
    _tell("append", "all commands fit", 0.0, fresh, where)
    _tell("append_stale", f"{STALE_SHARE:.0%} are stale", STALE_SHARE, stale, where)
    _tell_stored(scale.stored_events, long, where)


class _Bench:
    """Measures on one server; each measurement has tables of its own."""

    def __init__(self, database_url: str, scale: Scale) -> None:
        self._url = database_url
        self._scale = scale
        self._payloads = payloads()
        self._numbers = itertools.count(1)
        self._runs = itertools.count(1)
        """So that no two measurements on one log write to the same streams."""

    async def appends(self, clients: int, stale_share: float) -> Found:
        """Appends per second of everybody, once for each round; who begins changes."""
        names = NAMES if stale_share else (*NAMES, *LIMITS)
        found: Found = {name: [] for name in names}
        for number in range(self._scale.rounds):
            turn = number * 2 % len(names)
            for name in names[turn:] + names[:turn]:
                schema = await self._clean()
                async with asyncio.timeout(RUN_SECONDS_MAX):
                    if name in LIMITS:
                        found[name].append(await self._limit(name, schema))
                    else:
                        found[name].append(await self._one(name, schema, clients, stale_share))
                await self._drop(schema)
        return found

    async def appends_to_stored(self) -> dict[int, Found]:
        """Appends per second of ours to a long log and to a new one, in turn; {} without room."""
        events = self._scale.stored_events
        if not await stored.room_for(events, self._url):
            return {}
        long = await self._clean()
        async with asyncio.timeout(FILL_SECONDS_MAX):
            await stored.fill(long, self._url, events)
        results: dict[int, Found] = {}
        for clients in self._scale.clients_with_stored:
            found: Found = {name: [] for name in LOGS}
            for number in range(self._scale.rounds):
                for name in LOGS if number % 2 else reversed(LOGS):
                    new = await self._clean()
                    schema = long if name == "stored" else new
                    async with asyncio.timeout(RUN_SECONDS_MAX):
                        found[name].append(await self._one("ours", schema, clients, 0.0))
                    if name == "empty":
                        await self._drop(new)
            results[clients] = found
        await self._drop(long)
        return results

    async def _one(self, name: str, schema: str, clients: int, stale_share: float) -> float:
        run = next(self._runs)
        authors = [
            Author(random.Random(f"{SEED} {run} {number}"), stale_share)
            for number in range(clients)
        ]
        counts = [Counts() for _ in authors]
        if name == "eventsourcing":
            async with recorders.eventsourcing(schema, self._url) as append_now:
                return await self._in_threads(append_now, authors, counts)
        async with TASKS[name](schema, self._url) as append:
            return await self._in_tasks(append, authors, counts)

    async def _in_tasks(
        self, append: recorders.Append1, authors: Sequence[Author], counts: Sequence[Counts]
    ) -> float:
        ended = False

        async def client(number: int) -> None:
            author, count = authors[number], counts[number]
            for payload in itertools.cycle(self._from(number)):
                if ended:
                    return
                stream, version = author.next()
                if await append(stream, version, payload):
                    author.appended(version)
                    count.appended += 1
                else:
                    count.refused += 1

        async with asyncio.TaskGroup() as group:
            for number in range(len(authors)):
                group.create_task(client(number))
            rate = await self._window(counts)
            ended = True
        return rate

    async def _in_threads(
        self, append: recorders.AppendNow, authors: Sequence[Author], counts: Sequence[Counts]
    ) -> float:
        ended = threading.Event()
        failed: list[Exception] = []

        def client(number: int) -> None:
            author, count = authors[number], counts[number]
            try:
                for payload in itertools.cycle(self._from(number)):
                    if ended.is_set():
                        return
                    stream, version = author.next()
                    if append(stream, version, payload):
                        author.appended(version)
                        count.appended += 1
                    else:
                        count.refused += 1
            except Exception as error:
                failed.append(error)

        threads = [
            threading.Thread(target=client, args=(number,), daemon=True)
            for number in range(len(authors))
        ]
        for thread in threads:
            thread.start()
        rate = await self._window(counts)
        ended.set()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        if failed:
            raise failed[0]
        return rate

    async def _window(self, counts: Sequence[Counts]) -> float:
        """Appends per second in a stretch that begins when everybody is under way."""
        await asyncio.sleep(self._scale.warm_seconds)
        begun, before = time.perf_counter(), sum(each.appended for each in counts)
        await asyncio.sleep(self._scale.append_seconds)
        after, ended = sum(each.appended for each in counts), time.perf_counter()
        return (after - before) / (ended - begun)

    async def _limit(self, name: str, schema: str) -> float:
        """Rows per second of the database alone."""
        connections, ledger = LIMITS[name]
        batch = (list(self._payloads) * 2)[: recorders.LIMIT_BATCH_EVENTS]
        rows = 0
        async with recorders.limit(
            schema, self._url, connections=connections, ledger=ledger
        ) as insert:

            async def one() -> None:
                nonlocal rows
                while time.perf_counter() < ends:
                    rows += await insert(batch)

            # The first batch of each connection prepares the statement.
            await asyncio.gather(*(insert(batch) for _ in range(connections)))
            begun = time.perf_counter()
            ends = begun + self._scale.limit_seconds
            await asyncio.gather(*(one() for _ in range(connections)))
            return rows / (time.perf_counter() - begun)

    def _from(self, number: int) -> Sequence[Payload]:
        """The payloads in turn, another first one for each client."""
        at = number % len(self._payloads)
        return [*self._payloads[at:], *self._payloads[:at]]

    async def _clean(self) -> str:
        """A name for new tables, after a checkpoint so that none falls into the measurement."""
        connection = await asyncpg.connect(self._url)
        await connection.execute("CHECKPOINT")
        await connection.close()
        return f"bench{next(self._numbers)}"

    async def _drop(self, schema: str) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(f"DROP SCHEMA {schema} CASCADE")
        await connection.close()


def _tell(
    name: str, what: str, stale_share: float, found: dict[int, Found], where: dict[str, object]
) -> None:
    spreads = {
        clients: {who: Spread.of(figures) for who, figures in each.items()}
        for clients, each in found.items()
    }
    report.show(
        f"durable appends per second, {what}: median (least to most)",
        ["clients", *NAMES],
        [[str(clients), *(each[who].text() for who in NAMES)] for clients, each in spreads.items()],
    )
    if not stale_share:
        report.show(
            f"rows per second of the database alone, in batches of {recorders.LIMIT_BATCH_EVENTS}",
            ["beside clients", *LIMITS],
            [
                [str(clients), *(each[how].text() for how in LIMITS)]
                for clients, each in spreads.items()
            ],
        )
    report.show(
        "ours, as a multiple of",
        ["clients", "eventsourcing", "the fastest peer", "the limit", "the limit with ledger"],
        [
            [
                str(clients),
                *(
                    report.ratio(each["ours"].median, _most(each, *others))
                    for others in (
                        ("eventsourcing",),
                        ("peer", "peer_in_one_call"),
                        ("limit", "limit_pipelined"),
                        ("limit_with_ledger",),
                    )
                ),
            ]
            for clients, each in spreads.items()
        ],
    )
    rows = [
        {
            "clients": clients,
            "stale_share": stale_share,
            "unit": "appends per second",
            **{who: round(each[who].median, 1) for who in NAMES},
            **({} if stale_share else _limits(each)),
            "least_and_most": {who: spread.json() for who, spread in each.items()},
        }
        for clients, each in spreads.items()
    ]
    report.write(name, rows, where)


def _tell_stored(events: int, found: dict[int, Found], where: dict[str, object]) -> None:
    if not found:
        print(f"\nnot measured: the disk has no room for {events:,} events", flush=True)
        return
    spreads = {
        clients: {log: Spread.of(figures) for log, figures in each.items()}
        for clients, each in found.items()
    }
    report.show(
        f"durable appends per second of ours; stored: 0 / {events:,}: median (least to most)",
        ["clients", "stored: 0", f"stored: {events:,}", "share"],
        [
            [
                str(clients),
                *(each[log].text() for log in LOGS),
                report.ratio(each["stored"].median, each["empty"].median),
            ]
            for clients, each in spreads.items()
        ],
    )
    rows = [
        {
            "clients": clients,
            "stored_events": events,
            "unit": "appends per second",
            **{log: round(each[log].median, 1) for log in LOGS},
            "least_and_most": {log: spread.json() for log, spread in each.items()},
        }
        for clients, each in spreads.items()
    ]
    report.write("append_stored", rows, where)


def _limits(each: dict[str, Spread]) -> dict[str, float]:
    return {
        "limit": round(_most(each, "limit", "limit_pipelined"), 1),
        "limit_with_ledger": round(_most(each, "limit_with_ledger"), 1),
    }


def _most(spreads: dict[str, Spread], *names: str) -> float:
    """The highest median among those that were measured; 0 when none was."""
    return max((spreads[name].median for name in names if name in spreads), default=0.0)
