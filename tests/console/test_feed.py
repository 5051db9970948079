"""Entries of the timeline as rows, on the desk and on a page of their own."""

from typing import Any
from uuid import UUID

import pytest

from tests.console.fake_api import FakeApi
from tests.console.reading import Reader

COMMUNE = "UBND_XA-P34-40-16681"


async def test_the_newest_entry_stands_first_and_leads_to_its_task(
    reader: Reader, api: FakeApi
) -> None:
    await api.accept("T37", COMMUNE)

    page = await reader.get("/console/")

    first = page.html[page.html.index('<li class="ev"') :]
    assert f'href="/console/task:{api.task("T37")["id"]}"' in first[:900]
    assert "<b>UBND phường Thành Vinh</b> tiếp nhận nhiệm vụ T37" in first[:900]


async def test_what_was_recorded_late_says_by_how_much(reader: Reader) -> None:
    page = await reader.get("/console/")

    assert "ghi muộn 29 ngày" in page.text


async def test_the_timeline_turns_its_pages(reader: Reader, api: FakeApi) -> None:
    newest = await reader.get("/console/timeline")
    [older] = [word for word in newest.html.split('"') if "before=" in word]

    page = await reader.get(older)

    last_shown = int(older.rpartition("=")[2])
    assert f'data-entry="{last_shown - 1}"' in page.html
    assert f'data-entry="{last_shown}"' not in page.html


async def test_local_times_of_an_address_are_given_the_zone_of_viet_nam(
    reader: Reader, api: FakeApi
) -> None:
    asked: list[str] = []
    api.on_timeline = lambda query: asked.append(query.get("as_of", ""))

    page = await reader.get("/console/timeline?as_of=2025-07-01T12:00")

    assert asked == ["2025-07-01T12:00:00+07:00"]
    assert "Chỉ gồm việc đã xảy ra đến lúc đã chọn." in page.text
    assert "data-live" not in page.html


async def test_a_time_that_is_none_is_not_found(reader: Reader) -> None:
    page = await reader.get("/console/timeline?as_of=yesterday")

    assert page.status == 404


@pytest.mark.parametrize("path", ["/console/", "/console/timeline"])
async def test_what_was_corrected_later_says_so_and_leads_to_the_correction(
    reader: Reader, api: FakeApi, path: str
) -> None:
    wrong = api.entries[-1]
    wrong["corrections"] = [correction(138), correction(139)]

    page = await reader.get(path)

    there = f"subject={wrong['subjects'][0]}&amp;before=140#e-{correction(139)['event_id']}"
    mark = page.html[page.html.index('<a class="mark fix"') :].partition("</a>")[0]
    assert f'href="/console/timeline?{there}"' in mark
    assert "Ghi nhận lúc" in mark and mark.endswith("đã đính chính")
    assert page.html.count("đã đính chính") == 1


async def test_the_start_of_a_period_says_that_it_was_corrected(
    reader: Reader, api: FakeApi
) -> None:
    period = api.period("LATE")
    [start] = [each for each in api.entries if each["event_id"] == period["start_event"]]
    before = await reader.get("/console/deadlines")
    start["corrections"] = [correction(138)]
    period["recomputed"] += 1

    page = await reader.get("/console/deadlines")

    assert ("đã đính chính" in before.text, "đã đính chính" in page.text) == (False, True)


def correction(entry: int) -> dict[str, Any]:
    """A correction as an entry of the timeline names it."""
    return {
        "entry": entry,
        "event_id": str(UUID(int=entry)),
        "field": "incoming_number",
        "change": {"old": "12", "new": "21"},
        "recorded_at": "2025-07-30T08:00:00+07:00",
        "vi": "đã đính chính",
        "en": "corrected",
    }


async def test_a_correction_is_marked(reader: Reader, api: FakeApi) -> None:
    api.entries[-1]["topic"] = "directives.directive_revised.v1"
    api.entries[-1]["late"] = False

    page = await reader.get("/console/")

    assert "điều chỉnh" in page.text


async def test_what_the_clock_says_is_no_agencys(reader: Reader, api: FakeApi) -> None:
    api.entries[-1] |= {"store": "deadlines", "agency": "BCD138_CP-VN"}

    page = await reader.get("/console/timeline")

    first = page.html[page.html.index("<tr data-row") :].partition("</tr>")[0]
    assert "#lane-system" in first
