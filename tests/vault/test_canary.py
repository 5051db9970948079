"""A name in a sealed field is searched for wherever something is written, and not found."""

import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import nats
import orjson
import pytest
import structlog
from nats.js.errors import NotFoundError

from shared.envelope import Envelope
from shared.follow import Projection, each
from shared.sql import Tables
from shared.telemetry import set_up_logging
from tests.running import World, until
from tests.shared.letters import letters
from tests.vault import world as vault_world
from tests.vault.world import (
    CANARY,
    HEALTH,
    HERE,
    POLICE,
    SHELF,
    erased,
    everything_in,
    letter,
    opened,
    send,
)

PHONE = "0138 138 138"
NEEDLES = (
    CANARY.encode(),
    CANARY.encode("utf-16-le"),
    orjson.dumps(CANARY)[1:-1],
    CANARY.encode("unicode_escape"),
    ascii(CANARY)[1:-1].replace("\\x", "\\u00").encode(),
    PHONE.encode(),
)


async def choke(envelope: Envelope, _: Tables) -> None:
    """A read model that cannot take a letter and says so with everything that it has."""
    raise ValueError(f"cannot take {envelope.event!r} {envelope.event.model_dump()} {envelope!r}")


CHOKING = Projection("letters", "choking", 1, HERE / "desk", ("letters",), each(choke))


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, as operators get it, with tracebacks."""
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    set_up_logging(level="DEBUG")
    handler = logging.StreamHandler(stderr)
    logging.getLogger().addHandler(handler)
    yield stderr
    logging.getLogger().removeHandler(handler)
    structlog.reset_defaults()


@pytest.fixture
async def canary(
    data_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[World, Path]]:
    """A system of its own, one of whose read models chokes."""
    service = letters(competence=(HERE / "competence.json",), projections=(SHELF, CHOKING))
    monkeypatch.setattr(vault_world, "LETTERS", service)
    folder = data_folder()
    async with vault_world.letters_world(folder) as world:
        yield world, folder


async def live(world: World) -> None:
    """All that can happen to a letter: taken, repeated, refused, opened, broken, erased."""
    sender = {"name": CANARY, "phone": PHONE}
    event_id, event = await letter(world, sender=sender)
    body = {"title": "Thư", "text": CANARY, "sender": sender}
    for wrong in (
        body | {"sender": sender | {"age": CANARY}},
        body | {"sender": [CANARY]},
        body | {"sender": {"name": CANARY, "phone": 7}},
        body | {"text": {"$sealed": CANARY}},
        body | {"title": ""},
        body | {"occurred_at": "2999-01-01T00:00:00Z"},
    ):
        status, answer = await send(world, POLICE, "/v1/letters", wrong)
        assert status == 422
        assert CANARY not in str(answer)
    for _ in range(2):
        await send(world, POLICE, "/v1/letters", body, key="twice")
    await send(world, POLICE, "/v1/letters", body | {"title": "Khác"}, key="twice")
    status, _ = await opened(world, event_id)
    assert status == 201
    await opened(world, event_id, HEALTH)
    log = world.system.logs["letters"]
    other_id, _ = await letter(world, sender=sender)
    found, other = await log.find(event_id), await log.find(other_id)
    assert found is not None and other is not None
    with pytest.MonkeyPatch.context() as patch:

        async def find(_: object) -> object:
            return replace(found, state=other.state)

        patch.setattr(log, "find", find)
        status, _ = await opened(world, event_id)
        assert status == 500
    await erased(world, event.sender_ref)
    await opened(world, event_id)


async def streams_of(world: World) -> dict[str, bytes]:
    """All messages of all streams with their headers, by stream."""
    connection = await nats.connect(
        world.system.nats_url,
        user="services",
        password=world.system.nats_secrets.services_password,
    )
    try:
        js, found = connection.jetstream(), {}
        for info in await js.streams_info():
            name, state = info.config.name, info.state
            assert name is not None
            taken = []
            for number in range(max(state.first_seq, 1), state.last_seq + 1):
                with suppress(NotFoundError):
                    message = await js.get_msg(name, number)
                    taken.append(str(message.headers).encode() + (message.data or b""))
            found[name] = b"\n".join(taken)
        return found
    finally:
        await connection.close()


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of the servers: tables, write-ahead log, streams, logs, secrets."""
    home = orjson.loads((folder / "servers.json").read_bytes())["home"] or folder
    found = {}
    for path in (*folder.rglob("*"), *Path(home).rglob("*")):
        with suppress(OSError):
            if path.is_file():
                found[str(path)] = path.read_bytes()
    return found


def holding(found: dict[str, bytes]) -> list[str]:
    return [name for name, text in found.items() if any(needle in text for needle in NEEDLES)]


async def test_a_name_in_a_sealed_field_is_found_nowhere(
    logged: io.StringIO, canary: tuple[World, Path]
):
    world, folder = canary

    async def choked() -> bool:
        return "stream parked" in logged.getvalue()

    async def published() -> bool:
        streams = await streams_of(world)
        return b"$sealed" in streams["LN_LETTERS"] and b"erased" in streams["LN_VAULT"]

    await live(world)
    await until(choked)
    await until(published)

    tables = await everything_in(world.system.access.owner_url)
    assert "vault_keys.subject_keys.wrapped_dek" in tables
    assert b"$sealed" in tables["letters.letters_events.state"]
    assert holding(tables) == []
    assert holding(await streams_of(world)) == []
    async with world.http.get(f"{world.url}/metrics") as response:
        assert holding({"metrics": await response.read()}) == []
    _, status = await world.get(POLICE, "/v1/status")
    assert holding({"status": orjson.dumps(status)}) == []
    assert "Traceback" in logged.getvalue() and "belongs elsewhere" in logged.getvalue()
    assert holding({"log": logged.getvalue().encode()}) == []
    files = files_of(folder)
    assert any(b"$sealed" in text for text in files.values())
    assert holding(files) == []


async def test_the_search_itself_finds_a_name_that_is_not_sealed(canary: tuple[World, Path]):
    world, folder = canary
    await letter(world, title=CANARY)

    async def published() -> bool:
        return holding(await streams_of(world)) == ["LN_LETTERS"]

    await until(published)
    assert "letters.letters_events.state" in holding(
        await everything_in(world.system.access.owner_url)
    )
    kept = " ".join(holding(files_of(folder)))
    assert "pg_wal" in kept and "jetstream" in kept
