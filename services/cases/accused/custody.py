"""Held, in custody, and how custody is extended (BLTTHS 110–118). Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.cases.accused import periods, refusals
from services.cases.accused.events import (
    PERSON,
    ApprehendSuspect,
    ExtendTemporaryCustody,
    OrderTemporaryCustody,
    SuspectApprehended,
    TemporaryCustodyExtended,
    TemporaryCustodyOrdered,
)
from services.cases.accused.parts import (
    COMMUNE_KINDS,
    CUSTODY_REASONS,
    FIRST_KINDS,
    HOME,
    WARRANTED,
    Apprehension,
)
from services.cases.accused.personfile import PersonFile, day_of, refuse_unless_procuracy
from services.cases.proceedings.bodies import kind_of, supervises
from services.cases.proceedings.refusals import not_supervising
from services.cases.stages import Step, step
from shared.actor import Act
from shared.domain import Event
from shared.standing import acting_as

LATER = "ACCUSED ON_MEASURE DEFENDANT CONVICTED CONVICT"
CUSTODY_STEPS: Mapping[type[Event], Step] = {
    SuspectApprehended: step(
        f"HELD RELEASED WANTED {LATER}", refusals.WHO_MAY_HOLD, by_holder=False
    ),
    TemporaryCustodyOrdered: step(
        "HELD ACCUSED DEFENDANT CONVICTED CONVICT", "BLTTHS Điều 117–118", by_holder=False
    ),
    TemporaryCustodyExtended: step(
        "CUSTODY ACCUSED DEFENDANT CONVICTED CONVICT", "BLTTHS Điều 118(2)", by_holder=False
    ),
}
HELD_FROM: Mapping[Apprehension, str] = {
    "flagrante": "RELEASED",
    "emergency": "RELEASED",
    "emergency_arrest_order": "HELD",
    "wanted": "RELEASED WANTED",
    "detention_warrant": LATER,
    "surrender": "RELEASED WANTED",
}
"""How somebody may be held at which stage of a record that there is already."""


class Held(PersonFile):
    """A person who is held, and in custody."""

    def apprehend_again(self, said: ApprehendSuspect, act: Act) -> None:
        """Hold a person who has a record: by order of arrest, when wanted, or anew."""
        self.refuse_unless_at(SuspectApprehended, act)
        refuse_impossible_hold(said, act)
        needs_hold = said.kind == "emergency_arrest_order" and self.held_as != "emergency"
        if needs_hold or self.stage not in HELD_FROM[said.kind].split():
            raise refusals.kind_not_from_here(said.kind, *self.STAGES[self.stage])
        self.record(
            SuspectApprehended,
            said,
            act,
            originator_topic=PERSON,
            person_ref=self.id,
            agency=act.agency,
            foreign=said.nationality != HOME,
        )

    def order_temporary_custody(self, said: OrderTemporaryCustody, act: Act) -> None:
        """Take who is held into custody, for at most three days from when the body took them in."""
        if self.said_before(TemporaryCustodyOrdered, said, act):
            return
        self.refuse_unless_at(TemporaryCustodyOrdered, act)
        article = CUSTODY_STEPS[TemporaryCustodyOrdered].article
        if self.measure != "held" or self.held_as is None:
            raise refusals.not_bound_so(self.measure, "held", article)
        self._refuse_unless_in_charge(act, None, article)
        fitting = CUSTODY_REASONS.get(self.held_as)
        if said.reason != fitting:
            raise refusals.reason_does_not_fit(said.reason, self.held_as, fitting)
        if not self.held_at <= said.since < said.to:
            raise refusals.custody_span(said.since, self.held_at, said.to)
        if self.case_id is not None and said.case_id not in (None, self.case_id):
            raise refusals.another_case(self.case_id)
        days = periods.custody_days(act.on)
        latest = periods.days_after(said.since, days)
        if said.to > latest:
            raise refusals.custody_too_long(days, latest)
        self.record(
            TemporaryCustodyOrdered,
            said,
            act,
            person_ref=self.id,
            agency=act.agency,
            latest=latest,
        )

    def extend_temporary_custody(self, said: ExtendTemporaryCustody, act: Act) -> None:
        """Ask for more custody, or decide on it as the procuracy: at most twice."""
        if self.said_before(TemporaryCustodyExtended, said, act):
            return
        self.refuse_unless_at(TemporaryCustodyExtended, act)
        article = CUSTODY_STEPS[TemporaryCustodyExtended].article
        if self.measure != "custody" or self.custody_until is None:
            raise refusals.not_bound_so(self.measure, "custody", article)
        there = periods.custody_extensions(act.on)
        if said.seq > len(there):
            raise refusals.no_third_extension(said.seq, len(there))
        if said.seq != self.custody_given + 1:
            raise refusals.extension_out_of_turn(self.custody_given + 1, article)
        if said.stage == "requested":
            self._refuse_request(said, act, article)
        else:
            self._refuse_decision(said, act, article)
        if said.to is not None:
            length = there[said.seq - 1].length
            assert length is not None
            latest = max(
                self.custody_until + timedelta(days=length.n),
                periods.days_after(self.custody_until - timedelta(seconds=1), length.n),
            )
            if not self.custody_until < said.to <= latest:
                raise refusals.custody_too_long(length.n, latest)
        self.record(TemporaryCustodyExtended, said, act, person_ref=self.id, agency=act.agency)

    def _refuse_request(self, said: ExtendTemporaryCustody, act: Act, article: str) -> None:
        self._refuse_unless_in_charge(act, None, article)
        if self.custody_asked is not None:
            raise refusals.extension_out_of_turn(said.seq, article)
        if said.sent_to is None or said.granted is not None or said.to is None:
            raise refusals.extension_fields("/sent_to")
        refuse_unless_procuracy(said.sent_to, act, article)

    def _refuse_decision(self, said: ExtendTemporaryCustody, act: Act, article: str) -> None:
        if self.custody_asked is None or self.custody_asked_on is None:
            raise refusals.extension_out_of_turn(said.seq, article)
        if not supervises(act, self.holder):
            raise not_supervising(act.agency, self.holder, article)
        if acting_as(act, (self.custody_asked,), self.custody_asked_on) is None:
            raise refusals.not_asked(act.agency, self.custody_asked, article)
        fits = said.granted is not None and said.granted == (said.to is not None)
        if not fits or said.sent_to is not None:
            raise refusals.extension_fields("/granted")

    @property
    def held_at(self) -> datetime:
        """When the person was last held."""
        return self._held_at

    def is_timely(self, event: Event) -> bool:
        """Nor is anybody in custody before they were held."""
        if isinstance(event, TemporaryCustodyOrdered) and not self._held_at <= event.since:
            return False
        return super().is_timely(event)

    def _held(self, event: SuspectApprehended) -> None:
        """For `evolve`: held; an accused stays accused, whoever is at large anew is held."""
        self.measure, self.held_as, self._held_at = "held", event.kind, event.timestamp
        self.identity = event.identity or self.identity
        self.under_18 = event.under_18
        self._passes(event, event.agency)
        if self.stage == "WANTED":
            self._moves(self.before_wanted, event)
        elif self.stage == "RELEASED":
            self._moves("HELD", event)
        self._settles(event)

    def _in_custody(self, event: TemporaryCustodyOrdered) -> None:
        self.measure = "custody"
        self.custody_since, self.custody_until = event.since, event.to
        self.custody_given, self.custody_asked, self.custody_asked_on = 0, None, None
        self._passes(event, event.agency)
        if self.stage == "HELD":
            self._moves("CUSTODY", event)

    def _custody_extended(self, event: TemporaryCustodyExtended) -> None:
        if event.stage == "requested":
            self.custody_asked, self.custody_asked_on = event.sent_to, day_of(event.timestamp)
            return
        self.custody_asked = self.custody_asked_on = None
        if event.granted and event.to is not None:
            self.custody_until, self.custody_given = event.to, event.seq


def refuse_impossible_hold(said: ApprehendSuspect, act: Act, *, first: bool = False) -> None:
    """Raises `Refused` for a hold without its order, or beyond the body, or out of nothing."""
    if said.kind in WARRANTED and said.warrant_ref is None:
        raise refusals.order_needed(said.kind, WARRANTED[said.kind])
    if kind_of(act.agency) == "CAX" and said.kind not in COMMUNE_KINDS:
        raise refusals.only_these_kinds(act.agency, sorted(COMMUNE_KINDS))
    if first and said.kind not in FIRST_KINDS:
        raise refusals.kind_not_from_here(said.kind, "chưa có hồ sơ", "no record yet")
