import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

import shared.http.operations
from shared.http.operating import _to_do
from shared.parking import REASON_CHARACTERS_MAX, ParkedStream
from tests.architecture.tree import ROOT
from tests.running import ISSUER, World, until

PARKED = "/v1/operations/parked"
REBUILDS = "/v1/operations/rebuilds"
TIMELINE, SCHEMA = "timeline.timeline", "timeline_timeline_v2"
FOLLOWER = f"{SCHEMA} ← directives"
ONE = {"projection": TIMELINE, "stream": str(uuid4()), "reason": "ghi nhầm"}
CHANGES = {
    f"{PARKED}/retry": {"projection": TIMELINE},
    f"{PARKED}/skip": {**ONE, "position": 7},
    f"{PARKED}/quarantine": ONE,
    REBUILDS: {"projection": TIMELINE},
    "/v1/operations/streams/rebuild": {"service": "nothing", "reason": "thử"},
}


async def ask(
    world: World, path: str, body: Any = None, *, roles: tuple[str, ...] = ("admin",), **more: Any
) -> tuple[int, Any]:
    """What an operator is answered; with a body it is a POST."""
    headers = {"Authorization": f"Bearer {world.token(ISSUER, roles=roles)}"}
    method = "GET" if body is None else "POST"
    asked = {"headers": headers, "json": body, **more}
    async with world.http.request(method, world.url + path, **asked) as answer:
        return answer.status, await answer.json(content_type=None)


async def page(world: World) -> str:
    async with world.http.get(f"{world.url}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def figure(world: World, name: str) -> float:
    [line] = [line for line in (await page(world)).splitlines() if line.startswith(name)]
    return float(line.rpartition(" ")[2])


async def follower(world: World) -> dict[str, Any]:
    """The timeline's follower in `status`."""
    _, status = await world.get(ISSUER, "/v1/status")
    [found] = [each for each in status["followers"] if each["follower"] == FOLLOWER]
    return dict(found)


@asynccontextmanager
async def held(world: World) -> AsyncIterator[None]:
    """The timeline stands still: somebody else has its turn."""
    turn = f"(139, hashtext('{SCHEMA}'))"
    async with world.system.pool.acquire() as connection:
        await connection.execute(f"SELECT pg_advisory_lock{turn}")
        try:
            yield
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock{turn}")


@pytest.mark.parametrize("path", [PARKED, REBUILDS])
@pytest.mark.parametrize(
    ("roles", "status"), [((), 403), (("clerk",), 403), (("operator",), 200), (("admin",), 200)]
)
async def test_operators_and_admins_see_what_is_parked_and_rebuilt(
    world: World, path: str, roles: tuple[str, ...], status: int
):
    answered, body = await ask(world, path, roles=roles)

    assert answered == status
    if status == 403:
        assert body["code"] == "operators-only"
        assert "người vận hành" in body["detail_vi"] and "operator" in body["detail_en"]
        assert body["remedy"] and body["remedy_en"]


@pytest.mark.parametrize("path", CHANGES)
async def test_only_an_admin_changes_anything_and_only_with_a_post(world: World, path: str):
    nobody = await world.http.post(world.url + path, json=CHANGES[path])
    status, _ = await ask(world, path, CHANGES[path], roles=("operator",))
    got, _ = await ask(world, path)

    assert (nobody.status, status) == (401, 403)
    assert got == (200 if path == REBUILDS else 405)


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "pointer"),
    [
        ("retry", {"projection": "nonsense"}, 404, "no-such-projection", "/projection"),
        ("retry", {}, 422, "what-to-retry", "/projection"),
        ("retry", {"stream": str(uuid4())}, 422, "what-to-retry", "/projection"),
        ("retry", {"cause": "abc"}, 404, "no-such-cause", "/cause"),
        ("retry", {"cause": "'; DROP"}, 422, "fields", "/cause"),
        ("retry", {"projection": TIMELINE, "stream": "12"}, 422, "fields", "/stream"),
        ("retry", {"projection": TIMELINE, "stream": str(uuid4())}, 404, "not-parked", None),
        ("retry", {"projection": TIMELINE, "sources": []}, 422, "fields", "/sources"),
        ("retry", {"projection": "a\0b"}, 422, "control-character", "/projection"),
        ("retry", [], 422, "fields", None),
        ("skip", ONE, 422, "fields", "/position"),
        ("skip", {**ONE, "position": "7"}, 422, "fields", "/position"),
        ("skip", {**ONE, "position": 7, "source": "x"}, 422, "source", "/source"),
        ("skip", {**ONE, "position": 7, "reason": "  "}, 422, "reason-missing", "/reason"),
        ("skip", {**ONE, "position": 7}, 404, "not-parked", None),
        ("quarantine", {**ONE, "reason": ""}, 422, "fields", "/reason"),
        (
            "quarantine",
            {**ONE, "reason": "x" * (REASON_CHARACTERS_MAX + 1)},
            422,
            "fields",
            "/reason",
        ),
    ],
)
async def test_what_is_not_right_is_refused_with_the_field_and_what_to_do(
    world: World, path: str, body: Any, status: int, code: str, pointer: str | None
):
    answered, problem = await ask(world, f"{PARKED}/{path}", body)

    assert (answered, problem["code"]) == (status, code)
    assert problem.get("pointer") == pointer
    assert problem["detail_vi"] and problem["detail_en"] and problem["remedy"]


