import uuid
from typing import Any

import pytest

from tests.running import HEALTH, ISSUER, POLICE, World, task

FEED, AGENCIES = "/v1/feed", "/v1/agencies"
STRANGER = "CA_TINH-P34-22"


@pytest.fixture(scope="module")
async def issued(world: World) -> dict[str, Any]:
    """A directive with one task for the police and one for the health department."""
    issued = await world.issue()
    await world.caught_up()
    return issued


async def feed(world: World, agency: str, **asked: Any) -> list[dict[str, Any]]:
    """The whole feed of an agency, by pages."""
    events: list[dict[str, Any]] = []
    asked = {"limit": 500} | asked
    while True:
        status, answer = await world.get(agency, FEED, **asked)
        assert status == 200, answer
        events += answer["events"]
        if answer["next"] is None:
            return events
        asked["after"] = answer["next"]


def about(events: list[dict[str, Any]], issued: dict[str, Any]) -> list[str]:
    """What is told of one directive and its lines, without the service and the version."""
    return [
        each["event"]["type"].split(".")[1]
        for each in events
        if f"directive:{issued['id']}" in each["event"]["subjects"].split()
    ]


async def test_an_agency_reads_what_it_has_a_part_in(world: World, issued: dict[str, Any]):
    police, health = await feed(world, POLICE), await feed(world, HEALTH)

    for events in (police, health):
        assert about(events, issued) == [
            "directive_issued",
            "task_assigned",
            "directive_dispatched",
        ]
    [task] = [
        each["event"]
        for each in police
        if each["event"]["subject"] == f"task:{issued['tasks']['T01']}"
    ]
    assert task["specversion"] == "1.0"
    assert task["data"]["lead"] == POLICE


async def test_it_reads_nobody_elses(world: World, issued: dict[str, Any]):
    tasks = {
        each["event"]["subject"]
        for each in await feed(world, POLICE)
        if each["event"]["type"] == "directives.task_assigned.v1"
    }

    assert f"task:{issued['tasks']['T02']}" not in tasks
    assert await feed(world, STRANGER) == []


async def test_the_issuer_is_told_what_comes_back(world: World, issued: dict[str, Any]):
    status, _ = await world.post(
        POLICE, f"/v1/directives/{issued['id']}/receipts", {"edxml_status": "01"}
    )
    await world.caught_up()

    assert status == 202
    assert about(await feed(world, ISSUER), issued)[-1] == "directive_received"
    assert "directive_received" not in about(await feed(world, HEALTH), issued)


async def test_a_station_is_told_of_what_goes_to_all_stations(world: World):
    issued = await world.issue(tasks=[task("T01", "DON_BP-P34-40")])
    await world.caught_up()

    told = about(await feed(world, "DON_BP-P34-40-16681"), issued)

    assert "task_assigned" in told
    assert about(await feed(world, "DON_BP-P34-22-06967"), issued) == []


async def test_who_signs_in_with_the_name_of_many_has_no_feed(world: World):
    status, problem = await world.get("DON_BP-P34-40", FEED)

    assert (status, problem["code"]) == (403, "collective-cannot-act")


@pytest.mark.parametrize("path", [FEED, "/v1/timeline", "/v1/timeline/live", "/v1/directives"])
async def test_an_agency_that_the_register_never_knew_reads_nothing(world: World, path: str):
    status, problem = await world.get("FOO-BAR", path)

    assert (status, problem["code"]) == (403, "agency-id")
    assert "FOO" in problem["detail"] and problem["remedy"]


async def test_a_body_that_has_ended_still_reads(world: World):
    status, answer = await world.get("SO_LDTBXH-P63-40", FEED)

    assert (status, answer["events"]) == (200, [])


async def test_a_position_is_only_good_with_the_numbering_it_comes_from(
    world: World, issued: dict[str, Any]
):
    _, first = await world.get(POLICE, FEED, limit=1)

    same, answer = await world.get(POLICE, FEED, epoch=first["epoch"])
    other, problem = await world.get(POLICE, FEED, epoch=uuid.uuid4())

    assert (same, answer["epoch"]) == (200, first["epoch"])
    assert (other, problem["code"]) == (409, "feed-was-renumbered")
    assert problem["epoch"] == first["epoch"]


async def test_pages_follow_each_other_without_loss_or_doubling(
    world: World, issued: dict[str, Any]
):
    whole = await feed(world, POLICE)

    pieces = await feed(world, POLICE, limit=1)

    assert pieces == whole
    positions = [each["position"] for each in pieces]
    assert positions == sorted({*positions})


async def test_reading_goes_on_after_a_position(world: World, issued: dict[str, Any]):
    whole = await feed(world, POLICE)

    assert await feed(world, POLICE, after=whole[0]["position"]) == whole[1:]
    assert await feed(world, POLICE, after=whole[-1]["position"]) == []


@pytest.mark.parametrize(
    "asked",
    [{"limit": 0}, {"limit": 501}, {"after": -1}, {"after": "x"}, {"of": STRANGER}],
    ids=str,
)
async def test_a_question_that_is_not_understood_is_refused(world: World, asked: dict[str, Any]):
    status, problem = await world.get(POLICE, FEED, **asked)

    assert (status, problem["code"]) == (422, "fields")


async def test_who_is_not_signed_in_reads_no_feed_and_may_see_the_agencies(world: World):
    async with world.http.get(world.url + FEED) as closed:
        assert closed.status == 401
    async with world.http.get(world.url + AGENCIES, params={"area": "P34-40"}) as open_to_all:
        assert open_to_all.status == 200
        agencies = (await open_to_all.json())["agencies"]

    [police] = [each for each in agencies if each["agency"] == POLICE]
    assert police == {
        "agency": POLICE,
        "name_vi": "Công an tỉnh Nghệ An",
        "name_en": "Provincial Police, Nghệ An",
        "lane": "police",
        "level": "province",
    }


async def test_agencies_are_those_of_the_day_that_is_asked_for(world: World):
    async def codes(on: str) -> set[str]:
        _, answer = await world.get(POLICE, AGENCIES, area="P63-01", on=on)
        return {each["agency"].partition("-")[0] for each in answer["agencies"]}

    before = await codes("2025-02-01")

    assert "SO_LDTBXH" in before
    status, problem = await world.get(POLICE, AGENCIES, area="P63-01", on="2025-08-01")
    assert (status, problem["code"]) == (422, "area-not-in-existence")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"area": "P99-99"}, "unknown-area"),
        ({"area": "x" * 50}, "fields"),
        ({"on": "2025-02-30"}, "fields"),
        ({"on": "yesterday"}, "fields"),
    ],
    ids=str,
)
async def test_an_area_or_day_that_does_not_exist_is_refused(
    world: World, asked: dict[str, Any], code: str
):
    status, problem = await world.get(POLICE, AGENCIES, **asked)

    assert (status, problem["code"]) == (422, code)
