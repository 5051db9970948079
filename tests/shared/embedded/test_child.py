"""One process, from its start to its end."""

import os
import signal
import sys
from pathlib import Path

from shared.embedded.child import Child, Program
from shared.embedded.locks import try_lock
from shared.embedded.logfile import LogFile
from tests.shared.embedded.watching import eventually

DEAF_ONCE = """
import signal, sys
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
print("ready", flush=True)
while len(heard) < 2:
    signal.pause()
sys.exit(3)
"""


async def test_a_signal_that_was_lost_is_sent_again(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    program = Program(
        name="deaf",
        argv=(sys.executable, "-c", DEAF_ONCE),
        account=None,
        lock=tmp_path / "lock",
        marks=(),
        orphan_mark=None,
        stop_signals=((signal.SIGINT, 60.0), (signal.SIGKILL, 5.0)),
        environment=os.environ,
    )
    child = Child(program, log)
    lock = try_lock(program.lock)
    assert lock is not None
    await child.start(lock)
    await eventually(lambda: "ready" in (tmp_path / "log").read_text())

    await child.stop()

    assert child.exited.result() == 3  # Not killed.
