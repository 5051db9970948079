"""A person in proceedings: one pseudonym from the first hold to the sentence. Pure.

Held → in custody → accused (pending, then approved) → detained or under another measure, or wanted
→ defendant → convicted, acquitted or exempt → convict → serving. Up to the indictment the facts are
this stream's own; what becomes of somebody by a fact of their case is recorded together with that
fact (`following.decide_of_case`), by whoever records it, and names it.
"""

from collections.abc import Collection, Mapping
from typing import ClassVar, Self, assert_never
from uuid import UUID

from services.cases.accused.charging import CHARGING_STEPS, institution_of
from services.cases.accused.custody import CUSTODY_STEPS, refuse_impossible_hold
from services.cases.accused.events import (
    AccusedProsecutionInstituted,
    AccusedProsecutionReviewed,
    ApprehendSuspect,
    InstituteAccused,
    OffenceReclassified,
    SuspectApprehended,
    TemporaryCustodyExtended,
    TemporaryCustodyOrdered,
)
from services.cases.accused.measures import (
    ChangeProceduralStanding,
    PreventiveMeasureChanged,
    ProceduralStandingChanged,
    TemporaryDetentionExtended,
    TemporaryDetentionOrdered,
    WantedNoticeIssued,
)
from services.cases.accused.measuring import MEASURE_STEPS, Measured
from services.cases.accused.parts import HOME
from services.cases.accused.personfile import CHARGED, PERSON_STAGES
from services.cases.accused.refusals import another_case
from services.cases.accused.standings import FOLLOWS, JUDGED, paper_of, standing_of, way
from services.cases.corrections.events import RecordCorrected
from services.cases.proceedings.domain import Case
from services.cases.refusals import wrong_stage
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Event

PERSON_STEPS: Mapping[type[Event], Step] = {
    **CUSTODY_STEPS,
    **CHARGING_STEPS,
    **MEASURE_STEPS,
    ProceduralStandingChanged: step(
        f"ACCUSED_PENDING {CHARGED} WANTED DEFENDANT {JUDGED} DISCONTINUED",
        "BLTTHS Điều 60–61, 230, 235, 326, 343, 355, 364",
        by_holder=False,
    ),
}
PersonEvent = (
    SuspectApprehended
    | AccusedProsecutionInstituted
    | TemporaryCustodyOrdered
    | TemporaryCustodyExtended
    | AccusedProsecutionReviewed
    | OffenceReclassified
    | TemporaryDetentionOrdered
    | TemporaryDetentionExtended
    | PreventiveMeasureChanged
    | WantedNoticeIssued
    | ProceduralStandingChanged
)


