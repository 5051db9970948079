"""What keyboards, fingers and small screens need of the console, in a real browser."""

from typing import Any

from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import Scene
from tests.browser.test_console_in_chromium import PHONE, enter
from tests.console.fake_api import FakeApi
from tests.console.fake_periods import CASE

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
TABS_MAX = 120
FOCUSED = """() => {
  const at = document.activeElement, seen = at.getBoundingClientRect();
  const bar = document.querySelector('.tabbar').getBoundingClientRect();
  const inside = at.closest('.tabbar, .top');
  return {what: at.outerHTML.slice(0, 120),
          end: Boolean(at.closest('.tabbar')) || at === document.body,
          hidden: !inside && bar.height > 0 && seen.height > 0 && seen.top >= bar.top};
}"""


async def test_the_focus_never_hides_behind_the_bar_of_a_phone(
    page: Page, api: FakeApi, standing: Scene
) -> None:
    await page.set_viewport_size(PHONE)
    await enter(page, standing, f"/console/directive:{api.big['id']}")

    reached: list[dict[str, Any]] = []
    while len(reached) < TABS_MAX and not (reached and reached[-1]["end"]):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(FOCUSED))

    assert len(reached) > 20
    assert [each["what"] for each in reached if each["hidden"]] == []


async def test_links_among_the_facts_of_a_file_can_be_hit(page: Page, standing: Scene) -> None:
    await enter(page, standing, f"/console/{CASE}")

    small = await page.evaluate(
        """[...document.querySelectorAll('.facts a')]
        .filter(e => e.offsetHeight < 24).map(e => e.outerHTML.slice(0, 120))"""
    )

    assert await page.locator(".facts a").count() > 1
    assert small == []


async def test_on_a_phone_each_time_says_whose_time_it_is(page: Page, standing: Scene) -> None:
    await page.set_viewport_size(PHONE)
    await enter(page, standing, "/console/timeline")

    said = await page.evaluate(
        """[...document.querySelectorAll('.events tbody tr:first-child td:has(> time)')]
        .map(e => getComputedStyle(e, '::before').content)"""
    )

    assert said == ['"Xảy ra: "', '"Ghi nhận: "']


async def test_nothing_overflows_on_a_laptop(page: Page, api: FakeApi, standing: Scene) -> None:
    await page.set_viewport_size(LAPTOP)
    await enter(page, standing)
    directive = f"/console/directive:{api.big['id']}"
    addresses = ["/console/", "/console/deadlines", "/console/timeline", f"/console/{CASE}"]

    for address in [*addresses, directive, f"{directive}?view=agencies"]:
        await page.goto(standing.url + address)

        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= LAPTOP["width"], address
    await expect(page.locator("h1")).to_contain_text("6325/UBND-NC")
