import asyncio

import pytest

import shared.bus.bus
import shared.bus.connection
from shared.bus import (
    Bus,
    NoStream,
    PublishUnknown,
    Request,
    RequestFailed,
    TooLarge,
    Unavailable,
    WrongLast,
)
from shared.errors import Broken, NotAllowed
from tests.shared.nats_fixture import NatsProcess, fresh, until


@pytest.fixture
async def stream(bus: Bus) -> str:
    name = fresh("S")
    await bus.ensure_stream(name, [f"{name}.>"])
    return name


async def answers(bus: Bus) -> bool:
    try:
        await bus.flush()
    except Unavailable:
        return False
    return bus.healthy


async def test_a_stream_is_made_once_and_left_alone_afterwards(bus: Bus, stream: str):
    await bus.publish(f"{stream}.a", b"kept")

    await bus.ensure_stream(stream, [f"{stream}.>"])

    assert (await bus.tail(stream)).sequence == 1


async def test_a_stream_lets_nobody_delete_or_purge(bus: Bus, stream: str):
    await bus.publish(f"{stream}.a", b"kept")

    with pytest.raises(Broken, match="purge not permitted"):
        await bus._api(f"STREAM.PURGE.{stream}", {})
    with pytest.raises(Broken, match="delete not permitted"):
        await bus._api(f"STREAM.MSG.DELETE.{stream}", {"seq": 1})


async def test_a_stream_that_would_forget_is_refused_with_the_remedy(bus: Bus):
    name = fresh("S")
    await bus._api(
        f"STREAM.CREATE.{name}",
        {"name": name, "subjects": [f"{name}.>"], "storage": "memory", "max_age": 10**9},
    )

    with pytest.raises(Broken, match=r"storage is 'memory'.*max_age is 1000000000.*nats stream"):
        await bus.ensure_stream(name, [f"{name}.>"])


async def test_limits_that_lose_nothing_are_brought_in_line(bus: Bus, stream: str):
    await bus.ensure_stream(stream, [f"{stream}.>"], max_msg_size=1000, duplicate_window_seconds=30)

    config = (await bus._api(f"STREAM.INFO.{stream}", {}))["config"]
    assert (config["max_msg_size"], config["duplicate_window"]) == (1000, 30 * 10**9)
    with pytest.raises(TooLarge, match="max_msg_size"):
        await bus.publish(f"{stream}.a", bytes(1001))


async def test_a_repetition_is_stored_once(bus: Bus, stream: str):
    first = await bus.publish(f"{stream}.a", b"1", {"Nats-Msg-Id": "one"})

    again = await bus.publish(f"{stream}.a", b"1", {"Nats-Msg-Id": "one"})

    assert (first.sequence, first.duplicate) == (1, False)
    assert (again.sequence, again.duplicate) == (1, True)


async def test_an_expectation_that_does_not_hold_stores_nothing(bus: Bus, stream: str):
    await bus.publish(f"{stream}.a", b"1", {"Nats-Msg-Id": "one"})

    with pytest.raises(WrongLast, match="one"):
        await bus.publish(
            f"{stream}.a", b"2", {"Nats-Msg-Id": "two", "Nats-Expected-Last-Msg-Id": "zero"}
        )

    assert await bus.last_message_id(stream) == "one"


async def test_the_last_message_is_told_from_none_and_from_one_without_id(bus: Bus, stream: str):
    empty = await bus.last_message_id(stream)
    await bus.publish(f"{stream}.a", b"1")
    anonymous = await bus.last_message_id(stream)

    assert (empty, anonymous) == (None, "")


async def test_headers_count_against_the_limit_before_anything_is_sent(bus: Bus, stream: str):
    connection = bus.generation
    body = bytes(1024 * 1024 - 100)

    with pytest.raises(TooLarge, match="with headers"):
        await bus.publish(f"{stream}.a", body, {"Long": "x" * 200})

    assert await bus.last_message_id(stream) is None
    assert bus.generation == connection


async def test_neither_a_header_nor_a_subject_can_smuggle_a_line(bus: Bus, stream: str):
    for headers in ({"Fine": "x\r\nNats-Rollup: all"}, {"Not fine:": "x"}, {"": "x"}):
        with pytest.raises(ValueError, match="not a header"):
            await bus.publish(f"{stream}.a", b"", headers)
    for subject in (f"{stream}.a 0\r\n\r\nPUB {stream}.b", "", f"{stream}.a b"):
        with pytest.raises(ValueError, match="not a subject"):
            await bus.publish(subject, b"")

    assert await bus.last_message_id(stream) is None


async def test_headers_arrive_as_they_were_sent(bus: Bus, stream: str):
    sent = {"Nats-Msg-Id": "one", "ce-subject": "hồ sơ: số 7", "Empty": ""}
    await bus.publish(f"{stream}.a", b"", sent)
    await bus.ensure_consumer(stream, "reader")

    [message] = await bus.consumer(stream, "reader").fetch(1, 2.0)

    assert message.headers == sent


async def test_publishing_where_no_stream_listens_is_said(bus: Bus):
    with pytest.raises(NoStream, match="migrate"):
        await bus.publish(fresh("nowhere"), b"1")


