"""Until when a tip is verified, and how far that may be moved (BLTTHS 147). Pure.

Lengths come from the dated table of periods. The clock (services/deadlines) says what is due when;
here only what a decision may say is checked, and whether it was asked for in time.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.cases.tips import refusals
from services.cases.tips.events import ExtendTipVerification, TipVerificationExtended
from services.cases.tips.receivers import body_of
from shared.actor import VIETNAM, Act
from shared.reference.calendar import load_calendar, months_after
from shared.reference.deadlines import Period, load_periods
from shared.standing import acting_as, agency_of

RULE = "TIP-RESOLVE"


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions of one tip so far: the head's, then the procuracy's, each once."""

    since: date
    """The day on which a competent body received the tip."""
    given: int = 0
    until: date | None = None
    """Last day as extended."""
    asked_of: str | None = None
    """The procuracy that has still to decide."""
    asked_on: date | None = None

    def late(self, said: ExtendTipVerification, act: Act) -> bool:
        """Whether this comes later than the law has it: valid, but marked. Raises `Refused` for
        what may not be decided at all, `RegisterError` for days outside table or calendar."""
        if said.seq == 1:
            return self._by_head(said, act)
        if said.stage == "requested":
            return self._asked(said, act)
        return self._by_procuracy(said, act)

    def after(self, event: TipVerificationExtended) -> "Extensions":
        """With one more fact."""
        if event.stage == "requested":
            day = event.timestamp.astimezone(VIETNAM).date()
            return replace(self, asked_of=event.to, asked_on=day)
        until = event.until or self.until
        given = self.given + bool(event.granted)
        return replace(self, given=given, until=until, asked_of=None, asked_on=None)

    def _by_head(self, said: ExtendTipVerification, act: Act) -> bool:
        if said.stage != "decided" or said.granted is not True or said.to is not None:
            raise refusals.extension_fields("/stage")
        if self.given:
            raise refusals.extension_out_of_order(said.seq, self.given)
        period = self._period()
        length = period.extensions[0].length
        assert length is not None
        first = _moved(self.since + timedelta(days=getattr(period.length, "n", 0)))
        _refuse_length(said.until, first, _moved(months_after(self.since, length.n)))
        return act.on > first

    def _asked(self, said: ExtendTipVerification, act: Act) -> bool:
        if said.to is None or said.granted is not None or said.until is not None:
            raise refusals.extension_fields("/to")
        if self.given != 1 or self.until is None or self.asked_of is not None:
            raise refusals.extension_out_of_order(said.seq, self.given)
        agency_of(said.to, act.on, act.register, "/to")
        if body_of(said.to).receiver != "VKS":
            raise refusals.extension_fields("/to")
        before = self._period().extensions[1].request_before_expiry
        assert before is not None
        return act.on > self.until - timedelta(days=before.n)

    def _by_procuracy(self, said: ExtendTipVerification, act: Act) -> bool:
        if self.asked_of is None or self.asked_on is None or self.until is None:
            raise refusals.extension_out_of_order(said.seq, self.given)
        if acting_as(act, (self.asked_of,), self.asked_on) is None:
            raise refusals.not_asked(act.agency, self.asked_of)
        if said.granted is None or said.granted != (said.until is not None) or said.to is not None:
            raise refusals.extension_fields("/granted")
        length = self._period().extensions[1].length
        assert length is not None
        if said.granted:
            _refuse_length(said.until, self.until, _moved(months_after(self.until, length.n)))
        return act.on > self.until

    def _period(self) -> Period:
        """As it bound on the day on which it began to run."""
        return load_periods().period(RULE, self.since)


def _moved(day: date) -> date:
    """A period whose last day is a day off ends on the next working day (BLTTHS 134)."""
    return load_calendar().next_working_day(day)


def _refuse_length(until: date | None, after: date, latest: date) -> None:
    if until is None:
        raise refusals.extension_fields("/until")
    if not after < until <= latest:
        raise refusals.extension_length(after, latest)
