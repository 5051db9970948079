"""What a campaign is fought on: real servers, proxies before them, two replicas of the product."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from shared.auth import DevelopmentIssuer
from shared.embedded.ports import LOOPBACK, choose_port
from shared.embedded.servers import EmbeddedServers
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.nkeys import Kind, new_seed
from shared.supervisor import Supervisor
from shared.system import FEEDS
from tests.faults.proxy import FaultProxy
from tests.faults.replica import Replica

REPLICAS = 2
RESTARTS_PER_MINUTE = 10_000
"""The servers' keeper never gives up: here a crash is what we came for."""
START_SECONDS = 90.0
CONNECTIONS_MAX = 200
ROLES = ("data_protection",)
"""Of every officer, so that the vault has something to decide."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
"""Of our own environment; settings of the product come from the campaign alone."""


@dataclass(eq=False)
class Ground:
    """Everything that runs, and the ways to it that no fault lies on."""

    folder: Path
    servers: EmbeddedServers
    secrets: NatsSecrets
    database_line: FaultProxy
    """Between the replicas and PostgreSQL."""
    bus_line: FaultProxy
    """Between the replicas and nats-server."""
    http: aiohttp.ClientSession
    issuer: DevelopmentIssuer
    replicas: list[Replica] = field(default_factory=list)
    tasks: Supervisor = field(default_factory=Supervisor)
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """PostgreSQL itself, past the proxy."""
        return self.servers.database_url

    @property
    def nats_url(self) -> str:
        """nats-server itself, past the proxy."""
        return self.servers.nats_url

    def token(self, agency: str) -> str:
        """A bearer token of an agency, for HTTP and NATS."""
        if agency not in self._tokens:
            self._tokens[agency] = self.issuer.sign(agency, "clerk", ROLES)
        return self._tokens[agency]


@asynccontextmanager
async def ground(folder: Path) -> AsyncIterator[Ground]:
    """Servers, proxies and replicas, all ready. Raises `NeverReady`."""
    secrets = NatsSecrets("s" * 40, "a" * 40, new_seed(Kind.ACCOUNT))
    async with (
        EmbeddedServers(
            folder / "servers",
            nats_authorization=render_accounts(secrets, FEEDS),
            restarts_per_minute=RESTARTS_PER_MINUTE,
            postgres_settings={"max_connections": str(CONNECTIONS_MAX)},
        ) as servers,
        FaultProxy(LOOPBACK, _port(servers.database_url)) as database_line,
        FaultProxy(LOOPBACK, _port(servers.nats_url)) as bus_line,
        # A connection that was broken off must not be tried again behind the journal's back.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True, limit=0)) as http,
    ):
        data = folder / "product"
        issuer = DevelopmentIssuer.open(data / "secrets")
        built = Ground(folder, servers, secrets, database_line, bus_line, http, issuer)
        try:
            await _start_replicas(built, data)
            yield built
        finally:
            database_line.heal()
            bus_line.heal()
            await built.tasks.stop()


async def _start_replicas(built: Ground, data: Path) -> None:
    url = built.database_url.replace(f":{built.database_line.port}/", f":{_listening(built)}/")
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "LIENNGANH_DATABASE_URL": url,
        "LIENNGANH_NATS_URL": f"nats://{LOOPBACK}:{built.bus_line.listening}",
        "LIENNGANH_NATS_SERVICES_PASSWORD": built.secrets.services_password,
        "LIENNGANH_NATS_AUTH_PASSWORD": built.secrets.auth_password,
        "LIENNGANH_NATS_ISSUER_SEED": built.secrets.issuer_seed,
    }
    ports: list[int] = []
    for number in range(REPLICAS):
        ports.append(choose_port(ports))
        log = built.folder / f"replica-{number}.log"
        replica = Replica(number, data, ports[-1], environment, log, built.http)
        built.replicas.append(replica)
        built.tasks.start(f"replica {number}", replica.keep)
    for each in built.replicas:
        await each.until_ready(START_SECONDS)


def _listening(built: Ground) -> int:
    return built.database_line.listening


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, url
    return port
