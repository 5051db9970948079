"""A poison event parks its own stream, in words that an operator understands, and can be decided
upon; then read models and streams are made anew while everybody goes on reading."""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

import services.deadlines.opening
from services.deadlines.service import WATCH
from services.timeline.projection import TIMELINE
from shared.actor import Actor
from shared.envelope import Metadata
from shared.log import Append, Expect, NewEvent
from shared.system import new_id
from tests.running import ISSUER, JULY_FIRST, World, until, whole_system

LIENNGANH = [sys.executable, "-c", "from services.cli import main; main()"]
TOPIC = "directives.task_cancelled.v1"
LABEL = "Hủy, kết thúc nhiệm vụ"
VERB_SECONDS = 60
READ_MIN = 5


@pytest.fixture(scope="module")
async def own_world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """Its logs are poisoned, so it is nobody else's."""
    async with whole_system(data_folder()) as world:
        yield world


async def verb(world: World, *words: str, code: int = 0) -> str:
    """What a verb prints; it must end with `code`."""
    more = ("--http", world.url[7:])
    if words[0] != "status":
        more += ("--token", world.token(ISSUER, roles=("admin",)))
    process = await asyncio.create_subprocess_exec(
        *LIENNGANH, *words, *more, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), VERB_SECONDS)
    assert process.returncode == code, (output + errors).decode()
    return (output + errors).decode()


