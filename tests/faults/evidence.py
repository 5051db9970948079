"""What is there after a campaign: log, read models, streams, deliveries, exports; and their twins
computed anew from the log alone."""

import asyncio
import hashlib
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import orjson

from services.directives.projection import REGISTER
from services.gateway.projection import FEED
from services.gateway.reading import read_by
from services.timeline.projection import TIMELINE
from shared.bus import Bus
from shared.envelope import Envelope
from shared.follow import Follower, LogSource, Projection
from shared.reference import load_register
from shared.store.postgres import PostgresLog
from shared.system import FEEDS
from tests.faults.clients import Heard, Listener
from tests.faults.faults import services_bus
from tests.faults.ground import Ground
from tests.faults.journal import Said
from tests.running import now

READ_MAX = 1_000
EXPORT_SECONDS = 60.0
EXPORT_PAGE = 500
READER = "BCD138_CP-VN"
FOLLOWED = (REGISTER, TIMELINE, FEED)
NUMBERING = {
    "entries": ("entry_id",),
    "subject_entries": ("entry_id",),
    "directives": ("ordinal",),
    "feed": ("position",),
}
"""Columns that count rows as they came; a transaction that was rolled back leaves a gap in them."""
OF_THE_FOLLOWER = ("checkpoints", "parked", "causes", "decisions", "published")
"""Tables beside the read model's own."""
LINE_CHARACTERS_MAX = 2_000
TOLD = ("broker lost acknowledged messages; they are published again",)
"""What the product says at level error of what we did, and mends by itself."""
EXPECTED = ("task died", "durable was not made again")
"""Sentences under which it shows an error that a server or a line may have caused."""
OF_FAULTS = re.compile(
    r"Connection\w*(Error|Failure|Exception)|ConnectionDoesNotExist|CannotConnectNow|AdminShutdown"
    r"|CrashShutdown|InterfaceError|OSError|TimeoutError|Unavailable|Retry|PublishUnknown"
    r"|NoConsumer|NoStream|connection (was )?(closed|lost|reset)|Connect call failed"
    r"|InternalClientError|IncompleteReadError"
)
"""Errors that say that a server or a line was away, which is what the campaign did to them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the timeline."""

    store: str
    position: int
    event_id: UUID
    stream: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the feed."""

    position: int
    agency: str
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Stored:
    """A message in a stream."""

    sequence: int
    id: str
    subject: str
    digest: str


@dataclass
class Evidence:
    """Everything that the check looks at."""

    commands: Sequence[Said]
    log: list[Envelope]
    ledger: dict[UUID, tuple[int, int]]
    """Command → its first and last position."""
    timeline: list[Entry]
    feed: list[Row]
    live: dict[str, Counter[str]]
    """`schema.table` → its rows, without the columns that only number them."""
    fresh: dict[str, Counter[str]]
    stream: list[Stored]
    feed_stream: list[Stored]
    feed_epoch: UUID
    heard: dict[str, list[Heard]]
    reads: dict[str, tuple[str, ...]]
    exports: list[str]
    """Digest of the whole timeline as each replica exports it."""
    parked: list[str] = field(default_factory=list)
    """Streams that a read model put aside."""
    trouble: list[str] = field(default_factory=list)
    """Tracebacks and ends that no fault explains."""
    altered: list[str] = field(default_factory=list)
    """Messages that came again to an agency with other contents."""


async def gather(
    ground: Ground, commands: Sequence[Said], listeners: Sequence[Listener], failing: set[str]
) -> Evidence:
    """Read everything; nothing runs any more that writes."""
    exports = [await _export(ground, each.url) for each in ground.replicas]
    async with asyncpg.create_pool(ground.database_url, min_size=1, max_size=4) as pool:
        own = await PostgresLog.open("directives", pool, ground.database_url)
        events = await _all(own)
        ledger = await pool.fetch(
            "SELECT command_id, first_position, last_position "
            "FROM directives.directives_commands ORDER BY first_position"
        )
        timeline = await pool.fetch(
            "SELECT store, position, event_id, stream, version FROM "
            f"{TIMELINE.schema}.entries ORDER BY entry_id"
        )
        feed = await pool.fetch(
            f"SELECT position, agency, event_id FROM {FEED.schema}.feed ORDER BY position"
        )
        async with services_bus(ground) as bus:
            stream = await _stored(bus, "LN_DIRECTIVES", len(events))
            feed_stream = await _stored(bus, FEEDS, len(feed))
        return Evidence(
            commands=commands,
            log=events,
            ledger={
                UUID(str(each["command_id"])): (each["first_position"], each["last_position"])
                for each in ledger
            },
            timeline=[
                Entry(
                    each["store"],
                    each["position"],
                    UUID(str(each["event_id"])),
                    UUID(str(each["stream"])),
                    each["version"],
                )
                for each in timeline
            ],
            feed=[
                Row(each["position"], each["agency"], UUID(str(each["event_id"]))) for each in feed
            ],
            live=await _contents(pool),
            fresh=await _folded_anew(ground, own),
            stream=stream,
            feed_stream=feed_stream,
            feed_epoch=UUID(str(await pool.fetchval(FEED.statements["epoch"]))),
            heard={each.agency: [*each.heard.values()] for each in listeners},
            reads={each.agency: _reads(each.agency) for each in listeners},
            exports=exports,
            parked=await _parked(pool),
            trouble=[
                *sorted(failing),
                *(end for each in ground.replicas for end in each.ends),
                *(line for each in ground.replicas for line in unexplained(each.log)),
            ],
            altered=[line for each in listeners for line in each.altered],
        )


def unexplained(log: Path) -> list[str]:
    """Lines of a replica's log that show an error which no fault of a line or server explains."""
    found, plain = [], list[str]()
    for line in log.read_text("utf-8", "replace").splitlines():
        try:
            said = orjson.loads(line)
        except ValueError:
            plain.append(line)
            continue
        if said.get("level") not in ("error", "critical") and "exception" not in said:
            continue
        event, shown = str(said.get("event")), str(said.get("exception", "")).splitlines()
        error = str(said.get("error") or (shown[-1] if shown else ""))
        if event not in TOLD and not (event in EXPECTED and OF_FAULTS.search(error)):
            found.append(f"{log.name}: {line[:LINE_CHARACTERS_MAX]}")
    text = "\n".join(plain)
    for each in text.split("Traceback (most recent call last)")[1:]:
        last = [line for line in each.splitlines() if line and not line.startswith(" ")]
        if not OF_FAULTS.search("\n".join(last)):
            found.append(f"{log.name}: Traceback{each[:LINE_CHARACTERS_MAX]}")
    return found


