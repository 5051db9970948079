"""The key-encryption key behind a port of two methods: a file now, a KMS or HSM later."""

import os
import secrets
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.embedded.files import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder, write_private
from shared.errors import Broken
from shared.sealing import KEY_BYTES, NONCE_BYTES

KEK_FILE = "vault.kek"
PURPOSE = b"liennganh wrapped key 1"


class Kek(Protocol):
    """Wraps data keys; what it wraps with never leaves it."""

    async def wrap(self, dek: bytes) -> bytes:
        """A data key in a form that can be stored."""
        ...

    async def unwrap(self, wrapped: bytes) -> bytes:
        """The data key again. Raises `Broken` when something else wrapped it."""
        ...


class FileKek:
    """A key of 256 bits in a file that only its owner reads."""

    def __init__(self, key: bytes, name: str) -> None:
        self._cipher = AESGCM(key)
        self._name = name

    @classmethod
    def open(cls, path: Path, *, make: bool) -> "FileKek":
        """The key in `path`, made on first use where `make` allows it.

        Raises `Broken` when it is not there, not whole, or can be read by others.
        """
        if not path.exists():
            if not make:
                raise Broken(
                    f"{path} is not there: restore it from where it is kept, or set "
                    "LIENNGANH_VAULT_KEK. Without it what is sealed stays unreadable"
                )
            _make_once(path)
        if path.stat().st_mode & ~PRIVATE_FILE & 0o777:
            raise Broken(
                f"{path} can be read by others, who could open everything: give it the mode 0600, "
                "and wrap the keys anew if somebody may have copied it"
            )
        text = path.read_text("utf-8").strip()
        try:
            key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise Broken(f"{path} is no key: it holds {KEY_BYTES} bytes as base64url text")
        return cls(key, os.fspath(path))

    async def wrap(self, dek: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, dek, PURPOSE)

    async def unwrap(self, wrapped: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], PURPOSE)
        except (InvalidTag, ValueError):
            raise Broken(
                f"{self._name} is not the key that wrapped this data key: restore the right file "
                "from where it is kept; a new one cannot open what another sealed"
            ) from None


def _make_once(path: Path) -> None:
    """Of several processes that start together one writes the key; all then read that one."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_private(fresh, secrets.token_urlsafe(KEY_BYTES))
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
        sync_folder(path.parent)
