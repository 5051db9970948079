"""What many tests of the mechanisms stand on: a nats-server, a stream, a read model of numbers."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

import shared.follow
import shared.poison
import shared.read_ahead
from shared.bus import Bus
from shared.store.postgres import PostgresLog
from tests.shared.counted import Numbers
from tests.shared.nats_fixture import NatsProcess, fresh, nats_server


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsProcess]:
    """For all tests of a module; none may do it harm."""
    async with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[NatsProcess]:
    """For tests that do it harm."""
    async with nats_server(tmp_path) as server:
        yield server


@pytest.fixture
async def bus(server: NatsProcess) -> AsyncIterator[Bus]:
    """A connection to the module's server."""
    async with Bus.connect(server.url, name="test") as bus:
        yield bus


@pytest.fixture
async def stream(bus: Bus) -> AsyncIterator[str]:
    """Takes what every ledger publishes, so it goes when the test ends."""
    name = fresh("LN_")
    await bus.ensure_stream(name, ["ln.>"])
    yield name
    await bus.delete_stream(name)


@pytest.fixture
async def numbers(tmp_path: Path, log: PostgresLog, pool: asyncpg.Pool) -> Numbers:
    """A read model that can be poisoned, and its log."""
    return await Numbers.made_in(tmp_path, log, pool)


@pytest.fixture
def every_retry_is_due_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the pauses between tries."""
    monkeypatch.setattr(shared.poison, "RETRY_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(shared.follow, "LOOK_SECONDS", 0.0)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few events are many batches."""
    monkeypatch.setattr(shared.read_ahead, "BATCH_EVENTS", 5)
