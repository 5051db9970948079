"""Files that only their owner may read."""

import os
import stat
from pathlib import Path

import pytest

from shared.embedded import files
from shared.embedded.files import make_folder, read_or_make_secret, write_private


def test_a_private_file_is_private_from_its_first_byte_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "Liên ngành\n")

    assert path.read_text("utf-8") == "Liên ngành\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "a lone surrogate: \ud800")

    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = read_or_make_secret(tmp_path / "secret", 24)

    again = read_or_make_secret(tmp_path / "secret", 24)

    assert again == first
    assert len(first) == 32


def test_a_folder_gets_its_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    make_folder(tmp_path / "open", mode=0o755)
    make_folder(tmp_path / "private")
    os.umask(before)

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("open", "private")]

    assert modes == [0o755, 0o700]


def test_of_two_processes_that_make_a_secret_at_once_both_have_that_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"

    def outrun(path: Path, text: str) -> None:
        write_private(secret, "of the other")
        write_private(path, text)

    monkeypatch.setattr(files, "write_private", outrun)

    assert read_or_make_secret(secret, 24) == "of the other"
    assert [*tmp_path.iterdir()] == [secret]
