"""A case before the courts of Nghệ An, from the day its file reached the regional court.

`Docket` is the courts' half of a case alone, so that these tests do not depend on what comes
before; the whole case is played in tests/stories.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from services.cases.lists import Offence
from services.cases.stages import Step
from services.cases.trials.domain import TRIAL_STAGES, TRIAL_STEPS, OnTrial
from services.cases.trials.events import (
    AcceptCase,
    Attendance,
    ConfirmEffect,
    DecideTrialFormat,
    DeliverJudgment,
    FileAppeal,
    FileProtest,
    HoldTrial,
    OpenTrial,
    OrderExecution,
    OrderTrial,
    PostponeTrial,
    PronounceAppellateJudgment,
    PronounceJudgment,
    TrialEvent,
)
from services.cases.trials.sentencing import Judged, Penalty
from shared.domain import Command, Event, FirstEvent
from tests.cases.examples import COURT, POLICE, REGIONAL_COURT, act, at, folded

APPELLATE_COURT = "TPT_TANDTC-VN"
HIGH_COURT = "TAND_CC-VN"
SUPREME_COURT = "TANDTC-VN"
FOREIGN_COURT = "TAND_TINH-P34-22"
DISTRICT_COURT = "TAND_HUYEN-P63-22-205"
OLD_PROVINCIAL_COURT = "TAND_TINH-P63-22"
HEIR_COURT = "TAND_KV-P34-22"
"""Of the district court, since 1/7/2025; FOREIGN_COURT is that of its province."""

THUY = UUID(int=0xA1)
MANH = UUID(int=0xA2)
VICTIM = UUID(int=0xB1)
NOBODY = UUID(int=0xFF)
ID = UUID(int=0xCA5E)

STAGES = {
    "INDICTED": ("Tòa án đã nhận hồ sơ", "file with the court"),
    "INVESTIGATION": ("điều tra", "investigation"),
    "DISCONTINUED": ("đình chỉ", "discontinued"),
    **TRIAL_STAGES,
}


class ReachCourt(Command):
    """What comes before."""

    offences: tuple[Offence, ...] = (Offence(article="150", clause=2),)
    accused: tuple[UUID, ...] = (THUY, MANH)


class FileReachedCourt(FirstEvent, ReachCourt):
    """The file is with the court."""

    TOPIC: ClassVar[str] = "trials_examples.file_reached_court.v1"

    agency: str


class PassFile(Command):
    """The file goes on."""

    to: str


class FilePassed(Event, PassFile):
    """The file went on."""

    TOPIC: ClassVar[str] = "trials_examples.file_passed.v1"


class Docket(OnTrial):
    """The courts' half of a case."""

    KIND = "case"
    TOPIC = "trials_examples.docket"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = STAGES
    STEPS: ClassVar[Mapping[type[Event], Step]] = TRIAL_STEPS

    @classmethod
    def reach(cls, said: ReachCourt, court: str, moment: str) -> "Docket":
        return cls.begin(FileReachedCourt, said, act(court, moment), id=ID, agency=court)

    def pass_file(self, to: str, moment: str | datetime) -> None:
        self.record(FilePassed, PassFile(to=to), act(to, moment))

    def state(self) -> dict[str, object]:
        return {**self._standing(), "trial": self._trial_state()}

    def evolve(self, event: FileReachedCourt | FilePassed | TrialEvent) -> None:
        match event:
            case FileReachedCourt():
                self.offences, self.accused, self.stopped = event.offences, event.accused, {}
                self._begins("INDICTED", event, event.agency)
            case FilePassed():
                self._passes(event, event.to)
            case _:
                self._tried(event)


THERE = Attendance(accused=2, victims=1, public=40)
ACCEPT = AcceptCase(level="first_instance", docket_no="31/2025/TLST-HS", file_complete=True)
ORDER = OrderTrial(
    decision_ref="40/2025/QĐXXST-HS",
    scheduled=at("2025-09-22T07:30"),
    place="Trụ sở Tòa án nhân dân khu vực",
    persons_summoned=9,
)
OPEN = OpenTrial(step="opened", attendance=THERE)
CLOSE_ARGUMENTS = OpenTrial(step="arguments_closed")
LAST_SESSION = HoldTrial(outcome="closed", attendance=THERE)
MOBILE = DecideTrialFormat(
    format="mobile", reason="education", requested_by="138", victims_consent=True
)
CLOSED = DecideTrialFormat(format="closed", reason="victim_request", requested_by="victim")
POSTPONE = PostponeTrial(reason="counsel_absent", resume_at=at("2025-10-22T07:30"))


