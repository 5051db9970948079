"""A poison event in each log that others follow: its own stream is parked by every read model that
must know what it is, all other streams flow, and an operator's skip lets it go on.

What the vault itself cannot read of its log might be an erasure, so it closes and lends no key.
"""

import asyncio
import uuid
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson

from services.timeline.projection import TIMELINE
from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.follow import Projection
from shared.log import Append, Expect, NewEvent
from shared.parking import Parking
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from shared.system import new_id
from tests.faults.followed import LOGS, REACTING, read_models_of
from tests.faults.ground import Ground
from tests.running import ISSUER, JULY_FIRST, until

KIND = "poison event"
VAULT = "vault"
POISONED = tuple(each for each in LOGS if read_models_of(each))
GOOD = {"directives": "directives.task_cancelled.v1"}
"""What a stream may begin with there without being about itself; elsewhere a real beginning of a
stream is recorded once more."""
SOON_SECONDS = 45.0
CONNECTIONS_MAX = 8
READ_MAX = 50
OPERATOR = Actor(ISSUER, "operator")

Logs = Mapping[str, PostgresLog]
T = TypeVar("T")


async def poison(ground: Ground) -> list[str]:
    """Do it; what went otherwise than promised."""
    try:
        async with (
            asyncio.timeout(SOON_SECONDS),
            asyncpg.create_pool(ground.database_url, min_size=1, max_size=CONNECTIONS_MAX) as pool,
        ):
            logs = {each: await PostgresLog.open(each, pool, ground.database_url) for each in LOGS}
            tasks = Supervisor()
            for name in POISONED:
                tasks.start(f"poisoner of {name}", logs[name].writer.run)
            try:
                wrong = await _together(_poison(pool, logs, each) for each in POISONED)
                if VAULT in POISONED:
                    await until(partial(_vault_is_closed, ground), SOON_SECONDS)
            finally:
                await tasks.stop()
            return [each for of_one in wrong for each in of_one]
    except (TimeoutError, ExceptionGroup) as error:
        return [f"a poison event was not dealt with within {SOON_SECONDS:.0f} s: {error!r}"]


async def _together(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in works]
    return [each.result() for each in tasks]


async def _poison(pool: asyncpg.Pool, logs: Logs, name: str) -> list[str]:
    bad, good = new_id(), new_id()
    first_of_all = await _beginning(logs[name])
    events = [
        _good(first_of_all, bad),  # The beginning of a stream cannot be skipped.
        *(_bad(first_of_all, bad, version) for version in (2, 3)),
        _good(first_of_all, good),
    ]
    verdict = await logs[name].append(
        Append(new_id(), tuple(events), expect={bad: Expect.NONE, good: Expect.NONE})
    )
    first, last = verdict.first_position, verdict.last_position
    bad_ones = ((bad, first + 1), (bad, first + 2))
    models = read_models_of(name)
    wrong = await _together(_let_go(pool, logs, each, name, bad_ones, last) for each in models)
    if name in REACTING.sources:  # Whatever tells it nothing, it passes.
        await _until_at(pool, REACTING, name, last)
        if await Parking(REACTING, pool, logs).list():
            wrong.append(f"{REACTING.schema} put streams of {name} aside")
    if TIMELINE in models:
        told = await pool.fetchval(
            f"SELECT count(*) FROM {TIMELINE.schema}.entries WHERE stream = $1", good
        )
        if told != 1:
            wrong.append(f"beside the poison of {name}, {good} is {told} times in the timeline")
    return [each for each in wrong if each]


async def _vault_is_closed(ground: Ground) -> bool:
    """Everywhere."""
    told = [await each.ask("/health/ready") for each in ground.replicas]
    return all(status == 503 and "vault.keys" in said["down"] for status, said in told)


async def _let_go(
    pool: asyncpg.Pool,
    logs: Logs,
    projection: Projection,
    source: str,
    bad_ones: Sequence[tuple[UUID, int]],
    last: int,
) -> str:
    """Each poison event is parked in its turn and skipped; nothing else is aside."""
    await _until_at(pool, projection, source, last)
    parking = Parking(projection, pool, logs)
    for stream, position in bad_ones:
        there = await _parked(parking, stream)
        if there != [position]:
            return f"{projection.schema} parked {stream} of {source} at {there}, due: {position}"
        reason = "the campaign put it there"
        await parking.skip(source, stream, position, reason, OPERATOR)
        await until(partial(_past, parking, stream, position), SOON_SECONDS)
    left = [each for each in await parking.list() if each.source == source]
    return f"{projection.schema} still has {len(left)} streams of {source} aside" if left else ""


async def _beginning(own: PostgresLog) -> Envelope:
    """The first event of some stream."""
    return next(each for each in await own.read(0, READ_MAX) if each.version == 1)


def _good(like: Envelope, stream: UUID) -> NewEvent:
    if topic := GOOD.get(like.store):
        said = {"timestamp": JULY_FIRST, "reason": "other", "moved_to": None, "note": None}
        return _event(like, stream, 1, topic, orjson.dumps(said))
    return _event(like, stream, 1, like.topic, like.state)


def _bad(like: Envelope, stream: UUID, version: int) -> NewEvent:
    """No read model knows it."""
    said = orjson.dumps({"timestamp": JULY_FIRST})
    return _event(like, stream, version, f"{like.store}.poisoned.v1", said)


def _event(like: Envelope, stream: UUID, version: int, topic: str, state: bytes) -> NewEvent:
    """About what is known: what is about nothing known would wait, too."""
    subjects = like.metadata.subjects
    metadata = Metadata(Actor(ISSUER, "campaign"), subjects, uuid.uuid4(), uuid.uuid4())
    return NewEvent(new_id(), stream, version, topic, state, metadata.to_json())


async def _parked(parking: Parking, stream: UUID) -> Sequence[int]:
    return [each.position for each in await parking.list() if each.stream == stream]


async def _past(parking: Parking, stream: UUID, position: int) -> bool:
    return position not in await _parked(parking, stream)


async def _until_at(pool: asyncpg.Pool, projection: Projection, source: str, position: int) -> None:
    """Return when the read model has passed a position of a log."""
    statement = f"SELECT position FROM {projection.schema}.checkpoints WHERE source = $1"

    async def passed() -> bool:
        return bool(await pool.fetchval(statement, source) >= position)

    await until(passed, SOON_SECONDS)
