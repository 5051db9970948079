"""What falls due next among a million running periods, and what a look costs the clock."""

import time
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from benchmarks import conditions, report
from benchmarks.product import folder
from benchmarks.report import quantile
from benchmarks.scale import Scale
from services.deadlines.projection import DUE
from shared.embedded.servers import EmbeddedServers
from shared.sql import Tables

RUNNING = (1_000, 1_000_000)
"""Running periods."""
NONE_LOST: list[UUID] = []
"""Periods that the clock passes over because the log has lost them."""
LOOKS = 300
PAGE_PERIODS = 500
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
APART = timedelta(seconds=7)
"""One falls due every seven seconds: a million in eleven weeks."""
FILL_PERIODS = 100_000
FILL = f"""
INSERT INTO {DUE.schema}.periods (id, rule, track, subject, opened, started_at, because, due, moved,
  miss_at, alarms, next_at, version)
SELECT gen_random_uuid(), 'INV', 'case', 'case:' || gen_random_uuid(), $5::jsonb, $3::timestamptz,
       '{{}}',
       due, false, due, '[]', due, 1
FROM generate_series($1::bigint, $2) AS g,
     LATERAL (SELECT $3::timestamptz + g * $4::interval AS due) AS ends"""
OPENED = '{"counting": "BLTTHS-134", "part": "", "parties": ["CA_TINH-P34-40"], "around": []}'


async def measure(scale: Scale) -> None:
    """Print the table, write deadlines.json."""
    rows = []
    async with folder() as data, EmbeddedServers(data, nats=False) as servers:
        where = await conditions.of(servers.database_url)
        conditions.show(where)
        async with asyncpg.create_pool(servers.database_url, min_size=1, max_size=2) as pool:
            await DUE.create(pool)
            filled = 0
            for running in RUNNING:
                await _fill(pool, filled, running)
                filled = running
                rows.append(await _look(pool, running))
    report.show(
        f"what falls due next ({PAGE_PERIODS} of them a page), milliseconds",
        [
            "running",
            "database p50",
            "database p99",
            "next p50",
            "next p99",
            "page p50",
            "page p99",
            "KiB held",
        ],
        [[f"{row['running']:,}", *(f"{row[name]:.2f}" for name in NAMES)] for row in rows],
    )
    report.write("deadlines", rows, where)


NAMES = (
    "page_in_database_p50_ms",
    "page_in_database_p99_ms",
    "next_p50_ms",
    "next_p99_ms",
    "page_p50_ms",
    "page_p99_ms",
    "held_kib",
)


async def _fill(pool: asyncpg.Pool, first: int, last: int) -> None:
    for begin in range(first, last, FILL_PERIODS):
        end = min(begin + FILL_PERIODS, last)
        await pool.execute(FILL, begin + 1, end, START, APART, OPENED)
    await pool.execute(f"VACUUM (ANALYZE) {DUE.schema}.periods")


async def _look(pool: asyncpg.Pool, running: int) -> dict[str, float]:
    """The clock's two questions: when is there something next, and what has fallen due."""
    due = START + APART * PAGE_PERIODS
    moments, pages, inside = [], [], []
    async with pool.acquire() as connection:
        tables = Tables(connection, DUE.statements)
        for _ in range(LOOKS):
            begun = time.perf_counter()
            await tables.value("next_moment", NONE_LOST)
            between = time.perf_counter()
            await tables.rows("fall_due", due, PAGE_PERIODS, NONE_LOST)
            moments.append((between - begun) * 1000)
            pages.append((time.perf_counter() - between) * 1000)
            explained = await connection.fetchval(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {DUE.statements['fall_due']}",
                *(due, PAGE_PERIODS, NONE_LOST),
            )
            inside.append(orjson.loads(explained)[0]["Execution Time"])
        tracemalloc.start()
        await tables.rows("fall_due", due, PAGE_PERIODS, NONE_LOST)
        _, held = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return {
        "running": running,
        "page_in_database_p50_ms": _at(inside, 0.5),
        "page_in_database_p99_ms": _at(inside, 0.99),
        "next_p50_ms": _at(moments, 0.5),
        "next_p99_ms": _at(moments, 0.99),
        "page_p50_ms": _at(pages, 0.5),
        "page_p99_ms": _at(pages, 0.99),
        "held_kib": held / 1024,
    }


def _at(figures: Sequence[float], share: float) -> float:
    return round(quantile(sorted(figures), share), 3)
