import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from shared.bus import Bus, NoStream
from shared.bus_source import BusSource
from shared.errors import Broken, Retry
from shared.publishing import REBUILDING, REBUILT, Publishing
from shared.relay import Relay
from shared.supervisor import Supervisor
from tests.shared.bus_examples import Ledger, MemoryCursor, entry, stored_ids
from tests.shared.nats_fixture import NatsProcess, nats_server, until

SOON_SECONDS = 15.0


def publishing(
    bus: Bus, stream: str, ledger: Ledger, cursor: MemoryCursor, postgres_url: str
) -> Publishing:
    """As one process has it; those of one stream share the lock and the cursor."""

    async def make_stream() -> None:
        await bus.ensure_stream(stream, ["ln.>"])

    relay = Relay(ledger.outbox, bus, stream, cursor=cursor)
    return Publishing(f"{stream}.relay", relay, bus, postgres_url, make_stream)


async def reaches(relay: Relay, position: int) -> None:
    async def reached() -> bool:
        return relay.position == position

    await until(reached)


async def test_a_stream_is_copied_anew_with_the_same_ids_and_goes_on(
    bus: Bus, stream: str, postgres_url: str, supervisor: Supervisor
):
    ledger = Ledger().add(*range(1, 1201))
    cursor = MemoryCursor()
    ours = publishing(bus, stream, ledger, cursor, postgres_url)
    supervisor.start("ours", ours.run)
    await reaches(ours.relay, 1200)

    count = await ours.rebuild()

    first = await stored_ids(bus, stream)
    ledger.add(1201)
    await reaches(ours.relay, 1201)
    assert count == 1200
    assert first == [str(each) for each in range(1, 1201)]
    assert (await bus.tail(stream)).sequence == 1201
    assert cursor.position == 1201
    assert REBUILT.labels("ledger")._value.get() == 1200
    assert REBUILDING.labels("ledger")._value.get() == 0


async def test_the_relay_of_another_process_is_deposed_and_leads_again_later(
    server: NatsProcess, bus: Bus, stream: str, postgres_url: str, supervisor: Supervisor
):
    ledger = Ledger().add(1, 2, 3)
    cursor = MemoryCursor()
    async with Bus.connect(server.url, name="another process") as elsewhere:
        theirs = publishing(elsewhere, stream, ledger, cursor, postgres_url)
        supervisor.start("theirs", theirs.run)
        await reaches(theirs.relay, 3)
        ours = publishing(bus, stream, ledger, cursor, postgres_url)

        async with asyncio.timeout(SOON_SECONDS):
            count = await ours.rebuild()

        ledger.add(4)
        await reaches(theirs.relay, 4)
        assert count == 3
        assert supervisor.watched["theirs"].restarts == 1
        assert await stored_ids(bus, stream) == ["1", "2", "3", "4"]


async def test_a_stream_of_the_epoch_before_a_restore_is_replaced(
    bus: Bus, stream: str, postgres_url: str, supervisor: Supervisor
):
    ledger = Ledger().add(1, 2, 3)
    await Relay(ledger.outbox, bus, stream, cursor=MemoryCursor()).step()
    restored = Ledger("ledger", ledger.epoch, ledger.envelopes[:2]).restored()
    ours = publishing(bus, stream, restored, MemoryCursor(2), postgres_url)
    supervisor.start("ours", ours.run)

    async def stopped() -> bool:
        return "restored or promoted" in supervisor.down.get("ours", "")

    await until(stopped)
    count = await ours.rebuild()

    assert count == 2
    assert await bus.last_message_id(stream) == entry(2, restored.epoch).message_id
    assert await stored_ids(bus, stream) == ["1", "2"]


async def test_readers_go_on_from_their_checkpoints_and_durables_are_there_at_once(
    bus: Bus, stream: str, postgres_url: str
):
    ledger = Ledger().add(1, 2, 3)
    cursor = MemoryCursor()
    ours = publishing(bus, stream, ledger, cursor, postgres_url)
    await ours.relay.step()
    await bus.ensure_consumer(stream, "part", filter_subjects=["ln.ledger.P34-40.>"])
    source = await BusSource.open(
        bus,
        name="ledger",
        epoch=ledger.epoch,
        stream=stream,
        durable="reader",
        fill=ledger.read,
        load=ledger.load,
    )
    taken: list[int] = []

    async def take() -> None:
        with suppress(Retry):
            batch = await source.take(taken[-1] if taken else 0, 2, 0.1)
            taken.extend(each.position for each in batch.envelopes)
            await batch.ack()

    await take()
    before = list(taken)
    await ours.rebuild()
    durables = {each["durable_name"]: each for each in await bus.durables(stream)}
    ledger.add(4, 5)
    await ours.relay.step()

    async def everything() -> bool:
        await take()
        return len(taken) >= 5

    await until(everything)
    assert before == [1, 2]
    assert taken == [1, 2, 3, 4, 5]
    assert set(durables) == {"reader", "part"}
    assert durables["part"]["filter_subject"] == "ln.ledger.P34-40.>"


async def test_a_stream_that_was_deleted_by_hand_turns_red_and_can_be_copied_anew(
    bus: Bus, stream: str, postgres_url: str
):
    ledger = Ledger().add(1, 2)
    ours = publishing(bus, stream, ledger, MemoryCursor(), postgres_url)
    await ours.relay.step()
    await bus.delete_stream(stream)
    ledger.add(3)

    with pytest.raises(Broken, match=r"is gone.*rebuild-stream ledger"):
        await ours.relay.step()
    count = await ours.rebuild()

    assert count == 3
    assert await stored_ids(bus, stream) == ["1", "2", "3"]


async def test_one_copying_at_a_time(bus: Bus, stream: str, postgres_url: str):
    begun, go = asyncio.Event(), asyncio.Event()
    ours = publishing(bus, stream, Ledger().add(1), MemoryCursor(), postgres_url)
    make_stream = ours.make_stream

    async def slowly() -> None:
        begun.set()
        await go.wait()
        await make_stream()

    ours.make_stream = slowly
    first = asyncio.create_task(ours.rebuild())
    async with asyncio.timeout(10):
        await begun.wait()

    async with asyncio.timeout(SOON_SECONDS):
        with pytest.raises(Retry, match="already"):
            await ours.rebuild()
    under_way = REBUILDING.labels("ledger")._value.get()
    go.set()

    assert await first == 1
    assert under_way == 1


async def test_a_copying_that_was_cut_short_is_completed_by_the_relay(
    tmp_path: Path, postgres_url: str
):
    ledger = Ledger().add(1, 2, 3)
    cursor = MemoryCursor()
    async with nats_server(tmp_path) as server, Bus.connect(server.url, name="cut") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        ours = publishing(bus, "LN", ledger, cursor, postgres_url)
        await ours.relay.step()

        async def dies() -> None:
            raise SystemError("killed between the old stream and the new one")

        ours.make_stream, make_stream = dies, ours.make_stream
        with pytest.raises(SystemError):
            await ours.rebuild()
        with pytest.raises(NoStream):
            await bus.tail("LN")
        await make_stream()  # As the next start does.
        await Relay(ledger.outbox, bus, "LN", cursor=cursor).step()

        assert await stored_ids(bus, "LN") == ["1", "2", "3"]
        assert cursor.position == 3
