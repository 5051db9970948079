"""A criminal case: the whole state machine of the law, from institution to review. Pure.

What courts do is the mixin `OnTrial`; handovers and standstills are mixins of their own. Which fact
may be recorded at which stage is the table `STEPS`.
"""

from collections.abc import Mapping
from typing import ClassVar, Self
from uuid import UUID

from services.cases.corrections.events import RecordCorrected
from services.cases.lists import Offence
from services.cases.proceedings import refusals, refusals_periods
from services.cases.proceedings.bodies import (
    INVESTIGATING,
    kind_here,
    kind_of,
    procuracies_over,
    supervises,
)
from services.cases.proceedings.casefile import CASE_STAGES, ENDED
from services.cases.proceedings.events import (
    CaseFileTransmitted,
    CaseInstitutionChanged,
    CaseProsecutionInstituted,
    CaseSplitOff,
    CasesRegrouped,
    CaseTransferred,
    ChangeInstitution,
    ConcludeInvestigation,
    DesignateModelCase,
    ExtendPeriod,
    IndictmentIssued,
    InstituteCase,
    InvestigationConcluded,
    IssueIndictment,
    ModelCaseDesignated,
    ProceedingsEvent,
    ProceedingsPeriodExtended,
    RequestSupplementaryInvestigation,
    SupplementaryInvestigationRequested,
)
from services.cases.proceedings.gravity import court_warning, heaviest
from services.cases.proceedings.halting import HALTING_STEPS, Halting
from services.cases.proceedings.handing import HANDING_STEPS, Handed
from services.cases.proceedings.identity import case_id
from services.cases.proceedings.institution import (
    institution,
    refuse_beyond,
    refuse_beyond_minor,
)
from services.cases.proceedings.minors import MINOR_STEPS, CaseMarkedJuvenile, Protecting
from services.cases.proceedings.models import agreed_bodies, refuse_unless_presentable
from services.cases.proceedings.periods import STAGE_OF, granting, refuse_too_long
from services.cases.proceedings.regrouping import Grouped
from services.cases.proceedings.returns import refuse_return
from services.cases.proceedings.stopping import (
    ProceedingsDiscontinued,
    ProceedingsResumed,
    ProceedingsSuspended,
)
from services.cases.stages import Step, step
from services.cases.trials.domain import TRIAL_STAGES, TRIAL_STEPS, OnTrial
from services.cases.trials.events import CaseAcceptedByCourt, TrialEvent
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of

NEW_INVESTIGATION = "INV-REINV"
RULES_OF_COURTS: Mapping[str, str] = {
    "TRIAL_PREPARATION": "TRIAL-PREP",
    "INVESTIGATION": NEW_INVESTIGATION,
}
"""Stage that a decision of a court leads to → the statutory period that starts."""
CASE_STEPS: Mapping[type[Event], Step] = {
    CaseInstitutionChanged: step(
        "INVESTIGATION SUPPLEMENTARY", "BLTTHS Điều 156, 158, 161", by_holder=False
    ),
    CasesRegrouped: step("INVESTIGATION SUPPLEMENTARY PROSECUTION", "BLTTHS Điều 170, 242"),
    ProceedingsPeriodExtended: step(
        "INVESTIGATION SUPPLEMENTARY PROSECUTION TRIAL_PREPARATION",
        "BLTTHS Điều 172, 174, 240, 277",
        by_holder=False,
    ),
    InvestigationConcluded: step("INVESTIGATION SUPPLEMENTARY", "BLTTHS Điều 232–234"),
    SupplementaryInvestigationRequested: step(
        "PROSECUTION TRIAL_PREPARATION TRIAL INVESTIGATION REVIEW",
        "BLTTHS Điều 174, 245, 280, 326, 358, 391",
    ),
    IndictmentIssued: step("PROSECUTION", "BLTTHS Điều 236, 240, 243"),
    ModelCaseDesignated: step(
        "INVESTIGATION SUPPLEMENTARY CONCLUDED PROSECUTION INDICTMENT_ISSUED INDICTED "
        "TRIAL_PREPARATION",
        "phối hợp liên ngành điều tra, truy tố, xét xử",
        by_holder=False,
    ),
    **HANDING_STEPS,
    **HALTING_STEPS,
    **MINOR_STEPS,
}


