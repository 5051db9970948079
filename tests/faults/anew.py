"""Read models and reactions as the facts alone make them, in a database of their own."""

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import asyncpg

from services.deadlines.almanac import Almanac
from services.deadlines.policy import load_policy
from services.deadlines.reactions import Reactor
from services.deadlines.reckoning import Reckoner
from services.deadlines.wiring import load_wiring
from shared.envelope import Envelope
from shared.fold import Fold
from shared.follow import Follower, LogSource, Projection
from shared.reference import load_register
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import load_periods
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from shared.system import new_id
from tests.faults.followed import FOLLOWED, REACTING, REACTIONS, READ_MODELS
from tests.faults.ground import Ground
from tests.running import now

READ_MAX = 1_000
CONNECTIONS_MAX = 4
OF_THE_FOLLOWER = ("checkpoints", "parked", "causes", "decisions", "published")
"""Tables beside the read model's own."""

Contents = dict[str, Counter[str]]
"""`schema.table` → its rows, without the columns that only number them."""


@dataclass(frozen=True)
class Anew:
    """What must be there."""

    contents: Contents
    reactions: Sequence[Envelope]
    """What a reactor that nothing disturbs records of the same facts, and the calendar opens."""


async def folded_anew(ground: Ground, logs: Mapping[str, PostgresLog]) -> Anew:
    """Everything that follows from the logs."""
    async with (
        _database(ground) as url,
        asyncpg.create_pool(url, min_size=1, max_size=CONNECTIONS_MAX) as pool,
    ):
        for projection in READ_MODELS:
            await _fold(projection, logs, pool)
        own = await PostgresLog.open(REACTIONS, pool, url)
        tasks = Supervisor()
        tasks.start("reactor's writer", own.writer.run)
        try:
            reactor = _reactor(own)
            await _fold(replace(REACTING, apply=reactor.take_all), logs, pool)
            await Almanac(reactor.opener, Fold(own), now, new_id).open_due()
        finally:
            await tasks.stop()
        return Anew(await contents(pool), await all_of(own))


async def contents(pool: asyncpg.Pool) -> Contents:
    """All rows of all that follows a log."""
    found: Contents = {}
    for projection in FOLLOWED:
        tables = await pool.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 "
            "AND table_name <> ALL($2::text[]) ORDER BY table_name",
            projection.schema,
            OF_THE_FOLLOWER,
        )
        for table in (row["table_name"] for row in tables):
            rows = await pool.fetch(_rows_of(projection, table))
            found[f"{projection.schema}.{table}"] = Counter(row["row"] for row in rows)
    return found


async def all_of(own: PostgresLog) -> list[Envelope]:
    """A log from its beginning to its end."""
    found: list[Envelope] = []
    while page := await own.read(found[-1].position if found else 0, READ_MAX):
        found += page
    return found


async def _fold(
    projection: Projection, logs: Mapping[str, PostgresLog], pool: asyncpg.Pool
) -> None:
    """One log after the other, in the order in which the projection names them."""
    await projection.create(pool)
    for source in projection.sources:
        follower = Follower(projection, LogSource(logs[source]), pool)
        while await follower.step():
            pass


def _reactor(own: PostgresLog) -> Reactor:
    reckoner = Reckoner(load_periods(), load_calendar(), load_policy())
    return Reactor(load_wiring(), reckoner, Fold(own), load_register(), new_id)


def _rows_of(projection: Projection, table: str) -> str:
    """A statement for the rows as text, without the columns that count them as they came: a
    transaction that was rolled back leaves a gap there."""
    without = " ".join(f"- '{column}'" for column in projection.numbering)
    if table == "subject_entries":
        return (
            "SELECT s.subject || ' ' || e.store || ' ' || e.position AS row "
            f"FROM {projection.schema}.subject_entries s "
            f"JOIN {projection.schema}.entries e USING (entry_id)"
        )
    return f"SELECT (to_jsonb(t) {without})::text AS row FROM {projection.schema}.{table} t"


@asynccontextmanager
async def _database(ground: Ground) -> AsyncIterator[str]:
    name = f"fresh_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(ground.database_url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        yield ground.database_url.rpartition("/")[0] + f"/{name}"
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()
