"""A nats-server of the test's own, which may be stopped, killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

BINARY = Path(sys.executable).with_name("nats-server")
DEADLINE_SECONDS = 10.0
numbers = count(1)


class NatsProcess:
    """One server on a free loopback port, its JetStream below `folder`."""

    def __init__(self, folder: Path, further: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self.log = folder / "log"
        self._configuration = folder / "nats.conf"
        self._configuration.write_text(
            f'listen: "127.0.0.1:{self.port}"\n'
            f'jetstream {{ store_dir: "{folder}" }}\n'
            f'log_file: "{self.log}"\n{further}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        await asyncio.to_thread(self._spawn)
        await until(self._greets)

    def _spawn(self) -> None:
        self._process = subprocess.Popen([BINARY, "-c", self._configuration])

    def pause(self) -> None:
        """Keep its connections open and answer nothing, until `resume`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """What a power cut of the machine's process table looks like: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def restart(self) -> None:
        self.kill()
        await self.start()

    async def _greets(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        greeted = (await reader.readline()).startswith(b"INFO")
        writer.close()
        await writer.wait_closed()
        return greeted


@asynccontextmanager
async def nats_server(folder: Path, further: str = "") -> AsyncIterator[NatsProcess]:
    server = NatsProcess(folder, further)
    await server.start()
    try:
        yield server
    finally:
        server.kill()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when the condition holds; fail when it does not in time."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - another process has no event for us.
            await asyncio.sleep(0.02)


def fresh(word: str) -> str:
    """A name that no other test uses."""
    return f"{word}{next(numbers)}"
