"""Counts as the law counts: hours, days, working days, months, years, school years. Pure.

Every period ends at a moment that is the first one too late: 00:00 in Viet Nam after its last day,
or the minute to which its hours run. In time is what happens before it. The day of the fact that
starts a period is day 0 (Bộ luật Dân sự 2015 Điều 147, by analogy); hours run from the minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from shared.actor import VIETNAM
from shared.errors import Broken
from shared.reference.calendar import MONTHS_OF_A_YEAR, WorkingCalendar, months_after
from shared.reference.deadlines import Length

CUSTODY_MONTH_DAYS = 30
"""One month of custody or detention (BLTTHS Điều 134(1))."""
SCHOOL_YEAR_ENDS = (5, 31)
"""Month and day on which a school year ends; from memory of the yearly plans."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class End:
    """Where a period ends."""

    due: datetime
    """The first moment that is too late, with Viet Nam's zone."""
    last_day: date | None
    """The last day as counted, before it is moved off a day off; None when hours are counted.
    What is counted on (an extension) is counted on from here."""
    moved: bool = False
    """Whether the last day fell on a day off and became the next working day."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one period is counted, beside its length."""

    counting: str
    """Id of the calendar rule."""
    custody: bool = False
    """Custody and detention: months of 30 days, never moved off a day off."""
    moves: bool = True
    """Whether an end on a day off moves to the next working day (BLTTHS Điều 134)."""


def day_of(moment: datetime) -> date:
    """The legal day in Viet Nam."""
    return moment.astimezone(VIETNAM).date()


def ends_on_day(due: datetime) -> date:
    """The last legal day that is at least partly in time, given the first moment too late."""
    return day_of(due - timedelta(microseconds=1))


def midnight_after(day: date) -> datetime:
    """24:00 of a day in Viet Nam, which is 00:00 of the next."""
    return datetime.combine(day + ONE_DAY, time(), VIETNAM)


def count(start: datetime, length: Length, manner: Manner, calendar: WorkingCalendar) -> End:
    """Where a period ends that starts at a moment. Raises OutsideCalendar."""
    if length.unit == "hour":
        minute = start.astimezone(VIETNAM).replace(second=0, microsecond=0)
        return End(minute + timedelta(hours=length.n), None)
    match manner.counting:
        case "IMMEDIATE":
            return End(start.astimezone(VIETNAM), None)
        case "SAME_DAY":
            return ends_on(day_of(start), manner, calendar, moves=False)
        case "CALENDAR_MONTH":
            return ends_on(_end_of_month(day_of(start), length.n), manner, calendar, moves=False)
    return count_on(day_of(start), length, manner, calendar)


def count_on(day: date, length: Length, manner: Manner, calendar: WorkingCalendar) -> End:
    """Where days, months or years end that are counted on from a day, which is day 0."""
    match length.unit:
        case "working_day":
            last = calendar.add_working_days(day, length.n)
        case "day":
            last = day + timedelta(days=length.n)
        case "month" if manner.custody:
            last = day + timedelta(days=length.n * CUSTODY_MONTH_DAYS)
        case "month":
            last = months_after(day, length.n)
        case "year":
            last = months_after(day, length.n * MONTHS_OF_A_YEAR)
        case "school_year":
            last = _school_years(day, length.n)
        case _:
            raise ValueError(f"{length.unit} cannot be counted on from a day")
    return ends_on(last, manner, calendar)


def count_back(end: End, length: Length, calendar: WorkingCalendar) -> End:
    """The last day that is that long before the end of another period, or before an event's day.

    Never moved: moved to the next working day it would be too near. Raises ValueError for hours.
    """
    if end.last_day is None:
        raise ValueError("what ends by the hour has no last day to count back from")
    match length.unit:
        case "day":
            last = end.last_day - timedelta(days=length.n)
        case "month":
            last = months_after(end.last_day, -length.n)
        case _:
            raise ValueError(f"{length.unit} is not counted back")
    return ends_on(last, Manner("BLTTHS-134", moves=False), calendar)


def ends_on(
    last: date, manner: Manner, calendar: WorkingCalendar, *, moves: bool | None = None
) -> End:
    """The end of a period whose last day is known, moved off a day off where that is the rule."""
    if manner.custody or not (manner.moves if moves is None else moves):
        return End(midnight_after(last), last)
    worked = calendar.next_working_day(last)
    return End(midnight_after(worked), last, worked != last)


def as_stated(term: Mapping[str, Any]) -> End | None:
    """The end that a paper states, or None when it states none.

    *trước ngày D* ends before D begins; *đến hết ngày D* and *chậm nhất ngày D* at its 24:00.
    Raises `Broken` for a kind of term that is not known: whether it ends, nobody could say.
    """
    match term.get("type", "window"):
        case "date":
            last = date.fromisoformat(term["on"])
        case "before":
            last = date.fromisoformat(term["on"]) - ONE_DAY
        case "window" if not term.get("to_inclusive", True):
            last = date.fromisoformat(term["to"]) - ONE_DAY
        case "window" | "period":
            last = date.fromisoformat(term["to"])
        case "periodic" | "continuous" | "as_they_occur" | "statutory" | "none":
            return None
        case unknown:
            raise Broken(f"no term is called {unknown!r}: take the release that knows it")
    return End(midnight_after(last), last)


def share_of(length: Length, fraction: str) -> Length:
    """A part of a period, rounded down. What does not divide evenly is counted in days, a month
    being 30: half of 3 months is 45 days."""
    part = Fraction(fraction) * length.n
    if part.denominator == 1:
        return Length(part.numerator, length.unit)
    if length.unit == "month":
        return Length(int(part * CUSTODY_MONTH_DAYS), "day")
    return Length(int(part), length.unit)


def _end_of_month(day: date, n: int) -> date:
    """The last day of the n-th calendar month, the day's own being the first."""
    first = months_after(day.replace(day=1), n)
    return first - ONE_DAY


def _school_years(day: date, n: int) -> date:
    """The last day of the n-th school year; the one that runs or comes next is the first."""
    month, last = SCHOOL_YEAR_ENDS
    ends = date(day.year, month, last)
    return ends.replace(year=ends.year + n - (1 if day <= ends else 0))
