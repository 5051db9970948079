"""The addresses of a database: of the role that owns the logs, and of the one that serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from shared.embedded.files import read_or_make_secret
from shared.store.guards import (
    SERVING_ROLE,
    admit,
    as_role,
    grant,
    make_serving_role,
    refuse_powerful,
    role_of,
)
from shared.store.postgres import PostgresLog, refuse_unless_durable

CONNECT_SECONDS = 10.0
PASSWORD_BYTES = 24
PASSWORD_FILE = "postgres-services.password"


@dataclass(frozen=True)
class Access:
    """How this process comes to its logs."""

    serving_url: str = field(repr=False)
    """Of the role that reads and appends."""
    owner_url: str = field(default="", repr=False)
    """Of the role that makes and updates the tables; empty: somebody else has, or the role that
    serves owns them, as on a developer's own server."""
    strict: bool = False
    """Refuse a role that serves and could change a log, and settings that could lose one."""

    @classmethod
    async def given(cls, serving_url: str, owner_url: str, *, strict: bool) -> "Access":
        """Roles that somebody else has made. Raises `Broken` when an address names none."""
        access = cls(serving_url, owner_url, strict)
        if owner_url:
            async with access.owner() as owner:
                await admit(owner, role_of(serving_url))
        return access

    @classmethod
    async def made(cls, superuser_url: str, secrets: Path) -> "Access":
        """On a server of our own: the superuser owns the logs, and makes the role that serves."""
        path = secrets / PASSWORD_FILE
        password = await asyncio.to_thread(read_or_make_secret, path, PASSWORD_BYTES)
        access = cls(as_role(superuser_url, SERVING_ROLE, password), superuser_url)
        async with access.owner() as owner:
            await make_serving_role(owner, password)
            await admit(owner, SERVING_ROLE)
        return access

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A session of the role that owns the logs."""
        connection = await asyncpg.connect(self.owner_url, timeout=CONNECT_SECONDS)
        try:
            yield connection
        finally:
            await connection.close(timeout=CONNECT_SECONDS)

    async def check(self, pool: asyncpg.Pool) -> None:
        """Raises `Broken` when `pool` is not fit for production, and this is."""
        if self.strict:
            await refuse_unless_durable(pool)
            await refuse_powerful(pool, ())

    async def open(self, name: str, pool: asyncpg.Pool) -> PostgresLog:
        """A log, its tables made or updated by their owner. Raises `Broken` with the remedy."""
        if self.owner_url:
            async with self.owner() as owner:
                await PostgresLog.make(name, owner)
                await grant(owner, name, role_of(self.serving_url))
        make = not (self.owner_url or self.strict)
        opened = await PostgresLog.open(name, pool, self.serving_url, make=make)
        if self.strict:
            await refuse_powerful(pool, (name,))
        return opened
