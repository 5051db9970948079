"""The stream is a copy: whatever becomes of it, each event reaches a follower once and in order.

Each test does its harm to a real broker under a running follower. What a relay does in each of
these moments is in tests/shared/test_relay.py, test_relay_faults.py and test_reconciliation.py.
"""

import shutil
from contextlib import suppress

from shared.bus import Bus, WrongLast
from shared.errors import Retry
from shared.outbox import LogOutbox
from shared.relay import EXPECTED_ID, MESSAGE_ID, Relay
from tests.promises.road import LONG_SECONDS, STREAM, Road
from tests.running import until

MANY = range(1, 1501)
FEW = range(1, 7)


async def test_a_broker_that_is_killed_in_the_middle_of_a_window(way: Road):
    await way.follow()
    await way.record(*MANY)
    relay = way.publishing()
    way.tasks.start("relay", relay.run)

    async def under_way() -> bool:
        with suppress(Retry):
            return (await way.bus.tail(STREAM)).sequence > 20
        return False

    await until(under_way)
    before_the_end = relay.relay.position < await way.log.head()
    await way.restart_broker()

    await way.arrive(MANY)
    assert before_the_end, "the kill came too late to prove anything"


async def test_a_broker_that_forgets_everything(way: Road):
    await way.follow()
    await way.record(*FEW)
    publishing = way.publishing()
    way.tasks.start("relay", publishing.run)
    await way.arrive(FEW)

    await way.restart_broker(lambda: shutil.rmtree(way.server.folder / "jetstream"))
    await way.record(7, 8)

    async def says_so() -> bool:
        return "is gone, yet it had acknowledged" in way.tasks.down.get("relay", "")

    await until(says_so, LONG_SECONDS)
    copied = await publishing.rebuild()

    assert copied == 8
    await way.arrive(range(1, 9))


async def test_a_relay_that_slept_while_another_one_published(way: Road):
    await way.follow()
    await way.record(1, 2)
    zombie = way.relay()
    await zombie.step()
    await way.record(3, 4)
    async with Bus.connect(way.server.url, name="another relay") as bus:
        awake = way.relay(bus)
        await awake.step()
    await until(lambda: forgotten(way, awake))
    await way.record(5, 6)

    for _ in range(2):  # The first one is refused, and asks the stream where it ends.
        await zombie.step()

    await way.arrive(FEW)


async def test_a_repetition_of_everything_that_the_stream_no_longer_knows_as_such(way: Road):
    await way.follow()
    forgetful = way.relay()
    forgetful._end = await forgetful._ask()
    await way.record(*FEW)
    relay = way.relay()
    await relay.step()
    await until(lambda: forgotten(way, relay))

    await forgetful.step()

    await way.arrive(FEW)


async def forgotten(way: Road, relay: Relay) -> bool:
    """Whether the stream refuses its last message again instead of knowing it as a duplicate."""
    [previous, last] = await LogOutbox(way.log).read(relay.position - 2, 2)
    headers = {
        MESSAGE_ID: f"{relay._ids}{last.position}",
        EXPECTED_ID: f"{relay._ids}{previous.position}",
    }
    try:
        repeated = await way.bus.publish(last.subject, last.body, headers)
    except WrongLast:
        return True
    assert repeated.duplicate
    return False
