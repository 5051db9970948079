"""PostgreSQL as we make and run it."""

import asyncio
import os
from pathlib import Path

import asyncpg
import pytest

from shared.embedded.binaries import find_postgres
from shared.embedded.errors import FolderUnusable, ServerDidNotStart, SettingRefused
from shared.embedded.servers import EmbeddedServers
from tests.shared.embedded.watching import eventually, exists, read, values, write


async def test_what_is_committed_is_on_disk_and_checked(servers: EmbeddedServers) -> None:
    names = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")

    shown = await values(servers.database_url, *(f"SHOW {name}" for name in names))

    assert shown == ["on"] * len(names)


async def test_text_is_utf8_and_sorts_the_same_everywhere(servers: EmbeddedServers) -> None:
    shown = await values(
        servers.database_url,
        "SHOW server_encoding",
        "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'postgres'",
        "SHOW timezone",
        "SELECT upper('liên ngành')",
        "SELECT uuid_extract_version(uuidv7())",
    )

    assert shown == ["UTF8", "bC.UTF-8", "UTC", "LIÊN NGÀNH", 7]


@pytest.mark.parametrize("password", ["wrong", ""])
async def test_a_wrong_password_is_refused(servers: EmbeddedServers, password: str) -> None:
    before, _, after = servers.database_url.rpartition("@")
    url = f"{before.rpartition(':')[0]}:{password}@{after}"

    with pytest.raises(asyncpg.InvalidPasswordError):
        await values(url, "SELECT 1")

    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'"
    assert (await values(servers.database_url, stored))[0].startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "listen_addresses"])
async def test_a_setting_that_would_make_it_unsafe_is_refused(data: Path, name: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        async with EmbeddedServers(data, nats=False, postgres_settings={name: "off"}):
            pass


async def test_alter_system_cannot_switch_durability_off_but_other_settings_can_be_given(
    made: Path,
) -> None:
    async with EmbeddedServers(made, nats=False) as servers:
        await values(servers.database_url, "ALTER SYSTEM SET fsync = off")

    async with EmbeddedServers(made, nats=False, postgres_settings={"work_mem": "9MB"}) as servers:
        shown = await values(servers.database_url, "SHOW fsync", "SHOW work_mem")

    assert shown == ["on", "9MB"]


async def test_the_log_tells_no_values_of_rows(servers: EmbeddedServers) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await values(
            servers.database_url,
            "CREATE TEMPORARY TABLE people (name text PRIMARY KEY)",
            "INSERT INTO people VALUES ('Nguyễn Thị Kín'), ('Nguyễn Thị Kín')",
        )

    log = (servers.data / "log" / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "Kín" not in log


async def test_an_interrupted_first_start_is_begun_again(data: Path) -> None:
    servers = EmbeddedServers(data, nats=False)
    starting = asyncio.create_task(servers.__aenter__())
    await eventually(lambda: exists(data / "postgres.new" / "PG_VERSION"))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not exists(data / "postgres")

    async with EmbeddedServers(data, nats=False) as again:
        assert await values(again.database_url, "SELECT 1") == [1]

    assert [name for name in os.listdir(data) if "new" in name or "initdb" in name] == []


async def test_a_pid_file_whose_number_now_belongs_to_a_stranger_is_no_obstacle(
    made: Path,
) -> None:
    async with EmbeddedServers(made, nats=False) as servers:
        owner = os.stat(made / "postgres")
        lines = read(made / "postgres" / "postmaster.pid").splitlines()
    # PostgreSQL takes a living process of its own account for its predecessor.
    stranger = await asyncio.create_subprocess_exec("sleep", "60", user=owner.st_uid)
    text = "\n".join([str(stranger.pid), *lines[1:], ""])
    descriptor = os.open(made / "postgres" / "postmaster.pid", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, text.encode())
    os.fchown(descriptor, owner.st_uid, owner.st_gid)
    os.close(descriptor)

    async with EmbeddedServers(made, nats=False) as servers:
        assert await values(servers.database_url, "SELECT 1") == [1]

    stranger.kill()
    await stranger.wait()


async def test_a_lost_or_replaced_password_file_is_named(made: Path) -> None:
    password_file = made / "secrets" / "postgres.password"
    os.truncate(password_file, 5)

    with pytest.raises(FolderUnusable, match=r"postgres\.password"):
        async with EmbeddedServers(made, nats=False):
            pass
    os.unlink(password_file)
    with pytest.raises(FolderUnusable, match=r"postgres\.password"):
        async with EmbeddedServers(made, nats=False):
            pass

    assert not exists(password_file)


async def test_a_database_of_another_major_version_is_left_alone(made: Path) -> None:
    version = made / "postgres" / "PG_VERSION"
    write(version, "16\n")

    with pytest.raises(FolderUnusable, match="pg_dumpall"):
        async with EmbeddedServers(made, nats=False):
            pass

    assert read(version) == "16\n"


async def test_an_initdb_that_fails_is_shown_and_leaves_no_database(
    parent: Path, data: Path
) -> None:
    real = find_postgres(None).folder
    os.makedirs(parent / "broken" / "bin")
    os.symlink(real / "bin" / "postgres", parent / "broken" / "bin" / "postgres")
    initdb = parent / "broken" / "bin" / "initdb"
    write(initdb, '#!/bin/sh\n[ "$1" = --version ] && exit\necho no room left >&2\nexit 1\n')
    os.chmod(initdb, 0o755)

    with pytest.raises(ServerDidNotStart, match="no room left"):
        async with EmbeddedServers(data, postgres_folder=parent / "broken"):
            pass

    assert not exists(data / "postgres")
