"""Our log behind the synchronous recorder classes of `eventsourcing`: its tests run on it."""

import asyncio
import threading
import uuid
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from shared.actor import Actor
from shared.envelope import Metadata
from shared.log import Append, Expect, NewEvent
from shared.store.postgres import PostgresLog

T = TypeVar("T")
TABLE = "directives.directives_events"
NOBODY = Metadata(Actor("", ""), (), UUID(int=0), UUID(int=0)).to_json()


class LoopThread:
    """An event loop in a thread of its own, with one log on it."""

    def __init__(self, database_url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.pool, self.log, self._writer = self.wait(self._open(database_url))

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine that runs on the loop."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(timeout=60)

    def close(self) -> None:
        """Stop everything."""
        self.wait(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _open(
        self, database_url: str
    ) -> tuple[asyncpg.Pool, PostgresLog, "asyncio.Task[None]"]:
        pool = await asyncpg.create_pool(database_url, min_size=1, max_size=12)
        log = await PostgresLog.open("directives", pool, database_url)
        return pool, log, asyncio.create_task(log.writer.run())

    async def _close(self) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        await self.pool.close()


class AggregateFacade(AggregateRecorder):
    """`AggregateRecorder` over our log."""

    def __init__(self, thread: LoopThread) -> None:
        self._thread = thread

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        self._insert(stored_events)
        return None

    def _insert(self, stored_events: Sequence[StoredEvent]) -> list[int]:
        if not stored_events:
            return []
        events = tuple(
            NewEvent(
                uuid.uuid4(),
                UUID(str(each.originator_id)),
                each.originator_version,
                each.topic,
                each.state,
                NOBODY,
            )
            for each in stored_events
        )
        # The library's contract is only that a version is taken once.
        expect = {each.stream: Expect.UNIQUE for each in events}
        verdict = self._thread.wait(self._thread.log.append(Append(uuid.uuid4(), events, expect)))
        if verdict.status == "conflict":
            raise IntegrityError(f"{verdict.stream} stands at {verdict.head}")
        return list(range(verdict.first_position, verdict.last_position + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        rows = self._thread.wait(
            self._thread.pool.fetch(
                f"""SELECT originator_id, originator_version, topic, state FROM {TABLE}
                WHERE originator_id = $1 AND originator_version > $2 AND originator_version <= $3
                ORDER BY originator_version {"DESC" if desc else "ASC"} LIMIT $4""",
                originator_id,
                -1 if gt is None else gt,
                2**60 if lte is None else lte,
                limit,
            )
        )
        return [StoredEvent(UUID(str(row[0])), row[1], row[2], row[3]) for row in rows]


class ApplicationFacade(AggregateFacade, ApplicationRecorder):
    """`ApplicationRecorder` over our log."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        return self._insert(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = -1 if start is None else start - inclusive_of_start
        rows = self._thread.wait(
            self._thread.pool.fetch(
                f"""SELECT originator_id, originator_version, topic, state, notification_id
                FROM {TABLE} WHERE notification_id > $1 AND notification_id <= $2
                AND (cardinality($3::text[]) = 0 OR topic = ANY($3))
                ORDER BY notification_id LIMIT $4""",
                after,
                2**60 if stop is None else stop,
                list(topics),
                limit,
            )
        )
        return [Notification(UUID(str(row[0])), row[1], row[2], row[3], row[4]) for row in rows]

    def max_notification_id(self) -> int | None:
        return self._thread.wait(self._thread.log.head()) or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return Following(self, gt=gt, topics=topics)

    def wait_after(self, position: int) -> None:
        """Block until there may be something after a position."""
        self._thread.wait(self._thread.log.changed(position, timeout_seconds=0.2))


class Following(Subscription[ApplicationFacade]):
    """Notifications as they are recorded."""

    def __init__(self, recorder: ApplicationFacade, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._after = gt or 0
        self._found: list[Notification] = []

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._found:
                notification = self._found.pop(0)
                self._after = notification.id
                return notification
            self._found = list(
                self._recorder.select_notifications(
                    self._after, 100, topics=self._topics, inclusive_of_start=False
                )
            )
            if not self._found:
                self._recorder.wait_after(self._after)
        raise StopIteration
