"""A TCP proxy that can be slow, silent, deaf in one direction, or break lines off."""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Literal

CHUNK_BYTES = 65_536
GONE_SECONDS = 12.0
"""How long the far end of a line that was forgotten on the way believes that it is still there."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Direction = Literal["there", "back"]
"""To the server, or from it."""


@dataclass(eq=False)
class _Line:
    """One connection through the proxy."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    forgotten: bool = False
    """Nothing is carried any more and neither end is told: half-open."""
    left_bytes: int | None = None
    """How many bytes from the server still arrive before the line breaks off."""

    def reset(self) -> None:
        """Break off at once, without the rest of what was written (RST)."""
        for end in (self.near, self.far):
            plug = end.transport.get_extra_info("socket")
            if plug is not None:
                with suppress(OSError):
                    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            end.transport.abort()


@dataclass(eq=False)
class FaultProxy:
    """Listens on a port of its own and carries to `port`. Use as an asynchronous context."""

    host: str
    port: int
    listening: int = 0
    """The proxy's own port."""
    delay_seconds: tuple[float, float] = (0.0, 0.0)
    """Each chunk waits for something between the two."""
    refuses: bool = False
    """Whether new connections are broken off at once."""
    taken: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the fault that lies on this line."""
    broken: int = 0
    """Lines that were broken off or forgotten so far."""
    _lines: set[_Line] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _random: Random = field(default_factory=lambda: Random(138))

    def __post_init__(self) -> None:
        self._open: dict[Direction, asyncio.Event] = {
            "there": asyncio.Event(),
            "back": asyncio.Event(),
        }
        for each in self._open.values():
            each.set()

    async def __aenter__(self) -> "FaultProxy":
        self._server = await asyncio.start_server(self._accept, self.host, self.listening)
        self.listening = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for each in [*self._lines]:
            each.reset()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def silence(self, *directions: Direction) -> None:
        """Bytes wait on the way until `heal`, as in a partition that TCP survives."""
        for each in directions:
            self._open[each].clear()

    def forget(self) -> None:
        """Every line becomes half-open: no byte, no end, no reset comes through any more."""
        for line in self._lines:
            line.forgotten = True
        self.broken += len(self._lines)

    def reset(self) -> None:
        """Break every line off."""
        self.broken += len(self._lines)
        for line in [*self._lines]:
            line.reset()

    def cut_after(self, bytes_left: int) -> None:
        """Break every line off after so many more bytes from the server, in mid-message."""
        for line in self._lines:
            line.left_bytes = bytes_left

    def heal(self) -> None:
        """Carry everything again; what is broken off or forgotten stays so."""
        self.delay_seconds = (0.0, 0.0)
        self.refuses = False
        for each in self._open.values():
            each.set()
        for line in self._lines:
            line.left_bytes = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if self.refuses:
            near.transport.abort()
            return
        try:
            back, far = await asyncio.open_connection(self.host, self.port)
        except OSError:
            near.transport.abort()
            return
        line = _Line(near, far)
        self._lines.add(line)
        pumps = {
            asyncio.create_task(self._pump(line, reader, far, "there")),
            asyncio.create_task(self._pump(line, back, near, "back")),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if line.forgotten:  # Whoever gives up first, the other is not told, or only much later.
                await asyncio.wait(pumps, timeout=GONE_SECONDS)
        finally:
            self._lines.discard(line)
            for end in (near, far):
                end.transport.abort() if line.forgotten else end.close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self,
        line: _Line,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        direction: Direction,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                least, most = self.delay_seconds
                if most:
                    await asyncio.sleep(self._random.uniform(least, most))
                await self._open[direction].wait()
                if line.forgotten:
                    continue
                if direction == "back" and line.left_bytes is not None:
                    data, line.left_bytes = data[: line.left_bytes], line.left_bytes - len(data)
                writer.write(data)
                await writer.drain()
                if direction == "back" and line.left_bytes is not None and line.left_bytes <= 0:
                    self.broken += 1
                    line.reset()
                    return
