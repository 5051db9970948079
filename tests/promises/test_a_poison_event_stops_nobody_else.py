"""An event that a read model cannot take parks its own stream there, and nothing anywhere else.

How a stream is parked, tried again, skipped and quarantined is in tests/shared/test_turn.py and
test_parking.py. Here several read models and several logs stand side by side.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from shared.actor import Actor
from shared.follow import Follower, LogSource, Projection, each
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.shared.counted import SOURCE, Numbers, insert, record, rows_of, seen, stream_of

OPERATOR = Actor("CA_TINH-P34-40", "operator")
A = stream_of("a")


@pytest.fixture
async def poisoned(log: PostgresLog, pool: asyncpg.Pool, tmp_path: Path) -> Numbers:
    """A read model that cannot take the number 2."""
    numbers = await Numbers.made_in(tmp_path, log, pool)
    numbers.poison.at[2] = ValueError
    return numbers


async def parked(projection: Projection, pool: asyncpg.Pool) -> Sequence[tuple[str, object]]:
    return [(row["source"], row["stream"]) for row in await rows_of(projection, pool, "parked")]


async def test_another_read_model_of_the_same_log_takes_everything(
    poisoned: Numbers, log: PostgresLog, pool: asyncpg.Pool
):
    healthy = replace(poisoned.made, name="healthy", apply=each(insert))
    await healthy.create(pool)
    await record(log, 1, 2, 3, stream="a")
    await record(log, 4, 5, stream="b")

    await poisoned.follower.step()
    await Follower(healthy, LogSource(log), pool).step()

    assert (await poisoned.seen(), await parked(poisoned.made, pool)) == ([1, 4, 5], [(SOURCE, A)])
    assert (await seen(healthy, pool), await parked(healthy, pool)) == ([1, 2, 3, 4, 5], [])


async def test_what_an_operator_decides_in_one_read_model_holds_in_no_other(
    poisoned: Numbers, log: PostgresLog, pool: asyncpg.Pool
):
    other = replace(poisoned.made, name="other")
    await other.create(pool)
    following = Follower(other, LogSource(log), pool)
    await record(log, 1, 2, 3, stream="a")
    await poisoned.follower.step()
    await following.step()

    position = (await log.load(A))[1].position
    await poisoned.parking.skip(SOURCE, A, position, "recorded by mistake", OPERATOR)
    for follower in (poisoned.another(), following):
        await follower.step()

    assert (await poisoned.seen(), await parked(poisoned.made, pool)) == ([1, 3], [])
    assert (await seen(other, pool), await parked(other, pool)) == ([1], [(SOURCE, A)])


async def test_the_stream_of_that_id_in_another_log_goes_on(
    poisoned: Numbers,
    log: PostgresLog,
    pool: asyncpg.Pool,
    database_url: str,
    supervisor: Supervisor,
):
    second = await PostgresLog.open("second", pool, database_url)
    supervisor.start("second writer", second.writer.run)
    await record(log, 1, 2, 3, stream="a")
    await record(second, 11, 12, 13, stream="a")

    for own in (log, second):
        await Follower(poisoned.made, LogSource(own), pool).step()

    assert await poisoned.seen() == [1, 11, 12, 13]
    assert await parked(poisoned.made, pool) == [(SOURCE, A)]
