"""The log on a real PostgreSQL: what it promises, also under fire."""

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path

import asyncpg
import orjson
import pytest

from shared.actor import Actor
from shared.embedded.servers import EmbeddedServers
from shared.envelope import Metadata
from shared.errors import Broken
from shared.log import Append, Expect, NewEvent
from shared.store.access import Access
from shared.store.postgres import PostgresLog, refuse_unless_durable, statements
from shared.supervisor import Supervisor

METADATA = Metadata(
    actor=Actor("CA_TINH-P34-40", "clerk"),
    subjects=("task:1",),
    correlation_id=uuid.UUID(int=1),
    causation_id=uuid.UUID(int=2),
).to_json()


def event(stream: uuid.UUID, version: int, topic: str = "directives.test.v1") -> NewEvent:
    state = orjson.dumps({"timestamp": "2025-07-01T00:00:00+07:00", "n": version})
    return NewEvent(uuid.uuid4(), stream, version, topic, state, METADATA)


def append(*events: NewEvent, **more: object) -> Append:
    return Append(command_id=uuid.uuid4(), events=events, **more)


async def test_events_are_read_back_as_they_were_recorded(log: PostgresLog):
    stream = uuid.uuid4()

    verdict = await log.append(append(event(stream, 1), event(stream, 2)))

    [first, second] = await log.read(0, 10)
    assert verdict.status == "appended"
    assert (first.position, second.position) == (verdict.first_position, verdict.last_position)
    assert [each.version for each in await log.load(stream)] == [1, 2]
    assert second.fields["n"] == 2
    assert second.metadata.actor.agency == "CA_TINH-P34-40"
    assert await log.head() == second.position


async def test_a_stale_version_is_a_conflict_that_names_the_head_and_burns_no_position(
    log: PostgresLog,
):
    stream = uuid.uuid4()
    before = await log.append(append(event(stream, 1)))

    stale = await log.append(append(event(stream, 1)))
    gapped = await log.append(append(event(stream, 3)))
    after = await log.append(append(event(stream, 2)))

    assert (stale.status, stale.head, stale.stream) == ("conflict", 1, stream)
    assert (gapped.status, gapped.head) == ("conflict", 1)
    assert after.first_position == before.last_position + 1


async def test_a_command_over_two_streams_is_recorded_whole_or_not_at_all(log: PostgresLog):
    free, taken = uuid.uuid4(), uuid.uuid4()
    await log.append(append(event(taken, 1)))

    verdict = await log.append(append(event(free, 1), event(taken, 1)))

    assert (verdict.status, verdict.stream) == ("conflict", taken)
    assert await log.load(free) == []


async def test_a_repeated_command_is_a_duplicate_with_the_first_result(log: PostgresLog):
    command = append(event(uuid.uuid4(), 1), request_hash=b"h", result='{"ok": 1}')
    first = await log.append(command)

    again = await log.append(command)
    settled = await log.settled(command.command_id)

    assert again.status == "duplicate"
    assert (again.first_position, again.request_hash) == (first.first_position, b"h")
    assert orjson.loads(again.result) == {"ok": 1}
    assert settled is not None and settled.last_position == first.last_position
    assert await log.settled(uuid.uuid4()) is None


async def test_expectations_none_exists_and_any(log: PostgresLog):
    stream, nowhere = uuid.uuid4(), uuid.uuid4()

    assert (
        await log.append(append(event(nowhere, 1), expect={nowhere: Expect.EXISTS}))
    ).status == ("conflict")
    assert (await log.append(append(event(stream, 1), expect={stream: Expect.NONE}))).status == (
        "appended"
    )
    assert (await log.append(append(event(stream, 1), expect={stream: Expect.NONE}))).status == (
        "conflict"
    )
    assert (await log.append(append(event(stream, 1), expect={stream: Expect.ANY}))).status == (
        "appended"
    )
    assert (
        await log.append(append(event(stream, 1), event(stream, 2), expect={stream: Expect.EXISTS}))
    ).status == "appended"
    assert [each.version for each in await log.load(stream)] == [1, 2, 3, 4]


