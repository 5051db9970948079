"""What is there after a campaign: logs, read models, streams, deliveries, exports; and their twins
computed anew from the logs alone."""

import asyncio
import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import orjson

from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from shared.bus import Bus
from shared.envelope import Envelope
from shared.reference import load_register
from shared.standing import read_by
from shared.store.postgres import PostgresLog
from tests.faults.anew import READ_MAX, Contents, all_of, contents, folded_anew
from tests.faults.casework import in_the_clear
from tests.faults.clients import Heard, Listener
from tests.faults.faults import services_bus
from tests.faults.followed import FOLLOWED, LOGS, STREAMS
from tests.faults.ground import Ground
from tests.faults.journal import Said
from tests.running import now

EXPORT_SECONDS = 60.0
EXPORT_PAGE = 500
READER = "BCD138_CP-VN"
CONNECTIONS_MAX = 4
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

Ledger = dict[UUID, tuple[int, int]]
"""Command → its first and last position."""


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
    logs: dict[str, list[Envelope]]
    ledgers: dict[str, Ledger]
    reactions: Sequence[Envelope]
    """What the facts lead to when nothing disturbs."""
    timeline: list[Entry]
    feed: list[Row]
    live: Contents
    fresh: Contents
    streams: dict[str, list[Stored]]
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
    leaks: list[str] = field(default_factory=list)
    """What is sealed and was exported, or written to a replica's own log, in the clear."""

    @property
    def events(self) -> Iterator[Envelope]:
        """Of all logs, one log after the other."""
        return chain.from_iterable(self.logs.values())


async def gather(
    ground: Ground, commands: Sequence[Said], listeners: Sequence[Listener], failing: set[str]
) -> Evidence:
    """Read everything; nothing runs any more that writes."""
    leaks: list[str] = []
    exports = [await _export(ground, each.url, leaks) for each in ground.replicas]
    for each in ground.replicas:
        leaks += [f"{word} in {each.log.name}" for word in in_the_clear(each.log.read_bytes())]
    async with asyncpg.create_pool(
        ground.database_url, min_size=1, max_size=CONNECTIONS_MAX
    ) as pool:
        logs = {each: await PostgresLog.open(each, pool, ground.database_url) for each in LOGS}
        anew = await folded_anew(ground, logs)
        return Evidence(
            commands=commands,
            logs={name: await all_of(each) for name, each in logs.items()},
            ledgers={each: await _ledger(pool, each) for each in LOGS},
            reactions=anew.reactions,
            timeline=await _timeline(pool),
            feed=await _feed(pool),
            live=await contents(pool),
            fresh=anew.contents,
            streams=await _streams(ground),
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
            leaks=leaks,
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


async def _ledger(pool: asyncpg.Pool, log: str) -> Ledger:
    rows = await pool.fetch(
        f"SELECT command_id, first_position, last_position FROM {log}.{log}_commands"
    )
    return {
        UUID(str(each["command_id"])): (each["first_position"], each["last_position"])
        for each in rows
    }


async def _timeline(pool: asyncpg.Pool) -> list[Entry]:
    rows = await pool.fetch(
        "SELECT store, position, event_id, stream, version FROM "
        f"{TIMELINE.schema}.entries ORDER BY entry_id"
    )
    return [
        Entry(
            each["store"],
            each["position"],
            UUID(str(each["event_id"])),
            UUID(str(each["stream"])),
            each["version"],
        )
        for each in rows
    ]


async def _feed(pool: asyncpg.Pool) -> list[Row]:
    rows = await pool.fetch(
        f"SELECT position, agency, event_id FROM {FEED.schema}.feed ORDER BY position"
    )
    return [Row(each["position"], each["agency"], UUID(str(each["event_id"]))) for each in rows]


async def _streams(ground: Ground) -> dict[str, list[Stored]]:
    async with services_bus(ground) as bus:
        found = await asyncio.gather(*(_stored(bus, each) for each in STREAMS))
    return dict(zip(STREAMS, found, strict=True))


async def _stored(bus: Bus, stream: str) -> list[Stored]:
    """The whole stream, in its order, read through a consumer of our own."""
    durable = f"check-{uuid.uuid4().hex}"
    expected = (await bus.tail(stream)).sequence
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


async def _parked(pool: asyncpg.Pool) -> list[str]:
    found = []
    for projection in FOLLOWED:
        rows = await pool.fetch(
            f"SELECT p.*, c.error, c.place FROM {projection.schema}.parked p "
            f"JOIN {projection.schema}.causes c USING (cause) ORDER BY position"
        )
        found += [_aside(projection.schema, each) for each in rows]
    return found


def _aside(schema: str, row: asyncpg.Record) -> str:
    return (
        f"{schema} put stream {row['stream']} of {row['source']} aside at position "
        f"{row['position']} ({row['topic']}): {row['error']} at {row['place']}: {row['message']}"
    )


async def _export(ground: Ground, url: str, leaks: list[str]) -> str:
    """Digest of the timeline, page after page, byte for byte; adds what is in the clear there."""
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
        leaks += [f"{word} in the timeline that {url} exports" for word in in_the_clear(page)]
        after = orjson.loads(page)["next"]
        if after is None:
            return digest.hexdigest()
        await asyncio.sleep(0)


def _reads(agency: str) -> tuple[str, ...]:
    today: date = now().date()
    return read_by(agency, today, load_register())
