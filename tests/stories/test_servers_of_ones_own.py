"""`LIENNGANH_DATABASE_URL` and `LIENNGANH_NATS_URL` replace the embedded servers."""

from collections.abc import Callable
from pathlib import Path

import aiohttp

from services.registry import SERVICES
from shared.config import Config
from shared.embedded.servers import EmbeddedServers
from shared.nats_accounts import NatsSecrets, render_accounts
from shared.nkeys import Kind, new_seed
from shared.system import FEEDS, running
from tests.running import World


async def test_everything_runs_on_servers_that_somebody_else_keeps(
    data_folder: Callable[[], Path], tmp_path: Path
):
    secrets = NatsSecrets("s" * 40, "a" * 40, new_seed(Kind.ACCOUNT))

    async with EmbeddedServers(
        data_folder(), nats_authorization=render_accounts(secrets, FEEDS)
    ) as servers:
        config = Config(
            data=tmp_path,
            http_port=0,
            database_url=servers.database_url,
            nats_url=servers.nats_url,
            nats_services_password=secrets.services_password,
            nats_auth_password=secrets.auth_password,
            nats_issuer_seed=secrets.issuer_seed,
        )
        async with running(config, SERVICES) as system, aiohttp.ClientSession() as http:
            world = World(system, http)
            issued = await world.issue()
            await world.caught_up()
            _, page = await world.get(
                "BCD138_CP-VN", "/v1/timeline", subject=f"directive:{issued['id']}"
            )

    assert len(page["entries"]) >= 3
    assert not (tmp_path / "postgres").exists()
