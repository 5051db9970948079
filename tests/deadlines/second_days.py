"""Days as the law counts them, written a second time: from the table's rules, not from the engine.

Nothing here comes from services.deadlines or from the calendar that it uses; the days off are those
of the decrees, typed in.
"""

import json
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = timezone(timedelta(hours=7))
DAY = timedelta(days=1)
TABLE = Path(__file__).parents[2] / "shared" / "reference" / "deadlines.json"
MONTH_OF_CUSTODY = 30
FRIDAY = 4


def _stretch(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += DAY


STRETCHES_OFF = (
    *(("2024-12-31", "2024-12-30"), ("2025-01-01", "2025-01-01"), ("2025-01-25", "2025-02-02")),
    *(("2025-04-07", "2025-04-07"), ("2025-04-30", "2025-05-04"), ("2025-08-30", "2025-09-02")),
    *(("2026-01-01", "2026-01-04"), ("2026-02-14", "2026-02-22"), ("2026-04-25", "2026-04-27")),
    *(("2026-04-30", "2026-05-03"), ("2026-08-29", "2026-09-02"), ("2026-11-24", "2026-11-24")),
    *(("2027-01-01", "2027-01-03"), ("2027-02-04", "2027-02-10"), ("2027-04-16", "2027-04-16")),
    *(("2027-04-30", "2027-05-03"), ("2027-09-02", "2027-09-05"), ("2027-11-24", "2027-11-24")),
)
"""Labour Code Điều 112 and the yearly decrees; of 2027 as calculated, no decree is known yet."""
OFF = {day for first, last in STRETCHES_OFF for day in _stretch(first, last)}
SWAPPED_IN = {date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)}
"""Saturdays on which work is done for a weekday that became a day off."""


def works(day: date) -> bool:
    """Whether state bodies work on that day."""
    return day in SWAPPED_IN or (day.weekday() <= FRIDAY and day not in OFF)


def here(moment: datetime) -> date:
    """The day that it is in Viet Nam."""
    return moment.astimezone(HERE).date()


def midnight(day: date) -> datetime:
    """0:00 of a day."""
    return datetime.combine(day, time(), HERE)


def months_on(day: date, n: int) -> date:
    """The same-numbered day n months later, or that month's last day."""
    months = day.year * 12 + day.month - 1 + n
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Long:
    """A number of units."""

    n: int
    unit: str

    @property
    def days(self) -> Fraction:
        """For comparing lengths with each other: a month is thirty days."""
        return Fraction(self.n) * {"hour": Fraction(1, 24), "month": Fraction(30)}.get(self.unit, 1)

    def share(self, of_it: Fraction) -> "Long":
        """A part of it, rounded down: whole months stay months, the rest is days."""
        part = self.n * of_it
        if self.unit == "month" and part.denominator != 1:
            return Long(int(part * MONTH_OF_CUSTODY), "day")
        return Long(int(part), self.unit)


def last_day(since: date, long: Long, *, custody: bool) -> date:
    """The last day of a period in days, working days or months; not moved yet."""
    match long.unit:
        case "working_day":
            left, day = long.n, since
            while left:
                day += DAY
                left -= works(day)
            return day
        case "month" if custody:
            return since + DAY * MONTH_OF_CUSTODY * long.n
        case "month":
            return months_on(since, long.n)
        case "day":
            return since + DAY * long.n
        case _:
            raise NotImplementedError(long.unit)


def moved(day: date) -> date:
    """The day itself, or the next working day."""
    while not works(day):
        day += DAY
    return day


def stated(due: Mapping[str, Any]) -> datetime | None:
    """The first moment that is too late, as a paper states it; None where it states no day."""
    match due["type"]:
        case "before":
            return midnight(date.fromisoformat(due["on"]))
        case "date":
            return midnight(date.fromisoformat(due["on"]) + DAY)
        case "window":
            day = date.fromisoformat(due["to"])
            return midnight(day + DAY if due["to_inclusive"] else day)
        case _:
            return None


class Law:
    """The table of periods, as its file has it."""

    def __init__(self) -> None:
        rows = json.loads(TABLE.read_text(encoding="utf-8"))["deadlines"]
        self.rows: dict[str, Any] = {row["id"]: row for row in rows}

    def in_force(self, rule: str, on: date) -> bool:
        """Whether the row binds what begins on that day."""
        row = self.rows[rule]
        first, last = row["valid_from"], row["valid_to"] or "9999-12-31"
        return bool(first <= on.isoformat() <= last)

    def long(self, rule: str, severity: str | None, level: str | None = None) -> Long:
        """How long it lasts."""
        return _long(self.rows[rule], severity, level)

    def extensions(self, rule: str, severity: str | None) -> list[Long]:
        """How much longer it may become, one after another."""
        rows = self.rows[rule].get("extensions", ())
        there = [each for each in rows if _has(each, severity)]
        return [_long(each, severity, None) for each in there]


def _has(row: Mapping[str, Any], severity: str | None) -> bool:
    return "length" in row or severity in row.get("length_by_class", {})


def _long(row: Mapping[str, Any], severity: str | None, level: str | None) -> Long:
    if "length" in row:
        found = row["length"]
    elif "length_by_class" in row:
        found = row["length_by_class"][severity]
    else:
        found = row["length_by_level"][level]
    return Long(found["n"], found["unit"])
