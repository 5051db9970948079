"""Two processes of the whole product on the same servers: either takes any command, and nothing
is done twice. One relay leads; when its process is killed, the other's goes on.
"""

import asyncio
import shutil
import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.gateway.projection import FEED
from services.timeline.projection import TIMELINE
from shared.bus import Bus
from shared.embedded.folder import erase
from tests.faults.ground import Ground, ground
from tests.faults.replica import Replica
from tests.running import ISSUER, directive, until
from tests.shared.bus_examples import stored_ids

COMMANDS = 20
LONG_SECONDS = 60.0
RELAY = "directives.relay"


@pytest.fixture(scope="module")
async def both() -> AsyncIterator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="liennganh-replicas-"))
    async with ground(folder) as built:
        yield built
    erase(folder / "servers")
    shutil.rmtree(folder)


async def post(both: Ground, replica: Replica, key: str, body: Mapping[str, Any]) -> Any:
    """A command to one of the two; what it answers."""
    headers = {"Authorization": f"Bearer {both.token(ISSUER)}", "Idempotency-Key": key}
    async with both.http.post(
        replica.url + "/v1/directives", json=body, headers=headers
    ) as response:
        assert response.status == 201, await response.text()
        return await response.json()


async def leads(both: Ground, replica: Replica) -> bool:
    """Whether it says that its relay leads."""
    try:
        async with both.http.get(replica.url + "/metrics") as response:
            text = await response.text()
    except (aiohttp.ClientError, OSError):
        return False
    samples = [
        sample
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "liennganh_leader" and sample.labels["name"] == RELAY
    ]
    return any(sample.value == 1 for sample in samples)


async def leaders(both: Ground) -> list[Replica]:
    return [each for each in both.replicas if await leads(both, each)]


async def one_leads(both: Ground) -> bool:
    return len(await leaders(both)) == 1


async def everything_arrived_once(both: Ground, told: list[str]) -> None:
    """Each event that anybody was told of: once in the log, each read model and the stream."""
    [replica, *_] = both.replicas
    async with asyncpg.create_pool(both.database_url, min_size=1, max_size=2) as pool:
        log = await pool.fetch(
            "SELECT event_id, notification_id AS position "
            "FROM directives.directives_events ORDER BY notification_id"
        )

        async def level() -> bool:
            _, status = await replica.ask("/v1/status", both.token(ISSUER))
            return bool(status) and all(each["behind"] == 0 for each in status["followers"])

        async def published() -> bool:
            cursor = "SELECT position FROM directives.directives_relay"
            return bool(await pool.fetchval(cursor) == log[-1]["position"])

        await until(level, LONG_SECONDS)
        await until(published, LONG_SECONDS)
        entries = await pool.fetch(
            f"SELECT event_id FROM {TIMELINE.schema}.entries WHERE store = 'directives' "
            "ORDER BY entry_id"
        )
        feed = await pool.fetch(
            f"SELECT agency, event_id, count(*) FROM {FEED.schema}.feed GROUP BY 1, 2"
        )
    password = both.secrets.services_password
    async with Bus.connect(both.nats_url, user="services", password=password, name="test") as bus:
        stream = await stored_ids(bus, "LN_DIRECTIVES")
    ids = [each["event_id"] for each in log]
    assert {*told} <= {str(each) for each in ids}
    assert [each["event_id"] for each in entries] == ids
    assert {each["event_id"] for each in feed} == {*ids}
    assert {each["count"] for each in feed} == {1}
    assert stream == [str(each["position"]) for each in log]


async def test_either_takes_any_command_and_each_event_is_applied_once(both: Ground):
    keys = [str(uuid.uuid4()) for _ in range(COMMANDS)]
    bodies = [directive() for _ in keys]

    answers = await asyncio.gather(
        *(
            post(both, both.replicas[number % 2], key, body)
            for number, (key, body) in enumerate(zip(keys, bodies, strict=True))
        )
    )

    told = [id for answer in answers for id in answer["event_ids"]]
    assert len({*told}) == len(told)
    await everything_arrived_once(both, told)


async def test_one_command_that_is_sent_to_both_at_once_is_done_once(both: Ground):
    key, body = str(uuid.uuid4()), directive()

    answers = await asyncio.gather(
        *(post(both, replica, key, body) for replica in both.replicas * 4)
    )

    assert answers == [answers[0]] * 8
    await everything_arrived_once(both, answers[0]["event_ids"])


async def test_when_the_leader_is_killed_the_other_goes_on(both: Ground):
    await until(partial(one_leads, both), LONG_SECONDS)
    [leader] = await leaders(both)
    [other] = [each for each in both.replicas if each is not leader]
    sending = asyncio.create_task(_send(both, other))
    leader.wanted = True

    leader.signal(signal.SIGKILL)
    await until(partial(leads, both, other), LONG_SECONDS)
    told = await sending

    await until(partial(one_leads, both), LONG_SECONDS)
    assert await leaders(both) == [other]
    await everything_arrived_once(both, told)


async def _send(both: Ground, replica: Replica) -> list[str]:
    told: list[str] = []
    for _ in range(COMMANDS):
        answer = await post(both, replica, str(uuid.uuid4()), directive())
        told += answer["event_ids"]
    return told
