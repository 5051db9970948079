"""What `deploy/` says agrees with the code and is accepted by the real servers."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from services.vault.kek import FileKek
from services.vault.keyring import Keyring
from shared.config import Config
from shared.embedded.binaries import find_nats, find_postgres
from shared.embedded.servers import EmbeddedServers
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.store.access import Access
from shared.store.guards import as_role
from shared.supervisor import Supervisor
from shared.system import FEEDS
from tests.shared.log_promises import command, new_event, versions

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PREFIX = "LIENNGANH_"
BUILD_SECONDS_MAX = 120
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.fixture
def made() -> dict[str, str]:
    """What an operator's deploy/.env holds."""
    printed = run([sys.executable, DEPLOY / "new_secrets.py"]).stdout
    return dict(line.split("=", 1) for line in printed.splitlines())


def run(
    command: list[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )


def test_compose_names_only_what_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]

    mounts = [each for service in services.values() for each in service["volumes"]]
    files = [each.split(":")[0] for each in mounts if each.startswith("./")]
    volumes = [each.split(":")[0] for each in mounts if not each.startswith("./")]
    needed = [name for service in services.values() for name in service.get("depends_on", ())]
    build = services["app"]["build"]

    assert [each for each in files if not (DEPLOY / each).is_file()] == []
    assert set(volumes) == set(compose["volumes"])
    assert set(needed) <= set(services)
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve().is_file()


def test_compose_needs_only_the_secrets_that_are_made(made: dict[str, str]) -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")

    needed = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert needed <= set(made)


def test_compose_starts_the_application_with_a_whole_configuration(
    compose: dict[str, Any], made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = compose["services"]["app"]["environment"]
    for name, value in {**made, **given}.items():
        filled = re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda found: made[found[1]], value)
        monkeypatch.setenv(name, filled)

    with pytest.raises(ValueError, match="development issuer would let everybody"):
        Config()  # Without an issuer it must not listen for everybody.

    monkeypatch.setenv("LIENNGANH_JWKS_URL", "https://issuer.example/keys")
    monkeypatch.setenv("LIENNGANH_TOKEN_ISSUER", "https://issuer.example")
    config = Config()

    assert config.database_url.startswith("postgresql://liennganh_services:")
    assert "$" not in config.database_url
    assert config.owner_database_url == ""
    assert config.vault_database_url.startswith("postgresql://liennganh_vault:")
    assert config.vault_database_url.endswith("/liennganh_keys")
    assert config.nats_url
    assert NatsSecrets.open(config).issuer_seed == made["LIENNGANH_NATS_ISSUER_SEED"]


def test_what_serves_does_not_know_the_passwords_of_who_could_change_the_log(
    compose: dict[str, Any],
) -> None:
    serving = compose["services"]["app"]["environment"]
    migrating = compose["services"]["migrate"]["environment"]

    owner_url = migrating.pop("LIENNGANH_OWNER_DATABASE_URL")

    assert owner_url.startswith("postgresql://liennganh:${DATABASE_PASSWORD}@")
    assert migrating == serving
    assert (serving["DATABASE_PASSWORD"], serving["POSTGRES_PASSWORD"]) == ("", "")
    assert [each for each in serving.values() if "{DATABASE_" in each or "{POSTGRES_" in each] == []


def test_compose_lets_only_this_machine_in(compose: dict[str, Any]) -> None:
    ports = [each for service in compose["services"].values() for each in service.get("ports", ())]

    assert ports != []
    assert [each for each in ports if not each.startswith("127.0.0.1:")] == []


def test_the_example_names_every_setting_and_no_other() -> None:
    text = (DEPLOY / "env.example").read_text("utf-8")

    named = re.findall(rf"^# {PREFIX}([A-Z_]+)=", text, re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Config.model_fields)


def test_the_example_shows_the_defaults_of_plain_settings() -> None:
    text = (DEPLOY / "env.example").read_text("utf-8")
    shown = dict(re.findall(rf"^# {PREFIX}([A-Z_]+)=(.*)$", text, re.MULTILINE))

    defaults = {name.upper(): field.default for name, field in Config.model_fields.items()}
    plain = {name: str(value) for name, value in defaults.items() if value not in ("", False)}

    assert {name: shown[name] for name in plain} == plain


