"""How long a period is for one matter, why, when it ends, and when to warn. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.deadlines.counting import (
    End,
    Manner,
    as_stated,
    count,
    count_back,
    count_on,
    day_of,
    midnight_after,
    share_of,
)
from services.deadlines.events import Alarm, Duration, Level
from services.deadlines.policy import Policy
from shared.reference.calendar import WorkingCalendar
from shared.reference.deadlines import Extension, Length, Period, Periods, Share

LEADS: tuple[tuple[timedelta, Level], ...] = (
    (timedelta(days=7), "info"),
    (timedelta(days=3), "warn"),
    (timedelta(days=1), "critical"),
)
"""How long before the end of a period in days to warn; the second half of the period only."""
HOURS_SHARE = 4
"""Of a period in hours, the last quarter is warned of."""
LATE_GRACE = timedelta(days=1)
"""What was over when its start was recorded is not called missed before this: the records that
stop it are probably on their way (catalogue rule 14)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A length and why it is this one."""

    length: Length
    because: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of the matter when a length is chosen."""

    severity: str | None = None
    agency: str = ""
    """The body that it binds, whose level may decide."""


class Reckoner:
    """The table, the calendar and the policy together."""

    def __init__(
        self,
        periods: Periods,
        calendar: WorkingCalendar,
        policy: Policy,
        unrecorded: frozenset[str] = frozenset(),
    ) -> None:
        self.table = periods
        self.periods = {each.id: each for each in periods.all()}
        self.calendar = calendar
        self.policy = policy
        self.unrecorded = unrecorded
        """Ids of rows whose end nobody can record yet: they are warned of and never missed."""

    def never_missing(self, unrecorded: frozenset[str]) -> "Reckoner":
        """The same, for a world in which nobody records what ends these rows."""
        return Reckoner(self.table, self.calendar, self.policy, unrecorded)

    def lengths(self, period: Period, matter: Matter, levels: str = "") -> Iterator[Chosen]:
        """The length, or several when each level has a period of its own; none when stated."""
        if isinstance(period.length, Share):
            for rule in period.length.of:
                for whole in self.lengths(self.periods[rule], matter):
                    yield Chosen(
                        share_of(whole.length, period.length.fraction),
                        (f"share:{period.length.fraction}:{rule}", *whole.because),
                        rule,
                    )
        elif period.length is not None:
            yield Chosen(period.length)
        elif period.length_by_class:
            yield _by(period.length_by_class, matter.severity, "class")
        elif period.length_by_level:
            yield from self._by_level(period, matter, levels)

    def ends(self, period: Period, start: datetime, length: Length) -> End:
        """Where a period ends that starts at a moment."""
        return count(start, length, self.manner(period, length), self.calendar)

    def ends_before(self, period: Period, other: End, length: Length) -> End:
        """Where a period ends that is counted back from another end, or from an event's day."""
        del period
        return count_back(other, length, self.calendar)

    def extended(
        self,
        period: Period,
        seq: int,
        matter: Matter,
        *,
        start: datetime,
        last_day: date,
        at: datetime,
        part: str = "",
    ) -> tuple[End, Length] | None:
        """Where a period ends after its n-th extension; None when the table has no such.

        It counts on from the day on which the period ended as counted; from the start where the
        table gives a total; from the deciding fact where it counts from a receipt.
        """
        row, length = self.extension(period, seq, matter, part)
        if row is None or length is None:
            return None
        words = f"{row.measured_from or ''} {row.condition or ''}"
        if "total" in words:
            return self.ends(period, start, length), length
        day = day_of(at) if "from receipt" in words else last_day
        return count_on(day, length, self.manner(period, length), self.calendar), length

    def extension(
        self, period: Period, seq: int, matter: Matter, part: str = ""
    ) -> tuple[Extension | None, Length | None]:
        """The n-th extension of a period, and the most that it gives.

        A share of a rule, which its part names, is made longer by that share of the rule's own.
        """
        share = period.length
        of = share.of if isinstance(share, Share) else ()
        whole = self.periods[part] if part in of else period
        row = extension_of(whole, seq)
        length = None if row is None else self._extension_length(whole, row, matter)
        if length is not None and isinstance(share, Share):
            length = share_of(length, share.fraction)
        return row, length

    def manner(self, period: Period, length: Length | None = None) -> Manner:
        """How a period is counted; hours have no days to move."""
        del length
        return self.policy.manner(period)

    def ask_by(self, period: Period, seq: int, last_day: date | None) -> date | None:
        """The last day on which the n-th extension may be asked for in time."""
        row = extension_of(period, seq)
        if row is None or row.request_before_expiry is None or last_day is None:
            return None
        return last_day - timedelta(days=row.request_before_expiry.n)

    def alarms(
        self, period: Period, start: datetime, end: End, known: datetime, extensions: int = 0
    ) -> tuple[Alarm, ...]:
        """When to warn; moments that had gone by when the fact was known are left out."""
        found = (each for each in self._alarms(period, start, end, extensions) if each.at > known)
        return tuple(sorted(found, key=lambda each: each.at))

    def miss_at(self, period: Period, end: End, known: datetime) -> datetime | None:
        """When the clock calls it missed; never for *ngay*, for what only entitles, and for what
        nobody can record as done."""
        if period.counting == "IMMEDIATE" or self._only_informs(period):
            return None
        if period.id in self.unrecorded:
            return None
        return end.due if end.due > known else known + LATE_GRACE

    def _alarms(
        self, period: Period, start: datetime, end: End, extensions: int
    ) -> Iterator[Alarm]:
        if period.counting == "IMMEDIATE":
            yield Alarm(at=start + self.policy.immediate, level="warn", why="elapsed")
            return
        if self._only_informs(period):
            yield from _ahead(start, end.due, LEADS[:1])
            return
        total = end.due - start
        if end.last_day is None:
            yield Alarm(at=end.due - total / HOURS_SHARE, level="warn", why="ahead")
            return
        yield from _ahead(start, end.due, LEADS[:2] if period.id in self.unrecorded else LEADS)
        ask_by = self.ask_by(period, extensions + 1, end.last_day)
        if ask_by is not None:
            at = midnight_after(ask_by - timedelta(days=1))
            yield Alarm(at=at, level="warn", why="last_day_to_ask")

    def _only_informs(self, period: Period) -> bool:
        """Whether its end is nobody's failure: an entitlement, what follows by law, a right."""
        return period.limit in ("entitlement", "derived") or period.id in self.policy.rights

    def _by_level(self, period: Period, matter: Matter, levels: str) -> Iterator[Chosen]:
        by_level = period.length_by_level
        if levels == "each":
            for level, length in by_level.items():
                yield Chosen(length, (f"level:{level}",), level)
        elif levels == "longest":
            level = max(by_level, key=lambda each: by_level[each].n)
            yield Chosen(by_level[level], (f"level:{level}",))
        else:
            yield _by(by_level, self.policy.level(period, matter.agency), "level")

    def _extension_length(self, period: Period, row: Extension, matter: Matter) -> Length | None:
        if row.length is not None:
            return row.length
        if row.length_by_class:
            return row.length_by_class.get(matter.severity or "")
        level = self.policy.level(period, matter.agency)
        return self.policy.totals.get(period.id, {}).get(level or "")