async def test_two_commands_on_one_stream_in_one_batch_are_both_recorded(log: PostgresLog):
    stream = uuid.uuid4()
    commands = [append(event(stream, version)) for version in range(1, 21)]

    verdicts = await asyncio.gather(*(log.append(each) for each in commands))

    assert {each.status for each in verdicts} == {"appended"}
    assert [each.version for each in await log.load(stream)] == list(range(1, 21))


async def test_one_command_that_the_database_refuses_does_not_take_others_down(log: PostgresLog):
    good, bad = uuid.uuid4(), uuid.uuid4()
    poison = NewEvent(uuid.uuid4(), bad, 1, "nul\x00", b"{}", METADATA)

    results = await asyncio.gather(
        log.append(append(event(good, 1))),
        log.append(append(poison)),
        log.append(append(event(uuid.uuid4(), 1))),
        return_exceptions=True,
    )

    assert [getattr(each, "status", type(each)) for each in results] == [
        "appended",
        Broken,
        "appended",
    ]


async def test_cancelling_one_caller_cancels_nothing_else(log: PostgresLog):
    mine, other = uuid.uuid4(), uuid.uuid4()
    cancelled = asyncio.create_task(log.append(append(event(mine, 1))))
    waiting = asyncio.create_task(log.append(append(event(other, 1))))
    await asyncio.sleep(0)  # Both are in the queue now.

    cancelled.cancel()

    assert (await waiting).status == "appended"
    assert len(await log.load(mine)) == 1


async def test_a_reader_never_misses_an_event_that_commits_late(
    log: PostgresLog, pool: asyncpg.Pool
):
    stream = uuid.uuid4()
    late = await pool.acquire()
    transaction = late.transaction()
    await transaction.start()
    await late.fetch(
        statements("directives")["append"],
        *([uuid.uuid4()], [b""], ["null"], [1], [uuid.uuid4()], [stream], [1], [0]),
        *(["directives.test.v1"], [b"{}"], [METADATA]),
    )

    racing = asyncio.create_task(log.append(append(event(uuid.uuid4(), 1))))
    seen_before = [each.position for each in await log.read(0, 10)]
    await transaction.commit()
    await racing
    await pool.release(late)

    assert seen_before == []
    positions = [each.position for each in await log.read(0, 10)]
    assert positions == sorted(positions) and len(positions) == 2


async def test_the_writer_survives_a_cut_connection_and_nothing_is_doubled(
    log: PostgresLog, pool: asyncpg.Pool
):
    stream = uuid.uuid4()
    await log.append(append(event(stream, 1)))
    commands = [append(event(stream, version)) for version in range(2, 40)]

    async def cut() -> None:
        await pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%.append(%' AND pid <> pg_backend_pid()"
        )

    verdicts, _ = await asyncio.gather(
        asyncio.gather(*(log.append(each) for each in commands)), cut()
    )

    assert {each.status for each in verdicts} <= {"appended", "duplicate"}
    assert [each.version for each in await log.load(stream)] == list(range(1, 40))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE directives.directives_events SET topic = 'x'",
        "DELETE FROM directives.directives_events",
        "TRUNCATE directives.directives_events",
        "DELETE FROM directives.directives_commands",
    ],
)
async def test_the_database_itself_refuses_to_change_the_log(
    log: PostgresLog, pool: asyncpg.Pool, statement: str
):
    await log.append(append(event(uuid.uuid4(), 1)))

    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await pool.execute(statement)

    assert len(await log.read(0, 10)) == 1


async def test_a_reader_is_woken_by_a_commit(log: PostgresLog):
    waiting = asyncio.create_task(log.changed(0, timeout_seconds=20))
    await asyncio.sleep(0)

    await log.append(append(event(uuid.uuid4(), 1)))

    await asyncio.wait_for(waiting, timeout=5)


