"""What the tests of this service share."""

import asyncpg
import pytest

from tests.deadlines.engine import Engine


@pytest.fixture
async def engine(pool: asyncpg.Pool) -> Engine:
    """An engine without a past."""
    return await Engine(pool).create()
