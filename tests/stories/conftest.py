"""Stories happen on fixed days, and what has not happened yet cannot be recorded."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.running import World, now, whole_system

TOLD = datetime(2026, 10, 1, tzinfo=UTC)
"""By now all that is told in them has happened, and what was due then is over."""


@pytest.fixture(scope="session")
async def world(world: World, data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """The session's system; on a machine whose clock stands before the stories' end, another one
    whose clock stands after it."""
    ahead = TOLD - now()
    if ahead <= timedelta(0):
        yield world
        return
    async with whole_system(data_folder(), clock=lambda: now() + ahead) as later:
        yield later
