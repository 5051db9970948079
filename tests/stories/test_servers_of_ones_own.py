"""`LIENNGANH_DATABASE_URL` and `LIENNGANH_NATS_URL` replace the embedded servers."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import asyncpg

from services.registry import SERVICES
from shared.config import Config
from shared.embedded.servers import EmbeddedServers
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.nkeys import Kind, new_seed
from shared.store.guards import SERVING_ROLE, as_role, refuse_powerful
from shared.system import FEEDS, running
from tests.running import DEADLINE_SECONDS, World


async def test_everything_runs_on_servers_that_somebody_else_keeps(
    data_folder: Callable[[], Path], tmp_path: Path
):
    secrets = NatsSecrets("s" * 40, "a" * 40, new_seed(Kind.ACCOUNT))

    async with EmbeddedServers(
        data_folder(), nats_authorization=render_accounts(secrets, FEEDS)
    ) as servers:
        admin = await asyncpg.connect(servers.database_url)
        await admin.execute("CREATE ROLE serving LOGIN PASSWORD 'secret'")
        await admin.close()
        config = Config(
            data=tmp_path,
            http_port=0,
            database_url=as_role(servers.database_url, "serving", "secret"),
            owner_database_url=servers.database_url,
            nats_url=servers.nats_url,
            nats_services_password=secrets.services_password,
            nats_auth_password=secrets.auth_password,
            nats_issuer_seed=secrets.issuer_seed,
        )
        async with running(config, SERVICES) as system, aiohttp.ClientSession() as http:
            world = World(system, http)
            issued = await world.issue()
            await world.caught_up()
        # The tables are made: from now on it starts without their owner.
        config = config.model_copy(update={"owner_database_url": ""})
        async with running(config, SERVICES) as system, aiohttp.ClientSession() as http:
            world = World(system, http)
            await world.caught_up()
            _, page = await world.get(
                "BCD138_CP-VN", "/v1/timeline", subject=f"directive:{issued['id']}"
            )
            await refuse_powerful(system.pool, system.logs)

    assert len(page["entries"]) >= 3
    assert not (tmp_path / "postgres").exists()


async def test_the_embedded_product_serves_as_a_role_that_cannot_change_its_logs(world: World):
    assert await world.system.pool.fetchval("SELECT current_user") == SERVING_ROLE
    await refuse_powerful(world.system.pool, world.system.logs)


async def test_other_processes_are_told_of_what_the_product_records(world: World):
    told: asyncio.Queue[str] = asyncio.Queue()
    other = await asyncpg.connect(world.system.database_url)
    await other.add_listener("liennganh_directives", lambda *said: told.put_nowait(said[3]))

    await world.issue()

    head = await world.system.logs["directives"].head()
    async with asyncio.timeout(DEADLINE_SECONDS):
        while int(await told.get()) < head:
            continue
    await other.close()
