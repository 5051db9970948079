"""The fault proxy does what it says to the lines that it carries."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.proxy import FaultProxy
from tests.running import until

HOST = "127.0.0.1"
SOON_SECONDS = 10.0


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    """Before a server that says back what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1_000):
                writer.write(data)
        except OSError:
            pass  # The line was broken off, which is what the test wants.
        finally:
            writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    async with FaultProxy(HOST, server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


class Client:
    """A line through the proxy; what came back and whether it ended."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.got = b""
        self.ended = asyncio.Event()
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(1_000):
                self.got += data
        except OSError:
            pass
        self.ended.set()

    async def until_got(self, wanted: bytes) -> None:
        async def got() -> bool:
            return self.got == wanted

        await until(got, SOON_SECONDS)

    async def close(self) -> None:
        self.writer.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


@pytest.fixture
async def client(proxy: FaultProxy) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection(HOST, proxy.listening))
    client.writer.write(b"a")
    await client.until_got(b"a")
    yield client
    await client.close()


async def test_a_silent_line_says_everything_once_it_is_healed(proxy: FaultProxy, client: Client):
    proxy.silence("back")
    client.writer.write(b"b")
    await asyncio.sleep(0)
    before = client.got

    proxy.heal()

    await client.until_got(b"ab")
    assert before == b"a"


async def test_a_line_that_is_reset_ends_at_once(proxy: FaultProxy, client: Client):
    proxy.reset()

    async with asyncio.timeout(SOON_SECONDS):
        await client.ended.wait()
    assert proxy.broken == 1


async def test_a_line_is_cut_after_so_many_bytes(proxy: FaultProxy, client: Client):
    proxy.cut_after(2)

    client.writer.write(b"bcdef")

    async with asyncio.timeout(SOON_SECONDS):
        await client.ended.wait()
    assert client.got in (b"a", b"abc")  # A reset may overtake what was written before it.


async def test_a_forgotten_line_is_silent_for_ever_and_new_ones_are_not(
    proxy: FaultProxy, client: Client
):
    proxy.forget()
    client.writer.write(b"b")
    proxy.heal()

    fresh = Client(*await asyncio.open_connection(HOST, proxy.listening))
    fresh.writer.write(b"c")
    await fresh.until_got(b"c")
    await fresh.close()

    assert client.got == b"a"
    assert not client.ended.is_set()


async def test_a_line_that_is_refused_ends_before_it_begins(proxy: FaultProxy):
    proxy.refuses = True

    client = Client(*await asyncio.open_connection(HOST, proxy.listening))

    async with asyncio.timeout(SOON_SECONDS):
        await client.ended.wait()
    await client.close()
