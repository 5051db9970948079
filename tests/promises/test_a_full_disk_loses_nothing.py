"""A full disk refuses what is new and loses nothing of what was acknowledged.

Once there is space again everything goes on without a restart of the product. Each server has its
data on a small disk of its own, which the test fills; that takes root, who may mount one.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from structlog.testing import capture_logs

import shared.bus.bus
import shared.relay
import shared.store.writer
from services.registry import SERVICES
from services.timeline.projection import TIMELINE
from shared.config import Config
from shared.embedded.servers import EmbeddedServers
from shared.store.guards import as_role
from shared.store.postgres import PostgresLog
from shared.system import running
from tests.promises.road import Road, road
from tests.promises.small_disk import SmallDisk, small_disk
from tests.running import ISSUER, World, directive, until
from tests.shared.nats_fixture import nats_server

POSTGRES_MEGABYTES = 160
NATS_MEGABYTES = 40
RESTARTS_PER_MINUTE = 10_000
"""Whoever keeps the server, it is started again for as long as the disk is full."""
LONG_SECONDS = 60.0
NOTE_BYTES = 20_000


@pytest.fixture
def disk_of_postgres() -> Iterator[SmallDisk]:
    with small_disk(POSTGRES_MEGABYTES) as disk:
        yield disk


@pytest.fixture
def disk_of_nats() -> Iterator[SmallDisk]:
    with small_disk(NATS_MEGABYTES) as disk:
        yield disk


@pytest.fixture
async def servers(disk_of_postgres: SmallDisk) -> AsyncIterator[EmbeddedServers]:
    """A PostgreSQL that somebody else keeps, on the small disk."""
    async with EmbeddedServers(
        disk_of_postgres.folder / "data",
        nats=False,
        restarts_per_minute=RESTARTS_PER_MINUTE,
        postgres_settings={"max_wal_size": "64MB", "min_wal_size": "32MB"},
    ) as servers:
        yield servers


@pytest.fixture
async def world(
    servers: EmbeddedServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """The product, which never restarts; it tells a caller soon that it has no answer."""
    monkeypatch.setattr(shared.store.writer, "OUTCOME_SECONDS", 2.0)
    admin = await asyncpg.connect(servers.database_url)
    await admin.execute("CREATE ROLE serving LOGIN PASSWORD 'secret'")
    await admin.close()
    config = Config(
        data=tmp_path,
        http_port=0,
        database_url=as_role(servers.database_url, "serving", "secret"),
        owner_database_url=servers.database_url,
    )
    with capture_logs():  # What it has to say is long, and drawing it takes the test's time.
        async with running(config, SERVICES) as system, aiohttp.ClientSession() as http:
            yield World(system, http)


@dataclass
class Clerk:
    """Issues one directive after another, and repeats what was not acknowledged."""

    world: World
    acknowledged: dict[str, Any] = field(default_factory=dict)
    """By idempotency key: what was answered."""
    asked: dict[str, Any] = field(default_factory=dict)

    async def ask(self, key: str = "") -> tuple[int, str | None]:
        """One attempt: its status, and when to come again."""
        key = key or str(uuid.uuid4())
        body = self.asked.setdefault(key, directive(subject_vi="Rà soát địa bàn " * 20))
        headers = {
            "Authorization": f"Bearer {self.world.token(ISSUER)}",
            "Idempotency-Key": key,
        }
        async with self.world.http.post(
            self.world.url + "/v1/directives", json=body, headers=headers
        ) as response:
            answer = await response.json(content_type=None)
            if response.status == 201:
                assert self.acknowledged.setdefault(key, answer) == answer
            return response.status, response.headers.get("Retry-After")

    async def until_refused(self) -> None:
        """Ask until there is no space left for it."""
        statuses = {201}
        while statuses == {201}:
            answers = await asyncio.gather(*(self.ask() for _ in range(8)))
            statuses = {status for status, _ in answers}
        assert statuses <= {201, 503}
        assert all(again for status, again in answers if status == 503)

    async def repeat_all(self) -> None:
        """Ask again for everything until all of it is acknowledged."""

        async def settled(key: str) -> bool:
            status, again = await self.ask(key)
            assert status == 201 or (status, bool(again)) == (503, True)
            return status == 201

        for key in self.asked:
            await until(partial(settled, key), LONG_SECONDS)


async def crash(servers: EmbeddedServers, disk: SmallDisk) -> None:
    """Have PostgreSQL need new files for its own journal, without which it ends itself. What it
    gives back while it recovers is taken, too, until it gives up."""
    before = servers.pids["postgres"]

    async def gone() -> bool:
        disk.fill()
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            admin = await asyncpg.connect(servers.database_url)
            try:
                await admin.execute("SELECT pg_logical_emit_message(false, 'ballast', '')")
                await admin.execute("SELECT pg_switch_wal()")
            finally:
                admin.terminate()
        return servers.pids.get("postgres") != before

    await until(gone, LONG_SECONDS)


async def test_postgresql_without_space_refuses_and_goes_on_later(
    disk_of_postgres: SmallDisk, servers: EmbeddedServers, world: World
):
    clerk = Clerk(world)
    assert (await clerk.ask())[0] == 201

    disk_of_postgres.fill()
    await clerk.until_refused()
    status, again = await clerk.ask()
    first_answered = dict(clerk.acknowledged)
    disk_of_postgres.make_room()
    await clerk.repeat_all()
    await world.caught_up()

    assert (status, bool(again)) == (503, True)
    assert 1 <= len(first_answered) < len(clerk.asked) == len(clerk.acknowledged)
    await nothing_is_lost_or_doubled(world, clerk)


async def test_postgresql_that_ends_itself_for_want_of_space_is_waited_for(
    disk_of_postgres: SmallDisk, servers: EmbeddedServers, world: World
):
    clerk = Clerk(world)
    await asyncio.gather(*(clerk.ask() for _ in range(5)))
    disk_of_postgres.fill()

    await crash(servers, disk_of_postgres)
    refused = await asyncio.gather(*(clerk.ask() for _ in range(5)))
    disk_of_postgres.make_room()
    await clerk.repeat_all()
    await world.caught_up()

    assert {(status, bool(again)) for status, again in refused} == {(503, True)}
    await nothing_is_lost_or_doubled(world, clerk)


async def nothing_is_lost_or_doubled(world: World, clerk: Clerk) -> None:
    """Each command has its events once, in the log and in the timeline; all is well."""
    stored = await world.system.logs["directives"].read(0, 10_000)
    told = await world.system.pool.fetch(
        f"SELECT event_id FROM {TIMELINE.schema}.entries WHERE store = 'directives'"
    )
    answered = [id for answer in clerk.acknowledged.values() for id in answer["event_ids"]]
    assert sorted(answered) == sorted(str(each.event_id) for each in stored)
    assert sorted(row["event_id"] for row in told) == sorted(each.event_id for each in stored)

    async def ready() -> bool:
        async with world.http.get(world.url + "/health/ready") as response:
            return response.status == 200

    await until(ready, LONG_SECONDS)


@pytest.fixture
async def way(
    disk_of_nats: SmallDisk,
    log: PostgresLog,
    tmp_path: Path,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Road]:
    """A broker whose streams are on the small disk."""
    monkeypatch.setattr(shared.bus.bus, "PUBLISH_SECONDS", 0.5)
    monkeypatch.setattr(shared.relay, "RETRY_SECONDS_MAX", 0.2)
    async with (
        nats_server(disk_of_nats.folder) as server,
        road(server, log, tmp_path, postgres_url) as built,
    ):
        yield built


async def test_a_broker_without_space_holds_up_the_relay_and_nothing_else(
    way: Road, disk_of_nats: SmallDisk
):
    await way.follow()
    relay = way.publishing()
    way.tasks.start("relay", relay.run)
    await way.record(*range(1, 21))
    await way.arrive(range(1, 21))

    disk_of_nats.fill()
    with capture_logs() as said:
        await way.record(*range(21, 221), bytes_each=NOTE_BYTES)

        async def waits() -> bool:
            return any(each["event"] == "relay waits" for each in said)

        await until(waits, LONG_SECONDS)
    in_the_log, published = len(await way.log.read(0, 1_000)), await way.log.get()
    disk_of_nats.make_room()
    await way.restart_broker()  # Its stream stays closed until then, space or not.

    assert in_the_log == 220
    assert published < await way.log.head()
    await way.arrive(range(1, 221))
