"""nats-server as we configure and run it."""

import asyncio
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import nats
import pytest
from nats.errors import MaxPayloadError

from shared.embedded.errors import ServerDidNotStart, SettingRefused
from shared.embedded.servers import EmbeddedServers
from tests.shared.embedded.watching import read

ALICE = (
    'authorization { users: [ {user: "alice", password: "a", permissions: {publish: ["a.>"]}} ] }'
)
BOB = 'authorization { users: [ {user: "bob", password: "b"} ] }'


async def log_in(url: str, user: str, password: str) -> str:
    """What nats-server answers: PONG, or -ERR and why."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    await reader.readline()
    who = json.dumps({"user": user, "pass": password, "verbose": False})
    writer.write(f"CONNECT {who}\r\nPING\r\n".encode())
    answer = (await reader.readline()).decode().strip()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_only_the_users_of_the_callers_text_may_connect(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False, nats_authorization=ALICE) as servers:
        assert await log_in(servers.nats_url, "alice", "a") == "PONG"
        assert "Authorization Violation" in await log_in(servers.nats_url, "alice", "wrong")

        mode = os.stat(data / "nats.conf").st_mode & 0o777
        assert mode == 0o600


async def test_reloading_replaces_the_users_without_a_restart(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False, nats_authorization=ALICE) as servers:
        pids = servers.pids

        await servers.reload_nats(BOB)

        assert await log_in(servers.nats_url, "bob", "b") == "PONG"
        assert "Authorization Violation" in await log_in(servers.nats_url, "alice", "a")
        assert servers.pids == pids


async def test_a_reload_with_a_mistake_changes_nothing(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False, nats_authorization=ALICE) as servers:
        with pytest.raises(SettingRefused, match="no_such_word"):
            await servers.reload_nats("no_such_word: 1")

        assert await log_in(servers.nats_url, "alice", "a") == "PONG"
    async with EmbeddedServers(data, postgres=False, nats_authorization=ALICE):
        pass


async def test_a_reload_that_the_running_server_rejects_is_taken_back(data: Path) -> None:
    moved = 'server_name: "other"'
    async with EmbeddedServers(data, postgres=False, nats_authorization=ALICE) as servers:
        with pytest.raises(SettingRefused):
            await servers.reload_nats(moved)

        assert "other" not in read(data / "nats.conf")
        await servers.reload_nats(BOB)
        assert await log_in(servers.nats_url, "bob", "b") == "PONG"


async def test_a_mistake_in_the_users_stops_the_start_and_shows_the_line(data: Path) -> None:
    with pytest.raises(ServerDidNotStart, match="no_such_word"):
        async with EmbeddedServers(data, postgres=False, nats_authorization="no_such_word: 1"):
            pass

    async with EmbeddedServers(data, postgres=False) as servers:
        assert "nats" in servers.pids


async def test_a_message_above_one_megabyte_is_refused(servers: EmbeddedServers) -> None:
    connection = await nats.connect(servers.nats_url)
    await connection.publish("size", b"x" * 1024 * 1024)
    await connection.flush()

    with pytest.raises(MaxPayloadError):
        await connection.publish("size", b"x" * (1024 * 1024 + 1))

    await connection.close()


async def test_without_a_monitor_nothing_else_listens(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False, nats_monitor=False) as servers:
        await servers.reload_nats(BOB)

        assert servers.nats_monitor_url is None
        assert "http" not in read(data / "nats.conf")


async def test_the_monitor_says_that_it_is_healthy(servers: EmbeddedServers) -> None:
    port = int((servers.nats_monitor_url or "").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b'"status":"ok"' in answer
