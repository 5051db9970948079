"""The duty desk in the reader's eyes."""

from copy import deepcopy
from uuid import uuid4

from services.console.desk import GROUP_ROWS_SHOWN
from tests.console.fake_api import FakeApi, summary
from tests.console.reading import Reader


async def test_the_first_sentence_says_who_has_not_acted_what_is_late_and_what_is_next(
    reader: Reader, api: FakeApi
) -> None:
    lines = [summary(each) for each in api.directives]
    waiting = sum(each["bodies"] - each["bodies_acknowledged"] for each in lines)
    bodies = sum(each["bodies"] for each in lines)

    page = await reader.get("/console/")

    assert page.part("lead") == (
        f"{waiting} trong {bodies} lượt gửi chưa được tiếp nhận, ở 1 văn bản. "
        "3 văn bản có nhiệm vụ quá hạn, lâu nhất: Kế hoạch 38/KH-BCĐ, quá 1.671 ngày. "
        "Đến hạn tiếp theo: Công văn 6325/UBND-NC, 24:00, 30/09/2025, còn 62 ngày."
    )


async def test_what_is_late_stands_first_then_what_is_due_then_the_undated(
    reader: Reader,
) -> None:
    page = await reader.get("/console/")

    places = [page.html.index(f'id="h-{group}"') for group in ("over", "later", "undated")]
    assert places == sorted(places)


async def test_a_row_counts_the_bodies_that_received_and_acknowledged(
    reader: Reader, api: FakeApi
) -> None:
    line = summary(api.big)

    page = await reader.get("/console/")

    assert page.part(f"got-{line['id']}") == f"{line['bodies_received']}/{line['bodies']} đã nhận"
    assert page.part(f"ack-{line['id']}").startswith(f"{line['bodies_acknowledged']}/")
    assert page.part(f"tasks-{line['id']}").startswith("39 nhiệm vụ")


async def test_a_filter_is_an_address_and_shows_what_it_counts(reader: Reader) -> None:
    page = await reader.get("/console/?due=overdue")

    assert page.html.count('<li class="job') == 3
    assert page.part("chip-over") == "3"


async def test_an_unknown_filter_shows_everything(reader: Reader) -> None:
    page = await reader.get("/console/?due=yesterday&state=%3Cb%3E")

    assert page.html.count('<li class="job') == 5


async def test_a_filter_without_rows_says_what_is_true_and_what_comes_next(
    reader: Reader,
) -> None:
    page = await reader.get("/console/?state=returned")

    assert "Không có văn bản nào bị trả lại." in page.text
    assert "Việc đến hạn tiếp theo: Công văn 6325/UBND-NC" in page.text


async def test_an_opened_row_names_who_has_not_acknowledged(reader: Reader, api: FakeApi) -> None:
    behind = [
        body["name_vi"]
        for each in api.big["addressee_list"]
        for body in each["bodies"]
        if body["status"] in ("dispatched", "received")
    ]

    page = await reader.get(f"/console/?open={api.big['id']}")

    assert behind
    assert all(name in page.text for name in behind)
    assert 'aria-expanded="true"' in page.html


async def test_a_request_whose_day_has_passed_is_not_overdue(reader: Reader, api: FakeApi) -> None:
    api.directives = [api.big]
    for task in api.big["task_list"]:
        task["mode"] = "request"
        task["due_at"] = "2025-07-20T17:00:00+00:00" if task["due_at"] else None
        task["overdue"] = False

    page = await reader.get("/console/")

    assert "Không có nhiệm vụ nào quá hạn." in page.part("lead")
    assert "ngày đề nghị đã qua 9 ngày" in page.text


async def test_many_directives_wait_behind_their_number(reader: Reader, api: FakeApi) -> None:
    late = next(each for each in api.directives if each["reference"] == "38/KH-BCĐ")
    copies = [deepcopy(late) | {"id": str(uuid4())} for _ in range(25)]
    api.directives += copies

    page = await reader.get("/console/")

    assert f"Còn {26 + 2 - GROUP_ROWS_SHOWN} văn bản" in page.text
    assert page.html.index("<details") > page.html.index('id="h-over"')


async def test_a_search_is_passed_to_the_api(reader: Reader) -> None:
    page = await reader.get("/console/?q=1368")

    assert page.html.count('<li class="job') == 1
    assert "1 văn bản khớp “1368”" in page.text


async def test_gaps_of_a_source_are_marked(reader: Reader) -> None:
    page = await reader.get("/console/")

    assert "nguồn thiếu: số, ký hiệu, ngày ban hành" in page.text


async def test_a_paper_without_a_day_says_between_which_days(reader: Reader) -> None:
    page = await reader.get("/console/")

    assert "trong khoảng 01/01/2023 – 31/07/2023" in page.text


async def test_no_directive_at_all_is_said_in_a_sentence(reader: Reader, api: FakeApi) -> None:
    api.directives = []

    page = await reader.get("/console/")

    assert page.status == 200
    assert page.part("lead") == "Chưa có văn bản chỉ đạo nào được ghi nhận."
