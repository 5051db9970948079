from typing import Any

import asyncpg
import pytest

from services.gateway.projection import FEED as FEED_OF_THE_SERVICE
from services.timeline.projection import TIMELINE as TIMELINE_OF_THE_SERVICE
from shared.follow import Follower, LogSource, Projection
from tests.simulation.play import play
from tests.simulation.projections import FEED, TIMELINE
from tests.simulation.world import World

SEED = 5


@pytest.fixture
def world() -> World:
    """A history that foul weather has left behind."""
    worlds: list[World] = []
    play(SEED, change=worlds.append)
    return worlds[0]


async def filled(projection: Projection, world: World, pool: asyncpg.Pool) -> None:
    """The service's own read model, on PostgreSQL, from the same log."""
    await projection.create(pool)
    follower = Follower(projection, LogSource(world.store), pool)
    while await follower.step():
        pass


def twins(model: Any, world: World, kind: str) -> dict[Any, Any]:
    """Rows of one kind that the twin makes of the same log."""
    return {at[1:]: row for at, row in model.fresh(world.recorded).items() if at[0] == kind}


async def test_the_twin_tells_whom_the_gateway_tells(world: World, pool: asyncpg.Pool):
    await filled(FEED_OF_THE_SERVICE, world, pool)

    rows = await pool.fetch(f"SELECT event_id, agency FROM {FEED_OF_THE_SERVICE.schema}.feed")

    assert {tuple(row) for row in rows} == {*twins(FEED, world, "told")}


async def test_the_twin_says_what_the_timeline_says(world: World, pool: asyncpg.Pool):
    await filled(TIMELINE_OF_THE_SERVICE, world, pool)

    rows = await pool.fetch(
        f"SELECT position, vi, en FROM {TIMELINE_OF_THE_SERVICE.schema}.entries"
    )

    said = {(position, *row[-2:]) for (position,), row in twins(TIMELINE, world, "entry").items()}
    assert {tuple(row) for row in rows} == said
