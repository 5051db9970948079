"""One server process: started so that it cannot outlive us unseen, waited for, and stopped."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.embedded.account import Account
from shared.embedded.errors import ServerWillNotStop
from shared.embedded.locks import try_lock
from shared.embedded.logfile import LogFile
from shared.embedded.processes import Process, running

EXIT_CANNOT_RUN = 127  # As launch.py, and shells, say it.
LAUNCHER = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.02
# A signal that comes while the launcher's Python begins may be lost in it; a server that has heard
# it does not mind to hear it again.
SIGNAL_AGAIN_SECONDS = 1.0
# How long processes that lost their postmaster may take to notice, before they are told.
ORPHAN_SECONDS = 0.5
ORPHAN_QUIT_SECONDS = 10.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how it is recognised and stopped."""

    name: str
    argv: tuple[str, ...]
    account: Account | None
    lock: Path
    marks: tuple[str, ...]
    """One of them is in the main process's command line and in no other: program and our path."""
    orphan_mark: str | None
    """In the command line of the processes that it forks, when they rename themselves."""
    stop_signals: tuple[tuple[signal.Signals, float], ...]
    """What to send and how many seconds to wait for the end each time; the gentlest first."""
    environment: Mapping[str, str]

    @property
    def uid(self) -> int:
        return os.geteuid() if self.account is None else self.account.uid


class Child:
    """A process that runs a program. Call `start` once."""

    def __init__(self, program: Program, log: LogFile) -> None:
        loop = asyncio.get_running_loop()
        self.program = program
        self.exited: asyncio.Future[int] = loop.create_future()
        """The exit code, negative for a signal."""
        self._started: asyncio.Future[int] = loop.create_future()
        self._loop = loop
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self, lock: int) -> None:
        """Run the program, handing it the descriptor that holds its lock."""
        # The kernel sends the parent-death signal when the *thread* that forked ends, so the child
        # gets a thread that lasts as long as it does, and that waits for it.
        threading.Thread(
            target=self._live, args=(lock,), name=f"{self.program.name}-waiter", daemon=True
        ).start()
        await asyncio.shield(self._started)

    async def stop(self) -> None:
        """Ask it to end, more firmly after each time-out. Raises ServerWillNotStop."""
        await asyncio.wait({self._started})
        for number, seconds in self.program.stop_signals:
            until = self._loop.time() + seconds
            while (left := until - self._loop.time()) > 0:
                if self.exited.done() or self._process is None:
                    return
                self._process.send_signal(number)
                self._process.send_signal(signal.SIGCONT)  # A paused process reads no signals.
                await asyncio.wait({self.exited}, timeout=min(left, SIGNAL_AGAIN_SECONDS))
        if not self.exited.done():
            raise _will_not_stop(self.program, [self.pid])

    def _live(self, lock: int) -> None:
        """The thread: start the process, wait for its end, report both to the event loop."""
        output = -1
        try:
            output = self._log.open()
            self._process = self._launch(lock, output)
        except OSError as error:
            self._report(self._started, error)
            self._report(self.exited, EXIT_CANNOT_RUN)
            return
        finally:
            os.close(lock)
            if output >= 0:
                os.close(output)
        self._report(self._started, self._process.pid)
        self._report(self.exited, self._process.wait())

    def _launch(self, lock: int, output: int) -> subprocess.Popen[bytes]:
        account = self.program.account
        uid, gid = (-1, -1) if account is None else (account.uid, account.gid)
        death_signal = int(self.program.stop_signals[0][0])
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
        who = [os.getpid(), death_signal, uid, gid]
        return subprocess.Popen(
            [*launcher, *map(str, who), *self.program.argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(self.program.environment),
            cwd="/",
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for us; we end the servers in order.
        )

    def _report(self, future: asyncio.Future[int], result: int | OSError) -> None:
        def deliver() -> None:
            if future.done():
                return
            if isinstance(result, OSError):
                future.set_exception(result)
            else:
                future.set_result(result)

        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody is left to be told.
            self._loop.call_soon_threadsafe(deliver)


async def claim(program: Program) -> int:
    """The descriptor that holds the program's lock, free of what an earlier run left behind.

    A main process is stopped as cleanly as our own would be; processes that lost theirs get
    half a second to notice and are then told to quit. Raises ServerWillNotStop.
    """
    if (lock := try_lock(program.lock)) is not None:
        return lock
    left: list[Process] = []
    for number, seconds in program.stop_signals:
        left = await asyncio.to_thread(running, program.uid, program.marks)
        if not left:
            break
        logger.warning("stopping %s of an earlier run: %s", program.name, _pids(left))
        _signal(left, number)
        if (lock := await _wait_for_lock(program.lock, seconds)) is not None:
            return lock
    if (lock := await _wait_for_lock(program.lock, ORPHAN_SECONDS)) is not None:
        return lock
    if not left and program.orphan_mark is not None:
        left = await asyncio.to_thread(running, program.uid, (program.orphan_mark,))
        logger.warning("ending processes that lost their %s: %s", program.name, _pids(left))
        _signal(left, signal.SIGQUIT)
        if (lock := await _wait_for_lock(program.lock, ORPHAN_QUIT_SECONDS)) is not None:
            return lock
    raise _will_not_stop(program, _pids(left))


async def _wait_for_lock(path: Path, seconds: float) -> int | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        lock = try_lock(path)
        if lock is not None or loop.time() > deadline:
            return lock
        await asyncio.sleep(POLL_SECONDS)


def _pids(processes: list[Process]) -> list[int]:
    return [process.pid for process in processes]


def _signal(processes: list[Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process.pid, number)
            os.kill(process.pid, signal.SIGCONT)  # A paused process reads no signals.
        except ProcessLookupError:
            continue  # It ended by itself.


def _will_not_stop(program: Program, pids: Iterable[int | None]) -> ServerWillNotStop:
    which = ", ".join(map(str, pids)) or f"? (fuser {program.lock})"
    return ServerWillNotStop(
        f"{program.name} không chịu dừng, tiến trình {which}; hãy dừng nó (kill -QUIT) rồi khởi "
        "động lại. Đừng dùng kill -9 với PostgreSQL.",
        f"{program.name} does not stop, process {which}; end it (kill -QUIT), then start again. "
        "Never use kill -9 on PostgreSQL.",
    )
