"""A suspect from the hold to a refused custody, through the front door only."""

from typing import Any

from tests.cases.accused.examples import SECRET
from tests.cases.examples import COURT, INVESTIGATORS
from tests.running import World

AT = "/v1/persons"
HELD: dict[str, Any] = {
    "kind": "flagrante",
    "place": "P34-40-16681",
    "nationality": "LA",
    "identity": {"name": SECRET},
    "occurred_at": "2025-08-04T08:00:00+07:00",
}
CUSTODY: dict[str, Any] = {
    "since": "2025-08-04T10:00:00+07:00",
    "to": "2025-08-07T10:00:00+07:00",
    "place": "Nhà tạm giữ",
    "reason": "flagrante",
    "decision_ref": "05/QĐ-TG",
    "occurred_at": "2025-08-04T11:00:00+07:00",
}


async def test_a_suspect_is_held_and_taken_into_custody_for_as_long_as_the_law_allows(
    world: World,
):
    status, receipt = await world.post(INVESTIGATORS, AT, HELD)
    assert status == 201, receipt
    id = receipt["person_ref"]

    too_long = CUSTODY | {"to": "2025-08-09T10:00:00+07:00"}
    status, problem = await world.post(INVESTIGATORS, f"{AT}/{id}/custody", too_long)
    assert (status, problem["code"], problem["rule"]) == (
        422,
        "custody-too-long",
        "BLTTHS Điều 118",
    )
    status, answer = await world.post(INVESTIGATORS, f"{AT}/{id}/custody", CUSTODY)
    assert status < 300, answer

    _, state = await world.get(INVESTIGATORS, f"/v1/person/{id}")
    assert "CUSTODY" in str(state) and "sealed" in str(state)
    assert SECRET not in str(state)


async def test_a_court_holds_nobody(world: World):
    status, problem = await world.post(COURT, AT, HELD)

    assert (status, problem["code"]) == (403, "not-competent")
    assert SECRET not in str(problem)
