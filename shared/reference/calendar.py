"""Days and months of Viet Nam as the law counts them: working days, and the same day of a month.

The `holidays` library computes the holidays of the Labour Code 2019 (Điều 112) with Tết and the
days off in lieu; holiday_overrides.json holds what a decree changed and the library does not know.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache

from shared.reference.errors import OutsideCalendar
from shared.reference.files import day as parsed
from shared.reference.files import read_json

YEAR_FIRST = 1995
YEAR_LAST = 2099
"""The lunar tables of the library end in 2100; beyond, every weekday would seem a working day."""
SATURDAY = 5
YEARS_CACHED_MAX = 128
ONE_DAY = timedelta(days=1)
MONTHS_OF_A_YEAR = 12
LANGUAGE = "vi"


class WorkingCalendar:
    """Which days are working days of state bodies. Immutable; days are legal days of Viet Nam."""

    __slots__ = ("_holidays", "_overrides", "_year")

    def __init__(self, overrides: Mapping[date, tuple[bool, str]]) -> None:
        """`overrides`: for a day, whether it is a working day, and why."""
        self._overrides = dict(overrides)
        self._year = lru_cache(YEARS_CACHED_MAX)(_holidays_of)

    def is_working_day(self, day: date) -> bool:
        """Whether state bodies work on that day. Raises OutsideCalendar."""
        decreed = self._overrides.get(day)
        if decreed is not None:
            return decreed[0]
        days_off, swapped_in = self._days(day)
        return day in swapped_in or (day.weekday() < SATURDAY and day not in days_off)

    def day_off_name(self, day: date) -> str | None:
        """The Vietnamese name of the holiday, or None on working days and plain weekends.

        Raises OutsideCalendar.
        """
        decreed = self._overrides.get(day)
        if decreed is not None:
            return None if decreed[0] else decreed[1]
        days_off, _ = self._days(day)
        return days_off.get(day)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, otherwise the first one after it.

        This is how a period whose last day is a day off is moved (BLTTHS Điều 134). Raises
        OutsideCalendar.
        """
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day` (before it, if n is negative); n = 0 is the day itself.

        `day` is never counted, whether or not it is a working day. Raises OutsideCalendar.
        """
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def _days(self, day: date) -> tuple[Mapping[date, str], frozenset[date]]:
        if not YEAR_FIRST <= day.year <= YEAR_LAST:
            raise OutsideCalendar(day, YEAR_FIRST, YEAR_LAST)
        return self._year(day.year)


def months_after(day: date, n: int) -> date:
    """The same-numbered day n months later (earlier, if negative), or that month's last day
    (BLTTHS Điều 134)."""
    year, month0 = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + n, MONTHS_OF_A_YEAR)
    last = monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


@cache
def load_calendar() -> WorkingCalendar:
    """The calendar with the overrides of this package, read once per process."""
    overrides: dict[date, tuple[bool, str]] = {}
    for row in read_json("holiday_overrides.json")["overrides"]:
        day = parsed(row["date"])
        if day is None or row["kind"] not in ("holiday", "working_day"):
            raise ValueError(f"holiday_overrides.json: mend the row {row}")
        overrides[day] = (row["kind"] == "working_day", row["note"])
    return WorkingCalendar(overrides)


def _holidays_of(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """Days off of the year by name, and weekend days on which work is done instead."""
    from holidays import country_holidays  # Loading it takes a tenth of a second.

    computed = country_holidays("VN", years=(year - 1, year, year + 1), language=LANGUAGE)
    days_off = {day: name for day, name in computed.items() if day.year == year}
    swapped_in = frozenset(day for day in computed.weekend_workdays if day.year == year)
    return days_off, swapped_in
