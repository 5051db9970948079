"""Server-sent events (WHATWG HTML §9.2): `Last-Event-ID` = position, so a reader resumes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000
SEND_SECONDS = 20.0
"""A reader that takes longer to accept one message is dropped; it resumes by position."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `id` is what the reader resumes after."""

    id: int
    event: str
    data: bytes
    """JSON on one line."""

    def frame(self) -> bytes:
        """The bytes on the wire."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.id, self.event.encode(), self.data)


async def respond(request: web.Request, messages: AsyncIterator[Message | None]) -> web.Response:
    """Send messages until the reader goes. `None` from the iterator means: nothing new, beat."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    await response.prepare(request)
    await response.write(b"retry: %d\n\n" % RETRY_MILLISECONDS)
    last = asyncio.get_running_loop().time()
    try:
        async for message in messages:
            now = asyncio.get_running_loop().time()
            if message is None and now - last < HEARTBEAT_SECONDS:
                continue
            async with asyncio.timeout(SEND_SECONDS):
                await response.write(message.frame() if message else b": \n\n")
            last = now
    except (ConnectionResetError, TimeoutError):
        pass  # The reader went or cannot keep up; Last-Event-ID brings it back without a gap.
    return response  # type: ignore[return-value]
