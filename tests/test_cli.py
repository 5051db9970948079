"""The command line as operators and other programs use it, each verb as a process of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.auth import DevelopmentIssuer
from tests.running import World

LIENNGANH = [sys.executable, "-c", "from services.cli import main; main()"]
VERBS = (
    *("up", "demo", "token", "migrate", "status", "replay", "contracts", "parked", "retry", "skip"),
    *("quarantine", "rebuild", "rebuild-stream"),
)
READY_SECONDS = 60
STOP_SECONDS = 30


async def run(*words: str, code: int = 0) -> str:
    """What a verb prints on standard output; it must end with `code`."""
    process = await asyncio.create_subprocess_exec(
        *LIENNGANH, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), READY_SECONDS)
    assert process.returncode == code, errors.decode()
    return output.decode() if code == 0 else errors.decode()


@asynccontextmanager
async def up(data: Path) -> AsyncIterator[dict[str, Any]]:
    """`liennganh up` on a free port; ended by Ctrl-C, which must end it well."""
    process = await asyncio.create_subprocess_exec(
        *LIENNGANH,
        *("up", "--data", str(data), "--http", "127.0.0.1:0", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), STOP_SECONDS) == 0


@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_explains_itself(verb: str):
    text = await run(verb, "--help")

    assert "--json" in text
    assert "Usage" in text


async def test_up_serves_until_it_is_asked_to_stop_and_finds_its_data_again(
    data_folder: Callable[[], Path],
):
    data = data_folder()

    async with up(data) as first:
        status = json.loads(await run("status", "--json", "--http", first["http"][7:]))
        token = await run("token", "--agency", "CA_TINH", "--area", "P34-40", "--data", str(data))
    async with up(data) as second:
        again = json.loads(await run("status", "--json", "--http", second["http"][7:]))

    assert first["ready"] and second["console"].startswith(second["http"])
    assert status["down"] == {}
    assert set(status["logs"]) == {"directives", "cases", "deadlines", "vault"}
    assert again["logs"] == status["logs"]
    actor = DevelopmentIssuer.open(data / "secrets").tokens().actor(token.strip())
    assert (actor.agency, actor.area) == ("CA_TINH-P34-40", "P34-40")


async def test_status_of_nothing_says_how_to_start_it():
    text = await run("status", "--http", "127.0.0.1:9", code=1)

    assert "liennganh up" in text


async def test_a_setting_that_is_not_right_stops_the_start_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("LIENNGANH_NATS_URL", "nats://127.0.0.1:9")

    text = await run("up", code=1)

    assert "LIENNGANH_NATS_SERVICES_PASSWORD" in text


async def test_replay_prints_a_timeline_and_the_state_it_leads_to(world: World):
    issued = await world.issue()
    await world.caught_up()
    subject = f"directive:{issued['id']}"
    address = ("--http", world.url[7:], "--token", world.token("BCD138_CP-VN"))

    told = await run("replay", subject, *address)
    machine = json.loads(await run("replay", subject, "--json", *address))
    before = await run("replay", subject, "--as-of", "2025-06-30T00:00:00+07:00", *address, code=1)

    assert "ban hành" in told
    assert machine["subject"] == subject
    topics = [each["topic"] for each in machine["entries"]]
    assert topics[0] == "directives.directive_issued.v1"
    assert topics.count("directives.directive_dispatched.v1") == 2
    assert machine["state"]
    assert "Không có" in before


async def test_contracts_are_written_where_they_are_wanted(tmp_path: Path):
    written = json.loads(await run("contracts", "--to", str(tmp_path), "--json"))["written"]

    assert str(tmp_path / "openapi.json") in written
    assert (tmp_path / "events" / "directives.directive_issued.v1.json").exists()


async def test_migrate_names_what_it_made(data_folder: Callable[[], Path]):
    made = json.loads(await run("migrate", "--json", "--data", str(data_folder())))["migrated"]

    assert {"directives", "directives_register_v1", "timeline_timeline_v2"} <= set(made)
