import asyncio
import uuid

import asyncpg
import pytest

from services.gateway.feeds import FeedOutbox
from services.gateway.projection import FEED
from services.gateway.service import AGENCY_ID, ensure_feed
from shared.bus import Bus
from shared.follow import Follower, LogSource
from shared.relay import Relay
from shared.store.postgres import PostgresLog
from tests.golden import BEGINNINGS, STREAMS, envelope, record
from tests.shared.nats_fixture import nats_server

ISSUED, ASSIGNED, *_ = BEGINNINGS
SOON_SECONDS = 15.0
NEVER_SECONDS = 600.0


@pytest.fixture
async def follower(log: PostgresLog, pool: asyncpg.Pool) -> Follower:
    await FEED.create(pool)
    return Follower(FEED, LogSource(log), pool)


@pytest.fixture
async def outbox(pool: asyncpg.Pool, follower: Follower) -> FeedOutbox:
    return await FeedOutbox.open(pool, [follower])


async def test_each_agencys_part_is_a_message_on_its_own_subject(
    outbox: FeedOutbox, follower: Follower, log: PostgresLog
):
    event = envelope("directives.directive_dispatched.v1", 2, 2)
    await record(log, envelope(ISSUED, bodies=[]), event)
    await follower.step()

    [message] = await outbox.read(0, 10)

    assert message.subject == ("agency.MTTQ_TINH-P34-40.feed.directives.directive_dispatched.v1")
    assert message.headers["ce-id"] == str(event.event_id)
    assert message.headers["ce-type"] == event.topic
    assert message.headers["Content-Type"] == "application/cloudevents+json"
    _, recorded = await log.read(0, 2)
    assert message.body == recorded.to_cloudevent()


async def test_messages_are_read_in_order_after_a_position(
    outbox: FeedOutbox, follower: Follower, log: PostgresLog
):
    await record(log, envelope(ISSUED), envelope(ASSIGNED))
    await follower.step()
    whole = await outbox.read(0, 10_000)

    first = await outbox.read(0, 4)
    rest = await outbox.read(first[-1].position, 10_000)

    assert [*first, *rest] == whole
    assert len(first) == 4
    assert await outbox.read(whole[-1].position, 10) == []


async def test_how_far_the_broker_acknowledged_is_remembered(
    outbox: FeedOutbox, pool: asyncpg.Pool, follower: Follower
):
    assert await outbox.get() == 0

    await outbox.set(7)

    again = await FeedOutbox.open(pool, [follower])
    assert await again.get() == 7
    assert again.epoch == outbox.epoch


async def test_who_waits_is_woken_by_the_follower_also_when_it_moved_while_we_read(
    outbox: FeedOutbox, follower: Follower, log: PostgresLog
):
    await outbox.read(0, 10)
    await record(log, envelope(ISSUED))
    await follower.step()  # After the reading, before the waiting.

    async with asyncio.timeout(SOON_SECONDS):
        await outbox.changed(0, NEVER_SECONDS)

    messages = await outbox.read(0, 10_000)
    assert messages
    waiting = asyncio.create_task(outbox.changed(messages[-1].position, NEVER_SECONDS))
    await asyncio.sleep(0)
    assert not waiting.done()
    other = {"directive_id": str(uuid.uuid4())}
    await record(log, envelope(ASSIGNED, **other))
    await follower.step()
    async with asyncio.timeout(SOON_SECONDS):
        await waiting


async def test_waiting_ends_at_the_timeout(outbox: FeedOutbox):
    async with asyncio.timeout(SOON_SECONDS):
        await outbox.changed(0, 0.01)

    assert await outbox.read(0, 1) == []


async def test_the_relay_publishes_every_message_once(
    outbox: FeedOutbox,
    follower: Follower,
    log: PostgresLog,
    tmp_path_factory: pytest.TempPathFactory,
):
    await record(log, envelope(ISSUED), envelope(ASSIGNED))
    await follower.step()
    expected = await outbox.read(0, 10_000)

    async with (
        nats_server(tmp_path_factory.mktemp("nats")) as server,
        Bus.connect(server.url, name="feeds") as bus,
    ):
        await bus.ensure_stream("LN_FEEDS", ["agency.*.feed.>"])
        for _ in range(2):
            await Relay(outbox, bus, "LN_FEEDS", cursor=outbox).step()
        await bus.ensure_consumer("LN_FEEDS", "reader")
        messages = await bus.consumer("LN_FEEDS", "reader").fetch(len(expected) + 1, 1.0)

    assert [each.subject for each in messages] == [each.subject for each in expected]
    assert await outbox.get() == expected[-1].position


async def test_a_durable_reads_all_the_feeds_of_its_agency_also_when_they_have_become_more(
    tmp_path_factory: pytest.TempPathFactory,
):
    station, whole, other = "DON_BP-P34-40-16681", "DON_BP-P34-40", "CA_TINH-P34-40"
    async with (
        nats_server(tmp_path_factory.mktemp("nats")) as server,
        Bus.connect(server.url, name="feeds") as bus,
    ):
        await bus.ensure_stream("LN_FEEDS", ["agency.*.feed.>"])
        await ensure_feed(bus, station, [station])
        for read in ([station, whole], [whole, station]):
            await ensure_feed(bus, station, read)
        for each in (whole, other, station):
            await bus.publish(f"agency.{each}.feed.x", each.encode())

        messages = await bus.consumer("LN_FEEDS", station).fetch(3, 1.0)

    assert [each.body.decode() for each in messages] == [whole, station]


@pytest.mark.parametrize(
    ("agency", "good"),
    [
        ("CA_TINH-P34-40", True),
        ("BCA-VN", True),
        ("UBND_XA-P34-40-16681", True),
        ("*", False),
        ("CA_TINH-*", False),
        (">", False),
        ("CA_TINH-P34.40", False),
        ("CA_TINH-P34-40.feed.>", False),
        ("CA_TINH-P34 40", False),
        ("CA_TINH", False),
        ("ca_tinh-P34-40", False),
        ("", False),
        ("CA_TINH-P34-40\n", False),
        (f"CA_TINH-{STREAMS['task']}-{'9' * 20}", False),
    ],
)
def test_only_what_is_one_token_of_a_subject_is_an_agency_id(agency: str, good: bool):
    assert bool(AGENCY_ID.fullmatch(agency)) is good
