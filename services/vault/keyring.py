"""The keys themselves: made, lent for one command, held, destroyed. Only this file sees them."""

import asyncio
import functools
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from services.vault import refusals
from services.vault.kek import Kek
from shared.errors import Retry
from shared.sealing import KEY_BYTES, DataKey
from shared.sql import Tables, read_blocks

SCHEMA = "vault_keys"
KEYS_SQL = Path(__file__).with_name("keys.sql")
CONNECTIONS_MAX = 4
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
AWAY = (
    *(OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError),
    *(asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError),
    asyncpg.InternalClientError,  # Of a pooled connection that was just cut off.
    asyncpg.ObjectNotInPrerequisiteStateError,  # A database that lets nobody in for now.
)


@functools.cache
def statements() -> Mapping[str, str]:
    """The statements of the key table."""
    return read_blocks(KEYS_SQL, SCHEMA)


@dataclass(frozen=True, slots=True)
class Carried:
    """How far the vault's log has been carried into the key table."""

    epoch: UUID
    position: int


class Keyring:
    """The key table, through connections of the vault's own role."""

    def __init__(self, pool: asyncpg.Pool, kek: Kek) -> None:
        self._pool = pool
        self._kek = kek

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, kek: Callable[[bool], Kek]) -> AsyncIterator["Keyring"]:
        """The keyring, its tables made or found.

        `kek` is told whether it may be made: only while nothing is wrapped. Raises `Broken` when
        it is not the one that wrapped the keys that are there.
        """
        async with asyncpg.create_pool(
            url,
            min_size=0,
            max_size=CONNECTIONS_MAX,
            timeout=CONNECT_SECONDS,
            command_timeout=ANSWER_SECONDS,
            server_settings={"application_name": "liennganh vault"},
        ) as pool:
            await pool.execute(statements()["create"])
            wrapped = await pool.fetchval(statements()["any_wrapped"])
            key = await asyncio.to_thread(kek, wrapped is None)
            if wrapped is not None:
                await key.unwrap(wrapped)
            yield cls(pool, key)

    async def for_sealing(self, subjects: Collection[UUID], agency: str) -> Mapping[UUID, DataKey]:
        """The newest key of each subject, made when there is none.

        Raises `Refused` for a subject that was erased, and `Retry` when the database is away.
        """
        async with self._tables() as tables:
            found = await _newest(tables, subjects)
            if missing := sorted(set(subjects) - found.keys()):
                for subject in missing:
                    await self._make(tables, subject, agency)
                found = await _newest(tables, subjects)
        return {subject: await self._key(row) for subject, row in found.items()}

    async def key(self, subject: UUID, version: int) -> DataKey:
        """One key, to open what it sealed. Raises `Refused` when it was erased."""
        for row in await self.keys_of(subject):
            if row["key_version"] == version:
                return await self._key({**row, "pseudonym": subject})
        raise refusals.unknown_subject(subject)

    async def keys_of(self, subject: UUID) -> Sequence[Mapping[str, Any]]:
        """All rows of a subject, without what nobody else needs to see."""
        async with self._tables() as tables:
            return [dict(row) for row in await tables.rows("keys_of", subject)]

    async def destroy(self, subject: UUID, at: datetime, by: str, reason: str) -> None:
        """Destroy all keys of a subject and leave a tombstone; again is the same as once."""
        async with self._tables() as tables:
            await tables.row("turn", subject)
            await tables.run("release", subject)  # The log has decided: its holds were lifted.
            await tables.run("erase", subject, at, by, reason)
            await tables.run("bury", subject, at, by, reason)

    async def hold(self, subject: UUID, held: bool) -> None:
        """Let the table itself refuse to erase a subject, or let go again."""
        async with self._tables() as tables:
            await tables.run("hold" if held else "release", subject)

    async def carried(self) -> Carried | None:
        """How far the log was carried into this table."""
        async with self._tables() as tables:
            row = await tables.row("carried")
        return Carried(UUID(str(row["epoch"])), row["position"]) if row else None

    async def carry(self, epoch: UUID, position: int) -> None:
        """Note how far the log was carried into this table."""
        async with self._tables() as tables:
            await tables.run("carry", epoch, position)

    async def _make(self, tables: Tables, subject: UUID, agency: str) -> None:
        wrapped = await self._kek.wrap(secrets.token_bytes(KEY_BYTES))
        try:
            await tables.run("add", subject, wrapped, agency)
        except asyncpg.RestrictViolationError:  # Its tombstone was set a moment ago.
            raise refusals.erased(subject, None) from None

    async def _key(self, row: Mapping[str, Any]) -> DataKey:
        subject = UUID(str(row["pseudonym"]))
        if row["wrapped_dek"] is None:
            raise refusals.erased(subject, row["erased_at"])
        return DataKey(subject, row["key_version"], await self._kek.unwrap(row["wrapped_dek"]))

    @asynccontextmanager
    async def _tables(self) -> AsyncIterator[Tables]:
        """One transaction. Raises `Retry` when the database is away."""
        try:
            async with (
                self._pool.acquire(timeout=ANSWER_SECONDS) as connection,
                connection.transaction(),
            ):
                yield Tables(connection, statements())
        except AWAY as error:
            raise Retry(f"the vault's database is away: {type(error).__name__}") from error


async def _newest(tables: Tables, subjects: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    rows = await tables.rows("newest", list(subjects))
    found: dict[UUID, Mapping[str, Any]] = {UUID(str(row["pseudonym"])): dict(row) for row in rows}
    for subject, row in found.items():
        if row["state"] == "erased":
            raise refusals.erased(subject, row["erased_at"])
    return found
