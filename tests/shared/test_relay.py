import asyncio
from collections.abc import Sequence

import pytest

import shared.relay
from shared.bus import Bus, NoStream, Tail, WrongLast
from shared.errors import Broken
from shared.outbox import Outgoing
from shared.relay import POSITION, PUBLISHED, STALLS, STALLS_MAX, Relay
from tests.shared.bus_examples import Ledger, MemoryCursor, entry, stored_ids
from tests.shared.nats_fixture import NatsProcess, fresh, until


async def test_events_are_published_in_order_with_the_id_of_the_one_before(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2, 5)
    cursor = MemoryCursor()
    relay = Relay(ledger.outbox, bus, stream, cursor=cursor)
    counted = PUBLISHED.labels("ledger")._value.get()

    published = await relay.step()
    idle = await relay.step()

    await bus.ensure_consumer(stream, "reader")
    messages = await bus.consumer(stream, "reader").fetch(10, 2.0)
    assert (published, idle) == (3, 0)
    assert cursor.position == 5
    assert PUBLISHED.labels("ledger")._value.get() == counted + 3
    assert POSITION.labels("ledger")._value.get() == 5
    assert [m.headers["Nats-Msg-Id"] for m in messages] == [
        entry(each).message_id for each in (1, 2, 5)
    ]
    assert [m.headers["Ln-Previous"] for m in messages] == ["0", "1", "2"]
    assert {m.subject for m in messages} == {"ln.ledger.P34-40.entry_made.v1"}
    assert messages[0].body == entry(1).to_cloudevent()
    assert messages[0].headers["content-type"] == "application/cloudevents+json"
    assert messages[0].headers["ce-type"] == "ledger.entry_made.v1"
    assert messages[0].headers["ce-subject"] == "entry:7"


async def test_a_long_history_goes_through_the_window_in_order(bus: Bus, stream: str):
    ledger = Ledger().add(*range(1, 1501))
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())

    steps = [await relay.step(), await relay.step()]

    assert steps == [1500, 0]
    assert (await bus.tail(stream)).sequence == 1500
    assert await bus.last_message_id(stream) == entry(1500).message_id


async def test_large_events_are_bounded_in_bytes_too(bus: Bus, stream: str):
    ledger = Ledger().add(*range(1, 31), size=400_000)
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())

    assert await relay.step() == 30


async def test_a_relay_that_forgot_goes_on_where_the_stream_ends(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2)
    cursor = MemoryCursor()
    await Relay(ledger.outbox, bus, stream, cursor=cursor).step()
    ledger.add(3)

    published = await Relay(ledger.outbox, bus, stream, cursor=cursor).step()

    assert published == 1
    assert await stored_ids(bus, stream) == ["1", "2", "3"]


async def duplicates_are_forgotten(bus: Bus, ledger: Ledger, position: int) -> None:
    """Return when the stream no longer knows that position as a duplicate, and refuses it."""
    [previous, outgoing] = await ledger.outbox.read(position - 2, 2)
    headers = {
        "Nats-Msg-Id": entry(outgoing.position).message_id,
        "Nats-Expected-Last-Msg-Id": entry(previous.position).message_id,
    }

    async def forgotten() -> bool:
        try:
            repeated = await bus.publish(outgoing.subject, outgoing.body, headers)
        except WrongLast:
            return True
        assert repeated.duplicate
        return False

    await until(forgotten)


async def test_a_repetition_beyond_the_memory_for_duplicates_is_refused(bus: Bus, stream: str):
    await bus.ensure_stream(stream, ["ln.>"], duplicate_window_seconds=0.1)
    ledger = Ledger().add(1, 2)
    await Relay(ledger.outbox, bus, stream, cursor=MemoryCursor()).step()

    await duplicates_are_forgotten(bus, ledger, 2)

    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_a_zombie_relay_is_fenced_and_catches_up(bus: Bus, stream: str):
    await bus.ensure_stream(stream, ["ln.>"], duplicate_window_seconds=0.1)
    ledger = Ledger().add(1, 2)
    cursor = MemoryCursor()
    zombie = Relay(ledger.outbox, bus, stream, cursor=cursor)
    await zombie.step()
    ledger.add(3, 4)
    await Relay(ledger.outbox, bus, stream, cursor=cursor).step()
    await duplicates_are_forgotten(bus, ledger, 3)
    ledger.add(5)

    late = await zombie.step()

    assert late == 3  # 3 and 4 are there by the other's doing, 5 by its own.
    assert await stored_ids(bus, stream) == ["1", "2", "3", "4", "5"]


async def test_a_zombie_cannot_begin_a_stream_anew(bus: Bus, stream: str):
    await bus.ensure_stream(stream, ["ln.>"], duplicate_window_seconds=0.1)
    ledger = Ledger().add(1, 2)
    zombie = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())
    zombie._end = await zombie._ask()
    await Relay(ledger.outbox, bus, stream, cursor=MemoryCursor()).step()
    await duplicates_are_forgotten(bus, ledger, 2)

    await zombie.step()

    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_two_relays_at_once_publish_everything_once(
    server: NatsProcess, bus: Bus, stream: str
):
    await bus.ensure_stream(stream, ["ln.>"], duplicate_window_seconds=0.1)
    ledger = Ledger().add(*range(1, 301))
    cursor = MemoryCursor()
    async with Bus.connect(server.url, name="second relay") as second:
        relays = [Relay(ledger.outbox, each, stream, cursor=cursor) for each in (bus, second)]
        first_round = await asyncio.gather(*(relay.step() for relay in relays))
        ledger.add(*range(301, 401))
        await asyncio.gather(*(relay.step() for relay in relays))

    assert max(first_round) == 300
    assert await stored_ids(bus, stream) == [str(each) for each in range(1, 401)]
    assert [relay.losses for relay in relays] == [0, 0]


