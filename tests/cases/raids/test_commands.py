"""Raids in their campaign and operation, upon a log."""

from uuid import UUID

import pytest

from services.cases.raids.campaigns import Campaign
from services.cases.raids.commands import (
    conclude_raid,
    designate_key_area,
    launch_campaign,
    launch_raid,
    open_operation,
)
from services.cases.raids.domain import Raid
from services.cases.raids.events import DesignateKeyArea, OpenOperation
from shared.errors import NotAllowed, NotFound, Refused
from tests.cases.examples import COURT, POLICE, STATION
from tests.cases.raids.examples import COMMITTEE, campaign, conclusion, raid
from tests.cases.world import World, id_of


async def test_a_raid_of_a_campaign_and_an_operation_is_launched_and_ends(office: World):
    wide = id_of(await office.does(launch_campaign, campaign(), COMMITTEE, "2025-07-10"))
    secret = id_of(await office.does(open_operation, OpenOperation(lead=POLICE), POLICE))

    said = raid(campaign_id=wide, operation_ref=secret)
    one = id_of(await office.does(launch_raid, said, POLICE, "2025-08-05"))
    await office.does(conclude_raid, conclusion(), POLICE, "2025-08-06", id=one)

    it = await office.find(Raid, one)
    assert it.stage == "concluded" and it.subjects == (f"raid:{one}", f"campaign:{wide}")
    assert office.keys.made == {one: POLICE}
    topics = ["campaign_launched", "operation_opened", "raid_launched", "raid_concluded"]
    assert await office.topics() == [*topics, *["victim_rescued"] * 3]


async def test_a_raid_outside_its_campaign_or_operation_is_refused_and_not_recorded(office: World):
    wide = id_of(await office.does(launch_campaign, campaign(), COMMITTEE, "2025-07-10"))
    secret = id_of(await office.does(open_operation, OpenOperation(lead=POLICE), POLICE))

    with pytest.raises(Refused, match="outside-campaign"):
        await office.does(launch_raid, raid(campaign_id=wide), POLICE, "2025-10-01")
    with pytest.raises(NotAllowed, match="not-their-operation"):
        await office.does(launch_raid, raid(operation_ref=secret), STATION, "2025-08-05")

    assert await office.topics() == ["campaign_launched", "operation_opened"]


@pytest.mark.parametrize("field", ["campaign_id", "operation_ref"])
async def test_what_a_raid_belongs_to_is_there(office: World, field: str):
    with pytest.raises(NotFound):
        await office.does(launch_raid, raid(**{field: UUID(int=404)}), POLICE)


async def test_a_campaign_is_a_part_of_one_that_there_is(office: World):
    wide = id_of(await office.does(launch_campaign, campaign(), COMMITTEE, "2025-07-10"))

    part = campaign(parent_campaign_id=wide)
    one = id_of(await office.does(launch_campaign, part, POLICE, "2025-07-11"))

    assert (await office.find(Campaign, one)).subjects == (f"campaign:{one}", f"campaign:{wide}")
    with pytest.raises(NotFound):
        part = campaign(parent_campaign_id=UUID(int=404))
        await office.does(launch_campaign, part, POLICE)


async def test_a_court_neither_raids_nor_designates(office: World):
    area = DesignateKeyArea.model_validate(
        {"kind": "route", "level": "key", "valid_from": "2025-08-01"}
    )

    with pytest.raises(NotAllowed, match="not-competent"):
        await office.does(designate_key_area, area, COURT)
    with pytest.raises(NotAllowed, match="not-competent"):
        await office.does(launch_raid, raid(participants=(POLICE,)), COURT)
