"""What may happen to a campaign: launched, then concluded by its lead. Pure."""

from collections.abc import Mapping
from typing import ClassVar, Self, assert_never

from services.cases.raids import refusals
from services.cases.raids.bodies import (
    LEADERS,
    answers_for,
    is_of,
    refuse_unless_area,
    refuse_unless_bodies,
)
from services.cases.raids.events import (
    CampaignConcluded,
    CampaignEvent,
    CampaignLaunched,
    ConcludeCampaign,
    LaunchCampaign,
)
from services.cases.stages import Staged, Step, step
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of


class Campaign(Staged):
    """A peak campaign (*đợt cao điểm*); its lead has it until it is concluded."""

    KIND = "campaign"
    TOPIC = "campaign"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "launched": ("đã mở", "launched"),
        "concluded": ("đã tổng kết", "concluded"),
    }
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        CampaignConcluded: step("launched", refusals.CAMPAIGN),
    }

    @classmethod
    def launch_campaign(cls, said: LaunchCampaign, act: Act) -> Self:
        """Launch a campaign in one's own area, on its first day or before, or late within it."""
        first, last = said.window.from_, said.window.to
        if last < first:
            raise refusals.ends_before_it_begins(first, last, "/window/to", refusals.CAMPAIGN)
        if act.on > last:
            raise refusals.window_over(last, act.on)
        for index, area in enumerate(said.scope):
            refuse_unless_area(area, act, f"/scope/{index}")
            if not answers_for(act.agency, area, act):
                raise refusals.beyond_own_area(area, act.agency, f"/scope/{index}")
        refuse_unless_bodies([said.lead], act, "/lead")
        if not is_of(said.lead, LEADERS):
            raise refusals.cannot_lead(said.lead, LEADERS)
        for index, each in enumerate(said.participants):
            agency_of(each, act.on, act.register, f"/participants/{index}")
        id = act.new_id()
        return cls.begin(CampaignLaunched, said, act, id=id, campaign_id=id, agency=act.agency)

    def conclude_campaign(self, said: ConcludeCampaign, act: Act) -> None:
        """Sum it up: by the lead, once it has begun; before its last day it is marked early."""
        if self.said_before(CampaignConcluded, said, act):
            return
        self.refuse_unless_at(CampaignConcluded, act)
        if act.on < self.first:
            raise refusals.not_begun(self.first, act.on)
        self.record(
            CampaignConcluded,
            said,
            act,
            campaign_id=self.id,
            agency=act.agency,
            early=act.on < self.last,
        )

    def refuse_outside(self, act: Act) -> None:
        """Raises `Refused` on a day that is not one of the campaign's."""
        if not self.first <= act.on <= self.last:
            raise refusals.outside_window(self.id, self.first, self.last, act.on)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The campaign, the one it is a part of, and the directive that ordered it."""
        launched = self.launched
        wider, order = launched.parent_campaign_id, launched.directive_id
        return (
            f"campaign:{self.id}",
            *((f"campaign:{wider}",) if wider else ()),
            *((f"directive:{order}",) if order else ()),
        )

    def state(self) -> dict[str, object]:
        """The state as readers see it. Figures are in the record: small counts are sensitive."""
        names = {"kind", "window", "scope", "theme", "lead", "participants", "targets"}
        launched = self.launched.model_dump(mode="json", include=names)
        return {
            **self._standing(),
            **launched,
            "kind": self.KIND,
            "campaign_kind": launched["kind"],
            "launched_by": self.launched.agency,
            "early": self.early,
        }

    def evolve(self, event: CampaignEvent) -> None:
        """Take a fact in."""
        match event:
            case CampaignLaunched():
                self._begins("launched", event, event.lead)
                self.launched = event
                self.first, self.last = event.window.from_, event.window.to
                self.early: bool | None = None
            case CampaignConcluded():
                self.early = event.early
                self._moves("concluded", event)
            case _:
                assert_never(event)
        self._remembers(event)
