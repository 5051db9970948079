from pathlib import Path

import asyncpg
import pytest

from shared.sql import Tables, read_blocks

BLOCKS = """-- What lies here.

-- name: create
CREATE SCHEMA :schema; CREATE TABLE :schema.:schema_things (id int, name text)

-- name: insert
INSERT INTO :schema.:schema_things VALUES ($1, $2)
-- name: all
SELECT id, name FROM :schema.:schema_things ORDER BY id
-- name: nobody
SELECT id FROM :schema.:schema_things WHERE false
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "queries.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_blocks_are_found_by_name_with_the_schema_filled_in(tmp_path: Path):
    blocks = read_blocks(written(tmp_path, BLOCKS), "sample")

    assert [*blocks] == ["create", "insert", "all", "nobody"]
    assert blocks["insert"] == "INSERT INTO sample.sample_things VALUES ($1, $2)"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("SELECT 1;\n-- name: all\nSELECT 2", "stands before the first"),
        ("-- name: all\nSELECT 1\n-- name: all\nSELECT 2", "`all` stands there twice"),
        ("-- name: all\n\n-- name: more\nSELECT 2", "`all` stands there twice or says nothing"),
    ],
)
def test_a_file_that_is_not_in_order_is_refused(tmp_path: Path, text: str, what: str):
    with pytest.raises(ValueError, match=what):
        read_blocks(written(tmp_path, text), "sample")


@pytest.mark.parametrize("schema", ["", "A", "a b", 'a"; DROP TABLE x', "1a", "a" * 42, "a.b"])
def test_what_is_no_schema_name_never_gets_into_a_statement(tmp_path: Path, schema: str):
    with pytest.raises(ValueError, match="not a schema name"):
        read_blocks(written(tmp_path, BLOCKS), schema)


async def test_rows_are_streamed_as_they_are_made(tmp_path: Path, pool: asyncpg.Pool):
    copy = "-- name: copy\nCOPY :schema.:schema_things (name,\n  id) FROM STDIN"
    blocks = read_blocks(written(tmp_path, f"{BLOCKS}{copy}\n-- name: no\nSELECT 1"), "sample")
    async with pool.acquire() as connection:
        tables = Tables(connection, blocks)
        await tables.run("create")

        tag = await tables.copy("copy", ((f"số {each}", each) for each in (1, 2)))

        assert tag == "COPY 2"
        assert [row["name"] for row in await tables.rows("all")] == ["số 1", "số 2"]
        with pytest.raises(AssertionError, match="no is no COPY"):
            await tables.copy("no", [])


async def test_statements_run_by_name(tmp_path: Path, pool: asyncpg.Pool):
    blocks = read_blocks(written(tmp_path, BLOCKS), "sample")
    async with pool.acquire() as connection:
        tables = Tables(connection, blocks)
        await tables.run("create")

        tag = await tables.run("insert", 1, "một")
        await tables.run("insert", 2, "hai")

        assert tag == "INSERT 0 1"
        assert [row["name"] for row in await tables.rows("all")] == ["một", "hai"]
        first = await tables.row("all")
        assert first is not None and first["id"] == 1
        assert await tables.value("all") == 1
        assert (await tables.row("nobody"), await tables.value("nobody")) == (None, None)
        with pytest.raises(KeyError):
            await tables.rows("never_written")
