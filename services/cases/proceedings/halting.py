"""Suspending, resuming and discontinuing, for the whole case or for one accused. Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from services.cases import refusals as staged
from services.cases.lists import in_force
from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import kind_of
from services.cases.proceedings.casefile import CaseFile
from services.cases.proceedings.grounds import DISCONTINUATION_ARTICLES, SUSPENSION_ARTICLES
from services.cases.proceedings.stopping import (
    DiscontinueProceedings,
    ProceedingsDiscontinued,
    ProceedingsResumed,
    ProceedingsSuspended,
    ResumeProceedings,
    SuspendProceedings,
)
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Event

SUSPENDED: Mapping[str, str] = {
    "investigation": "INV_SUSPENDED",
    "prosecution": "PROS_SUSPENDED",
    "trial": "TRIAL_SUSPENDED",
    "appeal": "APPEAL_SUSPENDED",
}
"""Part of the proceedings → the stage of a case that is suspended there."""
STOPPED = frozenset({*SUSPENDED.values(), "DISCONTINUED"})
RUNS_AFTER: Mapping[str, str] = {
    "INVESTIGATION": "INV-RESUMED",
    "SUPPLEMENTARY": "INV-RESUMED",
    "PROSECUTION": "PROS",
    "TRIAL_PREPARATION": "TRIAL-PREP",
}
"""Stage that is resumed → the statutory period that starts (BLTTHS 174(1), 249(4))."""
OPEN = "INVESTIGATION SUPPLEMENTARY PROSECUTION TRIAL_PREPARATION APPEALED"
HALTING_STEPS: Mapping[type[Event], Step] = {
    ProceedingsSuspended: step(OPEN, "BLTTHS Điều 229, 247, 281"),
    ProceedingsResumed: step(
        f"{OPEN} {' '.join(sorted(STOPPED))}", "BLTTHS Điều 230(3), 235, 249, 283", by_holder=False
    ),
    ProceedingsDiscontinued: step(f"{OPEN} CONCLUDED", "BLTTHS Điều 230, 248, 282, 348"),
}


class Halting(CaseFile):
    """A case that may stop and go on again."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        concluded_for: str | None
        """What the last conclusion recommends: prosecute or discontinue."""

    def suspend_proceedings(self, said: SuspendProceedings, act: Act) -> None:
        """Suspend on a ground of the stage's article, for the case or for one accused."""
        if self.said_before(ProceedingsSuspended, said, act):
            return
        self.refuse_unless_at(ProceedingsSuspended, act)
        self.refuse_while_on_its_way(HALTING_STEPS[ProceedingsSuspended].article)
        articles = SUSPENSION_ARTICLES[self.part]
        if said.ground not in articles:
            raise refusals.ground_not_here(said.ground, tuple(articles), _rule(articles))
        article = articles[said.ground]
        if not in_force("suspension_ground", said.ground, act.on):
            raise staged.code_not_in_force("/ground", said.ground, act, article)
        if said.ground == "whereabouts_unknown" and said.wanted_notice_ref is None:
            raise refusals.field_needed(
                "/wanted_notice_ref",
                "quyết định truy nã trước khi tạm đình chỉ",
                "the wanted notice that comes before the suspension",
                f"{article}, 231",
            )
        self._refuse_strangers(said.accused_ref)
        if said.accused_ref is not None and said.accused_ref in self.stopped:
            raise refusals.not_accused_here(said.accused_ref)
        self.record(
            ProceedingsSuspended, said, act, agency=act.agency, stage=self.part, article=article
        )

    def resume_proceedings(self, said: ResumeProceedings, act: Act) -> None:
        """Go on where it stopped; who cancels the decision is set over who took it."""
        if self.said_before(ProceedingsResumed, said, act):
            return
        self.refuse_unless_at(ProceedingsResumed, act)
        article = HALTING_STEPS[ProceedingsResumed].article
        if said.accused_ref is None:
            if self.stage not in STOPPED or self.stopped_at is None:
                raise staged.wrong_stage(self, ProceedingsResumed, article)
        elif said.accused_ref not in self.stopped:
            raise refusals.not_accused_here(said.accused_ref)
        self._refuse_unless_held_or_supervised(act, article)
        if self.stage == "DISCONTINUED":
            self._refuse_unless_cancelled(said, act)
        self.record(ProceedingsResumed, said, act, agency=act.agency, stage=self.part)

    def discontinue_proceedings(self, said: DiscontinueProceedings, act: Act) -> None:
        """End without a judgment on a ground of the stage's article."""
        if self.said_before(ProceedingsDiscontinued, said, act):
            return
        self.refuse_unless_at(ProceedingsDiscontinued, act)
        rule = HALTING_STEPS[ProceedingsDiscontinued].article
        self.refuse_while_on_its_way(rule)
        if self.stage == "CONCLUDED" and self.concluded_for != "discontinue":
            raise staged.wrong_stage(self, ProceedingsDiscontinued, rule)
        articles = DISCONTINUATION_ARTICLES[self.part]
        if said.ground not in articles:
            raise refusals.ground_not_here(said.ground, tuple(articles), _rule(articles))
        self._refuse_strangers(said.accused_ref)
        ref = said.accused_ref
        if ref is not None and self.stopped.get(ref) == "discontinued":
            raise refusals.not_accused_here(ref)
        self.record(
            ProceedingsDiscontinued,
            said,
            act,
            agency=act.agency,
            stage=self.part,
            article=articles[said.ground],
        )

    def _refuse_unless_cancelled(self, said: ResumeProceedings, act: Act) -> None:
        """What was ended goes on only when that decision is cancelled by who is set over it."""
        cancelled = said.reason == "decision_cancelled"
        if cancelled and (self.part != "investigation" or kind_of(act.agency) == "VKS"):
            return
        raise refusals.wrong_kind(
            "/reason",
            "Vụ án đã đình chỉ chỉ được phục hồi khi quyết định đình chỉ bị hủy bỏ; "
            "ở giai đoạn điều tra do Viện kiểm sát hủy bỏ",
            "What was discontinued goes on only when that decision is cancelled; "
            "in the investigation the procuracy cancels it",
            "BLTTHS Điều 230(3), 235, 249, 283",
        )

    def _halted(
        self, event: ProceedingsSuspended | ProceedingsResumed | ProceedingsDiscontinued
    ) -> None:
        """For `evolve`: the case or one accused stops, or goes on."""
        match event:
            case ProceedingsSuspended(accused_ref=None):
                self.stopped_at = self.stage
                self._moves(SUSPENDED[event.stage], event)
            case ProceedingsDiscontinued(accused_ref=None):
                self.stopped_at = self.stage if event.stage != "appeal" else None
                self._moves("DISCONTINUED" if event.stage != "appeal" else "IN_FORCE", event)
            case ProceedingsResumed(accused_ref=None):
                goes_on = self.stopped_at or "INVESTIGATION"
                self._moves("INVESTIGATION" if goes_on == "CONCLUDED" else goes_on, event)
                self.stopped_at = None
                self._runs(RUNS_AFTER.get(self.stage), event)
            case ProceedingsResumed(accused_ref=UUID() as ref):
                self.stopped.pop(ref, None)
            case ProceedingsSuspended(accused_ref=UUID() as ref):
                self.stopped[ref] = "suspended"
            case ProceedingsDiscontinued(accused_ref=UUID() as ref):
                self.stopped[ref] = "discontinued"


def _rule(articles: Mapping[str, str]) -> str:
    """The article of a stage without its points."""
    return next(iter(articles.values())).partition("(")[0]
