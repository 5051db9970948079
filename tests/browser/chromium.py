"""Where a Chromium for the browser tests is: the one named, the system's, or Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "LIENNGANH_CHROMIUM"
"""Path of the browser to use; `none` leaves the browser tests out."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWER_SECONDS_MAX = 30
WHY_NOT = (
    "no Chromium was found: install one (Debian: apt install chromium; elsewhere: "
    f".venv/bin/playwright install chromium) or set {VARIABLE} to its path"
)


def find_chromium() -> Path | None:
    """The first browser that answers when asked for its version, or None."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named) if version(Path(named)) else None
    return next((path for path in _candidates() if version(path)), None)


def launch_arguments() -> list[str]:
    """Chromium refuses its sandbox to root, and /dev/shm is small in containers."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if root else [])]


def version(path: Path) -> str:
    """What the browser calls itself; empty when it does not run (a stub, missing libraries)."""
    try:
        answer = subprocess.run(
            [path, "--version"],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS_MAX,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    words = answer.stdout.strip()
    return words if "Chrom" in words else ""


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)
    if sys.platform == "darwin":
        yield Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
        yield Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
    yield from _of_playwright()


def _of_playwright() -> Iterator[Path]:
    """Newest first. Asking Playwright itself would start its driver for each look."""
    home = Path.home()
    default = "Library/Caches" if sys.platform == "darwin" else ".cache"
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folder = Path(named) if named not in ("", "0") else home / default / "ms-playwright"
    for pattern in (
        "chromium-*/chrome-*/chrome",
        "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
        "chromium_headless_shell-*/chrome-*/*headless*shell",
    ):
        yield from sorted(folder.glob(pattern), reverse=True)
