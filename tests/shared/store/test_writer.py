import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

import shared.store.writer
from shared.errors import Broken, Retry
from shared.http.problems import problem
from shared.log import Append, NewEvent
from shared.store.postgres import PostgresLog, refuse_unless_durable
from shared.store.writer import EVENT_BYTES_MAX, Writer
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.log_promises import command, new_event, versions

SOON_SECONDS = 15.0


class Line:
    """A connection that fails as told, before or after the database has done what it was asked."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.before: list[BaseException] = []
        self.after: list[BaseException] = []
        self.hold: asyncio.Event | None = None
        self.sending = asyncio.Event()

    async def fetch(self, statement: str, *arguments: Any, **limits: float) -> Any:
        self.sending.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.before:
            raise self.before.pop(0)
        rows = await self._connection.fetch(statement, *arguments, **limits)
        if self.after:
            raise self.after.pop(0)
        return rows

    def terminate(self) -> None:
        """The line is reused, so that what a test told it stays told."""

    def is_closed(self) -> bool:
        return self._connection.is_closed()


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with empty_database(postgres_url) as url:
        yield url


@pytest.fixture
async def idle(pool: asyncpg.Pool, database_url: str) -> PostgresLog:
    """A log whose writer does not run yet."""
    return await PostgresLog.open("directives", pool, database_url)


@pytest.fixture
async def line(
    idle: PostgresLog, pool: asyncpg.Pool, supervisor: Supervisor
) -> AsyncIterator[Line]:
    """What the log's writer sends through."""
    async with pool.acquire() as connection:
        line = Line(connection)

        async def connect() -> Any:
            return line

        idle.writer._connect = connect
        yield line
        await supervisor.stop()


async def soon(waiting: Awaitable[Any]) -> Any:
    async with asyncio.timeout(SOON_SECONDS):
        return await waiting


