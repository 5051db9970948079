import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests.running import HEALTH, ISSUER, JULY_FIRST, POLICE, World, now

TIMELINE = "/v1/timeline"
CLOCK_AND_VAULT = "deadlines,vault"
"""They follow what agencies do, in an order of their own."""
SOON_SECONDS = 20.0


@pytest.fixture(scope="module")
async def told(world: World) -> dict[str, Any]:
    """A directive that was issued to two agencies and received by one, late."""
    issued = await world.issue()
    for agency, number in ((POLICE, 7), (HEALTH, 8)):
        status, answer = await world.post(
            agency,
            f"/v1/directives/{issued['id']}/receipts",
            {
                "edxml_status": "03",
                "incoming_number": number,
                "incoming_date": "2025-07-02",
                "occurred_at": "2025-07-02T09:00:00+07:00",
            },
        )
        assert status == 202, answer
    await world.caught_up()
    return {**issued, "subject": f"directive:{issued['id']}"}


async def page(world: World, told: dict[str, Any], **asked: Any) -> list[dict[str, Any]]:
    """What agencies did, unless something else is left out."""
    asked = {"without": CLOCK_AND_VAULT} | asked
    status, answer = await world.get(ISSUER, TIMELINE, subject=told["subject"], **asked)
    assert status == 200, answer
    entries: list[dict[str, Any]] = answer["entries"]
    return entries


def topics(entries: list[dict[str, Any]]) -> list[str]:
    return [each["topic"].split(".")[1] for each in entries]


async def test_a_subjects_timeline_tells_all_that_happened_in_order(
    world: World, told: dict[str, Any]
):
    entries = await page(world, told)

    assert topics(entries) == [
        "directive_issued",
        *["task_assigned"] * 2,
        *["directive_dispatched"] * 2,
        *["directive_received"] * 2,
    ]
    first = entries[0]
    assert datetime.fromisoformat(first["occurred_at"]) == datetime.fromisoformat(JULY_FIRST)
    assert first["late"] is True
    assert (first["agency"], first["agency_vi"]) == (ISSUER, "UBND tỉnh Nghệ An")
    assert first["vi"] and first["en"] and first["subjects"] == [told["subject"]]
    assert [each["entry"] for each in entries] == sorted(each["entry"] for each in entries)


async def test_it_is_read_backwards_too(world: World, told: dict[str, Any]):
    forwards = await page(world, told)

    backwards = await page(world, told, order="newest")

    assert backwards == forwards[::-1]


@pytest.mark.parametrize(("order", "cursor"), [("oldest", "after"), ("newest", "before")])
async def test_pages_follow_each_other_without_loss_or_doubling(
    world: World, told: dict[str, Any], order: str, cursor: str
):
    whole = await page(world, told, order=order)
    pieces: list[dict[str, Any]] = []
    at: dict[str, int] = {}
    while True:
        asked = {"order": order, "limit": 3, "without": CLOCK_AND_VAULT, **at}
        _, answer = await world.get(ISSUER, TIMELINE, subject=told["subject"], **asked)
        pieces += answer["entries"]
        if answer["next"] is None:
            break
        at = {cursor: answer["next"]}

    assert pieces == whole


async def test_as_of_and_known_at_look_back(world: World, told: dict[str, Any]):
    first_day = await page(world, told, as_of="2025-07-01T12:00:00+07:00")
    recorded = datetime.fromisoformat((await page(world, told))[0]["recorded_at"])
    before = await page(world, told, known_at=(recorded - timedelta(microseconds=1)).isoformat())
    then = await page(world, told, known_at=recorded.isoformat())

    assert "directive_received" not in topics(first_day)
    assert "directive_dispatched" in topics(first_day)
    assert before == []
    assert topics(then)[0] == "directive_issued"


async def test_without_a_subject_it_is_everybodys(world: World, told: dict[str, Any]):
    another = await world.issue()
    await world.caught_up()

    _, answer = await world.get(ISSUER, TIMELINE, order="newest", limit=500)

    papers = {each["subjects"][-1] for each in answer["entries"]}
    assert {told["subject"], f"directive:{another['id']}"} <= papers
    assert answer["last"] >= answer["entries"][0]["entry"]


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": "2025-07-01T12:00:00"},
        {"as_of": "yesterday"},
        {"as_of": "5"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
        {"known_at": "9999-12-31T23:59:59-12:00"},
        {"limit": 0},
        {"limit": 501},
        {"limit": "many"},
        {"after": -1},
        {"after": 2**63},
        {"order": "random"},
        {"subject": "DIRECTIVE:1"},
        {"subject": "directive:1 OR 1=1"},
        {"subject": "x" * 200},
        {"without": "deadlines; DROP"},
        {"nonsense": 1},
    ],
    ids=str,
)
async def test_a_question_that_is_not_understood_names_what_is_wrong(
    world: World, asked: dict[str, Any]
):
    status, problem = await world.get(ISSUER, TIMELINE, **asked)

    assert (status, problem["code"]) == (422, "fields")
    assert [each["pointer"] for each in problem["errors"]] == [f"/{next(iter(asked))}"]


