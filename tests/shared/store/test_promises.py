"""The log on PostgreSQL is held to the promises that every log makes, however long it is."""

import uuid

import asyncpg

from shared.log import Expect
from shared.store.postgres import PostgresLog, statements
from shared.store.writer import _arguments
from tests.shared.log_promises import LogPromises, command, new_event


class TestPostgresLog(LogPromises):
    """With the fixture `log`, whose writer runs."""


async def test_an_append_reads_no_more_of_a_long_log_than_it_must(
    log: PostgresLog, pool: asyncpg.Pool
):
    stored, streams = 3_000, [uuid.uuid4() for _ in range(9)]
    await pool.execute(
        """INSERT INTO directives.directives_events
             (originator_id, originator_version, topic, state, metadata)
           SELECT gen_random_uuid(), 1, 'x.v1', '{}', '{}' FROM generate_series(1, $1::int)""",
        stored,
    )
    await pool.execute(
        """INSERT INTO directives.directives_commands
             (command_id, first_position, last_position, request_hash, result)
           SELECT gen_random_uuid(), n, n, '', 'null' FROM generate_series(1, $1::int) AS n""",
        stored,
    )
    [settled, *others] = [command(new_event(each, 1)) for each in streams]
    [fresh, anyhow, unique] = (uuid.uuid4() for _ in range(3))
    batches = [
        [settled],
        others,
        [
            settled,
            command(new_event(streams[1], 1)),
            command(new_event(fresh, 1)),
            command(new_event(fresh, 2)),
            command(new_event(anyhow, 1), expect={anyhow: Expect.ANY}),
            command(new_event(unique, 7), expect={unique: Expect.UNIQUE}),
        ],
        [command(new_event(uuid.uuid4(), 1), id=id) for id in (settled.command_id, uuid.uuid4())],
        [command(new_event(uuid.uuid4(), 1), id=fresh) for _ in range(2)],
    ]

    append, answers = statements(log.name)["append"], []
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")  # Making tables reads them.
        async with connection.transaction():
            for arguments in map(_arguments, batches):
                rows = await connection.fetch(append, *arguments)
                answers.append([row["status"] for row in rows])
            read = await connection.fetch(
                "SELECT relname, seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables "
                "WHERE schemaname = 'directives' AND relname IN "
                "('directives_events', 'directives_commands') ORDER BY relname"
            )

    assert answers == [
        ["appended"],
        ["appended"] * 8,
        ["duplicate", "conflict", "appended", "deferred", "appended", "appended"],
        ["duplicate", "appended"],
        ["appended", "deferred"],
    ]
    assert [row["relname"] for row in read] == ["directives_commands", "directives_events"]
    assert [row["seq_scan"] for row in read] == [0, 0]
    assert all(row["idx_tup_fetch"] < stored / 10 for row in read)
