import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from services.vault.access import ROLE, as_role
from services.vault.kek import FileKek
from services.vault.keyring import Keyring, statements
from shared.errors import Broken, Refused, Retry
from tests.vault.world import PASSWORD, POLICE, keyring

NOON = datetime(2025, 7, 1, 5, tzinfo=UTC)
SOMEBODY = uuid.UUID("01980000-0000-7000-8000-000000000138")


async def made(keys: Keyring, subject: UUID = SOMEBODY) -> bytes:
    return (await keys.for_sealing({subject}, POLICE))[subject].key


async def as_vault(database_url: str, statement: str, *args: object) -> None:
    connection = await asyncpg.connect(as_role(database_url, ROLE, PASSWORD))
    try:
        await connection.execute(statement, *args)
    finally:
        await connection.close()


async def test_a_person_has_one_key_and_another_person_another(keys: Keyring):
    first, again, other = await made(keys), await made(keys), await made(keys, uuid.uuid4())

    assert first == again != other
    assert (await keys.key(SOMEBODY, 1)).key == first


async def test_many_who_ask_at_once_get_the_same_key(keys: Keyring):
    found = await asyncio.gather(*(made(keys) for _ in range(8)))

    assert len(set(found)) == 1


async def test_the_key_is_stored_wrapped_only(keys: Keyring):
    key = await made(keys)

    [row] = await keys.keys_of(SOMEBODY)
    assert key not in row["wrapped_dek"]
    assert (row["state"], row["controller"]) == ("active", POLICE)


async def test_an_erased_key_is_gone_and_never_made_again(keys: Keyring):
    await made(keys)

    await keys.destroy(SOMEBODY, NOON, "x", "request")

    [row] = await keys.keys_of(SOMEBODY)
    assert (row["state"], row["wrapped_dek"], row["erased_at"]) == ("erased", None, NOON)
    with pytest.raises(Refused, match="01/07/2025"):
        await made(keys)
    with pytest.raises(Refused, match="2025-07-01"):
        await keys.key(SOMEBODY, 1)


async def test_erasing_twice_keeps_the_first_moment(keys: Keyring):
    await made(keys)
    await keys.destroy(SOMEBODY, NOON, "x", "request")

    await keys.destroy(SOMEBODY, NOON + timedelta(days=1), "y", "retention")

    [row] = await keys.keys_of(SOMEBODY)
    assert row["erased_at"] == NOON


async def test_who_was_erased_without_a_key_gets_none_later(keys: Keyring):
    await keys.destroy(SOMEBODY, NOON, "ledger", "replayed")

    with pytest.raises(Refused):
        await made(keys)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {0}.subject_keys (pseudonym, key_version, wrapped_dek, state, controller) "
        "VALUES ($1, 2, 'x', 'active', 'x')",
        "UPDATE {0}.subject_keys SET wrapped_dek = 'x', state = 'active', erased_at = NULL "
        "WHERE pseudonym = $1",
        "DELETE FROM {0}.subject_keys WHERE pseudonym = $1",
        "UPDATE {0}.subject_keys SET pseudonym = gen_random_uuid() WHERE pseudonym = $1",
    ],
)
async def test_the_table_itself_keeps_a_tombstone(keys: Keyring, database_url: str, statement: str):
    await made(keys)
    await keys.destroy(SOMEBODY, NOON, "x", "request")

    with pytest.raises(asyncpg.RestrictViolationError):
        await as_vault(database_url, statement.format("vault_keys"), SOMEBODY)


async def test_the_table_itself_keeps_what_is_held(keys: Keyring, database_url: str):
    await made(keys)
    await keys.hold(SOMEBODY, True)

    with pytest.raises(asyncpg.RestrictViolationError, match="legal hold"):
        await as_vault(database_url, statements()["erase"], SOMEBODY, NOON, "x", "y")

    await keys.hold(SOMEBODY, False)
    await as_vault(database_url, statements()["erase"], SOMEBODY, NOON, "x", "y")


async def test_the_key_table_is_not_emptied(keys: Keyring, database_url: str):
    with pytest.raises(asyncpg.RestrictViolationError):
        await as_vault(database_url, "TRUNCATE vault_keys.subject_keys")


async def test_nobody_but_the_vault_reads_the_keys(keys: Keyring, pool: asyncpg.Pool):
    await made(keys)

    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("CREATE ROLE somebody_else")
        await connection.execute("SET LOCAL ROLE somebody_else")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.fetch("SELECT * FROM vault_keys.subject_keys")
        await connection.execute("RESET ROLE")
        await connection.execute("DROP ROLE somebody_else")


async def test_the_vaults_role_can_do_nothing_else(keys: Keyring, pool: asyncpg.Pool):
    row = await pool.fetchrow(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, "
        "has_database_privilege($1, current_database(), 'CREATE') FROM pg_roles WHERE rolname = $1",
        ROLE,
    )

    assert not any(row)


async def test_another_key_encryption_key_is_refused_at_the_door(
    keys: Keyring, database_url: str, tmp_path: Path
):
    await made(keys)
    FileKek.open(tmp_path / "other.kek", make=True)

    with pytest.raises(Broken, match="not the key that wrapped"):
        async with keyring(database_url, tmp_path / "other.kek"):
            pass


async def test_a_lost_key_encryption_key_is_not_replaced_by_a_new_one(
    keys: Keyring, database_url: str, tmp_path: Path
):
    await made(keys)
    (tmp_path / "vault.kek").unlink()

    with pytest.raises(Broken, match="restore it"):
        async with keyring(database_url, tmp_path / "vault.kek"):
            pass
    assert not (tmp_path / "vault.kek").exists()


async def test_a_key_table_that_is_away_is_to_be_asked_again(keys: Keyring, database_url: str):
    admin = await asyncpg.connect(database_url.rsplit("/", 1)[0] + "/postgres")
    name = database_url.rsplit("/", 1)[1]
    await made(keys)
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )

        with pytest.raises(Retry, match="away"):
            await made(keys)
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()
