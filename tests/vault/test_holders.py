"""A file goes from agency to agency, over HTTP: who has it opens what is sealed in it."""

import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from services.cases.service import SERVICE as CASES
from services.vault.events import SealedFieldOpened
from services.vault.service import SERVICE as VAULT
from shared.config import Config
from shared.system import running
from tests.running import World
from tests.vault.world import AGENT, CANARY, send

COMMUNE, COMMUNE_POLICE = "UBND_XA-P34-40-16681", "CA_XA-P34-40-16681"
POLICE, STRANGER = "CQCSDT_TINH-P34-40", "CQCSDT_TINH-P34-22"
HEIR = STRANGER
"""Of the police of Móng Cái, which ended with February 2025."""
INVESTIGATOR = ("investigator",)
TIPS = "/v1/tips"


@pytest.fixture(scope="module")
async def world(data_folder: Callable[[], Path]) -> AsyncIterator[World]:
    """The cases and the vault, on servers of their own."""
    config = Config(data=data_folder(), http_port=0)
    async with running(config, (CASES, VAULT)) as system, aiohttp.ClientSession() as http:
        yield World(system, http)


async def says(world: World, by: str, path: str, at: str, **said: Any) -> dict[str, Any]:
    """Something is recorded; `at` is when it happened."""
    status, answer = await send(world, by, path, said | {"occurred_at": f"{at}:00+07:00"})
    assert status in (201, 202), answer
    assert isinstance(answer, dict)
    return answer


async def tip(world: World, by: str, at: str) -> tuple[str, str]:
    """A tip of somebody with the canary's name: its id and the event's."""
    said = {"kind": "tin_bao", "channel": "in_person", "receipt_no": uuid.uuid4().hex[:12]}
    told = {"content": f"{CANARY} kể", "informant": {"name": CANARY}}
    answer = await says(world, by, TIPS, at, **said, **told)
    return answer["tip_id"], answer["event_ids"][0]


async def passes(world: World, id: str, ends: tuple[str, str], kind: str, *at: str) -> None:
    """The tip is offered at the first moment, and received at the second, if there is one."""
    for by, step, moment in zip(ends, ("offered", "received"), at, strict=False):
        said = {"step": step, "kind": kind, "to": ends[1]}
        await says(world, by, f"{TIPS}/{id}/transfers", moment, **said)


async def opens(
    world: World,
    by: str,
    event_id: str,
    field: str = "informant",
    purpose: str = "verification",
    roles: tuple[str, ...] = INVESTIGATOR,
) -> tuple[int, Any]:
    """Status and answer."""
    body = {"event_id": event_id, "field": field, "purpose": purpose}
    return await send(world, by, "/v1/vault/openings", body, roles=roles)


async def is_refused(world: World, by: str, event_id: str, **how: Any) -> dict[str, Any]:
    """The problem: nothing was shown, and nothing recorded."""
    before = await world.system.logs["vault"].head()
    status, answer = await opens(world, by, event_id, **how)
    assert (status, answer["code"]) == (403, "may-not-know"), answer
    assert CANARY not in str(answer) and answer["remedy"] and answer["remedy_en"]
    assert await world.system.logs["vault"].head() == before
    assert isinstance(answer, dict)
    return answer


async def at_the_police(world: World) -> tuple[str, str]:
    """A commune's committee took it down; it came to the police through the commune's police."""
    id, event_id = await tip(world, COMMUNE, "2025-08-04T08:00")
    first, second = (COMMUNE, COMMUNE_POLICE), (COMMUNE_POLICE, POLICE)
    await passes(world, id, first, "commune_forward", "2025-08-04T09:00", "2025-08-04T09:30")
    await passes(world, id, second, "commune_forward", "2025-08-04T10:00", "2025-08-04T10:30")
    return id, event_id


async def test_whoever_received_the_tip_opens_it_and_that_is_recorded(world: World):
    id, event_id = await at_the_police(world)

    status, answer = await opens(world, POLICE, event_id)

    assert status == 201, answer
    assert answer["value"]["name"] == CANARY
    recorded = await world.system.logs["vault"].find(UUID(answer["event_ids"][0]))
    assert recorded is not None and isinstance(recorded.event, SealedFieldOpened)
    seen = recorded.event
    assert (seen.ground, seen.file, seen.agency) == ("holder", f"tip:{id}", POLICE)
    assert (seen.purpose, str(seen.event_id)) == ("verification", event_id)
    assert seen.recorder == COMMUNE
    assert f"tip:{id}" in recorded.metadata.subjects


async def test_until_it_is_received_the_tip_is_not_opened_by_whom_it_was_offered_to(world: World):
    id, event_id = await tip(world, COMMUNE_POLICE, "2025-08-04T08:00")
    await passes(world, id, (COMMUNE_POLICE, POLICE), "commune_forward", "2025-08-04T09:00")

    answer = await is_refused(world, POLICE, event_id)

    assert (answer["file"], answer["holder"]) == (f"tip:{id}", COMMUNE_POLICE)
    assert COMMUNE_POLICE in answer["detail"] and "received" in answer["remedy"]


