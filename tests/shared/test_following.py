"""Two whole systems on one database and one bus, as two replicas are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.bus_source import FILLED
from shared.embedded.servers import EmbeddedServers
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.nkeys import Kind, new_seed
from shared.system import FEEDS
from tests.running import World, until, whole_system

SOON_SECONDS = 15.0


class Replicas:
    """Both; the first one leads everything, and either may be stopped."""

    def __init__(self, first: World, second: World, first_alone: AsyncExitStack) -> None:
        self.first, self.second = first, second
        self.stop_first = first_alone.aclose


@pytest.fixture
async def replicas(data_folder: Callable[[], Path], tmp_path: Path) -> AsyncIterator[Replicas]:
    data = tmp_path
    secrets = NatsSecrets("s" * 40, "a" * 40, new_seed(Kind.ACCOUNT))
    async with (
        EmbeddedServers(data_folder(), nats_authorization=render_accounts(secrets, FEEDS)) as one,
        AsyncExitStack() as first_alone,
    ):
        settings = {
            "database_url": one.database_url,
            "nats_url": one.nats_url,
            "nats_services_password": secrets.services_password,
            "nats_auth_password": secrets.auth_password,
            "nats_issuer_seed": secrets.issuer_seed,
        }
        first = await first_alone.enter_async_context(whole_system(data, **settings))
        await until(lambda: _leads_all(first))
        async with whole_system(data, **settings) as second:
            yield Replicas(first, second, first_alone)


async def _leads_all(world: World) -> bool:
    """Every follower has asked its checkpoint, which only a leader does."""
    return all(each._begun for group in world.system.followers.values() for each in group)


async def entries(world: World) -> list[tuple[str, int]]:
    """The timeline, and the feed, to which a row is added for every message."""
    rows = await world.system.pool.fetch(
        "SELECT event_id::text || agency AS id, position FROM gateway_feed_v1.feed"
    )
    told = await world.system.pool.fetch(
        "SELECT event_id::text AS id, position FROM timeline_timeline_v2.entries"
    )
    return [(row["id"], row["position"]) for row in [*rows, *told]]


def filled() -> float:
    """Holes that were filled from the owner, here and by anybody."""
    return sum(each.value for each in FILLED.collect()[0].samples if "_total" in each.name)


async def test_one_replica_follows_while_the_other_stands_by_and_hears_of_it(replicas: Replicas):
    timeline, *_ = replicas.second.system.followers["timeline_timeline_v2"]
    before, moved = filled(), timeline.moved

    for world in (replicas.first, replicas.second) * 2:
        await world.issue()
    await replicas.second.caught_up()

    async with asyncio.timeout(SOON_SECONDS):
        await moved.wait()  # It was told: nothing is polled here.
    assert await timeline.stands() == await replicas.first.system.logs["directives"].head()
    standing_by = [each for group in replicas.second.system.followers.values() for each in group]
    assert not any(each._begun for each in standing_by)
    assert filled() == before  # Whoever gets only a part of the messages finds holes.
    found = await entries(replicas.first)
    assert len(found) == len(set(found)) > 0


async def test_when_the_leader_is_gone_the_other_follows_and_doubles_nothing(replicas: Replicas):
    await replicas.first.issue()
    await replicas.first.caught_up()
    before = await entries(replicas.second)

    await replicas.stop_first()
    await replicas.second.issue()
    await replicas.second.caught_up()

    after = await entries(replicas.second)
    assert await _leads_all(replicas.second)
    assert set(before) < set(after)
    assert len(after) == len(set(after))
