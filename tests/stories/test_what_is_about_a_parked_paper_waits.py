"""A paper whose beginning cannot be taken: what is about it waits too, and comes right with it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.directives.commands import issue_directive
from services.directives.projection import REGISTER
from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from shared.actor import Actor
from shared.envelope import Envelope
from shared.follow import Follower, LogSource, Projection
from shared.log import Append, NewEvent
from shared.parking import Parking
from shared.sql import Tables
from tests.directives.world import World, full_order, id_of
from tests.simulation.projections import told_by_policy

ISSUED = "directives.directive_issued.v1"
ASSIGNED = "directives.task_assigned.v1"
MANY = 25
"""More than what is taken for a fault of the read model itself."""


class Fault:
    """A read model that cannot take the beginning of a paper until it is mended."""

    def __init__(self, model: Projection, paper: UUID) -> None:
        self.mended = False
        self._paper = paper
        self._model = model

    def model(self) -> Projection:
        async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
            of_it = [each for each in envelopes if each.stream == self._paper]
            if not self.mended and any(each.topic == ISSUED for each in of_it):
                raise ValueError("a fault in our code")
            await self._model.apply(envelopes, tables)

        apply.__module__ = self._model.apply.__module__
        return replace(self._model, apply=apply, sources=("directives",))


@pytest.mark.parametrize("model", [FEED, TIMELINE], ids=["feed", "timeline"])
async def test_what_is_about_a_parked_paper_waits_and_comes_right_with_it(
    pool: asyncpg.Pool, model: Projection
):
    world = World()
    fault = Fault(model, id_of(await world.does(issue_directive, full_order())))
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


@pytest.mark.parametrize("model", [FEED, TIMELINE, REGISTER], ids=["feed", "timeline", "register"])
async def test_however_much_is_about_a_parked_paper_all_others_are_taken(
    pool: asyncpg.Pool, model: Projection
):
    world = World()
    bad = id_of(await world.does(issue_directive, full_order()))
    beginning = await world.log.read(0, 1000)
    later = [await assigned_anew(world, beginning) for _ in range(MANY)]
    good = id_of(await world.does(issue_directive, full_order(number=6326)))
    fault = Fault(model, bad)
    faulty = fault.model()
    await faulty.create(pool)
    parking = Parking(faulty, pool, {world.log.name: world.log})

    await Follower(faulty, LogSource(world.log), pool).step()
    parked = {each.stream for each in await parking.list()}
    fault.mended = True
    await parking.retry(world.log.name, bad, Actor("BCA-VN", "duty officer"))
    restarted = Follower(faulty, LogSource(world.log), pool)
    await restarted.try_parked()

    assert parked == {*later, *(each.stream for each in beginning)}
    assert good not in parked
    assert restarted.position == await world.log.head()
    assert await parking.list() == []


async def assigned_anew(world: World, recorded: Sequence[Envelope]) -> UUID:
    """One more task of the paper, by a command of its own; returns its stream."""
    first = next(each for each in recorded if each.topic == ASSIGNED)
    id = uuid4()
    about = tuple(f"task:{id}" if s.startswith("task:") else s for s in first.metadata.subjects)
    metadata = replace(first.metadata, correlation_id=uuid4(), subjects=about)
    event = NewEvent(uuid4(), id, 1, ASSIGNED, first.state, metadata.to_json())
    assert (await world.log.append(Append(uuid4(), (event,)))).status == "appended"
    return id


async def told(feed: Projection, pool: asyncpg.Pool) -> dict[object, set[str]]:
    """Who was told of each event."""
    found: dict[object, set[str]] = {}
    for row in await pool.fetch(f"SELECT event_id, agency FROM {feed.schema}.feed"):
        found.setdefault(row["event_id"], set()).add(row["agency"])
    return found
