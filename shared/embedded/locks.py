"""Whole-file locks (flock): one supervisor for each folder, one server for each of its jobs.

A server inherits the descriptor that holds its lock, and so do all processes that it forks. The
lock is therefore taken exactly as long as one of them lives, whoever started it and whatever
happened to the supervisor: no reused process id can mislead us, and no start can be overlooked.
"""

import os
from pathlib import Path


def try_lock(path: Path) -> int | None:
    """The descriptor that holds the lock of `path`, or None when somebody else holds it."""
    import fcntl

    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def write_holder(descriptor: int) -> None:
    """Note our process id in the locked file, for the message that the next one will give."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def read_holder(path: Path) -> str:
    """The process id that the holder noted, or "?"."""
    return path.read_text("ascii").strip() or "?"
