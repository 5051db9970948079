"""What is said of one running period: opened, extended, recomputed, warned of, missed, met, closed.

All that a reading needs is frozen into the opening event, so that a replay never depends on today's
table of periods. The engine records these facts; no agency sends them.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Day, Line

PARTIES_MAX = 12_000
"""Bodies that one period binds: every commune of the country and some to spare."""
SUBJECTS_MAX = 200
ALARMS_MAX = 8
CODES_MAX = 12

Level = Literal["info", "warn", "critical"]
Unit = Literal["hour", "day", "working_day", "month", "year", "school_year"]
RuleId = Annotated[str, Field(max_length=64, pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")]
Seconds = Annotated[int, Field(ge=0)]
Parties = Annotated[tuple[AgencyRef, ...], Field(max_length=PARTIES_MAX)]


class Duration(Value):
    """A number of units, as the law gives it."""

    n: Annotated[int, Field(ge=0, le=10_000)]
    unit: Unit


class Alarm(Value):
    """A moment at which the clock raises a warning."""

    at: AwareDatetime
    level: Level
    why: Literal["ahead", "last_day_to_ask", "elapsed"]
    """`last_day_to_ask`: the law wants an extension asked for by then; `elapsed`: *ngay* lasts."""


class Reckoned(Command):
    """Where a period ends, and how that came about."""

    length: Duration | None
    """None when a paper states the day."""
    because: tuple[Line, ...] = Field(default=(), max_length=CODES_MAX)
    """Why this length: codes such as `class:RNT`, `level:HIGH`, `share:1/2`."""
    last_day: Day | None
    """As counted, before it was moved off a day off; None for what ends by the hour."""
    due: AwareDatetime
    """The first moment that is too late."""
    ends_on: Day
    """The last day that is in time, moved off days off."""
    moved: bool = False
    """Whether the last day was a day off and became the next working day."""
    alarms: tuple[Alarm, ...] = Field(default=(), max_length=ALARMS_MAX)


class OpenDeadline(Reckoned):
    """A fact starts a period."""

    rule: RuleId
    part: Annotated[str, Field(max_length=64)] = ""
    """Which of several periods that one rule starts, e.g. `SUPERIOR`, or the rule halved."""
    title_vi: Line
    title_en: Line
    law: Line
    article: Line
    regime: Line
    confidence: Line
    limit: Line
    anchor: Line
    counting: Line
    start_event: UUID
    start_topic: Line
    started_at: AwareDatetime
    """The moment from which it is counted."""
    subject: Line
    """What it is about, `<kind>:<id>`."""
    around: tuple[Line, ...] = Field(default=(), max_length=SUBJECTS_MAX)
    """All that the starting fact is about."""
    parties: Parties = ()
    """The bodies that it binds; empty when only the law's own words are known."""
    responsible: Line
    """Whom it binds, in the words of the table."""
    never_critical: Parties = ()
    """Procuracy, courts, Fatherland Front: nobody orders them."""
    miss_at: AwareDatetime | None
    """When the clock calls it missed; None for *ngay*, which the law gives no figure."""
    recorded_late: bool = False
    """The starting fact was recorded more than a day after it happened."""


class DeadlineOpened(FirstEvent, OpenDeadline):
    """A statutory or ordered period began to run."""

    TOPIC: ClassVar[str] = "deadlines.deadline_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Bắt đầu tính thời hạn", "Deadline opened")
    SOURCE: ClassVar[str] = "BLTTHS Điều 134; thiết kế"


class ExtendDeadline(Reckoned):
    """Somebody competent makes a period longer."""

    seq: Annotated[int, Field(ge=1, le=99)]
    by_event: UUID
    by_topic: Line
    decided_by: AgencyRef
    approver: Line
    """Who may, in the words of the table."""
    article: Line
    asked_at: AwareDatetime | None = None
    flags: tuple[Literal["asked_late", "not_in_table", "out_of_turn", "capped"], ...] = ()
    """`not_in_table`: the table has no such extension, so the end did not move."""
    granted: Duration | None = None
    """The length that the decision itself gives, of which no more counts than the table has."""
    until: Line | None = None
    """The day or moment at which the decision itself ends it, as it is stated."""
    miss_at: AwareDatetime | None