def prison(months: int, **other: Any) -> Penalty:
    return Penalty(kind="imprisonment", months=months, **other)


def convicted(ref: UUID = THUY, months: int = 108, **other: Any) -> Judged:
    """Sentenced under 150(2): 8 to 15 years."""
    fields = {"article": "150", "clause": 2, "outcome": "convicted", "penalties": (prison(months),)}
    return Judged(ref=ref, **(fields | other))


def acquitted(ref: UUID = MANH) -> Judged:
    return Judged(ref=ref, article="150", clause=2, outcome="acquitted")


JUDGE = PronounceJudgment(
    judgment_no="44/2025/HS-ST",
    per_accused=(convicted(THUY), convicted(MANH, 96)),
    compensation_to_victims_vnd=120_000_000,
)
APPEAL = FileAppeal(appellant=THUY, filing_channel="detention")
PROTEST = FileProtest(kind="appeal", direction="against", decision_ref="05/QĐ-VKS")
ACCEPT_APPEAL = AcceptCase(level="appeal", docket_no="77/2025/TLPT-HS", file_complete=True)
ORDER_APPEAL = OrderTrial(
    decision_ref="80/2025/QĐXXPT-HS",
    scheduled=at("2025-11-24T07:30"),
    place="Trụ sở Tòa án nhân dân tỉnh Nghệ An",
)
UPHOLD = PronounceAppellateJudgment(judgment_no="90/2025/HS-PT", outcome="upheld")
IN_FORCE = ConfirmEffect(reason="no_appeal")
EXECUTE = OrderExecution(accused_ref=THUY, decision_ref="12/2025/QĐ-CA", executing_agency=POLICE)
DELIVER = DeliverJudgment(level="first_instance", recipient=VICTIM, medium="post")

Does = Callable[[Docket, Any, Any], None]
CALENDAR: tuple[tuple[str, Does, Command, str, str], ...] = (
    ("accepted", Docket.accept_case, ACCEPT, REGIONAL_COURT, "2025-08-19T08:00"),
    ("ordered", Docket.order_trial, ORDER, REGIONAL_COURT, "2025-09-08T09:00"),
    ("opened", Docket.open_trial, OPEN, REGIONAL_COURT, "2025-09-22T07:45"),
    ("argued", Docket.open_trial, CLOSE_ARGUMENTS, REGIONAL_COURT, "2025-09-23T10:00"),
    ("judged", Docket.pronounce_judgment, JUDGE, REGIONAL_COURT, "2025-09-24T09:00"),
    ("appealed", Docket.file_appeal, APPEAL, REGIONAL_COURT, "2025-10-06"),
    ("appeal_accepted", Docket.accept_case, ACCEPT_APPEAL, COURT, "2025-10-21T08:00"),
    ("appeal_ordered", Docket.order_trial, ORDER_APPEAL, COURT, "2025-11-10T08:00"),
    ("appeal_opened", Docket.open_trial, OPEN, COURT, "2025-11-24T07:40"),
    ("upheld", Docket.pronounce_appellate_judgment, UPHOLD, COURT, "2025-11-25T11:00"),
    ("executed", Docket.order_execution, EXECUTE, REGIONAL_COURT, "2025-12-01T09:00"),
)
"""The judgment may be appealed until 9/10/2025 and protested until 24/10/2025."""


def docket(until: str = "", said: ReachCourt | None = None) -> Docket:
    """A case at a point of the calendar; nothing is pending."""
    case = Docket.reach(said or ReachCourt(), REGIONAL_COURT, "2025-08-18T09:00")
    for name, does, command, by, moment in CALENDAR if until else ():
        if name == "appeal_accepted":
            case.pass_file(COURT, "2025-10-20T15:00")
        does(case, command, act(by, moment))
        if name == until:
            break
    read: Docket = folded(case.collect_events())
    return read


def in_force() -> Docket:
    """A case whose judgment nobody contested."""
    case = docket("judged")
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25T08:00"))
    case.collect_events()
    return case


def last(case: Docket) -> Any:
    """The latest fact."""
    return case.trial_events[-1]


def later(moment: str, **time: int) -> str:
    """A moment moved, as the examples write moments."""
    return (at(moment) + timedelta(**time)).replace(tzinfo=None).isoformat()
