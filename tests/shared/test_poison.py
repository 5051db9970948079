from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

import shared.poison
from shared.actor import Actor
from shared.envelope import Envelope
from shared.errors import Broken, NotUnderstood, Retry
from shared.follow import Follower, LogSource, Projection
from shared.parking import Parking
from shared.poison import MESSAGE_CHARACTERS_MAX, cause_of, is_away, is_code, wait_after
from shared.sql import Tables
from shared.store.postgres import PostgresLog
from shared.telemetry import metrics
from tests.shared.counted import model, record, rows_of

CANARY = "Nguyễn Thị Chim Hoàng Yến"


class Person(BaseModel):
    name: int


async def not_valid(tables: Tables, name: str) -> None:
    Person.model_validate({"name": name})


async def not_encodable(tables: Tables, name: str) -> None:
    await tables.run("insert", name, 1)


async def not_castable(tables: Tables, name: str) -> None:
    await tables.run("as_number", name)


async def not_unique(tables: Tables, name: str) -> None:
    await tables.run("name_it", name)


async def not_known(tables: Tables, name: str) -> None:
    raise KeyError(name)


async def refused(tables: Tables, name: str) -> None:
    raise NotUnderstood("name-too-long", f"Tên {name} quá dài.", f"The name {name} is too long.")


async def in_a_group(tables: Tables, name: str) -> None:
    raise ExceptionGroup(name, [ValueError(name)])


WAYS = (not_valid, not_encodable, not_castable, not_unique, not_known, refused, in_a_group)


@pytest.fixture
async def careless(tmp_path: Path, pool: asyncpg.Pool) -> AsyncIterator[Projection]:
    """A read model in which each number stumbles over the person's name in its own way."""

    async def one(envelope: Envelope, tables: Tables) -> None:
        if envelope.fields["n"] < len(WAYS):
            await WAYS[envelope.fields["n"]](tables, envelope.fields["name"])

    projection = model(tmp_path, one)
    await projection.create(pool)
    yield projection


async def test_no_name_gets_into_error_tables_logs_or_metrics(
    careless: Projection, log: PostgresLog, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.poison, "RETRY_SECONDS", (0.0,))
    monkeypatch.setattr("shared.follow.LOOK_SECONDS", 0.0)
    await record(log, *range(len(WAYS)), name=CANARY)
    parking = Parking(careless, pool, {"directives": log})
    follower = Follower(careless, LogSource(log), pool)

    with capture_logs() as said:
        for _ in range(2):
            await follower.step()
        parked = await parking.list()
        await parking.quarantine("directives", parked[0].stream, "ghi nhầm", Actor("A-VN", "b"))

    kept = [
        dict(row)
        for table in ("parked", "causes", "decisions", "checkpoints")
        for row in await rows_of(careless, pool, table)
    ]
    assert len(parked) == len(WAYS)
    assert len([line for line in said if line["event"] == "stream parked"]) == len(WAYS)
    for place in (kept, said, parked, metrics()[0].decode()):
        assert "Chim" not in str(place)
    messages = {row["error"]: row["message"] for row in await rows_of(careless, pool, "causes")}
    assert messages == {
        "pydantic_core._pydantic_core.ValidationError": "",
        "asyncpg.exceptions.DataError": "",
        "asyncpg.exceptions.InvalidTextRepresentationError": "",
        "asyncpg.exceptions.UniqueViolationError": "constraint one_of_a_name",
        "KeyError": "",
        "shared.errors.NotUnderstood": "name-too-long",
        "ValueError": "",
    }


async def test_the_place_of_an_error_is_in_our_own_code(
    careless: Projection, log: PostgresLog, pool: asyncpg.Pool
):
    await record(log, *range(len(WAYS)), name=CANARY)

    await Follower(careless, LogSource(log), pool).step()

    places = {row["place"].rpartition(":")[0] for row in await rows_of(careless, pool, "causes")}
    assert places == {f"{__name__}:{way.__name__}" for way in WAYS}


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.SerializationError("x"),
        asyncpg.DeadlockDetectedError("x"),
        asyncpg.LockNotAvailableError("x"),
        asyncpg.AdminShutdownError("x"),
        asyncpg.QueryCanceledError("x"),
        asyncpg.DiskFullError("x"),
        asyncpg.TooManyConnectionsError("x"),
        asyncpg.ReadOnlySQLTransactionError("x"),
        asyncpg.InvalidCachedStatementError("x"),
        asyncpg.InterfaceError("x"),
        ConnectionResetError(),
        TimeoutError(),
        Retry("x"),
        ExceptionGroup("x", [ValueError(), OSError()]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_away_is_no_events_fault(error: Exception):
    assert is_away(error)
    assert not is_code(error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (asyncpg.UniqueViolationError("x"), False),
        (asyncpg.NotNullViolationError("x"), False),
        (asyncpg.NumericValueOutOfRangeError("x"), False),
        (asyncpg.InFailedSQLTransactionError("x"), False),
        (asyncpg.RaiseError("x"), False),
        (Broken("x"), False),
        (KeyError("x"), False),
        (asyncpg.UndefinedTableError("x"), True),
        (asyncpg.UndefinedColumnError("x"), True),
        (asyncpg.PostgresSyntaxError("x"), True),
        (asyncpg.InsufficientPrivilegeError("x"), True),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_no_waiting_mends_is_an_events_fault_or_the_codes(error: Exception, code: bool):
    assert not is_away(error)
    assert is_code(error) is code


def caught(act: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as raised:
        act()
    return raised.value


def broken() -> None:
    raise Broken("thing:1 does not fit: rebuild " + "x" * MESSAGE_CHARACTERS_MAX)


def test_words_of_our_own_are_kept_and_cut():
    cause = cause_of(caught(broken), "directives.seen", __name__.partition(".")[0])

    assert cause.message.startswith("thing:1 does not fit: rebuild x")
    assert len(cause.message) == MESSAGE_CHARACTERS_MAX


def test_the_same_error_in_another_read_model_is_another_group():
    error = caught(broken)

    ids = {cause_of(error, title, "tests").id for title in ("timeline.timeline", "gateway.feed")}

    assert len(ids) == 2


def test_waiting_grows_and_ends():
    waits = [wait_after(attempts) for attempts in range(1, 8)]

    assert waits[:5] == sorted(shared.poison.RETRY_SECONDS)
    assert waits[5:] == [None, None]
