"""Finding a browser."""

from pathlib import Path

import pytest

from tests.browser.chromium import VARIABLE, find_chromium, version


def program(folder: Path, *, says: str, status: int = 0) -> Path:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_the_browser_that_is_named_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path, says="Chromium 150.0")

    monkeypatch.setenv(VARIABLE, str(named))

    assert find_chromium() == named


def test_none_leaves_the_browser_tests_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "none")

    assert find_chromium() is None


def test_a_browser_of_playwright_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "chromium-1200" / "chrome-linux64"
    folder.mkdir(parents=True)
    installed = program(folder, says="Chromium 150.0").rename(folder / "chrome")

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "/bin")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr("tests.browser.chromium.NAMES", ())

    assert find_chromium() == installed


@pytest.mark.parametrize(
    ("says", "status"),
    [("this command needs a snap", 1), ("GNU bash", 0), ("Chromium 150.0", 127)],
)
def test_a_stub_is_not_a_browser(tmp_path: Path, says: str, status: int) -> None:
    stub = program(tmp_path, says=says, status=status)

    answer = version(stub)

    assert answer == ""
