"""Becomes a server: run as a script in the new process, drops root, follows its parent, execs.

    launch.py PARENT_PID DEATH_SIGNAL UID GID PROGRAM [ARGUMENT ...]      (UID -1: stay who we are)

A script of its own, because the parent-death signal is forgotten when the user changes, so it has
to be set after that and before exec; doing that in the fork of a threaded parent can deadlock.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
EXIT_CANNOT_RUN = 127
PRIVATE_UMASK = 0o077
RESET_SIGNALS = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGPIPE", "SIGTERM")


def drop_root(uid: int, gid: int) -> None:
    """Become `uid` for good, without any supplementary group."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def follow_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel to send us `death_signal` when the parent dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        raise SystemExit(EXIT_CANNOT_RUN)  # The parent died before the request was made.


def main(arguments: list[str]) -> None:
    """Turn this process into the program named by `arguments`."""
    parent, death_signal, uid, gid = map(int, arguments[:4])
    program = arguments[4:]
    try:
        # A shell may have started us with signals ignored, and exec hands that on.
        for name in RESET_SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.umask(PRIVATE_UMASK)
        if uid >= 0:
            drop_root(uid, gid)
        follow_parent(parent, death_signal)
        os.execv(program[0], program)
    except OSError as error:
        sys.stderr.write(f"cannot run {program[0]}: {error}\n")
        raise SystemExit(EXIT_CANNOT_RUN) from error


if __name__ == "__main__":
    main(sys.argv[1:])