async def test_who_passed_it_on_knows_no_more_but_what_it_recorded_itself(world: World):
    id, event_id = await tip(world, COMMUNE, "2025-08-05T08:00")
    first, second = (COMMUNE, COMMUNE_POLICE), (COMMUNE_POLICE, POLICE)
    await passes(world, id, first, "commune_forward", "2025-08-05T09:00", "2025-08-05T09:30")
    while_there, _ = await opens(world, COMMUNE_POLICE, event_id, "content")
    await passes(world, id, second, "commune_forward", "2025-08-05T10:00", "2025-08-05T10:30")

    afterwards = await is_refused(world, COMMUNE_POLICE, event_id, field="content")
    recorder, shown = await opens(world, COMMUNE, event_id, roles=())

    assert (while_there, recorder, shown["value"]["name"]) == (201, 201, CANARY)
    assert afterwards["holder"] == POLICE


async def test_who_the_informant_is_not_everybody_knows_who_has_the_file(world: World):
    id, event_id = await tip(world, COMMUNE, "2025-08-06T08:00")
    ends = (COMMUNE, COMMUNE_POLICE)
    await passes(world, id, ends, "commune_forward", "2025-08-06T09:00", "2025-08-06T09:30")

    answer = await is_refused(world, COMMUNE_POLICE, event_id)

    assert answer["file"] == f"tip:{id}" and "holder" not in answer
    assert "đang giữ hồ sơ" in answer["detail"]


@pytest.mark.parametrize(
    ("by", "how", "said"),
    [
        (STRANGER, {}, {"holder": POLICE}),
        (POLICE, {"roles": ()}, {"roles": ["investigator"]}),
        (POLICE, {"roles": ("clerk",)}, {"purposes": ["protection", "verification"]}),
        (POLICE, {"purpose": "oversight"}, {"purposes": ["protection", "verification"]}),
        (POLICE, {"purpose": "trial"}, {"roles": ["investigator"]}),
    ],
)
async def test_a_stranger_another_role_and_another_purpose_are_refused_in_words(
    world: World, by: str, how: dict[str, Any], said: dict[str, Any]
):
    _, event_id = await at_the_police(world)

    answer = await is_refused(world, by, event_id, **how)

    assert answer | said == answer


async def test_the_heir_of_a_body_that_has_ended_has_its_files(world: World):
    procuracy, district = "VKSND_HUYEN-P63-22-194", "CQCSDT_HUYEN-P63-22-194"
    id, event_id = await tip(world, procuracy, "2024-03-04T08:00")
    ends = (procuracy, district)
    await passes(world, id, ends, "competence", "2024-03-04T09:00", "2024-03-04T10:00")

    status, answer = await opens(world, HEIR, event_id)
    ended, problem = await opens(world, district, event_id)
    other = await is_refused(world, POLICE, event_id)

    assert (status, answer["value"]["name"]) == (201, CANARY)
    assert (ended, problem["code"]) == (422, "agency-not-in-existence")
    assert other["holder"] == district and HEIR in other["remedy"]


async def test_what_is_erased_stays_so_for_who_gets_the_file(world: World):
    _, event_id = await at_the_police(world)
    found = await world.system.logs["cases"].find(UUID(event_id))
    assert found is not None
    said = {"subject_id": found.fields["informant_ref"], "reason": "request"}
    said |= {"decided_by": "Văn phòng"}
    status, _ = await send(world, COMMUNE, "/v1/vault/erasures", said, roles=AGENT)

    erased, answer = await opens(world, POLICE, event_id)
    content, shown = await opens(world, POLICE, event_id, "content")

    assert (status, erased, answer["code"]) == (201, 422, "subject-erased")
    assert (content, CANARY in shown["value"]) == (201, True)


async def test_who_takes_part_in_a_raid_knows_where_it_is(world: World):
    place, at = f"Nhà {CANARY}", "2026-01-05T04:00"
    said = {"area": "P34-40-16681", "place_detail": place, "participants": ["SO_YTE-P34-40"]}
    answer = await says(world, "CA_TINH-P34-40", "/v1/raids", at, **said)
    [event_id] = answer["event_ids"]
    how: dict[str, Any] = {
        "field": "place_detail",
        "purpose": "protection",
        "roles": ("raid_officer",),
    }

    status, shown = await opens(world, "SO_YTE-P34-40", event_id, **how)
    stranger = await is_refused(world, STRANGER, event_id, **how)

    assert (status, shown["value"]) == (201, place)
    assert "SO_YTE" not in str(stranger) and "CA_TINH" not in str(stranger)
