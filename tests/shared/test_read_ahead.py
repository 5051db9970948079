import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import asyncpg
import pytest

from shared.envelope import Envelope
from shared.errors import Broken, Retry
from shared.follow import each
from shared.log import Log
from shared.memory import MemoryLog
from shared.read_ahead import ReadAhead
from shared.rebuild import rebuild
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from tests.running import now
from tests.shared.counted import (
    SOURCE,
    Numbers,
    anew,
    insert,
    model,
    record,
    rows_of,
    schemas,
    seen,
)


async def test_a_version_that_is_not_there_yet_is_built(
    tmp_path: Path, log: PostgresLog, pool: asyncpg.Pool
):
    next_one = replace(model(tmp_path), version=2)
    await record(log, 1, 2, 3)

    outcome = await rebuild(next_one, {SOURCE: log}, pool)

    assert (outcome.verdict, outcome.switched) == ("built", True)
    assert await seen(next_one, pool) == [1, 2, 3]
    await next_one.create(pool)
    assert await seen(next_one, pool) == [1, 2, 3]


class Wrapped:
    """A log; `before_read` is awaited before each reading."""

    def __init__(self, log: Log, before_read: Callable[[], Awaitable[None]]) -> None:
        self.name, self.epoch = log.name, log.epoch
        self.head, self.load = log.head, log.load
        self.read_now: list[int] = []
        self._log, self._before_read = log, before_read

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        await self._before_read()
        events = await self._log.read(after, limit)
        self.read_now.append(len(events))
        return events


async def test_one_that_came_into_being_meanwhile_is_not_replaced(
    tmp_path: Path, log: PostgresLog, pool: asyncpg.Pool
):
    next_one = replace(model(tmp_path), version=2)
    await record(log, 1)
    somebody_makes_it = Wrapped(log, lambda: next_one.create(pool))

    with pytest.raises(Retry, match="came into being while it was built"):
        await rebuild(next_one, {SOURCE: cast(Log, somebody_makes_it)}, pool)

    assert await schemas(pool) == [next_one.schema]
    assert await seen(next_one, pool) == []


async def test_several_sources_come_in_the_order_in_which_they_were_recorded(
    tmp_path: Path, log: PostgresLog, pool: asyncpg.Pool, small_batches: None
):
    other = MemoryLog("others", uuid.uuid4(), now)
    made = replace(model(tmp_path), sources=(SOURCE, "others"))
    for number in range(12):
        await record((log, other)[number % 3 == 1], number)

    outcome = await rebuild(made, {SOURCE: log, "others": other}, pool)

    assert outcome.events == 12
    assert await seen(made, pool) == list(range(12))
    stands = {row["source"]: row["position"] for row in await rows_of(made, pool, "checkpoints")}
    assert stands == {SOURCE: await log.head(), "others": await other.head()}


async def test_after_a_restore_it_is_built_up_to_the_head_of_the_new_epoch(numbers: Numbers):
    await numbers.record(1, 2)
    await numbers.follower.step()
    await numbers.pool.execute(
        f"UPDATE {numbers.made.schema}.checkpoints SET epoch = gen_random_uuid(), position = 77"
    )

    outcome = await anew(numbers)

    assert (outcome.verdict, outcome.switched) == ("equal", True)
    assert await numbers.checkpoint() == await numbers.log.head()
    await numbers.record(3)
    await numbers.another().step()
    assert await numbers.seen() == [1, 2, 3]


async def test_a_log_that_ends_before_the_live_one_is_not_guessed_about(numbers: Numbers):
    await numbers.record(1)
    await numbers.follower.step()
    await numbers.pool.execute(f"UPDATE {numbers.made.schema}.checkpoints SET position = 77")

    with pytest.raises(Broken, match="restored without a new epoch"):
        await anew(numbers)

    assert await schemas(numbers.pool) == [numbers.made.schema]


async def test_a_source_whose_log_is_elsewhere_is_said(numbers: Numbers):
    with pytest.raises(Broken, match="rebuild it where all its sources are"):
        await rebuild(numbers.made, {}, numbers.pool)


async def test_memory_holds_two_batches_however_long_the_log_is(
    numbers: Numbers, small_batches: None
):
    await numbers.record(*range(60))
    written = most = 0

    async def count() -> None:
        nonlocal most
        most = max(most, sum(counting.read_now) - written)

    async def write(envelope: Envelope, tables: Tables) -> None:
        nonlocal written
        await insert(envelope, tables)
        await count()
        written += 1

    counting = Wrapped(numbers.log, count)
    made = replace(numbers.made, version=2, apply=each(write))

    outcome = await rebuild(made, {SOURCE: cast(Log, counting)}, numbers.pool)

    assert outcome.events == 60
    assert 5 <= most <= 10


async def test_nothing_behind_the_goal_is_given_however_much_is_there(log: PostgresLog):
    await record(log, *range(6))
    goal = (await log.read(0, 3))[-1].position
    reading = ReadAhead(log, goal)

    reading.begin(0)
    await reading.first()
    reading.before = None
    batch = await reading.take(0, 100, 0.0)

    assert [each.fields["n"] for each in batch.envelopes] == [0, 1, 2]
    assert await reading.first() is None
    await reading.close()
