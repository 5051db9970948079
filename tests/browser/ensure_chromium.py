"""Finds or installs a Chromium before the tests, and says in one line which or why not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.chromium import VARIABLE, WHY_NOT, find_chromium, version

UPDATE_SECONDS_MAX = 180
INSTALL_SECONDS_MAX = 900


def main() -> int:
    """Always 0: without a browser the other tests are still worth running."""
    path = find_chromium()
    if not path and not os.environ.get(VARIABLE):
        path = _installed_by_apt() or _installed_by_playwright()
    if path:
        line = f"Browser tests use {path} ({version(path)})."
    elif os.environ.get(VARIABLE):
        line = f"Browser tests will not run: {VARIABLE}={os.environ[VARIABLE]} is not a browser."
    else:
        line = f"Browser tests will not run: {WHY_NOT}."
    sys.stdout.write(line + "\n")
    return 0


def _installed_by_apt() -> Path | None:
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return None
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    _runs(["apt-get", "update", "-qq"], UPDATE_SECONDS_MAX)
    _runs(install, INSTALL_SECONDS_MAX)
    return find_chromium()


def _installed_by_playwright() -> Path | None:
    _runs([sys.executable, "-m", "playwright", "install", "chromium"], INSTALL_SECONDS_MAX)
    return find_chromium()


def _runs(command: list[str], seconds: float) -> None:
    """Whether it worked is asked of the browser afterwards, not of the installer."""
    try:
        subprocess.run(
            command,
            capture_output=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.SubprocessError):
        return


if __name__ == "__main__":
    sys.exit(main())
