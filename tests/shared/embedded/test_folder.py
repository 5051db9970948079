"""The data folder, and where the servers' files go when their account cannot enter it."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from shared.embedded.binaries import find_postgres
from shared.embedded.errors import FolderInUse, FolderUnusable
from shared.embedded.folder import erase, open_folder
from shared.embedded.servers import EmbeddedServers
from tests.shared.embedded.watching import exists, values

POSTGRES = find_postgres(None).folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as another account")


@pytest.fixture
def outside(parent: Path) -> Path:
    """A stand-in for /var/lib."""
    path = parent / "outside"
    path.mkdir(mode=0o755)
    return path


@pytest.fixture
def closed(parent: Path) -> Path:
    """A stand-in for a clone below /root."""
    path = parent / "closed"
    path.mkdir(mode=0o700)
    return path


@as_root
async def test_below_a_closed_folder_the_servers_files_go_outside(
    closed: Path, outside: Path
) -> None:
    data = closed / "data"
    async with EmbeddedServers(data, outside=outside) as servers:
        await values(servers.database_url, "CREATE TABLE kept (n int)")

    async with EmbeddedServers(data, outside=outside) as servers:
        assert await values(servers.database_url, "SELECT count(*) FROM kept") == [0]

    assert os.stat(closed).st_mode & 0o777 == 0o700
    assert not exists(data / "postgres")
    assert len(os.listdir(outside)) == 1


@as_root
def test_a_moved_data_folder_takes_its_home_along_and_a_copied_one_is_refused(
    closed: Path, outside: Path
) -> None:
    open_folder(closed / "data", run_as=None, outside=outside).close()
    shutil.move(closed / "data", closed / "moved")
    moved = open_folder(closed / "moved", run_as=None, outside=outside)
    moved.close()
    shutil.copytree(closed / "moved", closed / "copy")

    with pytest.raises(FolderUnusable, match="is a copy of"):
        open_folder(closed / "copy", run_as=None, outside=outside)

    shutil.rmtree(closed / "copy")
    assert (moved.home / "belongs-to").read_text().strip() == str(closed / "moved")


@as_root
def test_a_home_that_was_deleted_is_missed_and_not_silently_replaced(
    closed: Path, outside: Path
) -> None:
    folder = open_folder(closed / "data", run_as=None, outside=outside)
    folder.close()
    shutil.rmtree(folder.home)

    with pytest.raises(FolderUnusable, match="is missing"):
        open_folder(closed / "data", run_as=None, outside=outside)

    assert os.listdir(outside) == []


@as_root
def test_deleting_only_the_data_folder_is_answered_with_a_hint(
    closed: Path, outside: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = open_folder(closed / "data", run_as=None, outside=outside)
    first.close()
    shutil.rmtree(closed / "data")

    second = open_folder(closed / "data", run_as=None, outside=outside)
    second.close()

    assert second.home != first.home
    assert f"{first.home} still holds the database" in caplog.text


@as_root
def test_without_any_place_outside_the_message_says_where_to_go(
    closed: Path,
) -> None:
    with pytest.raises(FolderUnusable, match="/srv/liennganh"):
        open_folder(closed / "data", run_as=None, outside=closed)

    assert os.stat(closed).st_mode & 0o777 == 0o700


@as_root
async def test_programs_that_the_account_cannot_reach_are_copied_and_mended(
    parent: Path, made: Path
) -> None:
    venv = parent / "venv"
    os.mkdir(venv, 0o700)
    for part in POSTGRES.parents[1].glob(f"{POSTGRES.parent.name}*"):
        os.symlink(part, venv / part.name)
    postgres_folder = venv / POSTGRES.parent.name / POSTGRES.name
    async with EmbeddedServers(made, nats=False, postgres_folder=postgres_folder):
        copies = os.listdir(made / "programs")
    cut_short = next((made / "programs").rglob("postgres.bki"))
    size = os.stat(cut_short).st_size
    os.truncate(cut_short, 0)

    async with EmbeddedServers(made, nats=False, postgres_folder=postgres_folder) as servers:
        assert await values(servers.database_url, "SELECT 1") == [1]

    assert os.listdir(made / "programs") == copies
    assert len(copies) == 1
    assert os.stat(cut_short).st_size == size
    assert os.stat(venv).st_mode & 0o777 == 0o700


@as_root
async def test_root_goes_on_with_the_account_that_made_the_data(data: Path) -> None:
    async with EmbeddedServers(data, postgres=False, run_as="daemon"):
        owner = os.stat(data / "nats").st_uid

    async with EmbeddedServers(data, postgres=False):
        assert os.stat(data / "nats").st_uid == owner
    with pytest.raises(FolderUnusable, match="same user as the first time"):
        async with EmbeddedServers(data, postgres=False, run_as="nobody"):
            pass

    assert os.stat(data / "nats").st_uid == owner


@as_root
def test_for_a_temporary_folder_the_place_outside_is_temporary_too(closed: Path) -> None:
    folder = open_folder(closed / "data", run_as=None, outside=None)
    folder.close()

    assert folder.home.parent == Path(tempfile.gettempdir()).resolve()
    erase(closed / "data")
    assert not folder.home.exists()


def test_a_folder_that_everybody_may_write_to_is_refused(data: Path) -> None:
    data.mkdir()
    data.chmod(0o777)

    with pytest.raises(FolderUnusable, match="choose another one"):
        open_folder(data, run_as=None, outside=None)

    assert list(data.iterdir()) == []


def test_a_database_without_its_state_file_is_not_touched(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)

    with pytest.raises(FolderUnusable, match=r"servers\.json"):
        open_folder(data, run_as=None, outside=None)

    assert not (data / "servers.json").exists()


def test_erasing_takes_only_data_folders_that_nobody_uses(data: Path) -> None:
    folder = open_folder(data, run_as=None, outside=None)
    with pytest.raises(FolderInUse):
        erase(data)
    with pytest.raises(FolderUnusable):
        erase(data / "log")
    folder.close()

    erase(data)
    erase(data)

    assert not data.exists()