async def test_two_processes_write_in_turn_and_positions_follow_commits(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
):
    other = await PostgresLog.open("directives", pool, database_url)
    supervisor.start("other writer", other.writer.run)

    await asyncio.gather(
        *(each.append(append(event(uuid.uuid4(), 1))) for each in [log, other] * 50)
    )

    envelopes = await log.read(0, 200)
    assert len(envelopes) == 100
    assert [each.recorded_at for each in envelopes] == sorted(
        each.recorded_at for each in envelopes
    )


async def test_an_append_under_an_epoch_that_has_passed_is_refused_and_says_to_restart(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
):
    stream = uuid.uuid4()
    await log.append(append(event(stream, 1)))

    async with pool.acquire() as owner:
        epoch = await PostgresLog.new_epoch(log.name, owner)
    with pytest.raises(Broken, match=r"EpochPassed: directives was .*: restart"):
        await log.append(append(event(stream, 2)))
    restarted = await PostgresLog.open(log.name, pool, database_url)
    supervisor.start("restarted writer", restarted.writer.run)
    verdict = await restarted.append(append(event(stream, 2)))

    assert restarted.epoch == epoch != log.epoch
    assert verdict.status == "appended"
    assert [each.version for each in await restarted.load(stream)] == [1, 2]


async def test_a_new_epoch_of_one_log_leaves_writers_of_others_alone(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
):
    other = await PostgresLog.open("other", pool, database_url)
    supervisor.start("other writer", other.writer.run)
    await other.append(append(event(uuid.uuid4(), 1)))
    pid = "SELECT pid FROM pg_stat_activity WHERE application_name = 'liennganh other writer'"
    before = await pool.fetchval(pid)

    async with pool.acquire() as owner:
        await PostgresLog.new_epoch(log.name, owner)
    verdict = await other.append(append(event(uuid.uuid4(), 1)))

    assert verdict.status == "appended"
    assert before is not None and await pool.fetchval(pid) == before


async def test_only_the_owner_gives_a_new_epoch(database_url: str, tmp_path: Path):
    access = await Access.made(database_url, tmp_path)

    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=1) as serving:
        log = await access.open("directives", serving)
        async with serving.acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await PostgresLog.new_epoch("directives", connection)
        again = await access.open("directives", serving)

    assert again.epoch == log.epoch


@pytest.mark.parametrize(
    ("default", "written_with"),
    [("off", "on"), ("local", "on"), ("on", "on"), ("remote_apply", "remote_apply")],
)
async def test_a_writer_waits_for_the_disk_whatever_its_role_has_by_default(
    log: PostgresLog, pool: asyncpg.Pool, default: str, written_with: str
):
    database = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER DATABASE {database} SET synchronous_commit = {default}")

    connection = await log.writer._connect()

    assert await connection.fetchval("SHOW synchronous_commit") == written_with
    await connection.close()


async def test_a_default_of_the_role_that_could_lose_what_was_answered_is_found(
    database_url: str, tmp_path: Path, pool: asyncpg.Pool
):
    access = await Access.made(database_url, tmp_path)
    role, database = "liennganh_services", database_url.rsplit("/", 1)[1]
    await pool.execute(f"ALTER ROLE {role} IN DATABASE {database} SET synchronous_commit = off")

    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=1) as serving:
        with pytest.raises(Broken, match=r"synchronous_commit off .*this role"):
            await refuse_unless_durable(serving)
    await refuse_unless_durable(pool)


async def test_commits_that_do_not_wait_for_a_standby_are_refused_where_there_is_one(
    data_folder: Callable[[], Path],
):
    def session(url: str, commit: str) -> asyncpg.Pool:
        settings = {"synchronous_commit": commit}
        return asyncpg.create_pool(url, min_size=1, max_size=1, server_settings=settings)

    standby = {"synchronous_standby_names": "nobody"}
    async with EmbeddedServers(data_folder(), nats=False, postgres_settings=standby) as servers:
        async with session(servers.database_url, "on") as careful:
            await refuse_unless_durable(careful)
        async with session(servers.database_url, "local") as careless:
            with pytest.raises(Broken, match="synchronous_commit local"):
                await refuse_unless_durable(careless)