@pytest.mark.parametrize(
    "lost",
    [
        ConnectionResetError("reset by peer"),
        BrokenPipeError("broken pipe"),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
        asyncpg.exceptions.AdminShutdownError("terminating connection"),
        asyncpg.InternalClientError("cannot switch to state 11; another operation is in progress"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("recorded", [False, True], ids=["not recorded", "recorded anyway"])
async def test_a_line_that_breaks_is_mended_and_the_command_recorded_once(
    idle: PostgresLog, line: Line, supervisor: Supervisor, lost: BaseException, recorded: bool
):
    stream = uuid.uuid4()
    (line.after if recorded else line.before).append(lost)

    supervisor.start("writer", idle.writer.run)
    verdict = await soon(idle.append(command(new_event(stream, 1))))

    assert verdict.status == ("duplicate" if recorded else "appended")
    assert verdict.last_position == await idle.head()
    assert await versions(idle, stream) == [1]
    assert supervisor.watched["writer"].restarts == 0


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.exceptions.DeadlockDetectedError("deadlock detected"),
        asyncpg.exceptions.SerializationError("could not serialize"),
        asyncpg.exceptions.ReadOnlySQLTransactionError("the primary has become a standby"),
        asyncpg.exceptions.LockNotAvailableError("lock timeout"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_the_database_wants_again_is_sent_again(
    idle: PostgresLog, line: Line, supervisor: Supervisor, error: BaseException
):
    line.before += [error]
    supervisor.start("writer", idle.writer.run)

    verdicts = await soon(
        asyncio.gather(*(idle.append(command(new_event(uuid.uuid4(), 1))) for _ in range(3)))
    )

    assert [each.status for each in verdicts] == ["appended"] * 3


async def test_a_database_that_cannot_be_reached_is_tried_until_it_can(
    idle: PostgresLog, line: Line, supervisor: Supervisor
):
    refusals: list[BaseException] = [
        ConnectionRefusedError(),
        asyncpg.exceptions.CannotConnectNowError("starting up"),
        asyncpg.exceptions.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.InternalClientError("cannot switch to state 11; another operation is in progress"),
        TimeoutError(),
    ]

    async def connect() -> Any:
        if refusals:
            raise refusals.pop(0)
        return line

    idle.writer._connect = connect
    supervisor.start("writer", idle.writer.run)

    verdict = await soon(idle.append(command(new_event(uuid.uuid4(), 1))))

    assert (verdict.status, refusals) == ("appended", [])


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (asyncpg.exceptions.DiskFullError("no space left"), Retry),
        (asyncpg.exceptions.DataError("invalid input for query argument $10: 'SECRET'"), Broken),
        (asyncpg.InterfaceError("the driver cannot send this"), Broken),
        (ValueError("nor this"), Broken),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_only_the_command_that_cannot_be_recorded_fails_and_its_content_is_not_quoted(
    idle: PostgresLog,
    line: Line,
    supervisor: Supervisor,
    error: BaseException,
    answer: type[Exception],
):
    line.before += [error, error]  # Once for the batch, once for its first command alone.
    waiting = [
        asyncio.create_task(idle.append(command(new_event(uuid.uuid4(), 1)))) for _ in range(3)
    ]
    await asyncio.sleep(0)

    supervisor.start("writer", idle.writer.run)
    first, *others = await soon(asyncio.gather(*waiting, return_exceptions=True))

    assert isinstance(first, answer)
    assert "SECRET" not in str(first)
    assert [each.status for each in others] == ["appended"] * 2


async def test_what_postgres_says_of_a_refused_row_is_not_passed_on(log: PostgresLog):
    event = new_event(uuid.uuid4(), 1)
    await log.append(command(event))

    with pytest.raises(Broken, match="UniqueViolationError") as refused:
        await log.append(command(new_event(uuid.uuid4(), 1, event_id=event.event_id)))

    assert str(event.event_id) not in str(refused.value)


async def test_when_the_writer_is_stopped_nobody_is_left_waiting(
    idle: PostgresLog, line: Line, supervisor: Supervisor
):
    line.hold = asyncio.Event()
    supervisor.start("writer", idle.writer.run)
    in_flight = asyncio.create_task(idle.append(command(new_event(uuid.uuid4(), 1))))
    await soon(line.sending.wait())
    queued = asyncio.create_task(idle.append(command(new_event(uuid.uuid4(), 1))))
    await asyncio.sleep(0)

    await soon(supervisor.stop())

    for waiting in (in_flight, queued):
        with pytest.raises(Retry, match="same Idempotency-Key"):
            await soon(waiting)
    with pytest.raises(Retry, match="stopping"):
        await idle.append(command(new_event(uuid.uuid4(), 1)))


async def test_a_writer_that_dies_is_restarted_with_all_that_was_waiting(
    idle: PostgresLog, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    stream = uuid.uuid4()
    notify, deaths = idle.writer._on_commit, [RuntimeError("a slip of ours")]

    def slip(position: int) -> None:
        if deaths:
            raise deaths.pop()
        notify(position)

    settle, slips = idle.writer._settle, [RuntimeError("another slip")]

    async def slipping(batch: Any) -> None:
        if slips:
            raise slips.pop()
        await settle(batch)

    monkeypatch.setattr(idle.writer, "_on_commit", slip)
    monkeypatch.setattr(idle.writer, "_settle", slipping)
    waiting = [
        asyncio.create_task(idle.append(command(new_event(stream, version))))
        for version in (1, 2, 3)
    ]
    await asyncio.sleep(0)

    with capture_logs():
        supervisor.start("writer", idle.writer.run)
        verdicts = await soon(asyncio.gather(*waiting))

    assert {each.status for each in verdicts} <= {"appended", "duplicate"}
    assert await versions(idle, stream) == [1, 2, 3]
    assert supervisor.watched["writer"].restarts == 2


async def test_a_caller_that_waited_too_long_is_told_that_the_outcome_is_unknown(
    idle: PostgresLog, line: Line, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.store.writer, "OUTCOME_SECONDS", 0.05)
    stream, line.hold = uuid.uuid4(), asyncio.Event()
    supervisor.start("writer", idle.writer.run)
    late = command(new_event(stream, 1))

    with pytest.raises(Retry, match="outcome is unknown"):
        await idle.append(late)

    line.hold.set()
    monkeypatch.setattr(shared.store.writer, "OUTCOME_SECONDS", SOON_SECONDS)
    again = await idle.append(late)
    assert again.status == "duplicate"
    assert await versions(idle, stream) == [1]


async def test_everybody_who_waits_too_long_is_told_also_after_others_were_answered(
    idle: PostgresLog, line: Line, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.store.writer, "OUTCOME_SECONDS", 0.5)
    supervisor.start("writer", idle.writer.run)
    await soon(idle.append(command(new_event(uuid.uuid4(), 1))))
    line.hold = asyncio.Event()

    late = await soon(
        asyncio.gather(
            *(idle.append(command(new_event(uuid.uuid4(), 1))) for _ in range(3)),
            return_exceptions=True,
        )
    )

    assert [type(each) for each in late] == [Retry] * 3
    line.hold.set()


async def test_a_full_queue_and_an_event_too_large_are_refused_at_once(
    idle: PostgresLog, monkeypatch: pytest.MonkeyPatch
):
    large = NewEvent(uuid.uuid4(), uuid.uuid4(), 1, "x.v1", b"x" * (EVENT_BYTES_MAX + 1), "{}")
    with pytest.raises(Broken, match="refuse it at the door"):
        await idle.append(Append(uuid.uuid4(), (large,)))

    with pytest.raises(Broken, match="nothing to record"):
        await idle.append(command())

    monkeypatch.setattr(shared.store.writer, "QUEUE_COMMANDS_MAX", 0)
    with pytest.raises(Retry, match="waiting to be recorded") as refused:
        await idle.append(command(new_event(uuid.uuid4(), 1)))

    response = problem(refused.value, english=True, instance="/v1/tasks")
    assert response.status == 503
    assert int(response.headers["Retry-After"]) >= 1


async def test_batches_grow_with_the_load_up_to_their_limits(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared.store.writer, "EVENTS_PER_BATCH_MAX", 4)

    async def nowhere() -> asyncpg.Connection:
        raise OSError

    writer = Writer("samples", "", nowhere, lambda _: None)
    sizes = (1, 3, 1, 9, 1)
    waiting = [
        asyncio.create_task(
            writer.append(command(*(new_event(uuid.uuid4(), 1) for _ in range(size))))
        )
        for size in sizes
    ]
    await asyncio.sleep(0)

    batches = []
    while batch := writer._take():
        batches.append([len(each.append.events) for each in batch])

    assert batches == [[1, 3], [1], [9], [1]]  # One command is never cut in two.
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_processes_that_start_together_make_the_log_once(
    pool: asyncpg.Pool, database_url: str
):
    logs = await asyncio.gather(
        *(PostgresLog.open("together", pool, database_url) for _ in range(5))
    )

    assert len({each.epoch for each in logs}) == 1


async def test_settings_that_lose_what_was_acknowledged_are_named(
    pool: asyncpg.Pool, database_url: str
):
    await refuse_unless_durable(pool)

    async with asyncpg.create_pool(
        database_url, min_size=1, max_size=1, server_settings={"synchronous_commit": "off"}
    ) as careless:
        with pytest.raises(Broken, match="synchronous_commit off"):
            await refuse_unless_durable(careless)
