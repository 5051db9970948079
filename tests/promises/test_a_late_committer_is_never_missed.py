"""Positions rise in commit order: whoever commits late stands behind those who were read already.

A sequence alone does not give that. It hands out 1, then 2; when 2 commits first, a reader goes on
behind 2 and never sees 1. The last test shows that such a loss would be noticed here.
"""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from shared.store.postgres import PostgresLog, statements
from shared.store.writer import _arguments
from tests.promises.tailing import Tailing
from tests.running import until
from tests.shared.log_promises import command, new_event

LOCKS = (
    "PERFORM pg_advisory_xact_lock('directives.directives_events'::regclass::oid::bigint);",
    "LOCK TABLE directives.directives_events IN ROW EXCLUSIVE MODE;",
)
PATIENCE_SECONDS = 30.0
SOMEBODY_WAITS = """SELECT count(*) > 0 FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""

Writing = Callable[[uuid.UUID], AbstractAsyncContextManager[None]]
"""Entered: one event of that stream is inserted and not committed. Left: it is committed."""


@dataclass
class Writers:
    """Those who may append to the log, each with an explicit moment of commit."""

    pool: asyncpg.Pool
    database_url: str

    @asynccontextmanager
    async def ours(self, stream: uuid.UUID, function: str = "append") -> AsyncIterator[None]:
        """By the function that the product appends with."""
        append = statements("directives")["append"].replace(
            "directives.append(", f"directives.{function}("
        )
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetch(append, *_arguments([command(new_event(stream, 1))]))
            yield

    @asynccontextmanager
    async def library(self, stream: uuid.UUID) -> AsyncIterator[None]:
        """By the own recorder of `eventsourcing`, in its safe mode."""
        inserted, go = threading.Event(), threading.Event()
        writing = asyncio.create_task(asyncio.to_thread(self._library, stream, inserted, go))
        try:
            await asyncio.to_thread(inserted.wait, PATIENCE_SECONDS)
            yield
        finally:
            go.set()
            await writing

    @asynccontextmanager
    async def unlocked(self, stream: uuid.UUID) -> AsyncIterator[None]:
        """By a twin of our function that takes no lock."""
        twin = await self.pool.fetchval(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'append' "
            "AND pronamespace = 'directives'::regnamespace"
        )
        for lock in LOCKS:
            assert twin.count(lock) == 1, f"the function no longer says {lock}; mend this twin"
            twin = twin.replace(lock, "")
        await self.pool.execute(twin.replace("directives.append(", "directives.append_unlocked("))
        async with self.ours(stream, "append_unlocked"):
            yield

    def _library(self, stream: uuid.UUID, inserted: threading.Event, go: threading.Event) -> None:
        url = urlsplit(self.database_url)
        datastore = PostgresDatastore(
            dbname=url.path[1:],
            host=url.hostname or "",
            port=str(url.port),
            user=url.username or "",
            password=url.password or "",
            schema="directives",
        )
        recorder = PostgresApplicationRecorder(datastore, events_table_name="directives_events")
        with datastore.transaction(commit=True) as cursor:
            event = StoredEvent(stream, 1, "tests.said.v1", b"{}")
            recorder._insert_stored_events(cursor, [event])
            inserted.set()
            assert go.wait(PATIENCE_SECONDS), "nobody let the library commit"
        datastore.close()


@pytest.fixture
def writers(log: PostgresLog, pool: asyncpg.Pool, database_url: str) -> Writers:
    return Writers(pool, database_url)


async def whole(writing: Writing, stream: uuid.UUID) -> None:
    """Insert and commit."""
    async with writing(stream):
        pass


async def waits_or_has_ended(writers: Writers, task: "asyncio.Task[Any]") -> bool:
    return task.done() or bool(await writers.pool.fetchval(SOMEBODY_WAITS))


async def tailed(log: PostgresLog, writers: Writers, late: Writing, other: Writing) -> Tailing:
    """`late` inserts, `other` appends beside it, a reader reads, and only then `late` commits."""
    reader = Tailing(log)
    async with late(uuid.UUID(int=1)):
        racing = asyncio.create_task(whole(other, uuid.UUID(int=2)))
        await until(partial(waits_or_has_ended, writers, racing))
        await reader.read()
    await racing
    await reader.read()
    return reader


@pytest.mark.parametrize(
    ("late", "other"), [("ours", "ours"), ("ours", "library"), ("library", "ours")]
)
async def test_a_reader_that_goes_on_while_somebody_has_not_committed_misses_nothing(
    log: PostgresLog, writers: Writers, late: str, other: str
):
    reader = await tailed(log, writers, getattr(writers, late), getattr(writers, other))

    assert [each.stream.int for each in reader.seen] == [1, 2]
    assert reader.position == await log.head()


async def test_what_another_writer_commits_while_ours_waits_is_seen_by_ours(
    log: PostgresLog, writers: Writers
):
    stream = uuid.uuid4()

    async with writers.library(stream):
        waiting = asyncio.create_task(log.append(command(new_event(stream, 1))))
        await until(partial(waits_or_has_ended, writers, waiting))
    verdict = await waiting

    assert (verdict.status, verdict.head) == ("conflict", 1)


async def test_without_its_locks_the_same_function_loses_the_event_and_it_shows_here(
    log: PostgresLog, writers: Writers
):
    reader = await tailed(log, writers, writers.unlocked, writers.unlocked)

    assert [each.stream.int for each in await log.read(0, 10)] == [1, 2]
    assert [each.stream.int for each in reader.seen] == [2]
