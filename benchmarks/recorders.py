"""Who appends: our log, the library's recorder, simple correct peers, and the database alone."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment

from benchmarks.payloads import TOPIC, Payload, random_id
from shared.log import Append, Expect, NewEvent
from shared.store.postgres import PostgresLog
from shared.system import new_id

POOL_CONNECTIONS_MAX = 4
"""Of our log's pool; appends use the one connection of its writer."""
PEER_CONNECTIONS = 16
"""The ordering lock lets one in at a time; more connections only wait."""
LIMIT_BATCH_EVENTS = 500
STREAM_EVENTS = 20
"""Events of a stream; then a client begins another one."""
REQUEST_HASH = bytes(32)

Append1 = Callable[[UUID, int, Payload], Awaitable[bool]]
"""Append one event to a stream as that version; False when the version was taken."""
AppendNow = Callable[[UUID, int, Payload], bool]
"""The same for threads."""


async def tables(schema: str, pool: asyncpg.Pool, database_url: str) -> PostgresLog:
    """Our tables, made under that schema; everybody but the library uses this shape."""
    return await PostgresLog.open(schema, pool, database_url)


@asynccontextmanager
async def ours(schema: str, database_url: str) -> AsyncIterator[Append1]:
    """The product's log, as a service uses it."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=POOL_CONNECTIONS_MAX) as pool:
        log = await tables(schema, pool, database_url)
        writer = asyncio.create_task(log.writer.run())

        async def append(stream: UUID, version: int, payload: Payload) -> bool:
            event = NewEvent(new_id(), stream, version, TOPIC, payload.state, payload.metadata)
            expect = {stream: Expect.NONE} if version == 1 else {}
            verdict = await log.append(
                Append(new_id(), (event,), expect, REQUEST_HASH, payload.result)
            )
            return verdict.status == "appended"

        try:
            yield append
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)


@asynccontextmanager
async def peer(schema: str, database_url: str) -> AsyncIterator[Append1]:
    """A plain client: for each event BEGIN, the ordering lock, INSERT, COMMIT. No ledger."""
    async with _peer_pool(database_url) as pool:
        await tables(schema, pool, database_url)
        key = await pool.fetchval(f"SELECT '{schema}.{schema}_events'::regclass::oid::bigint")
        insert = (
            f"INSERT INTO {schema}.{schema}_events "
            "(originator_id, originator_version, topic, state, metadata, event_id) "
            "VALUES ($1, $2, $3, $4, $5, $6) RETURNING notification_id"
        )

        async def append(stream: UUID, version: int, payload: Payload) -> bool:
            row = (stream, version, TOPIC, payload.state, payload.metadata, new_id())
            try:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", key)
                    await connection.fetchval(insert, *row)
            except asyncpg.UniqueViolationError:
                return False
            return True

        yield append


@asynccontextmanager
async def peer_in_one_call(schema: str, database_url: str) -> AsyncIterator[Append1]:
    """The same in one function of the database: one round trip for each event. No ledger."""
    async with _peer_pool(database_url) as pool:
        await tables(schema, pool, database_url)
        await pool.execute(f"""
            CREATE FUNCTION {schema}.append_one(uuid, bigint, text, bytea, jsonb, uuid)
            RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE position bigint;
            BEGIN
              PERFORM pg_advisory_xact_lock('{schema}.{schema}_events'::regclass::oid::bigint);
              INSERT INTO {schema}.{schema}_events
                (originator_id, originator_version, topic, state, metadata, event_id)
              VALUES ($1, $2, $3, $4, $5, $6) RETURNING notification_id INTO position;
              RETURN position;
            END $$""")
        call = f"SELECT {schema}.append_one($1, $2, $3, $4, $5, $6)"

        async def append(stream: UUID, version: int, payload: Payload) -> bool:
            row = (stream, version, TOPIC, payload.state, payload.metadata, new_id())
            try:
                await pool.fetchval(call, *row)
            except asyncpg.UniqueViolationError:
                return False
            return True

        yield append


@asynccontextmanager
async def eventsourcing(schema: str, database_url: str) -> AsyncIterator[AppendNow]:
    """The library's recorder in its safe mode, made by its own factory with its own defaults."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"CREATE SCHEMA {schema}")
    await connection.close()
    factory = PostgresFactory(_environment(schema, database_url))
    try:
        if factory.datastore.enable_db_functions:
            raise RuntimeError("the library's unlocked mode loses events for readers: not compared")
        recorder = factory.application_recorder()

        def append(stream: UUID, version: int, payload: Payload) -> bool:
            try:
                recorder.insert_events([StoredEvent(stream, version, TOPIC, payload.together)])
            except IntegrityError:
                return False
            return True

        yield append
    finally:
        factory.close()


