"""What passes between the connection and its users: headers, arrivals, awaited answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog

from shared.bus.faults import PublishUnknown

log = structlog.get_logger(__name__)

HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as it came in."""

    subject: str
    reply: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def status(self) -> str:
        """`503` and the like when the server itself speaks, else empty."""
        return self.headers.get("Status", "")


@dataclass(slots=True)
class Interest:
    """A subscription that outlives connections."""

    subject: str
    queue: str
    arrived: Callable[[Arrival], Awaitable[None]]
    renewed: Callable[[], None] | None = None
    """Called after each new connection: what was asked for on the old one is lost."""
    client: Any = None
    """The connection that carries it now, and what that one calls it."""
    handle: Any = None


@dataclass(slots=True)
class Waiting:
    """A request that was written and whose answer is awaited until `deadline` (loop time)."""

    subject: str
    deadline: float
    future: asyncio.Future[Arrival]
    suspect: Callable[[], None]

    async def answer(self) -> Arrival:
        """The answer. Raises `PublishUnknown` when none came, `Forbidden` when it was refused."""
        try:
            if not self.future.done():
                remaining = self.deadline - asyncio.get_running_loop().time()
                await asyncio.wait({self.future}, timeout=max(0.0, remaining))
            if self.future.done():
                return self.future.result()
        finally:
            self.future.cancel()
        self.suspect()
        raise PublishUnknown(f"no answer on {self.subject}; it may have arrived all the same")


def header_block(headers: Mapping[str, str]) -> bytes:
    """Headers as they are sent (NATS/1.0). Raises `ValueError` when one could not be read back."""
    values = tuple(headers.values())
    block = _template(tuple(headers)) % values
    if block.count("\r") != len(values) + 2 or block.count("\n") != len(values) + 2:
        wrong = next(key for key, value in headers.items() if "\r" in value or "\n" in value)
        raise ValueError(f"not a header: {wrong!r}: {headers[wrong]!r}")
    return block.encode()


@lru_cache(maxsize=256)
def _template(names: tuple[str, ...]) -> str:
    """The block with `%s` in place of each value: a relay sends the same names all day."""
    for name in names:
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"not a header: {name!r}")
    lines = (f"{name.replace('%', '%%')}: %s" for name in names)
    return "\r\n".join(["NATS/1.0", *lines, "", ""])


async def bounded(work: Awaitable[Any], seconds: float) -> None:
    """Wait for a farewell, but neither for ever nor at the price of an exception."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except Exception as error:
        log.info("bus connection was not closed cleanly", error=repr(error))
