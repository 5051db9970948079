"""Locks that live as long as somebody holds them."""

import os
import subprocess
from pathlib import Path

from shared.embedded.locks import read_holder, try_lock, write_holder


def test_a_lock_is_given_once_and_names_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = try_lock(path)
    assert first is not None
    write_holder(first)

    second = try_lock(path)

    assert second is None
    assert read_holder(path) == str(os.getpid())
    os.close(first)


def test_a_lock_stays_as_long_as_a_process_that_inherited_it_lives(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    ours = try_lock(path)
    assert ours is not None
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=(ours,))
    os.close(ours)
    assert try_lock(path) is None

    child.communicate()

    again = try_lock(path)
    assert again is not None
    os.close(again)
