"""The operator: sees who has stopped and what is parked, and does what the messages say."""

import asyncio

from shared.errors import Broken, Retry
from tests.simulation.bus import Durable
from tests.simulation.faults import ConnectionLost
from tests.simulation.following import Database, Tables
from tests.simulation.stepping import pause
from tests.simulation.world import COPIES, RELAYS, STREAM, SUBJECTS, WINDOW_SECONDS, World

LOOK_SECONDS = 6.0
THINK_SECONDS = 15.0
"""How long the operator compares before a restored store is let go on."""
LOOKED_AT_OF_PARKED = 0.2
"""Share of the streams whose next try an operator does not wait for, at each look."""
HOPELESS = 0.5


async def operate(world: World) -> None:
    """Look from time to time, and act."""
    while True:
        await world.clock.wait(LOOK_SECONDS)
        if world.restored is not None:
            await world.clock.wait(THINK_SECONDS)
            for name in world.databases:
                rebuild_projection(world, name)
        if world.restored is not None or any(
            "rebuild-stream" in world.halted.get(name, "") for name in RELAYS
        ):
            await rebuild_stream(world)
        for database in world.databases.values():
            await look_after(world, database)


async def rebuild_stream(world: World) -> None:
    """Depose all relays, empty the stream, publish everything; again until it is done."""
    world.stage.tell("copies the stream anew")
    world.counts["streams rebuilt"] += 1
    for name in RELAYS:
        world.stage.enter(name, wait_for_ever())
        world.halted.pop(name, None)

    async def empty() -> None:
        await pause()
        before = world.broker.streams.get(STREAM)
        durables = list(before.durables) if before else []
        world.broker.streams.pop(STREAM, None)
        world.broker.make(STREAM, SUBJECTS, WINDOW_SECONDS)
        for durable in durables:
            world.broker.streams[STREAM].durables[durable] = Durable()

    while True:
        relay = world.relay("operator")
        try:
            await relay.begin_anew(empty, lambda _: None)
            break
        except (Broken, Retry, ConnectionLost) as error:
            world.stage.tell(f"copying failed, once more: {error}")
            await world.clock.wait(LOOK_SECONDS)
    world.restored = None
    for name in RELAYS:
        world.start_relay(name)


def rebuild_projection(world: World, name: str) -> None:
    """The read model is made anew from the beginning, by those who follow it."""
    world.stage.tell(f"rebuilds {name}")
    world.counts["read models rebuilt"] += 1
    world.databases[name].committed = Tables()
    for copy in COPIES:
        world.start_follower(name, copy)


async def look_after(world: World, database: Database) -> None:
    """Have tried again what waits for an operator; leave out, rarely, what is hopeless."""
    for parked in list(database.committed.parked.values()):
        if parked.retry_at is not None and world.random.random() >= LOOKED_AT_OF_PARKED:
            continue
        hopeless = parked.version > 1 and not world.closing and world.random.random() < HOPELESS
        world.stage.tell(f"{'skips' if hopeless else 'retries'} an event in {database.model.name}")
        world.counts["events skipped" if hopeless else "streams retried by hand"] += 1
        await database.decide(parked, world.clock.time(), "never mended" if hopeless else "")


async def wait_for_ever() -> None:
    """What a deposed relay does."""
    await asyncio.get_running_loop().create_future()
