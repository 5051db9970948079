"""Both servers together: starting, leaving, dying, and who may do it."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import nats
import pytest

from shared.embedded.errors import (
    FolderInUse,
    PlatformUnsupported,
    ServerKeepsCrashing,
)
from shared.embedded.servers import EmbeddedServers
from shared.embedded.supervise import ServerExit
from tests.shared.embedded.watching import eventually, is_running, read, values

Elsewhere = Callable[..., AbstractAsyncContextManager[Any]]
SITE_PACKAGES = Path(asyncpg.__file__).parents[1]
ROOT = Path(__file__).parents[3]


async def fill(url: str) -> None:
    """Commit a hundred rows."""
    await values(
        url,
        "CREATE TABLE IF NOT EXISTS kept (n int)",
        "INSERT INTO kept SELECT generate_series(1, 100)",
    )


async def count(url: str) -> Any:
    return (await values(url, "SELECT count(*) FROM kept"))[0]


async def test_the_second_start_finds_the_data_the_ports_and_the_password(data: Path) -> None:
    async with EmbeddedServers(data) as first:
        urls = (first.database_url, first.nats_url)
        await fill(first.database_url)

    async with EmbeddedServers(data) as second:
        assert (second.database_url, second.nats_url) == urls
        assert await count(second.database_url) == 100
    log = (data / "log" / "postgres.log").read_text()
    assert log.count("creating configuration files") == 1
    assert "not properly shut down" not in log


async def test_nothing_outside_is_opened_and_nothing_inside_is_readable(
    parent: Path, data: Path
) -> None:
    os.chmod(parent, 0o711)
    before = modes(data.parents)

    async with EmbeddedServers(data) as servers:
        url = servers.database_url

    assert modes(data.parents) == before
    assert [path for path, mode in modes(files(data)).items() if mode & 0o077] == []
    assert not modes([data])[data] & 0o066
    assert read(data / "secrets" / "postgres.password") in url


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def modes(paths: Iterable[Path]) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in paths}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
async def test_no_address_but_127_0_0_1_is_served(servers: EmbeddedServers, address: str) -> None:
    urls = (servers.database_url, servers.nats_url, servers.nats_monitor_url)
    for url in urls:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.close()
        await writer.wait_closed()

    for url in urls:
        with pytest.raises(OSError):
            await asyncio.open_connection(address, urlsplit(url).port)

    assert await values(servers.database_url, "SHOW unix_socket_directories") == [""]


async def test_one_of_the_two_can_run_alone(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False) as servers:
        connection = await nats.connect(servers.nats_url)
        await connection.close()

        assert list(servers.pids) == ["nats"]
        assert not (data / "postgres").exists()


async def test_a_second_supervisor_is_refused_and_told_who_holds_the_folder(
    made: Path, elsewhere: Elsewhere
) -> None:
    async with elsewhere(made) as other:
        with pytest.raises(FolderInUse) as refusal:
            async with EmbeddedServers(made):
                pass

        assert f"kill {other.pid}" in str(refusal.value)
        await fill(other.facts["database_url"])


async def test_killing_the_supervisor_loses_no_committed_row(
    made: Path, elsewhere: Elsewhere
) -> None:
    async with elsewhere(made) as other:
        await fill(other.facts["database_url"])
        other.kill()

    async with EmbeddedServers(made) as servers:
        assert await count(servers.database_url) == 100
        assert not set(servers.pids.values()) & set(other.facts["pids"].values())


async def test_killing_everything_at_once_loses_nothing_that_was_confirmed(
    made: Path, elsewhere: Elsewhere
) -> None:
    async with elsewhere(made) as other:
        await fill(other.facts["database_url"])
        await publish(other.facts["nats_url"])
        other.kill()
        for pid in other.facts["pids"].values():
            os.kill(pid, signal.SIGKILL)

    async with EmbeddedServers(made) as servers:
        assert await count(servers.database_url) == 100
        assert await stored(servers.nats_url) == 100


async def test_servers_that_outlive_their_supervisor_are_stopped_by_the_next_start(
    made: Path, elsewhere: Elsewhere
) -> None:
    async with elsewhere(made) as other:
        await fill(other.facts["database_url"])
        pids = other.facts["pids"].values()
        for pid in pids:  # Paused, they do not hear that their supervisor is gone.
            os.kill(pid, signal.SIGSTOP)
        other.kill()
    assert all(is_running(pid) for pid in pids)

    async with EmbeddedServers(made) as servers:
        assert await count(servers.database_url) == 100
        assert not any(is_running(pid) for pid in pids)
    assert "not properly shut down" not in (made / "log" / "postgres.log").read_text()


async def test_a_killed_postmaster_is_reported_and_replaced_with_all_rows(made: Path) -> None:
    exits: list[ServerExit] = []
    async with EmbeddedServers(made, nats=False, on_exit=exits.append) as servers:
        url, pid = servers.database_url, servers.pids["postgres"]
        await fill(url)
        busy = asyncio.create_task(
            values(url, "SELECT count(*) FROM generate_series(1, 1000000000)")
        )
        await eventually(lambda: is_busy(url))

        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: servers.restarts["postgres"] == 1)

        assert await count(url) == 100
        assert [(each.server, each.exit_code) for each in exits] == [("postgres", -signal.SIGKILL)]
        assert exits[0].restart_in_seconds == pytest.approx(0.1)
        assert servers.pids["postgres"] != pid
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await busy


async def is_busy(url: str) -> bool:
    """Whether another session is in the middle of counting."""
    counting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1000%'"
    return (await values(url, counting))[0] > 1


async def test_a_killed_nats_server_keeps_its_messages(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False) as servers:
        await publish(servers.nats_url)

        os.kill(servers.pids["nats"], signal.SIGKILL)
        await eventually(lambda: servers.restarts["nats"] == 1)

        assert await stored(servers.nats_url) == 100
    async with EmbeddedServers(data, postgres=False) as again:
        assert await stored(again.nats_url) == 100


async def publish(url: str) -> None:
    """Store a hundred messages."""
    connection = await nats.connect(url)
    stream = connection.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    for number in range(100):
        await stream.publish("kept.one", str(number).encode())
    await connection.close()


async def stored(url: str) -> int:
    connection = await nats.connect(url)
    info = await connection.jetstream().stream_info("KEPT")
    await connection.close()
    return info.state.messages


async def test_a_server_that_dies_too_often_stays_down_and_says_why(data: Path) -> None:
    exits: list[ServerExit] = []
    with pytest.raises(ServerKeepsCrashing):
        async with EmbeddedServers(
            data, postgres=False, restarts_per_minute=1, on_exit=exits.append
        ) as servers:
            os.kill(servers.pids["nats"], signal.SIGKILL)
            await eventually(lambda: servers.restarts["nats"] == 1)
            os.kill(servers.pids["nats"], signal.SIGKILL)

            with pytest.raises(ServerKeepsCrashing) as failure:
                await servers.failed()

            assert "Server is ready" in str(failure.value)
            assert str(data / "log" / "nats.log") in failure.value.en
    assert [each.restart_in_seconds is None for each in exits] == [False, True]


async def test_a_port_that_somebody_took_is_replaced(made: Path) -> None:
    async with EmbeddedServers(made) as first:
        ports = [urlsplit(url).port for url in (first.database_url, first.nats_url)]
    strangers = [socket.create_server(("127.0.0.1", port)) for port in ports]

    async with EmbeddedServers(made) as second:
        moved = (second.database_url, second.nats_url)
        assert await values(second.database_url, "SELECT 1") == [1]
    for stranger in strangers:
        stranger.close()

    assert not any(f":{port}" in url for port in ports for url in moved)
    async with EmbeddedServers(made) as third:
        assert (third.database_url, third.nats_url) == moved


async def test_the_error_of_the_body_is_not_hidden_and_the_servers_stop(made: Path) -> None:
    pids: list[int] = []
    with pytest.raises(KeyError):
        async with EmbeddedServers(made) as servers:
            pids += servers.pids.values()
            raise KeyError("of the caller")

    assert not any(is_running(pid) for pid in pids)


async def test_a_cancelled_start_leaves_nothing_running(made: Path) -> None:
    servers = EmbeddedServers(made)
    starting = asyncio.create_task(servers.__aenter__())
    await eventually(lambda: "nats" in servers.pids)
    pids = servers.pids.values()

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert not any(is_running(pid) for pid in pids)
    async with EmbeddedServers(made) as again:
        assert await values(again.database_url, "SELECT 1") == [1]


async def test_an_ordinary_user_needs_nothing_special(parent: Path, elsewhere: Elsewhere) -> None:
    python, options = ordinary_user()
    home = parent / "home"
    home.mkdir(mode=0o700)
    if options:
        os.chown(home, options["user"], options["group"])

    async with elsewhere(home / "data", python=python, **options) as other:
        await fill(other.facts["database_url"])
        other.kill()
    async with elsewhere(home / "data", python=python, **options) as other:
        assert await count(other.facts["database_url"]) == 100
        owners = {os.stat(home / "data" / name).st_uid for name in os.listdir(home / "data")}

    assert owners == {options.get("user", os.geteuid())}


def ordinary_user() -> tuple[str, dict[str, Any]]:
    """A Python that an ordinary user may run, and how to become one."""
    if os.geteuid() != 0:
        return sys.executable, {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    path = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{SITE_PACKAGES}"}
    for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
        try:
            tried = subprocess.run(
                [python, "-c", "import asyncpg, shared.embedded.servers"],
                cwd="/",
                env=path,
                capture_output=True,
                check=False,
                **who,
            )
        except (PermissionError, FileNotFoundError):
            continue
        if tried.returncode == 0:
            return python, {**who, "env": path}
    pytest.skip(f"`nobody` can run no {version} with this project: it is below a closed folder")


async def test_windows_is_refused_with_a_way_out(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(PlatformUnsupported, match="WSL"):
        async with EmbeddedServers(data):
            pass

    assert os.listdir(data.parent) == []


def test_importing_needs_nothing_that_windows_lacks() -> None:
    program = (
        "import asyncio, asyncpg, subprocess, sys, signal\n"
        "for name in ('fcntl', 'pwd'): sys.modules[name] = None\n"
        "del signal.SIGQUIT\n"
        "import shared.embedded.servers\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