@pytest.mark.parametrize("path", [f"{PARKED}?projection=x", f"{REBUILDS}?projection=x"])
async def test_a_name_that_is_not_known_is_answered_with_those_that_are(world: World, path: str):
    status, problem = await ask(world, path)

    assert status == 404
    for name in ("directives.register", "timeline.timeline", "gateway.feed"):
        assert name in problem["detail_vi"] and name in problem["detail_en"]


@pytest.mark.parametrize("name", ["timeline.timeline", "timeline_timeline", SCHEMA])
async def test_a_read_model_answers_to_all_its_names(world: World, name: str):
    status, answer = await ask(world, f"{PARKED}?projection={name}")

    assert (status, answer) == (200, {"total": 0, "causes": [], "streams": []})


@pytest.mark.parametrize(("version", "verb"), [(1, "quarantine"), (2, "skip")])
def test_an_operator_is_told_only_of_what_can_be_done(version: int, verb: str):
    stream, at = uuid4(), datetime(2025, 7, 1, tzinfo=UTC)
    waits = ParkedStream(
        *(TIMELINE, "directives", stream, 7, version, uuid4(), "samples.counted.v1", "thing:1"),
        *("c0ffee", "ValueError", "a:b:1", "", 6, at, at, None, False, 1),
    )

    to_do = _to_do(waits)

    verbs = {"retry", verb}
    for text in (to_do.vi, to_do.en):
        assert set(re.findall(r"`liennganh (\w+) ", text)) == verbs


async def test_a_stream_that_is_not_published_here_is_refused_with_those_that_are(world: World):
    body = {"service": "nothing", "reason": "thử"}

    status, problem = await ask(world, "/v1/operations/streams/rebuild", body)

    assert (status, problem["code"]) == (404, "stream")
    assert "directives, feeds" in problem["detail_en"]
    assert problem["remedy"] and problem["remedy_en"]


async def test_a_rebuild_is_seen_while_it_runs_and_a_second_one_is_refused(world: World):
    async with held(world):
        begun_status, begun = await ask(world, REBUILDS, {"projection": TIMELINE})
        again_status, again = await ask(world, REBUILDS, {"projection": SCHEMA})
        _, during = await ask(world, REBUILDS)

    async def ended() -> bool:
        _, listed = await ask(world, f"{REBUILDS}?projection={TIMELINE}")
        [found] = [each for each in listed["rebuilds"] if each["id"] == begun["id"]]
        return bool(found["state"] == "ended" and found["switched"])

    await until(ended)
    assert (begun_status, begun["state"], begun["projection"]) == (202, "running", TIMELINE)
    assert (again_status, again["code"]) == (409, "rebuild-is-running")
    assert during["rebuilds"][0]["state"] == "running"
    assert during["rebuilds"][0]["asked_by"].startswith(ISSUER)


