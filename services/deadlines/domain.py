"""What may become of a running period. Pure: no clock, no database, no network.

Its end moves only by `DeadlineExtended` and `DeadlineRecomputed`. Being missed is a mark, not an
end: what is late is still expected. A stop that happened in time but was recorded late is in time.
"""

from datetime import datetime
from typing import Self, assert_never
from uuid import UUID

from services.deadlines.events import (
    Alarm,
    CloseDeadline,
    DeadlineClosed,
    DeadlineEvent,
    DeadlineExtended,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineRecomputed,
    DeadlineWarningRaised,
    Duration,
    ExtendDeadline,
    Level,
    MeetDeadline,
    MissDeadline,
    OpenDeadline,
    RaiseDeadlineWarning,
    RecomputeDeadline,
)
from shared.actor import Act
from shared.domain import Aggregate

NOBODY = ("",)
"""Stands for the body of a period whose body is not known by name."""


class Deadline(Aggregate):
    """One period that one fact started."""

    KIND = "deadline"
    TOPIC = "deadline"

    @classmethod
    def open_deadline(cls, said: OpenDeadline, act: Act, *, id: UUID) -> Self:
        """Begin to count."""
        return cls.begin(DeadlineOpened, said, act, id=id)

    def extend_deadline(self, said: ExtendDeadline, act: Act) -> None:
        """Make it longer, as decided by whoever may; said once per deciding fact."""
        if self.is_over or (said.by_event, said.seq) in self._extended_by:
            return
        self.record(DeadlineExtended, said, act)

    def recompute_deadline(self, said: RecomputeDeadline, act: Act) -> None:
        """Count it anew, or bind other bodies; nothing is recorded when nothing changes."""
        if self.is_over or said.by_event in self._heard:
            return
        ends = (self.due, self.length, self.started_at)
        same_bodies = said.parties is None or said.parties == self.parties_left
        if (said.due, said.length, said.started_at) == ends and same_bodies:
            return
        self.record(DeadlineRecomputed, said, act)

    def meet_deadline(self, said: MeetDeadline, act: Act) -> None:
        """What it is for has happened, for one of its bodies or for all."""
        if not self._binds(said.party):
            return
        late = act.at - self.due
        elapsed = act.at - self.started_at
        self.record(
            DeadlineMet,
            said,
            act,
            in_time=None if self.miss_at is None else act.at < self.due,
            late_seconds=max(0, int(late.total_seconds())) if self.miss_at else 0,
            elapsed_seconds=max(0, int(elapsed.total_seconds())),
            left=self._left_without(said.party),
        )

    def close_deadline(self, said: CloseDeadline, act: Act) -> None:
        """Nothing more is expected, of one of its bodies or of all."""
        if self._binds(said.party):
            self.record(DeadlineClosed, said, act, left=self._left_without(said.party))

    def raise_deadline_warning(self, said: RaiseDeadlineWarning, act: Act) -> None:
        """Warn, once for each moment, while the alarm still stands and somebody is bound."""
        if self.is_over or said.alarm not in self.alarms or said.alarm in self._raised:
            return
        self.record(
            DeadlineWarningRaised,
            said,
            act,
            rule=self.rule,
            title_vi=self.opened.title_vi,
            title_en=self.opened.title_en,
            subject=self.subject,
            due=self.due,
            ends_on=self.ends_on,
            level=self._level(said.alarm.level),
            remaining_seconds=int((self.due - said.alarm.at).total_seconds()),
            to=self.parties_left,
        )

    def miss_deadline(self, said: MissDeadline, act: Act) -> None:
        """Mark it as missed, once for each end that it had; never before that end."""
        if self.is_over or self.miss_at is None or said.due != self.due or self.missed:
            return
        if said.detected_at < self.miss_at:
            return
        late = self.parties_left
        critical = tuple(each for each in late if each not in self.opened.never_critical)
        self.record(
            DeadlineMissed,
            said,
            act,
            rule=self.rule,
            title_vi=self.opened.title_vi,
            title_en=self.opened.title_en,
            subject=self.subject,
            ends_on=self.ends_on,
            level=self._level("critical"),
            responsible=late,
            critical=critical,
        )

    @property
    def subjects(self) -> tuple[str, ...]:
        """The period, what it is about, and all that the starting fact was about."""
        around = (self.opened.subject, *self.opened.around)
        return (f"{self.KIND}:{self.id}", *dict.fromkeys(around))

    @property
    def rule(self) -> str:
        """Id of the rule that it was opened by."""
        return self.opened.rule

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.opened.subject

    @property
    def begun_at(self) -> datetime:
        """When the fact that started it happened, or from when it is counted, the earlier."""
        return min(self.opened.timestamp, self.started_at)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of anybody."""
        return not self._left

    @property
    def parties_left(self) -> tuple[str, ...]:
        """The named bodies of which something is still expected."""
        return tuple(each for each in self._left if each)

    @property
    def missed(self) -> bool:
        """Whether the clock has called the end that it has now missed."""
        return self.due in self._missed

    @property
    def alarms_left(self) -> tuple[Alarm, ...]:
        """Warnings that have not been raised, the earliest first."""
        return tuple(each for each in self.alarms if each not in self._raised)

    def state(self) -> dict[str, object]:
        """The period as it stands, in JSON types."""
        opened = self.opened
        return {
            "id": str(self.id),
            "kind": self.KIND,
            "version": self.version,
            "rule": opened.rule,
            "part": opened.part,
            "title_vi": opened.title_vi,
            "title_en": opened.title_en,
            "law": opened.law,
            "article": opened.article,
            "regime": opened.regime,
            "confidence": opened.confidence,
            "counting": opened.counting,
            "limit": opened.limit,
            "subject": opened.subject,
            "start_event": str(opened.start_event),
            "start_topic": opened.start_topic,
            "started_at": self.started_at.isoformat(),
            "recorded_late": opened.recorded_late,
            "length": self.length.model_dump() if self.length else None,
            "because": list(self.because),
            "due": self.due.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "moved": self.moved,
            "state": "over" if self.is_over else "missed" if self.missed else "running",
            "parties": list(opened.parties),
            "parties_left": list(self.parties_left),
            "responsible": opened.responsible,
            "never_critical": list(opened.never_critical),
            "extensions": self.extensions,
            "in_time": self.in_time,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "closed": self.closed,
            "missed": self.missed,
        }

    def _binds(self, party: str | None) -> bool:
        return not self.is_over and (party is None or party in self._left)

    def _left_without(self, party: str | None) -> tuple[str, ...]:
        return () if party is None else tuple(x for x in self.parties_left if x != party)

    def _level(self, level: Level) -> Level:
        """Critical only when somebody whom one may order is still bound."""
        if level != "critical" or not self.parties_left:
            return level
        free = set(self.opened.never_critical)
        return "warn" if free >= set(self.parties_left) else level

    def evolve(self, event: DeadlineEvent) -> None:
        """Take a fact in."""
        match event:
            case DeadlineOpened():
                self.opened = event
                self.extensions: list[dict[str, object]] = []
                self.closed: str | None = None
                self.in_time: bool | None = None
                self.ended_at: datetime | None = None
                self._heard: set[UUID] = set()
                self.ended_by: set[UUID] = set()
                """The facts after which less or nothing was expected."""
                self._extended_by: set[tuple[UUID, int]] = set()
                self._raised: set[Alarm] = set()
                self._missed: set[datetime] = set()
                self._left: tuple[str, ...] = event.parties or NOBODY
                self.started_at = event.started_at
                self._reckon(event, event.miss_at)
            case DeadlineExtended():
                self._extended_by.add((event.by_event, event.seq))
                self.extensions.append(event.model_dump(mode="json", include=EXTENSION_SHOWN))
                self._reckon(event, event.miss_at)
            case DeadlineRecomputed():
                self._heard.add(event.by_event)
                if event.parties is not None:
                    self._left = event.parties or NOBODY
                self.started_at = event.started_at
                self._reckon(event, event.miss_at)
            case DeadlineMet():
                self._left = event.left
                self.ended_by.add(event.by_event)
                self.in_time = event.in_time if self.in_time is not False else False
                self.ended_at = event.timestamp if self.is_over else None
            case DeadlineClosed():
                self._left = event.left
                self.ended_by.add(event.by_event)
                self.closed = event.reason if self.is_over else None
                self.ended_at = event.timestamp if self.is_over else None
            case DeadlineWarningRaised():
                self._raised.add(event.alarm)
            case DeadlineMissed():
                self._missed.add(event.due)
            case _:
                assert_never(event)

    def _reckon(
        self,
        event: DeadlineOpened | DeadlineExtended | DeadlineRecomputed,
        miss_at: datetime | None,
    ) -> None:
        if not isinstance(event, DeadlineExtended):
            # It stays as long as it was: how much longer it is, each extension says.
            self.length: Duration | None = event.length
            self.because = event.because
        self.last_day = event.last_day
        self.due = event.due
        self.ends_on = event.ends_on
        self.moved = event.moved
        self.alarms = event.alarms
        self.miss_at = miss_at


EXTENSION_SHOWN = {
    "seq",
    "length",
    "due",
    "by_event",
    "decided_by",
    "approver",
    "article",
    "asked_at",
    "flags",
    "granted",
    "until",
    "timestamp",
}
