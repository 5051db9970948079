"""How the vault comes to its own database role, which alone reads the keys."""

import asyncio
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from services.vault.keyring import statements
from shared.embedded.files import read_or_make_secret
from shared.errors import Broken
from shared.system import System

ROLE = "liennganh_vault"
PASSWORD_FILE = "postgres-vault.password"
PASSWORD_BYTES = 24
CONNECT_SECONDS = 10.0


async def vault_url(system: System) -> str:
    """The address with the vault's role; on a server of our own the role is made.

    Raises `Broken` with the remedy when nobody said it and it cannot be made.
    """
    config = system.config
    if config.vault_database_url:
        return config.vault_database_url
    if config.profile == "production":
        raise Broken(
            "LIENNGANH_VAULT_DATABASE_URL is missing: give the vault a role of its own, best in a "
            "database of its own with short-lived backups"
        )
    path = config.secrets / PASSWORD_FILE
    password = await asyncio.to_thread(read_or_make_secret, path, PASSWORD_BYTES)
    url = as_role(system.database_url, ROLE, password)
    try:
        await make_role(system.access.owner_url or system.database_url, password)
    except asyncpg.InsufficientPrivilegeError as error:
        if not await _lets_in(url):  # It may have been made before, by somebody who could.
            raise Broken(
                f"the role {ROLE} cannot be made here ({error}): make it yourself and set "
                "LIENNGANH_VAULT_DATABASE_URL"
            ) from error
    return url


async def _lets_in(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except asyncpg.PostgresError:
        return False
    await connection.close(timeout=CONNECT_SECONDS)
    return True


async def make_role(superuser_url: str, password: str) -> None:
    """The role and its empty schema; again is the same as once."""
    connection = await asyncpg.connect(superuser_url, timeout=CONNECT_SECONDS)
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('liennganh.vault_role', $1, true), "
                "set_config('liennganh.vault_password', $2, true)",
                ROLE,
                password,
            )
            await connection.execute(statements()["make_role"])
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


def as_role(url: str, role: str, password: str) -> str:
    """The same address for another role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{host}")
    )
