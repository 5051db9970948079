import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
import pytest
from structlog.testing import capture_logs

import shared.follow
from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.errors import Broken, Retry
from shared.follow import Batch, Follower, LogSource, Projection
from shared.log import Append, NewEvent
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor

SOON_SECONDS = 15.0
METADATA = Metadata(
    Actor("CA_TINH-P34-40", "clerk"), ("thing:1",), UUID(int=1), UUID(int=2)
).to_json()

SCHEMA = """
-- name: create
CREATE TABLE :schema.seen (ord bigserial PRIMARY KEY, position bigint NOT NULL, n int NOT NULL);
"""
QUERIES = """
-- name: insert
INSERT INTO :schema.seen (position, n) VALUES ($1, $2)
-- name: all
SELECT n FROM :schema.seen ORDER BY ord
"""


class Crash(Exception):
    """What is thrown where a process might die."""


class Faulty:
    """A log as a source, whose acknowledgements may fail."""

    def __init__(self, log: PostgresLog) -> None:
        self.name, self.epoch = log.name, log.epoch
        self.acks = 0
        self.fail_ack = False
        self._source = LogSource(log)

    async def take(self, after: int, limit: int, wait_seconds: float) -> Batch:
        batch = await self._source.take(after, limit, wait_seconds)
        return Batch(batch.envelopes, self._ack)

    async def _ack(self) -> None:
        if self.fail_ack:
            raise Crash
        self.acks += 1


async def insert(envelope: Envelope, tables: Tables) -> None:
    await tables.run("insert", envelope.position, envelope.fields["n"])


@pytest.fixture
def projection(tmp_path: Path) -> Projection:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "queries.sql").write_text(QUERIES)
    return Projection("directives", "seen", 1, tmp_path, ("directives",), insert)


@pytest.fixture
async def made(projection: Projection, pool: asyncpg.Pool) -> AsyncIterator[Projection]:
    await projection.create(pool)
    yield projection


async def record(log: PostgresLog, *numbers: int) -> None:
    for number in numbers:
        state = orjson.dumps({"timestamp": "2025-07-01T00:00:00+07:00", "n": number})
        event = NewEvent(uuid.uuid4(), uuid.uuid4(), 1, "samples.counted.v1", state, METADATA)
        await log.append(Append(uuid.uuid4(), (event,)))


async def seen(projection: Projection, pool: asyncpg.Pool) -> list[int]:
    return [row["n"] for row in await pool.fetch(projection.statements["all"])]


async def checkpoint(projection: Projection, pool: asyncpg.Pool) -> int:
    position: int = await pool.fetchval(f"SELECT position FROM {projection.schema}.checkpoints")
    return position


def failing_at(number: int, apply: Callable[..., Awaitable[None]] = insert, *, after: bool = False):
    """`apply` that dies at one event as long as `broken` is true."""

    async def fail(envelope: Envelope, tables: Tables) -> None:
        if fail.broken and envelope.fields["n"] == number:
            if after:
                await apply(envelope, tables)
            raise Crash(f"cannot take {number}")
        await apply(envelope, tables)

    fail.broken = True
    return fail


async def test_events_are_taken_in_order_and_the_checkpoint_moves_with_them(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.follow, "BATCH_MAX", 3)
    await record(log, *range(8))
    follower = Follower(made, LogSource(log), pool)

    taken = [await follower.step() for _ in range(4)]

    assert taken == [3, 3, 2, 0]
    assert await seen(made, pool) == list(range(8))
    assert await checkpoint(made, pool) == follower.position == await log.head()


@pytest.mark.parametrize("after", [False, True], ids=["before its rows", "after its rows"])
async def test_a_crash_within_an_event_leaves_no_trace_of_it(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, after: bool
):
    await record(log, 1, 2, 3)
    fail = failing_at(2, after=after)
    follower = Follower(replace(made, apply=fail), LogSource(log), pool)

    with pytest.raises(Crash):
        await follower.step()

    assert await seen(made, pool) == [1]
    fail.broken = False
    assert await Follower(made, LogSource(log), pool).step() == 2
    assert await seen(made, pool) == [1, 2, 3]


async def test_a_crash_before_the_commit_takes_everything_back(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1, 2)
    await pool.execute(
        f"CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE 'power cut'; END $$;"
        f"CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON {made.schema}.checkpoints "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
    )
    follower = Follower(made, LogSource(log), pool)

    with pytest.raises(asyncpg.RaiseError, match="power cut"):
        await follower.step()

    assert (await seen(made, pool), await checkpoint(made, pool)) == ([], 0)
    await pool.execute(f"DROP TRIGGER dies ON {made.schema}.checkpoints")
    await follower.step()
    assert await seen(made, pool) == [1, 2]


