"""What may happen to campaigns and raids, and every refusal of it."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.cases.raids.bodies import LEADERS, RAIDERS
from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.raids.events import ConcludeCampaign, Figure, Window
from services.cases.service import SERVICE
from shared.errors import NotAllowed, Refused
from shared.sealed import Sealed
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE,
    COMMUNE_POLICE,
    INVESTIGATORS,
    POLICE,
    STATION,
    STRANGER,
    act,
    at,
    folded,
    news,
    recorded,
)
from tests.cases.raids.examples import (
    CENTRE,
    COAST_GUARD,
    COMMITTEE,
    ELSEWHERE,
    EMPTY,
    NATIONAL,
    PLACE,
    SUMMED_UP,
    campaign,
    found,
    launched,
    raid,
    running,
)

NIGHT = "2025-08-04T23:30"


def refused(decide: Any, code: str, pointer: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        decide()
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert caught.value.rule and caught.value.remedy_vi and caught.value.remedy_en
    return caught.value


def test_a_raid_is_launched_by_its_body_and_hides_where_until_it_ends():
    it = launched(participants=(COMMUNE_POLICE, COMMUNE))

    state = it.state()

    assert (state["stage"], state["holder"], state["area"]) == ("launched", POLICE, None)
    assert state["place_detail"] == "sealed"
    assert state["agencies"] == [POLICE, COMMUNE_POLICE, COMMUNE]
    assert it.launched.timestamp == at("2025-08-04T20:00")


def test_a_raid_that_found_victims_says_what_their_reception_needs():
    it = launched()
    ones = (UUID(int=7), UUID(int=8))

    it.conclude_raid(found(victims=ones), act(POLICE, NIGHT))

    [event] = it.pending_events
    assert (event.rescued, event.victims_found, event.children_found) == (True, 3, 1)
    assert (event.handover_to, event.victims, event.area) == (CENTRE, ones, PLACE)
    assert it.state()["area"] == PLACE


def test_who_was_found_is_not_in_what_readers_see():
    it = launched()
    it.conclude_raid(found(victims=(UUID(int=7),)), act(POLICE, NIGHT))

    results: Any = it.state()["results"]

    assert results.keys().isdisjoint({"victims", "victims_found", "children_found"})


def test_a_raid_without_victims_asks_for_no_reception():
    it = launched()

    it.conclude_raid(EMPTY, act(POLICE, NIGHT))

    assert it.pending_events[-1].rescued is False


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"children_found": 4}, "children-beyond-victims", "/children_found"),
        ({"victims": [UUID(int=i) for i in range(4)]}, "victims-beyond-count", "/victims"),
        ({"victims": (UUID(int=1), UUID(int=1))}, "victims-beyond-count", "/victims"),
        ({"handover_to": None}, "handover-needed", "/handover_to"),
        ({"handover_to": "UBND_XA-P34-40"}, "not-one-body", "/handover_to"),
        ({"handover_to": "SO_LDTBXH-P34-40"}, "agency-not-in-existence", "/handover_to"),
        ({"handover_to": "XYZ-P34-40"}, "unknown-agency", "/handover_to"),
    ],
)
def test_results_that_cannot_be_are_refused(said: dict[str, Any], code: str, pointer: str):
    it = launched()

    refused(lambda: it.conclude_raid(found(**said), act(POLICE, NIGHT)), code, pointer)

    assert not news(it)


def test_only_the_launching_body_concludes_and_not_before_the_launch():
    it = launched()

    no = refused(lambda: it.conclude_raid(EMPTY, act(STATION, NIGHT)), "file-not-with-you")
    assert isinstance(no, NotAllowed) and POLICE in no.vi and "20:00 ngày 04/08/2025" in no.vi
    assert "chuyển" not in no.remedy_vi, "a raid is handed to nobody"
    refused(
        lambda: it.conclude_raid(EMPTY, act(POLICE, "2025-08-04T19:59")),
        "before-its-stage",
        "/occurred_at",
    )


def test_a_raid_is_concluded_once_and_the_same_again_is_no_news():
    it = launched()
    it.conclude_raid(found(), act(POLICE, NIGHT))
    it = recorded_after(it)

    it.conclude_raid(found(), act(POLICE, NIGHT))
    assert not news(it)
    refused(lambda: it.conclude_raid(EMPTY, act(POLICE, NIGHT)), "wrong-stage")


def recorded_after(it: Raid) -> Raid:
    """The raid read again: its launch, then what is pending."""
    first = it.launched
    return folded([first, *it.collect_events()])


def test_the_heir_of_a_body_that_ended_concludes_its_raid():
    old = "BCH_BDBP_TINH-P63-40"
    it = launched(old, "2025-06-29T20:00", area="P63-40")

    it.conclude_raid(EMPTY, act(BORDER_GUARD, "2025-07-02"))

    assert news(it) == ["RaidConcluded"]


@pytest.mark.parametrize("by", [POLICE, INVESTIGATORS, STATION, BORDER_GUARD, COMMUNE_POLICE])
def test_every_force_of_the_ground_may_raid_there_alone(by: str):
    assert launched(by).state()["holder"] == by


@pytest.mark.parametrize("by", [NATIONAL, COAST_GUARD])
def test_a_national_body_may_raid_anywhere(by: str):
    assert launched(by, area=ELSEWHERE).state()["stage"] == "launched"


@pytest.mark.parametrize("participants", [(), (COMMUNE,), (CENTRE,), (STRANGER,)])
def test_another_ones_ground_needs_a_force_of_it(participants: tuple[str, ...]):
    other = "CA_TINH-P34-38"

    no = refused(
        lambda: Raid.launch_raid(raid(participants=participants), act(other)),
        "outside-area",
        "/area",
    )

    assert isinstance(no, NotAllowed) and other in no.vi and "163" in no.rule


@pytest.mark.parametrize("helper", [POLICE, STATION, NATIONAL])
def test_with_a_force_of_the_ground_or_a_national_body_it_may_be_raided(helper: str):
    it = Raid.launch_raid(raid(participants=(helper,)), act("CA_TINH-P34-38"))

    assert it.holder == "CA_TINH-P34-38"


@pytest.mark.parametrize(
    ("said", "moment", "code", "pointer"),
    [
        ({"area": "P99"}, "2025-08-04", "unknown-area", "/area"),
        ({"area": PLACE}, "2025-06-30", "unknown-area", "/area"),
        ({"participants": ("CA_XA-P34-40",)}, "2025-08-04", "not-one-body", "/participants/0"),
        ({"participants": ("XX-P34-40",)}, "2025-08-04", "unknown-agency", "/participants/0"),
    ],
)
def test_a_raid_that_cannot_be_is_refused(
    said: dict[str, Any], moment: str, code: str, pointer: str
):
    refused(lambda: Raid.launch_raid(raid(**said), act(NATIONAL, moment)), code, pointer)


def test_an_erased_place_is_only_said_to_be_gone():
    it = Raid.launch_raid(raid(place_detail=Sealed.erased(UUID(int=1))), act(POLICE))

    assert it.state()["place_detail"] == "erased"


def test_a_campaign_may_overlap_another_and_is_with_its_lead():
    first, second = running(), running(theme="Cao điểm hè")

    assert first.first == second.first
    assert (first.holder, first.state()["launched_by"]) == (POLICE, COMMITTEE)
    assert first.launched.model_dump(mode="json", by_alias=True)["window"] == {
        "from": "2025-07-15",
        "to": "2025-09-30",
        "type": "window",
        "to_inclusive": True,
    }


@pytest.mark.parametrize(("moment", "early"), [("2025-09-29", True), ("2025-09-30", False)])
def test_a_campaign_is_concluded_by_its_lead_and_marked_when_early(moment: str, early: bool):
    it = running()

    it.conclude_campaign(SUMMED_UP, act(POLICE, moment))

    assert it.pending_events[-1].early is early


def test_a_campaign_is_not_concluded_by_others_nor_before_it_begins_nor_twice():
    it = running()

    refused(
        lambda: it.conclude_campaign(SUMMED_UP, act(COMMITTEE, "2025-10-01")), "file-not-with-you"
    )
    refused(
        lambda: it.conclude_campaign(SUMMED_UP, act(POLICE, "2025-07-14")),
        "campaign-not-begun",
        "/occurred_at",
    )
    it.conclude_campaign(SUMMED_UP, act(POLICE, "2025-10-01"))
    it.conclude_campaign(SUMMED_UP, act(POLICE, "2025-10-02"))
    assert news(it) == ["CampaignConcluded"]
    other = ConcludeCampaign(figures=(Figure(indicator="cases", value=3),))
    refused(lambda: it.conclude_campaign(other, act(POLICE, "2025-10-02")), "wrong-stage")


def window(first: str, last: str) -> Window:
    return Window.model_validate({"from": first, "to": last})


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"window": window("2025-09-30", "2025-07-01")}, "window-backwards", "/window/to"),
        ({"window": window("2025-07-01", "2025-08-03")}, "window-over", "/occurred_at"),
        ({"scope": ("P34-40", "P34-22")}, "outside-area", "/scope/1"),
        ({"scope": ("VN",)}, "outside-area", "/scope/0"),
        ({"scope": ("P99",)}, "unknown-area", "/scope/0"),
        ({"lead": CENTRE}, "cannot-lead", "/lead"),
        ({"lead": "CA_XA-P34-40"}, "not-one-body", "/lead"),
        ({"participants": ("XX-VN",)}, "unknown-agency", "/participants/0"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(said: dict[str, Any], code: str, pointer: str):
    refused(
        lambda: Campaign.launch_campaign(campaign(**said), act(COMMITTEE, "2025-08-04")),
        code,
        pointer,
    )


def test_a_campaign_of_one_day_is_launched_on_that_day():
    it = recorded(
        Campaign.launch_campaign(
            campaign(window=window("2025-08-04", "2025-08-04")), act(COMMITTEE, "2025-08-04T23:59")
        )
    )

    it.refuse_outside(act(POLICE, "2025-08-04T23:59"))

    assert it.first == it.last == date(2025, 8, 4)


@pytest.mark.parametrize("moment", ["2025-07-14T23:59", "2025-10-01T00:00"])
def test_a_raid_on_another_day_does_not_count_for_a_campaign(moment: str):
    it = running()

    refused(lambda: it.refuse_outside(act(POLICE, moment)), "outside-campaign", "/campaign_id")
    it.refuse_outside(act(POLICE, "2025-07-15T00:00"))
    it.refuse_outside(act(POLICE, "2025-09-30T23:59"))


def test_who_leads_may_conclude_as_the_table_of_competence_has_it():
    table: dict[str, Any] = {}
    for path in SERVICE.competence:
        table |= json.loads(path.read_text("utf-8"))["topics"]

    def types(topic: str) -> set[str]:
        return {each for row in table[topic] for each in row["types"]}

    assert types("cases.campaign_concluded.v1") == set(LEADERS)
    for fact in ("raid_launched", "raid_concluded", "victim_rescued"):
        assert types(f"cases.{fact}.v1") == set(RAIDERS)
