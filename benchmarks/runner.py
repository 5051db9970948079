"""The library's own way to a read model: `ProjectionRunner`, which commits event by event."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from benchmarks.recorders import _environment
from shared.log import NewEvent

WAIT_SECONDS = 600.0
SCHEMA = "peer"


@dataclass(frozen=True)
class Told(DomainEvent):
    """One of our events, as the library keeps events."""

    topic: str
    fields: str


class Tellings(Application[UUID]):
    """The events."""


class View(PostgresTrackingRecorder):
    """One row per event, inserted with the library's tracking row in one transaction."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.sql_create_statements.append(
            SQL(
                f"CREATE TABLE IF NOT EXISTS {SCHEMA}.entries (entry_id bigserial PRIMARY KEY, "
                "stream uuid, version bigint, topic text, told text)"
            ).format()
        )

    def tell(self, event: Told, tracking: Tracking) -> None:
        """Insert the row."""
        row = (event.originator_id, event.originator_version, event.topic, event.fields)
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                f"INSERT INTO {SCHEMA}.entries (stream, version, topic, told) "
                "VALUES (%s, %s, %s, %s)",
                row,
                prepare=True,
            )
            self._insert_tracking(cursor, tracking)


class Timeline(Projection[View]):
    """Tells each event to the view."""

    name = "timeline"

    def process_event(self, domain_event: Told, tracking: Tracking) -> None:
        """One event."""
        self.view.tell(domain_event, tracking)


class Runner:
    """Events recorded once, and read into a new view as often as it is measured."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        settings = {"PERSISTENCE_MODULE": "eventsourcing.postgres"}
        self._env = {**_environment(SCHEMA, database_url), **settings}
        self._last = 0

    async def record(self, events: Sequence[NewEvent]) -> None:
        """Make the tables and put the events there."""
        await self._execute(f"CREATE SCHEMA {SCHEMA}")
        await asyncio.to_thread(self._record, events)

    async def events_run(self) -> None:
        """Read all into a new view."""
        await self._execute(
            f"DROP TABLE IF EXISTS {SCHEMA}.entries, {SCHEMA}.timeline_tracking CASCADE"
        )
        await asyncio.to_thread(self._run)

    def _record(self, events: Sequence[NewEvent]) -> None:
        with Tellings(self._env) as app:
            stored = [app.mapper.to_stored_event(_told(each)) for each in events]
            positions = app.recorder.insert_events(stored)
        assert positions, "nothing was recorded"
        self._last = positions[-1]

    def _run(self) -> None:
        with ProjectionRunner(
            application_class=Tellings, projection_class=Timeline, view_class=View, env=self._env
        ) as runner:
            runner.wait(self._last, timeout=WAIT_SECONDS)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(statement)
        await connection.close()


def _told(event: NewEvent) -> Told:
    return Told(
        originator_id=event.stream,
        originator_version=event.version,
        timestamp=Told.create_timestamp(),
        topic=event.topic,
        fields=event.state.decode(),
    )
