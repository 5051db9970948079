"""A system with a vault and a small service that seals, and ways to look at the keys."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg

from services.vault.access import ROLE as VAULT_ROLE
from services.vault.access import as_role, make_role
from services.vault.kek import FileKek
from services.vault.keyring import Keyring
from services.vault.service import SERVICE as VAULT
from shared.config import Config
from shared.envelope import Envelope
from shared.follow import Projection, each
from shared.sql import Tables
from shared.system import running
from tests.running import World
from tests.shared.letters import LetterReceived, letters

HERE = Path(__file__).parent
PASSWORD = "of-no-use-elsewhere"
POLICE = "CA_TINH-P34-40"
HEALTH = "SO_YTE-P34-40"
CANARY = "Vàng Thị Hoàng Yến"
AGENT = ("data_protection",)


async def show(envelope: Envelope, tables: Tables) -> None:
    """The read model shows that there is a sender, and nothing of them."""
    event = envelope.event
    if isinstance(event, LetterReceived):
        shown = f'"{event.sender.shown}"' if event.sender else None
        await tables.run("put", envelope.stream, event.title, shown)


SHELF = Projection("letters", "shelf", 1, HERE / "desk", ("letters",), each(show))
LETTERS = letters(competence=(HERE / "competence.json",), projections=(SHELF,))


@asynccontextmanager
async def letters_world(data: Path, **settings: Any) -> AsyncIterator[World]:
    """The letters and the vault in this process, on servers of their own."""
    config = Config(data=data, http_port=0, **settings)
    async with running(config, (LETTERS, VAULT)) as system, aiohttp.ClientSession() as http:
        yield World(system, http)


@asynccontextmanager
async def keyring(database_url: str, kek: Path) -> AsyncIterator[Keyring]:
    """A key table in a fresh database, opened by the vault's role."""
    await make_role(database_url, PASSWORD)
    url = as_role(database_url, VAULT_ROLE, PASSWORD)
    async with Keyring.open(url, lambda make: FileKek.open(kek, make=make)) as keys:
        yield keys


async def send(
    world: World, agency: str, path: str, body: Any, *, roles: tuple[str, ...] = (), key: str = ""
) -> tuple[int, Any]:
    """A command of somebody with roles."""
    headers = {"Authorization": f"Bearer {world.token(agency, roles=roles)}"}
    headers["Idempotency-Key"] = key or uuid.uuid4().hex
    async with world.http.post(world.url + path, json=body, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def letter(world: World, **changes: Any) -> tuple[UUID, LetterReceived]:
    """A letter of a sender with the canary's name: the event's id and the event as recorded."""
    body = {"title": "Thư", "text": f"Tôi là {CANARY}", "sender": {"name": CANARY}} | changes
    status, answer = await send(world, POLICE, "/v1/letters", body)
    assert status == 201, answer
    [event_id] = map(UUID, answer["event_ids"])
    envelope = await world.system.logs["letters"].find(event_id)
    assert envelope is not None
    assert isinstance(envelope.event, LetterReceived)
    return event_id, envelope.event


async def opened(
    world: World, event_id: UUID, agency: str = POLICE, **changes: Any
) -> tuple[int, Any]:
    """An opening: status and answer."""
    body = {"event_id": str(event_id), "field": "sender", "purpose": "verification"} | changes
    return await send(world, agency, "/v1/vault/openings", body)


async def erased(
    world: World, subject: UUID | None, agency: str = POLICE, roles: tuple[str, ...] = AGENT
) -> tuple[int, Any]:
    """An erasure: status and answer."""
    body = {"subject_id": str(subject), "reason": "request", "decided_by": "Văn phòng"}
    return await send(world, agency, "/v1/vault/erasures", body, roles=roles)


async def everything_in(url: str) -> dict[str, bytes]:
    """Every value of every column of every table of the database as bytes, by column."""
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "SELECT c.table_schema, c.table_name, c.column_name, c.data_type "
            "FROM information_schema.columns c JOIN information_schema.tables t "
            "USING (table_schema, table_name) WHERE t.table_type = 'BASE TABLE' "
            "AND c.table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        found = {}
        for schema, table, column, kind in columns:
            as_bytes = (
                f'"{column}"' if kind == "bytea" else f"convert_to(\"{column}\"::text, 'UTF8')"
            )
            rows = await connection.fetch(f'SELECT {as_bytes} FROM "{schema}"."{table}"')
            found[f"{schema}.{table}.{column}"] = b"\n".join(row[0] or b"" for row in rows)
        return found
    finally:
        await connection.close()
