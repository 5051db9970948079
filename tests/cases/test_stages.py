"""Where a thing stands, as whoever is refused something about it is told."""

from tests.cases.examples import INVESTIGATORS
from tests.cases.proceedings.examples import handed, instituted, transfer

OTHERS = "CQCSDT_TINH-P34-22"
"""Investigators of another province."""


def test_where_a_file_is_said_to_be_has_a_time_and_its_stage_another():
    case = instituted()
    handed(case, transfer(OTHERS), INVESTIGATORS, OTHERS, "2025-08-20")

    vi, en, extra = case.whereabouts()

    assert vi.endswith(f"từ 00:00 ngày 04/08/2025, do {OTHERS} giữ từ 12:00 ngày 20/08/2025.")
    assert en.endswith(f"since 2025-08-04 00:00, with {OTHERS} since 2025-08-20 12:00.")
    assert (extra["stage"], extra["holder"]) == ("INVESTIGATION", OTHERS)
    assert (extra["since"], extra["held_since"]) == (
        "2025-08-04T00:00:00+07:00",
        "2025-08-20T12:00:00+07:00",
    )
