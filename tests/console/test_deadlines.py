"""The page of periods in the reader's eyes."""

import re
from datetime import timedelta

from tests.console.fake_api import READER, FakeApi
from tests.console.fake_papers import NOW
from tests.console.fake_periods import (
    CASE,
    COURT,
    PERSON,
    PROCURACY,
    day_end,
    iso,
    period,
)
from tests.console.reading import Answer, Reader, words

PAGE = "/console/deadlines"


def row(page: Answer, found: dict[str, object]) -> str:
    """The words of one period's row."""
    return words(page.html, "id", f"p-{found['id']}")


def classes(page: Answer, found: dict[str, object]) -> str:
    """The classes of one period's row."""
    [said] = re.findall(rf'<li class="([^"]*)" data-row id="p-{found["id"]}"', page.html)
    return str(said)


async def test_the_first_sentence_says_what_is_late_what_ends_today_and_what_is_next(
    reader: Reader,
) -> None:
    page = await reader.get(PAGE)

    assert page.status == 200
    assert page.part("lead") == (
        "1 thời hạn đã quá hạn: Thời hạn LATE, quá 2 ngày 9 giờ. 1 thời hạn hết hôm nay. "
        "Đến hạn tiếp theo: Thời hạn TASK-DUE, 24:00 hôm nay, còn 14 giờ 18 phút."
    )


async def test_the_first_sentence_stays_the_same_whatever_is_filtered(reader: Reader) -> None:
    whole = (await reader.get(PAGE)).part("lead")

    for due in ("overdue", "today", "week", "later", "missed"):
        page = await reader.get(f"{PAGE}?due={due}")

        assert page.part("lead") == whole, due
        [first, *_] = re.findall(r'<a href="([^"]*)#p-', page.html)
        assert first == PAGE, "the row stands on the page of all"


