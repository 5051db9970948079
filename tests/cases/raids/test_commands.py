"""Raids in their campaign and operation, upon a log."""

from datetime import date
from uuid import UUID

import pytest

from services.cases.corrections.events import RecordCorrected
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
from shared.correcting import correcting
from shared.corrections import Authority, CorrectRecord
from shared.errors import NotAllowed, NotFound, Refused
from tests.cases.examples import COURT, POLICE, STATION, STRANGER
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


async def test_a_raid_under_way_is_not_there_for_who_may_not_know_of_it(office: World):
    one = id_of(await office.does(launch_raid, raid(), POLICE))
    [launched] = await office.log.read(0, 10)
    paper = Authority(document="8/BB", issuer=STRANGER, issued_on=date(2025, 8, 1))

    def correction(event: UUID) -> CorrectRecord:
        said = {"field_path": "occurred_at", "new": "x", "reason": "Ghi nhầm", "authority": paper}
        return CorrectRecord.model_validate({"target_event": event, **said})

    nothing, correct = UUID(int=404), correcting(RecordCorrected)
    for hidden, absent in (
        (
            (conclude_raid, conclusion(), {"id": one}),
            (conclude_raid, conclusion(), {"id": nothing}),
        ),
        ((correct, correction(launched.event_id), {}), (correct, correction(nothing), {})),
    ):
        told = []
        for handler, said, ids in (hidden, absent):
            with pytest.raises(NotFound) as refused:
                await office.does(handler, said, STRANGER, "2025-08-06", **ids)
            told.append((refused.value.vi, refused.value.en, refused.value.extra))
        words = str(told[0]).replace(str(one), str(nothing))
        assert words.replace(str(launched.event_id), str(nothing)) == str(told[1])
    assert await office.topics() == ["raid_launched"]
