"""A tip's timeline over the whole system: what was done, what the clock said, who saw the name."""

from datetime import datetime
from typing import Any

import pytest

from tests.running import World, now, until

INVESTIGATORS = "CQCSDT_TINH-P34-40"
NAME = "Vàng Thị Niêm Phong"


async def entries(world: World, subject: str, **asked: Any) -> list[dict[str, Any]]:
    status, answer = await world.get(INVESTIGATORS, "/v1/timeline", subject=subject, **asked)
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["entries"]
    return found


async def once(world: World, subject: str, *topics: str) -> list[dict[str, Any]]:
    """The timeline, when it has all of these."""

    async def there() -> bool:
        found = {each["topic"] for each in await entries(world, subject)}
        return found >= {*topics}

    await until(there, 60.0)
    return await entries(world, subject)


@pytest.fixture(scope="module")
async def tip(world: World) -> tuple[str, str]:
    """A tip with an informant: its subject and the id of its event."""
    body = {
        "kind": "tin_bao",
        "channel": "phone",
        "receipt_no": f"{now().timestamp()}/2025",
        "informant": {"name": NAME},
        "content": "Có người rủ ra nước ngoài làm việc nhẹ lương cao.",
        "occurred_at": "2025-08-06T08:00:00+07:00",
    }
    status, answer = await world.post(INVESTIGATORS, "/v1/tips", body)
    assert status == 201, answer
    return answer["stream"], answer["event_ids"][0]


async def test_it_tells_of_its_periods_and_that_a_name_was_opened_but_never_the_name(
    world: World, tip: tuple[str, str]
):
    subject, event = tip
    opening = {"event_id": event, "field": "informant", "purpose": "verification"}

    status, shown = await world.post(INVESTIGATORS, "/v1/vault/openings", opening)

    assert (status, shown["value"]["name"]) == (201, NAME)
    told = await once(
        world,
        subject,
        "cases.tip_received.v1",
        "deadlines.deadline_opened.v1",
        "vault.sealed_field_opened.v1",
    )
    [seen] = [each for each in told if each["topic"] == "vault.sealed_field_opened.v1"]
    assert seen["agency"] == INVESTIGATORS and "để xác minh" in seen["vi"]
    assert "Bắt đầu tính thời hạn" in "".join(each["vi"] for each in told)
    assert NAME not in str(told)
    acts = await entries(world, subject, without="deadlines,vault")
    assert [each["topic"] for each in acts] == ["cases.tip_received.v1"]


async def test_a_corrected_day_is_told_beside_the_wrong_one_and_moves_the_periods(
    world: World, tip: tuple[str, str]
):
    subject, event = tip
    said = {
        "target_event": event,
        "field_path": "occurred_at",
        "new": "2025-08-05T08:00:00+07:00",
        "reason": "Ghi nhầm ngày",
        "authority": {
            "document": "Biên bản 8/BB",
            "issuer": INVESTIGATORS,
            "issued_on": "2025-08-20",
        },
    }
    before = {each["id"]: each for each in await periods(world, subject)}
    assert before

    refused, problem = await world.post("TAND_TINH-P34-40", "/v1/cases/corrections", said)
    status, answer = await world.post(INVESTIGATORS, "/v1/cases/corrections", said)

    assert (refused, problem["code"]) == (403, "not-the-recorder")
    assert status == 202, answer
    told = await once(
        world, subject, "cases.record_corrected.v1", "deadlines.deadline_recomputed.v1"
    )
    [first] = [each for each in told if each["event_id"] == event]
    [right] = [each for each in told if each["event_id"] == answer["event_ids"][0]]
    assert [each["entry"] for each in first["corrections"]] == [right["entry"]]
    assert right["corrects"]["entry"] == first["entry"]
    assert "08:00 ngày 06/08/2025 → 08:00 ngày 05/08/2025" in right["vi"]
    assert "dữ kiện được đính chính" in "".join(each["vi"] for each in told)
    _, state = await world.get(INVESTIGATORS, f"/v1/tip/{subject.partition(':')[2]}")
    since = datetime.fromisoformat(state["state"]["since"])
    assert since == datetime.fromisoformat("2025-08-05T08:00:00+07:00")


async def periods(world: World, subject: str) -> list[dict[str, Any]]:
    _, answer = await world.get(INVESTIGATORS, "/v1/deadlines", subject=subject)
    found: list[dict[str, Any]] = answer["deadlines"]
    return found
