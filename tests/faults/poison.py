"""A poison event: its own stream is parked, all others flow, an operator's skip lets it go on."""

import asyncio
import uuid
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import asyncpg
import orjson

from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from shared.actor import Actor
from shared.envelope import Metadata
from shared.follow import Projection
from shared.log import Append, Expect, NewEvent
from shared.parking import Parking
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from shared.system import new_id
from tests.faults.ground import Ground
from tests.running import ISSUER, JULY_FIRST, until

KIND = "poison event"
TOPIC = "directives.poisoned.v1"
"""No projection knows it."""
GOOD_TOPIC = "directives.task_cancelled.v1"
POISONED = (TIMELINE, FEED)
SOON_SECONDS = 45.0
OPERATOR = Actor(ISSUER, "operator")


async def poison(ground: Ground) -> list[str]:
    """Do it; what went otherwise than promised."""
    try:
        async with (
            asyncio.timeout(SOON_SECONDS),
            asyncpg.create_pool(ground.database_url, min_size=1, max_size=3) as pool,
        ):
            own = await PostgresLog.open("directives", pool, ground.database_url)
            tasks = Supervisor()
            tasks.start("poisoner", own.writer.run)
            try:
                return await _poison(pool, own)
            finally:
                await tasks.stop()
    except TimeoutError:
        return [f"a poison event was not dealt with within {SOON_SECONDS:.0f} s"]


async def _poison(pool: asyncpg.Pool, own: PostgresLog) -> list[str]:
    bad, good = new_id(), new_id()
    known = await pool.fetchval(f"SELECT min(subject) FROM {FEED.schema}.parties")
    events = [
        _event(bad, 1, GOOD_TOPIC, known),  # The beginning of a stream cannot be skipped.
        *(_event(bad, version, TOPIC, known) for version in (2, 3)),
        _event(good, 1, GOOD_TOPIC, known),  # What is about nothing known would wait, too.
    ]
    verdict = await own.append(
        Append(new_id(), tuple(events), expect={bad: Expect.NONE, good: Expect.NONE})
    )
    first, last = verdict.first_position, verdict.last_position
    for projection in POISONED:
        await _until_at(pool, projection, last)
        parking = Parking(projection, pool, {own.name: own})
        for position in (first + 1, first + 2):
            [parked] = await _parked(parking, bad)
            if parked != position:
                return [f"{projection.schema} parked {bad} at {parked} instead of {position}"]
            reason = "the campaign put it there"
            await parking.skip(own.name, bad, position, reason, OPERATOR)
            await until(partial(_past, parking, bad, position), SOON_SECONDS)
        if left := await parking.list():
            return [f"{projection.schema} still has {len(left)} streams aside"]
    told = await pool.fetchval(
        f"SELECT count(*) FROM {TIMELINE.schema}.entries WHERE stream = $1", good
    )
    return [] if told == 1 else [f"beside the poison, {good} is {told} times in the timeline"]


def _event(stream: UUID, version: int, topic: str, subject: str) -> NewEvent:
    said = {"timestamp": JULY_FIRST, "reason": "other", "moved_to": None, "note": None}
    metadata = Metadata(Actor(ISSUER, "campaign"), (subject,), uuid.uuid4(), uuid.uuid4())
    return NewEvent(new_id(), stream, version, topic, orjson.dumps(said), metadata.to_json())


async def _parked(parking: Parking, stream: UUID) -> Sequence[int]:
    return [each.position for each in await parking.list() if each.stream == stream]


async def _past(parking: Parking, stream: UUID, position: int) -> bool:
    return position not in await _parked(parking, stream)


async def _until_at(pool: asyncpg.Pool, projection: Projection, position: int) -> None:
    """Return when the read model has passed a position."""
    statement = f"SELECT min(position) FROM {projection.schema}.checkpoints"

    async def passed() -> bool:
        return bool(await pool.fetchval(statement) >= position)

    await until(passed, SOON_SECONDS)