async def test_a_crash_between_commit_and_acknowledgement_doubles_nothing(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1, 2)
    source = Faulty(log)
    source.fail_ack = True
    with pytest.raises(Crash):
        await Follower(made, source, pool).step()
    source.fail_ack = False

    again = Follower(made, source, pool)
    again.position = 0
    await record(log, 3)
    await again.step()

    assert await seen(made, pool) == [1, 2, 3]
    assert source.acks == 1


async def test_what_comes_again_from_the_source_is_taken_once(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1, 2)
    follower = Follower(made, LogSource(log), pool)
    await follower.step()
    await record(log, 3)

    follower.position = 0  # As if the source had delivered everything again.
    await follower.step()

    assert await seen(made, pool) == [1, 2, 3]


async def test_two_processes_that_follow_one_projection_double_nothing(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.follow, "BATCH_MAX", 2)
    followers = [Follower(made, LogSource(log), pool) for _ in range(2)]
    await record(log, *range(12))

    async def drain(follower: Follower) -> None:
        while await follower.step():
            pass

    await asyncio.gather(*map(drain, followers))

    assert await seen(made, pool) == list(range(12))
    assert {each.position for each in followers} == {await log.head()}


async def test_another_epoch_is_refused_with_what_to_do(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1)
    await Follower(made, LogSource(log), pool).step()
    restored = LogSource(log)
    restored.epoch = uuid.uuid4()

    with pytest.raises(Broken, match=r"restored.*rebuild"):
        await Follower(made, restored, pool).step()

    assert await seen(made, pool) == [1]


async def test_a_checkpoint_that_went_back_is_read_anew_and_leaves_no_hole(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, supervisor: Supervisor
):
    await record(log, 1, 2)
    follower = Follower(made, LogSource(log), pool)
    await follower.step()
    await pool.execute(
        f"TRUNCATE {made.schema}.seen; UPDATE {made.schema}.checkpoints SET position = 0"
    )
    await record(log, 3)

    with pytest.raises(Retry, match="went back to 0"):
        await follower.step()
    assert await seen(made, pool) == []

    moved = follower.moved
    supervisor.start("follower", follower.run)
    async with asyncio.timeout(SOON_SECONDS):
        await moved.wait()
    assert await seen(made, pool) == [1, 2, 3]


async def test_a_poison_event_stops_its_follower_turns_it_red_and_nothing_is_skipped(
    made: Projection,
    log: PostgresLog,
    pool: asyncpg.Pool,
    supervisor: Supervisor,
):
    await record(log, 1, 2, 3, 4)
    tried = asyncio.Semaphore(0)
    fail = failing_at(3)

    async def apply(envelope: Envelope, tables: Tables) -> None:
        if envelope.fields["n"] == 3:
            tried.release()
        await fail(envelope, tables)

    follower = Follower(replace(made, apply=apply), LogSource(log), pool)
    with capture_logs() as said:
        supervisor.start("follower", follower.run)
        async with asyncio.timeout(SOON_SECONDS):
            for _ in range(3):
                await tried.acquire()

    assert await seen(made, pool) == [1, 2]
    assert "Crash: cannot take 3" in supervisor.down["follower"]
    assert f"of {follower.name}: samples.counted.v1" in supervisor.down["follower"]
    assert {each["event"] for each in said} == {"task died"}

    moved, fail.broken = follower.moved, False
    async with asyncio.timeout(SOON_SECONDS):
        await moved.wait()
    assert await seen(made, pool) == [1, 2, 3, 4]


async def test_who_waits_for_the_projection_is_woken_after_the_commit(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, supervisor: Supervisor
):
    follower = Follower(made, LogSource(log), pool)
    supervisor.start("follower", follower.run)
    moved = follower.moved

    await record(log, 1)

    async with asyncio.timeout(SOON_SECONDS):
        await moved.wait()
    assert await seen(made, pool) == [1]


async def test_a_new_version_is_built_beside_the_old_one(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    async def tenfold(envelope: Envelope, tables: Tables) -> None:
        await tables.run("insert", envelope.position, envelope.fields["n"] * 10)

    await record(log, 1, 2)
    await Follower(made, LogSource(log), pool).step()

    newer = replace(made, version=2, apply=tenfold)
    await newer.create(pool)
    await Follower(newer, LogSource(log), pool).step()

    assert (made.schema, newer.schema) == ("directives_seen_v1", "directives_seen_v2")
    assert (await seen(made, pool), await seen(newer, pool)) == ([1, 2], [10, 20])


async def test_processes_that_start_together_make_the_tables_once(
    projection: Projection, pool: asyncpg.Pool
):
    await asyncio.gather(*(projection.create(pool) for _ in range(5)))
    await projection.create(pool)

    assert await seen(projection, pool) == []