async def _all(own: PostgresLog) -> list[Envelope]:
    found: list[Envelope] = []
    while page := await own.read(found[-1].position if found else 0, READ_MAX):
        found += page
    return found


async def _stored(bus: Bus, stream: str, expected: int) -> list[Stored]:
    """The whole stream, in its order, read through a consumer of our own."""
    durable = f"check-{uuid.uuid4().hex}"
    await bus.ensure_consumer(stream, durable, max_ack_pending=expected + READ_MAX)
    consumer = bus.consumer(stream, durable)
    found: list[Stored] = []
    while messages := await consumer.fetch(READ_MAX, 1.0):
        for each in messages:
            digest = hashlib.sha256(each.body).hexdigest()
            id = each.headers.get("Nats-Msg-Id", "")
            found.append(Stored(each.sequence, id, each.subject, digest))
            await each.ack()
    await consumer.close()
    return found


async def _contents(pool: asyncpg.Pool) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for projection in FOLLOWED:
        tables = await pool.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 "
            "AND table_name <> ALL($2::text[]) ORDER BY table_name",
            projection.schema,
            OF_THE_FOLLOWER,
        )
        for table in (each["table_name"] for each in tables):
            rows = await pool.fetch(_rows_of(projection, table))
            found[f"{projection.schema}.{table}"] = Counter(each["row"] for each in rows)
    return found


async def _parked(pool: asyncpg.Pool) -> list[str]:
    found = []
    for projection in FOLLOWED:
        rows = await pool.fetch(
            f"SELECT p.*, c.error, c.place, c.message FROM {projection.schema}.parked p "
            f"JOIN {projection.schema}.causes c USING (cause) ORDER BY position"
        )
        found += [
            f"{projection.schema} put stream {each['stream']} aside at position "
            f"{each['position']}: {each['error']} at {each['place']}: {each['message']}"
            for each in rows
        ]
    return found


def _rows_of(projection: Projection, table: str) -> str:
    """A statement for the rows as text, without the columns that number them."""
    without = " ".join(f"- '{each}'" for each in NUMBERING.get(table, ()))
    if table == "subject_entries":
        return (
            "SELECT s.subject || ' ' || e.store || ' ' || e.position AS row "
            f"FROM {projection.schema}.subject_entries s "
            f"JOIN {projection.schema}.entries e USING (entry_id)"
        )
    return f"SELECT (to_jsonb(t) {without})::text AS row FROM {projection.schema}.{table} t"


async def _folded_anew(ground: Ground, own: PostgresLog) -> dict[str, Counter[str]]:
    """The read models as the log alone makes them, in a database of their own."""
    async with _database(ground) as url, asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        for projection in FOLLOWED:
            await projection.create(pool)
            follower = Follower(projection, LogSource(own), pool)
            while await follower.step():
                pass
        return await _contents(pool)


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


async def _export(ground: Ground, url: str) -> str:
    """Digest of the timeline, page after page, byte for byte."""
    digest, after = hashlib.sha256(), 0
    headers = {"Authorization": f"Bearer {ground.token(READER)}"}
    timeout = aiohttp.ClientTimeout(total=EXPORT_SECONDS)
    while True:
        asked = {"after": str(after), "limit": str(EXPORT_PAGE)}
        async with ground.http.get(
            f"{url}/v1/timeline", params=asked, headers=headers, timeout=timeout
        ) as response:
            page = await response.read()
        assert response.status == 200, page
        digest.update(page)
        after = orjson.loads(page)["next"]
        if after is None:
            return digest.hexdigest()
        await asyncio.sleep(0)


def _reads(agency: str) -> tuple[str, ...]:
    today: date = now().date()
    return read_by(agency, today, load_register())
