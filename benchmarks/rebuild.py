"""Making the timeline anew, beside copying its rows and beside the library's ProjectionRunner."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg

from benchmarks import conditions, history, report
from benchmarks.product import folder
from benchmarks.report import Spread
from benchmarks.runner import Runner
from benchmarks.scale import Scale
from services.timeline.projection import TIMELINE
from shared.embedded.servers import EmbeddedServers
from shared.rebuild import Progress, rebuild
from shared.store.postgres import PostgresLog

LOG = "directives"
OF_ONE_LOG = replace(TIMELINE, sources=(LOG,))
"""The timeline, as far as this log fills it."""
POOL_CONNECTIONS = 6
TABLES = ("entries", "subject_entries", "titles")
EARLY = 0.25
"""Share of the events after which memory is looked at for the first time."""
MIB = 2**20
NAMES = ("build", "compare_and_switch", "copy", "runner")

Found = dict[str, list[float]]


async def measure(scale: Scale) -> None:
    """Print the tables, write rebuild.json."""
    async with folder() as data, EmbeddedServers(data, nats=False) as servers:
        where = await conditions.of(servers.database_url)
        conditions.show(where)
        async with _opened(servers.database_url) as (pool, log):
            await history.record(log, scale.rebuild_events)
            bench = _Bench(pool, log, servers.database_url, scale)
            await bench.run()
    _tell(bench, scale, where)


@asynccontextmanager
async def _opened(database_url: str) -> AsyncIterator[tuple[asyncpg.Pool, PostgresLog]]:
    async with asyncpg.create_pool(
        database_url, min_size=POOL_CONNECTIONS, max_size=POOL_CONNECTIONS, reset=_as_it_is
    ) as pool:
        log = await PostgresLog.open(LOG, pool, database_url)
        writer = asyncio.create_task(log.writer.run())
        try:
            yield pool, log
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)


class _Bench:
    """Everything once in each round, one after the other."""

    def __init__(
        self, pool: asyncpg.Pool, log: PostgresLog, database_url: str, scale: Scale
    ) -> None:
        self.found: Found = {name: [] for name in NAMES}
        """Events per second."""
        self.memory: dict[str, list[float]] = {"before": [], "early": [], "most": []}
        """Resident MiB of this process."""
        self._pool = pool
        self._log = log
        self._runner = Runner(database_url)
        self._scale = scale

    async def run(self) -> None:
        """All rounds."""
        few = list(itertools.islice(history.history(self._scale.runner_events), None))
        await self._runner.record(few)
        for number in range(self._scale.rounds):
            await self._build(10 + number)
            await self._copy(10 + number, 100 + number)
            begun = time.perf_counter()
            await self._runner.events_run()
            self._add("runner", self._scale.runner_events, time.perf_counter() - begun)

    async def _build(self, version: int) -> None:
        """A version that is not there; then the same once more beside it, compared, switched."""
        await self._pool.execute("CHECKPOINT")
        made = replace(OF_ONE_LOG, version=version)
        memory = [_resident_mib()]

        def look(progress: Progress) -> None:
            memory.append(_resident_mib())

        outcome = await rebuild(made, {LOG: self._log}, self._pool, progress=look)
        self._add("build", outcome.events, outcome.seconds)
        self.memory["before"].append(memory[0])
        self.memory["early"].append(max(memory[: max(2, round(len(memory) * EARLY))]))
        self.memory["most"].append(max(memory))
        await self._pool.execute("CHECKPOINT")
        outcome = await rebuild(made, {LOG: self._log}, self._pool)
        if not (outcome.verdict == "equal" and outcome.switched):
            raise RuntimeError(f"the timeline differs from itself: {outcome}")
        self._add("compare_and_switch", outcome.events, outcome.seconds)

    async def _copy(self, version: int, twin: int) -> None:
        """The same rows into empty tables with the same indexes, in one transaction."""
        made, empty = replace(OF_ONE_LOG, version=version), replace(OF_ONE_LOG, version=twin)
        await empty.create(self._pool)
        await self._pool.execute("CHECKPOINT")
        begun = time.perf_counter()
        async with self._pool.acquire() as connection, connection.transaction():
            for table in TABLES:
                await connection.execute(
                    f"INSERT INTO {empty.schema}.{table} SELECT * FROM {made.schema}.{table}"
                )
        self._add("copy", self._scale.rebuild_events, time.perf_counter() - begun)
        for each in (made, empty):
            await self._pool.execute(f"DROP SCHEMA {each.schema} CASCADE")

    def _add(self, name: str, events: int, seconds: float) -> None:
        self.found[name].append(events / seconds)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Nothing of a session is changed, so the round trip that would undo it is saved."""


def _tell(bench: _Bench, scale: Scale, where: dict[str, object]) -> None:
    spreads = {name: Spread.of(figures) for name, figures in bench.found.items()}
    memory = {name: max(figures) for name, figures in bench.memory.items()}
    report.show(
        f"a timeline of {scale.rebuild_events:,} events, events per second: median (least to most)",
        ["", "events/s", "build is so many times as fast"],
        [
            [name, spread.text(), report.ratio(spreads["build"].median, spread.median)]
            for name, spread in spreads.items()
        ],
    )
    report.show(
        "resident memory while it is built, MiB",
        ["", "MiB"],
        [[name, f"{each:.0f}"] for name, each in memory.items()],
    )
    row = {
        "events": scale.rebuild_events,
        "runner_events": scale.runner_events,
        "unit": "events per second; MiB",
        **{name: round(spread.median, 1) for name, spread in spreads.items()},
        "least_and_most": {name: spread.json() for name, spread in spreads.items()},
        "memory_mib": {name: round(each, 1) for name, each in memory.items()},
    }
    report.write("rebuild", [row], where)
