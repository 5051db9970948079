"""How moments, days and distances are written."""

from datetime import UTC, datetime, timedelta

import pytest

from services.console.moments import clock_of
from services.console.moments import span as said_span
from services.console.speech import Speech
from tests.console.fake_papers import NOW, VIETNAM

VI = Speech(english=False, now=NOW)
EN = Speech(english=True, now=NOW)


@pytest.mark.parametrize(
    ("length", "vi", "en"),
    [
        (timedelta(minutes=1), "1 phút", "1 minute"),
        (timedelta(hours=6, minutes=38), "6 giờ 38 phút", "6 hours 38 minutes"),
        (timedelta(hours=14), "14 giờ", "14 hours"),
        (timedelta(days=2, hours=18, minutes=5), "2 ngày 18 giờ", "2 days 18 hours"),
        (timedelta(days=28, hours=9), "28 ngày", "28 days"),
        (timedelta(days=1671), "1.671 ngày", "1,671 days"),
        (timedelta(seconds=-5), "0 phút", "0 minutes"),
    ],
)
def test_a_distance_has_two_units_at_most(length: timedelta, vi: str, en: str) -> None:
    assert said_span(length, english=False).replace("\u00a0", " ") == vi
    assert said_span(length, english=True).replace("\u00a0", " ") == en


def test_the_end_of_a_legal_day_is_24_00_of_that_day() -> None:
    midnight = datetime(2025, 9, 30, 17, tzinfo=UTC)

    assert VI.moment(midnight, end=True) == "24:00, 30/09/2025"
    assert VI.moment(midnight) == "00:00, 01/10/2025"


def test_what_ends_tonight_is_today() -> None:
    tonight = datetime(2025, 7, 31, tzinfo=VIETNAM)

    assert VI.moment(tonight, end=True) == "24:00 hôm nay"
    assert EN.moment(tonight, end=True) == "24:00 today"


def test_a_list_shows_the_hour_today_the_day_this_year_and_else_the_year() -> None:
    assert VI.when(datetime(2025, 7, 30, 1, 5, tzinfo=UTC)) == "08:05"
    assert VI.when(datetime(2025, 7, 1, 1, tzinfo=UTC)) == "01/07"
    assert VI.when(datetime(2024, 7, 1, 1, tzinfo=UTC)) == "01/07/2024"


@pytest.mark.parametrize(
    ("days", "request_", "done", "kind"),
    [
        (62, False, False, "run"),
        (5, False, False, "soon"),
        (-3, False, False, "over"),
        (-3, True, False, "asked"),
        (-3, False, True, "met"),
        (62, False, True, "met"),
    ],
)
def test_a_clock_shows_what_a_term_has_come_to(
    days: int, request_: bool, done: bool, kind: str
) -> None:
    due = NOW + timedelta(days=days)
    since = NOW - timedelta(days=29)

    clock = clock_of(due, since, NOW, VI, request=request_, done=done)

    assert clock.kind == kind
    assert clock.late is (kind == "over")


def test_the_ring_empties_with_the_share_that_is_left() -> None:
    half = clock_of(NOW + timedelta(days=10), NOW - timedelta(days=10), NOW, VI)

    assert half.dash == "33.0 66"
