"""A running system: servers, logs, bus, followers and the front door, started in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import asyncpg
import structlog
import uuid_utils
from aiohttp import web

from shared.auth import DevelopmentIssuer, Tokens
from shared.bus import Bus
from shared.bus_source import BusSource
from shared.config import Config
from shared.embedded.servers import EmbeddedServers
from shared.embedded.supervise import ServerExit
from shared.errors import Broken, NotFound
from shared.fold import Fold
from shared.follow import Follower, LogSource, Projection, Source
from shared.following import Following
from shared.http.contracts import contract_routes
from shared.http.door import Desk, Door
from shared.http.intake import BODY_BYTES_MAX
from shared.http.jwks import fetch_keys, keep_fresh
from shared.http.listening import listen, quiet_log
from shared.http.middleware import answer_in_our_way, say_little
from shared.http.operating import Operating
from shared.http.operations import Operations
from shared.http.sse import end_streams_with
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.outbox import LogOutbox
from shared.policy import Competence
from shared.publishing import Publishing
from shared.rebuilds import Rebuilds
from shared.reference import Register, load_register
from shared.relay import Relay
from shared.sealing import NO_KEYS, Keys
from shared.service import Service, stream_name
from shared.snapshots import Snapshots
from shared.store.access import Access
from shared.store.postgres import PostgresLog
from shared.store.snapshots import PostgresShelf
from shared.store.wakeup import WakeUps
from shared.supervisor import Supervisor

SUBJECTS = "ln"
"""First token of every event subject."""
FEEDS = "LN_FEEDS"
"""The stream of the agencies' own feeds; agencies may pull from it and nothing else."""
DUPLICATE_WINDOW_SECONDS = 600
MESSAGE_BYTES_MAX = 524_288
DRAIN_SECONDS = 20.0
KEEPALIVE_SECONDS = 75.0
HEADER_BYTES_MAX = 16_384
"""Of one header; above what a token may have, so that a long one is refused by us, in words."""

COMMAND_SECONDS = 30.0
"""How long one statement may take. A line on which nothing comes any more is given up then, and at
the latest after as long again, for PostgreSQL to confirm that the statement was ended."""
IDLE_IN_TRANSACTION_SECONDS = 15
"""Then PostgreSQL ends a transaction in which it hears nothing any more, and its locks with it."""

log = structlog.get_logger()


