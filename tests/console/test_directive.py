"""The page of one directive in the reader's eyes."""

from tests.console.fake_api import FakeApi, summary
from tests.console.reading import Reader


def address(api: FakeApi, view: str = "") -> str:
    return f"/console/directive:{api.big['id']}" + (f"?view={view}" if view else "")


async def test_it_opens_with_the_answer(reader: Reader, api: FakeApi) -> None:
    line = summary(api.big)
    waiting = line["bodies"] - line["bodies_acknowledged"] - line["bodies_returned"]

    page = await reader.get(address(api))

    expected = f"{waiting} trong {line['bodies']} cơ quan chưa tiếp nhận văn bản."
    assert page.part("lead") == expected
    assert page.html.count("<h1") == 1


async def test_the_chain_goes_from_the_law_to_what_was_set_going(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(address(api))

    words = page.text
    places = [words.index(each) for each in ("Căn cứ", "Thực hiện", "Văn bản này", "Triển khai")]
    assert places == sorted(places)
    assert "Thủ tướng Chính phủ" in words


async def test_the_campaign_shows_where_today_stands(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(address(api))

    assert "Cao điểm 01/07/2025 – hết 30/09/2025" in page.text
    assert "Còn 62 ngày." in page.text
    assert "30/07 hôm nay: ngày 30 trong 92" in page.text


async def test_a_campaign_without_days_is_told_and_not_drawn(reader: Reader, api: FakeApi) -> None:
    older = next(each for each in api.directives if each["reference"] == "38/KH-BCĐ")

    page = await reader.get(f"/console/directive:{older['id']}")

    assert "văn bản không nêu ngày" in page.text
    assert 'class="strip"' not in page.html


async def test_a_cell_of_many_bodies_counts_those_that_took_the_task_on(
    reader: Reader, api: FakeApi
) -> None:
    counts = api.task("T37")["counts"]
    taken = counts["accepted"] + counts["in_progress"] + counts["done_unconfirmed"]

    page = await reader.get(address(api))

    assert page.part("m-T37-UBND_XA").startswith(f"{taken}/130")


async def test_leading_and_helping_are_told_apart_in_words(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(address(api))

    assert "Bộ Chỉ huy Quân sự tỉnh Nghệ An: chủ trì" in page.part("m-T15-BCHQS_TINH")
    assert page.part("m-T15-CA_TINH") == "Công an tỉnh Nghệ An: phối hợp"


async def test_procuracy_and_courts_are_never_shown_as_overdue(
    reader: Reader, api: FakeApi
) -> None:
    task = api.task("T03")
    task["overdue"] = True
    for each in task["assignees"]:
        each["status"] = "accepted"

    page = await reader.get(address(api))

    assert 'look-overdue" data-part="m-T03-CA_TINH"' in page.html
    assert 'look-accepted" data-part="m-T03-VKSND_TINH"' in page.html
    assert 'look-accepted" data-part="m-T03-MTTQ_TINH"' in page.html


async def test_who_has_not_acted_is_named(reader: Reader, api: FakeApi) -> None:
    behind = [
        body["name_vi"]
        for each in api.big["addressee_list"]
        for body in each["bodies"]
        if body["status"] == "dispatched"
    ]

    page = await reader.get(address(api))

    assert f"{len(behind)} UBND xã" in page.text
    assert all(name in page.text for name in behind)


async def test_bodies_that_are_many_are_closed_behind_their_counts(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(address(api, "agencies"))

    assert page.html.count('<details class="addressee" open>') == 1
    assert page.html.count('<details class="addressee">') == 1
    assert "Số đến" in page.text


async def test_by_term_what_has_a_last_day_stands_first(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(address(api, "due"))

    assert page.text.index("Có hạn") < page.text.index("Không có ngày cuối")


async def test_targets_say_their_figure_or_that_there_is_none(reader: Reader, api: FakeApi) -> None:
    older = next(each for each in api.directives if each["target_list"])
    older["target_list"][0]["scope"] = {"population": "mọi xã", "area": "P34-40"}

    page = await reader.get(f"/console/directive:{older['id']}")

    assert "mọi xã, tỉnh Nghệ An" in page.text
    assert "từ 30 % trở lên" in page.text
    assert "văn bản không nêu mức" in page.text


async def test_a_report_line_says_from_whom_through_whom_to_whom(
    reader: Reader, api: FakeApi
) -> None:
    district = next(each for each in api.directives if each["report_list"])

    page = await reader.get(f"/console/directive:{district['id']}")

    assert "qua Phòng Lao động – Thương binh và Xã hội huyện Thạch Thất" in page.text
    assert "trước ngày 05/08/2024" in page.text
    assert "cơ quan chưa báo cáo" in page.text


async def test_a_directive_that_is_not_there_is_not_found(reader: Reader) -> None:
    page = await reader.get("/console/directive:00000000-0000-0000-0000-000000000000")

    assert page.status == 404
    assert "Không tìm thấy" in page.text
    assert page.headers["Content-Type"].startswith("text/html")
