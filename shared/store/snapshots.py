"""Snapshots on PostgreSQL."""

from pathlib import Path
from uuid import UUID

import asyncpg

from shared.sql import read_blocks

SNAPSHOTS_SQL = Path(__file__).with_name("snapshots.sql")


class PostgresShelf:
    """Where the snapshots of one service lie (see `shared.snapshots.Shelf`)."""

    def __init__(self, name: str, pool: asyncpg.Pool) -> None:
        self._sql = read_blocks(SNAPSHOTS_SQL, name)
        self._pool = pool

    @classmethod
    async def open(cls, name: str, pool: asyncpg.Pool) -> "PostgresShelf":
        """The shelf of a service whose log is open: its table made or found.

        What retention touched since the last start is deleted from it.
        """
        shelf = cls(name, pool)
        await pool.execute(shelf._sql["create"])
        return shelf

    async def newest(self, stream: UUID, kind: str, code: str) -> tuple[int, bytes] | None:
        row = await self._pool.fetchrow(self._sql["newest"], stream, kind, code)
        return (row["version"], row["state"]) if row else None

    async def put(self, stream: UUID, kind: str, code: str, version: int, state: bytes) -> None:
        await self._pool.execute(self._sql["put"], stream, kind, code, version, state)
