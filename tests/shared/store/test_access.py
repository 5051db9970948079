"""Who makes the tables, who serves, and what happens when the two are mixed up."""

import os
import stat
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from shared.errors import Broken
from shared.store.access import PASSWORD_FILE, Access
from shared.store.guards import SERVING_ROLE, as_role, grant
from shared.store.postgres import PostgresLog
from shared.store.snapshots import PostgresShelf
from shared.supervisor import Supervisor
from tests.shared.log_promises import command, new_event, versions

READ_MODEL = """
CREATE SCHEMA read_model_v1;
CREATE TABLE read_model_v1.checkpoints (source text);
CREATE TABLE read_model_v1.entries (n bigserial PRIMARY KEY);
CREATE VIEW read_model_v1.seen AS SELECT n FROM read_model_v1.entries;
CREATE FUNCTION read_model_v1.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


@pytest.fixture
async def two_roles(postgres_url: str, database_url: str) -> AsyncIterator[tuple[str, str]]:
    """Addresses of an owner and of a role that serves, on a server where neither is a superuser."""
    owner, serving = (f"{name}_{uuid.uuid4().hex[:12]}" for name in ("owner", "serving"))
    admin = await asyncpg.connect(postgres_url)
    database = database_url.rsplit("/", 1)[1]
    for role in (owner, serving):
        await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    await admin.execute(f"GRANT {serving} TO {owner}")
    await admin.execute(f"ALTER DATABASE {database} OWNER TO {owner}")
    yield as_role(database_url, owner, "secret"), as_role(database_url, serving, "secret")
    await admin.execute(f"ALTER DATABASE {database} OWNER TO postgres")
    inside = await asyncpg.connect(database_url)
    await inside.execute(f"DROP OWNED BY {owner}, {serving} CASCADE; DROP ROLE {owner}, {serving}")
    await inside.close()
    await admin.close()


async def owners(pool: asyncpg.Pool, schema: str) -> set[str]:
    rows = await pool.fetch(
        "SELECT relowner::regrole::text FROM pg_class WHERE relnamespace = $1::regnamespace "
        "UNION SELECT proowner::regrole::text FROM pg_proc WHERE pronamespace = $1::regnamespace "
        "UNION SELECT nspowner::regrole::text FROM pg_namespace WHERE oid = $1::regnamespace",
        schema,
    )
    return {row[0] for row in rows}


async def test_on_a_server_of_our_own_the_superuser_makes_and_another_role_serves(
    database_url: str, pool: asyncpg.Pool, tmp_path: Path, supervisor: Supervisor
):
    access = await Access.made(database_url, tmp_path)

    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=2) as serving:
        log = await access.open("directives", serving)
        supervisor.start("writer", log.writer.run)
        verdict = await log.append(command(new_event(uuid.uuid4(), 1)))
        await supervisor.stop()

    assert verdict.status == "appended"
    assert await owners(pool, "directives") == {"postgres"}
    assert stat.S_IMODE(os.stat(tmp_path / PASSWORD_FILE).st_mode) == 0o600


async def test_a_second_start_finds_the_role_and_its_password_again(
    database_url: str, tmp_path: Path
):
    first = await Access.made(database_url, tmp_path)

    again = await Access.made(database_url, tmp_path)

    assert again == first


async def test_read_models_and_snapshots_of_a_time_with_one_role_are_handed_over(
    database_url: str, pool: asyncpg.Pool, tmp_path: Path
):
    before = await PostgresLog.open("directives", pool, database_url)
    await pool.execute(READ_MODEL)
    await PostgresShelf.open("directives", pool)

    access = await Access.made(database_url, tmp_path)
    async with asyncpg.create_pool(access.serving_url, min_size=1, max_size=1) as serving:
        log = await access.open("directives", serving)
        handed_over = await owners(pool, "read_model_v1")
        await PostgresShelf.open("directives", serving)
        handed_over |= await owners(pool, "directives_snapshots")
        await serving.execute("INSERT INTO read_model_v1.entries DEFAULT VALUES")
        await serving.execute("DROP SCHEMA read_model_v1 CASCADE")

    assert handed_over == {SERVING_ROLE}
    assert await owners(pool, "directives") == {"postgres"}
    assert log.epoch == before.epoch


async def test_on_somebody_elses_server_two_plain_roles_do(
    two_roles: tuple[str, str], supervisor: Supervisor
):
    owner_url, serving_url = two_roles
    stream = uuid.uuid4()

    for _ in range(2):
        access = await Access.given(serving_url, owner_url, strict=True)
        async with asyncpg.create_pool(serving_url, min_size=1, max_size=2) as serving:
            await access.check(serving)
            await access.open("directives", serving)
            await serving.execute(
                READ_MODEL.replace("CREATE SCHEMA", "CREATE SCHEMA IF NOT EXISTS").replace(
                    "v1", uuid.uuid4().hex
                )
            )
    without_owner = await Access.given(serving_url, "", strict=True)
    async with asyncpg.create_pool(serving_url, min_size=1, max_size=2) as serving:
        log = await without_owner.open("directives", serving)
        supervisor.start("writer", log.writer.run)
        await log.append(command(new_event(stream, 1)))
        found = await versions(log, stream)
        await supervisor.stop()

    assert found == [1]


async def test_a_new_table_of_a_log_is_readable_after_the_next_migration(
    two_roles: tuple[str, str],
):
    owner_url, serving_url = two_roles
    access = await Access.given(serving_url, owner_url, strict=False)
    async with asyncpg.create_pool(serving_url, min_size=1, max_size=1) as serving:
        await access.open("directives", serving)
        async with access.owner() as owner:
            await owner.execute("CREATE TABLE directives.later (n int)")

        await access.open("directives", serving)

        assert await serving.fetchval("SELECT count(*) FROM directives.later") == 0


async def test_a_role_that_owns_everything_still_serves_a_developer(
    two_roles: tuple[str, str], supervisor: Supervisor
):
    owner_url, _ = two_roles
    access = await Access.given(owner_url, "", strict=False)

    async with asyncpg.create_pool(owner_url, min_size=1, max_size=2) as pool:
        await access.check(pool)
        log = await access.open("directives", pool)
        supervisor.start("writer", log.writer.run)
        verdict = await log.append(command(new_event(uuid.uuid4(), 1)))
        await supervisor.stop()

    assert verdict.status == "appended"


async def test_production_refuses_a_role_that_serves_and_owns(two_roles: tuple[str, str]):
    owner_url, _ = two_roles
    careless = await Access.given(owner_url, owner_url, strict=True)

    async with asyncpg.create_pool(owner_url, min_size=1, max_size=2) as pool:
        with pytest.raises(Broken, match=r"owns this database .*LIENNGANH_DATABASE_URL"):
            await careless.open("directives", pool)


async def test_production_makes_no_tables_as_the_role_that_serves(
    two_roles: tuple[str, str], pool: asyncpg.Pool
):
    owner_url, serving_url = two_roles
    await Access.given(serving_url, owner_url, strict=True)
    access = await Access.given(serving_url, "", strict=True)

    async with asyncpg.create_pool(serving_url, min_size=1, max_size=1) as serving:
        with pytest.raises(Broken, match="run `liennganh migrate`"):
            await access.open("directives", serving)

    assert await pool.fetchval("SELECT to_regnamespace('directives')") is None


async def test_production_refuses_the_superuser_before_it_makes_anything(
    database_url: str, pool: asyncpg.Pool
):
    access = await Access.given(database_url, "", strict=True)

    with pytest.raises(Broken, match="is a superuser"):
        await access.check(pool)


async def test_an_owner_that_does_not_own_the_tables_is_refused(
    two_roles: tuple[str, str], pool: asyncpg.Pool, database_url: str
):
    owner_url, serving_url = two_roles
    await PostgresLog.open("directives", pool, database_url)
    access = await Access.given(serving_url, owner_url, strict=False)

    async with asyncpg.create_pool(serving_url, min_size=1, max_size=1) as serving:
        with pytest.raises(Broken, match="does not own the schema directives"):
            await access.open("directives", serving)


async def test_a_role_that_serves_and_was_granted_nothing_is_told_what_to_do(
    two_roles: tuple[str, str], pool: asyncpg.Pool, database_url: str
):
    owner_url, serving_url = two_roles
    await PostgresLog.open("directives", pool, database_url)
    await Access.given(serving_url, owner_url, strict=False)
    access = await Access.given(serving_url, "", strict=False)

    async with asyncpg.create_pool(serving_url, min_size=1, max_size=1) as serving:
        with pytest.raises(Broken, match=r"cannot append to directives.*liennganh migrate"):
            await access.open("directives", serving)

        async with pool.acquire() as owner:
            await grant(owner, "directives", serving_url.split("//")[1].split(":")[0])
        opened = await access.open("directives", serving)

    assert opened.name == "directives"
