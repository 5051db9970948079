"""What begins streams, and looks at the campaign or operation that it belongs to."""

from uuid import UUID

from pydantic import Field

from services.cases.limits import PERSONS_MAX
from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.raids.events import (
    DesignateKeyArea,
    LaunchCampaign,
    LaunchRaid,
    OpenOperation,
    RaidResults,
)
from services.cases.raids.rescues import Found
from services.cases.raids.stubs import KeyArea, Operation
from shared.context import Context, Receipt


async def launch_campaign(said: LaunchCampaign, ctx: Context) -> Receipt:
    """Launch a peak campaign; the wider one that it is a part of is known."""
    if said.parent_campaign_id is not None:
        await ctx.load(Campaign, said.parent_campaign_id)
    campaign = Campaign.launch_campaign(said, ctx.act)
    return await ctx.save(campaign, campaign_id=str(campaign.id))


async def designate_key_area(said: DesignateKeyArea, ctx: Context) -> Receipt:
    """Keep the stub of a key area; the body keeps what it is about, under the answered id."""
    area = KeyArea.designate_key_area(said, ctx.act)
    return await ctx.save(area, area_id=str(area.id))


async def open_operation(said: OpenOperation, ctx: Context) -> Receipt:
    """Keep the stub of an operation; the body keeps the file, under the answered id."""
    operation = Operation.open_operation(said, ctx.act)
    return await ctx.save(operation, operation_ref=str(operation.id))


async def launch_raid(said: LaunchRaid, ctx: Context) -> Receipt:
    """Launch a raid, on a day of its campaign and with who leads its operation."""
    raid = Raid.launch_raid(said, ctx.act)
    if said.campaign_id is not None:
        (await ctx.load(Campaign, said.campaign_id)).refuse_outside(ctx.act)
    if said.operation_ref is not None:
        operation = await ctx.load(Operation, said.operation_ref)
        operation.refuse_unless_theirs(raid.launched.agencies, ctx.act)
    return await ctx.save(raid, raid_id=str(raid.id))


class ConcludeRaid(RaidResults):
    """What a raid found, and of each victim what is known at once."""

    found: tuple[Found, ...] = Field(default=(), max_length=PERSONS_MAX)
    """One entry for each victim, or none at all; pseudonyms then stand here, not in `victims`."""


async def conclude_raid(said: ConcludeRaid, ctx: Context, id: UUID) -> Receipt:
    """End a raid with what it found; each victim is handed on by a fact of their own."""
    raid = await ctx.load_known(Raid, id)
    results = RaidResults(**{name: getattr(said, name) for name in RaidResults.model_fields})
    rescues = raid.conclude_raid(results, ctx.act, said.found)
    persons = raid.concluded.persons if raid.concluded else ()
    return await ctx.save(raid, *rescues, persons=[str(each) for each in persons])