def test_nats_server_accepts_its_configuration(made: dict[str, str]) -> None:
    done = run([find_nats(None), "-t", "-c", DEPLOY / "nats.conf"], env=made)

    assert (done.returncode, "is valid" in done.stderr) == (0, True), done.stderr


def test_nats_server_does_not_start_without_secrets() -> None:
    done = run([find_nats(None), "-t", "-c", DEPLOY / "nats.conf"])

    assert done.returncode != 0
    assert "LIENNGANH_NATS_SERVICES_PASSWORD" in done.stderr


def test_the_accounts_are_those_of_the_code(made: dict[str, str]) -> None:
    secrets = NatsSecrets(
        made["LIENNGANH_NATS_SERVICES_PASSWORD"],
        made["LIENNGANH_NATS_AUTH_PASSWORD"],
        made["LIENNGANH_NATS_ISSUER_SEED"],
    )

    text = (DEPLOY / "nats.conf").read_text("utf-8")
    filled = re.sub(r"\$([A-Z_]{4,})", lambda found: f'"{made[found[1]]}"', text)

    said = filled[filled.index("accounts {") :]
    assert said.splitlines() == render_accounts(secrets, FEEDS).splitlines()


@pytest.mark.parametrize("name", DURABLE)
def test_postgres_accepts_its_configuration_and_stays_durable(name: str, tmp_path: Path) -> None:
    settings = f"config_file={DEPLOY / 'postgresql.conf'}"

    # `-C` comes first: only then PostgreSQL answers root, too.
    done = run([find_postgres(None).postgres, "-C", name, "-D", tmp_path, "-c", settings])

    assert (done.returncode, done.stdout.strip()) == (0, "on"), done.stderr


@dataclass(frozen=True)
class Deployed:
    """A database made by `roles.sql`, and PostgreSQL's own programs on it."""

    admin_url: str
    made: Mapping[str, str]

    def url(self, role: str) -> str:
        """The database, for one of its roles."""
        password = {
            "liennganh": self.made["DATABASE_PASSWORD"],
            "liennganh_services": self.made["SERVICES_DATABASE_PASSWORD"],
        }
        return as_role(self.superuser_url, role, password[role])

    @property
    def vault_url(self) -> str:
        """The keys, for the vault's role."""
        url = keys_of(self.superuser_url)
        return as_role(url, "liennganh_vault", self.made["VAULT_DATABASE_PASSWORD"])

    @property
    def superuser_url(self) -> str:
        """The database, for the superuser."""
        return self.admin_url.rsplit("/", 1)[0] + "/liennganh"

    async def do(self, program: str, url: str, *options: str | Path) -> None:
        """Run a program of PostgreSQL's as an operator does."""
        path = find_postgres(None).folder / "bin" / program
        command: list[str | Path] = [path, "--dbname", url, *options]
        done = await asyncio.to_thread(run, command, self.made)
        assert done.returncode == 0, done.stderr

    async def psql(self, url: str, *options: str | Path) -> None:
        """Run psql; the first error ends it."""
        await self.do("psql", url, "--no-psqlrc", "--set", "ON_ERROR_STOP=1", *options)


@pytest.fixture
async def deployed(
    data_folder: Callable[[], Path], made: dict[str, str]
) -> AsyncIterator[Deployed]:
    async with EmbeddedServers(data_folder(), nats=False) as servers:
        deployed = Deployed(servers.database_url, made)
        await deployed.psql(servers.database_url, "--file", DEPLOY / "roles.sql")
        yield deployed


