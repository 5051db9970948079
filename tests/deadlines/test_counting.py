"""Counting: what holds for every length and every day."""

from datetime import date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.counting import (
    End,
    Manner,
    as_stated,
    count,
    count_back,
    day_of,
    ends_on_day,
    midnight_after,
    share_of,
)
from services.directives.due import Due
from shared.actor import VIETNAM
from shared.errors import Broken
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import Length

CALENDAR = load_calendar()
LAW = Manner("BLTTHS-134")
CUSTODY = Manner("BLTTHS-134", custody=True)
MOMENTS = st.integers(0, 12 * 365 * 24 * 60).map(
    lambda minutes: datetime(2018, 1, 1, tzinfo=VIETNAM) + timedelta(minutes=minutes)
)
LENGTHS = st.builds(
    Length, st.integers(0, 30), st.sampled_from(["day", "working_day", "month", "year"])
)
KINDS = [get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(Due)[0])]
TET = [date(2026, 2, day) for day in range(16, 21)]


@given(MOMENTS, LENGTHS)
def test_a_period_in_days_ends_at_midnight_after_a_working_day(start: datetime, length: Length):
    end = count(start, length, LAW, CALENDAR)

    assert end.due.astimezone(VIETNAM).time() == time()
    if length.n:
        assert CALENDAR.is_working_day(ends_on_day(end.due))
    assert end.last_day is not None
    assert end.moved is (ends_on_day(end.due) != end.last_day)


@given(MOMENTS, LENGTHS, LENGTHS)
def test_a_longer_period_of_the_same_unit_never_ends_earlier(
    start: datetime, one: Length, other: Length
):
    first = count(start, one, LAW, CALENDAR)

    second = count(start, Length(one.n + other.n, one.unit), LAW, CALENDAR)

    assert first.due <= second.due


@given(MOMENTS, st.integers(1, 12))
def test_custody_never_moves_and_a_month_is_thirty_days(start: datetime, n: int):
    end = count(start, Length(n, "month"), CUSTODY, CALENDAR)

    assert end.last_day == day_of(start) + timedelta(days=30 * n)
    assert end.due == midnight_after(end.last_day)
    assert not end.moved


@given(MOMENTS, st.integers(1, 100))
def test_hours_run_from_the_minute_and_never_move(start: datetime, n: int):
    end = count(start, Length(n, "hour"), LAW, CALENDAR)

    assert end.due == start.replace(second=0, microsecond=0) + timedelta(hours=n)


@given(MOMENTS, st.integers(0, 400))
def test_the_zone_in_which_a_moment_is_written_changes_nothing(start: datetime, n: int):
    far = start.astimezone(tz=None)

    assert count(start, Length(n, "day"), LAW, CALENDAR) == count(
        far, Length(n, "day"), LAW, CALENDAR
    )


@given(MOMENTS, st.integers(1, 60))
def test_counting_back_undoes_counting_on(start: datetime, n: int):
    last = day_of(start)
    other = End(midnight_after(last), last)

    back = count_back(other, Length(n, "day"), CALENDAR)

    assert back.last_day == last - timedelta(days=n)
    assert other.due - back.due == timedelta(days=n)


@pytest.mark.parametrize("day", TET)
def test_what_ends_in_tet_ends_on_the_first_day_of_work(day: date):
    start = datetime.combine(day - timedelta(days=5), time(9), VIETNAM)

    end = count(start, Length(5, "day"), LAW, CALENDAR)

    assert ends_on_day(end.due) == date(2026, 2, 23)


def test_at_once_has_no_length_and_the_same_day_ends_with_it():
    start = datetime(2026, 2, 14, 16, 30, tzinfo=VIETNAM)

    assert count(start, Length(0, "day"), Manner("IMMEDIATE"), CALENDAR).due == start
    same = count(start, Length(0, "day"), Manner("SAME_DAY"), CALENDAR)
    assert same.due == datetime(2026, 2, 15, tzinfo=VIETNAM)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_term_that_a_paper_can_have_is_known(kind: str):
    end = as_stated({"type": kind, "on": "2026-07-30", "to": "2026-07-30"})

    assert (end is not None) == (kind in ("date", "before", "window", "period"))


def test_a_kind_of_term_of_a_later_release_is_not_taken_for_one_without_an_end():
    with pytest.raises(Broken, match="take the release that knows it"):
        as_stated({"type": "lunar", "on": "2026-07-30"})


@pytest.mark.parametrize(
    ("length", "fraction", "part"),
    [
        (Length(4, "month"), "1/2", Length(2, "month")),
        (Length(3, "month"), "1/2", Length(45, "day")),
        (Length(4, "month"), "2/3", Length(80, "day")),
        (Length(75, "day"), "1/2", Length(37, "day")),
    ],
)
def test_a_share_is_rounded_down(length: Length, fraction: str, part: Length):
    assert share_of(length, fraction) == part
