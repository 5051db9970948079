"""Campaigns, key areas, operations and raids at every stage, and who says what of them."""

from typing import Any

from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.raids.events import (
    CampaignConcluded,
    CampaignLaunched,
    DesignateKeyArea,
    KeyAreaDesignated,
    OpenOperation,
    OperationOpened,
    RaidConcluded,
    RaidLaunched,
    VictimRescued,
)
from services.cases.raids.rescues import Rescue
from services.cases.raids.stubs import KeyArea, Operation
from shared.actor import Act
from tests.cases.examples import POLICE, STATION, act
from tests.cases.raids.examples import (
    COAST_GUARD,
    COMMITTEE,
    EMPTY,
    SUMMED_UP,
    campaign,
    found,
    launched,
    raid,
    running,
)
from tests.cases.situations.table import (
    BEGINNING,
    HOLDER,
    Machine,
    Row,
    Says,
    Stand,
    Try,
    begins,
    on,
    stands,
)

AGAIN = SUMMED_UP.model_copy(update={"lessons": "Kiểm tra sớm hơn."})
WATCHED = DesignateKeyArea.model_validate(
    {"kind": "route", "level": "key", "valid_from": "2025-08-01"}
)
STUB = "a stub (S3): the record does not say where it is, so there is no area to compare"


def summed_up() -> Campaign:
    it = running()
    it.conclude_campaign(SUMMED_UP, act(POLICE, "2025-10-01"))
    return it


def over() -> Raid:
    it = launched()
    it.conclude_raid(EMPTY, act(POLICE, "2025-08-05"))
    return it


def rescued() -> Rescue:
    [first, *_] = launched().conclude_raid(found(), act(POLICE, "2025-08-05"))
    return first


def concludes(said: Any) -> Says:
    """Each victim who is found is a fact of their own, in the same record."""
    return lambda stand, by: (stand.thing, *stand.thing.conclude_raid(said, by))


def rescues(stand: Stand, by: Act) -> tuple[Rescue, ...]:
    return tuple(launched().conclude_raid(found(), by))


def watched() -> KeyArea:
    return KeyArea.designate_key_area(WATCHED, act(POLICE))


def opened() -> Operation:
    return Operation.open_operation(OpenOperation(lead=POLICE), act(POLICE))


MACHINES = (
    Machine(
        Campaign,
        {
            BEGINNING: (Stand,),
            "launched": (stands(running), stands(lambda: running(moment="2025-07-16"))),
            "concluded": (stands(summed_up),),
        },
        {
            CampaignLaunched: Row(
                (
                    Try(COMMITTEE, begins(Campaign.launch_campaign, campaign())),
                    Try(POLICE, begins(Campaign.launch_campaign, campaign())),
                )
            ),
            CampaignConcluded: Row((Try(HOLDER, on(Campaign.conclude_campaign, AGAIN)),)),
        },
    ),
    Machine(
        Raid,
        {
            BEGINNING: (Stand,),
            "launched": (
                stands(launched),
                stands(lambda: launched(STATION, participants=(POLICE,))),
            ),
            "concluded": (stands(over),),
        },
        {
            RaidLaunched: Row(
                (
                    Try(POLICE, begins(Raid.launch_raid, raid())),
                    Try(STATION, begins(Raid.launch_raid, raid())),
                    Try(COAST_GUARD, begins(Raid.launch_raid, raid())),
                )
            ),
            RaidConcluded: Row((Try(HOLDER, concludes(found())), Try(HOLDER, concludes(EMPTY)))),
        },
    ),
    Machine(
        Rescue,
        {BEGINNING: (Stand,), "rescued": (stands(rescued),)},
        {VictimRescued: Row((Try(POLICE, rescues, hours=24),))},
    ),
    Machine(
        KeyArea,
        {BEGINNING: (Stand,), "designated": (stands(watched),)},
        {
            KeyAreaDesignated: Row(
                (Try(POLICE, begins(KeyArea.designate_key_area, WATCHED), anywhere=STUB),)
            )
        },
    ),
    Machine(
        Operation,
        {BEGINNING: (Stand,), "opened": (stands(opened),)},
        {
            OperationOpened: Row(
                (
                    Try(
                        POLICE,
                        begins(Operation.open_operation, OpenOperation(lead=POLICE)),
                        anywhere=STUB,
                    ),
                )
            )
        },
    ),
)
