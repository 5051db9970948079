"""Stream and log contradict each other: on the real servers, with real losses."""

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

import shared.bus.bus
import shared.relay
from shared.actor import Actor
from shared.bus import Bus, NoStream, Unavailable, WrongLast
from shared.bus_source import BusSource
from shared.envelope import Metadata
from shared.errors import Broken, Retry
from shared.log import Append, NewEvent
from shared.outbox import LogOutbox
from shared.publishing import Publishing
from shared.relay import EXPECTED_ID, LOSSES, LOST, MESSAGE_ID, STALLS, Relay
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.bus_examples import stored_ids
from tests.shared.nats_fixture import NatsProcess, until

STREAM = "LN_LEDGER"
SUBJECTS = "ln.ledger.>"
METADATA = Metadata(
    Actor("CA_TINH-P34-40", "clerk"), ("entry:1",), UUID(int=1), UUID(int=2)
).to_json()


@asynccontextmanager
async def ledger_in(url: str, supervisor: Supervisor) -> AsyncIterator[PostgresLog]:
    """A log in a database of its own, which is dropped afterwards."""
    async with (
        empty_database(url) as own,
        asyncpg.create_pool(own, min_size=1, max_size=4) as pool,
    ):
        log = await PostgresLog.open("ledger", pool, own)
        supervisor.start(f"writer of {own.rsplit('/', 1)[1]}", log.writer.run)
        try:
            yield log
        finally:
            await supervisor.stop()  # Whoever uses the pool ends before it.


@pytest.fixture
async def ledger(postgres_url: str, supervisor: Supervisor) -> AsyncIterator[PostgresLog]:
    async with ledger_in(postgres_url, supervisor) as log:
        yield log


@pytest.fixture
async def bus(own_server: NatsProcess) -> AsyncIterator[Bus]:
    async with Bus.connect(own_server.url, name="reconciliation") as bus:
        await bus.ensure_stream(STREAM, [SUBJECTS])
        yield bus


async def record(log: PostgresLog, *numbers: int) -> None:
    """Events whose ids are their numbers, so that the same history can be recorded twice."""
    events = tuple(
        NewEvent(
            event_id=UUID(int=number),
            stream=UUID(int=number),
            version=1,
            topic="ledger.entry_made.v1",
            state=b'{"timestamp":"2026-03-02T12:00:00+07:00","n":%d}' % number,
            metadata=METADATA,
        )
        for number in numbers
    )
    verdict = await log.append(Append(uuid.uuid4(), events))
    assert verdict.status == "appended"


def publishing(log: PostgresLog, bus: Bus, postgres_url: str) -> Publishing:
    async def make_stream() -> None:
        await bus.ensure_stream(STREAM, [SUBJECTS])

    relay = Relay(LogOutbox(log), bus, STREAM, cursor=log)
    return Publishing(f"relay {log.epoch}", relay, bus, postgres_url, make_stream)


class Reader:
    """As followers do, with a checkpoint in memory."""

    def __init__(self, bus: Bus, log: PostgresLog, after: int = 0) -> None:
        self.seen: list[UUID] = []
        self._after = after
        self._source = BusSource(
            bus,
            name=log.name,
            epoch=log.epoch,
            stream=STREAM,
            durable="reader",
            fill=log.read,
            load=log.load,
        )

    async def sees(self, *numbers: int) -> None:
        """Return when it has read so many; it must be exactly these, in this order."""

        async def all_of_them() -> bool:
            with suppress(Retry):
                batch = await self._source.take(self._after, 100, 0.1)
                self.seen += [each.event_id for each in batch.envelopes]
                self._after = batch.envelopes[-1].position if batch.envelopes else self._after
                await batch.ack()
            return len(self.seen) >= len(numbers)

        await until(all_of_them)
        assert [each.int for each in self.seen] == [*numbers]


async def published(relay: Relay, position: int) -> None:
    async def there() -> bool:
        return relay.position >= position

    await until(there)


async def down(supervisor: Supervisor, name: str, words: str) -> None:
    async def says() -> bool:
        return words in supervisor.down.get(name, "")

    await until(says)


async def connected_anew(bus: Bus, before: int) -> None:
    async def holds() -> bool:
        return bus.generation > before and bus.healthy

    await until(holds)


async def harmed(server: NatsProcess, bus: Bus, harm: Callable[[], None]) -> None:
    """Kill the broker, do that to its files, start it again."""
    before = bus.generation
    server.kill()
    harm()
    await server.start()
    await connected_anew(bus, before)


