"""Databases of tests: used by many one after another, or by a module alone."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

SCHEMAS = """
SELECT string_agg(format('DROP SCHEMA %I CASCADE', nspname), '; ') FROM pg_namespace
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
"""
LOOKS = """
SELECT concat_ws('|',
  (SELECT row(datdba, datacl, datallowconn, datconnlimit) FROM pg_database
   WHERE datname = current_database()),
  (SELECT row(nspowner, nspacl) FROM pg_namespace WHERE nspname = 'public'),
  (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace),
  (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
   WHERE d.datname = current_database()),
  (SELECT count(*) FROM pg_default_acl), (SELECT count(*) FROM pg_extension),
  (SELECT count(*) FROM pg_event_trigger), (SELECT count(*) FROM pg_publication),
  (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_foreign_server),
  (SELECT count(*) FROM pg_language), (SELECT count(*) FROM pg_cast))
"""
"""What a test may have changed beside the schemas that it made."""
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the session's server, and what it looked like when it was new."""

    url: str
    server_url: str
    looks: str

    @staticmethod
    async def make(server_url: str) -> "Database":
        """A new one."""
        name = f"test_{uuid.uuid4().hex}"
        admin = await asyncpg.connect(server_url)
        await admin.execute(f"CREATE DATABASE {name}")
        await admin.close()
        url = f"{server_url.rsplit('/', 1)[0]}/{name}"
        connection = await asyncpg.connect(url)
        looks: str = await connection.fetchval(LOOKS)
        await connection.close()
        return Database(url, server_url, looks)

    async def is_emptied(self) -> bool:
        """Drop all that a test has made; False when something is left that was not there first."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(ALONE)
            if drop := await connection.fetchval(SCHEMAS):
                await connection.execute(drop)
            return bool(await connection.fetchval(LOOKS) == self.looks)
        finally:
            await connection.close()

    async def drop(self) -> None:
        """Let go of it."""
        admin = await asyncpg.connect(self.server_url)
        await admin.execute(f"DROP DATABASE {self.url.rsplit('/', 1)[1]} WITH (FORCE)")
        await admin.close()


@asynccontextmanager
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """One for a whole module, where its tests keep out of each other's way by themselves."""
    database = await Database.make(server_url)
    try:
        yield database.url
    finally:
        await database.drop()