class Case(Handed, Halting, Grouped, Protecting, OnTrial):
    """One criminal case: what is prosecuted, how far it is, and who has its file."""

    KIND = "case"
    TOPIC = "case"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {**CASE_STAGES, **TRIAL_STAGES}
    STEPS: ClassVar[Mapping[type[Event], Step]] = {**CASE_STEPS, **TRIAL_STEPS}

    @classmethod
    def institute_case(cls, said: InstituteCase, act: Act) -> Self:
        """Institute the prosecution of a case, within the body's law, area and day."""
        found = institution(said, act)
        return cls.begin(
            CaseProsecutionInstituted,
            said,
            act,
            id=case_id(act.agency, act.on.year, said.case_no),
            agency=act.agency,
            by=found.by,
            severity_class=found.severity,
            investigates=found.investigates,
            procuracies=procuracies_over(act),
        )

    def change_institution(self, said: ChangeInstitution, act: Act) -> None:
        """Change, supplement or cancel the decision; the severity follows from the offences."""
        if self.said_before(CaseInstitutionChanged, said, act):
            return
        self.refuse_unless_at(CaseInstitutionChanged, act)
        self._refuse_unless_held_or_supervised(act, refusals.CHANGE)
        self.refuse_while_on_its_way(refusals.CHANGE)
        before, after = {*self.offences}, {*said.offences_after}
        fits = {"change": after and after != before, "supplement": after > before}
        if not fits.get(said.kind, not after):
            raise refusals.wrong_offences(said.kind)
        severity = heaviest(said.offences_after, "/offences_after") if after else None
        if severity is not None:
            by = kind_here(self.holder)
            refuse_beyond(by, self.holder, said.offences_after, severity, "/offences_after")
            refuse_beyond_minor(by, self.holder, severity)
        self.record(
            CaseInstitutionChanged,
            said,
            act,
            agency=act.agency,
            offences_before=self.offences,
            class_before=self.severity,
            class_after=severity,
        )

    def extend_period(self, said: ExtendPeriod, act: Act) -> None:
        """Decide on more time: which extension, how long and by whom the law says."""
        if self.said_before(ProceedingsPeriodExtended, said, act):
            return
        self.refuse_unless_at(ProceedingsPeriodExtended, act)
        if STAGE_OF.get(self.rule or "") != said.stage:
            raise refusals_periods.other_stage(said.stage, STAGE_OF.get(self.rule or ""))
        law = granting(said.seq, self.course, self.severity, self.holder, self.halved, act)
        article = law.article
        if said.stage == "investigation":
            if not supervises(act, self.holder):
                raise refusals.not_supervising(act.agency, self.holder, article)
        else:
            self._refuse_unless_held(act, article)
        if said.granted:
            refuse_too_long(said.length, said.seq, self.course, self.severity, act.on)
        asked = said.requested_on
        self.record(
            ProceedingsPeriodExtended,
            said,
            act,
            agency=act.agency,
            rule=self.rule,
            article=article,
            ask_by=law.ask_by,
            asked_late=None if asked is None or law.ask_by is None else asked > law.ask_by,
            approver=law.approver,
        )

    def conclude_investigation(self, said: ConcludeInvestigation, act: Act) -> None:
        """Conclude, and propose to prosecute or to discontinue."""
        if self.said_before(InvestigationConcluded, said, act):
            return
        self.refuse_unless_at(InvestigationConcluded, act)
        article = CASE_STEPS[InvestigationConcluded].article
        self.refuse_while_on_its_way(article)
        if kind_of(self.holder) not in INVESTIGATING:
            raise refusals.no_investigation_here(self.holder, article)
        if (said.kind == "supplementary") != (self.stage == "SUPPLEMENTARY") and (
            said.kind != "replacement"
        ):
            raise refusals.wrong_kind(
                "/kind",
                "Kết luận bổ sung chỉ sau khi hồ sơ bị trả, kết luận lần đầu chỉ trước đó",
                "A supplementary conclusion follows a return, a first one does not",
                article,
            )
        if said.recommendation == "prosecute" and not said.accused:
            raise refusals.field_needed(
                "/accused", "bị can bị đề nghị truy tố", "whom to prosecute", "BLTTHS Điều 233"
            )
        severity = heaviest(said.offences)
        self.record(InvestigationConcluded, said, act, agency=act.agency, severity_class=severity)

    def request_supplementary_investigation(
        self, said: RequestSupplementaryInvestigation, act: Act
    ) -> None:
        """Return the file: the procuracy at most twice, judge and panel at most once each."""
        if self.said_before(SupplementaryInvestigationRequested, said, act):
            return
        self.refuse_unless_at(SupplementaryInvestigationRequested, act)
        self.refuse_while_on_its_way(refusals.RETURNS)
        before = self.returns.get(said.by, 0)
        refuse_return(said, self.stage, self.holder, before, act)
        if said.by == "APPEAL" and self.rule != NEW_INVESTIGATION:
            raise refusals.not_quashed()
        self.record(
            SupplementaryInvestigationRequested,
            said,
            act,
            agency=act.agency,
            ordinal=before + 1,
        )

    def issue_indictment(self, said: IssueIndictment, act: Act) -> None:
        """Indict; a court whose level does not fit is marked, not refused."""
        if self.said_before(IndictmentIssued, said, act):
            return
        self.refuse_unless_at(IndictmentIssued, act)
        article = CASE_STEPS[IndictmentIssued].article
        self.refuse_while_on_its_way(article)
        agency_of(said.competent_court, act.on, act.register, "/competent_court")
        if kind_of(said.competent_court) != "COURT":
            to = said.competent_court
            raise refusals.wrong_way(self.holder, to, ("COURT",), article, "/competent_court")
        charges = _charges(said)
        self.record(
            IndictmentIssued,
            said,
            act,
            agency=act.agency,
            severity_class=heaviest(charges, "/accused"),
            court_warning=court_warning(said.competent_court, charges, act.on),
        )

    def designate_model_case(self, said: DesignateModelCase, act: Act) -> None:
        """Make it a model case, agreed by all three branches; nobody protected is exhibited."""
        if self.said_before(ModelCaseDesignated, said, act):
            return
        self.refuse_unless_at(ModelCaseDesignated, act)
        agreed_bodies(said, self.place, act)
        refuse_unless_presentable(
            said,
            juvenile=self.juvenile,
            child_victim=self.about_a_child,
            closed=self.closed_trial_granted,
            victims_known=self.victims_known,
        )
        self.record(ModelCaseDesignated, said, act, agency=act.agency)

    @property
    def is_open(self) -> bool:
        """Whether the case is pending: then persons may be prosecuted in it."""
        return self.stage not in ENDED

    @property
    def subjects(self) -> tuple[str, ...]:
        """The case, and what it was split off from."""
        origin = (f"case:{self.split_from}",) if self.split_from else ()
        return (f"case:{self.id}", *origin)

    def state(self) -> dict[str, object]:
        """The case as it stands, in JSON types; persons as pseudonyms only."""
        return {
            **self._standing(),
            "case_no": self.case_no,
            "place": self.place,
            "route": self.route,
            "offences": [each.model_dump() for each in self.offences],
            "severity_class": self.severity,
            "juvenile": self.juvenile,
            "flagrante": self.flagrante,
            "organised": self.organised,
            "victims_known": self.victims_known,
            "child_victim": self.about_a_child,
            "accused": [str(each) for each in self.accused],
            "stopped": {str(ref): how for ref, how in self.stopped.items()},
            "from_tips": [str(each) for each in self.from_tips],
            "split_from": None if self.split_from is None else str(self.split_from),
            "joined_into": None if self.joined_into is None else str(self.joined_into),
            "indictment": self.indictment,
            "returns": self.returns,
            "period": self.course.model_dump(mode="json", exclude={"returns"}),
            "model_case": self.model_case,
            "publicity_consent": self.publicity_consent,
            "trial": self._trial_state(),
        }

    def _take(self, event: CaseProsecutionInstituted | CaseSplitOff) -> None:
        """For `evolve`: how a case begins."""
        self.case_no, self.place, self.route = event.case_no, event.place, event.route
        self.offences, self.severity = event.offences, event.severity_class
        self.juvenile, self.victims_known = event.juvenile, event.victims_known
        self.instituted_by = event.by
        self.stopped_at = self.indictment = self.concluded_for = self.joined_into = None
        self.model_case = self.publicity_consent = False
        self.took_in = self.split_into = ()
        self._offered_as = ""
        if isinstance(event, CaseSplitOff):
            self.flagrante = self.organised = False
            self.from_tips: tuple[UUID, ...] = ()
            self.accused, self.split_from = event.accused, event.split_from
            self.instituted_on = event.instituted_on
            self.rule, self.rule_since = event.course.rule, event.course.since
            self.granted, self.returns = event.course.granted, dict(event.course.returns)
            self.stopped: dict[UUID, str] = dict(event.stopped)
            self._begins(event.stage, event, event.holder)
            return
        self.flagrante, self.organised = event.flagrante, event.organised
        self.from_tips, self.accused, self.split_from = event.from_tips, (), None
        self.returns, self.stopped = {}, {}
        self._runs("INV", event)
        self.instituted_on = self.rule_since
        initial = event.investigates == "initial"
        self._begins("BG_INITIAL" if initial else "INVESTIGATION", event, event.agency)

    def _returned(self, event: SupplementaryInvestigationRequested) -> None:
        """For `evolve`: the file sets out for who is to clear things up."""
        self.returns[event.by] = event.ordinal
        self.concluded_for = None
        if event.kind == "supplementary":
            self._moves("SUPPLEMENTARY", event)
            self._runs("INV-SUPP-VKS" if event.by == "VKS" else "INV-SUPP-COURT", event)
        elif event.by == "CASSATION":
            self._quashed("INVESTIGATION", event)
            self._runs(NEW_INVESTIGATION, event)
            self.indictment = None
        self._offers(event, event.returned_to)
        self._offered_as = "CQDT" if event.by == "VKS" else "VKS"

    def _decided_by_court(self, event: TrialEvent) -> None:
        """For `evolve`: a fact of the trial, and the statutory period that it starts."""
        before = self.stage
        self._tried(event)
        if self.stage != before or isinstance(event, CaseAcceptedByCourt):
            self._runs(RULES_OF_COURTS.get(self.stage), event)
        if self.rule == NEW_INVESTIGATION:
            self.indictment = None  # It fell with the judgment.

    def _extended(self, event: ProceedingsPeriodExtended) -> None:
        if event.granted and event.length is not None:
            self.granted += (event.length,)

    def _changed(self, event: CaseInstitutionChanged | CaseMarkedJuvenile) -> None:
        if isinstance(event, CaseMarkedJuvenile):
            self.juvenile = True
        elif event.class_after is None:
            self._moves("CANCELLED", event)
        else:
            self.offences, self.severity = event.offences_after, event.class_after

    def evolve(self, event: ProceedingsEvent | TrialEvent | RecordCorrected) -> None:
        """Take a fact in."""
        match event:
            case CaseProsecutionInstituted() | CaseSplitOff():
                self._take(event)
            case CaseInstitutionChanged() | CaseMarkedJuvenile():
                self._changed(event)
            case CaseTransferred() | CaseFileTransmitted():
                self._handed(event)
            case CasesRegrouped():
                self._regrouped(event)
            case ProceedingsPeriodExtended():
                self._extended(event)
            case InvestigationConcluded():
                self.accused, self.concluded_for = event.accused, event.recommendation
                self._moves("CONCLUDED", event)
            case SupplementaryInvestigationRequested():
                self._returned(event)
            case IndictmentIssued():
                self.accused = tuple(dict.fromkeys(each.ref for each in event.accused))
                self.offences, self.severity = _charges(event), event.severity_class
                self.indictment = event.indictment_no
                self._moves("INDICTMENT_ISSUED", event)
            case ProceedingsSuspended() | ProceedingsResumed() | ProceedingsDiscontinued():
                self._halted(event)
            case ModelCaseDesignated():
                self.model_case, self.publicity_consent = True, event.victims_consent
            case RecordCorrected():
                pass  # What it corrects was taken in as corrected.
            case _:
                self._decided_by_court(event)
        self._remembers(event)


def _charges(said: IssueIndictment) -> tuple[Offence, ...]:
    """What is charged, each offence once."""
    return tuple(dict.fromkeys(each.offence for each in said.accused))
