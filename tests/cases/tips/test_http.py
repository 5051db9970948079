"""A tip from the commune to its end, over HTTP on real servers, and who hears of it."""

import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.registry import SERVICES
from services.vault.service import SERVICE as VAULT
from shared.config import Config
from shared.system import running
from tests.cases.examples import (
    COMMUNE_POLICE,
    COURT,
    HOTLINE,
    INVESTIGATORS,
    PROCURACY,
    STRANGER,
)
from tests.running import World

CANARY = "Chim Hoàng Yến"
AT = "/v1/tips"


@pytest.fixture(scope="module")
async def world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """All services on servers of their own, the vault among them: without it nothing is sealed."""
    services = SERVICES if VAULT in SERVICES else (*SERVICES, VAULT)
    config = Config(data=data_folder(), http_port=0)
    async with running(config, services) as system, aiohttp.ClientSession() as http:
        yield World(system, http)


def said(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "kind": "tin_bao",
        "channel": "phone",
        "receipt_no": f"{uuid.uuid4().int % 10**9}/2025",
        "informant": {"name": CANARY, "phone": "0912 000 138"},
        "content": f"{CANARY} kể chuyện việc nhẹ lương cao",
        "suspected_offence": "150",
        "occurred_at": "2025-08-04T08:00:00+07:00",
    }
    return body | changes


async def received(world: World, by: str = COMMUNE_POLICE, **changes: Any) -> str:
    status, answer = await world.post(by, AT, said(**changes))
    assert status == 201, answer
    assert answer["stream"] == f"tip:{answer['tip_id']}"
    return str(answer["tip_id"])


async def does(world: World, by: str, id: str, what: str, day: str, **body: Any) -> Any:
    occurred_at = f"2025-08-{day}:00:00+07:00"
    status, answer = await world.post(by, f"{AT}/{id}/{what}", {**body, "occurred_at": occurred_at})
    assert status == 202, answer
    return answer


async def resolved(world: World) -> str:
    """A tip that the commune police forwarded and the investigating body ended."""
    id = await received(world)
    way = {"kind": "commune_forward", "to": INVESTIGATORS}
    await does(world, COMMUNE_POLICE, id, "transfers", "04T10", **way)
    await does(world, INVESTIGATORS, id, "transfers", "04T15", step="received", **way)
    await does(world, INVESTIGATORS, id, "classifications", "05T08", classification="crime")
    handler = {"handler": "dtv.12", "decision_no": "41/QĐ-CQCSĐT"}
    await does(world, INVESTIGATORS, id, "handlers", "06T08", **handler)
    notice = {"kind": "receipt", "to": "informant", "medium": "document"}
    await does(world, INVESTIGATORS, id, "notices", "06T09", **notice)
    await does(
        world,
        INVESTIGATORS,
        id,
        "non-institutions",
        "20T08",
        ground="no_constituents",
        decision_ref="30/QĐ-CQCSĐT",
    )
    await world.caught_up()
    return id


async def heard(world: World, agency: str, id: str) -> list[str]:
    """Topics that an agency's feed has of a tip."""
    _, feed = await world.get(agency, "/v1/feed", limit=500)
    return [
        each["event"]["type"].split(".")[1]
        for each in feed["events"]
        if f"tip:{id}" in each["event"]["subjects"]
    ]


async def test_a_tip_goes_from_the_commune_to_its_end(world: World):
    id = await resolved(world)

    status, answer = await world.get(COMMUNE_POLICE, f"/v1/tip/{id}")

    assert status == 200
    state = answer["state"]
    assert (state["stage"], state["holder"]) == ("not_instituted", INVESTIGATORS)
    assert (state["informant"], state["content"]) == ("sealed", "sealed")


async def test_its_timeline_tells_all_of_it_and_nothing_of_anybody(world: World):
    id = await resolved(world)

    _, answer = await world.get(COURT, "/v1/timeline", subject=f"tip:{id}")

    told = [each["topic"].split(".") for each in answer["entries"]]
    assert [name for store, name, _ in told if store == "cases"] == [
        "tip_received",
        "tip_transferred",
        "tip_transferred",
        "tip_classified",
        "tip_handler_assigned",
        "tip_informant_notified",
        "case_non_institution_decided",
    ]
    first = answer["entries"][0]
    assert first["vi"].startswith("Công an phường Thành Vinh tiếp nhận tin báo số ")
    assert CANARY not in str(answer)


