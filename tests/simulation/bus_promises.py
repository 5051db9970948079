"""What relays and sources rely on of a bus, written once for the real one and for its twin.

Subclass `BusPromises` beside the bus that is to be held to them; override the fixture `rig` there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from shared.bus import NoConsumer, NoStream, WrongLast
from shared.bus_source import BusSource
from shared.relay import EXPECTED_ID, EXPECTED_SEQUENCE, MESSAGE_ID, Relay
from tests.shared.bus_examples import Ledger, MemoryCursor

WINDOW_SECONDS = 0.5
ACK_WAIT_SECONDS = 0.3
FETCH_SECONDS = 0.2


@dataclass
class Rig:
    """A bus with an empty stream that takes `<stream>.>`, and a way to let time pass on it."""

    bus: Any
    stream: str
    until: Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]

    @property
    def subject(self) -> str:
        return f"{self.stream}.said"

    async def publish(self, id: str = "", **headers: str) -> Any:
        """Publish a message whose body is its id."""
        named = {MESSAGE_ID: id} if id else {}
        also = {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.bus.publish(self.subject, id.encode(), {**named, **also})

    async def reader(self, **settings: float) -> Any:
        """A durable that reads the whole stream."""
        await self.bus.ensure_consumer(self.stream, "reader", **settings)
        return self.bus.consumer(self.stream, "reader")

    async def gather(self, reader: Any, count: int) -> list[Any]:
        """Fetch until so many have come."""
        taken: list[Any] = []

        async def enough() -> bool:
            taken.extend(await reader.fetch(count - len(taken), FETCH_SECONDS))
            return len(taken) >= count

        await self.until(enough)
        return taken


def sequences(messages: list[Any]) -> list[int]:
    return [each.sequence for each in messages]


class BusPromises:
    """Held by `shared.bus.Bus` on a server, and by `tests.simulation.bus.MemoryBus`."""

    async def test_messages_are_stored_in_order_and_the_end_is_known(self, rig: Rig):
        empty = await rig.bus.tail(rig.stream)

        stored = [await rig.publish(id) for id in ("one", "two")]

        tail = await rig.bus.tail(rig.stream)
        assert (empty.sequence, empty.message_id) == (0, None)
        assert [(each.sequence, each.duplicate) for each in stored] == [(1, False), (2, False)]
        assert (tail.sequence, tail.message_id) == (2, "two")

    async def test_a_message_without_an_id_has_an_empty_one(self, rig: Rig):
        await rig.publish()

        assert (await rig.bus.tail(rig.stream)).message_id == ""

    async def test_a_repetition_is_not_stored_within_the_window_and_is_after_it(self, rig: Rig):
        await rig.publish("one")

        again = await rig.publish("one")

        async def forgotten() -> bool:
            return not (await rig.publish("one")).duplicate

        assert (again.sequence, again.duplicate) == (1, True)
        await rig.until(forgotten)
        assert (await rig.bus.tail(rig.stream)).sequence == 2

    async def test_an_expected_last_id_must_hold(self, rig: Rig):
        await rig.publish("one")

        with pytest.raises(WrongLast, match="one"):
            await rig.publish("two", **{EXPECTED_ID: "zero"})
        followed = await rig.publish("two", **{EXPECTED_ID: "one"})

        assert followed.sequence == 2

    async def test_an_id_is_expected_of_an_empty_stream_in_vain(self, rig: Rig):
        with pytest.raises(WrongLast):
            await rig.publish("two", **{EXPECTED_ID: "one"})

        assert (await rig.bus.tail(rig.stream)).sequence == 0

    async def test_an_expected_last_sequence_must_hold(self, rig: Rig):
        begun = await rig.publish("one", **{EXPECTED_SEQUENCE: "0"})

        with pytest.raises(WrongLast, match="1"):
            await rig.publish("two", **{EXPECTED_SEQUENCE: "0"})

        assert begun.sequence == 1

    async def test_what_is_remembered_is_a_repetition_whatever_it_expects(self, rig: Rig):
        await rig.publish("one")
        await rig.publish("two")

        again = await rig.publish("one", **{EXPECTED_ID: "zero"})

        assert (again.sequence, again.duplicate) == (1, True)

    async def test_many_may_be_under_way_and_are_stored_as_they_were_written(self, rig: Rig):
        under_way = []
        for number in range(20):
            headers = {MESSAGE_ID: str(number)}
            if number:
                headers[EXPECTED_ID] = str(number - 1)
            under_way.append(await rig.bus.begin(rig.subject, b"", headers))

        stored = [await each.result() for each in under_way]

        assert sequences(stored) == list(range(1, 21))

    async def test_a_subject_that_no_stream_takes_is_said(self, rig: Rig):
        with pytest.raises(NoStream):
            await rig.bus.publish("nobody.takes.this", b"")

    async def test_a_stream_that_is_not_there_has_no_end(self, rig: Rig):
        with pytest.raises(NoStream):
            await rig.bus.tail("NOWHERE")

    async def test_a_deleted_stream_takes_its_durables_with_it(self, rig: Rig):
        reader = await rig.reader()
        await rig.publish("one")

        await rig.bus.delete_stream(rig.stream)
        await rig.bus.ensure_stream(rig.stream, [f"{rig.stream}.>"])

        with pytest.raises(NoConsumer):
            await reader.info()
        assert (await rig.bus.tail(rig.stream)).message_id is None

    async def test_a_durable_reads_from_the_beginning_in_order(self, rig: Rig):
        for id in ("one", "two", "three"):
            await rig.publish(id)
        reader = await rig.reader()

        first = await rig.gather(reader, 2)
        rest = await rig.gather(reader, 1)

        assert [(each.sequence, each.body) for each in first + rest] == [
            (1, b"one"),
            (2, b"two"),
            (3, b"three"),
        ]
        assert first[0].headers[MESSAGE_ID] == "one"
        assert {each.delivered for each in first + rest} == {1}
        assert (await reader.info()).ack_pending == 3

    async def test_what_is_acknowledged_does_not_come_again(self, rig: Rig):
        await rig.publish("one")
        await rig.publish("two")
        reader = await rig.reader(ack_wait_seconds=ACK_WAIT_SECONDS)
        for message in await rig.gather(reader, 2):
            if message.sequence == 1:
                await message.ack()

        [again] = await rig.gather(reader, 1)

        assert (again.sequence, again.delivered) == (2, 2)

    async def test_what_is_put_back_comes_out_of_order(self, rig: Rig):
        for id in ("one", "two", "three"):
            await rig.publish(id)
        reader = await rig.reader()
        first, second, _ = await rig.gather(reader, 3)

        await first.nak(3 * ACK_WAIT_SECONDS)
        await second.nak(ACK_WAIT_SECONDS)

        assert sequences(await rig.gather(reader, 2)) == [2, 1]

    async def test_what_is_given_up_does_not_come_again(self, rig: Rig):
        await rig.publish("one")
        reader = await rig.reader(ack_wait_seconds=ACK_WAIT_SECONDS)
        [message] = await rig.gather(reader, 1)

        await message.term()
        await rig.publish("two")

        assert sequences(await rig.gather(reader, 1)) == [2]

    async def test_two_readers_of_one_durable_share_what_comes(self, rig: Rig):
        for id in ("one", "two"):
            await rig.publish(id)
        here = await rig.reader()
        there = rig.bus.consumer(rig.stream, "reader")

        taken = [*await rig.gather(here, 1), *await rig.gather(there, 1)]

        assert sequences(taken) == [1, 2]

    async def test_no_more_is_delivered_than_may_be_unacknowledged(self, rig: Rig):
        for id in ("one", "two", "three"):
            await rig.publish(id)
        reader = await rig.reader(max_ack_pending=2)
        held = await rig.gather(reader, 2)

        more = await reader.fetch(1, FETCH_SECONDS)
        await held[0].ack()
        freed = await rig.gather(reader, 1)

        assert (more, sequences(freed)) == ([], [3])

    async def test_a_relay_and_a_source_work_over_it(self, rig: Rig):
        ledger, cursor = Ledger().add(1, 2, 5), MemoryCursor()
        ledger.name = rig.stream.lower()
        ledger.envelopes = [
            type(each)(**{**vars(each), "store": ledger.name}) for each in ledger.envelopes
        ]
        outbox = ledger.outbox
        outbox._subject_of = lambda _: rig.subject
        source = None

        published = await Relay(outbox, rig.bus, rig.stream, cursor=cursor).step()
        source = await BusSource.open(
            rig.bus,
            name=ledger.name,
            epoch=ledger.epoch,
            stream=rig.stream,
            durable="source",
            fill=ledger.read,
            load=lambda stream, after: ledger.read(after, 1_000),
        )
        batch = await source.take(0, 10, FETCH_SECONDS)
        await batch.ack()

        assert (published, cursor.position) == (3, 5)
        assert [each.position for each in batch.envelopes] == [1, 2, 5]
        await source.close()
