"""What nats-py 2.16 does wrong (nine defects, a to i), and that our bus does not.

Others of them are in `test_bus.py` (a publish without an answer is unknown; a cancelled one is
cancelled; headers count against the limit; a dead reader is replaced) and in `test_bus_consumer.py`
(no hot loop; a fetch goes on across a restart; both forms of acknowledgements).
"""

import asyncio
import re
from pathlib import Path

import pytest

import shared.bus.connection
from shared.bus import Bus, NoConsumer, Unavailable
from shared.bus.connection import HEALTHY, RECONNECTS
from shared.bus.wire import Arrival
from tests.shared.nats_fixture import NatsProcess, fresh, nats_server, until

ATTEMPTS_OF_THE_LIBRARY = 60
"""After so many it closes for good."""
CHUNK = bytes(999_000)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watchdog that looks often, and dials without long pauses."""
    monkeypatch.setattr(shared.bus.connection, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(shared.bus.connection, "PING_SECONDS", 1.0)
    monkeypatch.setattr(shared.bus.connection, "PING_TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(shared.bus.connection, "REDIAL_SECONDS_MIN", 0.001)
    monkeypatch.setattr(shared.bus.connection, "REDIAL_SECONDS_MAX", 0.001)


async def turns(bus: Bus, healthy: bool) -> None:
    async def so() -> bool:
        return bus.healthy is healthy

    await until(so)


def test_the_librarys_own_jetstream_reconnecting_and_publishing_are_not_used():
    # a, b, d, f, g, h: each lives in one of these calls.
    ours = "".join(each.read_text() for each in Path(shared.bus.__path__[0]).glob("*.py"))

    used = re.findall(
        r"\.(?:jetstream|publish_async|publish|pull_subscribe|ordered_consumer|drain)\(", ours
    )

    assert "allow_reconnect=False" in ours
    assert [each for each in used if "self._connection" not in each] == []


async def test_a_failed_publish_takes_no_place_among_those_under_way(own_server: NatsProcess):
    # a: the library's window loses a permit with every publish that raises, until it is stuck.
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        before = bus.generation
        own_server.kill()
        await turns(bus, healthy=False)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await bus.begin("s.a", b"x")
            with pytest.raises((ValueError, Unavailable)):
                await bus.begin("not a subject", b"x")

        await own_server.start()

        async def connected_anew() -> bool:
            return bus.generation > before and bus.healthy

        await until(connected_anew)
        left = len(bus._connection._waiting)
        under_way = [await bus.begin("s.a", b"x") for _ in range(300)]
        assert left == 0
        assert [(await each.result()).sequence for each in under_way] == [*range(1, 301)]


async def test_the_headers_of_the_caller_stay_as_they_are(bus: Bus):
    # b: the library writes into the caller's headers.
    name = fresh("S")
    await bus.ensure_stream(name, [f"{name}.>"])
    headers = {"Nats-Msg-Id": "one"}

    await bus.publish(f"{name}.a", b"", headers)

    assert headers == {"Nats-Msg-Id": "one"}


async def test_a_callback_that_raises_does_not_end_the_reading(bus: Bus):
    # c: an exception in a callback may end the library's read loop, which then seems connected.
    heard: list[bytes] = []

    async def arrived(arrival: Arrival) -> None:
        heard.append(arrival.body)
        if arrival.body == b"bad":
            raise RuntimeError("a fault of ours")

    subject = fresh("chatter")
    await bus._connection.subscribe(subject, arrived)
    generation = bus.generation
    for body in (b"bad", b"good"):
        await bus._connection.write(subject, body)
    await bus.flush()

    async def both() -> bool:
        return len(heard) == 2

    await until(both)
    assert heard == [b"bad", b"good"]
    assert bus.generation == generation


@pytest.mark.parametrize("error", [Exception(), Exception("nats: 'Unheard Of'"), ValueError(b"\0")])
async def test_whatever_the_library_complains_of_our_answer_to_it_never_raises(
    bus: Bus, error: Exception
):
    # c: what `error_cb` raises would end the read loop.
    await bus._connection._erred(error)
    await bus._connection._closed()

    await turns(bus, healthy=True)


async def test_a_server_that_hangs_is_noticed_and_the_bus_recovers(
    own_server: NatsProcess, impatient: None
):
    # c: `is_connected` stays true however dead the connection is.
    name = fresh("watched")
    async with Bus.connect(own_server.url, name=name) as bus:
        reconnects = RECONNECTS.labels(name)._value.get()
        own_server.pause()
        try:
            await turns(bus, healthy=False)
            trouble = bus.trouble
            with pytest.raises(Unavailable):
                await bus.publish("s.a", b"")
            [red] = [each.value for each in HEALTHY.collect()[0].samples if name in str(each)]
        finally:
            own_server.resume()

        await turns(bus, healthy=True)
        [green] = [each.value for each in HEALTHY.collect()[0].samples if name in str(each)]
        assert "no answer to a ping" in trouble
        assert bus.trouble == ""
        assert (red, green) == (0, 1)
        assert RECONNECTS.labels(name)._value.get() > reconnects


async def test_a_ping_that_the_library_never_gets_rid_of_is_no_answer(
    bus: Bus, impatient: None, monkeypatch: pytest.MonkeyPatch
):
    # It waits for a full socket before it begins to count the seconds of the ping.
    async def stuck(_: float) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(shared.bus.connection, "FLUSH_SECONDS", 0.1)
    generation, client = bus.generation, bus._connection._client
    assert client is not None
    monkeypatch.setattr(client, "rtt", stuck)

    bus._connection.suspect()

    async def replaced() -> bool:
        return bus.generation > generation and bus.healthy

    await until(replaced)


async def test_acknowledgements_of_the_newer_form_are_understood(tmp_path: Path):
    # d: with this flag the library's own readers die of the first message.
    async with (
        nats_server(tmp_path, "feature_flags { js_ack_fc_v2: true }") as server,
        Bus.connect(server.url, name="test") as bus,
    ):
        await bus.ensure_stream("S", ["s.>"])
        await bus.ensure_consumer("S", "reader")
        await bus.publish("s.a", b"1")
        reader = bus.consumer("S", "reader")

        [message] = await reader.fetch(1, 2.0)
        await message.ack()

        async def settled() -> bool:
            return (await reader.info()).ack_pending == 0

        await until(settled)
        assert message._reply.count(".") > 8
        assert (message.sequence, message.delivered) == (1, 1)


async def test_what_was_written_to_a_dead_connection_is_not_sent_over_the_next(
    own_server: NatsProcess, impatient: None
):
    # f: the library sends later what it has reported as failed.
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"], max_msg_size=2_000_000)
        before = bus.generation
        own_server.pause()  # It reads nothing, so the socket fills up and the rest waits with us.
        writing = [asyncio.create_task(bus.publish("s.a", CHUNK)) for _ in range(12)]
        await asyncio.wait(writing, timeout=0.1)
        client = bus._connection._client
        assert client is not None
        held = (
            client.pending_data_size
            + client._transport._io_writer.transport.get_write_buffer_size()
        )

        own_server.kill()
        failed = await asyncio.gather(*writing, return_exceptions=True)
        await own_server.start()

        async def connected_anew() -> bool:
            return bus.generation > before and bus.healthy

        await until(connected_anew)
        await bus.flush()
        assert held > 0
        assert all(isinstance(each, Unavailable) for each in failed)
        assert (await bus.tail("S")).sequence == 0


async def test_a_consumer_that_is_deleted_under_a_standing_request_is_said(bus: Bus):
    # g: the library takes that for a passing trouble and asks on, or asks in a hot loop.
    name = fresh("S")
    await bus.ensure_stream(name, [f"{name}.>"])
    await bus.ensure_consumer(name, "reader")
    reader = bus.consumer(name, "reader")
    fetching = asyncio.create_task(reader.fetch(1, 8.0))

    async def stands() -> bool:
        info = await bus._api(f"CONSUMER.INFO.{name}.reader", {})
        return bool(info["num_waiting"])

    await until(stands)
    await bus._api(f"CONSUMER.DELETE.{name}.reader", {})

    with pytest.raises(NoConsumer):
        await fetching


async def test_it_dials_on_after_the_library_would_have_closed_for_good(
    own_server: NatsProcess, impatient: None, monkeypatch: pytest.MonkeyPatch
):
    # i: by default the library gives up after sixty attempts and stays closed.
    async with Bus.connect(own_server.url, name="test") as bus:
        dials, dial = 0, bus._connection._dial

        async def counted() -> bool:
            nonlocal dials
            dials += 1
            return await dial()

        monkeypatch.setattr(bus._connection, "_dial", counted)
        own_server.kill()

        async def often() -> bool:
            return dials > ATTEMPTS_OF_THE_LIBRARY

        await until(often)
        red = bus.healthy
        await own_server.start()
        await turns(bus, healthy=True)

        assert red is False


async def test_a_bus_whose_watchdog_is_gone_is_not_healthy(bus: Bus):
    # c, i: closed is red, also when nobody is left to notice anything.
    watchdog = bus._connection._supervisor
    assert watchdog is not None
    healthy = bus.healthy

    watchdog.cancel()
    await asyncio.wait({watchdog})

    assert (healthy, bus.healthy) == (True, False)


async def test_closing_while_the_server_is_away_ends_without_an_exception(
    own_server: NatsProcess, impatient: None
):
    # i: the library's `drain` raises while it reconnects.
    async with Bus.connect(own_server.url, name="test") as bus:
        own_server.kill()
        await turns(bus, healthy=False)

    assert not bus.healthy
    with pytest.raises(Unavailable, match="not connected"):
        await bus.publish("s.a", b"")
