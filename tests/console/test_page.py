"""Every page: its headers, its language, its theme, and that it escapes what others wrote."""

import re

import pytest

from tests.console.fake_api import FakeApi
from tests.console.fake_periods import CASE, PERSON
from tests.console.reading import Answer, Reader

HOSTILE = "<script>alert('1')</script>\"'><img src=x onerror=alert(2)>"
PATHS = (
    "/console/",
    "/console/deadlines",
    "/console/timeline",
    "/console/sign-in",
    "/console/nothing-here",
)


def every_page(api: FakeApi) -> list[str]:
    directive, task = api.big["id"], api.task("T03")["id"]
    return [
        *PATHS,
        f"/console/?open={directive}",
        *(f"/console/directive:{directive}?view={view}" for view in ("", "agencies", "due")),
        f"/console/task:{task}",
        f"/console/{CASE}",
        f"/console/{PERSON}",
        f"/console/deadlines?subject={CASE}",
        f"/console/timeline?subject=directive:{directive}",
    ]


def assert_guarded(page: Answer) -> None:
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


async def test_every_page_is_guarded_and_needs_nothing_inline_or_from_elsewhere(
    reader: Reader, api: FakeApi
) -> None:
    for path in every_page(api):
        page = await reader.get(path)

        assert_guarded(page)
        assert not re.search(r"<script(?![^>]*\bsrc=)", page.html), path
        assert not re.search(r"<[^>]*\s(style|on\w+)=", page.html), path
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.html), path


async def test_refusals_and_redirections_are_guarded_too(stranger: Reader) -> None:
    for path in ("/console/", "/console/enter?ticket=x", "/console/live"):
        assert_guarded(await stranger.get(path))


async def test_what_others_wrote_is_escaped_everywhere(reader: Reader, api: FakeApi) -> None:
    directive = api.big
    directive |= {
        "title": HOSTILE,
        "reference": HOSTILE,
        "subject_vi": HOSTILE,
        "issuer_vi": HOSTILE,
        "missing": [HOSTILE],
        "revised": HOSTILE,
    }
    directive["paper"]["theme"] = {"vi": HOSTILE, "en": None}
    directive["paper"]["legal_basis"] = [{"ref": HOSTILE, "issuer": HOSTILE}]
    for each in directive["addressee_list"]:
        each["name_vi"] = HOSTILE
        each["bodies"][0] |= {"name_vi": HOSTILE, "return_reason": HOSTILE, "status": "returned"}
    for task in directive["task_list"]:
        task |= {"title_vi": HOSTILE, "lead_vi": HOSTILE, "work_line": HOSTILE, "note": HOSTILE}
        task["assignees"][0] |= {"name_vi": HOSTILE, "short_vi": HOSTILE, "status": "returned"}
    for each in api.periods:
        each |= {name: HOSTILE for name in ("title_vi", "title_en", "law", "article", "why_vi")}
        each |= {
            "responsible": HOSTILE,
            "rule": HOSTILE,
            "closed": HOSTILE,
            "subject": f"case:{HOSTILE}",
        }
        each["around"] = [CASE, PERSON]
    for state in api.states.values():
        state |= {"stage_vi": HOSTILE, "case_no": HOSTILE, "measure": HOSTILE, "identity": HOSTILE}
        state |= {"holder": HOSTILE, "offered_to": HOSTILE, "severity_class": HOSTILE}
    for entry in api.entries:
        entry |= {"vi": f"{HOSTILE} làm việc", "agency_vi": HOSTILE}

    for path in every_page(api):
        page = await reader.get(f"{path}{'&' if '?' in path else '?'}q={HOSTILE}")

        assert page.status in (200, 404), path
        assert "<script>alert" not in page.html, path
        assert "<img src=x" not in page.html, path
        assert not re.search(r"=\"[^\"]*<", page.html), path


async def test_english_by_switch_stays_until_switched_back(reader: Reader) -> None:
    await reader.get("/console/?lang=en")
    english = await reader.get("/console/")
    await reader.get("/console/?lang=vi")
    vietnamese = await reader.get("/console/")

    assert '<html lang="en"' in english.html
    assert "deliveries are not acknowledged" in english.part("lead")
    assert '<html lang="vi"' in vietnamese.html


async def test_vietnamese_comes_first_whatever_the_browser_prefers(reader: Reader) -> None:
    page = await reader.get("/console/", **{"Accept-Language": "en"})

    assert '<html lang="vi"' in page.html


async def test_english_leaves_recorded_names_as_they_are(reader: Reader, api: FakeApi) -> None:
    page = await reader.get(f"/console/directive:{api.big['id']}?lang=en")

    assert "Official letter 6325/UBND-NC" in page.text
    assert "Who has not acted" in page.text
    assert "Chủ đề" not in page.text


async def test_a_theme_is_drawn_by_the_server_once_chosen(reader: Reader) -> None:
    before = await reader.get("/console/")
    await reader.get("/console/?theme=dark")
    after = await reader.get("/console/")

    assert "data-theme" not in before.html.split(">", 2)[1]
    assert 'data-theme="dark"' in after.html


async def test_an_unknown_address_is_not_found_on_a_page_of_ours(reader: Reader) -> None:
    page = await reader.get("/console/case:VA-1")

    assert page.status == 404
    assert "Không có trang, văn bản, nhiệm vụ hay hồ sơ ở địa chỉ này" in page.text


async def test_an_api_that_is_away_is_said_with_what_stays_safe(
    reader: Reader, api: FakeApi
) -> None:
    api.broken = True

    page = await reader.get("/console/")

    assert page.status == 503
    assert "Hệ thống đang bận." in page.text
    assert "dữ liệu đã ghi vẫn nguyên" in page.text
    assert "Mã try-again, 09:42:00" in page.text
    assert_guarded(page)


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_has_one_heading_landmarks_and_a_way_past_the_navigation(
    reader: Reader, path: str
) -> None:
    page = await reader.get(path)

    assert page.html.count("<h1") == 1
    assert page.html.count("<main") == 1
    assert 'class="skip" href="#content"' in page.html
    assert all("aria-label" in nav for nav in re.findall(r"<nav[^>]*>", page.html))
    assert all('scope="' in head for head in re.findall(r"<th[ >][^>]*>?", page.html))
