"""The last day of the court's own periods, as far as a decision depends on it. Pure.

The clock of the deadlines service runs all of them; here only what makes an act late or refused.
Counted by BLTTHS Điều 134: the day of the fact is day 0, and a last day off moves to the next
working day.
"""

from datetime import date, timedelta

from shared.reference.calendar import load_calendar
from shared.reference.deadlines import Length, load_periods

SUSPENSION_DAYS_MAX = 5
"""A hearing that is suspended goes on within five days, or is postponed (BLTTHS Điều 251(2))."""
CODE_SINCE = date(2018, 1, 1)
"""Since when the periods of the Code of 2015 bind; older facts are measured by them too."""


def last_day(rule: str, since: date, level: str | None = None) -> date:
    """The last day of a period of the table that began on a day, by the law of that day."""
    period = load_periods().period(rule, max(since, CODE_SINCE))
    length = period.length_by_level[level] if level else period.length
    assert isinstance(length, Length), f"{rule} has no plain length"
    if length.unit == "year":
        return _working(_years_later(since, length.n))
    assert length.unit == "day", f"{rule} is counted in {length.unit}"
    return after_days(since, length.n)


def after_days(since: date, days: int) -> date:
    """The last day of so many days after one."""
    return _working(since + timedelta(days=days))


def _years_later(since: date, years: int) -> date:
    year = since.year + years
    leap = since.month == 2 and since.day == 29
    return date(year, 2, 28) if leap else since.replace(year=year)


def _working(day: date) -> date:
    return load_calendar().next_working_day(day)
