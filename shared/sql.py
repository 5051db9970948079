"""Named blocks of `.sql` files, and the small handle through which services run them.

A block begins with `-- name: insert_entry`. Parameters are positional (`$1`). `:schema` stands for
the service's schema; it is filled in once, when the file is read, and never from input.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,40}")
COPY = re.compile(r"COPY (\w+)\.(\w+) \(([\w\s,]+)\) FROM STDIN")
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
RefersToNothing = asyncpg.ForeignKeyViolationError
"""Raised by a statement whose row refers to one that is not there, or not yet."""


def read_blocks(path: Path, schema: str) -> Mapping[str, str]:
    """The named statements of a file.

    Raises ValueError for text before the first name, a name twice, and a name without a statement.
    """
    if not IDENTIFIER.fullmatch(schema):
        raise ValueError(f"{schema!r} is not a schema name")
    head, *blocks = re.split(r"^-- name: *", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if any(line and not line.startswith("--") for line in head.splitlines()):
        raise ValueError(f"{path.name}: a statement stands before the first `-- name:`")
    named: dict[str, str] = {}
    for block in blocks:
        name, _, text = block.partition("\n")
        name, text = name.strip(), text.strip()
        if name in named or not text:
            raise ValueError(f"{path.name}: `{name}` stands there twice or says nothing")
        named[name] = text.replace(":schema", schema)
    return named


class Tables:
    """Statements by name on one connection; inside a transaction when the caller opened one."""

    def __init__(self, connection: Connection, statements: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements

    async def rows(self, name: str, *args: object) -> list[asyncpg.Record]:
        """All rows of a named query."""
        return await self._connection.fetch(self._statements[name], *args)

    async def row(self, name: str, *args: object) -> asyncpg.Record | None:
        """The first row of a named query, or None."""
        return await self._connection.fetchrow(self._statements[name], *args)

    async def value(self, name: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        return await self._connection.fetchval(self._statements[name], *args)

    async def run(self, name: str, *args: object) -> str:
        """Execute a named statement; returns PostgreSQL's command tag."""
        return await self._connection.execute(self._statements[name], *args)

    async def copy(self, name: str, rows: Iterable[Sequence[object]]) -> str:
        """Stream rows, as they are made, into the columns of a named `COPY … FROM STDIN`.

        The server writes the first ones while the later ones are made.
        """
        copy = COPY.fullmatch(self._statements[name])
        assert copy is not None, f"{name} is no COPY schema.table (column, …) FROM STDIN"
        schema, table, columns = copy.groups()
        return await self._connection.copy_records_to_table(
            table,
            schema_name=schema,
            columns=[each.strip() for each in columns.split(",")],
            records=rows,
        )
