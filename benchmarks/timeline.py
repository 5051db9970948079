"""A page of one thing's timeline, and its state as of a moment, among very many events.

Of the database's time: the statements that the product runs, on one connection, rows fetched. The
things asked for are drawn at random, so most of what a page needs is not in memory.
"""

import random
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import asyncpg

from benchmarks import conditions, report, stored
from benchmarks.product import folder
from benchmarks.recorders import STREAM_EVENTS
from benchmarks.report import quantile
from benchmarks.scale import SEED, Scale
from services.timeline.projection import TIMELINE
from shared.embedded.servers import EmbeddedServers
from shared.store.postgres import statements

LOG = "directives"
FILL_ENTRIES = 250_000
"""In one statement."""
ENTRIES_PER_PAPER = 200
"""Of a paper and its tasks together; one of a task is also one of its paper."""
ENTRIES_PER_TASK = 10
PAGE = 100
"""Entries of a page, the default of the API."""
READER = "CA_TINH-P34-40"
EVER = datetime(9000, 1, 1, tzinfo=UTC)
QUESTIONS = ("page of a paper", "next page", "page as of a moment", "page of a task", "state")


async def measure(scale: Scale) -> None:
    """Print the table, write timeline.json."""
    async with folder() as data, EmbeddedServers(data, nats=False) as servers:
        where = await conditions.of(servers.database_url)
        conditions.show(where)
        if not await stored.room_for(2 * scale.timeline_events, servers.database_url):
            print("not measured: the disk has no room for it", flush=True)
            return
        await stored.fill(LOG, servers.database_url, scale.timeline_events)
        async with asyncpg.create_pool(servers.database_url, min_size=1, max_size=1) as pool:
            await TIMELINE.create(pool)
            await _fill(pool, scale.timeline_events)
            found = await _ask(pool, scale)
    rows = [_row(name, milliseconds, scale) for name, milliseconds in found.items()]
    report.show(
        f"one question among {scale.timeline_events:,} events, milliseconds in the database",
        ["question", "asked", "p50", "p99", "most"],
        [
            [
                row["question"],
                f"{row['asked']:,}",
                *(f"{row[name]:.2f}" for name in ("p50", "p99", "most")),
            ]
            for row in rows
        ],
    )
    report.write("timeline", rows, where)


def _row(name: str, milliseconds: list[float], scale: Scale) -> dict[str, Any]:
    figures = sorted(milliseconds)
    return {
        "question": name,
        "events": scale.timeline_events,
        "asked": len(figures),
        "p50": quantile(figures, 0.5),
        "p99": quantile(figures, 0.99),
        "most": figures[-1],
    }


async def _fill(pool: asyncpg.Pool, events: int) -> None:
    """Entries of many papers, mixed as they come in: neighbours are of different papers."""
    schema, papers = TIMELINE.schema, max(1, events // ENTRIES_PER_PAPER)
    for first in range(1, events + 1, FILL_ENTRIES):
        last = min(first + FILL_ENTRIES - 1, events)
        await pool.execute(
            f"""INSERT INTO {schema}.entries
            SELECT g, '{LOG}', g, gen_random_uuid(), 'directives.task_progress_reported.v1',
              md5(g::text)::uuid, 1, at, at, 'CA_TINH-P34-40', 'Công an tỉnh Nghệ An',
              'Nghệ An provincial police', 'clerk', ARRAY['task:' || task, 'directive:' || paper],
              'Công an tỉnh Nghệ An báo cáo tiến độ nhiệm vụ T01 (Rà soát địa bàn): 40 %.',
              'Nghệ An provincial police reports progress of task T01: 40 %.', false,
              md5(g::text)::uuid, md5(g::text)::uuid
            FROM (SELECT g, g % {papers} AS paper,
                    g % {papers} * {ENTRIES_PER_PAPER} + g / {papers} / {ENTRIES_PER_TASK} AS task,
                    timestamptz '2020-01-01' + g * interval '10 s' AS at
                  FROM generate_series($1::bigint, $2) AS g) AS drawn""",
            *(first, last),
        )
        await pool.execute(
            f"""INSERT INTO {schema}.subject_entries
            SELECT subject, entry_id FROM {schema}.entries, unnest(subjects) AS subject
            WHERE entry_id BETWEEN $1 AND $2""",
            *(first, last),
        )
    for table in ("entries", "subject_entries"):
        await pool.execute(f"VACUUM (ANALYZE) {schema}.{table}")


async def _ask(pool: asyncpg.Pool, scale: Scale) -> dict[str, list[float]]:
    """Every question in turn, each time about something else."""
    chance = random.Random(SEED)
    papers = max(1, scale.timeline_events // ENTRIES_PER_PAPER)
    streams = scale.timeline_events // STREAM_EVENTS
    page, load = TIMELINE.statements["page_of_subject"], statements(LOG)["load"]
    found: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    async with pool.acquire() as connection:
        for _ in range(scale.timeline_questions):
            number = chance.randrange(papers)
            paper = f"directive:{number}"
            tasks = ENTRIES_PER_PAPER // ENTRIES_PER_TASK
            task = f"task:{number * ENTRIES_PER_PAPER + chance.randrange(tasks)}"
            middle = scale.timeline_events // 2
            then = datetime(2020, 1, 1, tzinfo=UTC).timestamp() + middle * 10
            moment = datetime.fromtimestamp(then, UTC)
            stream = uuid.UUID(
                await connection.fetchval("SELECT md5($1::text)", str(chance.randrange(streams)))
            )
            asked: dict[str, tuple[str, tuple[object, ...]]] = {
                "page of a paper": (page, (paper, 0, EVER, EVER, PAGE, [], [READER])),
                "next page": (page, (paper, middle, EVER, EVER, PAGE, [], [READER])),
                "page as of a moment": (page, (paper, 0, moment, moment, PAGE, [], [READER])),
                "page of a task": (page, (task, 0, EVER, EVER, PAGE, [], [READER])),
                "state": (load, (stream, 0, None)),
            }
            for name, (statement, arguments) in asked.items():
                begun = time.perf_counter()
                rows = await connection.fetch(statement, *arguments)
                found[name].append((time.perf_counter() - begun) * 1_000)
                assert rows, f"{name}: nothing found, so nothing measured"
    return found
