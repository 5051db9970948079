"""Log files stay small."""

import os
from pathlib import Path

from shared.embedded.logfile import LOG_BYTES_MAX, OLD_LOGS_KEPT, TAIL_LINES, LogFile


def test_a_long_log_is_moved_aside_while_the_server_keeps_writing(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "server.log")
    server = os.open(log.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    for turn in range(OLD_LOGS_KEPT + 2):
        os.write(server, f"turn {turn}\n".encode() + b"x" * LOG_BYTES_MAX)
        log.rotate()
    os.write(server, b"\nthe end\n")
    os.close(server)

    assert log.tail()[-1] == "the end"
    assert log.size() < 100
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["server.log", "server.log.1", "server.log.2", "server.log.3"]
    newest = (tmp_path / "server.log.1").read_text().partition("\n")[0]
    oldest = (tmp_path / "server.log.3").read_text().partition("\n")[0]
    assert (newest, oldest) == ("turn 4", "turn 2")


def test_the_tail_is_short_and_survives_bytes_that_are_no_text(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "server.log")
    assert log.tail() == ()
    log.path.write_bytes(b"\xff\n" * 50_000 + b"last\n")

    tail = log.tail()

    assert len(tail) == TAIL_LINES
    assert tail[-2:] == ("\ufffd", "last")


def test_what_was_written_since_is_found_after_a_rotation_too(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "server.log")
    log.path.write_text("a long line before the rotation\n")
    offset = log.size()
    assert log.since(offset) == ""

    log.path.write_text("after\n")

    assert log.since(offset) == "after\n"