async def test_many_messages_under_way_are_stored_in_order(bus: Bus, stream: str):
    under_way = [
        await bus.begin(f"{stream}.a", b"x", {"Nats-Msg-Id": str(number)}) for number in range(500)
    ]

    sequences = [(await publication.result()).sequence for publication in under_way]

    assert sequences == list(range(1, 501))


async def test_a_publish_without_answer_is_unknown_and_may_arrive_later(
    own_server: NatsProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.bus.bus, "PUBLISH_SECONDS", 0.2)
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        own_server.pause()

        with pytest.raises(PublishUnknown):
            await bus.publish("s.a", b"1", {"Nats-Msg-Id": "one"})

        own_server.resume()

        async def arrived() -> bool:
            return await bus.last_message_id("S") == "one"

        await until(arrived)


async def test_who_waits_is_told_at_once_when_the_server_dies(own_server: NatsProcess):
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        own_server.pause()
        under_way = await bus.begin("s.a", b"1")
        begun = asyncio.get_running_loop().time()

        own_server.kill()
        with pytest.raises(PublishUnknown, match="connection lost"):
            await under_way.result()

        assert asyncio.get_running_loop().time() - begun < shared.bus.bus.PUBLISH_SECONDS / 2
        assert not bus.healthy
        with pytest.raises(Unavailable, match="not connected"):
            await bus.publish("s.a", b"2")


async def test_after_a_restart_everything_goes_on_by_itself(own_server: NatsProcess):
    async def echo(request: Request) -> bytes:
        return request.body

    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        await bus.serve("echo", echo)
        before = bus.generation

        await own_server.restart()

        async def connected_anew() -> bool:
            return bus.generation > before and await answers(bus)

        await until(connected_anew)
        assert (await bus.publish("s.a", b"1")).sequence == 1
        assert await bus.request("echo", b"hello", 2.0) == b"hello"


async def test_a_connection_whose_reader_died_is_replaced(
    server: NatsProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.bus.connection, "PING_TIMEOUT_SECONDS", 0.2)
    async with Bus.connect(server.url, name="test") as bus:
        client = bus._connection._client
        assert client is not None and client._reading_task is not None
        client._reading_task.cancel()
        assert client.is_connected

        with pytest.raises(Unavailable):
            await bus.request(fresh("nobody"), b"", 0.1)

        async def replaced() -> bool:
            return bus._connection._client is not client and await answers(bus)

        await until(replaced)


async def test_a_cancelled_publish_is_cancelled_and_harms_nobody(own_server: NatsProcess):
    async with Bus.connect(own_server.url, name="test") as bus:
        await bus.ensure_stream("S", ["s.>"])
        own_server.pause()
        publishing = asyncio.create_task(bus.publish("s.a", b"1"))
        done, _ = await asyncio.wait({publishing}, timeout=0.1)
        assert not done

        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing

        own_server.resume()
        assert (await bus.publish("s.a", b"2")).sequence == 2
        assert not bus._connection._waiting


async def test_without_a_server_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared.bus.connection, "CONNECT_SECONDS", 0.1)

    with pytest.raises(Unavailable, match="LIENNGANH_NATS_URL"):
        async with Bus.connect("nats://127.0.0.1:1", name="test"):
            pytest.fail("there is no server")


async def test_a_request_is_answered_by_one_of_a_group(server: NatsProcess, bus: Bus):
    served: list[str] = []

    async def handler(request: Request) -> bytes:
        served.append(request.subject)
        return request.body.upper()

    subject = fresh("ask")
    async with Bus.connect(server.url, name="second") as second:
        for member in (bus, second):
            await member.serve(subject, handler, queue="group")
            await member.flush()

        assert await bus.request(subject, b"hello", 2.0) == b"HELLO"
        assert served == [subject]


async def test_what_a_handler_raises_reaches_the_one_who_asked(bus: Bus):
    async def handler(request: Request) -> bytes:
        if request.body == b"refuse":
            raise NotAllowed("no", "không được", "not allowed")
        raise RuntimeError("secret detail")

    subject = fresh("ask")
    await bus.serve(subject, handler)

    with pytest.raises(RequestFailed, match="không được") as refused:
        await bus.request(subject, b"refuse", 10.0)
    with pytest.raises(RequestFailed, match="internal error") as failed:
        await bus.request(subject, b"break", 10.0)

    assert (refused.value.status, failed.value.status) == (403, 500)
    assert bus.healthy


async def test_a_request_that_nobody_serves_is_unavailable(bus: Bus):
    with pytest.raises(Unavailable, match="nobody answers"):
        await bus.request(fresh("nobody"), b"", 2.0)


async def test_an_answer_never_goes_to_a_subject_that_is_no_inbox(bus: Bus, stream: str):
    async def handler(request: Request) -> bytes:
        return b"answer"

    subject = fresh("ask")
    await bus.serve(subject, handler)

    await bus._connection.write(subject, b"", reply=f"{stream}.forged")
    await bus.request(subject, b"", 2.0)

    assert await bus.last_message_id(stream) is None
