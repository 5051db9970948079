import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

import shared.leadership
from shared.errors import Broken, Retry
from shared.leadership import LEADS, leadership
from tests.shared.nats_fixture import until

SOON_SECONDS = 15.0
LEADERS = "application_name = $1"


class Candidate:
    """A process that wants to lead, and how it is doing."""

    def __init__(self, name: str, url: str) -> None:
        self.leads = asyncio.Event()
        self.resign = asyncio.Event()
        self.task = asyncio.create_task(self._run(name, url))

    async def _run(self, name: str, url: str) -> None:
        async with leadership(name, url):
            self.leads.set()
            await self.resign.wait()


@pytest.fixture
def name() -> str:
    return f"relay {uuid.uuid4()}"


@pytest.fixture
async def admin(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def first_of_two(
    name: str, url: str, admin: asyncpg.Connection
) -> tuple[Candidate, Candidate]:
    """One that leads and one that is seen to wait for its turn."""
    first = Candidate(name, url)
    async with asyncio.timeout(SOON_SECONDS):
        await first.leads.wait()
    second = Candidate(name, url)

    async def waits() -> bool:
        return bool(
            await admin.fetchval(
                f"SELECT count(*) FROM pg_stat_activity WHERE {LEADERS} "
                "AND wait_event_type = 'Lock' AND wait_event = 'advisory'",
                f"liennganh leader {name}"[:63],
            )
        )

    await until(waits)
    return first, second


async def test_the_second_waits_and_leads_when_the_first_resigns(
    name: str, postgres_url: str, admin: asyncpg.Connection
):
    first, second = await first_of_two(name, postgres_url, admin)
    assert not second.leads.is_set()

    first.resign.set()

    async with asyncio.timeout(SOON_SECONDS):
        await second.leads.wait()
    second.resign.set()
    await asyncio.gather(first.task, second.task)


async def test_when_the_leaders_connection_is_killed_it_knows_and_the_second_takes_over(
    name: str, postgres_url: str, admin: asyncpg.Connection
):
    first, second = await first_of_two(name, postgres_url, admin)

    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid) "
        f"WHERE {LEADERS} AND locktype = 'advisory' AND granted",
        f"liennganh leader {name}"[:63],
    )

    async with asyncio.timeout(SOON_SECONDS):
        with pytest.raises(Retry, match="leader of relay"):
            await first.task
        await second.leads.wait()
    second.resign.set()
    await second.task


async def test_whoever_waits_goes_on_waiting_when_its_question_times_out(
    name: str, postgres_url: str, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.leadership, "TURN_SECONDS", 1.0)
    first, second = await first_of_two(name, postgres_url, admin)
    asked = await admin.fetchval(
        f"SELECT max(query_start) FROM pg_stat_activity WHERE {LEADERS}",
        f"liennganh leader {name}"[:63],
    )

    async def asked_again() -> bool:
        return bool(
            await admin.fetchval(
                f"SELECT max(query_start) > $2 FROM pg_stat_activity WHERE {LEADERS}",
                f"liennganh leader {name}"[:63],
                asked,
            )
        )

    await until(asked_again)
    assert not second.leads.is_set()

    first.resign.set()
    async with asyncio.timeout(SOON_SECONDS):
        await second.leads.wait()
    second.resign.set()
    await asyncio.gather(first.task, second.task)


async def test_what_goes_wrong_while_leading_is_told_as_it_is(name: str, postgres_url: str):
    with pytest.raises(Broken, match="the chain does not fit"):
        async with leadership(name, postgres_url):
            raise Broken("the chain does not fit")


async def test_a_cancelled_leader_lets_the_next_one_lead(
    name: str, postgres_url: str, admin: asyncpg.Connection
):
    first, second = await first_of_two(name, postgres_url, admin)

    first.task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await first.task
    async with asyncio.timeout(SOON_SECONDS):
        await second.leads.wait()
    second.resign.set()
    await second.task


async def test_who_leads_one_thing_does_not_keep_others_from_leading_another(
    name: str, postgres_url: str
):
    both = False

    async with (
        asyncio.timeout(SOON_SECONDS),
        leadership(name, postgres_url),
        leadership(f"another {name}", postgres_url),
    ):
        both = True

    assert both


async def test_an_operators_order_deposes_the_leader_and_those_in_its_queue(
    name: str, postgres_url: str, admin: asyncpg.Connection
):
    first, second = await first_of_two(name, postgres_url, admin)

    async with asyncio.timeout(SOON_SECONDS), leadership(name, postgres_url, depose=True):
        with pytest.raises(Retry, match="leader of relay"):
            await first.task
        with pytest.raises(Retry, match="our turn to lead"):
            await second.task
        third = Candidate(name, postgres_url)
        leads = LEADS.labels(name)._value.get()

    async with asyncio.timeout(SOON_SECONDS):
        await third.leads.wait()
    assert not second.leads.is_set()
    assert leads == 1
    third.resign.set()
    await third.task
    assert LEADS.labels(name)._value.get() == 0


async def test_an_operators_order_leaves_the_leaders_of_other_things_alone(
    name: str, postgres_url: str
):
    other = Candidate(f"another {name}", postgres_url)
    async with asyncio.timeout(SOON_SECONDS):
        await other.leads.wait()

        async with leadership(name, postgres_url, depose=True):
            pass

    other.resign.set()
    await other.task
