"""Snapshots on PostgreSQL: which one lies there, and what retention leaves of them."""

from uuid import uuid4

import asyncpg
import pytest

from shared.store.postgres import PostgresLog
from shared.store.snapshots import PostgresShelf
from tests.shared.log_promises import command, new_event

REASON = "Decision 12/QD-TTg, retention period ended"
LYING = "SELECT stream, version FROM directives_snapshots.snapshots WHERE stream = ANY ($1)"


@pytest.fixture
async def shelf(log: PostgresLog, pool: asyncpg.Pool) -> PostgresShelf:
    return await PostgresShelf.open(log.name, pool)


async def test_only_a_newer_one_takes_the_place_of_another(shelf: PostgresShelf):
    id = uuid4()
    assert await shelf.newest(id, "Thing", "code") is None

    for version in (5, 3, 9, 8):
        await shelf.put(id, "Thing", "code", version, b"%d" % version)

    assert await shelf.newest(id, "Thing", "code") == (9, b"9")
    assert await shelf.newest(id, "Thing", "other code") is None
    assert await shelf.newest(id, "Other", "code") is None


async def test_one_of_new_code_takes_the_place_of_one_of_old_code(shelf: PostgresShelf):
    id = uuid4()
    await shelf.put(id, "Thing", "old", 9, b"9")

    await shelf.put(id, "Thing", "new", 4, b"4")

    assert await shelf.newest(id, "Thing", "old") is None
    assert await shelf.newest(id, "Thing", "new") == (4, b"4")


async def test_what_retention_touched_is_neither_used_nor_put_aside_nor_left_by_the_next_start(
    log: PostgresLog, shelf: PostgresShelf, pool: asyncpg.Pool
):
    removed, altered, untouched = streams = [uuid4(), uuid4(), uuid4()]
    for stream in streams:
        await log.append(command(new_event(stream, 1)))
        await shelf.put(stream, "Thing", "code", 1, b"1")

    events = "directives.directives_events"
    async with pool.acquire() as owner, owner.transaction():
        await owner.execute("SELECT set_config('liennganh.retention', $1, true)", REASON)
        await owner.execute(f"DELETE FROM {events} WHERE originator_id = $1", removed)
        await owner.execute(f"UPDATE {events} SET state = '{{}}' WHERE originator_id = $1", altered)
    used = [await shelf.newest(each, "Thing", "code") for each in streams]
    for stream in streams:  # By a process that still remembers.
        await shelf.put(stream, "Thing", "code", 2, b"2")
    put = dict(await pool.fetch(LYING, streams))
    again = await PostgresShelf.open("directives", pool)

    assert used == [None, None, (1, b"1")]
    assert put == {removed: 1, altered: 1, untouched: 2}
    assert dict(await pool.fetch(LYING, streams)) == {untouched: 2}
    assert await again.newest(untouched, "Thing", "code") == (2, b"2")
