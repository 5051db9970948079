"""Real servers for the whole session; a database of its own for each test that asks for one."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from shared.embedded.folder import erase
from shared.embedded.servers import EmbeddedServers
from shared.reference import Register, load_register
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import Database
from tests.running import World, whole_system

# A busy machine is no failure, and a failure must be the same for whoever looks into it.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders for embedded servers; erased at the end with all they keep elsewhere."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="liennganh-test-")))
        return made[-1]

    yield make
    for each in made:
        erase(each)


@pytest.fixture(scope="session")
async def postgres_url(data_folder: Callable[[], Path]) -> AsyncIterator[str]:
    """The superuser's address of a PostgreSQL that runs for the session."""
    async with EmbeddedServers(data_folder(), nats=False) as servers:
        yield servers.database_url


@pytest.fixture(scope="session")
def databases() -> list[Database]:
    """Empty databases that wait for the next test: making one takes longer than most tests."""
    return []


@pytest.fixture
async def database_url(postgres_url: str, databases: list[Database]) -> AsyncIterator[str]:
    """An empty database; it is another test's afterwards when it can be emptied, else dropped."""
    database = databases.pop() if databases else await Database.make(postgres_url)
    yield database.url
    if await database.is_emptied():
        databases.append(database)
    else:
        await database.drop()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A few connections to the test's database."""
    async with asyncpg.create_pool(database_url, min_size=1, max_size=6) as pool:
        yield pool


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Owns the test's tasks."""
    supervisor = Supervisor()
    yield supervisor
    await supervisor.stop()


@pytest.fixture
async def log(pool: asyncpg.Pool, database_url: str, supervisor: Supervisor) -> PostgresLog:
    """An empty log on PostgreSQL whose writer runs."""
    opened = await PostgresLog.open("directives", pool, database_url)
    supervisor.start("writer", opened.writer.run)
    return opened


@pytest.fixture(scope="session")
def register() -> Register:
    """The dated register of agencies and areas."""
    return load_register()


@pytest.fixture(scope="session")
async def world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """All services on servers of their own, for the session; tests make their own papers."""
    async with whole_system(data_folder()) as world:
        yield world
