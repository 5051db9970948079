"""Folders that the servers' account can enter, and servers in a process of their own."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.embedded.errors import FolderInUse
from shared.embedded.folder import erase
from shared.embedded.servers import EmbeddedServers
from tests.shared.embedded.watching import DEADLINE_SECONDS, eventually_without

ROOT = Path(__file__).parents[3]
RUN_SERVERS = Path(__file__).with_name("run_servers.py")


@dataclass(frozen=True)
class OtherProcess:
    """Servers that another process supervises."""

    pid: int
    facts: dict[str, Any]

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


@pytest.fixture
def parent() -> Iterator[Path]:
    """An open folder. Not `tmp_path`: that is below a closed one, which is a case of its own."""
    path = Path(tempfile.mkdtemp(prefix="embedded-"))
    path.chmod(0o755)
    yield path
    for state in list(path.glob("**/servers.json")):
        eventually_without(FolderInUse, lambda data=state.parent: erase(data))
    shutil.rmtree(path)


@pytest.fixture
def data(parent: Path) -> Path:
    """A data folder that does not exist yet."""
    return parent / "data"


@pytest.fixture(scope="session")
async def template() -> AsyncIterator[Path]:
    """A data folder after one start."""
    path = Path(tempfile.mkdtemp(prefix="embedded-template-"))
    async with EmbeddedServers(path):
        pass
    yield path
    erase(path)


@pytest.fixture
def made(data: Path, template: Path) -> Path:
    """A data folder of one's own after one start: quicker than the start."""
    data.mkdir()
    copy(template, data)
    return data


def copy(template: Path, data: Path) -> None:
    """Copy the folder with the owners of its files, which shutil would not keep."""
    subprocess.run(["cp", "-a", f"{template}/.", str(data)], check=True)


@pytest.fixture(scope="session")
async def servers(template: Path) -> AsyncIterator[EmbeddedServers]:
    """Both servers, for tests that leave nothing behind that disturbs others."""
    path = Path(tempfile.mkdtemp(prefix="embedded-session-"))
    copy(template, path)
    async with EmbeddedServers(path) as running:
        yield running
    erase(path)


@asynccontextmanager
async def run_elsewhere(
    data: Path, *, python: str = sys.executable, **options: Any
) -> AsyncIterator[OtherProcess]:
    """Servers under another process, which is killed at the end if it still lives."""
    python_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    process = await asyncio.create_subprocess_exec(
        *(python, str(RUN_SERVERS), str(data)),
        stdout=asyncio.subprocess.PIPE,
        cwd="/",
        **{"env": {**os.environ, "PYTHONPATH": python_path}, **options},
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), DEADLINE_SECONDS)
        yield OtherProcess(process.pid, json.loads(line))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def elsewhere() -> Callable[..., AbstractAsyncContextManager[OtherProcess]]:
    return run_elsewhere
