"""The live stream for open pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from tests.console.fake_api import FakeApi
from tests.console.reading import Reader

DEADLINE_SECONDS = 10.0
COMMUNE = "UBND_XA-P34-40-16681"


class Stream:
    """Messages of a stream, one after the other."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self, wanted: str) -> dict[str, str]:
        """The next message of a kind."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                message = await self._message()
                if message.get("event") == wanted:
                    return message

    async def _message(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while line := (await self._response.content.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields


@asynccontextmanager
async def opened(reader: Reader, query: str, **headers: str) -> AsyncIterator[Stream]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with reader.http.get(f"{reader.url}/console/live{query}", headers=named) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream"
        yield Stream(response)


async def test_an_event_reaches_an_open_page(reader: Reader, api: FakeApi) -> None:
    subject = f"task:{api.task('T37')['id']}"
    last = len(api.entries)

    async with opened(reader, f"?subject={subject}&after={last}") as stream:
        await stream.next("beat")
        await api.accept("T37", COMMUNE)
        message = await stream.next("entry")

    entry: dict[str, Any] = json.loads(message["data"])
    assert entry["agency"] == COMMUNE
    assert message["id"] == str(last + 1)


async def test_a_page_that_comes_back_misses_nothing(reader: Reader, api: FakeApi) -> None:
    last = len(api.entries)
    await api.accept("T37", COMMUNE)
    await api.accept("T36", COMMUNE)

    async with opened(reader, "?after=999999", Last_Event_ID=str(last)) as stream:
        first = await stream.next("entry")
        second = await stream.next("entry")

    assert (first["id"], second["id"]) == (str(last + 1), str(last + 2))


async def test_only_the_subject_of_the_page_is_told(reader: Reader, api: FakeApi) -> None:
    subject = f"task:{api.task('T37')['id']}"
    last = len(api.entries)

    async with opened(reader, f"?subject={subject}&after={last}") as stream:
        await stream.next("beat")
        await api.accept("T36", COMMUNE)
        await api.accept("T37", COMMUNE)
        message = await stream.next("entry")

    assert message["id"] == str(last + 2)


async def test_a_stranger_gets_no_stream(stranger: Reader) -> None:
    page = await stranger.get("/console/live")

    assert page.status == 401


async def test_a_refusal_of_the_api_is_passed_on(reader: Reader, api: FakeApi) -> None:
    api.broken = True

    page = await reader.get("/console/live")

    assert page.status == 503


async def test_a_browser_that_leaves_at_once_is_not_told_as_a_fault_of_the_database(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = web.StreamResponse.write

    async def left(answer: web.StreamResponse, data: bytes) -> None:
        if answer.headers.get("Referrer-Policy"):  # The console's, not the API's behind it.
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        await write(answer, data)

    monkeypatch.setattr(web.StreamResponse, "write", left)

    with capture_logs() as told:
        async with reader.http.get(f"{reader.url}/console/live") as answer:
            said = await answer.read()

    assert said == b""
    assert told == []
