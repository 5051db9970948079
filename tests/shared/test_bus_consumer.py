import asyncio

import pytest

from shared.bus import Bus, NoConsumer, Unavailable
from shared.bus.connection import Connection
from shared.bus.consumer import BACKOFF_SECONDS_MIN, PULL_SECONDS, _message
from shared.bus.wire import Arrival
from shared.errors import Broken
from tests.shared.nats_fixture import NatsProcess, fresh, until


@pytest.fixture
async def stream(bus: Bus) -> str:
    name = fresh("S")
    await bus.ensure_stream(name, [f"{name}.>"])
    return name


async def test_a_batch_comes_in_order_and_once_acknowledged_not_again(bus: Bus, stream: str):
    await bus.ensure_consumer(stream, "reader", ack_wait_seconds=0.3)
    for number in range(5):
        await bus.publish(f"{stream}.{number}", str(number).encode())
    reader = bus.consumer(stream, "reader")

    first = await reader.fetch(3, 2.0)
    rest = await reader.fetch(3, 2.0)
    for message in first[:2] + rest:
        await message.ack()
    again = await reader.fetch(3, 2.0)

    assert [message.body for message in first + rest] == [b"0", b"1", b"2", b"3", b"4"]
    assert [message.sequence for message in again] == [3]
    assert again[0].delivered == 2


async def test_a_message_may_be_put_back_or_given_up(bus: Bus, stream: str):
    await bus.ensure_consumer(stream, "reader", ack_wait_seconds=0.2)
    await bus.publish(f"{stream}.a", b"later")
    await bus.publish(f"{stream}.b", b"never")
    reader = bus.consumer(stream, "reader")

    later, never = await reader.fetch(2, 2.0)
    await never.term()
    await later.nak()
    [again] = await reader.fetch(2, 2.0)
    await again.ack()

    async def settled() -> bool:
        info = await reader.info()
        return (info.pending, info.ack_pending) == (0, 0)

    assert again.body == b"later"
    await until(settled)


async def test_nothing_to_read_is_an_empty_batch(bus: Bus, stream: str):
    await bus.ensure_consumer(stream, "reader")

    assert await bus.consumer(stream, "reader").fetch(10, 0.0) == []


async def test_a_filtered_consumer_sees_its_part(bus: Bus, stream: str):
    await bus.ensure_consumer(stream, "reader", filter_subjects=[f"{stream}.b.>"])
    await bus.publish(f"{stream}.a.1", b"not this")
    await bus.publish(f"{stream}.b.1", b"this")

    [message] = await bus.consumer(stream, "reader").fetch(10, 2.0)

    assert message.body == b"this"


async def test_a_consumer_of_several_parts_sees_them_in_the_streams_order(bus: Bus, stream: str):
    await bus.ensure_consumer(stream, "reader", filter_subjects=[f"{stream}.c.>", f"{stream}.b.>"])
    for part in "abcb":
        await bus.publish(f"{stream}.{part}.1", part.encode())

    messages = await bus.consumer(stream, "reader").fetch(10, 2.0)

    assert [each.body for each in messages] == [b"b", b"c", b"b"]


async def test_the_parts_of_a_consumer_may_change_both_ways(bus: Bus, stream: str):
    for parts in ("b", "bc", "c", "", "b"):
        filters = [f"{stream}.{part}.>" for part in parts]
        await bus.ensure_consumer(stream, "reader", filter_subjects=filters)
    await bus.publish(f"{stream}.c.1", b"c")
    await bus.publish(f"{stream}.b.1", b"b")

    [message] = await bus.consumer(stream, "reader").fetch(10, 2.0)

    assert message.body == b"b"


async def test_parts_that_overlap_are_refused_with_words(bus: Bus, stream: str):
    with pytest.raises(Broken, match="nats consumer rm"):
        await bus.ensure_consumer(
            stream, "reader", filter_subjects=[f"{stream}.>", f"{stream}.b.>"]
        )


async def test_a_fetch_goes_on_across_a_restart_of_the_server(own_server: NatsProcess):
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        await bus.ensure_consumer("S", "reader")
        fetching = asyncio.create_task(bus.consumer("S", "reader").fetch(10, 8.0))
        done, _ = await asyncio.wait({fetching}, timeout=0.1)
        assert not done
        before = bus.generation

        await own_server.restart()

        async def connected_anew() -> bool:
            return bus.generation > before

        await until(connected_anew)
        begun = asyncio.get_running_loop().time()
        await bus.publish("s.a", b"after the restart")

        [message] = await fetching
        assert message.body == b"after the restart"
        assert asyncio.get_running_loop().time() - begun < PULL_SECONDS / 2


async def test_a_consumer_that_is_gone_is_said_and_not_asked_in_a_hot_loop(bus: Bus, stream: str):
    reader = bus.consumer(stream, "nobody-made-it")
    begun = asyncio.get_running_loop().time()

    for _ in range(2):
        with pytest.raises(NoConsumer):
            await reader.fetch(1, 2.0)

    assert asyncio.get_running_loop().time() - begun >= 3 * BACKOFF_SECONDS_MIN


def test_both_forms_of_acknowledgement_subjects_are_understood(bus: Bus):
    short = "$JS.ACK.S.reader.1.22.3.1795291885723443473.4"
    long = "$JS.ACK._.hash.S.reader.1.22.3.1795291885723443473.4.random"

    for reply in (short, long):
        message = _message(Arrival("s.a", reply, {}, b""), bus._connection)
        assert (message.delivered, message.sequence, message.pending) == (1, 22, 4)


async def test_a_fetch_that_says_that_the_bus_is_away_has_let_others_run():
    connection = Connection(servers=["nats://127.0.0.1:1"], name="test")
    connection._up.set()  # As between the end of the line and the watchdog's look at it.
    consumer = Bus(connection).consumer("S", "reader")
    others = 0

    async def count() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        counting = group.create_task(count())
        for _ in range(3):
            before = others
            with pytest.raises(Unavailable):
                await consumer.fetch(1, 0.0)
            assert others > before
        counting.cancel()


async def test_a_fetch_whose_request_cannot_be_written_has_let_others_run(
    bus: Bus, stream: str, monkeypatch: pytest.MonkeyPatch
):
    await bus.ensure_consumer(stream, "reader")
    consumer = bus.consumer(stream, "reader")

    async def broken_off(*_: object, **__: object) -> None:
        raise Unavailable("it went just now")

    monkeypatch.setattr(bus._connection, "write", broken_off)
    ran = asyncio.Event()
    asyncio.get_running_loop().call_later(BACKOFF_SECONDS_MIN / 2, ran.set)

    with pytest.raises(Unavailable):
        await consumer.fetch(1, 5.0)

    assert ran.is_set()