async def test_who_is_not_signed_in_reads_nothing(world: World):
    for path in (TIMELINE, f"{TIMELINE}/live"):
        async with world.http.get(world.url + path) as response:
            assert response.status == 401


@pytest.mark.parametrize("garbage", ["3abc", "abc", "-5", "1.0", "٣", "9" * 19])
async def test_a_stream_is_not_resumed_after_what_is_no_position(world: World, garbage: str):
    status, problem = await world.get(ISSUER, f"{TIMELINE}/live", after=garbage)

    assert (status, problem["code"]) == (400, "last-event-id")
    assert problem["remedy"]


async def test_a_stream_is_not_resumed_after_what_it_has_not_reached(
    world: World, told: dict[str, Any]
):
    _, answer = await world.get(ISSUER, TIMELINE, limit=1)

    status, problem = await world.get(ISSUER, f"{TIMELINE}/live", after=answer["last"] + 10_000)

    assert (status, problem["code"]) == (409, "position-unknown")
    assert problem["last"] >= answer["last"]


async def test_only_the_officers_own_agency_reads_who_the_officer_was(
    world: World, told: dict[str, Any]
):
    async def officers(reading: str) -> set[tuple[str, str | None]]:
        asked = {"subject": told["subject"], "without": CLOCK_AND_VAULT}
        _, answer = await world.get(reading, TIMELINE, **asked)
        return {(each["agency"], each["officer"]) for each in answer["entries"]}

    assert await officers(ISSUER) == {(ISSUER, "clerk"), (POLICE, None), (HEALTH, None)}
    assert await officers(POLICE) == {(ISSUER, None), (POLICE, "clerk"), (HEALTH, None)}


async def test_a_live_stream_ends_with_its_token(world: World, told: dict[str, Any]):
    headers = {"Authorization": f"Bearer {world.token(ISSUER, seconds=2)}"}
    async with (
        asyncio.timeout(SOON_SECONDS),
        world.http.get(f"{world.url}{TIMELINE}/live", headers=headers) as response,
    ):
        assert response.status == 200
        await response.content.read()

    async with world.http.get(f"{world.url}{TIMELINE}/live", headers=headers) as again:
        assert again.status == 401


async def live(
    world: World, told: dict[str, Any], count: int, **headers: str
) -> list[dict[str, Any]]:
    """The next entries of a subject's live stream."""
    headers |= {"Authorization": f"Bearer {world.token(ISSUER)}"}
    found: list[dict[str, Any]] = []
    async with (
        asyncio.timeout(SOON_SECONDS),
        world.http.get(
            f"{world.url}{TIMELINE}/live",
            params={"subject": told["subject"], "without": CLOCK_AND_VAULT},
            headers=headers,
        ) as response,
    ):
        assert response.status == 200
        while len(found) < count:
            await _next(response, found)
    return found


async def _next(response: aiohttp.ClientResponse, found: list[dict[str, Any]]) -> None:
    frame = (await response.content.readuntil(b"\n\n")).decode()
    lines = dict(line.partition(": ")[::2] for line in frame.strip().splitlines())
    if "data" in lines:
        entry = json.loads(lines["data"])
        assert int(lines["id"]) == entry["entry"]
        found.append(entry)


async def test_the_live_stream_resumes_after_the_last_entry_that_was_seen(
    world: World, told: dict[str, Any]
):
    whole = await page(world, told)

    begun = await live(world, told, 3, **{"Last-Event-ID": "0"})
    rest = await live(world, told, len(whole) - 3, **{"Last-Event-ID": str(begun[-1]["entry"])})

    assert begun + rest == whole


async def test_what_is_recorded_while_one_watches_arrives(world: World):
    issued = await world.issue()
    await world.caught_up()
    told = {"subject": f"directive:{issued['id']}"}
    seen = await page(world, told)

    watching = asyncio.create_task(
        live(world, told, 1, **{"Last-Event-ID": str(seen[-1]["entry"])})
    )
    status, _ = await world.post(
        POLICE,
        f"/v1/directives/{issued['id']}/receipts",
        {"edxml_status": "01", "occurred_at": now().isoformat()},
    )

    [entry] = await watching
    assert status == 202
    assert entry["topic"] == "directives.directive_received.v1"
    assert entry["late"] is False
