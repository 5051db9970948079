"""The page of a case, a tip, a raid or a person in the reader's eyes."""

from tests.console.fake_api import FakeApi
from tests.console.fake_periods import CAMPAIGN, CASE, PERSON, RAID, TIP, day_end, period
from tests.console.reading import Reader, words


async def test_a_case_says_its_stage_whose_hands_and_what_runs(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(f"/console/{CASE}")

    assert page.status == 200
    assert "<h1>Vụ án 138/QĐ-BP</h1>" in page.html
    assert page.part("lead").startswith(
        "Điều tra từ 09:42, 10/07/2025. Hồ sơ đang ở Cơ quan Cảnh sát điều tra Công an tỉnh "
        "Nghệ An từ 09:42, 10/07/2025. Đang chuyển cho Viện kiểm sát nhân dân tỉnh Nghệ An, "
        "chưa được nhận. 1 thời hạn đã quá hạn: Thời hạn LATE"
    )


async def test_running_periods_stand_open_and_ended_ones_behind_their_number(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(f"/console/{CASE}")

    behind = page.html.index('<details class="rows"')
    places = {
        rule: page.html.index(f'id="p-{api.period(rule)["id"]}"')
        for rule in ("LATE", "INV", "CUSTODY", "DONE", "DONE-LATE", "CLOSED")
    }
    assert {rule for rule, at in places.items() if at < behind} == {"LATE", "INV", "CUSTODY"}
    assert "3 thời hạn đã kết thúc" in page.text
    assert page.part("running-n") == "5"
    assert "TASK-DUE" not in page.text


async def test_what_is_known_of_a_case_leads_on(reader: Reader) -> None:
    page = await reader.get(f"/console/{CASE}")

    assert "Tội danh Điều 150 khoản 2 BLHS" in page.text
    assert "Loại tội phạm rất nghiêm trọng" in page.text
    assert "Trả hồ sơ Viện kiểm sát: 2 lần" in page.text
    assert "Cáo trạng số 21/CT-VKS" in page.text
    assert "Thụ lý số" not in page.text
    assert "Thẩm phán" not in page.text
    assert "Lưu ý án điểm" in page.text
    assert f'href="/console/{PERSON}">Người trong tố tụng …be11e2' in page.html
    assert f'href="/console/{TIP}">Tin báo …71b003' in page.html
    assert "Tách từ" not in page.text


async def test_the_timeline_stands_on_the_page_and_is_kept_up_to_date(
    reader: Reader, api: FakeApi
) -> None:
    page = await reader.get(f"/console/{CASE}")

    assert f'data-live="{CASE}"' in page.html
    assert "khởi tố vụ án số 138/QĐ-BP" in words(page.html, "data-later", "feed")
    assert f'href="/console/timeline?subject={CASE}"' in page.html


async def test_a_person_is_a_pseudonym_and_what_is_sealed_is_said(reader: Reader) -> None:
    page = await reader.get(f"/console/{PERSON}")

    assert "<h1>Người trong tố tụng …be11e2</h1>" in page.html
    assert "Danh tính đã niêm phong" in page.text
    assert "Biện pháp tạm giữ Tội danh Điều 150 khoản 3 BLHS" in page.text
    assert "Tạm giữ đến hết 30/07/2025" in page.text
    assert "dưới 18 tuổi" in page.text
    assert f'href="/console/{CASE}"' in page.html


async def test_a_tip_says_what_was_erased_and_which_case_it_led_to(reader: Reader) -> None:
    page = await reader.get(f"/console/{TIP}")

    assert "<h1>Tin báo 27/2025</h1>" in page.html
    assert "Nội dung đã xóa vĩnh viễn" in page.text
    assert "Người cung cấp" not in page.text
    assert "Kênh Tổng đài 111" in page.text
    assert "Không có thời hạn nào đang chạy cho hồ sơ này." in page.text


async def test_a_raid_under_way_does_not_say_where(reader: Reader) -> None:
    page = await reader.get(f"/console/{RAID}")

    assert "Đang tiến hành từ 09:42, 10/07/2025. Công an tỉnh Nghệ An chủ trì." in page.text
    assert "Địa bàn chỉ nêu sau khi kết thúc" in page.text


async def test_a_campaign_says_its_theme_its_days_where_and_with_whom(reader: Reader) -> None:
    page = await reader.get(f"/console/{CAMPAIGN}")

    assert "Công an tỉnh Nghệ An chủ trì." in page.text
    for said in (
        "Chủ đề Cao điểm tuyến biên giới",
        "Loại Kết hợp nhiều mặt",
        "Thời gian từ 15/07/2025 đến hết 30/09/2025",
        "Địa bàn tỉnh Nghệ An",
        "Cơ quan mở Ban Chỉ đạo 138 tỉnh Nghệ An",
        "Lực lượng Ban Chỉ huy Bộ đội Biên phòng tỉnh Nghệ An",
    ):
        assert said in page.text


async def test_a_code_that_the_console_does_not_know_is_shown_as_it_is(
    reader: Reader, api: FakeApi
) -> None:
    api.states[PERSON]["measure"] = "moon_ban"

    page = await reader.get(f"/console/{PERSON}")

    assert "Biện pháp moon_ban" in page.text


async def test_an_entry_of_a_case_leads_to_the_case(reader: Reader) -> None:
    page = await reader.get("/console/timeline")

    assert f'<a class="plain" href="/console/{CASE}">' in page.html


async def test_a_file_that_is_not_there_is_not_found(reader: Reader) -> None:
    page = await reader.get("/console/case:00000000-0000-0000-0000-000000000000")

    assert page.status == 404
    assert "Không có trang, văn bản, nhiệm vụ hay hồ sơ ở địa chỉ này" in page.text


async def test_a_case_without_periods_says_so(reader: Reader, api: FakeApi) -> None:
    api.periods = [period("OTHER", day_end(1), subject=TIP)]

    page = await reader.get(f"/console/{CASE}")

    assert "Không có thời hạn nào đang chạy cho hồ sơ này." in page.text
    assert "OTHER" not in page.text