async def test_an_emptied_stream_is_filled_again_only_with_permission(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2)
    cursor = MemoryCursor()
    await Relay(ledger.outbox, bus, stream, cursor=cursor).step()
    await bus.delete_stream(stream)
    await bus.ensure_stream(stream, ["ln.>"])

    with pytest.raises(Broken, match=r"is empty.*rebuild-stream ledger"):
        await Relay(ledger.outbox, bus, stream, cursor=cursor).step()
    refused = await stored_ids(bus, stream)
    await Relay(ledger.outbox, bus, stream, cursor=cursor, rebuild=True).step()

    assert refused == []
    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_the_permission_to_rebuild_holds_once(bus: Bus, stream: str):
    ledger = Ledger().add(1)
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor(1), rebuild=True)
    await relay.step()
    await bus.delete_stream(stream)
    await bus.ensure_stream(stream, ["ln.>"])
    ledger.add(2)

    with pytest.raises(Broken, match="is empty"):
        await relay.step()


async def test_a_stream_that_refuses_without_moving_is_left_to_an_operator(
    bus: Bus, stream: str, monkeypatch: pytest.MonkeyPatch
):
    # Before anything is stored: one that is shortened later may be heeded only after the old one.
    await bus.ensure_stream(stream, ["ln.>"], duplicate_window_seconds=0.1)
    ledger = Ledger().add(1, 2)
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())
    stalls = STALLS.labels("ledger")._value.get()
    stale = await bus.tail(stream)
    await relay.step()

    async def contradicts_itself(_: str) -> Tail:
        return Tail(stale.sequence, entry(1).message_id)

    relay._end = None
    monkeypatch.setattr(bus, "tail", contradicts_itself)
    await duplicates_are_forgotten(bus, ledger, 2)

    with pytest.raises(Broken, match="refused us 5 times"):
        for _ in range(STALLS_MAX + 1):
            await relay.step()

    assert STALLS.labels("ledger")._value.get() == stalls + STALLS_MAX
    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_what_was_read_before_a_read_failed_is_published(
    bus: Bus, stream: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.relay, "READ_MAX", 2)
    ledger = Ledger().add(1, 2, 3, 4, 5)
    outbox = ledger.outbox
    read = outbox.read

    async def fails_later(after: int, limit: int) -> Sequence[Outgoing]:
        if after >= 4:
            raise ConnectionError("the database is away")
        return await read(after, limit)

    monkeypatch.setattr(outbox, "read", fails_later)
    relay = Relay(outbox, bus, stream, cursor=MemoryCursor())

    with pytest.raises(ConnectionError):
        await relay.step()
    first = await stored_ids(bus, stream)
    monkeypatch.setattr(outbox, "read", read)
    await relay.step()

    assert first == ["1", "2", "3", "4"]
    assert await stored_ids(bus, stream) == ["1", "2", "3", "4", "5"]


async def test_a_step_ends_after_some_reads_so_that_the_cursor_moves(
    bus: Bus, stream: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.relay, "READ_MAX", 2)
    monkeypatch.setattr(shared.relay, "READS_MAX", 3)
    cursor = MemoryCursor()
    relay = Relay(Ledger().add(*range(1, 9)).outbox, bus, stream, cursor=cursor)

    first, reached = await relay.step(), cursor.position
    second = await relay.step()

    assert (first, reached, second) == (6, 6, 2)


async def test_a_stream_that_is_missing_is_waited_for(bus: Bus):
    relay = Relay(Ledger().add(1).outbox, bus, fresh("NONE"), cursor=MemoryCursor())

    with pytest.raises(NoStream, match="migrate"):
        await relay.step()


async def test_a_stream_of_another_epoch_is_not_touched(bus: Bus, stream: str):
    ledger = Ledger().add(1, 2)
    await Relay(ledger.outbox, bus, stream, cursor=MemoryCursor()).step()

    with pytest.raises(Broken, match=r"epoch.*restored"):
        await Relay(ledger.restored().add(3).outbox, bus, stream, cursor=MemoryCursor()).step()

    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_a_stream_that_is_ahead_of_the_log_is_not_touched(bus: Bus, stream: str):
    await Relay(Ledger().add(1, 2, 3).outbox, bus, stream, cursor=MemoryCursor()).step()

    with pytest.raises(Broken, match="does not have"):
        await Relay(Ledger().add(1, 2).outbox, bus, stream, cursor=MemoryCursor()).step()


async def test_a_stream_with_somebody_elses_message_is_not_touched(bus: Bus, stream: str):
    ledger = Ledger().add(1)
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())
    await relay.step()
    await bus.publish("ln.ledger.VN.forged.v1", b"{}")
    ledger.add(2)

    with pytest.raises(Broken, match="somebody else publishes"):
        await relay.step()


async def test_an_event_that_the_stream_cannot_take_stops_the_relay(bus: Bus, stream: str):
    await bus.ensure_stream(stream, ["ln.>"], max_msg_size=2000)
    ledger = Ledger().add(1).add(2, size=3000).add(3)
    relay = Relay(ledger.outbox, bus, stream, cursor=MemoryCursor())

    with pytest.raises(Broken, match="cannot take"):
        await relay.step()

    assert await stored_ids(bus, stream) == ["1"]
