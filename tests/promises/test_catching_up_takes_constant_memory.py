"""A follower that begins at the beginning takes no more memory for a long log than for a short one.

50,000 events by default; PROMISES_EVENTS=1000000 in the environment catches up on a million. Nine
in ten are of no interest to the read model, and most of those stand in one stretch: pages that are
empty to it are not the end.
"""

import asyncio
import os
import sys
import uuid
from pathlib import Path

import asyncpg
import orjson

from shared.actor import Actor
from shared.envelope import Metadata
from shared.follow import BATCH_MAX
from shared.store.postgres import PostgresLog
from tests.promises.catching_up import IGNORED, WANTED, WARM_PART, Report, projection

EVENTS = int(os.environ.get("PROMISES_EVENTS", "50000"))
GROWTH_MAX_KIB = 8 * 1024
"""After the first tenth. Whoever held the other 45,000 events would need three times that."""
LONG_SECONDS = 300.0
FILL = """
INSERT INTO directives.directives_events
  (originator_id, originator_version, topic, state, metadata)
SELECT md5((n / 100)::text)::uuid, n % 100 + 1,
       CASE WHEN n * 20 < $1 OR n > $1 - $1 / 20 THEN $2 ELSE $3 END,
       convert_to('{"timestamp":"2025-07-01T00:00:00+07:00","n":' || n || '}', 'UTF8'), $4
FROM generate_series(1, $1::bigint) AS n"""
REPOSITORY = Path(__file__).parents[2]


async def caught_up(database_url: str, folder: Path) -> Report:
    """By a process of its own, whose memory is only the follower's."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.promises.catching_up", database_url, str(folder)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return Report(**orjson.loads(said.splitlines()[-1]))


async def test_a_long_log_is_caught_up_with_in_the_memory_of_a_short_one(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, tmp_path: Path
):
    circumstances = Metadata(
        Actor("CA_TINH-P34-40", "clerk"), ("thing:1",), uuid.uuid4(), uuid.uuid4()
    )
    await pool.execute(FILL, EVENTS, WANTED, IGNORED, circumstances.to_json(), timeout=LONG_SECONDS)

    report = await caught_up(database_url, tmp_path)

    [taken] = await pool.fetch(
        f"SELECT count(*), count(DISTINCT n), max(position) FROM {projection(tmp_path).schema}.seen"
    )
    wanted = await pool.fetchval(
        "SELECT count(*) FROM directives.directives_events WHERE topic = $1", WANTED
    )
    assert report.events == EVENTS
    assert report.steps == -(-EVENTS // BATCH_MAX)
    assert tuple(taken) == (wanted, wanted, await log.head())
    assert 0 < wanted < EVENTS / 5
    assert len(report.stood_at) == WARM_PART == len({*report.stood_at})
    assert report.stood_at == sorted(report.stood_at)
    assert report.peak_kib - report.warm_kib < GROWTH_MAX_KIB