@dataclass
class System:
    """What runs. Services start their own tasks through it; tests look into it."""

    config: Config
    services: Sequence[Service]
    pool: asyncpg.Pool
    access: Access
    nats_url: str
    nats_secrets: NatsSecrets
    bus: Bus
    register: Register
    tokens: Tokens
    issuer: DevelopmentIssuer | None
    clock: Callable[[], datetime]
    wakeups: WakeUps
    supervisor: Supervisor = field(default_factory=Supervisor)
    logs: dict[str, PostgresLog] = field(default_factory=dict)
    snapshots: dict[str, Snapshots] = field(default_factory=dict)
    """By service."""
    followers: dict[str, list[Follower]] = field(default_factory=dict)
    """By projection schema."""
    keys: Keys = NO_KEYS
    """Seals personal data; set by the service that holds the keys before the front door opens."""
    publishings: dict[str, Publishing] = field(default_factory=dict)
    """By the name of the outbox, which for a log is its service's."""
    rebuilds: Rebuilds = field(default_factory=Rebuilds)
    url: str = ""
    """Where the front door is, without a slash at the end."""

    @property
    def database_url(self) -> str:
        """Of the role that serves."""
        return self.access.serving_url

    async def start_log(self, service: Service) -> None:
        """The log of a service, its writer, its stream and the relay between them."""
        owned = await self.access.open(service.name, self.pool)
        self.wakeups.join(owned)
        self.logs[service.name] = owned
        self.supervisor.start(f"{service.name}.writer", owned.writer.run)
        shelf = await PostgresShelf.open(service.name, self.pool)
        self.snapshots[service.name] = Snapshots(shelf, service.aggregates)
        relay = Relay(LogOutbox(owned), self.bus, service.stream, cursor=owned)
        subjects = f"{SUBJECTS}.{service.name}.>"
        await self.start_relay(f"{service.name}.relay", relay, subjects, owned.head)

    async def ensure_stream(self, name: str, subjects: str) -> None:
        """A stream with the limits and copies that all streams of this system have."""
        await self.bus.ensure_stream(
            name,
            [subjects],
            max_msg_size=MESSAGE_BYTES_MAX,
            duplicate_window_seconds=DUPLICATE_WINDOW_SECONDS,
            replicas=self.config.nats_replicas,
        )

    async def start_relay(
        self, name: str, relay: Relay, subjects: str, head: Callable[[], Awaitable[int]]
    ) -> None:
        """The stream for these subjects, and a relay that fills it whenever this process leads.

        `head` gives the last position of the outbox.
        """

        async def make_stream() -> None:
            await self.ensure_stream(relay.stream, subjects)

        await make_stream()
        publishing = Publishing(name, relay, self.bus, self.database_url, make_stream, head)
        self.publishings[relay.name] = publishing
        self.supervisor.start(name, publishing.run)

    async def rebuild_stream(self, service: str) -> int:
        """Copy a stream anew from its log, or `feeds` from the feed table; returns how much.

        An operator's permission, see `Publishing.rebuild`: agencies hear old messages of `feeds`
        again, with the same ids. Raises `NotFound` with the names there are, `Retry`, `Broken`.
        """
        publishing = self.publishings.get(service)
        if publishing is None:
            known = ", ".join(sorted(self.publishings))
            raise NotFound(
                "stream",
                f"Không có luồng {service!r}; các luồng ở đây: {known}.",
                f"There is no stream of {service!r}; the ones here are: {known}.",
                remedy_vi="Dùng một tên trong danh sách.",
                remedy_en="Use one of these names.",
            )
        return await publishing.rebuild()

    async def start_projection(self, projection: Projection) -> None:
        """A read model, and a follower for each of its sources whenever this process leads."""
        await projection.create(self.pool)
        followers = self.followers.setdefault(projection.schema, [])
        following = Following(projection.schema, self.database_url, followers)
        self.wakeups.join(following)
        for name in projection.sources:
            follower = Follower(projection, await self._source(projection, name), self.pool)
            following.add(follower)
            self.supervisor.start(follower.name, partial(following.run, follower))

    async def _source(self, projection: Projection, name: str) -> Source:
        """Our own log, or the owner's stream on the bus."""
        owner = self.logs.get(name)
        if owner is None:
            raise Broken(
                f"{projection.schema} follows {name}, whose log this process does not run; "
                f"start both, e.g. --services {projection.service},{name}"
            )
        if projection.service == name:
            return LogSource(owner)
        return await BusSource.open(
            self.bus,
            name=name,
            epoch=owner.epoch,
            stream=stream_name(name),
            durable=projection.schema,
            fill=owner.read,
            load=owner.load,
        )

    def desk(self, service: Service) -> Desk:
        """What the endpoints of a service work with."""
        owned = self.logs.get(service.name)
        return Desk(
            service=service.name,
            fold=Fold(owned, self.snapshots.get(service.name), self.keys) if owned else None,
            competence=Competence.read(service.competence, service.topics)
            if service.competence
            else None,
            projections={each.name: each for each in service.projections},
            followers={
                each.name: tuple(self.followers.get(each.schema, ()))
                for each in service.projections
            },
        )


