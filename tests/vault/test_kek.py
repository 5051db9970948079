from pathlib import Path

import pytest

from services.vault.kek import FileKek
from shared.errors import Broken


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "vault.kek"


def test_the_key_is_for_its_owner_only(path: Path):
    FileKek.open(path, make=True)

    assert path.stat().st_mode & 0o777 == 0o600


async def test_the_key_is_made_once(path: Path):
    first = FileKek.open(path, make=True)
    again = FileKek.open(path, make=True)

    assert await again.unwrap(await first.wrap(b"d" * 32)) == b"d" * 32


async def test_the_same_key_never_wraps_to_the_same_bytes(path: Path):
    kek = FileKek.open(path, make=True)

    assert await kek.wrap(b"d" * 32) != await kek.wrap(b"d" * 32)


def test_a_file_that_others_may_read_is_refused(path: Path):
    FileKek.open(path, make=True)
    path.chmod(0o640)

    with pytest.raises(Broken, match="0600"):
        FileKek.open(path, make=True)


@pytest.mark.parametrize("text", ["", "short", "!" * 43, "ä" * 43])
def test_a_file_that_holds_no_key_is_refused(path: Path, text: str):
    FileKek.open(path, make=True)
    path.write_text(text, "utf-8")

    with pytest.raises(Broken, match="no key"):
        FileKek.open(path, make=True)


async def test_what_was_changed_is_not_unwrapped(path: Path):
    kek = FileKek.open(path, make=True)
    wrapped = bytearray(await kek.wrap(b"d" * 32))
    wrapped[-1] ^= 1

    with pytest.raises(Broken, match="not the key"):
        await kek.unwrap(bytes(wrapped))
