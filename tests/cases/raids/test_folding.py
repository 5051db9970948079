"""Random histories: folding is exact, and no stage is reached that is not drawn."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.cases.raids.campaigns import Campaign
from services.cases.raids.domain import Raid
from services.cases.stages import Staged
from shared.errors import Refused
from tests.cases.examples import MORNING, POLICE, STATION, STRANGER, act, folded
from tests.cases.raids.examples import COMMITTEE, EMPTY, SUMMED_UP, campaign, found, raid

DRAWN: dict[str, set[tuple[str, str]]] = {
    # Catalogue, "Operations" 31–35: launched, then concluded once (2c draws no more).
    "CampaignConcluded": {("launched", "concluded")},
    "RaidConcluded": {("launched", "concluded")},
}
WHO = (POLICE, COMMITTEE, STATION, STRANGER)
Step = Callable[[Any, Any], None]
RAID_STEPS: Sequence[Step] = (
    lambda it, by: it.conclude_raid(EMPTY, by),
    lambda it, by: it.conclude_raid(found(), by),
    lambda it, by: it.conclude_raid(found(children_found=4), by),
)
CAMPAIGN_STEPS: Sequence[Step] = (lambda it, by: it.conclude_campaign(SUMMED_UP, by),)


def walked(it: Staged, walk: Sequence[tuple[Step, str, int]]) -> set[tuple[str, str, str]]:
    """The steps that a thing took on a walk: event, from, to."""
    taken = set()
    for step, who, hours in walk:
        before, version = it.stage, it.version
        with suppress(Refused):
            step(it, act(who, MORNING + timedelta(hours=hours)))
            if it.version > version:
                taken.add((type(it.pending_events[-1]).__name__, before, it.stage))
            continue
        assert (it.stage, it.version) == (before, version)
    return taken


def refuse_unless_drawn(it: Staged, taken: set[tuple[str, str, str]]) -> None:
    for event, before, after in taken:
        assert (before, after) in DRAWN[event]
    assert it.holder
    told = it.collect_events()
    assert folded(told).state() == it.state()
    assert folded(told).subjects == it.subjects


def walks(steps: Sequence[Step]) -> Any:
    hours = st.integers(-30, 24 * 90)
    return st.lists(st.tuples(st.sampled_from(steps), st.sampled_from(WHO), hours), max_size=12)


@given(by=st.sampled_from((POLICE, STATION)), walk=walks(RAID_STEPS))
def test_a_raid_folds_to_what_lived(by: str, walk: Any):
    it = Raid.launch_raid(raid(), act(by))

    refuse_unless_drawn(it, walked(it, walk))


@given(walk=walks(CAMPAIGN_STEPS))
def test_a_campaign_folds_to_what_lived(walk: Any):
    it = Campaign.launch_campaign(campaign(), act(COMMITTEE))

    refuse_unless_drawn(it, walked(it, walk))


def test_the_walks_can_take_every_step_that_is_drawn():
    one = Raid.launch_raid(raid(), act(POLICE))
    two = Campaign.launch_campaign(campaign(), act(COMMITTEE))

    taken = walked(one, [(RAID_STEPS[1], POLICE, 1)])
    taken |= walked(two, [(CAMPAIGN_STEPS[0], POLICE, 1)])

    assert {event for event, *_ in taken} == {*DRAWN}