async def ask(world: World, path: str, body: Any = None) -> tuple[int, Any]:
    """What an operator is answered over HTTP; with a body it is a POST."""
    headers = {"Authorization": f"Bearer {world.token(ISSUER, roles=('admin',))}"}
    method, url = "GET" if body is None else "POST", f"{world.url}/v1/operations/{path}"
    async with world.http.request(method, url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def poison(world: World) -> tuple[UUID, int]:
    """Four events of one stream past the domain, the second without subjects: nobody can say what
    it is about. Returns the stream, and the position of that one."""
    stream = new_id()
    known = (f"task:{stream}",)
    said = {"timestamp": JULY_FIRST, "reason": "other", "moved_to": None, "note": None}
    events = tuple(
        NewEvent(
            event_id=new_id(),
            stream=stream,
            version=version,
            topic=TOPIC,
            state=orjson.dumps(said),
            metadata=Metadata(
                Actor(ISSUER, "somebody"), about, uuid.uuid4(), uuid.uuid4()
            ).to_json(),
        )
        for version, about in enumerate((known, (), known, known), 1)
    )
    log = world.system.logs["directives"]
    append = Append(new_id(), events, expect={stream: Expect.NONE})
    assert (await log.append(append)).status == "appended"
    return stream, (await log.load(stream))[1].position


async def parked(world: World, stream: UUID) -> list[dict[str, Any]]:
    """Of one stream, in the timeline."""
    _, listed = await ask(world, "parked?projection=timeline.timeline")
    return [each for each in listed["streams"] if each["stream"] == str(stream)]


async def told(world: World, subject: str) -> int:
    """How many entries the timeline has of it."""
    _, page = await world.get(ISSUER, "/v1/timeline", subject=subject)
    return len(page["entries"])


async def decisions(world: World) -> list[dict[str, Any]]:
    rows = await world.system.pool.fetch(f"SELECT * FROM {TIMELINE.schema}.decisions ORDER BY id")
    return [dict(row) for row in rows]


async def test_a_poison_event_parks_its_stream_until_an_operator_decides(own_world: World):
    stream, position = await poison(own_world)
    issued = await own_world.issue()
    await own_world.caught_up()

    [shown] = await parked(own_world, stream)
    assert await told(own_world, f"directive:{issued['id']}") > 2
    assert await told(own_world, f"task:{stream}") == 1
    assert (shown["position"], shown["waiting"], shown["event"]["vi"]) == (position, 3, LABEL)
    assert shown["state"] == "tried again" and "names no subjects" in shown["message"]
    this = ("timeline.timeline", str(stream))
    skip = ("skip", *this, "--position", str(position))
    listed, words, refused, empty = await asyncio.gather(
        verb(own_world, "parked", "--json"),
        verb(own_world, "parked", "timeline.timeline"),
        verb(own_world, *skip, code=2),
        verb(own_world, *skip, "--reason", " ", code=1),
    )
    assert str(stream) in {each["stream"] for each in json.loads(listed)["streams"]}
    assert {each["projection"] for each in json.loads(listed)["causes"]} >= {"timeline.timeline"}
    assert "--reason" in refused and "reason" in empty
    assert LABEL in words and shown["cause"] in words and "names no subjects" in words
    async with own_world.http.get(f"{own_world.url}/metrics") as answer:
        assert 'follower_parked{follower="timeline_timeline_v2 ← directives"} 1.0' in (
            await answer.text()
        )
    async with own_world.http.get(f"{own_world.url}/health/ready") as answer:
        assert (answer.status, (await answer.json())["parked"]) == (200, 3)

    await verb(own_world, "quarantine", *this, "--reason", "chờ xác minh")
    [shown] = await parked(own_world, stream)
    assert shown["state"] == "quarantined"
    at_another = ("skip", *this, "--position", str(position + 1), "--reason", "nhầm")
    left_alone, elsewhere = await asyncio.gather(
        verb(own_world, "retry", "--cause", shown["cause"]),
        verb(own_world, *at_another, code=1),
    )
    assert left_alone.startswith("0 streams")
    assert str(position) in elsewhere

    await verb(own_world, *skip, "--reason", "ghi ngoài hệ")

    async def goes_on() -> bool:
        return await told(own_world, f"task:{stream}") == 4 - 1

    await until(goes_on)
    assert await parked(own_world, stream) == []
    kept = await decisions(own_world)
    assert [(each["verb"], each["reason"]) for each in kept] == [
        ("quarantine", "chờ xác minh"),
        ("skip", "ghi ngoài hệ"),
    ]
    assert {(each["agency"], each["officer"]) for each in kept} == {(ISSUER, "clerk")}


async def test_a_parked_stream_that_waits_for_a_decision_makes_status_end_with_1(
    own_world: World,
):
    stream, _ = await poison(own_world)

    async def is_parked() -> bool:
        return bool(await parked(own_world, stream))

    await until(is_parked)
    await verb(own_world, "status")
    # What happens by itself after the last of the retries.
    await own_world.system.pool.execute(
        f"UPDATE {TIMELINE.schema}.parked SET retry_at = NULL WHERE stream = $1", stream
    )
    waits = await verb(own_world, "status", code=1)
    [shown] = await parked(own_world, stream)
    retried = await verb(own_world, "retry", "timeline.timeline", "--reason", "đã cập nhật")

    assert "liennganh parked" in waits
    assert shown["state"] == "waits for an operator"
    assert f"skip timeline.timeline {stream}" in shown["to_do"]["vi"]
    assert retried.startswith("1 stream ")
    await verb(own_world, "status")


async def test_a_read_model_is_rebuilt_while_it_is_read_and_a_changed_row_is_found(
    own_world: World,
):
    issued = await own_world.issue()
    await own_world.caught_up()
    subject, reads = f"directive:{issued['id']}", []

    async def read_on() -> None:
        while True:
            reads.append(await told(own_world, subject))

    before = await told(own_world, subject)
    reader = asyncio.create_task(read_on())
    status, begun = await ask(own_world, "rebuilds", {"projection": "timeline.timeline"})

    async def ended() -> bool:
        _, listed = await ask(own_world, "rebuilds")
        return all(each["state"] != "running" for each in listed["rebuilds"])

    await until(ended)

    async def has_read() -> bool:
        return len(reads) >= READ_MIN

    await until(has_read)
    reader.cancel()
    with suppress(asyncio.CancelledError):
        await reader
    _, listed = await ask(own_world, "rebuilds?projection=timeline.timeline")
    [found] = [each for each in listed["rebuilds"] if each["id"] == begun["id"]]
    assert status == 202
    assert (found["verdict"], found["switched"], found["differences"]) == ("equal", True, [])
    assert set(reads) == {before}

    await own_world.system.pool.execute(f"UPDATE {TIMELINE.schema}.entries SET vi = 'khác'")
    differs = await verb(own_world, "rebuild", "timeline.timeline", code=1)
    after = await own_world.system.pool.fetchval(f"SELECT min(vi) FROM {TIMELINE.schema}.entries")
    accepted = json.loads(
        await verb(own_world, "rebuild", "timeline.timeline", "--accept", "--json")
    )
    mended = await own_world.system.pool.fetchval(f"SELECT min(vi) FROM {TIMELINE.schema}.entries")

    assert "entries" in differs and "was not put in place" in differs
    assert (after, accepted["verdict"], accepted["switched"]) == ("khác", "different", True)
    assert mended != "khác"


async def test_a_stream_is_copied_anew_by_a_verb(own_world: World):
    await own_world.issue()
    await own_world.caught_up()
    head = (await own_world.system.bus.tail("LN_DIRECTIVES")).sequence

    copied = await verb(own_world, "rebuild-stream", "directives")
    unknown = await verb(own_world, "rebuild-stream", "x", "--reason", "thử", code=1)
    issued = await own_world.issue()
    await own_world.caught_up()

    assert copied.startswith(f"directives: {head} messages")
    assert "directives, feeds" in unknown and "Use one of these names" in unknown
    assert await told(own_world, f"directive:{issued['id']}") > 2


async def in_the_reactor(world: World, stream: UUID) -> list[dict[str, Any]]:
    """What is parked of one stream where facts become periods; asked in the way of operators."""
    status, listed = await ask(world, "parked?projection=deadlines.watch")
    assert status == 200, listed
    return [each for each in listed["streams"] if each["stream"] == str(stream)]


async def periods(world: World, task: UUID) -> list[tuple[str, str]]:
    """Which a task has, and when they end."""
    _, answer = await world.get(ISSUER, "/v1/deadlines", subject=f"task:{task}")
    return [(each["id"], each["due"]) for each in answer["deadlines"]]


async def test_a_fact_whose_periods_could_not_be_opened_opens_them_when_an_operator_retries(
    own_world: World, monkeypatch: pytest.MonkeyPatch
):
    def fault(terms: object) -> None:
        raise ValueError("a fault in our code")

    with monkeypatch.context() as patched:
        patched.setattr(services.deadlines.opening, "stated_end", fault)
        task = UUID((await own_world.issue())["tasks"]["T01"])

        async def is_parked() -> bool:
            return bool(await in_the_reactor(own_world, task))

        await until(is_parked)
        this = {"projection": "deadlines.watch", "stream": str(task)}
        held, _ = await ask(own_world, "parked/quarantine", {**this, "reason": "chờ bản sửa"})
    [shown] = await in_the_reactor(own_world, task)
    first = {**this, "position": shown["position"], "reason": "nhầm"}
    refused, problem = await ask(own_world, "parked/skip", first)
    await own_world.caught_up()
    before = await periods(own_world, task)
    # Whatever else was parked meanwhile; a quarantine is lifted for one.
    await ask(own_world, "parked/retry", {"projection": "deadlines.watch"})
    retried, _ = await ask(own_world, "parked/retry", this)

    async def is_opened() -> bool:  # The periods are recorded before the stream is let go.
        return bool(await periods(own_world, task)) and not await in_the_reactor(own_world, task)

    await until(is_opened)
    assert (held, refused, retried) == (200, 422, 200)
    assert problem["code"] == "beginning-cannot-be-skipped"
    assert (shown["state"], before) == ("quarantined", [])
    assert "nothing that follows from these events" in shown["to_do"]["en"]
    assert "chưa được ghi" in shown["to_do"]["vi"]


async def test_a_fact_that_moves_no_period_may_be_skipped_and_what_it_led_to_is_never_made_anew(
    own_world: World,
):
    task = UUID((await own_world.issue())["tasks"]["T01"])
    await own_world.caught_up()
    before = await periods(own_world, task)
    position = await of_a_newer_release(own_world, task)

    async def is_parked() -> bool:
        return bool(await in_the_reactor(own_world, task))

    await until(is_parked)
    await own_world.system.pool.execute(
        f"UPDATE {WATCH.schema}.parked SET retry_at = NULL WHERE stream = $1", task
    )
    [shown] = await in_the_reactor(own_world, task)
    told = await verb(own_world, "parked", "deadlines.watch")
    skip = ("skip", "deadlines.watch", str(task), "--position", str(position), "--reason", "nhầm")
    await verb(own_world, *skip)

    async def goes_on() -> bool:
        return not await in_the_reactor(own_world, task)

    await until(goes_on)
    refused = await verb(own_world, "rebuild", "deadlines.watch", code=1)
    after = await periods(own_world, task)

    assert (shown["position"], shown["state"]) == (position, "waits for an operator")
    assert f"skip deadlines.watch {task}" in told and "không bao giờ được ghi" in told
    assert len(before) == 1 and after == before
    assert "không lập lại được" in refused and "cannot be made anew" in refused
    assert refused.count("deadlines.due") == 2
    _, listed = await ask(own_world, "rebuilds?projection=deadlines.watch")
    assert listed["rebuilds"] == []


async def of_a_newer_release(world: World, task: UUID) -> int:
    """Another term of a task, stated in a way that this release does not know."""
    log = world.system.logs["directives"]
    last = (await log.load(task))[-1]
    due = {"type": "date", "day": "2025-08-30"}
    said = {"timestamp": JULY_FIRST, "new_due": due, "old_due": due, "reason": "điều chỉnh"}
    event = NewEvent(
        event_id=new_id(),
        stream=task,
        version=last.version + 1,
        topic="directives.task_due_date_changed.v1",
        state=orjson.dumps(said),
        metadata=Metadata(
            Actor(ISSUER, "somebody"), last.metadata.subjects, new_id(), new_id()
        ).to_json(),
    )
    assert (await log.append(Append(new_id(), (event,)))).status == "appended"
    return (await log.load(task))[-1].position
