"""Detention and its extension, other measures, wanted notices (BLTTHS 109–125, 173, 231). Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from services.cases import refusals as staged
from services.cases.accused import periods, refusals
from services.cases.accused import refusals_measures as refused
from services.cases.accused.charging import Accused
from services.cases.accused.juvenile import DETAINABLE
from services.cases.accused.measures import (
    ChangePreventiveMeasure,
    ExtendTemporaryDetention,
    IssueWantedNotice,
    OrderTemporaryDetention,
    PreventiveMeasureChanged,
    TemporaryDetentionExtended,
    TemporaryDetentionOrdered,
    WantedNoticeIssued,
)
from services.cases.accused.parts import OPEN_MEASURES, ORDERED_REASONS
from services.cases.accused.personfile import CHARGED, day_of, refuse_unless_procuracy
from services.cases.proceedings.bodies import kind_of, reaches, supervises
from services.cases.proceedings.domain import Case
from services.cases.proceedings.periods import approvers
from services.cases.proceedings.refusals import not_supervising
from services.cases.stages import Step, step
from services.cases.trials.courts import present
from shared.actor import Act
from shared.domain import Event
from shared.standing import acting_as

TRIED = "DEFENDANT CONVICTED"
MEASURE_STEPS: Mapping[type[Event], Step] = {
    TemporaryDetentionOrdered: step(
        f"ACCUSED_PENDING {CHARGED} {TRIED}",
        "BLTTHS Điều 119, 173, 241, 278, 347",
        by_holder=False,
    ),
    TemporaryDetentionExtended: step("DETAINED", "BLTTHS Điều 173", by_holder=False),
    PreventiveMeasureChanged: step(
        f"HELD CUSTODY ACCUSED_PENDING {CHARGED} {TRIED} ACQUITTED EXEMPT CONVICT SERVING "
        "DISCONTINUED",
        "BLTTHS Điều 109–125",
        by_holder=False,
    ),
    WantedNoticeIssued: step(
        f"{CHARGED} {TRIED} CONVICT WANTED", "BLTTHS Điều 231", by_holder=False
    ),
}
BEFORE_A_CHARGE = frozenset({"HELD", "CUSTODY", "ACCUSED_PENDING"})
OVER = frozenset({"ACQUITTED", "EXEMPT", "DISCONTINUED"})
ENDING = frozenset({"CONVICT", "SERVING"})
AFTER_JUDGMENT = frozenset({"JUDGED", "APPEALED", "IN_FORCE", "EXECUTION"})


class Measured(Accused):
    """An accused under measures."""

    def order_temporary_detention(
        self, said: OrderTemporaryDetention, act: Act, case: Case
    ) -> None:
        """Ask for detention, approve it, or order it: as long as class and stage allow."""
        if self.said_before(TemporaryDetentionOrdered, said, act):
            return
        self.refuse_unless_at(TemporaryDetentionOrdered, act)
        self._refuse_other_case(case)
        article = periods.ARTICLES[said.stage]
        self._refuse_wrong_stage(said, case, article)
        self._refuse_wrong_step(said, act, case, article)
        assert self.severity is not None
        if self.young is not None and self.severity not in DETAINABLE:
            raise refused.too_young_to_detain(self.severity, self.young.article)
        if not said.since < said.to:
            raise refused.detention_ends_too_soon(said.since, article)
        allowed = periods.detention(said.stage, self.severity, act.on, self.young)
        latest = None
        if allowed is not None:
            days = allowed.days
            if said.stage == "investigation":
                days -= self.custody_days_before(said.since)
            latest = said.since + timedelta(days=days)
            if said.to > latest:
                raise refused.detention_too_long(said.since, latest, days, allowed.article)
        self.record(
            TemporaryDetentionOrdered,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
            under_18=self.under_18,
            juvenile_law=self.juvenile_law,
            latest=latest,
            length_known=allowed.known if allowed else "inferred",
        )

    def extend_temporary_detention(
        self, said: ExtendTemporaryDetention, act: Act, case: Case
    ) -> None:
        """The competent procuracy extends detention for the investigation."""
        if self.said_before(TemporaryDetentionExtended, said, act):
            return
        self.refuse_unless_at(TemporaryDetentionExtended, act)
        self._refuse_other_case(case)
        article = MEASURE_STEPS[TemporaryDetentionExtended].article
        fits = self.detention_stage == "investigation" and case.is_open
        if not fits or case.part != "investigation":
            raise refused.other_stage_of_case("investigation", case.stage, article)
        if not supervises(act, case.holder):
            raise not_supervising(act.agency, case.holder, article)
        assert self.severity is not None and self.detention_until is not None
        extension = periods.detention_extension(self.severity, said.seq, act.on)
        if extension is None:
            there = len(periods.detention_extensions(self.severity, act.on))
            raise refused.no_detention_extension(said.seq, there, self.severity)
        if said.seq != self.detention_given + 1:
            raise refusals.extension_out_of_turn(self.detention_given + 1, article)
        lawful, known = approvers(said.seq, self.severity, case.holder, act.on)
        if act.by.type_code not in lawful:
            raise refused.wrong_approver(act.agency, sorted(lawful))
        allowed = periods.extension_days(extension, self.severity, self.young)
        until = self.detention_until
        stated = said.length.n * (periods.MONTH_DAYS if said.length.unit == "month" else 1)
        latest = until + timedelta(days=min(stated, allowed.days))
        if stated > allowed.days or said.to > latest:
            raise refused.detention_too_long(until, latest, allowed.days, allowed.article)
        if said.to <= until:
            raise refused.detention_ends_too_soon(until, allowed.article)
        ask, asked = extension.request_before_expiry, said.requested_on
        late = ask is not None and asked is not None and asked > until - timedelta(days=ask.n)
        self.record(
            TemporaryDetentionExtended,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
            article=allowed.article,
            approver=known,
            length_known=allowed.known,
            asked_late=None if asked is None or ask is None else late,
        )

    def change_preventive_measure(
        self, said: ChangePreventiveMeasure, act: Act, case: Case | None
    ) -> None:
        """Apply, replace or end a measure: who is in charge, or the procuracy set over them."""
        if self.said_before(PreventiveMeasureChanged, said, act):
            return
        self.refuse_unless_at(PreventiveMeasureChanged, act)
        self._refuse_when_over(case if said.to != "release" else None)
        article = MEASURE_STEPS[PreventiveMeasureChanged].article
        if not supervises(act, case.holder if case else self.holder):
            self._refuse_unless_in_charge(act, case, article)
        if said.before != self.measure:
            raise refusals.not_bound_so(self.measure, said.before, "BLTTHS Điều 125", "/before")
        if ORDERED_REASONS.get(said.to) != (
            said.reason if said.reason in ORDERED_REASONS.values() else None
        ):
            raise refused.reason_of_another_measure(said.to, said.reason)
        if not self._may_become(said.to):
            raise refused.measure_not_here(said.to, *self.STAGES[self.stage])
        if said.to == "approval" and kind_of(act.agency) != "VKS":
            raise not_supervising(act.agency, self.holder, "BLTTHS Điều 110(6)")
        self.record(
            PreventiveMeasureChanged,
            said,
            act,
            person_ref=self.id,
            case_id=case.id if case else self.case_id,
            agency=act.agency,
        )

    def issue_wanted_notice(self, said: IssueWantedNotice, act: Act, case: Case) -> None:
        """Have an accused who fled sought, or no longer."""
        if self.said_before(WantedNoticeIssued, said, act):
            return
        self.refuse_unless_at(WantedNoticeIssued, act)
        self._refuse_other_case(case)
        self._refuse_when_over(case if said.kind != "lift" else None)
        self._refuse_unless_seeking(act, case, MEASURE_STEPS[WantedNoticeIssued].article)
        if (said.kind == "lift") != (self.stage == "WANTED"):
            raise refused.notice_does_not_fit(said.kind)
        self.record(
            WantedNoticeIssued,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
        )

    def _refuse_unless_seeking(self, act: Act, case: Case, article: str) -> None:
        """Who has the case. While procuracy or court has it, they ask the investigators of the
        place (231, 247, 281); a court has somebody sought itself once it has judged them (364)."""
        if kind_of(act.agency) != "COURT":
            past = kind_of(case.holder) in ("VKS", "COURT")
            if not (past and reaches(act, case.place)):
                self._refuse_unless_in_charge(act, case, article)
        elif case.judged_at is None:
            raise refused.sought_by_investigators(act.agency, *case.STAGES[case.stage])
        elif act.agency not in present(case.court, act.on, act.register):
            self._refuse_unless_in_charge(act, case, article)

    def custody_days_before(self, day: date) -> int:
        """Days of custody up to a day, to be deducted from detention (BLTTHS 118(4))."""
        if self.custody_since is None or self.custody_until is None:
            return 0
        ended = min(day, day_of(self.custody_until))
        return max(0, (ended - day_of(self.custody_since)).days)

    def _may_become(self, to: str) -> bool:
        if to == "approval":
            return self.stage == "HELD" and self.held_as == "emergency_arrest_order"
        if to == "sentence_started":
            return self.stage in ENDING
        if to == "release":
            return self.measure != "none"
        return self.stage not in BEFORE_A_CHARGE | OVER | ENDING and to != self.measure

    def _refuse_wrong_stage(self, said: OrderTemporaryDetention, case: Case, article: str) -> None:
        if said.stage == "after_judgment":
            fits = case.stage in AFTER_JUDGMENT
        else:
            fits = case.is_open and said.stage == case.part
        if not fits:
            raise refused.other_stage_of_case(said.stage, case.stage, article)

    def _refuse_wrong_step(
        self, said: OrderTemporaryDetention, act: Act, case: Case, article: str
    ) -> None:
        if said.step == "requested":
            self._refuse_unless_in_charge(act, case, article)
            if said.stage != "investigation" or self.detention_asked is not None:
                raise refused.asked_then_approved("/step", article)
            if said.sent_to is None:
                raise refused.asked_then_approved("/sent_to", article)
            refuse_unless_procuracy(said.sent_to, act, article)
            return
        if self.stage == "ACCUSED_PENDING":
            raise staged.wrong_stage(self, TemporaryDetentionOrdered, article)
        if said.sent_to is not None:
            raise refused.asked_then_approved("/sent_to", article)
        if said.stage != "investigation":
            self._refuse_unless_in_charge(act, case, article)
            return
        asked = self.detention_asked
        if asked is None or asked.sent_to is None:
            raise refused.asked_then_approved("/step", article)
        if not supervises(act, case.holder):
            raise not_supervising(act.agency, case.holder, article)
        if acting_as(act, (asked.sent_to,), day_of(asked.timestamp)) is None:
            raise refusals.not_asked(act.agency, asked.sent_to, article)

    def _detained(self, event: TemporaryDetentionOrdered) -> None:
        """For `evolve`."""
        if event.step == "requested":
            self.detention_asked = event
            return
        self.detention_asked, self.measure = None, "detention"
        self.detention_until, self.detention_given = event.to, 0
        self.detention_stage: str | None = event.stage
        self._settles(event)

    def _detention_extended(self, event: TemporaryDetentionExtended) -> None:
        self.detention_until, self.detention_given = event.to, event.seq

    def _bound(self, event: PreventiveMeasureChanged) -> None:
        if event.to == "approval":
            return
        if event.to in OPEN_MEASURES:
            self.measure = event.to  # type: ignore[assignment]  # OPEN_MEASURES are measures.
        else:
            self.measure = "none"
            if self.stage in ("HELD", "CUSTODY"):
                self._moves("RELEASED", event)
        self.detention_until = self.detention_stage = None
        self._settles(event)

    def _sought(self, event: WantedNoticeIssued) -> None:
        if event.kind == "lift":
            self._moves(self.before_wanted, event)
            self._settles(event)
            return
        self.before_wanted = "ACCUSED" if self.stage in CHARGED.split() else self.stage
        if self.measure in ("held", "custody", "detention"):
            self.measure = "none"
            self.detention_until = self.detention_stage = None
        self._moves("WANTED", event)
