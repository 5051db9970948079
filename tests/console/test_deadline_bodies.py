"""The bodies of one period in the reader's eyes: who is late, and what has become of each part."""

import pytest

from tests.console.fake_api import FakeApi
from tests.console.fake_periods import COURT, INVESTIGATORS, body
from tests.console.reading import Reader
from tests.console.test_deadlines import PAGE, row

OF_POLICE = "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An"


async def test_an_order_to_several_is_late_while_one_who_may_be_ordered_is_bound(
    reader: Reader, api: FakeApi
) -> None:
    asked = api.period("ASKED")
    asked["agencies"] += [body(INVESTIGATORS)]
    ordered = await reader.get(PAGE)
    asked["agencies"][1] |= {"bound": False, "done_at": asked["started_at"], "in_time": True}
    done = await reader.get(PAGE)

    assert "Quá hạn" in row(ordered, asked)
    assert "Quá hạn" not in row(done, asked)
    assert f"{OF_POLICE} đã xong" in row(done, asked)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"done_at": "2025-08-04T01:00:00+00:00", "in_time": True}, "đã xong"),
        ({"done_at": "2025-08-04T01:00:00+00:00", "in_time": False}, "không kịp hạn"),
        ({}, "không còn phải làm"),
    ],
)
async def test_of_several_bodies_it_says_what_has_become_of_each_ones_part(
    reader: Reader, api: FakeApi, part: dict[str, object], said: str
) -> None:
    late = api.period("DONE-LATE")
    was_late = {"bound": False, "done_at": late["ended_at"], "in_time": False}
    late["agencies"] = [body(INVESTIGATORS, bound=False, **part), body(COURT, **was_late)]

    shown = row(await reader.get(PAGE + "?due=missed"), late)

    same = {each["in_time"] for each in late["agencies"]} == {False}
    assert (f"{OF_POLICE} {said}" in shown) is not same
    assert ("không kịp hạn" in shown) is not same


async def test_who_was_asked_and_not_ordered_is_not_late_beside_those_who_were_in_time(
    reader: Reader, api: FakeApi
) -> None:
    late = api.period("DONE-LATE")
    late["missed_at"] = late["due"]
    ended = {"bound": False, "done_at": late["ended_at"]}
    late["agencies"] = [
        body(INVESTIGATORS, in_time=True, **ended),
        body(COURT, in_time=False, never_critical=True, **ended),
    ]
    asked = row(await reader.get(PAGE + "?due=missed"), late)
    late["agencies"][1]["never_critical"] = False
    ordered = row(await reader.get(PAGE + "?due=missed"), late)

    assert "xong sau ngày đề nghị" in asked
    assert "xong muộn" in ordered
