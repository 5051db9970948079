from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.directives.due import (
    Due,
    DueAlways,
    DueBefore,
    DueByStatute,
    DueInPeriod,
    DueOn,
    DueWithin,
    NoDue,
    deadline,
    last_day,
    on_time,
    refuse_impossible,
    refuse_reversed,
)
from shared.errors import Refused
from tests.directives.examples import at

DUE: TypeAdapter[Due] = TypeAdapter(Due)
AUGUST_5 = date(2024, 8, 5)
DAYS = st.dates(date(2018, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("said", "last", "end"),
    [
        ({"type": "date", "on": "2024-07-30"}, "2024-07-30", "2024-07-30T17:00:00+00:00"),
        ({"type": "before", "on": "2024-08-05"}, "2024-08-04", "2024-08-04T17:00:00+00:00"),
        (
            {"type": "window", "from": "2025-07-01", "to": "2025-09-30"},
            "2025-09-30",
            "2025-09-30T17:00:00+00:00",
        ),
        (
            {"type": "window", "from": "2025-07-01", "to": "2025-10-01", "to_inclusive": False},
            "2025-09-30",
            "2025-09-30T17:00:00+00:00",
        ),
        (
            {"type": "period", "from": "2020-01-01", "to": "2020-12-31", "assumed": True},
            "2020-12-31",
            "2020-12-31T17:00:00+00:00",
        ),
    ],
)
def test_a_term_has_a_last_day_and_a_first_moment_that_is_too_late(said, last, end):
    due = DUE.validate_python(said)

    assert last_day(due) == date.fromisoformat(last)
    assert deadline(due) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "periodic", "every": "quarter"},
        {"type": "continuous"},
        {"type": "as_they_occur"},
        {"type": "statutory", "rules": ["TIP-CLASSIFY"]},
        {"type": "none"},
    ],
)
def test_terms_without_a_day_make_nobody_late(said):
    due = DUE.validate_python(said)

    assert last_day(due) is None
    assert deadline(due) is None
    assert on_time(due, at("2999-01-01")) is None


def test_before_a_day_means_that_the_day_itself_is_late():
    due = DueBefore(on=AUGUST_5)

    assert on_time(due, at("2024-08-04T23:59")) is True
    assert on_time(due, at("2024-08-05")) is False


def test_on_a_day_means_until_its_midnight_in_viet_nam():
    due = DueOn(on=AUGUST_5)

    assert on_time(due, datetime(2024, 8, 5, 16, 59, tzinfo=UTC)) is True
    assert on_time(due, datetime(2024, 8, 5, 17, 0, tzinfo=UTC)) is False


def test_the_ends_of_a_window_are_called_from_and_to_in_json():
    due = DueWithin(from_=date(2025, 7, 1), to=date(2025, 9, 30))

    assert due.model_dump(mode="json") == {
        "type": "window",
        "from": "2025-07-01",
        "to": "2025-09-30",
        "to_inclusive": True,
    }


@pytest.mark.parametrize(
    "said",
    [
        {"type": "someday"},
        {"type": "date"},
        {"type": "date", "on": "0001-01-01"},
        {"type": "date", "on": "9999-12-31"},
        {"type": "statutory", "rules": []},
        {"type": "none", "on": "2025-01-01"},
    ],
)
def test_terms_that_mean_nothing_are_not_understood(said):
    with pytest.raises(ValidationError):
        DUE.validate_python(said)


@pytest.mark.parametrize(
    "due",
    [DueOn(on=AUGUST_5), DueBefore(on=AUGUST_5), DueInPeriod(from_=AUGUST_5, to=AUGUST_5)],
)
def test_a_term_that_was_over_before_the_paper_is_refused(due):
    with pytest.raises(Refused) as refusal:
        refuse_impossible(due, date(2024, 8, 6), "/tasks/0/due")

    assert (refusal.value.code, refusal.value.pointer) == ("due-before-issue", "/tasks/0/due")


def test_before_the_day_of_issue_leaves_no_day_at_all():
    with pytest.raises(Refused, match="due-before-issue"):
        refuse_impossible(DueBefore(on=AUGUST_5), AUGUST_5, "/due")


def test_a_window_may_begin_on_the_very_day_of_the_paper_and_end_on_it():
    day = date(2025, 7, 1)

    refuse_impossible(DueWithin(from_=day, to=day), day, "/due")


@pytest.mark.parametrize(
    "due",
    [
        DueWithin(from_=date(2025, 9, 30), to=date(2025, 7, 1)),
        DueInPeriod(from_=date(2025, 9, 30), to=date(2025, 7, 1)),
        DueWithin(from_=date(2025, 9, 30), to=date(2025, 9, 30), to_inclusive=False),
    ],
)
def test_a_window_that_ends_before_it_begins_is_refused(due):
    with pytest.raises(Refused, match="window-reversed"):
        refuse_impossible(due, date(2020, 1, 1), "/due")


def test_unknown_ends_of_a_window_are_left_alone():
    refuse_reversed(None, date(2025, 7, 1), "/to")
    refuse_reversed(date(2025, 7, 1), None, "/to")

    assert last_day(NoDue()) is last_day(DueAlways()) is last_day(DueByStatute(rules=("INV",)))


@given(day=DAYS, seconds=st.integers(0, 86_399))
def test_every_moment_of_the_last_day_is_in_time_and_the_next_is_not(day, seconds):
    due = DueOn(on=day)
    end = deadline(due)
    assert end is not None

    assert on_time(due, end - timedelta(days=1) + timedelta(seconds=seconds)) is True
    assert on_time(due, end) is False


@given(day=DAYS)
def test_before_a_day_is_until_the_end_of_the_day_before(day):
    assert deadline(DueBefore(on=day)) == deadline(DueOn(on=day - timedelta(days=1)))
