"""The page of deadlines on the whole system, in a real browser, with facts of these days."""

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from shared.actor import VIETNAM
from tests.running import HEALTH, ISSUER, POLICE, World, now, task
from tests.stories.office import Office

COMMITTEE = "BCD138_TINH-P34-40"
INVESTIGATORS = "CQCSDT_TINH-P34-40"
COMMUNE = "P34-40-16681"
DEADLINES = "/console/deadlines"
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Running:
    """A task and a case with periods that run."""

    url: str
    world: World
    task: str
    case: str

    async def entered(self, page: Page, path: str, agency: str = ISSUER) -> None:
        """The page is open for a duty officer (else of the committee), and live."""
        ticket = self.world.token(agency, roles=("duty_officer",), seconds=60)
        await page.goto(f"{self.url}/console/enter?ticket={ticket}&next={path}")
        await expect(page.locator("#live-state")).to_have_class(re.compile(r"\bon\b"))

    async def completes(self) -> None:
        """The police do what the task asks for."""
        at = f"/v1/directives/tasks/{self.task}"
        for path, said in (
            ("acknowledgements", {"outcome": "accepted"}),
            ("completions", {"result": "Đã rà soát."}),
        ):
            status, answer = await self.world.post(POLICE, f"{at}/{path}", said)
            assert status == 202, answer


@pytest.fixture
async def running(world: World) -> Running:
    """A task for the police that ends in three days, and a case instituted yesterday."""
    office, today = Office(world), now().astimezone(VIETNAM)
    due = {"type": "date", "on": f"{today + timedelta(days=3):%Y-%m-%d}"}
    issued = await world.issue(tasks=[task("T01", POLICE, due=due), task("T02", HEALTH, due=due)])
    said = {"case_no": f"{uuid.uuid4().int % 900_000}/QĐ-CSĐT", "place": COMMUNE}
    said |= {"offences": [{"article": "150", "clause": 2}], "victims_known": 2}
    at = f"{today - timedelta(days=1):%Y-%m-%dT%H:%M:%S}+07:00"
    case = await office.says(INVESTIGATORS, "/v1/cases", said, at=at)
    await office.settled()
    found = await office.reads(ISSUER, f"/v1/directives/{issued['id']}")
    return Running(world.url, world, found["task_list"][0]["id"], case["stream"])


async def test_an_officer_filters_the_deadlines_and_follows_one_to_its_task(
    page: Page, running: Running
) -> None:
    await running.entered(page, DEADLINES)
    rows = page.locator(".term")

    await page.locator(".chip", has_text="7 ngày tới").click()
    await expect(page).to_have_url(re.compile(r"due=week"))
    await page.locator('[name="agency"]').select_option(POLICE)
    await page.locator('[name="subject"]').fill(f"task:{running.task}")
    await page.locator('[name="subject"]').press("Enter")

    await expect(page).to_have_url(re.compile(rf"agency={POLICE}"))
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("còn 3 ngày")
    await expect(rows).to_contain_text("24:00, ")
    await expect(rows).to_contain_text("Công an tỉnh Nghệ An")
    await expect(rows).to_contain_text("UBND tỉnh Nghệ An giao Công an tỉnh Nghệ An nhiệm vụ T01")
    await rows.locator("a.j-title").click()
    await expect(page).to_have_url(re.compile(f"/console/task:{running.task}"))
    await expect(page.locator("h1")).to_contain_text("T01")


async def test_a_deadline_leads_to_the_fact_that_started_it(page: Page, running: Running) -> None:
    await running.entered(page, f"{DEADLINES}?subject={running.case}")

    await page.locator(".t-since a").first.click()

    await expect(page).to_have_url(re.compile(r"/console/timeline\?.*#e-"))
    await expect(page.locator("tr:target")).to_contain_text("khởi tố vụ án")


