"""The product's promises, one file each: what it promises is in the names, how it is tried inside.

    python -m pytest tests/promises

Everything runs on real servers that are killed, filled up and cut off here.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.store.postgres import PostgresLog
from tests.promises.road import Road, road
from tests.shared.nats_fixture import nats_server


@pytest.fixture
async def way(tmp_path: Path, log: PostgresLog, postgres_url: str) -> AsyncIterator[Road]:
    """Log, broker and read model of the test's own, none of which others use."""
    async with nats_server(tmp_path) as server, road(server, log, tmp_path, postgres_url) as built:
        yield built
