"""When something happened, as a request says it: its form, and the days that are no slips."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import Refused
from shared.fields import MOMENT_FIRST
from shared.http.asking import CLOCK_SKEW, occurred_at

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_what_says_nothing_of_it_happens_now():
    assert occurred_at({"a": 1}, NOW) == NOW


def test_it_is_taken_out_of_the_body_and_is_in_utc():
    tree = {"occurred_at": "2025-07-01T08:00:00+07:00", "a": 1}

    assert occurred_at(tree, NOW) == datetime(2025, 7, 1, 1, tzinfo=UTC)
    assert tree == {"a": 1}


@pytest.mark.parametrize("edge", [MOMENT_FIRST, NOW + CLOCK_SKEW])
def test_its_first_and_last_moments_are_taken(edge: datetime):
    assert occurred_at({"occurred_at": edge.isoformat()}, NOW) == edge


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (None, "occurred-at"),
        (1_754_269_200, "occurred-at"),
        ("2025-07-01T08:00:00", "occurred-at"),
        ("2025-02-30T08:00:00Z", "occurred-at"),
        ("0001-01-01T00:00:00+14:00", "occurred-at"),
        ("0001-01-01T00:00:00Z", "occurred-at"),
        ((MOMENT_FIRST - timedelta(seconds=1)).isoformat(), "occurred-at"),
        ((NOW + CLOCK_SKEW + timedelta(seconds=1)).isoformat(), "in-the-future"),
        ("9999-12-31T23:59:59-14:00", "occurred-at"),
    ],
)
def test_anything_else_is_refused_by_the_rule_and_never_taken_for_now(said: Any, code: str):
    with pytest.raises(Refused) as refused:
        occurred_at({"occurred_at": said}, NOW)

    assert (refused.value.code, refused.value.pointer) == (code, "/occurred_at")
    assert "occurred_at" in refused.value.rule and refused.value.remedy_vi
