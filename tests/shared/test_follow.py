import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from structlog.testing import capture_logs

import shared.follow
from shared.envelope import Envelope
from shared.errors import Broken, Retry
from shared.follow import Batch, Follower, LogSource, Projection, each
from shared.sql import Tables, read_blocks
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.shared.counted import checkpoint, insert, model, record, rows_of, seen

SOON_SECONDS = 15.0


class Crash(OSError):
    """What is thrown where a process might die: no event is to blame for it."""


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

    async def load(self, stream: UUID, after: int, limit: int) -> Sequence[Envelope]:
        return await self._source.load(stream, after, limit)

    async def _ack(self) -> None:
        if self.fail_ack:
            raise Crash
        self.acks += 1


@pytest.fixture
def projection(tmp_path: Path) -> Projection:
    return model(tmp_path)


@pytest.fixture
async def made(projection: Projection, pool: asyncpg.Pool) -> AsyncIterator[Projection]:
    await projection.create(pool)
    yield projection


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
async def test_a_crash_within_an_event_leaves_no_trace_of_its_batch(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool, after: bool
):
    await record(log, 1, 2, 3)
    fail = failing_at(2, after=after)
    follower = Follower(replace(made, apply=each(fail)), LogSource(log), pool)

    with pytest.raises(Crash):
        await follower.step()

    assert (await seen(made, pool), await checkpoint(made, pool)) == ([], 0)
    fail.broken = False
    assert await Follower(made, LogSource(log), pool).step() == 3
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


async def test_what_is_away_stops_the_follower_turns_it_red_and_nothing_is_passed_over(
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

    follower = Follower(replace(made, apply=each(apply)), LogSource(log), pool)
    with capture_logs() as said:
        supervisor.start("follower", follower.run)
        async with asyncio.timeout(SOON_SECONDS):
            for _ in range(3):
                await tried.acquire()

    assert (await seen(made, pool), await checkpoint(made, pool)) == ([], 0)
    assert await rows_of(made, pool, "parked") == []
    assert "Crash: cannot take 3" in supervisor.down["follower"]
    assert {each["event"] for each in said} == {"task died"}

    moved, fail.broken = follower.moved, False
    async with asyncio.timeout(SOON_SECONDS):
        await moved.wait()
    assert await seen(made, pool) == [1, 2, 3, 4]


async def test_a_statement_that_fits_no_table_stops_the_follower_behind_what_came_before_it(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1, 2, 3)

    async def mistaken(envelope: Envelope, tables: Tables) -> None:
        await insert(envelope, tables)
        if envelope.fields["n"] == 2:
            await tables.run("into_nowhere")

    with pytest.raises(asyncpg.UndefinedTableError) as raised:
        await Follower(replace(made, apply=each(mistaken)), LogSource(log), pool).step()

    assert "at position" in raised.value.__notes__[0]
    assert await seen(made, pool) == [1]
    assert await rows_of(made, pool, "parked") == []
    await Follower(made, LogSource(log), pool).step()
    assert await seen(made, pool) == [1, 2, 3]


async def test_a_batch_is_handed_over_whole_and_one_by_one_only_when_it_fails(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    sizes: list[int] = []

    async def sets(envelopes: Sequence[Envelope], tables: Tables) -> None:
        sizes.append(len(envelopes))
        for envelope in envelopes:
            await insert(envelope, tables)
        if any(envelope.fields["n"] == 5 for envelope in envelopes):
            raise ValueError

    follower = Follower(replace(made, apply=sets), LogSource(log), pool)
    await record(log, 1, 2, 3)
    await follower.step()
    await record(log, 4, 5, 6)
    await follower.step()

    assert sizes == [3, 3, 1, 1, 1]
    assert await seen(made, pool) == [1, 2, 3, 4, 6]


async def test_the_tables_of_parking_are_added_to_a_read_model_that_has_none(
    made: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, 1)
    await Follower(made, LogSource(log), pool).step()
    await pool.execute(
        f"DROP TABLE {made.schema}.parked, {made.schema}.causes, {made.schema}.decisions"
    )

    await made.create(pool)
    await record(log, 2)
    await Follower(made, LogSource(log), pool).step()

    assert await seen(made, pool) == [1, 2]
    assert await rows_of(made, pool, "parked") == []


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

    newer = replace(made, version=2, apply=each(tenfold))
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


async def test_a_read_model_of_an_older_release_gets_what_it_lacks_and_keeps_its_rows(
    projection: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    own = read_blocks(projection.folder / "schema.sql", projection.schema)["create"]
    await pool.execute(
        f"CREATE SCHEMA {projection.schema}; CREATE TABLE {projection.schema}.checkpoints ("
        "source text PRIMARY KEY, epoch uuid NOT NULL, position bigint NOT NULL, "
        "recorded_at timestamptz, moved_at timestamptz NOT NULL DEFAULT clock_timestamp()); " + own
    )
    await record(log, 1, 2)
    taken = (await log.read(0, 1))[0].position
    await pool.execute(
        f"INSERT INTO {projection.schema}.checkpoints VALUES ('directives', $1, $2)",
        log.epoch,
        taken,
    )
    await pool.execute(projection.statements["insert"], taken, 1)

    for _ in range(2):
        await projection.create(pool)
    await Follower(projection, LogSource(log), pool).step()

    assert await seen(projection, pool) == [1, 2]
    assert await rows_of(projection, pool, "decisions") == []