@asynccontextmanager
async def limit(
    schema: str, database_url: str, *, connections: int, ledger: bool
) -> AsyncIterator[Callable[[list[Payload]], Awaitable[int]]]:
    """The database alone: the same rows by unnest in batches; nothing is checked or answered.

    ledger: also the rows of the idempotency ledger, in the same statement. With two connections a
    batch is sent while the other one is committed.
    """
    async with asyncpg.create_pool(
        database_url, min_size=connections, max_size=connections, reset=_as_it_is
    ) as pool:
        await tables(schema, pool, database_url)
        statement = f"""
            WITH row AS (SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[],
                $5::jsonb[], $6::uuid[]) AS t(stream, version, topic, state, metadata, event)),
            events AS (INSERT INTO {schema}.{schema}_events
                (originator_id, originator_version, topic, state, metadata, event_id)
                SELECT * FROM row)
            """ + (
            f"""INSERT INTO {schema}.{schema}_commands
                (command_id, first_position, last_position, request_hash, result)
                SELECT id, 1, 1, hash, result
                FROM unnest($7::uuid[], $8::bytea[], $9::jsonb[]) AS t(id, hash, result)"""
            if ledger
            else "SELECT"
        )

        async def insert(taken: list[Payload]) -> int:
            new = [new_id() for _ in taken]
            row = (
                new,
                [1] * len(taken),
                [TOPIC] * len(taken),
                [each.state for each in taken],
                [each.metadata for each in taken],
                [new_id() for _ in taken],
            )
            settled = (
                [new_id() for _ in taken],
                [REQUEST_HASH] * len(taken),
                [each.result for each in taken],
            )
            await pool.execute(statement, *row, *(settled if ledger else ()))
            return len(taken)

        yield insert


class Author:
    """One client's own streams: what it appends next, now and then on a stale version."""

    def __init__(self, chance: random.Random, stale_share: float) -> None:
        self._chance = chance
        self._stale_share = stale_share
        self._stream = random_id(chance)
        self._version = 0

    def next(self) -> tuple[UUID, int]:
        """Stream and version of the next command."""
        if self._version and self._chance.random() < self._stale_share:
            return self._stream, self._version
        if self._version >= STREAM_EVENTS:
            self._stream, self._version = random_id(self._chance), 0
        return self._stream, self._version + 1

    def appended(self, version: int) -> None:
        """It was recorded."""
        self._version = version


def _peer_pool(database_url: str) -> asyncpg.Pool:
    return asyncpg.create_pool(
        database_url, min_size=PEER_CONNECTIONS, max_size=PEER_CONNECTIONS, reset=_as_it_is
    )


async def _as_it_is(_: asyncpg.Connection) -> None:
    """Nothing of a session is changed, so the round trip that would undo it is saved."""


def _environment(schema: str, database_url: str) -> Environment:
    url = urlsplit(database_url)
    return Environment(
        env={
            "POSTGRES_DBNAME": url.path[1:],
            "POSTGRES_HOST": url.hostname or "",
            "POSTGRES_PORT": str(url.port),
            "POSTGRES_USER": url.username or "",
            "POSTGRES_PASSWORD": unquote(url.password or ""),
            "POSTGRES_SCHEMA": schema,
            "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
        }
    )
