"""The two roles of the database: one owns the logs, the other serves and can only append."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

import asyncpg

from shared.errors import Broken
from shared.sql import Connection, read_blocks

GUARDS_SQL = Path(__file__).with_name("guards.sql")
SERVING_ROLE = "liennganh_services"
"""What the embedded product connects as once its tables are made."""
REMEDY = (
    "let LIENNGANH_DATABASE_URL name a role that owns nothing of the logs and "
    "LIENNGANH_OWNER_DATABASE_URL the one that does, run `liennganh migrate` (see "
    "deploy/README.md), or use the development profile"
)


@functools.cache
def guards(schema: str) -> Mapping[str, str]:
    """The statements about one log."""
    return read_blocks(GUARDS_SQL, schema)


DATABASE = "database"
"""Fills in `:schema` where a statement has none."""


async def make_serving_role(owner: Connection, password: str) -> None:
    """The role that serves on a server of our own; `owner` is its superuser."""
    async with owner.transaction():
        await _set(owner, serving_role=SERVING_ROLE, serving_password=password)
        await owner.execute(guards(DATABASE)["make_role"])


async def admit(owner: Connection, role: str) -> None:
    """Let the role that serves into the database, and give it the read models that are there."""
    async with owner.transaction():
        await _set(owner, serving_role=role)
        await owner.execute(guards(DATABASE)["admit"])


async def grant(owner: Connection, log: str, role: str) -> None:
    """What serving takes on one log: reading it, appending by the function, the relay's cursor."""
    async with owner.transaction():
        await _set(owner, serving_role=role)
        await owner.execute(guards(log)["grant"])


async def refuse_powerful(serving: asyncpg.Pool, logs: Iterable[str]) -> None:
    """Raises `Broken` when the role of this pool could change a log. For production."""
    why = await serving.fetchval(guards(DATABASE)["may_change_server"])
    for log in logs:
        why = why or await serving.fetchval(guards(log)["may_change_log"])
    if why:
        role = await serving.fetchval("SELECT current_user")
        raise Broken(f"the role {role} {why} and could change what was recorded: {REMEDY}")


async def refuse_helpless(serving: asyncpg.Pool, log: str) -> None:
    """Raises `Broken` when the role of this pool may not append: nobody made the tables for it."""
    if not await serving.fetchval(guards(log)["may_append"]):
        role = await serving.fetchval("SELECT current_user")
        raise Broken(
            f"the role {role} cannot append to {log}, whose tables are missing or older than this "
            "version: run `liennganh migrate` with LIENNGANH_OWNER_DATABASE_URL naming their owner"
        )


def role_of(database_url: str) -> str:
    """The role that an address names. Raises `Broken` when it names none."""
    parts = urlsplit(database_url)
    role = unquote(parts.username or "") or next(iter(parse_qs(parts.query).get("user", ())), "")
    if not role:
        raise Broken("LIENNGANH_DATABASE_URL names no role: postgresql://ROLE:…@HOST/DATABASE")
    return role


def as_role(database_url: str, role: str, password: str) -> str:
    """The same database, for another role."""
    parts = urlsplit(database_url)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{where}"))


async def _set(owner: Connection, **settings: str) -> None:
    """For the transaction; a statement of several commands takes no parameters."""
    for name, value in settings.items():
        await owner.execute("SELECT set_config('liennganh.' || $1, $2, true)", name, value)
