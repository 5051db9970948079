"""A log that has been in use for years: filled by the database itself, as fast as it can."""

import shutil
from pathlib import Path

import asyncpg

from benchmarks.payloads import TOPIC, payloads
from benchmarks.recorders import REQUEST_HASH, STREAM_EVENTS, tables

FILL_EVENTS = 250_000
"""In one statement."""
BYTES_PER_EVENT = 2_500
"""Of the disk, with indexes, the ledger's row and what is written ahead; rounded up."""
SHAPES = 64
"""Different payloads that the rows are made of."""


async def room_for(events: int, database_url: str) -> bool:
    """Whether the disk of the server has room for a log of that length, twice over."""
    connection = await asyncpg.connect(database_url)
    try:
        data = Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()
    return shutil.disk_usage(data).free > 2 * events * BYTES_PER_EVENT


async def fill(schema: str, database_url: str, events: int) -> None:
    """Make the tables of a log and put events and as many settled commands into them.

    Streams are as long as those of the load. Their ids and those of the commands are scattered, so
    that later rows fall everywhere into the indexes.
    """
    async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as pool:
        await tables(schema, pool, database_url)
        shapes = payloads()[:SHAPES]
        await pool.execute(
            f"CREATE TABLE {schema}.shapes AS SELECT * FROM unnest"
            "($1::bytea[], $2::jsonb[], $3::jsonb[]) WITH ORDINALITY AS t(state, meta, result, n)",
            [each.state for each in shapes],
            [each.metadata for each in shapes],
            [each.result for each in shapes],
        )
        for first in range(0, events, FILL_EVENTS):
            last = min(first + FILL_EVENTS, events) - 1
            await pool.execute(
                f"""INSERT INTO {schema}.{schema}_events
                  (originator_id, originator_version, topic, state, metadata)
                SELECT md5((g / {STREAM_EVENTS})::text)::uuid, g % {STREAM_EVENTS} + 1, $3,
                       state, meta
                FROM generate_series($1::bigint, $2) AS g
                  JOIN {schema}.shapes ON n = g % {SHAPES} + 1 ORDER BY g""",
                *(first, last, TOPIC),
            )
            await pool.execute(
                f"""INSERT INTO {schema}.{schema}_commands
                  (command_id, first_position, last_position, request_hash, result)
                SELECT gen_random_uuid(), g + 1, g + 1, $3, result
                FROM generate_series($1::bigint, $2) AS g
                  JOIN {schema}.shapes ON n = g % {SHAPES} + 1""",
                *(first, last, REQUEST_HASH),
            )
        for table in ("events", "commands"):
            await pool.execute(f"VACUUM (ANALYZE) {schema}.{schema}_{table}")
