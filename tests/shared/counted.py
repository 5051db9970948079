"""A read model that writes numbers down in the order in which it takes them; it can be poisoned."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

import shared.poison
from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.follow import Apply, Follower, LogSource, Projection, each
from shared.log import Append, Expect, Log, NewEvent
from shared.parking import Parking
from shared.rebuild import Outcome, rebuild
from shared.sql import Tables

SOURCE = "directives"
"""The log that is followed."""
OFFICER = Actor("CA_TINH-P34-40", "duty officer")
HOUR_SECONDS = 3600.0
SCHEMA = """
-- name: create
CREATE TABLE :schema.seen (ord bigserial PRIMARY KEY, position bigint NOT NULL, n int NOT NULL);
CREATE TABLE :schema.named (name text CONSTRAINT one_of_a_name UNIQUE);
"""
QUERIES = """
-- name: insert
INSERT INTO :schema.seen (position, n) VALUES ($1, $2)
-- name: all
SELECT n FROM :schema.seen ORDER BY ord
-- name: into_nowhere
INSERT INTO :schema.nowhere (n) VALUES (1)
-- name: name_it
INSERT INTO :schema.named (name) VALUES ($1), ($1)
-- name: as_number
SELECT $1::text::int
-- name: kill
SELECT pg_terminate_backend(pg_backend_pid())
"""


async def insert(envelope: Envelope, tables: Tables) -> None:
    """Write the number down."""
    await tables.run("insert", envelope.position, envelope.fields["n"])


class Poison:
    """An `apply` that fails at some numbers, after it has written them."""

    def __init__(self) -> None:
        self.at: dict[int, Callable[[], Exception]] = {}
        self.tried: list[int] = []

    async def one(self, envelope: Envelope, tables: Tables) -> None:
        number = envelope.fields["n"]
        self.tried.append(number)
        await insert(envelope, tables)
        if number in self.at:
            raise self.at[number]()


def model(folder: Path, one: Callable[..., object] = insert, **more: object) -> Projection:
    """The read model, its files in a folder of the test's."""
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "queries.sql").write_text(QUERIES)
    more = {"numbering": ("ord",)} | more
    return Projection(SOURCE, "seen", 1, folder, (SOURCE,), each(one), **more)  # type: ignore[arg-type]


def stream_of(name: str) -> UUID:
    """The id of a stream that tests call by a letter."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


A, B, C = (stream_of(name) for name in "abc")


def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried again within this test."""
    monkeypatch.setattr(shared.poison, "RETRY_SECONDS", (HOUR_SECONDS,))


async def record(
    log: Log, *numbers: int, stream: str = "", process: UUID | None = None, **fields: object
) -> None:
    """One event for each number: in one stream, or each in a stream of its own."""
    for number in numbers:
        state = orjson.dumps({"timestamp": "2025-07-01T00:00:00+07:00", "n": number, **fields})
        actor = Actor("CA_TINH-P34-40", "clerk")
        ids = (process or uuid.uuid4(), uuid.uuid4())
        metadata = Metadata(actor, (f"thing:{number}",), *ids).to_json()
        id = stream_of(stream) if stream else uuid.uuid4()
        event = NewEvent(uuid.uuid4(), id, 1, "samples.counted.v1", state, metadata)
        await log.append(Append(uuid.uuid4(), (event,), expect={id: Expect.ANY}))


async def seen(projection: Projection, pool: asyncpg.Pool) -> list[int]:
    """The numbers, in the order in which they were taken."""
    return [row["n"] for row in await pool.fetch(projection.statements["all"])]


async def rows_of(
    projection: Projection, pool: asyncpg.Pool, table: str
) -> Sequence[asyncpg.Record]:
    """All rows of one of the tables that every read model has."""
    return await pool.fetch(f"SELECT * FROM {projection.schema}.{table}")


async def checkpoint(projection: Projection, pool: asyncpg.Pool) -> int:
    """Where the read model stands."""
    [row] = await rows_of(projection, pool, "checkpoints")
    position: int = row["position"]
    return position


@dataclass
class Numbers:
    """The read model with its log, a follower of it, and an operator's view of what is parked."""

    made: Projection
    poison: Poison
    log: Log
    pool: asyncpg.Pool

    @staticmethod
    async def made_in(folder: Path, log: Log, pool: asyncpg.Pool) -> "Numbers":
        """Tables and all; `poison` makes it fail."""
        poison = Poison()
        projection = model(folder, poison.one)
        await projection.create(pool)
        return Numbers(projection, poison, log, pool)

    @cached_property
    def follower(self) -> Follower:
        return self.another()

    @cached_property
    def parking(self) -> Parking:
        return Parking(self.made, self.pool, {SOURCE: self.log})

    def another(self, apply: Apply | None = None) -> Follower:
        """A follower as another process has it, or this one after a restart."""
        projection = replace(self.made, apply=apply) if apply else self.made
        return Follower(projection, LogSource(self.log), self.pool)

    async def record(self, *numbers: int, stream: str = "", process: UUID | None = None) -> None:
        await record(self.log, *numbers, stream=stream, process=process)

    async def seen(self) -> list[int]:
        return await seen(self.made, self.pool)

    async def rows(self, table: str) -> Sequence[asyncpg.Record]:
        return await rows_of(self.made, self.pool, table)

    async def checkpoint(self) -> int:
        return await checkpoint(self.made, self.pool)

    async def positions(self, stream: UUID) -> list[int]:
        return [event.position for event in await self.log.load(stream)]

    async def go_back(self) -> None:
        """Empty the table and begin at 0, as an operator might by hand."""
        await self.pool.execute(f"TRUNCATE {self.made.schema}.seen")
        await self.pool.execute(f"UPDATE {self.made.schema}.checkpoints SET position = 0")


async def anew(numbers: Numbers, **more: Any) -> Outcome:
    """The read model, made anew beside itself."""
    return await rebuild(numbers.made, {SOURCE: numbers.log}, numbers.pool, **more)


async def schemas(pool: asyncpg.Pool) -> list[str]:
    """What there is of the read model."""
    rows = await pool.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%_seen_%'")
    return sorted(row["nspname"] for row in rows)