class DeadlineExtended(Event, ExtendDeadline):
    """A period was made longer."""

    TOPIC: ClassVar[str] = "deadlines.deadline_extended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Gia hạn", "Deadline extended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 147, 172, 173, 240, 277; catalogue rule 6"


class RecomputeDeadline(Reckoned):
    """A fact that a period was counted from is another one now."""

    why: Literal["reclassified", "corrected", "term_changed", "other_period_moved", "handed_over"]
    by_event: UUID
    by_topic: Line
    started_at: AwareDatetime
    miss_at: AwareDatetime | None
    parties: Parties | None = None
    """The bodies that it binds from now on; None: the same as before."""


class DeadlineRecomputed(Event, RecomputeDeadline):
    """A running period was counted anew."""

    TOPIC: ClassVar[str] = "deadlines.deadline_recomputed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Tính lại thời hạn", "Deadline recomputed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 172(4); catalogue rule 7"


class MeetDeadline(Command):
    """What the period is for has happened."""

    by_event: UUID
    by_topic: Line
    party: AgencyRef | None = None
    """Which of its bodies is done; None: all."""


class DeadlineMet(Event, MeetDeadline):
    """What the period is for happened, in time or late."""

    TOPIC: ClassVar[str] = "deadlines.deadline_met.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Hoàn thành trong thời hạn hoặc muộn", "Deadline met")
    SOURCE: ClassVar[str] = "thiết kế"

    in_time: bool | None
    """None for *ngay*: the law gives no figure, the elapsed time is what can be said."""
    late_seconds: Seconds
    elapsed_seconds: Seconds
    left: Parties
    """The bodies that are still bound."""


class CloseDeadline(Command):
    """Nothing is expected any more."""

    by_event: UUID
    by_topic: Line
    reason: Literal["cancelled", "matter_ended", "fact_withdrawn"]
    party: AgencyRef | None = None


class DeadlineClosed(Event, CloseDeadline):
    """A period ended without being met."""

    TOPIC: ClassVar[str] = "deadlines.deadline_closed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Chấm dứt thời hạn", "Deadline closed")
    SOURCE: ClassVar[str] = "catalogue rule 11; thiết kế"

    left: Parties


class RaiseDeadlineWarning(Command):
    """The clock has reached a warning's moment."""

    alarm: Alarm


class DeadlineWarningRaised(Event, RaiseDeadlineWarning):
    """A period will soon be over, or *ngay* has lasted long."""

    TOPIC: ClassVar[str] = "deadlines.deadline_warning_raised.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Cảnh báo sắp đến hạn", "Deadline warning raised")
    SOURCE: ClassVar[str] = "BLTTHS Điều 147, 172, 173; catalogue 103"

    rule: RuleId
    title_vi: Line
    title_en: Line
    subject: Line
    due: AwareDatetime
    ends_on: Day
    level: Level
    remaining_seconds: int
    """Negative for *ngay*: the time that has gone by."""
    to: Parties


class MissDeadline(Command):
    """The clock has reached the end of a period."""

    due: AwareDatetime
    detected_at: AwareDatetime


class DeadlineMissed(Event, MissDeadline):
    """A period ended and what it is for is not recorded. Legal effect: none by itself."""

    TOPIC: ClassVar[str] = "deadlines.deadline_missed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Quá hạn", "Deadline missed")
    SOURCE: ClassVar[str] = "catalogue 104, rule 12"

    rule: RuleId
    title_vi: Line
    title_en: Line
    subject: Line
    ends_on: Day
    level: Level
    responsible: Parties
    """The bodies that are late."""
    critical: Parties
    """Those of them for which being late is critical."""


DeadlineEvent = (
    DeadlineOpened
    | DeadlineExtended
    | DeadlineRecomputed
    | DeadlineMet
    | DeadlineClosed
    | DeadlineWarningRaised
    | DeadlineMissed
)
