"""Prosecuted, reviewed, charged with something else (BLTTHS 179–180). Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.cases import refusals as staged
from services.cases.accused import refusals
from services.cases.accused.custody import Held
from services.cases.accused.events import (
    PERSON,
    AccusedProsecutionInstituted,
    AccusedProsecutionReviewed,
    InstituteAccused,
    OffenceReclassified,
    ReclassifyOffence,
    ReviewAccused,
)
from services.cases.accused.juvenile import regime
from services.cases.accused.liability import (
    refuse_not_instituted,
    refuse_unfit_ages,
    refuse_unless_liable,
)
from services.cases.accused.personfile import CHARGED
from services.cases.lists import Offence
from services.cases.proceedings.bodies import GUARDS, is_procuracy_over, kind_here, kind_of
from services.cases.proceedings.domain import Case
from services.cases.proceedings.gravity import heaviest
from services.cases.proceedings.institution import COMMUNE_CLASSES, MINOR
from services.cases.proceedings.refusals import COMMUNE, not_supervising, too_grave
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Event

CHARGING_STEPS: Mapping[type[Event], Step] = {
    AccusedProsecutionInstituted: step(
        "HELD CUSTODY RELEASED", refusals.INSTITUTING, by_holder=False
    ),
    AccusedProsecutionReviewed: step(
        f"ACCUSED_PENDING {CHARGED} WANTED", "BLTTHS Điều 179(3), 180(3)", by_holder=False
    ),
    OffenceReclassified: step(f"{CHARGED} WANTED DEFENDANT", refusals.RECHARGING, by_holder=False),
}
CASE_STAGES_FOR_CHARGES: frozenset[str] = frozenset(
    {"BG_INITIAL", "INVESTIGATION", "SUPPLEMENTARY", "PROSECUTION"}
)
"""Stages of a case at which a person may be prosecuted in it (BLTTHS 179(1), (4))."""


class Accused(Held):
    """A person who is prosecuted."""

    if TYPE_CHECKING:
        unreviewed: OffenceReclassified | None

    def prosecute(self, said: InstituteAccused, act: Act, case: Case) -> None:
        """Prosecute a person who has a record: somebody held, in custody, or released."""
        self.refuse_unless_at(AccusedProsecutionInstituted, act)
        derived = institution_of(said, act, case)
        self.record(
            AccusedProsecutionInstituted,
            said,
            act,
            originator_topic=PERSON,
            person_ref=self.id,
            **derived,
        )

    def review_accused(self, said: ReviewAccused, act: Act, case: Case) -> None:
        """The procuracy approves, cancels, or asks for more."""
        if self.said_before(AccusedProsecutionReviewed, said, act):
            return
        self.refuse_unless_at(AccusedProsecutionReviewed, act)
        self._refuse_other_case(case)
        self._refuse_when_over(case)
        article = CHARGING_STEPS[AccusedProsecutionReviewed].article
        if case.holding(act) is None and not is_procuracy_over(act, case.holder):
            raise not_supervising(act.agency, case.holder, article)
        if said.subject != self.awaits_review:
            raise refusals.nothing_to_review(said.subject)
        undone = self.unreviewed if said.outcome == "cancelled" else None
        self.record(
            AccusedProsecutionReviewed,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
            class_after=undone and undone.class_before,
        )

    def reclassify_offence(self, said: ReclassifyOffence, act: Act, case: Case) -> None:
        """Replace a charge or add one; the severity follows from all charges."""
        if self.said_before(OffenceReclassified, said, act):
            return
        self.refuse_unless_at(OffenceReclassified, act)
        self._refuse_other_case(case)
        self._refuse_when_over(case)
        self._refuse_unless_in_charge(act, case, refusals.RECHARGING)
        if self.unreviewed is not None:
            raise refusals.review_pending()
        if said.before is not None and said.before not in self.charges:
            raise refusals.not_charged_so("/before")
        if said.after in self.charges:
            raise refusals.not_charged_so("/after")
        charges = recharged(self.charges, said)
        after = heaviest((said.after,), "/after") and heaviest(charges)
        refuse_not_instituted((said.after,), case, "/after")
        refuse_unless_liable((said.after,), self.age, self.legal_person, "/after")
        self.record(
            OffenceReclassified,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
            class_before=self.severity,
            class_after=after,
            needs_review=kind_of(act.agency) not in ("VKS", "COURT"),
            received_by="VKS" if said.received_by_vks_at else None,
        )

    @property
    def awaits_review(self) -> str | None:
        """What is before the procuracy: the institution, a change or a supplement."""
        if self.stage == "ACCUSED_PENDING":
            return "institution"
        if self.unreviewed is None:
            return None
        return "supplement" if self.unreviewed.before is None else "change"

    def _prosecuted(self, event: AccusedProsecutionInstituted) -> None:
        """For `evolve`."""
        self.case_id, self.charges, self.severity = (
            event.case_id,
            event.charges,
            event.severity_class,
        )
        self.identity = event.identity
        self.under_18, self.legal_person = event.under_18, event.legal_person
        self.age, self.juvenile_law, self.unreviewed = (
            event.age_at_offence,
            event.juvenile_law,
            None,
        )
        self.approved = False
        self._passes(event, event.agency)
        self._moves("ACCUSED_PENDING", event)

    def _reviewed(self, event: AccusedProsecutionReviewed) -> None:
        if event.outcome == "more_evidence":
            return
        if event.subject == "institution":
            if event.outcome == "cancelled":
                self.measure = "none"
            self.approved = event.outcome == "approved"
            self._moves("ACCUSED" if self.approved else "RELEASED", event)
        elif self.unreviewed is not None:
            if event.outcome == "cancelled":
                self.charges, self.severity = self._charges_before, self.unreviewed.class_before
            self.unreviewed = None

    def _recharged(self, event: OffenceReclassified) -> None:
        self._charges_before = self.charges
        self.charges, self.severity = recharged(self.charges, event), event.class_after
        self.unreviewed = event if event.needs_review else None


def recharged(charges: tuple[Offence, ...], said: ReclassifyOffence) -> tuple[Offence, ...]:
    """The charges with one replaced or added."""
    kept = tuple(each for each in charges if each != said.before)
    return (*kept, said.after)


def institution_of(said: InstituteAccused, act: Act, case: Case) -> dict[str, object]:
    """What follows from prosecuting somebody in a case. Raises `Refused` when it may not be."""
    if case.stage not in CASE_STAGES_FOR_CHARGES or not case.is_open:
        raise refusals.case_not_open(case.id, *case.STAGES[case.stage], case.since)
    severity = heaviest(said.charges, "/charges")
    by = kind_here(act.agency)
    supervising = is_procuracy_over(act, case.holder)
    if case.holding(act) is None and not supervising:
        raise staged.not_with_you(case, act, refusals.INSTITUTING)
    if by in GUARDS and case.stage == "BG_INITIAL":
        raise refusals.only_whole_investigation(
            act.agency,
            "vụ án chỉ được điều tra ban đầu rồi chuyển",
            "it takes first measures only and transfers the case",
        )
    if by in GUARDS and severity != MINOR:
        raise refusals.only_whole_investigation(
            act.agency,
            f"tội phạm loại {severity}, không phải ít nghiêm trọng",
            f"the offence is of the class {severity}, not less serious",
        )
    if by == "CAX" and severity not in COMMUNE_CLASSES:
        raise too_grave(act.agency, severity, ", ".join(COMMUNE_CLASSES), COMMUNE)
    refuse_unfit_ages(said.age_at_offence, said.under_18, said.legal_person)
    refuse_unless_liable(said.charges, said.age_at_offence, said.legal_person, "/charges")
    refuse_not_instituted(said.charges, case, "/charges")
    law = regime(case.instituted_on).law if said.under_18 else None
    return {
        "agency": act.agency,
        "by": by,
        "severity_class": severity,
        "juvenile_law": law,
        "received_by": "VKS" if said.received_by_vks_at else None,
    }