class Person(Measured):
    """Somebody in proceedings, known by a pseudonym; the name is sealed."""

    KIND = "person"
    TOPIC = "person"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = PERSON_STAGES
    STEPS: ClassVar[Mapping[type[Event], Step]] = PERSON_STEPS

    @classmethod
    def apprehend_suspect(cls, said: ApprehendSuspect, act: Act) -> Self:
        """Hold somebody who has no record yet; the pseudonym is new."""
        refuse_impossible_hold(said, act, first=True)
        id = act.new_id()
        return cls.begin(
            SuspectApprehended,
            said,
            act,
            id=id,
            person_ref=id,
            agency=act.agency,
            foreign=said.nationality != HOME,
        )

    @classmethod
    def institute_accused(cls, said: InstituteAccused, act: Act, case: Case) -> Self:
        """Prosecute somebody who was never held, in an open case."""
        derived = institution_of(said, act, case)
        id = act.new_id()
        return cls.begin(AccusedProsecutionInstituted, said, act, id=id, person_ref=id, **derived)

    def follow_case(
        self, case: Case, fact: Event, act: Act, *, lineage: Collection[UUID] = ()
    ) -> None:
        """Take the standing that the case gives after a fact that was just recorded of it.

        `lineage`: cases that have become this one, by being joined into it or split. Who is not so
        far by their own record is left where they are.
        """
        becomes = standing_of(case, self.id)
        for each in way(self.standing, becomes) if becomes else ():
            said = ChangeProceduralStanding(becomes=each, decision_ref=paper_of(fact, case))
            self.change_procedural_standing(said, act, case, fact, lineage=lineage)

    def change_procedural_standing(
        self,
        said: ChangeProceduralStanding,
        act: Act,
        case: Case,
        fact: Event,
        *,
        lineage: Collection[UUID] = (),
    ) -> None:
        """Become what a fact of the case makes of this person.

        Who may record it and when is the fact's: the case has decided that.
        """
        if self.standing == said.becomes:
            return
        row = FOLLOWS[said.becomes]
        if self.standing not in row.before:
            raise wrong_stage(self, ProceduralStandingChanged, row.article)
        if self.case_id not in (case.id, *lineage) or fact.originator_id != case.id:
            raise another_case(self.case_id)
        self.record(
            ProceduralStandingChanged,
            said,
            act,
            person_ref=self.id,
            case_id=case.id,
            agency=act.agency,
            because=fact.TOPIC,
        )

    @property
    def standing(self) -> str:
        """As what they stand before the law, whatever binds them and whether or not they fled."""
        stage = self.before_wanted if self.stage == "WANTED" else self.stage
        return "ACCUSED" if stage in CHARGED.split() else stage

    @property
    def subjects(self) -> tuple[str, ...]:
        """The person, and the case that they are prosecuted in."""
        case = (f"case:{self.case_id}",) if self.case_id else ()
        return (f"person:{self.id}", *case)

    def state(self) -> dict[str, object]:
        """The state as readers see it; who it is is only said to be there."""
        asked = self.detention_asked
        return {
            **self._standing(),
            "standing": self.standing,
            "identity": self.identity and self.identity.shown,
            "measure": self.measure,
            "held_as": self.held_as,
            "under_18": self.under_18,
            "legal_person": self.legal_person,
            "juvenile_law": self.juvenile_law,
            "case": self.case_id and f"case:{self.case_id}",
            "charges": [each.model_dump() for each in self.charges],
            "severity_class": self.severity,
            "awaits_review": self.awaits_review,
            "custody_since": self.custody_since and self.custody_since.isoformat(),
            "custody_until": self.custody_until and self.custody_until.isoformat(),
            "custody_extensions": self.custody_given,
            "custody_asked_of": self.custody_asked,
            "detention_until": self.detention_until and self.detention_until.isoformat(),
            "detention_extensions": self.detention_given,
            "detention_asked_of": asked and asked.sent_to,
        }

    def state_in(self, case: Case) -> dict[str, object]:
        """What the case makes of them where their own record could not say: it was discontinued
        before it named its accused."""
        becomes = standing_of(case, self.id)
        if becomes != "DISCONTINUED" or not way(self.standing, becomes):
            return {}
        vi, en = self.STAGES[becomes]
        return {
            "stage": becomes,
            "stage_vi": vi,
            "stage_en": en,
            "since": case.since.isoformat(),
            "standing": becomes,
        }

    def _opens(self, event: PersonEvent) -> None:
        """For `evolve`: with its first fact a record begins; nothing is known before."""
        if event.originator_version != self.INITIAL_VERSION:
            return
        self.measure, self.held_as, self.identity = "none", None, None
        self.case_id: UUID | None = None
        self.charges, self.severity, self.age = (), None, None
        self.under_18 = self.legal_person = self.approved = False
        self.juvenile_law = self.unreviewed = None
        self.custody_since = self.custody_until = None
        self.custody_given, self.custody_asked, self.custody_asked_on = 0, None, None
        self.detention_until = self.detention_asked = self.detention_stage = None
        self.detention_given, self.before_wanted = 0, "ACCUSED"
        self._begins("HELD", event, event.agency)

    def _follows(self, event: ProceduralStandingChanged) -> None:
        """For `evolve`: who is wanted stays so until they are found, unless it is all over."""
        self.case_id = event.case_id
        pending = event.becomes == "ACCUSED" and not self.approved
        stage = "ACCUSED_PENDING" if pending else event.becomes
        if self.stage == "WANTED" and stage != "DISCONTINUED":
            self.before_wanted = stage
            return
        self._moves(stage, event)
        self._settles(event)

    def evolve(self, event: PersonEvent | RecordCorrected) -> None:  # noqa: PLR0912 - one arm for each fact
        """Take a fact in."""
        if isinstance(event, RecordCorrected):
            return  # What it corrects was taken in as corrected.
        self._opens(event)
        match event:
            case SuspectApprehended():
                self._held(event)
            case TemporaryCustodyOrdered():
                self._in_custody(event)
            case TemporaryCustodyExtended():
                self._custody_extended(event)
            case AccusedProsecutionInstituted():
                self._prosecuted(event)
            case AccusedProsecutionReviewed():
                self._reviewed(event)
            case OffenceReclassified():
                self._recharged(event)
            case TemporaryDetentionOrdered():
                self._detained(event)
            case TemporaryDetentionExtended():
                self._detention_extended(event)
            case PreventiveMeasureChanged():
                self._bound(event)
            case WantedNoticeIssued():
                self._sought(event)
            case ProceduralStandingChanged():
                self._follows(event)
            case _:
                assert_never(event)
        self._goes_with(event)
        self._remembers(event)
