"""A paper whose beginning cannot be taken: what is about it waits too, and comes right with it."""

from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from services.directives.commands import issue_directive
from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from shared.actor import Actor
from shared.envelope import Envelope
from shared.follow import Follower, LogSource, Projection
from shared.parking import Parking
from shared.sql import Tables
from tests.directives.world import World, full_order
from tests.simulation.projections import told_by_policy

ISSUED = "directives.directive_issued.v1"


class Fault:
    """A read model that cannot take the beginning of a paper until it is mended."""

    def __init__(self, model: Projection) -> None:
        self.mended = False
        self._model = model

    def model(self) -> Projection:
        async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
            if not self.mended and any(each.topic == ISSUED for each in envelopes):
                raise ValueError("a fault in our code")
            await self._model.apply(envelopes, tables)

        apply.__module__ = self._model.apply.__module__
        return replace(self._model, apply=apply, sources=("directives",))


@pytest.mark.parametrize("model", [FEED, TIMELINE], ids=["feed", "timeline"])
async def test_what_is_about_a_parked_paper_waits_and_comes_right_with_it(
    pool: asyncpg.Pool, model: Projection
):
    world = World()
    await world.does(issue_directive, full_order())
    fault = Fault(model)
    faulty = fault.model()
    await faulty.create(pool)
    follower = Follower(faulty, LogSource(world.log), pool)
    parking = Parking(faulty, pool, {world.log.name: world.log})

    await follower.step()
    parked = await parking.list()
    fault.mended = True
    for each in parked:
        await parking.retry(each.source, each.stream, Actor("BCA-VN", "duty officer"))
    restarted = Follower(faulty, LogSource(world.log), pool)
    await restarted.step()

    envelopes = await world.log.read(0, 1000)
    assert {each.stream for each in parked} == {each.stream for each in envelopes}
    assert await parking.list() == []
    if model is FEED:
        assert await told(faulty, pool) == told_by_policy(envelopes)
    else:
        sentences = await pool.fetch(f"SELECT vi, en FROM {faulty.schema}.entries")
        assert len(sentences) == len(envelopes)
        assert not [each for each in sentences if "…" in each["vi"] + each["en"]]


async def told(feed: Projection, pool: asyncpg.Pool) -> dict[object, set[str]]:
    """Who was told of each event."""
    found: dict[object, set[str]] = {}
    for row in await pool.fetch(f"SELECT event_id, agency FROM {feed.schema}.feed"):
        found.setdefault(row["event_id"], set()).add(row["agency"])
    return found
