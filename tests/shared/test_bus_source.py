import asyncio
from pathlib import Path

import pytest

import shared.bus_source
from shared.bus import Bus
from shared.bus_source import FILLED, BusSource
from shared.errors import Broken
from shared.relay import Relay
from tests.shared.bus_examples import EPOCH, OTHER_EPOCH, Ledger, MemoryCursor, entry
from tests.shared.nats_fixture import nats_server, until


async def publish(bus: Bus, stream: str, ledger: Ledger) -> None:
    await Relay(ledger.outbox, bus, stream, cursor=MemoryCursor()).step()


async def source_of(bus: Bus, stream: str, ledger: Ledger, durable: str = "reader") -> BusSource:
    return await BusSource.open(
        bus,
        name=ledger.name,
        epoch=ledger.epoch,
        stream=stream,
        durable=durable,
        fill=ledger.read,
        load=ledger.load,
    )


async def take(source: BusSource, after: int, limit: int = 100, wait: float = 2.0) -> list[int]:
    """Positions of a batch that is taken and acknowledged."""
    batch = await source.take(after, limit, wait)
    await batch.ack()
    return [each.position for each in batch.envelopes]


async def lose(bus: Bus, stream: str, *sequences: int) -> None:
    """Let the broker believe that the durable has these, and deliver the others again."""
    reader = bus.consumer(stream, "reader")
    waiting = (await reader.info()).pending
    for message in await reader.fetch(waiting, 2.0):
        await (message.ack() if message.sequence in sequences else message.nak())
    await reader.close()


async def test_events_come_in_order_as_they_were_recorded(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2, 5)
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)

    batch = await source.take(0, 100, 2.0)

    assert list(batch.envelopes) == ledger.envelopes
    assert source.filled == 0


async def test_a_batch_has_at_most_what_was_asked_for(bus: Bus, stream: str):
    ledger = Ledger().add(*range(1, 8))
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)

    batches = [await take(source, after, limit=3) for after in (0, 3, 6)]

    assert batches == [[1, 2, 3], [4, 5, 6], [7]]


async def test_nothing_new_is_an_empty_batch(bus: Bus, stream: str):
    ledger = Ledger().add(1)
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)
    await take(source, 0)

    assert await take(source, 1, wait=0.0) == []


async def test_what_was_taken_but_not_acknowledged_comes_again_and_is_dropped(
    bus: Bus, stream: str
):
    ledger = Ledger().add(1, 2)
    await publish(bus, stream, ledger)
    await bus.ensure_consumer(stream, "reader", ack_wait_seconds=0.2)
    source = BusSource(
        bus,
        name="ledger",
        epoch=EPOCH,
        stream=stream,
        durable="reader",
        fill=ledger.read,
        load=ledger.load,
    )
    committed = await source.take(0, 100, 2.0)  # And then it dies before `ack`.

    again = BusSource(
        bus,
        name="ledger",
        epoch=EPOCH,
        stream=stream,
        durable="reader",
        fill=ledger.read,
        load=ledger.load,
    )
    reader = bus.consumer(stream, "reader")

    async def all_acknowledged() -> bool:
        assert await take(again, 2, wait=0.1) == []
        info = await reader.info()
        return (info.pending, info.ack_pending) == (0, 0)

    assert [each.position for each in committed.envelopes] == [1, 2]
    await until(all_acknowledged)


async def test_a_successor_does_not_wait_for_what_its_predecessor_held(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2, 3)
    await publish(bus, stream, ledger)
    dead = await source_of(bus, stream, ledger)
    await dead.take(0, 100, 2.0)  # The broker will not deliver these again for half a minute.
    await dead.close()  # Before 4 is there: its standing request would hold that one as well.
    ledger.add(4)
    await publish(bus, stream, ledger)

    successor = await source_of(bus, stream, ledger)
    taken = await take(successor, 0)
    taken += await take(successor, taken[-1]) if taken[-1] < 4 else []

    assert taken == [1, 2, 3, 4]
    assert successor.filled == 3


async def test_a_hole_in_the_stream_is_filled_from_the_owner(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2, 3, 4, 5)
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)
    await lose(bus, stream, 2, 3)
    holes = FILLED.labels("ledger", "reader")._value.get()
    taken: list[int] = []

    async def everything() -> bool:
        taken.extend(await take(source, taken[-1] if taken else 0, wait=0.1))
        return len(taken) == 5

    await until(everything)
    assert taken == [1, 2, 3, 4, 5]
    assert source.filled >= 2
    assert FILLED.labels("ledger", "reader")._value.get() > holes