async def test_the_roles_serve_in_production_and_survive_a_restore(
    deployed: Deployed, supervisor: Supervisor, tmp_path: Path
) -> None:
    owner_url, serving_url = deployed.url("liennganh"), deployed.url("liennganh_services")
    dump, stream = tmp_path / "liennganh.dump", uuid.uuid4()

    access = await Access.given(serving_url, owner_url, strict=True)
    async with asyncpg.create_pool(serving_url, min_size=1, max_size=2) as serving:
        await access.check(serving)
        log = await access.open("directives", serving)
        supervisor.start("writer", log.writer.run)
        before = await log.append(command(new_event(stream, 1)))
        await serving.execute("CREATE SCHEMA read_v1; CREATE TABLE read_v1.checkpoints (n int)")
        await supervisor.stop()
    await deployed.do("pg_dump", deployed.superuser_url, "--format", "custom", "--file", dump)
    await deployed.psql(deployed.admin_url, "-c", "DROP DATABASE liennganh WITH (FORCE)")
    await deployed.psql(deployed.admin_url, *database_made_anew())
    await deployed.do("pg_restore", deployed.superuser_url, "--exit-on-error", dump)
    await deployed.psql(owner_url, "--file", DEPLOY / "after_restore.sql")

    restored = await Access.given(serving_url, "", strict=True)
    async with asyncpg.create_pool(serving_url, min_size=1, max_size=2) as serving:
        again = await restored.open("directives", serving)
        supervisor.start("writer", again.writer.run)
        after = await again.append(command(new_event(stream, 2)))
        found = await versions(again, stream)
        read_model = await serving.fetchval("SELECT to_regnamespace('read_v1')")
        await serving.execute("CREATE SCHEMA read_v1")
        await supervisor.stop()

    assert (before.status, after.status, found) == ("appended", "appended", [1, 2])
    assert again.epoch != log.epoch
    assert read_model is None


async def test_nobody_but_the_vault_comes_to_the_keys(deployed: Deployed, tmp_path: Path) -> None:
    def kek(may_be_made: bool) -> FileKek:
        return FileKek.open(tmp_path / "vault.kek", make=may_be_made)

    async with Keyring.open(deployed.vault_url, kek):
        for role in ("liennganh", "liennganh_services"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(keys_of(deployed.url(role)))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(deployed.vault_url.removesuffix("_keys"))


def keys_of(url: str) -> str:
    """The database of the keys beside that of the logs."""
    return f"{url}_keys"


def database_made_anew() -> list[str]:
    """What README.md says under "Restore": the lines of `roles.sql` about the logs' database."""
    text = re.sub(r"^--.*$", "", (DEPLOY / "roles.sql").read_text("utf-8"), flags=re.MULTILINE)
    said = [
        each.strip()
        for each in text.split(";")
        if re.match(r"\s*(CREATE|REVOKE).* DATABASE liennganh\b", each)
    ]
    return [word for each in said for word in ("-c", each)]


def test_the_image_has_a_python_that_the_project_supports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [oldest] = re.findall(r"^>=3\.(\d+)$", project["requires-python"])

    images = re.findall(
        r"^FROM python:3\.(\d+)-slim", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )

    assert len(images) == 2
    assert len(set(images)) == 1
    assert int(images[0]) >= int(oldest)


def test_the_image_copies_only_what_its_context_holds() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8")

    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    copied = {name for line in copies for name in line.split()}

    assert copied == set(re.findall(r"^!(\S+)$", ignore, re.MULTILINE))
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_an_installed_copy_has_every_file_of_the_source(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("shared", "services"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    files = {path.relative_to(source).as_posix() for path in source.glob("s*/**/*.*")}
    wanted = {name for name in files if (source / name).is_file() and not name.endswith(".md")}

    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = run([*pip, "--wheel-dir", tmp_path, "."], cwd=source)

    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    assert wanted - set(zipfile.ZipFile(wheel).namelist()) == set()


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-dev.txt"])
def test_a_lock_pins_every_library_by_hash_and_names_no_source(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    code = [line for line in lines if line and not line.lstrip().startswith("#")]
    pins = [line for line in code if not line.startswith(" ")]
    hashes = [line for line in code if line.startswith(" ")]

    assert [line for line in pins if not re.fullmatch(r"[a-z0-9-]+==[^ ]+ \\", line)] == []
    assert [
        line for line in hashes if not re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?", line)
    ] == []
    assert len(pins) > 10


def test_the_locks_hold_every_library_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    named = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]

    locked = {
        match[1]
        for file in ("constraints.txt", "constraints-dev.txt")
        for match in re.finditer(r"^([a-z0-9-]+)==", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    }
    wanted = {re.split(r"[\[<>=~! ]", each)[0].lower().replace("_", "-") for each in named}

    assert wanted - locked == set()
