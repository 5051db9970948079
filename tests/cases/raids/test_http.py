"""A raid from its launch to its results, over HTTP on real servers, and who hears of it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.registry import SERVICES
from services.vault.service import SERVICE as VAULT
from shared.config import Config
from shared.system import running
from tests.cases.examples import COURT, HEALTH, POLICE, STATION
from tests.cases.raids.examples import PLACE
from tests.running import World

CANARY = "Chim Hoàng Yến"
NIGHT = {"occurred_at": "2025-08-04T20:00:00+07:00"}


@pytest.fixture(scope="module")
async def world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """All services on servers of their own, the vault among them: without it nothing is sealed."""
    services = SERVICES if VAULT in SERVICES else (*SERVICES, VAULT)
    config = Config(data=data_folder(), http_port=0)
    async with running(config, services) as system, aiohttp.ClientSession() as http:
        yield World(system, http)


async def test_a_key_area_is_designated_by_its_stub(world: World):
    stub = {"kind": "route", "level": "key", "valid_from": "2025-08-01", "valid_to": "2025-12-31"}

    status, answer = await world.post(POLICE, "/v1/key-areas", stub | NIGHT)
    later, refused = await world.post(POLICE, "/v1/key-areas", stub | {"valid_to": "2025-13-01"})

    assert status == 201, answer
    assert (later, refused["pointer"]) == (422, "/valid_to"), refused


async def test_a_raid_is_told_to_those_who_take_part_and_its_results_to_the_receiver(world: World):
    said: dict[str, Any] = {"area": PLACE, "place_detail": CANARY, "participants": [STATION]}
    status, answer = await world.post(POLICE, "/v1/raids", said | NIGHT)
    assert status == 201, answer
    id = answer["raid_id"]

    results = {
        "suspects_held": 2,
        "victims_found": 3,
        "children_found": 1,
        "ring_dismantled": True,
        "evidence_items": 14,
        "handover_to": HEALTH,
        "occurred_at": "2025-08-04T23:30:00+07:00",
    }
    status, answer = await world.post(POLICE, f"/v1/raids/{id}/conclusions", results)
    assert status == 202, answer
    assert len(answer["persons"]) == 3
    await world.caught_up()

    assert await heard(world, STATION, f"raid:{id}") == ["raid_launched", "raid_concluded"]
    assert await heard(world, HEALTH, f"raid:{id}") == ["raid_concluded"]
    assert await heard(world, COURT, f"raid:{id}") == []
    _, timeline = await world.get(COURT, "/v1/timeline", subject=f"raid:{id}")
    assert len(timeline["entries"]) == 2
    assert CANARY not in str(timeline) and PLACE not in timeline["entries"][0]["vi"]


async def test_each_victim_is_told_to_who_receives_them_and_to_nobody_else(world: World):
    said: dict[str, Any] = {"area": PLACE, "participants": [STATION]}
    _, answer = await world.post(POLICE, "/v1/raids", said | NIGHT)
    results = {
        "suspects_held": 0,
        "victims_found": 2,
        "children_found": 1,
        "ring_dismantled": False,
        "evidence_items": 0,
        "handover_to": HEALTH,
        "found": [{"child": True, "condition": CANARY}, {"child": False}],
        "occurred_at": "2025-08-04T23:30:00+07:00",
    }

    status, answer = await world.post(POLICE, f"/v1/raids/{answer['raid_id']}/conclusions", results)
    assert status == 202, answer
    await world.caught_up()

    for person in answer["persons"]:
        about = f"subject:{person}"
        assert await heard(world, HEALTH, about) == ["victim_rescued"]
        for other in (STATION, COURT):
            assert await heard(world, other, about) == []
        _, timeline = await world.get(HEALTH, "/v1/timeline", subject=about)
        [entry] = timeline["entries"]
        assert entry["vi"] == "Công an tỉnh Nghệ An ghi nhận việc giải cứu một nạn nhân."
        assert CANARY not in str(timeline) and PLACE not in entry["vi"]
    _, feed = await world.get(HEALTH, "/v1/feed", limit=500)
    assert CANARY not in str(feed)


@pytest.mark.parametrize("more", ["areas", "basis"])
async def test_a_secret_that_is_sent_is_refused_with_the_rule_and_not_repeated(
    world: World, more: str
):
    said = {"kind": "route", "level": "key", "valid_from": "2025-08-01", more: CANARY}

    status, problem = await world.post(POLICE, "/v1/key-areas", said | NIGHT)

    assert (status, problem["code"]) == (422, "operational-secret")
    assert "bí mật nhà nước" in problem["rule"] and CANARY not in str(problem)


async def heard(world: World, agency: str, about: str) -> list[str]:
    """Topics that an agency's feed has of a subject."""
    _, feed = await world.get(agency, "/v1/feed", limit=500)
    return [
        each["event"]["type"].split(".")[1]
        for each in feed["events"]
        if about in each["event"]["subjects"]
    ]
