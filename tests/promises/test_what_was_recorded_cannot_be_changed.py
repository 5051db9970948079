"""What was recorded stays as it was: the database itself refuses everybody who tries otherwise.

More ways in, and the one way that retention has, are in tests/shared/store/test_guards.py.
"""

import uuid
from collections.abc import AsyncIterator
from itertools import product

import asyncpg
import pytest

from shared.store.access import Access
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.databases import empty_database
from tests.shared.log_promises import command, new_event

TABLES = {"events": "topic = 'x'", "commands": "result = '2'"}
STATEMENTS = [
    *(f"UPDATE directives.directives_{table} SET {change}" for table, change in TABLES.items()),
    *(f"DELETE FROM directives.directives_{table}" for table in TABLES),
    *(f"TRUNCATE directives.directives_{table}" for table in TABLES),
]
REFUSALS = (asyncpg.InsufficientPrivilegeError, asyncpg.IntegrityConstraintViolationError)
LEDGER = "SELECT * FROM directives.directives_commands"


@pytest.fixture(scope="module")
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    async with empty_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="module")
async def access(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Access:
    """The two roles that the product has on a server of its own."""
    return await Access.made(database_url, tmp_path_factory.mktemp("secrets"))


@pytest.fixture(scope="module")
async def serving(access: Access) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=2) as pool:
        yield pool


@pytest.fixture(scope="module")
async def log(access: Access, serving: asyncpg.Pool) -> AsyncIterator[PostgresLog]:
    """A log with one event."""
    opened = await access.open("directives", serving)
    supervisor = Supervisor()
    supervisor.start("writer", opened.writer.run)
    await opened.append(command(new_event(uuid.uuid4(), 1)))
    yield opened
    await supervisor.stop()


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        *product(["the role that serves"], STATEMENTS),
        *product(["the superuser, who gives no reason,"], STATEMENTS),
    ],
)
async def test_the_database_refuses(
    log: PostgresLog, access: Access, pool: asyncpg.Pool, who: str, statement: str
):
    before = await log.read(0, 10), await pool.fetch(LEDGER)
    url = access.serving_url if "serves" in who else access.owner_url
    connection = await asyncpg.connect(url)

    with pytest.raises(REFUSALS):
        await connection.execute(statement)

    await connection.close()
    assert (await log.read(0, 10), await pool.fetch(LEDGER)) == before
    assert len(before[0]) == len(before[1]) == 1