def cut_tail(folder: Path) -> None:
    """Cut the last block file in half, as a power cut without a flush may leave it."""
    blocks = sorted((folder / "jetstream").glob(f"**/streams/{STREAM}/msgs/*.blk"))
    content = blocks[-1].read_bytes()
    blocks[-1].write_bytes(content[: len(content) // 2])


async def test_an_acknowledged_tail_that_is_lost_on_disk_comes_again_as_it_was(
    own_server: NatsProcess, bus: Bus, ledger: PostgresLog, postgres_url: str
):
    everything = range(1, 401)
    await record(ledger, *everything)
    relay = publishing(ledger, bus, postgres_url).relay
    losses, lost = LOSSES.labels("ledger")._value.get(), LOST.labels("ledger")._value.get()
    await relay.step()
    acknowledged = await stored_ids(bus, STREAM)
    reader = Reader(bus, ledger)
    await reader.sees(*everything)

    await harmed(own_server, bus, lambda: cut_tail(own_server.folder))
    left = len(await stored_ids(bus, STREAM))
    await record(ledger, 401)
    again = await relay.step()

    assert 0 < left < 400
    assert again == 401 - left
    assert (await stored_ids(bus, STREAM))[:400] == acknowledged
    assert (await bus.tail(STREAM)).sequence == 401
    assert LOSSES.labels("ledger")._value.get() == losses + 1
    assert LOST.labels("ledger")._value.get() == lost + 400 - left
    await reader.sees(*everything, 401)


async def test_a_wiped_broker_turns_the_relay_red_until_its_stream_is_copied_anew(
    own_server: NatsProcess,
    bus: Bus,
    ledger: PostgresLog,
    postgres_url: str,
    supervisor: Supervisor,
):
    await record(ledger, 1, 2, 3)
    ours = publishing(ledger, bus, postgres_url)
    supervisor.start("relay", ours.run)
    await published(ours.relay, 3)
    reader = Reader(bus, ledger)
    await reader.sees(1, 2, 3)

    await harmed(own_server, bus, lambda: shutil.rmtree(own_server.folder / "jetstream"))
    await record(ledger, 4)
    await down(supervisor, "relay", "is gone, yet it had acknowledged position 3")
    with pytest.raises(NoStream):
        await bus.tail(STREAM)
    count = await ours.rebuild()
    await reader.sees(1, 2, 3, 4)

    async def goes_on() -> bool:
        return not supervisor.down and ours.relay.position == 5

    await record(ledger, 5)
    await until(goes_on)
    assert count == 4
    await reader.sees(1, 2, 3, 4, 5)


async def test_a_stream_that_is_ahead_of_a_restored_log_stops_the_relay_until_it_is_copied_anew(
    bus: Bus, ledger: PostgresLog, postgres_url: str, supervisor: Supervisor
):
    await record(ledger, 1, 2, 3, 4, 5)
    await publishing(ledger, bus, postgres_url).relay.step()
    old = Reader(bus, ledger)
    await old.sees(1, 2, 3, 4, 5)

    async with ledger_in(postgres_url, supervisor) as restored:
        await record(restored, 1, 2, 3)  # The state of last night, with an epoch of its own.
        ours = publishing(restored, bus, postgres_url)
        supervisor.start("relay", ours.run)
        await down(supervisor, "relay", f"of epoch {ledger.epoch}")
        untouched = await bus.last_message_id(STREAM)
        count = await ours.rebuild()
        await record(restored, 6)
        await published(ours.relay, 4)

        assert untouched == f"ledger/{ledger.epoch}/5"
        assert count == 3
        assert await bus.last_message_id(STREAM) == f"ledger/{restored.epoch}/4"
        assert await stored_ids(bus, STREAM) == ["1", "2", "3", "4"]
        await Reader(bus, restored, after=2).sees(3, 6)


async def test_a_log_that_was_restored_without_a_new_epoch_is_noticed_by_its_positions(
    bus: Bus, ledger: PostgresLog, postgres_url: str, supervisor: Supervisor
):
    await record(ledger, 1, 2, 3)
    await publishing(ledger, bus, postgres_url).relay.step()

    async with ledger_in(postgres_url, supervisor) as restored:
        await record(restored, 1, 2)
        restored.epoch = ledger.epoch
        ours = publishing(restored, bus, postgres_url)
        supervisor.start("relay", ours.run)

        await down(supervisor, "relay", "position 3, which ledger does not have")
        assert await stored_ids(bus, STREAM) == ["1", "2", "3"]


async def test_a_foreign_message_stops_the_relay_until_the_stream_is_copied_anew(
    bus: Bus, ledger: PostgresLog, postgres_url: str, supervisor: Supervisor
):
    await record(ledger, 1, 2)
    ours = publishing(ledger, bus, postgres_url)
    supervisor.start("relay", ours.run)
    await published(ours.relay, 2)
    reader = Reader(bus, ledger)
    await bus.ensure_consumer(STREAM, "reader")
    await reader.sees(1, 2)

    await bus.publish("ln.ledger.VN.forged.v1", b"{}")
    await record(ledger, 3)
    await down(supervisor, "relay", "somebody else publishes there")
    with pytest.raises(Broken, match="was not published by ledger"):
        await reader.sees(1, 2, 3)
    count = await ours.rebuild()

    assert count == 3
    assert await stored_ids(bus, STREAM) == ["1", "2", "3"]
    await reader.sees(1, 2, 3)


async def forgets(bus: Bus, ledger: PostgresLog, last: int) -> bool:
    """Whether the stream no longer knows its last message as a duplicate: only the chain helps."""
    ids = f"ledger/{ledger.epoch}/"
    try:
        await bus.publish(
            "ln.ledger.VN.entry_made.v1",
            b"",
            {MESSAGE_ID: f"{ids}{last}", EXPECTED_ID: f"{ids}{last - 1}"},
        )
    except WrongLast:
        return True
    return False


async def test_a_relay_that_slept_through_a_copying_does_no_harm(
    bus: Bus, ledger: PostgresLog, postgres_url: str
):
    await record(ledger, 1, 2, 3)
    zombie = Relay(LogOutbox(ledger), bus, STREAM, cursor=ledger)
    await zombie.step()
    await record(ledger, 4, 5)
    await publishing(ledger, bus, postgres_url).rebuild()
    await bus.ensure_stream(STREAM, [SUBJECTS], duplicate_window_seconds=0.1)
    await until(lambda: forgets(bus, ledger, 5))
    await record(ledger, 6)

    late = await zombie.step()  # It believes that 3 is the last.

    assert late == 3
    assert await stored_ids(bus, STREAM) == ["1", "2", "3", "4", "5", "6"]


async def test_a_broker_that_hangs_in_the_middle_of_a_window_loses_and_doubles_nothing(
    own_server: NatsProcess,
    bus: Bus,
    ledger: PostgresLog,
    postgres_url: str,
    supervisor: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(shared.bus.bus, "PUBLISH_SECONDS", 0.3)
    monkeypatch.setattr("shared.bus.streams.API_SECONDS", 0.3)
    monkeypatch.setattr(shared.relay, "RETRY_SECONDS_MAX", 0.2)
    waits: list[str] = []
    monkeypatch.setattr(shared.relay.log, "warning", lambda *_, **how: waits.append(how["why"]))
    everything = range(1, 3001)
    for begin in range(1, 3001, 500):
        await record(ledger, *range(begin, begin + 500))
    stalls = STALLS.labels("ledger")._value.get()
    ours = publishing(ledger, bus, postgres_url)
    supervisor.start("relay", ours.run)

    async def under_way() -> bool:
        return (await bus.tail(STREAM)).sequence > 20

    async def unanswered() -> bool:
        return len(waits) > 1

    await until(under_way)
    interrupted = ours.relay.position < 3000
    own_server.pause()
    try:
        await until(unanswered)
    finally:
        own_server.resume()
    await published(ours.relay, 3000)

    assert interrupted
    assert await stored_ids(bus, STREAM) == [str(each) for each in everything]
    assert STALLS.labels("ledger")._value.get() == stalls
    assert ours.relay.losses == 0


async def test_what_was_stored_although_its_answer_was_lost_is_not_stored_again(
    own_server: NatsProcess,
    bus: Bus,
    ledger: PostgresLog,
    monkeypatch: pytest.MonkeyPatch,
):
    await bus.ensure_stream(STREAM, [SUBJECTS], duplicate_window_seconds=0.1)
    await record(ledger, 1, 2)
    relay = Relay(LogOutbox(ledger), bus, STREAM, cursor=ledger)
    await bus.flush()
    answered = bus._connection._answered
    deaf = bus._connection._interests[0]
    await relay.step()
    await record(ledger, 3, 4)
    monkeypatch.setattr(shared.bus.bus, "PUBLISH_SECONDS", 0.2)
    monkeypatch.setattr("shared.bus.streams.API_SECONDS", 0.2)

    async def lost(_: object) -> None:
        return

    deaf.arrived = lost
    with pytest.raises(Unavailable):
        await relay.step()
    deaf.arrived = answered
    stored = (await bus.tail(STREAM)).sequence
    done = await relay.step()

    assert stored == 4  # Both times the broker had taken it.
    assert done == 0
    assert relay.position == 4
    assert await stored_ids(bus, STREAM) == ["1", "2", "3", "4"]
