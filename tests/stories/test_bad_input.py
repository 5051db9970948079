"""What bad input gets: a clear problem document, nothing recorded, the same answer every time."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.running import HEALTH, ISSUER, JULY_FIRST, POLICE, World, directive, names_of, task

DIRECTIVES = "/v1/directives"


def deep(levels: int) -> str:
    """JSON that is nested that deep."""
    return '{"subject_vi":' * levels + "1" + "}" * levels


async def events(world: World) -> int:
    """How many events the log holds."""
    return await world.system.logs["directives"].head()


async def refuse(world: World, agency: str, path: str, body: Any) -> dict[str, Any]:
    """Send twice with one key; it must be refused alike and record nothing."""
    before, key = await events(world), str(uuid.uuid4())

    first_status, first = await world.post(agency, path, body, key=key)
    again_status, again = await world.post(agency, path, body, key=key)

    assert first_status >= 400, first
    assert (again_status, again) == (first_status, first)
    assert await events(world) == before
    assert first["type"].startswith("/problems/"), first
    assert first["detail"] and first["detail_en"] and first["status"] == first_status
    return {**first, "status": first_status}


@pytest.mark.parametrize(
    ("changes", "code", "pointer", "word"),
    [
        ({"addressees": [{"agency": "XYZ-P34-40"}]}, "unknown-agency", "/addressees/0", "XYZ"),
        (
            {"addressees": [{"agency": "SO_LDTBXH-P63-40"}]},
            "agency-not-in-existence",
            "/addressees/0",
            "SO_YTE-P34-40",
        ),
        (
            {"addressees": [{"agency": "UBND_HUYEN-P63-01-276"}]},
            "agency-not-in-existence",
            "/addressees/0",
            "UBND_TINH-P34-01",
        ),
        ({"notation": "??"}, "notation-not-understood", "/notation", "??"),
        (
            {"tasks": [task("T01", POLICE, due={"type": "date", "on": "2025-06-01"})]},
            "due-before-issue",
            "/tasks/0/due",
            "01/06/2025",
        ),
        (
            {
                "campaigns": [
                    {
                        "key": "C1",
                        "kind": "suppression",
                        "from": "2025-09-30",
                        "to": "2025-07-01",
                    }
                ]
            },
            "window-reversed",
            "/campaigns/0",
            "01/07/2025",
        ),
        ({"secrecy": "MAT"}, "secret-papers-stay-out", "/secrecy", "mật"),
        ({"issue_date": "2025-02-30"}, "fields", "/issue_date", "ngày"),
        ({"issue_date": None}, None, None, None),
        ({"nonsense": 1}, "fields", "/nonsense", "không có trong mẫu"),
        ({"number": "12"}, "fields", "/number", "số nguyên"),
        ({"tasks": [task("T01", "XYZ-P34-40")]}, "unknown-agency", "/tasks/0/lead", "XYZ"),
        (
            {"tasks": [task("T01", POLICE, work_line="magic")]},
            "fields",
            "/tasks/0/work_line",
            "danh mục",
        ),
    ],
)
async def test_a_directive_that_is_not_right_names_field_reason_and_remedy(
    world: World, changes: dict[str, Any], code: str | None, pointer: str | None, word: str | None
):
    problem = await refuse(world, ISSUER, DIRECTIVES, directive(**changes))

    assert problem["status"] == 422
    assert problem.get("remedy") and problem.get("remedy_en")
    if code:
        assert problem["code"] == code
    if pointer:
        assert any(each.startswith(pointer) for each in names_of(problem)), problem
    if word:
        assert word in json.dumps(problem, ensure_ascii=False)


async def test_a_number_is_used_once_by_an_issuer_within_a_year(world: World):
    paper = directive()
    status, first = await world.post(ISSUER, DIRECTIVES, paper)

    problem = await refuse(world, ISSUER, DIRECTIVES, paper | {"subject_vi": "Khác"})

    assert status == 201
    assert problem["code"] == "duplicate-number"
    assert first["stream"].removeprefix("directive:") in json.dumps(problem)


async def test_acknowledging_what_was_not_addressed_to_you_is_refused(world: World):
    issued = await world.issue()

    problem = await refuse(
        world,
        "SO_TP-P34-40",
        f"{DIRECTIVES}/{issued['id']}/receipts",
        {"edxml_status": "01", "occurred_at": JULY_FIRST},
    )

    assert (problem["status"], problem["code"]) == (403, "not-addressed-to-you")


async def test_another_agencys_token_does_not_issue_in_its_name(world: World):
    problem = await refuse(world, "UBND_TINH-P34-01", DIRECTIVES, directive())

    assert problem["status"] == 403


async def test_another_agency_does_not_answer_for_the_one_that_was_asked(world: World):
    issued = await world.issue()
    id = issued["tasks"]["T01"]

    problem = await refuse(
        world,
        HEALTH,
        f"{DIRECTIVES}/tasks/{id}/acknowledgements",
        {"outcome": "accepted", "occurred_at": JULY_FIRST},
    )

    assert problem["status"] == 403


async def test_an_agency_that_did_not_exist_that_day_records_nothing(world: World):
    problem = await refuse(
        world,
        "UBND_HUYEN-P63-01-276",
        DIRECTIVES,
        directive(issuer="UBND_HUYEN-P63-01-276", addressees=[{"agency": POLICE}], tasks=[]),
    )

    assert problem["code"] == "agency-not-in-existence"


RAW: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("a body over the limit", b'{"a":"' + b"x" * 300_000 + b'"}', {}, 413, "body-too-large"),
    ("NUL", b'{"subject_vi":"a\\u0000b"}', {}, 422, "control-character"),
    ("NaN", b'{"number":NaN}', {}, 422, "json"),
    ("10,000-deep JSON", deep(10_000).encode(), {}, 422, "json"),
    ("JSON below the parser's limit but too deep", deep(100).encode(), {}, 422, "json-too-big"),
    ("invalid UTF-8", b'{"subject_vi":"\xff\xfe"}', {}, 422, "json"),
    ("a lone surrogate", b'{"subject_vi":"\\ud800"}', {}, 422, "json"),
    ("a list", b"[]", {}, 422, "fields"),
    ("nothing", b"", {}, 422, "json"),
    ("the wrong media type", b"{}", {"Content-Type": "text/plain"}, 415, "media-type"),
    ("not the gzip it says", b"{}", {"Content-Encoding": "gzip"}, 415, "content-encoding"),
    ("a form", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "media-type"),
]


@pytest.mark.parametrize(
    ("name", "body", "headers", "status", "code"), RAW, ids=[r[0] for r in RAW]
)
async def test_hostile_bodies_are_refused_with_a_reason(
    world: World, name: str, body: bytes, headers: dict[str, str], status: int, code: str
):
    before = await events(world)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {world.token(ISSUER)}",
        **headers,
    }

    async with world.http.post(world.url + DIRECTIVES, data=body, headers=headers) as response:
        problem = await response.json(content_type=None)

    assert (response.status, problem["code"]) == (status, code), name
    assert response.content_type == "application/problem+json"
    assert problem["remedy"]
    assert await events(world) == before


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer rubbish", "Basic dXNlcjpwYXNz", "Bearer eyJhbGciOiJub25lIn0.e30."],
)
async def test_without_a_good_token_nobody_is_let_in(world: World, authorization: str):
    before = await events(world)
    headers = {"Authorization": authorization} if authorization else {}

    async with world.http.post(world.url + DIRECTIVES, json=directive(), headers=headers) as answer:
        problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"]) == (401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert await events(world) == before


async def test_an_expired_token_is_refused(world: World):
    headers = {"Authorization": f"Bearer {world.token(ISSUER, seconds=-3600)}"}

    async with world.http.post(world.url + DIRECTIVES, json=directive(), headers=headers) as answer:
        assert answer.status == 401


async def test_the_same_key_gives_the_same_answer_and_records_once(world: World):
    paper, key = directive(), str(uuid.uuid4())

    first = await world.post(ISSUER, DIRECTIVES, paper, key=key)
    before = await events(world)
    again = await world.post(ISSUER, DIRECTIVES, paper, key=key)

    assert first[0] == 201
    assert again == first
    assert await events(world) == before


async def test_a_key_that_was_used_for_another_request_is_refused(world: World):
    key = str(uuid.uuid4())
    await world.post(ISSUER, DIRECTIVES, directive(), key=key)

    status, problem = await world.post(ISSUER, DIRECTIVES, directive(), key=key)

    assert (status, problem["code"]) == (422, "idempotency-key-reused")


async def test_what_has_not_happened_yet_is_not_recorded(world: World):
    problem = await refuse(
        world, ISSUER, DIRECTIVES, directive(occurred_at="2099-01-01T00:00:00+07:00")
    )

    assert (problem["code"], problem["pointer"]) == ("in-the-future", "/occurred_at")


async def test_a_moment_without_a_zone_is_not_understood(world: World):
    problem = await refuse(world, ISSUER, DIRECTIVES, directive(occurred_at="2025-07-01T08:00:00"))

    assert problem["pointer"] == "/occurred_at"


async def test_problems_are_vietnamese_first_and_english_on_request(world: World):
    status, vietnamese = await world.post(ISSUER, DIRECTIVES, directive(notation="??"))
    _, english = await world.post(
        ISSUER, DIRECTIVES, directive(notation="??"), **{"Accept-Language": "en"}
    )

    assert status == 422
    assert english["detail"] == vietnamese["detail_en"] != vietnamese["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/directives/not-an-id/receipts", 404),
        (f"/v1/directives/{uuid.UUID(int=5)}/receipts", 404),
        ("/v1/nowhere", 404),
        ("/v1/directives/%00/receipts", 404),
    ],
)
async def test_a_thing_that_is_not_there_is_not_found(world: World, path: str, status: int):
    answered, problem = await world.post(POLICE, path, {"edxml_status": "01"})

    assert answered == status
    assert problem["type"].startswith("/problems/")


async def test_twins_sent_at_once_with_one_key_are_one_act_with_one_answer(world: World):
    paper, key = directive(), str(uuid.uuid4())

    answers = await asyncio.gather(
        *(world.post(ISSUER, DIRECTIVES, paper, key=key) for _ in range(5))
    )

    assert {status for status, _ in answers} == {201}
    assert len({answer["stream"] for _, answer in answers}) == 1
    assert len({json.dumps(answer, sort_keys=True) for _, answer in answers}) == 1


async def test_a_token_that_is_too_long_is_refused_in_words(world: World):
    headers = {"Authorization": "Bearer " + "x" * 12_000}

    async with world.http.get(world.url + DIRECTIVES, headers=headers) as answer:
        problem = await answer.json(content_type=None)

    assert (answer.status, problem["code"]) == (401, "not-signed-in")
