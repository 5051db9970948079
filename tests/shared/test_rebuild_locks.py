"""Who waits for whom while a read model is rebuilt, at moments that locks of the test hold."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

import shared.rebuild
from shared.system import open_pool
from tests.running import until
from tests.shared.counted import Numbers, anew


async def _waits_for(numbers: Numbers, table: str) -> bool:
    """Whether somebody waits for a lock on a table of the live one."""
    return bool(
        await numbers.pool.fetchval(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
            f"{numbers.made.schema}.{table}",
        )
    )


async def test_the_live_one_stands_still_while_it_is_compared(numbers: Numbers, database_url: str):
    await numbers.record(1)
    await numbers.follower.step()
    follower = numbers.another()
    await follower.step()
    refused = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND state = 'idle in transaction' AND query LIKE '%pg_try_advisory_xact_lock(139%'"
    )
    holding = await asyncpg.connect(database_url)
    held = holding.transaction()
    await held.start()
    await holding.execute(f"LOCK TABLE {numbers.made.schema}.named IN ACCESS EXCLUSIVE MODE")

    building = asyncio.create_task(anew(numbers))
    await until(lambda: _waits_for(numbers, "named"))  # It is in the middle of the comparison.
    await numbers.record(2)
    following = asyncio.create_task(follower.step())

    async def took_or_was_refused() -> bool:
        return following.done() or bool(await numbers.pool.fetchval(refused))

    await until(took_or_was_refused)
    taken_meanwhile = following.done()
    await held.rollback()
    await holding.close()
    outcome = await building
    await following

    assert not taken_meanwhile
    assert (outcome.verdict, outcome.switched) == ("equal", True)
    assert await numbers.seen() == [1, 2]


@pytest.mark.parametrize("first", ["checkpoints", "named", "seen"])
async def test_a_reader_of_several_tables_and_the_switch_never_wait_for_each_other(
    numbers: Numbers, database_url: str, first: str
):
    await numbers.record(1)
    await numbers.follower.step()
    reader = await asyncpg.connect(database_url)
    snapshot = reader.transaction(isolation="repeatable_read", readonly=True)
    await snapshot.start()
    await reader.fetchval(f"SELECT count(*) FROM {numbers.made.schema}.{first}")

    building = asyncio.create_task(anew(numbers))
    await until(lambda: _waits_for(numbers, first))
    for table in ("causes", "checkpoints", "decisions", "named", "parked", "seen"):
        await reader.fetchval(f"SELECT count(*) FROM {numbers.made.schema}.{table}")
    await snapshot.commit()
    await reader.close()

    assert (await building).switched


@pytest.mark.parametrize("lock", ["pg_try_advisory_lock(140", "pg_advisory_unlock(140"])
async def test_who_is_interrupted_at_the_lock_leaves_none_behind(
    numbers: Numbers,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lock: str,
):
    await numbers.record(1)
    call = f"{lock}, hashtext(':schema'))"
    taken_first = lock.startswith("pg_try")
    halted = f"{call}, pg_advisory_lock(1)" if taken_first else f"pg_advisory_lock(1)::text, {call}"
    sql = shared.rebuild.REBUILD_SQL.read_text()
    (tmp_path / "halted.sql").write_text(sql.replace(call, halted))
    held_up = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    mine = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 140"

    async def halts() -> bool:
        return bool(await numbers.pool.fetchval(held_up))

    async def free() -> bool:
        return not await numbers.pool.fetchval(mine)

    holder = await asyncpg.connect(database_url)
    await holder.execute("SELECT pg_advisory_lock(1)")
    async with await open_pool(database_url, connections_max=4) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(shared.rebuild, "REBUILD_SQL", tmp_path / "halted.sql")
            interrupted = asyncio.create_task(anew(replace(numbers, pool=pool)))
            await until(halts)
            interrupted.cancel()
            await asyncio.gather(interrupted, return_exceptions=True)
        await holder.close()

        await until(free)
        assert (await anew(numbers)).switched