def extension_of(period: Period, seq: int) -> Extension | None:
    """The n-th extension of a period."""
    return next((each for each in period.extensions if each.seq == seq), None)


def stated_end(terms: Iterable[Any]) -> End | None:
    """The end that the first stated term gives, or None."""
    for term in terms:
        if term is not None:
            return as_stated(term)
    return None


def order_end(said: object) -> End | None:
    """The end that an order names: a day, whose 24:00 it is, or a moment."""
    if not isinstance(said, str) or not said:
        return None
    if len(said) == len("2026-01-01"):
        day = date.fromisoformat(said)
        return End(midnight_after(day), day)
    moment = datetime.fromisoformat(said)
    return End(moment, day_of(moment))


def duration(length: Length | None) -> Duration | None:
    """A length as events carry it."""
    return None if length is None else Duration.model_validate({"n": length.n, "unit": length.unit})


def _by(table: Any, key: str | None, word: str) -> Chosen:
    """The entry of a key; the shortest when it is not known, which the reason then says."""
    if key in table:
        return Chosen(table[key], (f"{word}:{key}",))
    shortest = min(table.values(), key=_days)
    return Chosen(shortest, (f"{word}:unknown",))


def _days(length: Length) -> float:
    return length.n * {"hour": 1 / 24, "day": 1, "working_day": 1.4, "month": 30}.get(
        length.unit, 365
    )


def _ahead(
    start: datetime, due: datetime, leads: Sequence[tuple[timedelta, Level]]
) -> Iterator[Alarm]:
    for lead, level in leads:
        if lead * 2 <= due - start:
            yield Alarm.model_construct(at=due - lead, level=level, why="ahead")
