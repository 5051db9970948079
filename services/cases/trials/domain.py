"""The half of a case that is before the courts, from acceptance to execution. Pure.

`class Case(OnTrial)` joins it to the proceedings: `Case.STAGES` and `Case.STEPS` contain
TRIAL_STAGES and TRIAL_STEPS, `Case.evolve` hands trial events to `_tried`. What is here begins
empty, so nothing has to be set before a court accepts the case.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.cases.stages import Step, step
from services.cases.trials import refusals
from services.cases.trials import refusals_remedies as refused
from services.cases.trials.appeals import Contested
from services.cases.trials.codes import KEPT
from services.cases.trials.courts import present
from services.cases.trials.events import (
    AppealFiled,
    AppellateJudgmentPronounced,
    CaseAcceptedByCourt,
    ConfirmEffect,
    DeliverJudgment,
    FirstInstanceJudgmentPronounced,
    JudgmentDelivered,
    JudgmentTookEffect,
    OrderExecution,
    PronounceAppellateJudgment,
    PronounceJudgment,
    ProtestFiled,
    SentenceExecutionOrdered,
    TrialEvent,
    TrialFormatDecided,
    TrialHeld,
    TrialOpened,
    TrialOrdered,
    TrialPostponed,
)
from services.cases.trials.sentencing import Judged, outside_frame, refuse_impossible
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of

TRIAL_STAGES: Mapping[str, tuple[str, str]] = {
    "TRIAL_PREPARATION": ("chuẩn bị xét xử", "trial preparation"),
    "TRIAL_ORDERED": ("đã có quyết định đưa ra xét xử", "trial ordered"),
    "TRIAL": ("xét xử sơ thẩm", "trial"),
    "JUDGED": ("đã tuyên án sơ thẩm, chưa có hiệu lực", "judged, not in force"),
    "APPEALED": ("phúc thẩm", "appeal"),
    "IN_FORCE": ("bản án đã có hiệu lực", "judgment in force"),
    "EXECUTION": ("thi hành án", "execution"),
    "REVIEW": ("giám đốc thẩm, tái thẩm", "cassation or reopening"),
}
_JUDGED = "JUDGED APPEALED IN_FORCE EXECUTION"
_AFTERWARDS = (
    f"{_JUDGED} REVIEW APPEAL_SUSPENDED TRIAL_PREPARATION INVESTIGATION SUPPLEMENTARY DISCONTINUED"
)
_CONTESTED = f"{_JUDGED} REVIEW TRIAL_PREPARATION TRIAL_ORDERED TRIAL TRIAL_SUSPENDED DISCONTINUED"
TRIAL_STEPS: Mapping[type[Event], Step] = {
    CaseAcceptedByCourt: step(
        f"INDICTED TRIAL_PREPARATION {_JUDGED} REVIEW", "BLTTHS Điều 276, 340"
    ),
    TrialOrdered: step("TRIAL_PREPARATION APPEALED", "BLTTHS Điều 277, 346"),
    TrialFormatDecided: step(
        "TRIAL_PREPARATION TRIAL_ORDERED TRIAL APPEALED", "BLTTHS Điều 25, 277, 423"
    ),
    TrialOpened: step("TRIAL_ORDERED TRIAL APPEALED", "BLTTHS Điều 277(3), 346"),
    TrialHeld: step(f"TRIAL {_AFTERWARDS}", "BLTTHS Điều 250–251", by_holder=False),
    TrialPostponed: step("TRIAL TRIAL_ORDERED APPEALED", "BLTTHS Điều 297, 352"),
    FirstInstanceJudgmentPronounced: step("TRIAL", "BLTTHS Điều 326–327"),
    JudgmentDelivered: step(_AFTERWARDS, "BLTTHS Điều 262", by_holder=False),
    AppealFiled: step(_CONTESTED, "BLTTHS Điều 331–335", by_holder=False),
    ProtestFiled: step(_CONTESTED, "BLTTHS Điều 336–338, 373, 400", by_holder=False),
    AppellateJudgmentPronounced: step("APPEALED", "BLTTHS Điều 355"),
    JudgmentTookEffect: step(f"{_JUDGED} REVIEW", "BLTTHS Điều 343, 355(2)", by_holder=False),
    SentenceExecutionOrdered: step(_JUDGED, "BLTTHS Điều 364", by_holder=False),
}
"""From which stages (domain-reference 2c) each fact may be recorded. Appeals against decisions,
deliveries and last sessions stand beside the stages and move none."""


class OnTrial(Contested):
    """Judgments, their effect and their execution."""

    if TYPE_CHECKING:  # See Staged.
        executing: tuple[UUID, ...]
        """Convicts whose execution was ordered."""
        confirmed: tuple[tuple[UUID, str], ...]
        """Whose judgment, in which part, a court has confirmed to be in force."""

    executing = confirmed = ()

    def pronounce_judgment(self, said: PronounceJudgment, act: Act) -> None:
        """Pronounce at first instance: something of everybody on trial."""
        if self._said_before(FirstInstanceJudgmentPronounced, said, act):
            return
        self._refuse_unless_ready(FirstInstanceJudgmentPronounced, act)
        self._refuse_before_opening(act)
        refuse_impossible(said.per_accused)
        judged = {row.ref for row in said.per_accused}
        _refuse_strangers(judged, self.on_trial)
        if missing := [each for each in self.on_trial if each not in judged]:
            raise refusals.without_verdict(missing)
        self.record(
            FirstInstanceJudgmentPronounced,
            said,
            act,
            agency=act.agency,
            warnings=outside_frame(said.per_accused),
        )

    def deliver_judgment(self, said: DeliverJudgment, act: Act) -> None:
        """Hand a judgment to one who must have it."""
        if self._said_before(JudgmentDelivered, said, act):
            return
        self._refuse_wrong_stage(JudgmentDelivered)
        judged_at = self.judged_at if said.level == "first_instance" else self.appeal_judged_at
        if judged_at is None:
            raise refused.not_judged(said.level, refusals.DELIVERY)
        court = self.court if said.level == "first_instance" else self.appeal_court
        self._refuse_other_courts(act, (court,), refusals.DELIVERY)
        if (said.recipient is None) == (said.recipient_agency is None):
            raise refused.one_recipient()
        if said.recipient_agency is not None:
            agency_of(said.recipient_agency, act.on, act.register, "/recipient_agency")
        _refuse_before(judged_at, act, refusals.DELIVERY)
        self.record(JudgmentDelivered, said, act, agency=act.agency)

    def pronounce_appellate_judgment(self, said: PronounceAppellateJudgment, act: Act) -> None:
        """Decide on appeal; without a hearing only when the appeal is discontinued (348)."""
        if self._said_before(AppellateJudgmentPronounced, said, act):
            return
        self._refuse_unless_ready(AppellateJudgmentPronounced, act)
        if self.level != "appeal":
            raise refused.not_on_appeal()
        heard = self.hearing in ("open", "arguments_closed", "closed")
        if not heard and said.outcome != "appeal_discontinued":
            raise refusals.hearing_stands_at(self.hearing, refusals.APPELLATE)
        self._refuse_before_opening(act)
        if said.outcome == "amended" and not said.per_accused:
            raise refusals.rows_needed()
        refuse_impossible(said.per_accused)
        _refuse_strangers({row.ref for row in said.per_accused}, self.judged_refs)
        self.record(
            AppellateJudgmentPronounced,
            said,
            act,
            agency=act.agency,
            warnings=outside_frame(said.per_accused),
        )

    def confirm_effect(self, said: ConfirmEffect, act: Act) -> None:
        """Confirm that a judgment, or what it says of one accused, is in force."""
        if self._said_before(JudgmentTookEffect, said, act):
            return
        self._refuse_wrong_stage(JudgmentTookEffect)
        judges = (self.court, self.appeal_court)
        if said.reason != "review" or act.by.type_code not in self.REVIEWING:
            self._refuse_other_courts(act, judges, refusals.EFFECT)
        refs = self.judged_refs if said.accused_ref is None else (said.accused_ref,)
        _refuse_strangers(refs, self.judged_refs, "/accused_ref")
        assert self.judged_at is not None, "these stages come after a judgment"
        _refuse_before(self.judged_at, act, refusals.EFFECT)
        if said.reason != "review" and all(self._is_confirmed(ref, said.part) for ref in refs):
            raise refused.in_force_already()
        self._refuse_unfounded(said, act)
        self.record(JudgmentTookEffect, said, act, agency=act.agency, effective_on=act.on)

    def order_execution(self, said: OrderExecution, act: Act) -> None:
        """Order that a sentence in force is carried out."""
        if self._said_before(SentenceExecutionOrdered, said, act):
            return
        self._refuse_wrong_stage(SentenceExecutionOrdered)
        _refuse_strangers((said.accused_ref,), self.judged_refs, "/accused_ref")
        if said.entrusted_by not in (self.court, *present(self.court, act.on, act.register)):
            self._refuse_other_courts(act, (self.court,), refusals.EXECUTION)
        if said.accused_ref in self.executing:
            raise refused.ordered_already((said.accused_ref,))
        if not any(row.penalties for row in self.verdicts if row.ref == said.accused_ref):
            raise refused.nothing_to_execute(said.accused_ref)
        if said.accused_ref not in self.in_force:
            raise refused.not_in_force(said.accused_ref)
        agency_of(said.executing_agency, act.on, act.register, "/executing_agency")
        assert self.in_force_at is not None, "somebody's judgment is in force"
        _refuse_before(self.in_force_at, act, refusals.EXECUTION)
        self.record(SentenceExecutionOrdered, said, act, agency=act.agency)

    def _refuse_unfounded(self, said: ConfirmEffect, act: Act) -> None:
        """Why it is in force must follow from what was recorded."""
        match said.reason:
            case "no_appeal":
                whole_appeal = said.accused_ref is None and self.stage == "APPEALED"
                if self.appeal_outcome is not None or self.stage == "REVIEW" or whole_appeal:
                    raise refused.reason_does_not_fit(said.reason)
                if self._is_contested(said.accused_ref):
                    raise refused.contested()
                self._refuse_while_periods_run(said.accused_ref, act)
            case "appellate":
                if self.appeal_outcome not in ("upheld", "amended"):
                    raise refused.reason_does_not_fit(said.reason)
            case "withdrawal":
                if self._appeal_was_discontinued():
                    return
                if self.level == "appeal" or self.stage != "APPEALED":
                    raise refused.reason_does_not_fit(said.reason)
                if self._is_contested(None):
                    raise refused.contested()
                self._refuse_while_periods_run(None, act)
            case "review":
                if self.stage != "REVIEW":
                    raise refused.reason_does_not_fit(said.reason)

    def _appeal_was_discontinued(self) -> bool:
        """By the panel's judgment, or before by ProceedingsDiscontinued, which led to IN_FORCE."""
        if self.appeal_outcome is not None:
            return self.appeal_outcome == "appeal_discontinued"
        return self.level == "appeal" and self.stage == "IN_FORCE"

    def _refuse_while_periods_run(self, ref: UUID | None, act: Act) -> None:
        last = self._periods_end(ref)
        if act.on <= last:  # Until it has ended somebody may still appeal or protest.
            raise refused.periods_run(last)

    def _is_confirmed(self, ref: UUID, part: str) -> bool:
        return (ref, part) in self.confirmed or (ref, "all") in self.confirmed

    def _trial_state(self) -> dict[str, object]:
        """For `state`: what is before the courts, in JSON types."""
        return {
            "level": self.level,
            "hearing": self.hearing,
            "court": self.court or None,
            "appeal_court": self.appeal_court or None,
            "docket_no": self.docket_no or None,
            "formats": list(self.formats),
            "sessions": self.sessions,
            "judged_at": _moment(self.judged_at),
            "appeal_judged_at": _moment(self.appeal_judged_at),
            "appeal_outcome": self.appeal_outcome,
            "verdicts": [row.model_dump(mode="json") for row in self.verdicts],
            "appellants": [str(each.appellant) for each in self.appeals],
            "protests": [each.agency for each in self.protests],
            "in_force": [str(each) for each in self.in_force],
            "executing": [str(each) for each in self.executing],
        }

    def _tried(self, event: TrialEvent) -> None:
        """For `evolve`: a fact before the courts."""
        self.trial_events += (event,)
        match event:
            case (
                CaseAcceptedByCourt()
                | TrialOrdered()
                | TrialFormatDecided()
                | TrialOpened()
                | TrialHeld()
                | TrialPostponed()
            ):
                self._heard(event)
            case FirstInstanceJudgmentPronounced():
                self._begins_anew()
                self.hearing, self.judged_at = "closed", event.timestamp
                self.verdicts = event.per_accused
                self._moves("JUDGED", event)
            case JudgmentDelivered():
                self._delivers(event)
            case AppealFiled():
                self._appeals(event)
            case ProtestFiled():
                self._protests(event)
            case AppellateJudgmentPronounced():
                self._judges_again(event)
            case JudgmentTookEffect():
                self._takes_effect(event)
            case SentenceExecutionOrdered():
                self.executing += (event.accused_ref,)
                if self.stage == "IN_FORCE":
                    self._moves("EXECUTION", event)
            case _:
                assert_never(event)

    def _takes_on(self, event: CaseAcceptedByCourt) -> None:
        """A new trial starts from nothing; an appeal from the judgment of first instance."""
        if event.level == "first_instance":
            self._begins_anew()
        elif self.stage == "REVIEW":
            self._reopens_appeal()
        super()._takes_on(event)

    def _judges_again(self, event: AppellateJudgmentPronounced) -> None:
        self.hearing, self.appeal_judged_at = "closed", event.timestamp
        if event.outcome in KEPT:
            self.verdicts = _amended(self.verdicts, event.per_accused)
            self.appeal_outcome, self.appeals, self.protests = event.outcome, (), ()
            self.in_force, self.in_force_at = self.judged_refs, event.timestamp
            self._moves("IN_FORCE", event)
            return
        to = {"quashed_retry": "TRIAL_PREPARATION", "quashed_reinvestigate": "INVESTIGATION"}
        self._quashed(to.get(event.outcome, "DISCONTINUED"), event)
        self.appeal_judged_at = event.timestamp

    def _quashed(self, to: str, event: Event) -> None:
        """For `evolve`: by an appeal or a review, with nothing left to try at present."""
        self._begins_anew()
        self.level, self.hearing = "first_instance", ""
        self._moves(to, event)

    def _takes_effect(self, event: JudgmentTookEffect) -> None:
        refs = self.judged_refs if event.accused_ref is None else (event.accused_ref,)
        self.confirmed += tuple((ref, event.part) for ref in refs)
        if event.part != "civil":
            new = tuple(ref for ref in refs if ref not in self.in_force)
            self.in_force += new
            self.in_force_at = self.in_force_at or event.timestamp
        whole = event.accused_ref is None and event.part != "civil"
        everybody = set(self.in_force) >= set(self.judged_refs)
        if (whole and self.stage in ("JUDGED", "APPEALED", "REVIEW")) or (
            everybody and self.stage == "JUDGED"
        ):
            self.protests = self._protests_of("appeal")
            self._moves("IN_FORCE", event)

    def _reopens_appeal(self) -> None:
        """A review sends the case back to the appeal: of first instance the judgment stands."""
        self.appeal_outcome, self.in_force, self.in_force_at = None, (), None
        self.executing, self.confirmed, self.protests = (), (), ()

    def _ends_effect(self, refs: Collection[UUID]) -> None:
        """Nor is it confirmed or carried out."""
        super()._ends_effect(refs)
        self.executing = tuple(each for each in self.executing if each not in refs)
        self.confirmed = tuple(each for each in self.confirmed if each[0] not in refs)

    def _begins_anew(self) -> None:
        """The earlier judgment is gone, and all that followed from it."""
        super()._begins_anew()
        self.executing, self.confirmed = (), ()


def _amended(before: Iterable[Judged], anew: Iterable[Judged]) -> tuple[Judged, ...]:
    """Whoever is judged anew is judged by the new rows alone."""
    rows = tuple(anew)
    named = {row.ref for row in rows}
    return (*(row for row in before if row.ref not in named), *rows)


def _refuse_strangers(
    refs: Iterable[UUID], known: Iterable[UUID], pointer: str = "/per_accused"
) -> None:
    if strangers := sorted({*refs} - {*known}, key=str):
        raise refusals.not_on_trial(strangers, pointer)


def _refuse_before(moment: datetime, act: Act, rule: str) -> None:
    if act.at < moment:
        raise refused.before_judgment(act, moment, rule)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