@asynccontextmanager
async def running(
    config: Config,
    services: Sequence[Service],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[System]:
    """The whole system, ready when entered, drained and stopped when left."""
    async with AsyncExitStack() as stack:
        secrets = NatsSecrets.open(config)
        servers = await _embedded(config, secrets, stack)
        access = await _access(config, servers)
        nats_url = config.nats_url or (servers.nats_url if servers else "")
        register = await asyncio.to_thread(load_register)
        pool = await open_pool(access.serving_url, config.pool_connections_max)
        stack.push_async_callback(pool.close)
        await access.check(pool)
        bus = await stack.enter_async_context(
            Bus.connect(
                nats_url,
                user="services",
                password=secrets.services_password,
                name="liennganh services",
            )
        )
        tokens, issuer = await _tokens(config)
        system = System(
            config,
            services,
            pool,
            access,
            nats_url,
            secrets,
            bus,
            register,
            tokens,
            issuer,
            clock,
            WakeUps(access.serving_url),
        )
        stack.push_async_callback(system.supervisor.stop)
        stack.push_async_callback(system.rebuilds.stop)
        if servers is not None:
            system.supervisor.start("embedded servers", servers.failed)
        system.supervisor.start("wake-ups", system.wakeups.run)
        await _start(system)
        system.url = await _serve(system, stack)
        yield system


async def _embedded(
    config: Config, secrets: NatsSecrets, stack: AsyncExitStack
) -> EmbeddedServers | None:
    """The servers that nobody else runs for us."""
    if config.database_url and config.nats_url:
        return None
    return await stack.enter_async_context(
        EmbeddedServers(
            config.data,
            nats_authorization=render_accounts(secrets, FEEDS),
            postgres=not config.database_url,
            nats=not config.nats_url,
            on_exit=lambda exit: log.error("embedded server died", **_exit_words(exit)),
        )
    )


async def _access(config: Config, servers: EmbeddedServers | None) -> Access:
    """As whom we come to the database; on a server of our own, never as its superuser."""
    if servers is not None and not config.database_url:
        return await Access.made(servers.database_url, config.secrets)
    strict = config.profile == "production"
    return await Access.given(config.database_url, config.owner_database_url, strict=strict)


def _exit_words(exit: ServerExit) -> dict[str, object]:
    """What is said of a server that died."""
    return {
        "server": exit.server,
        "exit_code": exit.exit_code,
        "restart_in_seconds": exit.restart_in_seconds,
    }


async def _tokens(config: Config) -> tuple[Tokens, DevelopmentIssuer | None]:
    if config.jwks_url:
        return Tokens(await fetch_keys(config.jwks_url), config.token_issuer), None
    issuer = DevelopmentIssuer.open(config.secrets)
    return issuer.tokens(), issuer


async def _start(system: System) -> None:
    if system.config.jwks_url:
        system.supervisor.start("keys", lambda: keep_fresh(system.tokens, system.config.jwks_url))
    for service in system.services:
        if service.aggregates:
            await system.start_log(service)
    for service in system.services:
        for projection in service.projections:
            await system.start_projection(projection)
        if service.start is not None:
            await service.start(system)


async def _serve(system: System, stack: AsyncExitStack) -> str:
    """Open the front door last and close it first: what is accepted can be served."""
    app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[answer_in_our_way])
    door = Door(
        pool=system.pool,
        tokens=system.tokens,
        register=system.register,
        clock=system.clock,
        new_id=new_id,
        logs=system.logs,
        issuer=system.issuer,
    )
    for service in system.services:
        door.add(app, system.desk(service), service.routes)
        if service.static is not None:
            app.router.add_static(f"/{service.name}/static/", service.static)
    app.on_response_prepare.append(say_little)
    end_streams_with(app)
    Operations(system).add(app)
    Operating(system, door).add(app)
    contract_routes(app, system.services)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=quiet_log(),
        max_field_size=HEADER_BYTES_MAX,
        keepalive_timeout=KEEPALIVE_SECONDS,
        shutdown_timeout=DRAIN_SECONDS,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    listening = listen(system.config.http_host, system.config.http_port)
    await web.SockSite(runner, listening).start()
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


async def open_pool(database_url: str, connections_max: int) -> asyncpg.Pool:
    """Connections that serve. A half-open line holds up neither us nor, by its locks, others."""
    silent = {
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS}s",
        # What is idle outside a transaction may hold a lock, too; it ends with whoever is gone.
        "tcp_keepalives_idle": "20",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    return await asyncpg.create_pool(
        database_url,
        min_size=2,
        max_size=connections_max,
        command_timeout=COMMAND_SECONDS,
        server_settings=silent,
        reset=_keep_as_it_is,
    )


async def _keep_as_it_is(_: asyncpg.Connection) -> None:
    """Nothing of ours leaves a change in a pooled session (who locks there lets go, or ends it), so
    the round trip that would undo such changes after each use is saved."""


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): ordered by the millisecond of its making."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
