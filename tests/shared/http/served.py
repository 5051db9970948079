"""A small aiohttp server on a free port, for one handler, and raw requests to it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from shared.http import problems

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(
    handler: Handler, set_up: Callable[[web.Application], None] = lambda _: None
) -> AsyncIterator[tuple[aiohttp.ClientSession, web.AppRunner]]:
    """A client whose requests to `/` and below reach the handler as they reach the door's."""

    async def endpoint(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Exception as error:
            english = "Accept-Language" in request.headers
            return problems.problem(error, english=english, instance=request.path)

    app = web.Application(client_max_size=0)
    set_up(app)
    app.router.add_route("*", "/{rest:.*}", endpoint)
    runner = web.AppRunner(app, shutdown_timeout=20.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession(f"http://{host}:{port}") as client:
            yield client, runner
    finally:
        await runner.cleanup()


async def raw(runner: web.AppRunner, request: bytes) -> bytes:
    """The first answer to bytes that no client library would send."""
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    try:
        writer.write(request)
        async with asyncio.timeout(10.0):
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = re.findall(rb"(?i)content-length: (\d+)", head)
            return head + await reader.readexactly(int(length))
    finally:
        writer.close()
        await writer.wait_closed()