async def test_a_case_is_reached_from_its_deadline_and_says_whose_it_is(
    page: Page, running: Running
) -> None:
    await running.entered(page, f"{DEADLINES}?subject={running.case}")

    await page.locator(".term", has_text="Thời hạn điều tra").locator("a.j-title").click()

    await expect(page.locator("h1")).to_contain_text("/QĐ-CSĐT")
    await expect(page.locator(".lead")).to_contain_text("Điều tra từ")
    await expect(page.locator(".lead")).to_contain_text(
        "Hồ sơ đang ở Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An"
    )
    period = page.locator(".term", has_text="Thời hạn điều tra")
    await expect(period).to_contain_text("4 tháng, vì tội phạm rất nghiêm trọng")
    await expect(page.locator(".feed")).to_contain_text("khởi tố vụ án")


async def test_a_task_that_is_done_leaves_the_open_page_of_deadlines(
    page: Page, running: Running
) -> None:
    subject = f"task:{running.task}"
    await running.entered(page, f"{DEADLINES}?subject={subject}")
    row = page.locator(".term")
    await expect(row).to_contain_text("còn 3 ngày")

    await running.completes()

    await expect(row).to_contain_text("xong trong hạn")
    await expect(page.locator('[data-part="chip-week"]')).to_have_text("0")


async def test_deadlines_read_without_scripts(chromium: Browser, running: Running) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    ticket = running.world.token(ISSUER, roles=("duty_officer",), seconds=60)
    there = f"{DEADLINES}?subject={running.case}"
    await page.goto(f"{running.url}/console/enter?ticket={ticket}&next={there}")

    await page.locator(".chip", has_text="Sau đó").click()
    await page.locator(".term", has_text="Thời hạn điều tra").locator("a.j-title").click()

    await expect(page.locator("h1")).to_contain_text("/QĐ-CSĐT")
    await expect(page.locator("#fresh")).to_be_hidden()
    await context.close()


async def test_nothing_of_deadlines_overflows_on_a_phone(page: Page, running: Running) -> None:
    await page.set_viewport_size(PHONE)
    await running.entered(page, DEADLINES)

    for address in (DEADLINES, f"{DEADLINES}?due=week", f"/console/{running.case}"):
        await page.goto(running.url + address)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], address


async def test_files_of_every_kind_open(page: Page, running: Running) -> None:
    office, day = Office(running.world), now().astimezone(VIETNAM) - timedelta(days=2)
    at = f"{day:%Y-%m-%dT%H:%M:%S}+07:00"
    number = f"{uuid.uuid4().int % 900_000}/2026"
    until = f"{day + timedelta(days=30):%Y-%m-%d}"
    campaign = {"kind": "suppression", "scope": ["P34-40"], "theme": "Cao điểm", "lead": POLICE}
    campaign |= {"window": {"from": f"{day:%Y-%m-%d}", "to": until}}
    tip = {"kind": "tin_bao", "channel": "phone", "receipt_no": number, "place": COMMUNE}
    tip |= {"content": "Có người rủ đi làm việc nhẹ lương cao.", "anonymous": True}
    person = {"kind": "flagrante", "place": COMMUNE, "identity": {"name": "Người Nào Đó"}}
    expected = {}
    for who, path, said, heading in (
        (COMMITTEE, "campaigns", campaign, "Đợt cao điểm"),
        (POLICE, "raids", {"area": COMMUNE, "place_detail": "Nhà kho"}, "Đợt triệt phá"),
        (INVESTIGATORS, "tips", tip, f"Tin báo {number}"),
        (INVESTIGATORS, "persons", person, "Người trong tố tụng"),
        (POLICE, "operations", {"lead": POLICE}, "Chuyên án"),
    ):
        answer = await office.says(who, f"/v1/{path}", said, at=at)
        expected[answer["stream"]] = who, heading
    await office.settled()

    for subject, (who, heading) in expected.items():
        await running.entered(page, f"/console/{subject}", who)  # A raid is its own agencies' only.

        await expect(page.locator("h1")).to_contain_text(heading)
        await expect(page.locator(".lead")).to_contain_text(" từ ")
        for secret in ("Nhà kho", "Người Nào Đó", "việc nhẹ"):
            await expect(page.locator("body")).not_to_contain_text(secret)


async def test_keys_move_through_deadlines(page: Page, running: Running) -> None:
    await running.entered(page, f"{DEADLINES}?subject={running.case}")

    await page.keyboard.press("j")

    await expect(page.locator(".term").first).to_have_class(re.compile("is-here"))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/console/case:"))