async def test_a_rebuild_that_another_process_runs_is_refused(world: World):
    alone = f"(140, hashtext('{SCHEMA}'))"
    async with world.system.pool.acquire() as connection:
        await connection.execute(f"SELECT pg_advisory_lock{alone}")
        try:
            status, problem = await ask(world, REBUILDS, {"projection": TIMELINE})
        finally:
            await connection.execute(f"SELECT pg_advisory_unlock{alone}")

    assert (status, problem["code"]) == (409, "rebuild-is-running")


async def test_a_follower_that_stands_still_shows_how_far_and_how_long(world: World):
    await world.caught_up()

    async with held(world):
        await world.issue()

        async def seen() -> bool:
            return float((await follower(world))["behind_seconds"]) > 0

        await until(seen)
        behind = await follower(world)
        measured = await figure(world, f'liennganh_follower_behind{{follower="{FOLLOWER}"}}')
        age = await figure(world, f'liennganh_follower_behind_seconds{{follower="{FOLLOWER}"}}')
        async with world.http.get(f"{world.url}/health/ready") as answer:
            body = await answer.json()
    await world.caught_up()

    assert (behind["behind"], behind["catching_up"]) == (measured, False)
    assert measured >= 5 and age > 0
    assert (answer.status, body["parked"]) == (200, 0)
    assert (await follower(world))["behind_seconds"] == 0


async def test_a_new_read_model_is_not_ready_until_it_has_taken_what_was_there(world: World):
    await world.caught_up()

    async with held(world):
        await world.issue()
        # As if its tables had been made after the events were recorded.
        await world.system.pool.execute(
            f"UPDATE {SCHEMA}.checkpoints SET made_at = clock_timestamp()"
        )
        async with world.http.get(f"{world.url}/health/ready") as answer:
            before, body = answer.status, await answer.json()
    await world.caught_up()

    async with world.http.get(f"{world.url}/health/ready") as answer:
        after = answer.status
    assert (before, after) == (503, 200)
    assert body["down"][FOLLOWER].startswith("catching up")


async def test_status_names_every_stream_of_the_bus(world: World):
    await world.issue()

    async def level() -> bool:
        _, status = await world.get(ISSUER, "/v1/status")
        return all(each["behind"] == 0 for each in status["relays"])

    await world.caught_up()
    await until(level)
    _, status = await world.get(ISSUER, "/v1/status")

    relays = {each["relay"]: each for each in status["relays"]}
    assert relays["directives"]["position"] == status["logs"]["directives"]
    assert {name: each["stream"] for name, each in relays.items()} == {
        "directives": "LN_DIRECTIVES",
        "cases": "LN_CASES",
        "deadlines": "LN_DEADLINES",
        "vault": "LN_VAULT",
        "feeds": "LN_FEEDS",
    }
    assert all(each["leads"] for each in relays.values())


async def test_metrics_are_there_when_the_database_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    async def away(_: Any) -> Any:
        raise ConnectionRefusedError

    before = await figure(world, "liennganh_database_answers")
    with monkeypatch.context() as patched:
        patched.setattr(shared.http.operations, "standing", away)
        without = await figure(world, "liennganh_database_answers")

    assert (before, without) == (1, 0)


async def test_the_page_for_operators_names_every_metric(world: World):
    shown = {line.split()[2] for line in (await page(world)).splitlines() if "# TYPE" in line}

    said = (ROOT / "docs" / "operating.md").read_text("utf-8")

    metrics = {name for name in shown if not name.endswith("_created")}
    assert len(metrics) > 20
    assert {name for name in metrics if f"`{name}" not in said} == set()


async def test_appends_are_counted_by_their_verdict_and_the_queue_is_shown(world: World):
    name = 'liennganh_appends_total{service="directives",verdict="appended"}'
    await world.issue()
    before = await figure(world, name)

    await asyncio.gather(*(world.issue() for _ in range(3)))

    assert await figure(world, name) == before + 6
    assert await figure(world, 'liennganh_writer_queue_commands{service="directives"}') == 0
