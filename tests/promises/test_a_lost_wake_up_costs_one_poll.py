"""A wake-up is a hint. When it is lost, an event comes one poll later; it is never lost with it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from shared.follow import POLL_SECONDS
from shared.relay import POLL_SECONDS as RELAY_POLL_SECONDS
from shared.store.postgres import PostgresLog
from shared.supervisor import Supervisor
from tests.shared.counted import Numbers, record

SOON_SECONDS = 0.05
HANGING_SECONDS = 10.0
"""Whoever waits as long relies on the hint."""


@pytest.fixture
async def elsewhere(
    log: PostgresLog, pool: asyncpg.Pool, database_url: str, supervisor: Supervisor
) -> AsyncIterator[PostgresLog]:
    """The same log as another process has it; neither tells the other anything."""
    opened = await PostgresLog.open("directives", pool, database_url)
    supervisor.start("writer elsewhere", opened.writer.run)
    yield opened


async def test_who_was_not_woken_finds_the_event_at_the_next_look(
    log: PostgresLog, elsewhere: PostgresLog, pool: asyncpg.Pool, tmp_path: Path
):
    numbers = await Numbers.made_in(tmp_path, log, pool)
    async with asyncio.timeout(HANGING_SECONDS):
        await numbers.follower.step()
        waiting = asyncio.create_task(numbers.follower.step(SOON_SECONDS))
        await asyncio.sleep(0)

        await record(elsewhere, 1)
        found_by_the_wait = await waiting
        found_by_the_next_look = await numbers.follower.step()

    assert found_by_the_wait + found_by_the_next_look == 1
    assert await numbers.seen() == [1]


async def test_waiting_for_news_ends_by_itself_when_nobody_brings_them(
    log: PostgresLog, elsewhere: PostgresLog
):
    await record(elsewhere, 1)

    async with asyncio.timeout(HANGING_SECONDS):
        await log.changed(0, SOON_SECONDS)

    assert len(await log.read(0, 10)) == 1


def test_nobody_waits_longer_for_a_hint_than_it_may_take_to_poll():
    assert max(POLL_SECONDS, RELAY_POLL_SECONDS) <= 1.0