async def test_those_who_have_a_part_in_it_hear_of_it_and_nobody_else(world: World):
    id = await resolved(world)

    assert await heard(world, COMMUNE_POLICE, id) == [
        "tip_received",
        "tip_transferred",
        "tip_transferred",
        "tip_classified",
        "tip_informant_notified",
        "case_non_institution_decided",
    ]
    assert "tip_handler_assigned" in await heard(world, INVESTIGATORS, id)
    assert (await heard(world, INVESTIGATORS, id))[0] == "tip_transferred"
    assert await heard(world, COURT, id) == []


async def test_the_body_that_a_crime_belongs_to_hears_that_a_case_is_suggested(world: World):
    id = await received(world, INVESTIGATORS)
    crime = {
        "classification": "crime",
        "competent": False,
        "competent_agency": STRANGER,
        "suspected": {"article": "150", "clause": 2},
    }

    await does(world, INVESTIGATORS, id, "classifications", "05T08", **crime)
    await world.caught_up()

    assert await heard(world, STRANGER, id) == ["tip_classified"]
    _, timeline = await world.get(STRANGER, "/v1/timeline", subject=f"tip:{id}")
    [entry] = [e for e in timeline["entries"] if e["topic"] == "cases.tip_classified.v1"]
    assert entry["vi"].endswith("đề xuất xem xét khởi tố vụ án (khoản 2 Điều 150 BLHS).")
    _, answer = await world.get(STRANGER, f"/v1/tip/{id}")
    assert answer["state"]["institution_suggested"]["to"] == STRANGER


async def test_a_refusal_names_article_stage_and_holder_and_records_nothing(world: World):
    id = await received(world)
    decision = {"ground": "expert", "decision_ref": "1", "occurred_at": "2025-08-05T08:00:00+07:00"}

    status, problem = await world.post(COMMUNE_POLICE, f"{AT}/{id}/classifications", {})
    assert (status, problem["code"]) == (422, "fields")
    status, problem = await world.post(INVESTIGATORS, f"{AT}/{id}/suspensions", decision)

    assert (status, problem["code"]) == (422, "wrong-stage")
    assert problem["rule"] == "BLTTHS Điều 148(1)"
    assert "đã tiếp nhận" in problem["detail"] and COMMUNE_POLICE in problem["detail"]
    _, answer = await world.get(COMMUNE_POLICE, f"/v1/tip/{id}")
    assert answer["version"] == 1


@pytest.mark.parametrize(
    ("by", "changes", "status", "code"),
    [
        (COURT, {}, 403, "not-competent"),
        (HOTLINE, {"occurred_at": "2025-06-30T12:00:00+07:00"}, 422, "agency-not-in-existence"),
        (COMMUNE_POLICE, {"modus": ["kidnapping"]}, 422, "fields"),
        (COMMUNE_POLICE, {"suspected_offence": "168"}, 422, "fields"),
        (COMMUNE_POLICE, {"kind": None}, 422, "fields"),
        (COMMUNE_POLICE, {"anonymous": True}, 422, "anonymous-with-name"),
        (COMMUNE_POLICE, {"urgent": False}, 422, "fields"),
    ],
)
async def test_a_tip_that_may_not_or_cannot_be_taken_down_is_refused(
    world: World, by: str, changes: dict[str, Any], status: int, code: str
):
    answered, problem = await world.post(by, AT, said(**changes))

    assert (answered, problem["code"]) == (status, code), problem
    assert CANARY not in str(problem)


async def test_a_number_is_taken_once_and_the_same_request_is_answered_alike(world: World):
    body, key = said(), str(uuid.uuid4())
    first = await world.post(PROCURACY, AT, body, key=key)

    again = await world.post(PROCURACY, AT, body, key=key)
    status, problem = await world.post(PROCURACY, AT, body)

    assert first[0] == 201 and again[1] == first[1]
    assert (status, problem["code"]) == (409, "duplicate-number")
