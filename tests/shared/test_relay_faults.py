import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

import shared.bus.bus
import shared.relay
from shared.bus import Bus, Unavailable
from shared.errors import Retry
from shared.relay import Relay
from tests.shared.bus_examples import Ledger, MemoryCursor, stored_ids
from tests.shared.nats_fixture import NatsProcess, until


async def connected_anew(bus: Bus, before: int) -> None:
    async def holds() -> bool:
        return bus.generation > before and bus.healthy

    await until(holds)


async def stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def persevere(relay: Relay) -> int:
    """One step, however often the bus is away."""
    done = 0

    async def went() -> bool:
        nonlocal done
        with suppress(Retry):
            done = await relay.step()
            return True
        return False

    await until(went)
    return done


async def test_killing_the_broker_in_the_middle_of_a_window_loses_and_doubles_nothing(
    own_server: NatsProcess,
):
    ledger = Ledger().add(*range(1, 3001))
    async with Bus.connect(own_server.url, name="relay") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        relay = Relay(ledger.outbox, bus, "LN", cursor=MemoryCursor())
        running = asyncio.create_task(relay.run())

        async def under_way() -> bool:
            return (await bus.tail("LN")).sequence > 20

        async def complete() -> bool:
            return relay.position == 3000

        await until(under_way)
        interrupted = not await complete()
        await own_server.restart()
        await until(complete)
        await stopped(running)

        assert interrupted
        assert await stored_ids(bus, "LN") == [str(each) for each in range(1, 3001)]


async def test_what_is_published_during_an_outage_is_settled_by_the_chain(
    own_server: NatsProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.bus.bus, "PUBLISH_SECONDS", 0.2)
    monkeypatch.setattr("shared.bus.streams.API_SECONDS", 0.2)
    ledger = Ledger().add(1)
    cursor = MemoryCursor()
    async with Bus.connect(own_server.url, name="relay") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        relay = Relay(ledger.outbox, bus, "LN", cursor=cursor)
        await relay.step()
        ledger.add(2, 3)
        own_server.pause()

        with pytest.raises(Unavailable):
            await relay.step()
        unsettled = cursor.position
        own_server.resume()
        while relay.position < 3:
            await persevere(relay)

        assert unsettled == 1
        assert cursor.position == 3
        assert await stored_ids(bus, "LN") == ["1", "2", "3"]


async def test_a_tail_that_the_broker_lost_is_published_again_with_the_same_ids(
    own_server: NatsProcess, tmp_path: Path
):
    ledger = Ledger().add(1, 2, 3)
    cursor = MemoryCursor()
    async with Bus.connect(own_server.url, name="relay") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        relay = Relay(ledger.outbox, bus, "LN", cursor=cursor)
        await relay.step()
        before = bus.generation
        own_server.kill()
        shutil.copytree(tmp_path / "jetstream", tmp_path / "copy")
        await own_server.start()
        await connected_anew(bus, before)
        ledger.add(4, 5)
        await persevere(relay)
        acknowledged = await stored_ids(bus, "LN")

        before = bus.generation
        own_server.kill()
        shutil.rmtree(tmp_path / "jetstream")
        shutil.move(tmp_path / "copy", tmp_path / "jetstream")
        await own_server.start()
        await connected_anew(bus, before)
        published_again = await persevere(relay)

        assert published_again == 2
        assert relay.losses == 1
        assert await stored_ids(bus, "LN") == acknowledged == ["1", "2", "3", "4", "5"]


async def test_cutting_the_last_block_file_short_is_mended_too(
    own_server: NatsProcess, tmp_path: Path
):
    ledger = Ledger().add(*range(1, 11))
    cursor = MemoryCursor()
    async with Bus.connect(own_server.url, name="relay") as bus:
        await bus.ensure_stream("LN", ["ln.>"])
        relay = Relay(ledger.outbox, bus, "LN", cursor=cursor)
        await relay.step()
        before = bus.generation
        own_server.kill()
        [block] = (tmp_path / "jetstream").glob("**/streams/LN/msgs/*.blk")
        content = block.read_bytes()
        block.write_bytes(content[: len(content) * 2 // 3])

        await own_server.start()
        await connected_anew(bus, before)
        found = await stored_ids(bus, "LN")
        await persevere(relay)

        assert 0 < len(found) < 10
        assert relay.losses == 1
        assert await stored_ids(bus, "LN") == [str(each) for each in range(1, 11)]


async def test_a_running_relay_waits_out_what_passes(
    own_server: NatsProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.relay, "RETRY_SECONDS_MAX", 0.1)
    ledger = Ledger().add(1)
    async with Bus.connect(own_server.url, name="relay") as bus:
        relay = Relay(ledger.outbox, bus, "LN", cursor=MemoryCursor())
        running = asyncio.create_task(relay.run())
        await bus.ensure_stream("LN", ["ln.>"])
        await own_server.restart()

        async def published() -> bool:
            return relay.position == 1

        await until(published)
        await stopped(running)

        assert await stored_ids(bus, "LN") == ["1"]
