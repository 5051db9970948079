"""Server-sent events (WHATWG HTML §9.2): `Last-Event-ID` = position, so a reader resumes."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2_000
SEND_SECONDS = 20.0
"""A reader that takes longer to accept one message is dropped; it resumes by position."""

CLOSING = web.AppKey("closing", asyncio.Event)
log = structlog.get_logger()


class ReaderGone(Exception):
    """The reader went or cannot keep up; `Last-Event-ID` brings it back without a gap."""


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


END = Message(-1, "end", b"")
"""What stands for a message when there are no more; it is never sent."""


async def respond(
    request: web.Request,
    messages: AsyncIterator[Message | None],
    until: datetime | None = None,
) -> web.Response:
    """Send messages until the reader goes, or its token ends: nothing is sent from `until` on.

    `None` from the iterator means: nothing new, beat. What it raises before its first item is
    raised here, before the answer has begun.
    """
    ends = None if until is None else until.timestamp() - time.time() + time.monotonic()
    message = await anext(messages, END)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    closing = request.app.get(CLOSING)
    try:
        await response.prepare(request)
        await _send(response, b"retry: %d\n\n" % RETRY_MILLISECONDS)
        last = time.monotonic()
        while message is not END:
            now = time.monotonic()
            if request.transport is None or (closing is not None and closing.is_set()):
                break  # The reader has hung up, or we are about to.
            if ends is not None and now >= ends:
                break  # It comes back with a fresh token and loses nothing.
            if message is not None or now - last >= HEARTBEAT_SECONDS:
                await _send(response, message.frame() if message else b": \n\n")
                last = now
            message = await anext(messages, END)
    except ReaderGone:
        log.debug("reader gone", path=request.path)
    except Exception:  # The answer has begun: a problem document would only garble it.
        log.exception("stream broke off", path=request.path)
    finally:
        if isinstance(messages, AsyncGenerator):
            await messages.aclose()
    return response  # type: ignore[return-value]


def end_streams_with(app: web.Application) -> None:
    """Streams end when the program stops, instead of keeping it waiting for their readers."""
    closing = app[CLOSING] = asyncio.Event()

    async def close(_: web.Application) -> None:
        closing.set()

    app.on_shutdown.append(close)


async def _send(response: web.StreamResponse, frame: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await response.write(frame)
    except (ConnectionResetError, TimeoutError) as error:
        raise ReaderGone from error
