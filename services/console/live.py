"""New events for open pages: the API's live stream, passed on with the session's token.

A browser's EventSource cannot send `Authorization`; the cookie that it does send can be exchanged
here. `Last-Event-ID` goes through, so nothing is lost when a connection breaks.
"""

import asyncio
import time

import aiohttp
from aiohttp import web

from services.console import session
from services.console.client import CONNECT_SECONDS_MAX, base_of
from services.console.page import HEADERS
from shared.errors import NotSignedIn
from shared.http.door import Door

SILENCE_SECONDS_MAX = 60.0
"""The API beats every 15 seconds; a stream that is silent for longer is broken."""
LOOK_SECONDS = 2.0
"""So often the stream looks whether its reader is still there."""
PASSED_ON = ("subject", "after")
BEAT = b"event: beat\ndata: 1\n\n"
"""Heartbeats are comments, which scripts cannot see; this one they can."""


async def live(request: web.Request, door: Door) -> web.StreamResponse:
    """The live timeline of a subject, or of everything, as server-sent events."""
    try:
        signed = session.signed_in(request, door)
    except NotSignedIn:
        return web.Response(status=401, headers=HEADERS)
    headers = {"Authorization": f"Bearer {signed.token}"}
    if last := request.headers.get("Last-Event-ID"):
        headers["Last-Event-ID"] = last
    query = {name: request.query[name] for name in PASSED_ON if request.query.get(name)}
    limits = aiohttp.ClientTimeout(
        total=None, sock_connect=CONNECT_SECONDS_MAX, sock_read=SILENCE_SECONDS_MAX
    )
    address = base_of(request) / "v1/timeline/live"
    async with aiohttp.ClientSession(timeout=limits, trust_env=False) as client:
        try:
            upstream = await client.get(address, params=query, headers=headers)
        except (aiohttp.ClientError, TimeoutError):
            return web.Response(status=503, headers=HEADERS)
        async with upstream:
            if upstream.status != 200:
                return web.Response(status=upstream.status, headers=HEADERS)
            left = door.tokens.expiry(signed.token).timestamp() - time.time()
            return await _pass_on(request, upstream, left)


async def _pass_on(
    request: web.Request, upstream: aiohttp.ClientResponse, seconds: float
) -> web.StreamResponse:
    """Until either end goes away or the session ends."""
    response = web.StreamResponse(
        headers={
            **HEADERS,
            "Content-Type": "text/event-stream",
            "X-Accel-Buffering": "no",
        }
    )
    ends = asyncio.get_running_loop().time() + seconds
    try:
        await response.prepare(request)
        await response.write(BEAT)
        while asyncio.get_running_loop().time() < ends and _is_there(request):
            chunk = await _chunk(upstream)
            if chunk == b"":
                break
            beat = chunk is not None and chunk.startswith(b":") and chunk.endswith(b"\n\n")
            if chunk is not None:
                await response.write(chunk + BEAT if beat else chunk)
    except (aiohttp.ClientError, ConnectionResetError):
        pass  # It ends here, and Last-Event-ID brings the browser back if it has not left.
    return response


async def _chunk(upstream: aiohttp.ClientResponse) -> bytes | None:
    """What has come; empty at the end; None when nothing came for a while."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await upstream.content.readany()
    except aiohttp.ServerTimeoutError:
        return b""
    except TimeoutError:
        return None


def _is_there(request: web.Request) -> bool:
    """Whether the browser still listens; its leaving is not told to a handler that waits."""
    return request.transport is not None and not request.transport.is_closing()
