"""A disk that is small enough to be filled: a tmpfs, where root may mount one."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class SmallDisk:
    """Mounted at `folder`."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for chunk in (CHUNK_BYTES, 1):
                try:
                    while True:
                        ballast.write(b"\0" * chunk)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self) -> None:
        """Give back what `fill` took."""
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Skips the test where there cannot be one; unmounted in every case."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk can be filled only where we are root and may mount a small one")
    folder = Path(tempfile.mkdtemp(prefix="liennganh-disk-"))
    options = f"size={megabytes}m,mode=0755"
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "liennganh", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        if mounting.returncode != 0:
            pytest.skip(f"root may not mount a small disk here: {mounting.stderr.strip()}")
        folder.chmod(0o755)
        yield SmallDisk(folder)
    finally:
        if mounting.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
