"""What may happen to a raid: launched, then concluded with what it found. Pure.

A raid that found victims records, with its results, one `VictimRescued` for each of them, which the
victims' service takes up (`rescues.py`). Who was held is the accused's own record
(SuspectApprehended).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Self, assert_never

from services.cases.corrections.events import RecordCorrected
from services.cases.raids import refusals
from services.cases.raids.bodies import (
    RAIDERS,
    answers_for,
    is_of,
    refuse_unless_area,
    refuse_unless_bodies,
)
from services.cases.raids.events import (
    LaunchRaid,
    RaidConcluded,
    RaidEvent,
    RaidLaunched,
    RaidResults,
)
from services.cases.raids.rescues import Found, Rescue, everybody
from services.cases.stages import Staged, Step, step
from shared.actor import Act
from shared.domain import Event

RESULTS = {"suspects_held", "ring_dismantled", "evidence_items", "handover_to", "rescued"}
"""What the state tells of what was found."""


class Raid(Staged):
    """A raid or an inspection without notice; who launched it has it."""

    KIND = "raid"
    TOPIC = "raid"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "launched": ("đang tiến hành", "under way"),
        "concluded": ("đã kết thúc", "concluded"),
    }
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        RaidConcluded: step("launched", "BLTTHS Điều 163–164; PCMBN 2024 Điều 28"),
    }

    @classmethod
    def launch_raid(cls, said: LaunchRaid, act: Act) -> Self:
        """Launch a raid on own ground, or with a force of that ground or a national body."""
        refuse_unless_area(said.area, act, "/area")
        refuse_unless_bodies(said.participants, act, "/participants/{}")
        agencies = tuple(dict.fromkeys((act.agency, *said.participants)))
        if not any(is_of(each, RAIDERS) and answers_for(each, said.area, act) for each in agencies):
            raise refusals.not_their_ground(said.area, act.agency)
        id = act.new_id()
        return cls.begin(
            RaidLaunched, said, act, id=id, raid_id=id, agency=act.agency, agencies=agencies
        )

    def conclude_raid(
        self, said: RaidResults, act: Act, found: Sequence[Found] = ()
    ) -> list[Rescue]:
        """Say what it found. Returns the rescues, one for each; none when it was said before.

        What is told of somebody cannot be compared with what is sealed, so it is always news.
        """
        if not found and self.said_before(RaidConcluded, said, act):
            return []
        self.refuse_unless_at(RaidConcluded, act)
        count = said.victims_found
        if said.children_found > count:
            raise refusals.children_beyond_victims(said.children_found, count)
        if len(said.victims) > count or len(set(said.victims)) < len(said.victims):
            raise refusals.more_pseudonyms_than_victims(len(said.victims), count)
        if count and said.handover_to is None:
            raise refusals.handover_needed(count)
        if said.handover_to is not None:
            refuse_unless_bodies([said.handover_to], act, "/handover_to")
        rescued = everybody(said, found, act)
        self.record(
            RaidConcluded,
            said,
            act,
            raid_id=self.id,
            agency=act.agency,
            agencies=self.launched.agencies,
            area=self.launched.area,
            rescued=count > 0,
            persons=tuple(each.subject_id for each in rescued),
        )
        assert self.concluded is not None, "it was just recorded"
        return [Rescue.rescue_victim(each, act, self.concluded) for each in rescued]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The raid and the campaign it counts for.

        Not its operation: whose timeline that is would tell of what is secret.
        """
        campaign = self.launched.campaign_id
        return (f"raid:{self.id}", *((f"campaign:{campaign}",) if campaign else ()))

    def state(self) -> dict[str, object]:
        """The state as readers see it. Where it is, nobody reads before it has ended."""
        launched, concluded = self.launched, self.concluded
        campaign = launched.campaign_id
        return {
            **self._standing(),
            "agencies": list(launched.agencies),
            "area": launched.area if concluded else None,
            "place_detail": launched.place_detail and launched.place_detail.shown,
            "campaign": campaign and f"campaign:{campaign}",
            "results": concluded and concluded.model_dump(mode="json", include=RESULTS),
        }

    def state_for(self, names: AbstractSet[str]) -> dict[str, object] | None:
        """A raid under way is there for who takes part; how many were held stays with them.

        Where those who were found are, they know and whoever received them.
        """
        if names & {*self.launched.agencies}:
            return self.state()
        concluded = self.concluded
        if concluded is None:
            return None
        shown = RESULTS - {"suspects_held"}
        if concluded.handover_to not in names:
            shown -= {"handover_to"}
        return {**self.state(), "results": concluded.model_dump(mode="json", include=shown)}

    def evolve(self, event: RaidEvent | RecordCorrected) -> None:
        """Take a fact in."""
        match event:
            case RaidLaunched():
                self._begins("launched", event, event.agency)
                self.launched = event
                self.concluded: RaidConcluded | None = None
            case RaidConcluded():
                self.concluded = event
                self._moves("concluded", event)
            case RecordCorrected():
                pass  # What it corrects was taken in as corrected.
            case _:
                assert_never(event)
        self._remembers(event)
