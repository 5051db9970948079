"""Keeps one server running: starts it, waits until it answers, restarts it when it dies."""

import asyncio
import enum
import logging
import os
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shared.embedded.child import POLL_SECONDS, Child, Program, claim
from shared.embedded.errors import EmbeddedServerError, ServerDidNotStart, ServerKeepsCrashing
from shared.embedded.logfile import LogFile

READY_SECONDS = 60.0
START_TRIES = 3
BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_MAX_SECONDS = 5.0
STRANGER_SECONDS = 1.0
MINUTE_SECONDS = 60.0
RESTARTS_PER_MINUTE = 10
LOG_CHECK_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Answer(enum.Enum):
    """What a server that was asked for a sign of life says."""

    READY = enum.auto()
    RECOVERING = enum.auto()  # It lives and repairs itself; however long that takes, wait.
    SILENT = enum.auto()


class Server(Protocol):
    """A server that can be supervised."""

    name: str
    log: LogFile

    def program(self) -> Program:
        """What to run, and how what an earlier run left is recognised."""

    def choose_ports(self) -> None:
        """Take the ports of the last start if they are free. Blocks."""

    def ports_are_free(self) -> bool:
        """Whether somebody could listen on the chosen ports now. Blocks."""

    async def prepare(self, lock: int) -> None:
        """Make what the program needs; the descriptor `lock` holds its lock and stays ours."""

    async def ask(self) -> Answer:
        """Ask once for a sign of life."""


@dataclass(frozen=True, slots=True)
class ServerExit:
    """A server ended that should not have ended."""

    server: str
    exit_code: int
    """Negative: killed by the signal of that number."""
    restart_in_seconds: float | None
    """None: it is not restarted any more."""
    log_tail: tuple[str, ...]

    def __str__(self) -> str:
        killed = self.exit_code < 0
        end = signal.Signals(-self.exit_code).name if killed else f"exit code {self.exit_code}"
        wait = self.restart_in_seconds
        plan = "stays down" if wait is None else f"is started again in {wait:.1f} s"
        return f"{self.server} ended by {end} and {plan}"


class Supervisor:
    """Owns one server between `start` and `stop`."""

    def __init__(
        self,
        server: Server,
        on_exit: Callable[[ServerExit], None] | None,
        restarts_per_minute: int = RESTARTS_PER_MINUTE,
    ) -> None:
        self._server = server
        self._on_exit = on_exit
        self._restarts_per_minute = restarts_per_minute
        self._child: Child | None = None
        self._crashes: deque[float] = deque()
        self.restarts = 0
        self.watch: asyncio.Task[None] | None = None
        """Ends only by an error: the server is down and stays down."""

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return None if self._child is None else self._child.pid

    async def start(self) -> None:
        """Return when the server answers. Raises EmbeddedServerError."""
        for tries_left in reversed(range(START_TRIES)):
            try:
                await self._run(choose_ports=True)
            except ServerDidNotStart:
                # Another program may have taken the port between our look and the server's.
                if not tries_left or await asyncio.to_thread(self._server.ports_are_free):
                    raise
            else:
                self.watch = asyncio.create_task(self._keep_running(), name=self._server.name)
                return

    async def stop(self) -> None:
        """End the server cleanly. Raises ServerWillNotStop."""
        if self.watch is not None:
            self.watch.cancel()
            await asyncio.wait({self.watch})
        if self._child is not None:
            await self._child.stop()

    async def _run(self, *, choose_ports: bool) -> None:
        lock = await claim(self._server.program())
        try:
            if choose_ports:
                await asyncio.to_thread(self._server.choose_ports)
            await self._server.prepare(lock)
            self._child = child = Child(self._server.program(), self._server.log)
        except BaseException:
            os.close(lock)
            raise
        try:
            await child.start(lock)
        except OSError as error:
            raise self._did_not_start(str(error)) from error
        await self._until_ready(child)

    async def _until_ready(self, child: Child) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + READY_SECONDS
        while (answer := await self._ask(child)) is not Answer.READY:
            if child.exited.done():
                raise self._did_not_start(f"exit code {child.exited.result()}")
            if answer is Answer.RECOVERING:
                deadline = loop.time() + READY_SECONDS
                logger.debug("%s repairs its data", self._server.name)
            elif loop.time() > deadline:
                await child.stop()
                raise self._did_not_start(f"> {READY_SECONDS:.0f} s")
            await asyncio.wait({child.exited}, timeout=POLL_SECONDS)

    async def _ask(self, child: Child) -> Answer:
        try:
            return await self._server.ask()
        except EmbeddedServerError:
            # Somebody else may answer at our port; then our own server is about to give up.
            await asyncio.wait({child.exited}, timeout=STRANGER_SECONDS)
            if child.exited.done():
                return Answer.SILENT
            await child.stop()
            raise

    async def _keep_running(self) -> None:
        while self._child is not None:
            done, _ = await asyncio.wait({self._child.exited}, timeout=LOG_CHECK_SECONDS)
            if done:
                await self._restart(self._child.exited.result())
            else:
                await asyncio.to_thread(self._server.log.rotate)

    async def _restart(self, exit_code: int) -> None:
        while True:
            await asyncio.sleep(self._note_exit(exit_code))
            try:
                await self._run(choose_ports=False)
            except ServerDidNotStart:
                logger.exception("%s could not be restarted", self._server.name)
                if self._child is not None:
                    exit_code = await self._child.exited
            else:
                self.restarts += 1
                logger.warning("%s runs again", self._server.name)
                return

    def _note_exit(self, exit_code: int) -> float:
        """Tell the owner; the seconds to wait before the restart. Raises ServerKeepsCrashing."""
        now = asyncio.get_running_loop().time()
        while self._crashes and self._crashes[0] < now - MINUTE_SECONDS:
            self._crashes.popleft()
        self._crashes.append(now)
        wait = BACKOFF_FIRST_SECONDS * 2.0 ** (len(self._crashes) - 1)
        delay = min(wait, BACKOFF_MAX_SECONDS)
        give_up = len(self._crashes) > self._restarts_per_minute
        tail = self._server.log.tail()
        report = ServerExit(self._server.name, exit_code, None if give_up else delay, tail)
        logger.error("%s", report)
        if self._on_exit is not None:
            self._on_exit(report)
        if give_up:
            raise self._keeps_crashing(report)
        return delay

    def _did_not_start(self, why: str) -> ServerDidNotStart:
        name, path = self._server.name, self._server.log.path
        return ServerDidNotStart(
            f"{name} không khởi động được ({why}). Xem các dòng cuối của {path} dưới đây, sửa "
            "nguyên nhân rồi khởi động lại.",
            f"{name} did not start ({why}). Read the last lines of {path} below, mend the cause "
            "and start again.",
            log_tail=self._server.log.tail(),
        )

    def _keeps_crashing(self, report: ServerExit) -> ServerKeepsCrashing:
        name, path = self._server.name, self._server.log.path
        return ServerKeepsCrashing(
            f"{name} dừng {len(self._crashes)} lần trong một phút và không được khởi động lại nữa. "
            f"Xem các dòng cuối của {path} dưới đây (thường là hết chỗ trên ổ đĩa hoặc hết bộ "
            "nhớ), sửa nguyên nhân rồi khởi động lại.",
            f"{name} ended {len(self._crashes)} times within a minute and is not restarted any "
            f"more. Read the last lines of {path} below (often a full disk or too little memory), "
            "mend the cause and start again.",
            log_tail=report.log_tail,
        )
