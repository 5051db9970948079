"""One running vault for the folder's tests; each makes letters of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.vault.keyring import Keyring
from tests.running import World
from tests.vault.world import keyring, letters_world


@pytest.fixture(scope="session")
async def post(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """The letters and the vault, running."""
    async with letters_world(data_folder()) as world:
        yield world


@pytest.fixture
async def keys(database_url: str, tmp_path: Path) -> AsyncIterator[Keyring]:
    """An empty key table."""
    async with keyring(database_url, tmp_path / "vault.kek") as opened:
        yield opened
