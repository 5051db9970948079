"""A case before a court: accepted, sent to trial, heard in sessions, postponed. Pure.

`hearing` says how far the trial of the present level is; the stages of the law stand beside it,
because an appeal is one stage with a hearing of its own.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.cases import refusals as any_stage
from services.cases.lists import Offence, in_force
from services.cases.proceedings.gravity import court_warning
from services.cases.stages import Staged
from services.cases.trials import refusals
from services.cases.trials.codes import FORMAT_REASONS, CourtLevel, TrialFormat
from services.cases.trials.courts import FIRST_INSTANCE, hears_appeals_from, present
from services.cases.trials.events import (
    AcceptCase,
    CaseAcceptedByCourt,
    DecideTrialFormat,
    HearingEvent,
    HoldTrial,
    OpenTrial,
    OrderTrial,
    PostponeTrial,
    Protection,
    TrialEvent,
    TrialFormatDecided,
    TrialHeld,
    TrialOpened,
    TrialOrdered,
    TrialPostponed,
)
from services.cases.trials.periods import SUSPENSION_DAYS_MAX, after_days, last_day
from shared.actor import VIETNAM, Act
from shared.domain import Command, Event, repeats

CHILD_ARTICLES: frozenset[str] = frozenset({"151", "152", "153"})
"""Offences whose victim is under 16 by their very wording."""
LASTING: frozenset[TrialFormat] = frozenset({"closed", "juvenile_friendly"})
"""Formats that protect persons and so hold on appeal too."""
GOING_ON = frozenset({"open", "arguments_closed"})
NEW_TRIAL = frozenset({"INDICTED", "TRIAL_PREPARATION", "REVIEW"})
DECIDED = frozenset({"JUDGED", "IN_FORCE", "EXECUTION"})


class AtCourt(Staged):
    """The hearings of a case. Of what comes before trial it knows what stands first below."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        offences: tuple[Offence, ...]
        accused: tuple[UUID, ...]
        stopped: dict[UUID, str]
        level: CourtLevel
        hearing: str
        """Of this level: "", accepted, ordered, open, arguments_closed or closed."""
        court: str
        """The court of first instance; "" before one accepted the case."""
        appeal_court: str
        formats: tuple[TrialFormat, ...]
        sessions: int
        """How many were held of this hearing."""
        sitting: tuple[str, CourtLevel] | None
        """Court and level of a hearing whose last session has not been recorded yet."""
        opened_at: datetime | None
        late_remedy: bool
        """A late appeal or protest waits for the appellate court to say if it is heard (335)."""
        trial_events: tuple[TrialEvent, ...]
        """What was recorded before the courts; what repeats one of them is not news."""

    publicity_consent = False
    level = "first_instance"
    hearing = court = appeal_court = docket_no = ""
    formats = trial_events = ()
    sessions = 0
    sitting = opened_at = None
    late_remedy = False

    @property
    def closed_trial_granted(self) -> bool:
        """Whether the public is shut out to protect somebody or something."""
        return "closed" in self.formats

    @property
    def about_a_child(self) -> bool:
        """Whether the victim of an offence is a child by its very wording."""
        return any(each.article in CHILD_ARTICLES for each in self.offences)

    def accept_case(self, said: AcceptCase, act: Act) -> None:
        """Take the case on the docket: of first instance, or of appeal."""
        if self._said_before(CaseAcceptedByCourt, said, act):
            return
        self._refuse_unless_ready(CaseAcceptedByCourt, act)
        warning = None
        if said.level == "first_instance":
            self._refuse_first_instance(said, act)
            warning = court_warning(act.agency, self.offences, act.on)
        else:
            self._refuse_appeal(act)
        self.record(CaseAcceptedByCourt, said, act, agency=act.agency, court_warning=warning)

    def order_trial(self, said: OrderTrial, act: Act) -> None:
        """Send the case to trial; its place and publicity follow from the formats decided."""
        if self._said_before(TrialOrdered, said, act):
            return
        self._refuse_unless_ready(TrialOrdered, act)
        self._refuse_unless_here()
        if self.stage == "APPEALED" and self.hearing != "accepted":
            raise refusals.hearing_stands_at(self.hearing, "BLTTHS Điều 346")
        if said.scheduled <= act.at:
            raise refusals.not_after("/scheduled", act, "BLTTHS Điều 255")
        self.record(
            TrialOrdered,
            said,
            act,
            agency=act.agency,
            level=self.level,
            public=not self.closed_trial_granted,
            mobile="mobile" in self.formats,
        )

    def decide_trial_format(self, said: DecideTrialFormat, act: Act) -> None:
        """Decide where and how the trial is held, with the victims' protections."""
        if self._said_before(TrialFormatDecided, said, act):
            return
        self._refuse_unless_ready(TrialFormatDecided, act)
        self._refuse_unless_here()
        for of, code in (("trial_format", said.format), ("trial_reason", said.reason)):
            if not in_force(of, code, act.on):
                pointer = f"/{of.removeprefix('trial_')}"
                raise any_stage.code_not_in_force(pointer, code, act, refusals.FORMAT)
        if said.reason not in FORMAT_REASONS[said.format]:
            raise refusals.reason_does_not_carry(said.format, FORMAT_REASONS[said.format])
        standing = self._protections(said)
        if standing and said.override_reason is None:
            raise refusals.victims_protected(standing)
        self.record(
            TrialFormatDecided,
            said,
            act,
            agency=act.agency,
            level=self.level,
            overridden=standing,
        )

    def open_trial(self, said: OpenTrial, act: Act) -> None:
        """Open the hearing, or close its arguments."""
        if self._said_before(TrialOpened, said, act):
            return
        self._refuse_unless_ready(TrialOpened, act)
        self._refuse_unless_here()
        if self.hearing != ("ordered" if said.step == "opened" else "open"):
            raise refusals.hearing_stands_at(self.hearing, refusals.OPENING)
        if said.step == "opened" and said.attendance is None:
            raise refusals.attendance_needed()
        self._refuse_before_opening(act)
        self.record(
            TrialOpened, said, act, agency=act.agency, level=self.level, formats=self.formats
        )

    def hold_trial(self, said: HoldTrial, act: Act) -> None:
        """End a session of the hearing: until another time, or for good."""
        if self._said_before(TrialHeld, said, act):
            return
        self._refuse_wrong_stage(TrialHeld)
        over = said.outcome == "adjourned" and self.hearing not in GOING_ON
        if self.sitting is None or over:
            raise refusals.hearing_stands_at(self.hearing, refusals.OPENING)
        court, level = self.sitting
        self._refuse_other_courts(act, (court,), refusals.OPENING)
        self._refuse_before_opening(act)
        if (said.outcome == "adjourned") != (said.resumes_at is not None):
            raise refusals.resumption_misplaced(said.outcome)
        if said.resumes_at is not None:
            self._refuse_long_pause(said.resumes_at, act)
        self.record(
            TrialHeld,
            said,
            act,
            agency=act.agency,
            level=level,
            session=self.sessions + 1,
            formats=self.formats,
        )

    def postpone_trial(self, said: PostponeTrial, act: Act) -> None:
        """Put the hearing off for thirty days at most; it starts anew."""
        if self._said_before(TrialPostponed, said, act):
            return
        self._refuse_unless_ready(TrialPostponed, act)
        self._refuse_unless_here()
        if self.hearing != "ordered" and self.hearing not in GOING_ON:
            raise refusals.hearing_stands_at(self.hearing, refusals.POSTPONEMENT)
        self._refuse_before_opening(act)
        last = last_day("TRIAL-POSTPONE", act.on)
        _refuse_outside(
            said.resume_at, last, act, "/resume_at", refusals.POSTPONEMENT, _POSTPONEMENT
        )
        self.record(TrialPostponed, said, act, agency=act.agency, level=self.level)

    def _refuse_first_instance(self, said: AcceptCase, act: Act) -> None:
        if self.stage not in NEW_TRIAL:
            raise any_stage.wrong_stage(self, CaseAcceptedByCourt, "BLTTHS Điều 276")
        if self.stage == "TRIAL_PREPARATION" and self.hearing:
            raise refusals.accepted_already(self.docket_no)
        if act.by.type_code not in FIRST_INSTANCE:
            raise refusals.not_its_level(act, said.level)
        if not said.file_complete:
            raise refusals.file_incomplete()

    def _refuse_appeal(self, act: Act) -> None:
        if self.stage in ("INDICTED", "TRIAL_PREPARATION"):
            raise any_stage.wrong_stage(self, CaseAcceptedByCourt, "BLTTHS Điều 340")
        if self.stage in DECIDED and not self.late_remedy:
            raise refusals.nothing_to_hear()
        if self.stage == "APPEALED" and self.level == "appeal":
            raise refusals.accepted_already(self.docket_no)
        if not hears_appeals_from(act, self.court):
            raise refusals.not_its_level(act, "appeal")

    def _refuse_unless_ready(self, event: type[Event], act: Act) -> None:
        """The file is here, at its stage, and not on its way to somebody else."""
        self.refuse_unless_at(event, act)
        self.refuse_while_on_its_way(self.STEPS[event].article)

    def _refuse_unless_here(self) -> None:
        """A step of a hearing needs a court that has accepted the case at this level."""
        if not self.hearing or (self.stage == "APPEALED" and self.level != "appeal"):
            raise refusals.not_accepted()

    def _refuse_before_opening(self, act: Act) -> None:
        if self.opened_at is not None and act.at < self.opened_at:
            raise refusals.before_opening(act, self.opened_at)

    def _refuse_long_pause(self, resumes_at: datetime, act: Act) -> None:
        """Five days; once the arguments are closed, as long as deliberation may take."""
        if self.hearing == "arguments_closed":
            last, rule = last_day("TRIAL-DELIB", act.on), refusals.DELIBERATION
        else:
            last, rule = after_days(act.on, SUSPENSION_DAYS_MAX), refusals.SUSPENSION
        _refuse_outside(resumes_at, last, act, "/resumes_at", rule, _PAUSE)

    def _refuse_wrong_stage(self, event: type[Event]) -> None:
        row = self.STEPS[event]
        if self.stage not in row.before:
            raise any_stage.wrong_stage(self, event, row.article)

    def _refuse_other_courts(self, act: Act, courts: Iterable[str], rule: str) -> None:
        """Raises `NotAllowed` unless one of them, or its heir of the day, acts."""
        known = [each for each in courts if each]
        if not any(act.agency in present(each, act.on, act.register) for each in known):
            raise refusals.not_this_court(act, known, rule)

    def _protections(self, said: DecideTrialFormat) -> tuple[Protection, ...]:
        """What stands against showing the trial to the public where people live."""
        if said.format != "mobile" and not said.publicity:
            return ()
        rows: tuple[tuple[Protection, bool], ...] = (
            ("closed_trial", self.closed_trial_granted or said.format == "closed"),
            ("child_victim", self.about_a_child or said.child_victim),
            ("no_consent", not (self.publicity_consent or said.victims_consent)),
        )
        return tuple(name for name, stands in rows if stands)

    def _said_before(self, event: type[Event], said: Command, act: Act) -> bool:
        """Whether the same court has said the same of the same moment: then it is not news."""
        return any(
            type(each) is event
            and each.timestamp == act.at
            and each.agency == act.agency
            and repeats(said, each)
            for each in self.trial_events
        )

    def _heard(self, event: HearingEvent) -> None:
        """For `evolve`: a fact of the hearing."""
        match event:
            case CaseAcceptedByCourt():
                self._takes_on(event)
            case TrialOrdered():
                self.hearing = "ordered"
                if self.stage == "TRIAL_PREPARATION":
                    self._moves("TRIAL_ORDERED", event)
            case TrialFormatDecided():
                self._takes_format(event)
            case TrialOpened():
                self._opens(event)
            case TrialHeld():
                self._holds(event)
            case TrialPostponed():
                self._postpones(event)
            case _:
                assert_never(event)

    def _takes_on(self, event: CaseAcceptedByCourt) -> None:
        """A court has the case at a level."""
        self.level, self.hearing, self.docket_no = event.level, "accepted", event.docket_no
        self.sitting, self.opened_at, self.sessions = None, None, 0
        self.formats = tuple(each for each in self.formats if each in LASTING)
        if event.level == "first_instance":
            self.court, self.appeal_court = event.agency, ""
            self._moves("TRIAL_PREPARATION", event)
            return
        self.appeal_court, self.late_remedy = event.agency, False
        if self.stage != "APPEALED":
            self._moves("APPEALED", event)

    def _takes_format(self, event: TrialFormatDecided) -> None:
        """Closed shuts out mobile; a court may override that with its reason."""
        gone = {event.format} | ({"mobile"} if event.format == "closed" else set())
        kept = tuple(each for each in self.formats if each not in gone)
        self.formats = (*kept, event.format)

    def _opens(self, event: TrialOpened) -> None:
        if event.step == "arguments_closed":
            self.hearing = "arguments_closed"
            return
        self.hearing, self.opened_at, self.sessions = "open", event.timestamp, 0
        self.sitting = (event.agency, event.level)
        if self.stage == "TRIAL_ORDERED":
            self._moves("TRIAL", event)

    def _holds(self, event: TrialHeld) -> None:
        self.sessions = event.session
        if event.outcome == "closed":
            self.sitting = None
            if self.hearing == "open" and event.level == self.level:
                self.hearing = "closed"

    def _postpones(self, event: TrialPostponed) -> None:
        """Back to where it was ordered, to start from the beginning."""
        self.hearing, self.sitting, self.opened_at, self.sessions = "ordered", None, None, 0
        if self.stage == "TRIAL":
            self._moves("TRIAL_ORDERED", event)


_POSTPONEMENT = ("Hoãn phiên tòa", "A postponement")
_PAUSE = ("Tạm ngừng, nghị án", "A pause or deliberation")


def _refuse_outside(
    moment: datetime, last: date, act: Act, pointer: str, rule: str, what: tuple[str, str]
) -> None:
    if moment <= act.at:
        raise refusals.not_after(pointer, act, rule)
    if moment.astimezone(VIETNAM).date() > last:
        raise refusals.too_long(pointer, last, rule, what)
