"""The log file of one server: it writes, we keep the file small and read its end."""

import os
import shutil
from pathlib import Path

LOG_BYTES_MAX = 8 * 1024 * 1024
OLD_LOGS_KEPT = 3
TAIL_BYTES = 16 * 1024
TAIL_LINES = 20


class LogFile:
    """A file that a child process appends to through a descriptor of ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> int:
        """A descriptor to append to; the caller closes it. Rotates first when the file is long."""
        self.rotate()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(self.path, flags, 0o600)

    def size(self) -> int:
        """Bytes written so far into the present file."""
        return self.path.stat().st_size if self.path.exists() else 0

    def rotate(self) -> None:
        """Move a long log aside: postgres.log.1 is the newest of three old ones.

        The server keeps its descriptor, so the text is copied and the file cut to nothing; a line
        written between the two is lost.
        """
        if self.size() < LOG_BYTES_MAX:
            return
        for number in range(OLD_LOGS_KEPT, 1, -1):
            younger = self._old(number - 1)
            if younger.exists():
                younger.replace(self._old(number))
        shutil.copy2(self.path, self._old(1))
        os.truncate(self.path, 0)

    def since(self, offset: int) -> str:
        """What was written after `offset`, at most the last 16 KiB of it."""
        end = self.size()
        if end < offset:
            offset = 0  # The log was rotated meanwhile.
        if end == offset:
            return ""
        with self.path.open("rb") as file:
            file.seek(max(offset, end - TAIL_BYTES))
            return file.read().decode("utf-8", "replace")

    def tail(self) -> tuple[str, ...]:
        """The last lines, for a message to a person."""
        return tuple(self.since(0).splitlines()[-TAIL_LINES:])

    def _old(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
