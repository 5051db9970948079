"""Whoever follows the logs makes of erased personal data what it made of them while sealed.

The golden samples as a history, once as they are and once with all that is sealed erased: the same
rows, the same periods, the same files, apart from the value itself where an event is passed on.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from services.deadlines.policy import load_policy
from services.deadlines.reactions import Reactor
from services.deadlines.reckoning import Reckoner
from services.deadlines.service import FACTS, WATCH
from services.deadlines.wiring import load_wiring
from services.gateway.projection import FEED
from services.registry import SERVICES
from services.timeline.projection import TIMELINE
from services.vault.files import file_of
from services.vault.grants import Grants
from shared.envelope import Envelope
from shared.fold import Fold
from shared.follow import Projection
from shared.memory import MemoryLog
from shared.reference import load_register
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import load_periods
from shared.sealed import ERASED_MARK, SEALED_MARK
from shared.sql import Tables
from tests.golden import RECORDED_AT, history, record

HISTORY = history()
SEALED = {each.store for each in HISTORY if SEALED_MARK.encode() in each.state}
FOLLOWING = tuple(
    projection
    for service in SERVICES
    for projection in service.projections
    if SEALED & {*projection.sources}
)


def erased(tree: Any) -> Any:
    """JSON with all that is sealed in it erased."""
    match tree:
        case {"$sealed": {"s": subject}}:
            return {ERASED_MARK: {"s": subject}}
        case dict():
            return {name: erased(each) for name, each in tree.items()}
        case list():
            return [erased(each) for each in tree]
    return tree


def told(*, gone: bool) -> Sequence[Envelope]:
    """The history, with personal data that are sealed or gone."""
    if not gone:
        return HISTORY
    return [replace(each, state=orjson.dumps(erased(orjson.loads(each.state)))) for each in HISTORY]


def shown(value: Any) -> Any:
    """A value of a row, with all that is sealed in it erased."""
    if isinstance(value, bytes | str) and SEALED_MARK in str(value):
        return erased(orjson.loads(value))
    return orjson.loads(value) if isinstance(value, bytes) else value


async def rows(projection: Projection, pool: asyncpg.Pool) -> dict[str, list[Any]]:
    """Everything that it has written, by table, but for how far it has been sent out."""
    tables = await pool.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = $1",
        projection.schema,
    )
    found = {}
    for table in {each for [each] in tables} - {*projection.outward}:
        of = await pool.fetch(f"SELECT * FROM {projection.schema}.{table} t ORDER BY t::text")
        found[table] = [{name: shown(value) for name, value in row.items()} for row in of]
    return found


async def follow(projection: Projection, pool: asyncpg.Pool, *, gone: bool) -> dict[str, list[Any]]:
    """What it makes of the history, as far as it follows it."""
    made = replace(projection, suffix="_gone" if gone else "")
    await made.create(pool)
    async with pool.acquire() as connection:
        tables = Tables(connection, made.statements)
        for each in told(gone=gone):
            if each.store in made.sources:
                await made.apply((each,), tables)
    return await rows(made, pool)


def reacting(log: MemoryLog) -> Projection:
    """What starts and stops periods, with ids that count up."""
    reactor = Reactor(
        load_wiring(),
        Reckoner(load_periods(), load_calendar(), load_policy()),
        Fold(log),
        load_register(),
        uuid.uuid4,
    )
    return replace(WATCH, sources=FACTS, apply=reactor.take_all)


def test_those_who_follow_what_is_sealed_are_tried():
    assert {*FOLLOWING} == {TIMELINE, FEED} and {*FACTS} >= SEALED


@pytest.mark.parametrize("projection", FOLLOWING, ids=lambda each: each.title)
async def test_a_read_model_of_erased_data_is_that_of_sealed_data(
    projection: Projection, pool: asyncpg.Pool
):
    sealed = await follow(projection, pool, gone=False)

    assert any(sealed.values())
    assert await follow(projection, pool, gone=True) == sealed


async def test_the_same_periods_run_whether_data_are_sealed_or_erased(pool: asyncpg.Pool):
    logs = [MemoryLog("deadlines", UUID(int=1), lambda: RECORDED_AT) for _ in range(2)]

    noted = [
        await follow(reacting(log), pool, gone=gone)
        for log, gone in zip(logs, (False, True), strict=True)
    ]

    said = [
        [(each.stream, each.topic, each.state) for each in await log.read(0, 1_000)] for log in logs
    ]
    assert noted[0] == noted[1]
    assert said[0] == said[1] and len(said[0]) > 1


async def test_a_file_is_in_the_same_hands_whether_data_are_sealed_or_erased():
    files = Grants.read().files
    found = []
    for gone in (False, True):
        log = MemoryLog("cases", UUID(int=1), lambda: RECORDED_AT)
        begun = [each for each in told(gone=gone) if each.store == "cases" and each.version == 1]
        await record(log, *begun)
        found.append([await file_of(log, each.stream, files) for each in begun])

    assert found[0] == found[1]
    assert len([each for each in found[0] if each]) > 1
