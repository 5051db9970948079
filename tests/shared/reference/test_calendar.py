from datetime import date, timedelta

import pytest

from shared.reference.calendar import (
    YEAR_FIRST,
    YEAR_LAST,
    WorkingCalendar,
    load_calendar,
    months_after,
)
from shared.reference.errors import OutsideCalendar


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return load_calendar()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2020-01-23", "2020-01-29"),
        ("2021-02-10", "2021-02-16"),
        ("2022-01-31", "2022-02-04"),
        ("2023-01-20", "2023-01-26"),
        ("2024-02-08", "2024-02-14"),
        ("2025-01-25", "2025-02-02"),
        ("2026-02-14", "2026-02-22"),
        ("2024-04-27", "2024-05-01"),
        ("2025-04-30", "2025-05-04"),
        ("2025-08-30", "2025-09-02"),
        ("2026-01-01", "2026-01-04"),
        ("2026-08-29", "2026-09-02"),
    ],
)
def test_the_decreed_block_of_days_off_is_off(
    calendar: WorkingCalendar, first: str, last: str
) -> None:
    day, end = date.fromisoformat(first), date.fromisoformat(last)

    while day <= end:
        assert not calendar.is_working_day(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "day",
    ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22", "2024-02-07", "2024-02-15"],
)
def test_a_swapped_saturday_and_the_days_around_tet_are_worked(
    calendar: WorkingCalendar, day: str
) -> None:
    assert calendar.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2024-02-07", 1, "2024-02-15"),
        ("2024-02-06", 3, "2024-02-16"),
        ("2024-02-10", 1, "2024-02-15"),
        ("2025-01-24", 1, "2025-02-03"),
        ("2025-01-23", 9, "2025-02-12"),
        ("2025-01-31", 3, "2025-02-05"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-12-31", 1, "2026-01-05"),
        ("2026-01-09", 2, "2026-01-12"),
        ("2024-02-15", -1, "2024-02-07"),
        ("2024-02-10", 0, "2024-02-10"),
    ],
)
def test_working_days_are_counted_from_the_day_after(
    calendar: WorkingCalendar, start: str, n: int, end: str
) -> None:
    found = calendar.add_working_days(date.fromisoformat(start), n)

    assert found == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        ("2024-02-07", "2024-02-07"),
        ("2024-02-08", "2024-02-15"),
        ("2025-01-25", "2025-02-03"),
        ("2025-07-05", "2025-07-07"),
        ("2024-05-04", "2024-05-04"),
    ],
)
def test_a_last_day_that_is_off_moves_to_the_next_working_day(
    calendar: WorkingCalendar, day: str, moved: str
) -> None:
    assert calendar.next_working_day(date.fromisoformat(day)) == date.fromisoformat(moved)


def test_counting_forth_and_back_meets(calendar: WorkingCalendar) -> None:
    start = date(2024, 1, 2)

    for n in range(1, 300, 7):
        there = calendar.add_working_days(start, n)
        assert calendar.is_working_day(there)
        assert calendar.add_working_days(there, -n) == start


def test_a_holiday_has_a_name_and_a_weekend_none(calendar: WorkingCalendar) -> None:
    assert calendar.day_off_name(date(2025, 9, 2)) == "Quốc khánh"
    assert calendar.day_off_name(date(2026, 1, 2)) is not None
    assert calendar.day_off_name(date(2025, 7, 5)) is None
    assert calendar.day_off_name(date(2026, 1, 10)) is None


def test_an_override_wins_over_the_computed_calendar() -> None:
    friday, saturday, national_day = date(2027, 1, 8), date(2027, 1, 16), date(2027, 9, 2)
    calendar = WorkingCalendar(
        {
            friday: (False, "nghỉ theo quyết định"),
            saturday: (True, "làm bù"),
            national_day: (True, "trực"),
        }
    )

    assert not calendar.is_working_day(friday)
    assert calendar.day_off_name(friday) == "nghỉ theo quyết định"
    assert calendar.is_working_day(saturday)
    assert calendar.is_working_day(national_day)


@pytest.mark.parametrize("day", [date(YEAR_FIRST - 1, 12, 31), date(YEAR_LAST + 1, 1, 1)])
def test_a_day_without_known_holidays_is_refused(calendar: WorkingCalendar, day: date) -> None:
    with pytest.raises(OutsideCalendar):
        calendar.is_working_day(day)


def test_the_last_year_still_has_holidays(calendar: WorkingCalendar) -> None:
    off = [date(YEAR_LAST, 1, 1) + timedelta(days=n) for n in range(365)]

    assert sum(calendar.day_off_name(day) is not None for day in off) >= 11


def test_counting_stops_at_the_edge_of_the_calendar(calendar: WorkingCalendar) -> None:
    with pytest.raises(OutsideCalendar):
        calendar.add_working_days(date(YEAR_LAST, 12, 30), 10)


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 15), 2, date(2026, 2, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_numbered_day_or_the_last(day: date, n: int, then: date) -> None:
    assert months_after(day, n) == then