async def test_out_of_order_delivery_is_put_in_order(bus: Bus, stream: str):
    ledger = Ledger().add(*range(1, 11))
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)
    for message in await bus.consumer(stream, "reader").fetch(4, 2.0):
        await message.nak(0.2 if message.sequence % 2 else 0.05)
    taken: list[int] = []

    async def everything() -> bool:
        taken.extend(await take(source, taken[-1] if taken else 0, limit=4, wait=0.1))
        return len(taken) == 10

    await until(everything)
    assert taken == list(range(1, 11))


async def test_a_tail_that_never_arrives_is_noticed(
    bus: Bus, stream: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.bus_source, "CHECK_SECONDS", 0.1)
    ledger = Ledger().add(1)
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)
    await take(source, 0)
    await source.close()
    ledger.add(2, 3)
    await publish(bus, stream, ledger)
    elsewhere = await bus.consumer(stream, "reader").fetch(2, 2.0)  # To somebody who dies.
    taken: list[int] = []

    async def everything() -> bool:
        taken.extend(await take(source, taken[-1] if taken else 1, limit=1, wait=0.0))
        return len(taken) == 2

    await until(everything)
    assert len(elsewhere) == 2
    assert taken == [2, 3]


async def test_a_consumer_that_disappears_is_made_anew(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2)
    await publish(bus, stream, ledger)
    source = await source_of(bus, stream, ledger)
    await take(source, 0)
    await bus.delete_stream(stream)  # As `rebuild-stream` does; consumers go with it.
    await bus.ensure_stream(stream, ["ln.>"])
    ledger.add(3)
    await publish(bus, stream, ledger)
    taken: list[int] = []

    async def everything() -> bool:
        taken.extend(await take(source, taken[-1] if taken else 2, wait=0.1))
        return taken == [3]

    await until(everything)


async def test_a_source_outlives_its_server(tmp_path: Path):
    ledger = Ledger().add(1)
    async with nats_server(tmp_path) as server, Bus.connect(server.url, name="source") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        source = await source_of(bus, "LN", ledger)
        taking = asyncio.create_task(source.take(0, 100, 8.0))
        before = bus.generation

        await server.restart()

        async def connected_anew() -> bool:
            return bus.generation > before

        await until(connected_anew)
        await publish(bus, "LN", ledger)
        batch = await taking
        assert [each.position for each in batch.envelopes] == [1]


async def test_a_log_that_is_restored_to_more_is_read_on(bus: Bus, stream: str):
    complete = Ledger().add(1, 2, 3)
    await publish(bus, stream, complete)
    poor = Ledger().add(1)
    source = await source_of(bus, stream, poor)
    for message in await bus.consumer(stream, "reader").fetch(3, 2.0):
        await message.ack()  # So that only the end of the stream tells that there is more.
    taken = await take(source, 0, wait=0.0)
    with pytest.raises(Broken, match="has lost what it published"):
        await take(source, 1, wait=0.0)

    poor.add(2, 3)
    taken += await take(source, 1, wait=0.0)

    assert taken == [1, 2, 3]


async def test_another_epoch_is_refused(bus: Bus, stream: str):
    ledger = Ledger().add(1)
    await publish(bus, stream, ledger)
    source = await BusSource.open(
        bus,
        name="ledger",
        epoch=OTHER_EPOCH,
        stream=stream,
        durable="reader",
        fill=ledger.read,
        load=ledger.load,
    )

    with pytest.raises(Broken, match=r"restored.*rebuild-stream"):
        await source.take(0, 100, 2.0)


async def test_a_message_that_is_not_the_relays_is_refused(bus: Bus, stream: str):
    await bus.publish("ln.forged", entry(1).to_cloudevent())
    source = await source_of(bus, stream, Ledger())

    with pytest.raises(Broken, match="not published by"):
        await source.take(0, 100, 2.0)


async def test_a_hole_that_the_owner_cannot_fill_stops_the_reader(bus: Bus, stream: str):
    await publish(bus, stream, Ledger().add(1, 2, 3))
    source = await source_of(bus, stream, Ledger().add(1, 3))
    await lose(bus, stream, 2)
    first = await take(source, 0, limit=1)

    with pytest.raises(Broken, match="has lost what it published"):
        await take(source, 1)

    assert first == [1]
