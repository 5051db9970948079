"""What may happen to a tip. Pure: no clock, no database, no network.

Received → (classified) in_hand → (handler assigned) verifying ⇄ suspended → case_instituted or
not_instituted; or linked to the tip that was first, or referred to be handled administratively. On
its way to another body it is `transferred`, and still with who sent it.

Instituting a case upon tips is proceedings' command: in the same record it calls, for each tip,
`tip.institute_case(LeadTipToCase(case_id=case.id), ctx.act)` and saves the case with its tips:
`await ctx.save(case, *tips)`. The case is looked up first (`ctx.find`), then its tips
(`await ctx.load(Tip, tip_id)`), because only the first stream is held.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, assert_never
from uuid import UUID

from services.cases.corrections.events import RecordCorrected
from services.cases.lists import (
    BORDER_GUARD_ARTICLES,
    COAST_GUARD_ARTICLES,
    GRAVE,
    Offence,
    in_force,
    least_severity,
)
from services.cases.refusals import code_not_in_force, not_with_you
from services.cases.stages import Step, step
from services.cases.tips import refusals
from services.cases.tips.events import (
    AssignTipHandler,
    CaseNonInstitutionDecided,
    ClassifyTip,
    DecideCaseNonInstitution,
    ExtendTipVerification,
    LeadTipToCase,
    NotifyTipInformant,
    ReceiveTip,
    ResumeTipHandling,
    SuspendTipHandling,
    TipClassified,
    TipEvent,
    TipHandlerAssigned,
    TipHandlingResumed,
    TipHandlingSuspended,
    TipInformantNotified,
    TipLedToCase,
    TipReceived,
    TipTransferred,
    TipVerificationExtended,
)
from services.cases.tips.handover import PassedOn
from services.cases.tips.identity import tip_id
from services.cases.tips.receivers import body_of
from services.cases.tips.verification import RULE, Extensions
from shared.actor import VIETNAM, Act
from shared.domain import Event
from shared.sealed import Sealed
from shared.standing import acting_as, agency_of

OPEN = "received transferred in_hand verifying suspended"
ENDED = "case_instituted not_instituted linked referred"
OWN_LISTS = {"BDBP": BORDER_GUARD_ARTICLES, "CSB": COAST_GUARD_ARTICLES}
"""Bodies that verify only the offences on a list of their own."""
STOPPED_BY = {
    "ground_gone": "suspended",
    "vks_cancelled": "suspended",
    "vks_cancelled_non_institution": "not_instituted",
}
"""Reason to resume → the stage that it ends."""
RUNS_AFTER = {"ground_gone": "TIP-RESUMED", "vks_cancelled": "TIP-AFTER-CANCEL"}
"""Reason to resume → the statutory period that starts."""
INSTITUTING = "BLTTHS Điều 143, 147, 153"


class Tip(PassedOn):
    """A denunciation, a crime report, a recommendation to institute, or a surrender."""

    KIND = "tip"
    TOPIC = "tip"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "received": ("đã tiếp nhận", "received"),
        "transferred": ("đang chuyển cho cơ quan khác", "on its way to another body"),
        "in_hand": ("đã phân loại, chờ phân công", "classified, to be assigned"),
        "verifying": ("đang kiểm tra, xác minh", "being verified"),
        "suspended": ("tạm đình chỉ giải quyết", "suspended"),
        "case_instituted": ("đã khởi tố vụ án", "a case was instituted"),
        "not_instituted": ("đã quyết định không khởi tố", "it was decided not to institute"),
        "linked": ("trùng với tin đã có", "linked to the tip that was first"),
        "referred": ("xử lý hành chính", "referred to be handled administratively"),
    }
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        TipClassified: step("received", "TTLT 01/2017 Điều 8(1), (2)"),
        TipTransferred: step(OPEN, "BLTTHS Điều 145–146; TTLT 01/2017 Điều 8", by_holder=False),
        TipHandlerAssigned: step("in_hand verifying", "TTLT 01/2017 Điều 9"),
        TipInformantNotified: step(f"{OPEN} {ENDED}", "TTLT 01/2017 Điều 14", by_holder=False),
        TipVerificationExtended: step("verifying", "BLTTHS Điều 147(2)", by_holder=False),
        TipHandlingSuspended: step("verifying", "BLTTHS Điều 148(1)"),
        TipHandlingResumed: step(
            "suspended not_instituted", "BLTTHS Điều 148(2), 149, 159", by_holder=False
        ),
        CaseNonInstitutionDecided: step("in_hand verifying", "BLTTHS Điều 157–158"),
        TipLedToCase: step("verifying", "BLTTHS Điều 143, 153", by_holder=False),
    }

    @classmethod
    def receive_tip(cls, said: ReceiveTip, act: Act) -> Self:
        """Take a tip down. Its id follows from the body, the year and the number in its book."""
        if said.anonymous and said.informant is not None:
            raise refusals.anonymous_with_name()
        body = body_of(act.agency)
        offence = said.suspected_offence
        id = tip_id(act.agency, act.on.year, said.receipt_no)
        return cls.begin(
            TipReceived,
            said,
            act,
            id=id,
            tip_id=id,
            informant_ref=None if said.informant is None else act.new_id(),
            agency=act.agency,
            receiver=body.receiver,
            competent=body.verifies,
            urgent=said.pressing or (offence is not None and least_severity(offence) in GRAVE),
        )

    def classify_tip(self, said: ClassifyTip, act: Act) -> None:
        """Say what the tip is. `duplicate_of` is known to be a tip: see `commands.py`."""
        if self.said_before(TipClassified, said, act):
            return
        if (said.classification == "duplicate") != (said.duplicate_of is not None):
            raise refusals.duplicate_of_what()
        if said.competent != (said.competent_agency is None):
            raise refusals.whose_is_it(said.competent)
        if said.competent_agency is not None:
            agency_of(said.competent_agency, act.on, act.register, "/competent_agency")
        article = said.suspected.article if said.suspected else None
        own = OWN_LISTS.get(body_of(act.agency).receiver)
        if said.competent and own is not None and article is not None and article not in own:
            raise refusals.not_its_offence(act.agency, article)
        severity = said.suspected.severity if said.suspected else None
        self.record_step(TipClassified, said, act, agency=act.agency, severity_guess=severity)

    def assign_tip_handler(self, said: AssignTipHandler, act: Act) -> None:
        """The head of the body names the officer; a body that takes over names its own."""
        if not self.said_before(TipHandlerAssigned, said, act):
            self.record_step(TipHandlerAssigned, said, act, agency=act.agency)

    def notify_tip_informant(self, said: NotifyTipInformant, act: Act) -> None:
        """Tell the informant or the procuracy. Who received the tip tells of that too."""
        if self.said_before(TipInformantNotified, said, act):
            return
        article = self.STEPS[TipInformantNotified].article
        if self.holding(act) is None and acting_as(act, (self.receiver,), self.received_on) is None:
            raise not_with_you(self, act, article)
        if said.to == "informant" and not self.has_informant:
            raise refusals.nobody_to_tell()
        happened = {
            "receipt": True,
            "suspension": TipHandlingSuspended.TOPIC in self._last,
            "resumption": TipHandlingResumed.TOPIC in self._last,
            "result": self.stage in ("suspended", *ENDED.split()),
        }
        if not happened[said.kind]:
            raise refusals.nothing_to_tell(said.kind)
        # A notice of the receipt may be recorded late, at a later stage: not before its beginning.
        self.record(TipInformantNotified, said, act, agency=act.agency)

    def extend_tip_verification(self, said: ExtendTipVerification, act: Act) -> None:
        """The head of the body decides the first; the second is asked of a procuracy, once."""
        if self.said_before(TipVerificationExtended, said, act):
            return
        self.refuse_unless_at(TipVerificationExtended, act)
        if (said.seq, said.stage) != (2, "decided") and self.holding(act) is None:
            raise not_with_you(self, act, self.STEPS[TipVerificationExtended].article)
        late = self.extensions.late(said, act)
        self.record(TipVerificationExtended, said, act, agency=act.agency, late=late)

    def suspend_tip_handling(self, said: SuspendTipHandling, act: Act) -> None:
        """Stop verifying on a ground of the law."""
        if self.said_before(TipHandlingSuspended, said, act):
            return
        article = self.STEPS[TipHandlingSuspended].article
        if not in_force("suspension_ground", said.ground, act.on):
            raise code_not_in_force("/ground", said.ground, act, article)
        self.record_step(TipHandlingSuspended, said, act, agency=act.agency)

    def resume_tip_handling(self, said: ResumeTipHandling, act: Act) -> None:
        """The body resumes when the ground is gone; the procuracy when it cancels the decision."""
        if self.said_before(TipHandlingResumed, said, act):
            return
        self.refuse_unless_at(TipHandlingResumed, act)
        if STOPPED_BY[said.reason] != self.stage:
            raise refusals.wrong_reason(*self.STAGES[self.stage])
        if said.reason != "ground_gone":
            if body_of(act.agency).receiver != "VKS":
                raise refusals.only_the_procuracy(act.agency)
            self._refuse_unless_set_over(act, self.STEPS[TipHandlingResumed].article)
        elif self.holding(act) is None:
            raise not_with_you(self, act, self.STEPS[TipHandlingResumed].article)
        self.record(TipHandlingResumed, said, act, agency=act.agency)

    def decide_case_non_institution(self, said: DecideCaseNonInstitution, act: Act) -> None:
        """Decide not to institute a case; without verification only what is no crime at all."""
        if self.said_before(CaseNonInstitutionDecided, said, act):
            return
        self.refuse_unless_at(CaseNonInstitutionDecided, act)
        if self.stage == "in_hand" and self.classification != "not_crime":
            raise refusals.not_found_to_be_no_crime()
        self.record(CaseNonInstitutionDecided, said, act, agency=act.agency)

    def institute_case(self, said: LeadTipToCase, act: Act) -> None:
        """A case is instituted upon this tip, by who verifies it or by the procuracy."""
        if self.said_before(TipLedToCase, said, act):
            return
        self.refuse_unless_at(TipLedToCase, act)
        if self.holding(act) is None:
            if body_of(act.agency).receiver != "VKS":
                raise not_with_you(self, act, self.STEPS[TipLedToCase].article)
            self._refuse_unless_set_over(act, self.STEPS[TipLedToCase].article)
        self.record(TipLedToCase, said, act, agency=act.agency)

    @property
    def institution_suggested(self) -> dict[str, object] | None:
        """To whom signs of a crime suggest a case, of which offence, and in which period.

        None when there are no such signs, or it was decided. When the period ends, the clock says.
        """
        if self.classification != "crime" or self.stage in ENDED.split():
            return None
        return {
            "to": self._suggested_to or self.holder,
            "offence": self._suspected and self._suspected.model_dump(),
            "severity": self._suspected and self._suspected.severity,
            "article": INSTITUTING,
            "period": self.period,
        }

    @property
    def subjects(self) -> tuple[str, ...]:
        """The tip, and the case or tip that it led to."""
        cases = (f"case:{self.case_id}",) if self.case_id else ()
        first = (f"tip:{self.duplicate_of}",) if self.duplicate_of else ()
        return (f"tip:{self.id}", *cases, *first)

    def state(self) -> dict[str, object]:
        """The state as readers see it; what is sealed is only said to be there."""
        return {
            **self._standing(),
            **self.received,
            "receiver": self.receiver,
            "informant": self.informant and self.informant.shown,
            "content": self.content.shown,
            "classification": self.classification,
            "institution_suggested": self.institution_suggested,
            "duplicate_of": self.duplicate_of and str(self.duplicate_of),
            "called_in_by": self.called_in_by,
            "extensions": self.extensions.given,
            "until": self.extensions.until and self.extensions.until.isoformat(),
            "extension_asked_of": self.extensions.asked_of,
            "case": self.case_id and f"case:{self.case_id}",
        }

    def _take(self, event: TipReceived) -> None:
        self._begins("received", event, event.agency)
        self.received = event.model_dump(
            mode="json",
            include={
                *("kind", "channel", "receipt_no", "anonymous", "suspected_offence", "modus"),
                *("destination", "place", "happened_on", "route", "urgent", "remote"),
                "child_involved",
            },
        )
        self.receiver = event.agency
        self.received_on = event.timestamp.astimezone(VIETNAM).date()
        self.informant: Sealed[Any] | None = event.informant
        self.content: Sealed[str] = event.content
        self.has_informant = event.informant is not None
        self.classification: str | None = None
        self._suspected: Offence | None = None
        self._suggested_to: str | None = None
        self.period = RULE if event.competent else None
        self.duplicate_of: UUID | None = None
        self.called_in_by = None
        self.extensions = Extensions(self.received_on)
        self.case_id: UUID | None = None
        self._offered = None
        self._before = "received"

    def _classified(self, event: TipClassified) -> None:
        self.classification, self.duplicate_of = event.classification, event.duplicate_of
        self._suspected, self._suggested_to = event.suspected, event.competent_agency
        match event.classification:
            case "duplicate":
                self._moves("linked", event)
            case "administrative":
                self._moves("referred", event)
            case _ if event.competent:
                self._moves("in_hand", event)

    def _runs_for(self, event: TipTransferred) -> None:
        """The period for verifying runs from when a competent body has the tip."""
        if event.step != "received":
            return
        self._suggested_to, self.period = None, RULE if event.competent else None
        if event.competent:
            self.extensions = Extensions(event.timestamp.astimezone(VIETNAM).date())

    def evolve(self, event: TipEvent | RecordCorrected) -> None:
        """Take a fact in."""
        match event:
            case TipReceived():
                self._take(event)
            case TipClassified():
                self._classified(event)
            case TipTransferred():
                self._handed(event)
                self._runs_for(event)
            case TipHandlerAssigned():
                if self.stage != "verifying":
                    self._moves("verifying", event)
            case TipInformantNotified() | RecordCorrected():
                pass  # What a correction says was taken in with the fact that it corrects.
            case TipVerificationExtended():
                self.extensions = self.extensions.after(event)
            case TipHandlingSuspended():
                self.period = None
                self._moves("suspended", event)
            case TipHandlingResumed():
                self.period = RUNS_AFTER.get(event.reason)
                self._moves("verifying", event)
            case CaseNonInstitutionDecided():
                self._moves("not_instituted", event)
            case TipLedToCase():
                self.case_id = event.case_id
                self._moves("case_instituted", event)
            case _:
                assert_never(event)
        self._remembers(event)
