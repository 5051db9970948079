"""One `liennganh up` as a process of its own, started again whenever it ends."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from shared.embedded.child import LAUNCHER

AGAIN_SECONDS = 0.3
"""Between an end and the next start, as a service manager would wait."""
STOP_SECONDS = 45.0
"""A graceful stop must be over by then; the product itself allows 20 s for requests to end."""
ASK_SECONDS = 3.0
POLL_SECONDS = 0.1
UP = "from services.cli import main; main()"
TAIL_LINES = 25
"""Of its log, when it does not even start."""


class NeverReady(Exception):
    """A replica did not start; says how it ended and the end of its log."""


@dataclass(eq=False)
class Replica:
    """A process with all services. `keep()` runs it until it is cancelled."""

    number: int
    data: Path
    port: int
    environment: Mapping[str, str]
    log: Path
    http: aiohttp.ClientSession
    starts: int = 0
    ends: list[str] = field(default_factory=list)
    """Ends that nobody had asked for, after it had been ready."""
    wanted: bool = False
    """Whether the next end is one that we caused."""
    was_ready: bool = False
    ever_ready: bool = False
    stillborn: str = ""
    """How a process ended before any of this replica had been ready."""
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Its front door."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Of the running process; None between two."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def keep(self) -> None:
        """Run it, and run it again."""
        while True:
            with self.log.open("ab") as output:
                # The kernel ends it when the campaign itself is killed.
                process = self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-I", "-S", str(LAUNCHER)),
                    *map(str, (os.getpid(), int(signal.SIGKILL), -1, -1)),
                    *(sys.executable, "-c", UP, "up", "--json"),
                    *("--data", str(self.data), "--http", f"127.0.0.1:{self.port}"),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=output,
                    env=self.environment,
                )
            self.starts += 1
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                await self._end(process)
                raise
            if self.was_ready and not self.wanted:
                self.ends.append(f"replica {self.number} ended by itself, exit code {code}")
            if not self.ever_ready:
                self.stillborn = f"ended with exit code {code} before it was ready"
            self.wanted = self.was_ready = False
            await asyncio.sleep(AGAIN_SECONDS)

    async def stop(self) -> int:
        """End it gracefully; the exit code. Raises `TimeoutError` when it takes too long."""
        process = self._process
        if process is None or process.returncode is not None:
            return 0
        self.wanted = True
        self.signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await process.wait()

    def signal(self, number: signal.Signals) -> bool:
        """Whether there was a process to be told."""
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, number)
        return True

    async def ready(self) -> bool:
        """What its own health says."""
        status, _ = await self.ask("/health/ready")
        self.was_ready = self.was_ready or status == 200
        self.ever_ready = self.ever_ready or status == 200
        return status == 200

    async def until_ready(self, seconds: float) -> float:
        """Seconds until it was ready. Raises `NeverReady`, at once when its process ends first."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                while not await self.ready():
                    if self.stillborn:
                        raise self._never_ready(self.stillborn)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            _, said = await self.ask("/health/ready")
            raise self._never_ready(f"was not ready within {seconds:.0f} s: {said}") from None
        return time.monotonic() - begun

    async def ask(self, path: str, token: str = "", **params: str) -> tuple[int, Any]:
        """A reading; status 0 when nobody answered."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        try:
            async with self.http.get(
                self.url + path, params=params, headers=headers, timeout=timeout
            ) as response:
                return response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
            return 0, None

    def _never_ready(self, how: str) -> NeverReady:
        lines = self.log.read_text("utf-8", "replace").splitlines() if self.log.exists() else []
        tail = "\n".join(lines[-TAIL_LINES:])
        return NeverReady(f"replica {self.number} {how}; {self.log.name} ends with:\n{tail}")

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()
