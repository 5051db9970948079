"""The whole system, its clock in the test's hand: due dates survive every restart."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from services.registry import SERVICES
from shared.actor import VIETNAM
from shared.config import Config
from shared.system import running
from tests.running import HEALTH, ISSUER, POLICE, World, directive, now, task, until

AUDITOR = "BCD138_CP-VN"
MANY = 40


class Times:
    """The present, moved."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> Any:
        return now() + self.ahead


@asynccontextmanager
async def system_at(data: Path, times: Times) -> AsyncIterator[World]:
    config = Config(data=data, http_port=0)
    async with (
        running(config, SERVICES, clock=times.now) as system,
        aiohttp.ClientSession() as http,
    ):
        yield World(system, http)


async def periods(world: World, **asked: Any) -> list[dict[str, Any]]:
    path = f"/v1/deadlines?{urlencode({'limit': 200, **asked})}"
    status, page = await world.get(AUDITOR, path)
    assert status == 200, page
    return list(page["deadlines"])


async def missed(world: World) -> list[Any]:
    """Everything that the engine's log calls missed."""
    found = await world.system.logs["deadlines"].read(0, 10_000)
    return [each.event for each in found if each.topic == "deadlines.deadline_missed.v1"]


async def test_due_dates_are_missed_once_whatever_dies_and_done_work_is_not(
    data_folder: Callable[[], Path],
):
    times, data = Times(), data_folder()
    today = now().astimezone(VIETNAM).date()
    due = {"type": "date", "on": (today + timedelta(days=10)).isoformat()}

    async with system_at(data, times) as world:
        said = directive(
            issue_date=today.isoformat(),
            tasks=[
                task("T01", POLICE, due=due),
                task("T02", HEALTH, due=due, mode="request"),
                task("T03", POLICE, due=due),
            ],
        )
        said["occurred_at"] = now().isoformat()
        status, issued = await world.post(ISSUER, "/v1/directives", said)
        assert status == 201, issued
        about = issued["stream"]

        async def opened() -> bool:
            found = await periods(world, subject=about)
            return len([each for each in found if each["rule"] == "TASK-DUE"]) == 3

        await until(opened)
        [ordinary] = [e for e in await periods(world, subject=about) if e["rule"] == "DOC-ISSUE"]
        third = issued["tasks"]["T03"]
        for act, body in (
            ("acknowledgements", {"outcome": "accepted"}),
            ("completions", {"result": "xong"}),
        ):
            status, answer = await world.post(POLICE, f"/v1/directives/tasks/{third}/{act}", body)
            assert status == 202, answer

        async def done() -> bool:
            return len(await periods(world, state="met", agency=POLICE)) == 1

        await until(done)

    times.ahead = timedelta(days=11)
    async with system_at(data, times) as world:

        async def said_twice() -> bool:
            return len([e for e in await missed(world) if e.rule == "TASK-DUE"]) >= 2

        await until(said_twice)
    async with system_at(data, times) as world:

        async def shown() -> bool:
            late = await periods(world, state="overdue", agency=POLICE)
            return [each["rule"] for each in late if each["missed_at"]] == ["TASK-DUE"]

        await until(shown)
        tasks = [each for each in await missed(world) if each.rule == "TASK-DUE"]

    assert ordinary["article"] == "Điều 4(2)(c), 18(1)"
    assert ordinary["why_vi"] == "1 ngày làm việc"
    assert sorted(each.responsible[0] for each in tasks) == sorted([POLICE, HEALTH])


async def test_a_batch_that_a_restart_interrupts_opens_each_period_once(
    data_folder: Callable[[], Path],
):
    times, data = Times(), data_folder()
    today = now().astimezone(VIETNAM).date()
    due = {"type": "date", "on": (today + timedelta(days=10)).isoformat()}
    keys = [f"T{n:02d}" for n in range(1, MANY + 1)]

    async with system_at(data, times) as world:
        said = directive(
            issue_date=today.isoformat(), tasks=[task(key, POLICE, due=due) for key in keys]
        )
        said["occurred_at"] = now().isoformat()
        status, issued = await world.post(ISSUER, "/v1/directives", said)
        assert status == 201, issued
        done = issued["tasks"]["T01"]
        for act, body in (
            ("acknowledgements", {"outcome": "accepted"}),
            ("completions", {"result": "xong"}),
        ):
            path = f"/v1/directives/tasks/{done}/{act}"
            status, answer = await world.post(POLICE, path, body)
            assert status == 202, answer
    async with system_at(data, times) as world:

        async def all_there() -> bool:
            found = await periods(world, subject=issued["stream"])
            return len([each for each in found if each["rule"] == "TASK-DUE"]) == MANY

        await until(all_there)

        async def one_is_met() -> bool:
            return len(await periods(world, state="met", agency=POLICE)) == 1

        await until(one_is_met)
        events = await world.system.logs["deadlines"].read(0, 10_000)

    opened = [each for each in events if each.topic == "deadlines.deadline_opened.v1"]
    tasks = [each for each in opened if each.fields["rule"] == "TASK-DUE"]
    assert len(tasks) == len({each.stream for each in tasks}) == MANY
    assert len({each.metadata.causation_id for each in tasks}) == MANY
