"""The library's own recorder tests run against our log, and its recorder reads our table."""

import asyncio
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

import asyncpg
import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DatetimeAsISO,
    DecimalAsStr,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    UUIDAsHex,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from shared.actor import Act, Actor
from shared.context import Context
from shared.domain import Aggregate, Command, FirstEvent
from shared.fold import Fold
from shared.reference import Register
from shared.store.postgres import PostgresLog
from tests.shared.store.facade import AggregateFacade, ApplicationFacade, LoopThread

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.fixture
def thread(database_url: str) -> Iterator[LoopThread]:
    """Our log on a loop of its own, as synchronous code needs it."""
    thread = LoopThread(database_url)
    yield thread
    thread.close()


def run_all(case: type, recorder: object, names: tuple[str, ...]) -> None:
    """Each named test of a library test case, against our recorder."""

    class Ours(case):  # type: ignore[misc]
        def create_recorder(self) -> object:
            return recorder

        def runTest(self) -> None:
            """Needed to make an instance without running anything."""

    for name in names:
        ours = Ours()
        ours.setUp()
        getattr(ours, name)()
        ours.tearDown()


async def test_the_librarys_aggregate_recorder_tests_pass(thread: LoopThread):
    recorder: AggregateRecorder = AggregateFacade(thread)

    await asyncio.to_thread(
        run_all, AggregateRecorderTestCase, recorder, ("test_insert_and_select", "test_performance")
    )


@pytest.mark.parametrize(
    "name",
    [
        "test_insert_select",
        "test_performance",
        "test_concurrent_no_conflicts",
        "test_concurrent_throughput",
        "optional_test_insert_subscribe",
    ],
)
async def test_the_librarys_application_recorder_tests_pass(thread: LoopThread, name: str):
    recorder: ApplicationRecorder = ApplicationFacade(thread)

    await asyncio.to_thread(run_all, ApplicationRecorderTestCase, recorder, (name,))


async def test_the_librarys_test_of_interleaving_positions_passes(thread: LoopThread):
    recorder = ApplicationFacade(thread)

    await asyncio.to_thread(run_all, NonInterleavingNotificationIDsBaseCase, recorder, ("test",))


class Say(Command):
    """A command with the types that need care on the way."""

    word: str
    who: uuid.UUID
    when: datetime


class Said(FirstEvent, Say):
    TOPIC: ClassVar[str] = "directives.said_for_a_test.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Nói", "Said")
    SOURCE: ClassVar[str] = "a test"


class Speech(Aggregate):
    TOPIC = "speech_for_a_test"
    KIND = "speech"

    def evolve(self, event: Said) -> None:
        self.word = event.word


def library_recorder(database_url: str) -> PostgresApplicationRecorder:
    """The library's own recorder on our table."""
    url = urlsplit(database_url)
    datastore = PostgresDatastore(
        dbname=url.path[1:],
        host=url.hostname or "",
        port=str(url.port),
        user=url.username or "",
        password=url.password or "",
        schema="directives",
    )
    return PostgresApplicationRecorder(datastore, events_table_name="directives_events")


async def test_the_librarys_recorder_and_mapper_read_what_we_wrote(
    log: PostgresLog, database_url: str, register: Register
):
    said = Say(word="Ấp Bắc", who=uuid.UUID(int=7), when=NOW)
    act = Act(Actor("CA_TINH-P34-40", "clerk"), NOW, NOW, register, uuid.uuid4)
    speech = Speech.begin(Said, said, act, id=uuid.uuid4())
    ctx = Context(act, Fold(log), uuid.uuid4(), uuid.uuid4())
    await ctx.save(speech)

    def read() -> object:
        recorder = library_recorder(database_url)
        [notification] = recorder.select_notifications(start=1, limit=10)
        recorder.datastore.close()
        transcoder = JSONTranscoder()
        for transcoding in (UUIDAsHex(), DecimalAsStr(), DatetimeAsISO()):
            transcoder.register(transcoding)
        return Mapper[uuid.UUID](transcoder).to_domain_event(notification)

    event = await asyncio.to_thread(read)

    assert isinstance(event, Said)
    assert (event.word, event.who, event.when) == ("Ấp Bắc", uuid.UUID(int=7), NOW)
    assert (event.originator_id, event.originator_version) == (speech.id, 1)
    assert event.timestamp == NOW


async def test_we_read_what_the_librarys_recorder_wrote(log: PostgresLog, database_url: str):
    stream = uuid.uuid4()

    def write() -> None:
        recorder = library_recorder(database_url)
        recorder.insert_events([StoredEvent(stream, 1, "directives.other.v1", b'{"a": 1}')])
        recorder.datastore.close()

    await asyncio.to_thread(write)

    [envelope] = await log.read(0, 10)
    assert (envelope.stream, envelope.version, envelope.fields) == (stream, 1, {"a": 1})
    assert envelope.metadata.actor.agency == ""


def test_the_library_is_run_in_its_safe_mode():
    # Its unlocked function mode loses events for readers; nothing of ours may switch it on.
    assert "POSTGRES_ENABLE_DB_FUNCTIONS" not in os.environ


async def test_the_table_has_the_librarys_columns(log: PostgresLog, pool: asyncpg.Pool):
    rows = await pool.fetch(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'directives' AND table_name = 'directives_events' "
        "ORDER BY ordinal_position"
    )

    assert [tuple(row) for row in rows[:5]] == [
        ("originator_id", "uuid"),
        ("originator_version", "bigint"),
        ("topic", "text"),
        ("state", "bytea"),
        ("notification_id", "bigint"),
    ]
