"""Folders and files that only their owner may read, made so that they are whole or absent."""

import os
import secrets
from pathlib import Path

from shared.embedded.account import Account

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_folder(path: Path, *, owner: Account | None = None, mode: int = PRIVATE_FOLDER) -> None:
    """Make `path` with exactly that mode and owner, if it does not exist."""
    if path.exists():
        return
    path.mkdir(mode=mode)
    path.chmod(mode)  # mkdir leaves out what the umask forbids.
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def write_private(path: Path, text: str, *, owner: Account | None = None) -> None:
    """Replace the file in one step, on disk when this returns; nobody else may read it."""
    half_written = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(half_written, flags, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if owner is not None:
                os.fchown(file.fileno(), owner.uid, owner.gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half_written.replace(path)
    except BaseException:
        half_written.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make names that were just given inside `path` survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_or_make_secret(path: Path, number_of_bytes: int) -> str:
    """The secret kept in `path`; a new one, already on disk, when there is none.

    Of several processes that start together one makes it; all then read that one.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        write_private(fresh, secrets.token_urlsafe(number_of_bytes))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # Another process was first.
        finally:
            fresh.unlink()
            sync_folder(path.parent)
    return path.read_text("utf-8").strip()
