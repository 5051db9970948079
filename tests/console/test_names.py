"""What bodies and things are called: by names that people use, not by ids where one is known."""

import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
from yarl import URL

from services.console.session import COOKIE, PATH
from tests.console.fake_api import FakeApi
from tests.console.fake_periods import CASE, COURT, PERSON, RAID, TIP, day_end, period
from tests.console.reading import Reader, words

DISTRICT = "CA_HUYEN-P63-01-276"
"""Police of a district that ended on 1 March 2025."""
REGIONAL = "TAND_KV-P34-40"
"""Regional courts have no list: one of them acts by the id of all of a province."""


async def test_a_body_that_has_ended_is_called_by_its_last_name(
    reader: Reader, api: FakeApi
) -> None:
    api.periods = [period("OLD", day_end(3), agencies=(DISTRICT,))]

    page = await reader.get(f"/console/deadlines?agency={DISTRICT}")

    assert f'<option value="{DISTRICT}" selected>Công an huyện Thạch Thất</option>' in page.html
    assert "Chỉ xem: Công an huyện Thạch Thất" in page.text
    assert DISTRICT not in page.text


async def test_a_body_that_was_never_there_stays_the_id_that_was_asked_for(reader: Reader) -> None:
    page = await reader.get("/console/deadlines?agency=CA_TINH-P99-99")

    assert "Chỉ xem: CA_TINH-P99-99" in page.text


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        ("vi", "Tòa án nhân dân khu vực thuộc tỉnh Nghệ An"),
        ("en", "Regional People's Court, Nghệ An"),
    ],
)
async def test_one_of_the_bodies_without_a_list_is_not_called_all_of_them(
    reader: Reader, api: FakeApi, lang: str, name: str
) -> None:
    cookie: SimpleCookie = SimpleCookie({COOKIE: api.token(REGIONAL)})
    cookie[COOKIE]["path"] = PATH
    reader.http.cookie_jar.update_cookies(cookie, URL(api.url))
    api.states[CASE]["holder"] = REGIONAL

    page = await reader.get(f"/console/{CASE}?lang={lang}")

    assert words(page.html, "class", "who").replace("&#39;", "'").startswith(name)
    assert f"{name} từ" in page.part("lead") or f"{name} since" in page.part("lead")


async def test_a_timeline_says_whose_it_is_and_counts_only_where_it_is_everybodys(
    reader: Reader, api: FakeApi
) -> None:
    task = api.task("T03")
    expected = {
        CASE: "Vụ án 138/QĐ-BP",
        TIP: "Tin báo 27/2025",
        PERSON: "Người trong tố tụng …be11e2",
        f"directive:{api.big['id']}": "Công văn 6325/UBND-NC",
        f"task:{task['id']}": f"T03 {task['title_vi']}, Công văn 6325/UBND-NC",
        "raid:0f3c2a1b-0000-4000-8000-000000000009": "Đợt triệt phá …000009",
        "report:0f3c2a1b-0000-4000-8000-000000000009": "Báo cáo …000009",
    }

    for subject, name in expected.items():
        page = await reader.get(f"/console/timeline?subject={subject}")

        assert f"<h1>Dòng thời gian: {name}</h1>" in page.html, subject
        assert f"<title>Dòng thời gian: {name} – " in page.html, subject
        assert "đã ghi" not in page.text, subject
    whole = await reader.get("/console/timeline")
    assert f"Dòng thời gian đã ghi {len(api.entries)} mục." in whole.text


async def test_what_is_not_there_is_refused_in_words_and_not_by_its_id(
    reader: Reader, api: FakeApi
) -> None:
    del api.states[RAID]

    page = await reader.get(f"/console/{RAID}")

    assert page.status == 404
    assert "hoặc cơ quan của bạn không được biết." in page.text
    assert RAID not in page.text
    assert not re.search(r"\braid\b", page.text)


async def test_a_start_of_a_period_is_in_the_words_of_its_fact_even_if_counted_from_before_it(
    reader: Reader, api: FakeApi
) -> None:
    late = api.period("LATE")
    [fact] = [each for each in api.entries if each["event_id"] == late["start_event"]]
    fact["occurred_at"] = "2025-07-10T04:00:00+00:00"  # 11:00, where the period counts from 09:42.

    page = await reader.get("/console/deadlines")
    [start] = re.findall(rf'href="([^"]*#e-{late["start_event"]})"', page.html)
    there = await reader.get(start.replace("&amp;", "&"))

    said = words(page.html, "id", f"p-{late['id']}")
    assert "Tính từ 09:42, 10/07/2025: Công an tỉnh Nghệ An khởi tố vụ án số 138/QĐ-BP" in said
    assert f'id="e-{late["start_event"]}"' in there.html


async def test_beside_the_sentence_that_names_it_a_link_needs_no_end_of_an_id(
    reader: Reader, api: FakeApi
) -> None:
    task, case, custody = api.period("TASK-DUE"), api.period("LATE"), api.period("CUSTODY")
    task["around"] = [f"directive:{api.big['id']}"]
    before = await reader.get("/console/deadlines")
    api.tell_of(task["subject"], "giao nhiệm vụ T03", task)
    api.tell_of(PERSON, "quyết định tạm giữ", custody)

    page = await reader.get("/console/deadlines")

    def links(html: str, of: dict[str, Any]) -> list[str]:
        row = html[html.index(f'id="p-{of["id"]}"') :].partition("</li>\n")[0]
        return re.findall(r'<a class="nb"[^>]*>([^<]*)</a>', row[row.index("t-about") :])[:2]

    assert [each[:-6] for each in links(before.html, task)] == ["Nhiệm vụ …", "Văn bản chỉ đạo …"]
    assert links(page.html, task) == ["Nhiệm vụ", "Văn bản chỉ đạo"]
    assert links(page.html, case)[0] == "Vụ án"
    assert links(page.html, custody) == ["Người trong tố tụng …be11e2", "Vụ án …0ca5e1"]


async def test_who_is_asked_for_is_called_by_name_on_the_row(reader: Reader, api: FakeApi) -> None:
    api.periods = [period("COURTS", day_end(3), agencies=(COURT, REGIONAL))]

    page = await reader.get("/console/deadlines")

    said = words(page.html, "id", f"p-{api.periods[0]['id']}")
    assert "Tòa án nhân dân khu vực thuộc tỉnh Nghệ An" in said
    assert "Các Tòa án" not in page.text
