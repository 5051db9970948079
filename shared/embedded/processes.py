"""The processes of this machine, found by account and command line."""

import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
PS_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Process:
    """A running process; `command` is its command line, its words joined by one blank."""

    pid: int
    uid: int
    command: str


def running(uid: int, marks: Collection[str]) -> list[Process]:
    """The processes of that account whose command line has one of `marks` in it.

    Blocks for some milliseconds. Needs no right over them: command lines are public.
    """
    listed = _from_proc() if (PROC / "self" / "cmdline").exists() else _from_ps()
    return [
        process
        for process in listed
        if process.uid == uid and any(mark in process.command for mark in marks)
    ]


def _from_proc() -> list[Process]:
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            uid = folder.stat().st_uid
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        command = b" ".join(words).decode("utf-8", "surrogateescape")
        found.append(Process(int(folder.name), uid, command))
    return found


def _from_ps() -> list[Process]:
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,uid=,command="],
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=PS_SECONDS,
        check=True,
    )
    found = []
    for line in listing.stdout.splitlines():
        pid, uid, command = line.split(maxsplit=2)
        found.append(Process(int(pid), int(uid) % 2**32, command))
    return found
