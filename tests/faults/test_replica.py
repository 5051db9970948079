"""A replica that cannot start says why at once."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from shared.embedded.ports import choose_port
from shared.supervisor import Supervisor
from tests.faults.replica import NeverReady, Replica

FAR_OFF_SECONDS = 600.0
"""Whoever waits so long has not noticed the end."""


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_an_end_before_it_was_ready_is_told_with_the_end_of_its_log(
    tmp_path: Path, http: aiohttp.ClientSession, supervisor: Supervisor
):
    refused = {"PATH": os.environ["PATH"], "LIENNGANH_POOL_CONNECTIONS_MAX": "1"}
    replica = Replica(3, tmp_path, choose_port([]), refused, tmp_path / "replica-3.log", http)
    supervisor.start("replica", replica.keep)

    with pytest.raises(NeverReady) as told:
        await replica.until_ready(FAR_OFF_SECONDS)

    assert "replica 3 ended with exit code 1" in str(told.value)
    assert "LIENNGANH_POOL_CONNECTIONS_MAX" in str(told.value)


async def test_one_that_is_not_ready_in_time_is_told_too(
    tmp_path: Path, http: aiohttp.ClientSession
):
    never_started = Replica(4, tmp_path, choose_port([]), {}, tmp_path / "replica-4.log", http)

    with pytest.raises(NeverReady, match="replica 4 was not ready within 0 s"):
        await never_started.until_ready(0.01)
