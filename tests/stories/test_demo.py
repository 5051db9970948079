"""The demonstration as a user runs it, killed in the middle and started again."""

import asyncio
import json
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from services.demo.letters import figures, read_seeds
from tests.running import ISSUER, World, until, whole_system

LIENNGANH = [sys.executable, "-c", "from services.cli import main; main()"]
WHOLE_SECONDS = 240
KILLED_AT_EVENTS = 1_300
ANSWER_ONCE = ("directives.task_acknowledged.v1", "directives.report_submitted.v1")


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


async def start_demo(data: Path, port: int) -> asyncio.subprocess.Process:
    """`liennganh demo --once --json` as a process of its own."""
    return await asyncio.create_subprocess_exec(
        *LIENNGANH,
        *("demo", "--once", "--json", "--data", str(data), "--http", f"127.0.0.1:{port}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def result_of(demo: asyncio.subprocess.Process) -> dict[str, Any]:
    """What it says at the end; it must end well."""
    async with asyncio.timeout(WHOLE_SECONDS):
        output, _ = await demo.communicate()
    assert demo.returncode == 0, output
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


async def head_of(port: int) -> int:
    """How far the log of a running demonstration is; 0 while it does not answer."""
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/v1/status") as answer,
        ):
            status = await answer.json()
    except aiohttp.ClientError:
        return 0
    head: int = status["logs"]["directives"]
    return head


async def test_killed_in_the_middle_it_goes_on_to_the_sums_of_the_published_facts(
    data_folder: Callable[[], Path],
):
    data, port = data_folder(), free_port()
    killed = await start_demo(data, port)

    async def far_enough() -> bool:
        assert killed.returncode is None, "it ended before it could be killed"
        return await head_of(port) >= KILLED_AT_EVENTS

    await until(far_enough, WHOLE_SECONDS)
    killed.send_signal(signal.SIGKILL)
    await killed.wait()
    told = await result_of(await start_demo(data, free_port()))

    check_sums(told)
    assert told["events"] > 2 * KILLED_AT_EVENTS  # It was in the middle.
    async with whole_system(data) as world:
        await check_nothing_lost_or_doubled(world, told["events"])


def check_sums(told: dict[str, Any]) -> None:
    """What is told in the end is what the published papers say."""
    expected = figures(read_seeds())
    assert (told["directives"], told["tasks"], told["targets"]) == (5, 104, 10)
    assert told["directives"] == expected.directives
    assert told["tasks"] == expected.tasks
    assert told["targets"] == expected.targets
    assert told["addressees"] == expected.addressees
    assert told["received"] == told["acknowledged"] == told["addressees"]
    assert told["bodies_received"] == told["bodies_acknowledged"] == told["bodies"]
    assert (told["unanswered"], told["unlisted"]) == (0, 1)


async def check_nothing_lost_or_doubled(world: World, events: int) -> None:
    """The log, the timeline and the feeds tell the same story, each fact once."""
    log = world.system.logs["directives"]
    envelopes = await log.read(0, events * 2)
    entries: list[Any] = []
    while True:
        after = entries[-1]["entry"] if entries else 0
        asked = {"after": after, "limit": 500, "without": "cases,deadlines,vault"}
        _, page = await world.get(ISSUER, "/v1/timeline", **asked)
        entries += page["entries"]
        if page["next"] is None:
            break

    assert len(envelopes) == events
    assert [each["position"] for each in entries] == [each.position for each in envelopes]
    assert {each["event_id"] for each in entries} == {str(each.event_id) for each in envelopes}
    said = Counter(
        (each.topic, each.stream, each.metadata.actor.agency)
        for each in envelopes
        if each.topic in ANSWER_ONCE
    )
    assert said and set(said.values()) == {1}
    versions = Counter((each.stream, each.version) for each in envelopes)
    assert set(versions.values()) == {1}
