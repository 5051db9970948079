"""The console as a duty officer sees it, in a real browser."""

import re

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import Scene
from tests.console.fake_api import FakeApi

PHONE: ViewportSize = {"width": 390, "height": 844}


async def enter(page: Page, scene: Scene, path: str = "/console/") -> None:
    await page.goto(f"{scene.url}/console/enter?ticket={scene.ticket()}&next={path}")
    await expect(page.locator("#live-state")).to_have_class(re.compile(r"\bon\b"))


async def to_the_task(page: Page, scene: Scene) -> None:
    row = page.locator(".job", has_text=scene.directive)
    if not await row.is_visible():  # Other tests' papers stand before it.
        await page.locator("details.rows", has=row).locator("summary").click()
    await row.locator(".j-title").click()
    await expect(page.locator("h1")).to_contain_text(scene.directive)
    await page.locator(".matrix a", has_text=scene.task).click()
    await expect(page.locator("h1")).to_contain_text(scene.task)
    await expect(page.locator("#live-state")).to_have_class(re.compile(r"\bon\b"))


async def test_an_officer_goes_from_the_desk_to_a_task_and_sees_it_accepted(
    page: Page, scene: Scene
) -> None:
    await enter(page, scene)
    await to_the_task(page, scene)
    row = page.locator(f'[data-part="t-{scene.agency_id}"]')
    await expect(row).to_contain_text("chưa tiếp nhận")
    place = await row.bounding_box()

    await scene.accept()

    await expect(row).to_contain_text("đã tiếp nhận")
    await expect(row).to_have_class(re.compile("fresh"))
    await expect(page.locator("#fresh")).to_have_text("1 sự kiện mới")
    await expect(page.locator("#said")).to_contain_text(scene.agency)
    assert await row.bounding_box() == place


async def test_the_ticket_does_not_stay_in_the_address(page: Page, scene: Scene) -> None:
    await enter(page, scene)

    assert page.url == f"{scene.url}/console/"


async def test_a_state_that_is_known_later_than_its_event_is_drawn_as_well(
    page: Page, api: FakeApi, standing: Scene
) -> None:
    await enter(page, standing)
    await to_the_task(page, standing)
    row = page.locator(f'[data-part="t-{standing.agency_id}"]')

    async with page.expect_response(lambda a: "x-console-refresh" in a.request.headers) as drawn:
        api.tell_accepted("T03", standing.agency_id)
    await (await drawn.value).finished()
    api.know_accepted("T03", standing.agency_id)

    await expect(row).to_contain_text("đã tiếp nhận")


async def test_new_events_wait_until_the_reader_asks_for_them(page: Page, standing: Scene) -> None:
    await enter(page, standing)
    first = page.locator(".feed .ev").first
    before = await first.inner_text()

    await standing.accept()
    await expect(page.locator("#fresh")).to_be_visible()
    still = await first.inner_text()
    await page.locator("#fresh").click()

    assert still == before
    await expect(first).to_contain_text("tiếp nhận nhiệm vụ T03")
    await expect(first).to_have_class(re.compile("new"))
    await expect(page.locator("#fresh")).to_be_hidden()


async def test_a_lost_connection_says_until_when_the_figures_are_right(
    page: Page, context: BrowserContext, standing: Scene
) -> None:
    await enter(page, standing)

    await page.route("**/console/live**", lambda route: route.abort())
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    await expect(page.locator("#offline")).to_be_visible()
    await expect(page.locator("#offline")).to_contain_text(
        re.compile(r"Số liệu trên trang đúng đến \d\d:\d\d")
    )
    await page.unroute("**/console/live**")
    await expect(page.locator("#offline")).to_be_hidden()


async def test_keys_search_move_and_open(page: Page, standing: Scene) -> None:
    await enter(page, standing)

    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(page.locator(".job").first).to_have_class(re.compile("is-here"))
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await expect(page.locator("#q")).to_be_focused()
    await page.keyboard.type("jk?")

    await expect(page.locator("#q")).to_have_value("jk?")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_the_focused_row_opens_with_enter(page: Page, standing: Scene) -> None:
    await enter(page, standing)

    await page.keyboard.press("j")
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(re.compile("/console/directive:"))


async def test_letters_are_left_alone_while_composing(page: Page, standing: Scene) -> None:
    await enter(page, standing)

    await page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: '?', isComposing: true, bubbles: true}))"
    )

    await expect(page.locator("#keys")).to_be_hidden()


async def test_letters_can_be_switched_off(page: Page, standing: Scene) -> None:
    await enter(page, standing)
    await page.keyboard.press("?")
    await page.locator('[data-do="letters"]').uncheck()
    await page.keyboard.press("Escape")

    await page.keyboard.press("j")

    await expect(page.locator(".is-here")).to_have_count(0)


async def test_a_row_unfolds_in_place_and_the_address_follows(page: Page, standing: Scene) -> None:
    await enter(page, standing)
    row = page.locator(".job", has_text=standing.directive)

    await row.locator(".unfold").click()

    await expect(row.locator(".j-open")).to_be_visible()
    await expect(row.locator(".unfold")).to_have_attribute("aria-expanded", "true")
    await expect(page).to_have_url(re.compile(r"\?open="))


async def test_a_group_of_tasks_opens_and_closes(page: Page, standing: Scene) -> None:
    await enter(page, standing)
    await page.locator(".job", has_text=standing.directive).locator(".j-title").click()
    button = page.locator("#g-management button")
    lines = page.locator("#g-management .gline")

    await expect(lines.first).to_be_hidden()
    await button.click()

    await expect(lines.first).to_be_visible()
    await expect(button).to_have_attribute("aria-expanded", "true")


async def test_the_theme_turns_and_stays(page: Page, standing: Scene) -> None:
    await enter(page, standing)

    await page.locator('[data-do="theme"]').click()
    await page.reload()

    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_pages_read_without_scripts(chromium: Browser, standing: Scene) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{standing.url}/console/enter?ticket={standing.ticket()}")

    await page.locator(".job", has_text=standing.directive).locator(".unfold").click()
    await expect(page.locator(".j-open")).to_be_visible()
    await page.locator(".job", has_text=standing.directive).locator(".j-title").click()

    await expect(page.locator("#g-management .gline").first).to_be_visible()
    await expect(page.locator('[data-do="copy"]')).to_be_hidden()
    await context.close()


async def test_nothing_overflows_on_a_phone(page: Page, standing: Scene) -> None:
    await page.set_viewport_size(PHONE)
    await enter(page, standing)
    addresses = ["/console/", "/console/timeline", "/console/sign-in?area=P34-40"]
    title = page.locator(".job", has_text=standing.directive).locator(".j-title")
    directive = await title.get_attribute("href") or ""
    addresses += [directive, f"{directive}?view=agencies", f"{directive}?view=due"]

    for address in addresses:
        await page.goto(standing.url + address)

        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address


async def test_what_can_be_pressed_is_large_enough(page: Page, standing: Scene) -> None:
    await enter(page, standing)

    small = await page.evaluate(
        """[...document.querySelectorAll('button, .chip, .tool, .rail a, summary, .hz, .unfold')]
        .filter(e => e.offsetParent && (e.offsetHeight < 24 || e.offsetWidth < 24))
        .map(e => e.outerHTML.slice(0, 120))"""
    )

    assert small == []
