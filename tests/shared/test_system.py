from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from services.gateway.service import ensure_feed
from shared.errors import NotFound, Retry
from tests.running import HEALTH, World, whole_system
from tests.shared.nats_fixture import until


@pytest.fixture(scope="module")
async def own_world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """Its relays are deposed, so it is nobody else's."""
    async with whole_system(data_folder()) as world:
        yield world


async def test_the_whole_system_goes_on_when_its_stream_is_copied_anew(own_world: World):
    for _ in range(3):
        await own_world.issue()
    await own_world.caught_up()
    before = await entries(own_world)
    head = await own_world.system.logs["directives"].head()

    count = await own_world.system.rebuild_stream("directives")

    await own_world.issue()
    await own_world.caught_up()
    after = await entries(own_world)
    assert count == head
    assert after[: len(before)] == before
    assert len(after) > len(before)


async def entries(world: World) -> list[tuple[object, ...]]:
    """The feed table: a row is added for every message, so what is applied twice shows."""
    rows = await world.system.pool.fetch(
        "SELECT position, agency, event_id FROM gateway_feed_v1.feed ORDER BY position"
    )
    return [tuple(row.values()) for row in rows]


async def test_agencies_hear_their_feed_again_with_the_same_ids_after_a_copying(own_world: World):
    system = own_world.system
    await ensure_feed(system.bus, HEALTH, [HEALTH])
    issued = await own_world.issue()
    await own_world.caught_up()
    feed = system.bus.consumer("LN_FEEDS", HEALTH)
    heard: list[str] = []

    async def of_the_paper() -> bool:
        for each in await feed.fetch(100, 0.2):
            await each.ack()
            if issued["id"].encode() in each.body:
                heard.append(each.headers["Nats-Msg-Id"])
        return len(heard) >= 2

    await until(of_the_paper)
    before, heard = heard, []
    count = await system.rebuild_stream("feeds")
    with suppress(Retry):
        await of_the_paper()  # What it held of the stream before is told as gone, once.
    await until(of_the_paper)

    assert count == len(await entries(own_world))
    assert heard == before


async def test_a_stream_that_is_not_here_is_refused_with_the_names_that_are(own_world: World):
    with pytest.raises(NotFound, match=r"directives, feeds"):
        await own_world.system.rebuild_stream("nothing")
