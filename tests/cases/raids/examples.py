"""Sample campaigns, operations and raids, so that a test mentions only what matters to it."""

from typing import Any

from services.cases.raids.campaigns import Campaign
from services.cases.raids.commands import ConcludeRaid
from services.cases.raids.domain import Raid
from services.cases.raids.events import (
    ConcludeCampaign,
    LaunchCampaign,
    LaunchRaid,
    RaidResults,
    Window,
)
from services.cases.raids.rescues import Found
from shared.sealed import Sealed
from tests.cases.examples import POLICE, act, recorded

COMMITTEE = "BCD138_TINH-P34-40"
PLACE = "P34-40-16681"
ELSEWHERE = "P34-22"
NATIONAL = "C02-VN"
COAST_GUARD = "CSB-VN"
CENTRE = "SO_YTE-P34-40"
EMPTY = RaidResults(
    suspects_held=0, victims_found=0, children_found=0, ring_dismantled=False, evidence_items=0
)
SUMMED_UP = ConcludeCampaign(lessons="Phối hợp sớm hơn.")


def campaign(**other: Any) -> LaunchCampaign:
    """The peak of the summer of 2025, led by the provincial police."""
    fields: dict[str, Any] = {
        "kind": "suppression",
        "window": Window.model_validate({"from": "2025-07-15", "to": "2025-09-30"}),
        "scope": ("P34-40",),
        "theme": "Cao điểm tấn công trấn áp tội phạm mua bán người",
        "lead": POLICE,
    }
    return LaunchCampaign(**(fields | other))


def running(by: str = COMMITTEE, moment: str = "2025-07-10", **other: Any) -> Campaign:
    """A campaign that is announced; nothing is pending."""
    return recorded(Campaign.launch_campaign(campaign(**other), act(by, moment)))


def raid(**other: Any) -> LaunchRaid:
    """A raid in a commune."""
    fields: dict[str, Any] = {"area": PLACE, "place_detail": Sealed.of("Nhà nghỉ cuối đường")}
    return LaunchRaid(**(fields | other))


def launched(by: str = POLICE, moment: str = "2025-08-04T20:00", **other: Any) -> Raid:
    """A raid under way; nothing is pending."""
    return recorded(Raid.launch_raid(raid(**other), act(by, moment)))


def found(**other: Any) -> RaidResults:
    """Three victims, one of them a child, taken to the health department."""
    fields: dict[str, Any] = {
        "suspects_held": 2,
        "victims_found": 3,
        "children_found": 1,
        "ring_dismantled": True,
        "evidence_items": 14,
        "handover_to": CENTRE,
    }
    return RaidResults(**(fields | other))


def conclusion(*people: Found, **other: Any) -> ConcludeRaid:
    """The same as a request, with what is known of each victim."""
    results = found(**other)
    said = {name: getattr(results, name) for name in RaidResults.model_fields}
    return ConcludeRaid(**said, found=people)
