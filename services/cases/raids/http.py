"""The front door of campaigns, key areas, operations and raids."""

from services.cases.raids.campaigns import Campaign
from services.cases.raids.commands import (
    conclude_raid,
    designate_key_area,
    launch_campaign,
    launch_raid,
    open_operation,
)
from services.cases.raids.domain import Raid
from services.cases.raids.rescues import Rescue
from services.cases.raids.stubs import KeyArea, Operation
from shared.http.routes import command, decision
from shared.http.state import state_route

ROUTES = (
    command("POST /v1/campaigns", launch_campaign, creates=True),
    decision("POST /v1/campaigns/{campaign_id}/conclusions", Campaign, Campaign.conclude_campaign),
    command("POST /v1/key-areas", designate_key_area, creates=True),
    command("POST /v1/operations", open_operation, creates=True),
    command("POST /v1/raids", launch_raid, creates=True),
    command("POST /v1/raids/{raid_id}/conclusions", conclude_raid),
    state_route("cases", Campaign),
    state_route("cases", KeyArea),
    state_route("cases", Operation),
    state_route("cases", Raid),
    state_route("cases", Rescue),
)
