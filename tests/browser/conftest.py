"""A browser, and the two worlds that it looks at: one that stands still and the whole system."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from shared.reference import Register
from tests.browser.chromium import WHY_NOT, find_chromium, launch_arguments
from tests.console.fake_api import READER, FakeApi, serving
from tests.running import ISSUER, POLICE, World

ARGUMENTS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 15_000


@dataclass(frozen=True)
class Scene:
    """One directive with a task that an agency is about to accept."""

    url: str
    ticket: Callable[[], str]
    """A new one-time way in."""
    directive: str
    """Its number, as the desk shows it."""
    task: str
    """Key of the task."""
    agency: str
    """Name of the agency that has not accepted it yet."""
    agency_id: str
    accept: Callable[[], Awaitable[None]]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser for the session."""
    path = find_chromium()
    if path is None:
        pytest.skip(WHY_NOT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *launch_arguments()]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def api(register: Register, tmp_path: Path) -> AsyncIterator[FakeApi]:
    """A reading API that stands still, and the console before it."""
    async with serving(register, tmp_path) as api:
        yield api


@pytest.fixture
def standing(api: FakeApi) -> Scene:
    """The console before a reading API that stands still."""
    task = api.task("T03")
    waiting = next(each for each in task["assignees"] if each["status"] == "open")
    return Scene(
        url=api.url,
        ticket=lambda: api.token(READER, seconds=60),
        directive="6325/UBND-NC",
        task="T03",
        agency=waiting["name_vi"],
        agency_id=waiting["agency"],
        accept=lambda: api.accept("T03", waiting["agency"]),
    )


@pytest.fixture
async def whole(world: World) -> Scene:
    """The whole system with a directive of its own, received by the police."""
    issued = await world.issue()
    await world.caught_up()
    status, found = await world.get(ISSUER, f"/v1/directives/{issued['id']}")
    assert status == 200
    task = found["task_list"][0]["id"]

    async def accept() -> None:
        for edxml_status in ("01", "03"):
            said = {"edxml_status": edxml_status}
            await world.post(POLICE, f"/v1/directives/{issued['id']}/receipts", said)
        status, answer = await world.post(
            POLICE, f"/v1/directives/tasks/{task}/acknowledgements", {"outcome": "accepted"}
        )
        assert status == 202, answer

    return Scene(
        url=world.url,
        ticket=lambda: world.token(ISSUER, roles=("duty_officer",), seconds=60),
        directive=found["reference"],
        task="T01",
        agency="Công an tỉnh Nghệ An",
        agency_id=POLICE,
        accept=accept,
    )


@pytest.fixture(params=["standing", "whole"])
def scene(request: pytest.FixtureRequest) -> Scene:
    """The same must hold before the API that stands still and before the whole system."""
    found: Scene = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without cookies."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A tab. Whatever a script or the content policy complains of fails the test."""
    complaints: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    yield page
    assert complaints == []
