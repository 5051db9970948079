"""The step between our process and the server's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.embedded import launch

SHOW = 'umask; id -u; id -G; trap; kill -PIPE $$; echo "still there"'


def start(uid: int, *program: str) -> "subprocess.CompletedProcess[str]":
    """Launch a program from a process that ignores SIGPIPE, as every Python does."""
    words = (os.getpid(), int(signal.SIGTERM), uid, uid, *program)
    command = [sys.executable, "-I", "-S", launch.__file__, *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, restore_signals=False
    )


def test_the_program_gets_private_files_and_the_usual_signals() -> None:
    done = start(-1, "/bin/sh", "-c", SHOW)

    assert done.stdout.splitlines()[:2] == ["0077", str(os.getuid())]
    assert done.returncode == -signal.SIGPIPE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give its rights away")
def test_root_keeps_neither_its_user_nor_its_groups() -> None:
    done = start(54321, "/bin/sh", "-c", SHOW)

    assert done.stdout.splitlines()[1:3] == ["54321", "54321"]


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    done = start(-1, str(tmp_path / "absent"))

    assert done.returncode == launch.EXIT_CANNOT_RUN
    assert str(tmp_path / "absent") in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_a_program_whose_parent_has_died_meanwhile_is_not_run(tmp_path: Path) -> None:
    gone = 1 if os.getpid() != 1 else 2
    words = (gone, int(signal.SIGTERM), -1, -1, "/bin/sh", "-c", f"touch {tmp_path}/ran")

    done = subprocess.run(
        [sys.executable, "-I", "-S", launch.__file__, *map(str, words)], check=False
    )

    assert done.returncode == launch.EXIT_CANNOT_RUN
    assert list(tmp_path.iterdir()) == []