async def test_bands_stand_in_the_order_of_their_urgency_and_what_has_ended_is_left_out(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    bands = ("over", "today", "week", "later", "past")
    places = [page.html.index(f'id="b-{band}"') for band in bands]
    assert places == sorted(places)
    assert "DONE" not in page.text
    assert "CLOSED" not in page.text
    assert [page.part(f"chip-{key}") for key in ("all", "over", "today", "week", "later")] == [
        *("7", "1", "1", "1", "1")
    ]


async def test_a_row_says_what_by_which_article_until_when_and_why_so_long(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    said = row(page, api.period("INV"))
    assert "còn 5 ngày 24:00, 04/08/2025" in said
    assert "Thời hạn INV Period INV" in said
    assert "Điều 172, Bộ luật Tố tụng hình sự 2015 (101/2015/QH13, sửa đổi: 02/2021)" in said
    assert "Thời hạn: 4 tháng, vì tội phạm rất nghiêm trọng; " in said
    assert "ngày nghỉ nên hạn là ngày làm việc kế tiếp; đã tính lại 1 lần." in said
    assert "02/2021). chưa đối chiếu Thời hạn" in said
    assert "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An" in said
    assert "chưa đối chiếu" not in row(page, api.period("LATE"))


async def test_extensions_say_who_until_when_by_which_article_and_what_was_wrong(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    assert (
        "Gia hạn. Lần 1: Viện kiểm sát nhân dân tỉnh Nghệ An quyết định ngày 28/07/2025, "
        "đến 24:00, 04/08/2025 (Điều 172(2),(5)) đề nghị muộn"
    ) in row(page, api.period("INV"))


async def test_the_starting_fact_is_said_and_leads_to_the_timeline_of_then(
    reader: Reader, api: FakeApi
) -> None:
    late = api.period("LATE")

    page = await reader.get(PAGE)
    [start] = re.findall(rf'href="([^"]*#e-{late["start_event"]})"', page.html)
    there = await reader.get(start.replace("&amp;", "&"))

    assert "Tính từ 09:42, 10/07/2025: Công an tỉnh Nghệ An khởi tố vụ án số 138/QĐ-BP" in row(
        page, late
    )
    assert f'id="e-{late["start_event"]}"' in there.html


async def test_a_start_that_the_timeline_does_not_have_yet_is_not_invented(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    assert "Tính từ 09:42, 10/07/2025: sự kiện bắt đầu" in row(page, api.period("INV"))


async def test_what_started_a_period_is_asked_once(reader: Reader, api: FakeApi) -> None:
    asked: list[str] = []
    await reader.get(PAGE)
    api.on_timeline = lambda query: asked.append(query.get("subject", ""))
    known = [each["subject"] for each in api.periods if each["rule"] == "LATE"]

    api.periods = [api.period("LATE")]
    page = await reader.get(PAGE)

    assert "khởi tố vụ án số 138/QĐ-BP" in page.text
    assert known[0] not in asked


async def test_what_was_missed_has_a_shape_and_a_word_beside_its_colour(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    late = api.period("LATE")
    html = page.html[page.html.index(f'id="p-{late["id"]}"') :].partition("</li>")[0]
    assert "missed" in classes(page, late)
    assert html.count("#st-overdue") == 2, "in the clock and in the mark"
    assert "Quá hạn" in row(page, late)
    assert "quá 2 ngày 9 giờ" in row(page, late)


async def test_what_cannot_be_recorded_as_done_yet_is_past_and_never_overdue(
    reader: Reader, api: FakeApi
) -> None:
    notice = api.period("LATE")
    notice["waits_for"] = "notifications"

    page = await reader.get(PAGE)

    said = row(page, notice)
    assert "đã hết 2 ngày 9 giờ trước 24:00, 27/07/2025" in said
    assert "chưa có cách ghi nhận đã thực hiện, nên không tính quá hạn" in said
    assert "Quá hạn" not in said and "missed" not in classes(page, notice)
    assert page.part("lead").startswith("Không có thời hạn nào quá hạn.")


async def test_requests_rights_and_at_once_are_past_and_never_overdue(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(PAGE)

    said = {rule: row(page, api.period(rule)) for rule in ("ASKED", "AT-ONCE", "RIGHT")}
    assert "ngày đề nghị đã qua 2 ngày 9 giờ" in said["ASKED"]
    assert "đề nghị" in said["ASKED"]
    assert "đã 3 giờ luật ghi “ngay”, không định giờ" in said["AT-ONCE"]
    assert "đã hết 2 ngày 9 giờ trước" in said["RIGHT"]
    assert "Người có quyền" in said["RIGHT"]
    for rule, text in said.items():
        assert "Quá hạn" not in text, rule
        assert "missed" not in classes(page, api.period(rule)), rule


async def test_a_filter_is_an_address_and_asks_the_api_for_just_that(
    reader: Reader, api: FakeApi
) -> None:
    pages = {
        due: await reader.get(f"{PAGE}?due={due}") for due in ("overdue", "today", "week", "later")
    }

    shown = {
        due: [each["rule"] for each in api.periods if f'id="p-{each["id"]}"' in page.html]
        for due, page in pages.items()
    }
    assert shown == {
        "overdue": ["LATE", "ASKED", "AT-ONCE", "RIGHT"],
        "today": ["TASK-DUE"],
        "week": ["INV"],
        "later": ["CUSTODY"],
    }
    assert all('aria-current="true"' in page.html for page in pages.values())
    assert 'name="due" value="week"' in pages["week"].html


async def test_what_ends_with_today_is_todays_and_what_ends_after_it_is_not(
    reader: Reader, api: FakeApi
) -> None:
    api.periods = [
        period("TONIGHT", day_end(0)),
        period("TOMORROW", day_end(0) + timedelta(minutes=1)),
        period("SEVENTH", day_end(7)),
        period("EIGHTH", day_end(7) + timedelta(minutes=1)),
    ]

    page = await reader.get(PAGE)
    week = await reader.get(f"{PAGE}?due=week")

    counts = {key: page.part(f"chip-{key}") for key in ("today", "week", "later")}
    assert counts == {"today": "1", "week": "2", "later": "1"}
    assert row(week, api.period("TOMORROW"))
    assert row(week, api.period("SEVENTH"))
    assert not row(week, api.period("TONIGHT"))
    assert not row(week, api.period("EIGHTH"))


async def test_missed_ones_are_listed_also_when_they_were_done_late(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(f"{PAGE}?due=missed")

    assert "Có hạn trong 30 ngày qua mà không kịp" in page.text
    assert "Quá hạn" in row(page, api.period("LATE"))
    assert "xong muộn 2 ngày 9 giờ" in row(page, api.period("DONE-LATE"))
    assert "Đã trễ" in row(page, api.period("DONE-LATE"))


async def test_periods_of_one_body(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(f"{PAGE}?agency={PROCURACY}")

    assert page.html.count('<li class="job') == 1
    assert f'<option value="{PROCURACY}" selected>' in page.html
    assert f'<option value="{READER}">Công an tỉnh Nghệ An (cơ quan tôi)' in page.html
    assert all(asked["agency"] == PROCURACY for asked in api.asked)


async def test_periods_around_one_file_whatever_their_state(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(f"{PAGE}?subject={CASE}")
    of_procuracy = await reader.get(f"{PAGE}?subject={CASE}&agency={PROCURACY}")
    missed = await reader.get(f"{PAGE}?subject={CASE}&due=missed")

    around = [each for each in api.periods if CASE in (each["subject"], *each["around"])]
    assert all(f'id="p-{each["id"]}"' in page.html for each in around)
    assert "Mọi thời hạn quanh hồ sơ này" in page.part("lead")
    assert "xong trong hạn" in row(page, api.period("DONE"))
    assert "đã chấm dứt vụ việc đã chuyển hoặc kết thúc" in row(page, api.period("CLOSED"))
    assert of_procuracy.html.count('<li class="job') == 1
    assert missed.html.count('<li class="job') == 2


async def test_a_file_may_be_given_as_the_address_of_its_page(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(
        f"{PAGE}?subject=https%3A%2F%2Fln.example%2Fconsole%2F{CASE}%3Flang%3Den"
    )

    assert page.status == 200
    assert {asked["subject"] for asked in api.asked} == {CASE}
    assert f'name="subject" value="{CASE}"' in page.html


async def test_a_row_leads_to_what_it_is_about(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(PAGE)

    html = page.html[page.html.index(f'id="p-{api.period("CUSTODY")["id"]}"') :]
    assert f'class="j-title" href="/console/{PERSON}"' in html.partition("</li>")[0]
    assert f'href="/console/{CASE}">Vụ án …0ca5e1' in html


async def test_a_kind_without_a_page_leads_to_its_timeline(reader: Reader, api: FakeApi) -> None:
    api.periods = [
        period("R", day_end(1), subject="report:0f3c2a1b-0000-4000-8000-000000000009"),
        period("B", day_end(2), subject="border_request:0f3c2a1b-0000-4000-8000-000000000009"),
    ]

    page = await reader.get(PAGE)

    assert 'href="/console/timeline?subject=report:0f3c2a1b-' in page.html
    assert 'href="/console/timeline?subject=border_request:0f3c2a1b-' in page.html
    assert "Đề nghị gửi nước ngoài …000009" in page.text


async def test_a_long_band_is_cut_and_its_filter_turns_pages(reader: Reader, api: FakeApi) -> None:
    api.periods = [period(f"P{n:03}", day_end(20 + n)) for n in range(120)]

    whole = await reader.get(PAGE)
    first = await reader.get(f"{PAGE}?due=later")
    [next] = re.findall(r'href="([^"]*after=[^"]*)"', first.html)
    second = await reader.get(next.replace("&amp;", "&"))

    assert whole.html.count('<li class="job') == 8
    assert whole.part("chip-later") == "100+"
    assert "Mỗi nhóm chỉ đếm đến 100" in whole.part("lead")
    assert "Xem đủ nhóm này, còn hơn 92" in whole.text
    assert row(first, api.period("P039")) and not row(first, api.period("P040"))
    assert row(second, api.period("P040")) and not row(second, api.period("P039"))
    assert "Về đầu danh sách" in second.text


async def test_more_that_are_late_than_are_counted_is_said(reader: Reader, api: FakeApi) -> None:
    api.periods = [period(f"P{n:03}", day_end(-2 - n)) for n in range(101)]

    page = await reader.get(PAGE)

    assert page.part("lead").startswith("Hơn 100 thời hạn đã quá hạn, lâu nhất: Thời hạn P100")


async def test_nothing_at_all_is_said_in_a_sentence(reader: Reader, api: FakeApi) -> None:
    api.periods = []

    page = await reader.get(PAGE)
    late = await reader.get(f"{PAGE}?due=overdue")

    assert page.part("lead") == "Không có thời hạn nào đang chạy."
    assert "Không có thời hạn nào khớp." in page.text
    assert late.part("chip-over") == "0"
    assert "Không có thời hạn nào quá hạn." in late.text


async def test_a_filter_that_is_not_understood_says_how_to_write_it(
    reader: Reader, api: FakeApi
) -> None:
    for asked, said in (
        ("subject=%3Cb%3E", "Không hiểu hồ sơ cần lọc. Hãy viết loại và mã, ví dụ case:"),
        ("agency=..%2F", "Không hiểu cơ quan trong địa chỉ này."),
    ):
        page = await reader.get(f"{PAGE}?{asked}")

        assert page.status == 422
        assert said in page.text
        assert 'role="alert"' in page.html
    assert api.asked == []


async def test_a_body_that_nobody_knows_has_no_periods(reader: Reader) -> None:
    page = await reader.get(f"{PAGE}?agency=NOBODY-P99-99")

    assert page.status == 200
    assert "Chỉ xem: NOBODY-P99-99" in page.text
    assert "Không có thời hạn nào khớp." in page.text


async def test_an_api_that_is_away_is_said_on_a_page(reader: Reader, api: FakeApi) -> None:
    api.broken = True

    page = await reader.get(PAGE)

    assert page.status == 503
    assert "Hệ thống đang bận." in page.text


async def test_it_speaks_english_and_keeps_the_vietnamese_title(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(f"{PAGE}?lang=en")

    said = row(page, api.period("INV"))
    assert "5 days left" in said
    assert "Period INV Thời hạn INV" in said
    assert "Length: 4 months, because: very serious offence" in said
    assert "Article 172(2),(5)" in said


async def test_an_old_body_is_named_as_on_the_day_on_which_the_period_began(
    reader: Reader, api: FakeApi
) -> None:
    began = iso(NOW.replace(month=2, day=3))
    api.periods = [period("OLD", day_end(3), agencies=("SO_LDTBXH-P63-40",), started_at=began)]

    page = await reader.get(PAGE)

    assert "SO_LDTBXH" not in row(page, api.period("OLD"))
    assert "Lao động" in row(page, api.period("OLD"))


async def test_a_request_to_a_court_that_was_done_late_is_no_miss(
    reader: Reader, api: FakeApi
) -> None:
    api.periods = [
        period(
            "R",
            day_end(-2),
            agencies=(COURT,),
            never=(COURT,),
            state="missed",
            ended_at=iso(NOW),
            in_time=False,
        )
    ]

    page = await reader.get(f"{PAGE}?subject={CASE}")

    assert "xong sau ngày đề nghị 1 ngày 9 giờ" in row(page, api.period("R"))
    assert "Đã trễ" not in row(page, api.period("R"))
