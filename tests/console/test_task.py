"""The page of one task in the reader's eyes."""

from tests.console.fake_api import FakeApi
from tests.console.reading import Reader

COMMUNES = 130


async def test_it_says_what_is_asked_by_when_and_why_then(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(f"/console/task:{api.task('T03')['id']}")

    assert "còn 62 ngày 24:00, 30/09/2025" in page.text
    assert "Từ 01/07/2025 đến hết 30/09/2025: ngày cuối vẫn còn đúng hạn." in page.text
    assert "Hình thức giao" in page.text


async def test_strictly_before_a_day_says_that_the_day_is_late(
    reader: Reader, api: FakeApi
) -> None:
    district = next(each for each in api.directives if each["report_list"])
    task = next(each for each in district["task_list"] if each["due"]["type"] == "before")
    api.tell(district, "giao", district["issuer"], api.now, task)

    page = await reader.get(f"/console/task:{task['id']}")

    assert "Trước ngày 05/08/2024: chính ngày đó đã là muộn." in page.text
    assert "hạn 24:00, 04/08/2024" in page.text


async def test_a_request_says_that_it_never_counts_as_overdue(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(f"/console/task:{api.task('T30')['id']}")

    assert "đề nghị không tính quá hạn" in page.text
    assert "Văn bản không nêu thời hạn." in page.text


async def test_statutory_terms_are_called_by_their_names_and_articles(
    reader: Reader, api: FakeApi
) -> None:
    task = next(each for each in api.big["task_list"] if each["due"]["type"] == "continuous")
    task["due"] = {"type": "statutory", "rules": ["TIP-CLASSIFY", "NO-SUCH-RULE"]}

    page = await reader.get(f"/console/task:{task['id']}")

    said = "từng việc: Phân loại tố giác, tin báo (Điều 8(1),(2)); NO-SUCH-RULE."
    assert said in page.text


async def test_the_sentence_counts_who_has_taken_it_on(reader: Reader, api: FakeApi) -> None:
    task = api.task("T37")
    counts = task["counts"]
    taken = counts["accepted"] + counts["in_progress"] + counts["done_unconfirmed"]

    page = await reader.get(f"/console/task:{task['id']}")

    assert page.part("lead").startswith(f"{taken} trong {COMMUNES} cơ quan đã tiếp nhận.")
    assert f"{counts['open']} chưa tiếp nhận." in page.part("lead")


async def test_communes_wait_behind_their_counts_who_has_not_acted_first(
    reader: Reader, api: FakeApi
) -> None:
    task = api.task("T37")

    page = await reader.get(f"/console/task:{task['id']}")

    rows = [page.part(f"t-{each['agency']}") for each in task["assignees"]]
    assert len(rows) == COMMUNES
    assert all(rows)
    assert f"{COMMUNES} UBND xã" in page.text
    assert page.html.index("look-issued", page.html.index("<tbody")) < page.html.index(
        "look-progress", page.html.index("<tbody")
    )


async def test_a_task_that_is_not_there_is_not_found(reader: Reader) -> None:
    page = await reader.get("/console/task:00000000-0000-0000-0000-000000000000")

    assert page.status == 404
