import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

import shared.http.sse
from shared.errors import NotFound
from shared.http.sse import Message, end_streams_with, respond
from tests.running import now
from tests.shared.http.served import serving

SOON_SECONDS = 10.0


class Feed:
    """Messages by number, as a timeline would give them; it knows when its readers have gone."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.more = asyncio.Event()
        self.closed = asyncio.Event()
        self.waiting = asyncio.Event()
        self.error: Exception | None = None
        self.wait_seconds = 0.01
        self.until: datetime | None = None

    def add(self, *numbers: int, size: int = 0) -> None:
        self.messages += [
            Message(each, "entry", b'{"n":%d%s}' % (each, b" " * size)) for each in numbers
        ]
        self.more.set()

    async def after(self, last: int) -> AsyncIterator[Message | None]:
        try:
            while True:
                self.more.clear()
                for message in [each for each in self.messages if each.id > last]:
                    last = message.id
                    yield message
                if self.error:
                    raise self.error
                self.waiting.set()
                yield None
                try:
                    async with asyncio.timeout(self.wait_seconds):
                        await self.more.wait()
                except TimeoutError:
                    continue
        finally:
            self.closed.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        last = int(request.headers.get("Last-Event-ID", 0))
        return await respond(request, self.after(last), self.until)


@pytest.fixture
def feed() -> Feed:
    return Feed()


@asynccontextmanager
async def reading(feed: Feed, last: int = 0) -> AsyncIterator[aiohttp.ClientResponse]:
    """A browser that reads the feed after a message."""
    headers = {"Last-Event-ID": str(last)} if last else {}
    async with (
        serving(feed.handle) as (client, _),
        client.get("/", headers=headers) as response,
        asyncio.timeout(SOON_SECONDS),
    ):
        yield response


async def frame(response: aiohttp.ClientResponse) -> str:
    """The next frame: what stands before an empty line."""
    return (await response.content.readuntil(b"\n\n")).decode().removesuffix("\n\n")


async def entries(response: aiohttp.ClientResponse, count: int) -> list[int]:
    """Ids of the next entries."""
    found = []
    while len(found) < count:
        lines = dict(line.partition(": ")[::2] for line in (await frame(response)).splitlines())
        if "id" in lines:
            assert lines["event"] == "entry"
            assert lines["data"] == f'{{"n":{lines["id"]}}}'
            found.append(int(lines["id"]))
    return found


async def test_messages_come_as_the_standard_writes_them(feed: Feed):
    feed.add(1)

    async with reading(feed) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert await frame(response) == "retry: 2000"
        assert await frame(response) == 'id: 1\nevent: entry\ndata: {"n":1}'


async def test_what_comes_later_is_sent_when_it_comes(feed: Feed):
    async with reading(feed) as response:
        await feed.waiting.wait()
        feed.add(1, 2)

        assert await entries(response, 2) == [1, 2]


async def test_a_reader_that_comes_back_loses_and_doubles_nothing(feed: Feed):
    feed.add(*range(1, 6))
    async with reading(feed) as response:
        seen = await entries(response, 3)
    feed.add(6, 7)

    async with reading(feed, last=seen[-1]) as response:
        seen += await entries(response, 4)

    assert seen == [1, 2, 3, 4, 5, 6, 7]


async def test_a_silent_stream_beats(feed: Feed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared.http.sse, "HEARTBEAT_SECONDS", 0.02)

    async with reading(feed) as response:
        assert await frame(response) == "retry: 2000"
        assert [await frame(response) for _ in range(2)] == [": ", ": "]


async def test_a_stream_with_news_beats_no_more_than_it_must(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
):
    async with reading(feed) as response:
        await frame(response)
        for number in range(1, 4):
            feed.add(number)
            assert (await frame(response)).startswith(f"id: {number}\n")


async def test_a_reader_that_goes_is_noticed_without_a_beat_and_the_source_is_closed(
    feed: Feed,
):
    async with serving(feed.handle) as (client, _):
        response = await client.get("/")
        await response.content.readuntil(b"\n\n")

        response.close()

        async with asyncio.timeout(SOON_SECONDS):
            await feed.closed.wait()


async def test_a_reader_that_does_not_keep_up_is_dropped(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.http.sse, "SEND_SECONDS", 0.1)
    feed.add(*range(1, 400), size=100_000)
    async with serving(feed.handle) as (_, runner):
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, runner.addresses[0][:2])
        await loop.sock_sendall(slow, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

        async with asyncio.timeout(SOON_SECONDS):
            await feed.closed.wait()
        slow.close()


@pytest.mark.parametrize(
    "error", [TimeoutError("the database"), ConnectionResetError("the database"), KeyError("slip")]
)
async def test_a_source_that_breaks_ends_the_stream_and_says_so_in_the_log(
    feed: Feed, error: Exception
):
    feed.add(1)
    feed.error = error

    with capture_logs() as logged:
        async with reading(feed) as response:
            everything = await response.content.read()

    assert everything == b'retry: 2000\n\nid: 1\nevent: entry\ndata: {"n":1}\n\n'
    assert [each["event"] for each in logged] == ["stream broke off"]


async def test_a_stream_ends_when_its_token_does(feed: Feed):
    feed.until = now() + timedelta(seconds=0.3)
    feed.add(1)

    async with reading(feed) as response:
        everything = await response.content.read()

    assert everything == b'retry: 2000\n\nid: 1\nevent: entry\ndata: {"n":1}\n\n'
    assert now() >= feed.until
    assert feed.closed.is_set()


async def test_after_the_token_has_ended_nothing_more_is_sent(feed: Feed):
    feed.until = now() - timedelta(seconds=1)
    feed.add(1)

    async with reading(feed) as response:
        assert await response.content.read() == b"retry: 2000\n\n"


async def test_a_source_that_refuses_at_once_is_answered_with_the_problem(feed: Feed):
    feed.error = NotFound("not-found", "Không có.", "There is none.")

    async with reading(feed) as response:
        problem = await response.json(content_type=None)

    assert (response.status, problem["code"]) == (404, "not-found")


async def test_streams_do_not_keep_the_program_from_stopping(feed: Feed):
    async with serving(feed.handle, end_streams_with) as (client, runner):
        response = await client.get("/")
        await response.content.readuntil(b"\n\n")

        async with asyncio.timeout(SOON_SECONDS):  # Half of what the server would wait.
            await runner.cleanup()

    assert feed.closed.is_set()
