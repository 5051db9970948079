import uuid

import pytest

from tests.running import HEALTH, ISSUER, JULY_FIRST, POLICE, World


async def test_the_state_of_a_thing_is_read_as_of_a_moment(world: World):
    issued = await world.issue()
    path = f"/v1/directive/{issued['id']}"
    for agency, moment in ((POLICE, "2025-07-05"), (HEALTH, "2025-07-03")):  # The second is late.
        status, answer = await world.post(
            agency,
            f"/v1/directives/{issued['id']}/receipts",
            {"edxml_status": "01", "occurred_at": f"{moment}T08:00:00+07:00"},
        )
        assert status == 202, answer

    _, now = await world.get(ISSUER, path)
    _, then = await world.get(ISSUER, path, as_of="2025-07-04T00:00:00+07:00")
    _, known = await world.get(ISSUER, path, known_at=now["known_at"])
    before, problem = await world.get(ISSUER, path, as_of="2025-06-01T00:00:00+07:00")

    assert now["subject"] == issued["stream"]
    assert (now["version"], then["version"], known["version"]) == (5, 5, 5)
    assert now["as_of"].startswith("2025-07-05")
    assert then["as_of"].startswith("2025-07-03")
    assert now["state"] == known["state"] != then["state"]
    assert (before, problem["code"]) == (404, "not-found")


async def test_a_thing_that_is_not_there_or_is_something_else_is_not_found(world: World):
    issued = await world.issue()

    for path in (
        f"/v1/directive/{uuid.uuid4()}",
        f"/v1/task/{issued['id']}",
    ):
        status, problem = await world.get(ISSUER, path)
        assert (status, problem["code"]) == (404, "not-found")


async def test_a_thing_that_a_reader_may_not_know_of_is_not_found_as_if_it_were_not_there(
    world: World,
):
    moment = "2025-08-04T20:00:00+07:00"
    said = {"area": "P34-40-16681", "occurred_at": moment}
    status, answer = await world.post(POLICE, "/v1/raids", said)
    assert status == 201, answer
    there, nowhere = answer["raid_id"], str(uuid.uuid4())

    for asked in ({}, {"as_of": moment}):
        _, known = await world.get(POLICE, f"/v1/raid/{there}", **asked)
        refused, problem = await world.get(ISSUER, f"/v1/raid/{there}", **asked)
        missing, absent = await world.get(ISSUER, f"/v1/raid/{nowhere}", **asked)

        assert known["state"]["id"] == there
        assert (refused, missing) == (404, 404)
        for each in (problem, absent):
            del each["instance"]
        assert str(problem).replace(there, nowhere) == str(absent)


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": "yesterday"},
        {"as_of": JULY_FIRST[:-6]},
        {"as_of": "5"},
        {"known_at": "1751331600"},
        {"as_of": "0001-01-01T00:00:00+14:00"},
        {"known_at": "9999-12-31T23:59:59-12:00"},
        {"nonsense": 1},
    ],
    ids=str,
)
async def test_a_moment_that_is_not_understood_is_refused(world: World, asked: dict[str, str]):
    status, problem = await world.get(ISSUER, f"/v1/directive/{uuid.uuid4()}", **asked)

    assert (status, problem["code"]) == (422, "fields")
