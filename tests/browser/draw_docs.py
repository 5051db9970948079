"""Draws the pictures of the console in docs/ anew: `python -m tests.browser.draw_docs`.

It takes a minute or two and needs a Chromium. Nobody in it is real.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from services.demo.client import session
from services.demo.stage import READER, Doors, Stage
from shared.actor import VIETNAM
from tests.browser.chromium import WHY_NOT, find_chromium, launch_arguments
from tests.browser.conftest import ARGUMENTS
from tests.running import HEALTH, ISSUER, POLICE, World, directive, now, task, whole_system
from tests.stories.office import Office

DOCS = Path(__file__).parents[2] / "docs"
SIZE: ViewportSize = {"width": 1440, "height": 1000}
INVESTIGATORS, PROCURACY = "CQCSDT_TINH-P34-40", "VKSND_TINH-P34-40"
BORDER, COMMUNE = "BCH_BDBP_KV-P34-40", "P34-40-16681"
LETTER = "6325/UBND-NC"
TRAFFICKING: Mapping[str, Any] = {
    "place": COMMUNE,
    "offences": [{"article": "150", "clause": 2}],
    "victims_known": 2,
}


async def main() -> int:
    """0 when all are drawn."""
    path = find_chromium()
    if path is None:
        sys.stderr.write(f"Nothing is drawn: {WHY_NOT}.\n")
        return 1
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *launch_arguments()]
        )
        async with system() as world:
            await these_days(Office(world))
            await draw(browser, world, INVESTIGATORS, "deadlines", "/console/deadlines")
        async with system() as world:
            letter = await demonstration(world)
            await draw(browser, world, READER, "desk", "/console/")
            await draw(browser, world, READER, "directive", f"/console/directive:{letter}")
        await browser.close()
    return 0


@asynccontextmanager
async def system() -> AsyncIterator[World]:
    """The product with an empty log of its own."""
    with tempfile.TemporaryDirectory(prefix="draw-") as folder:
        async with whole_system(Path(folder)) as world:
            yield world


async def draw(browser: Browser, world: World, agency: str, name: str, path: str) -> None:
    """`docs/console-<name>.png`: a page as a duty officer of the agency sees it, live."""
    page = await browser.new_page(
        viewport=SIZE, locale="vi-VN", timezone_id=str(VIETNAM), color_scheme="light"
    )
    ticket = world.token(agency, roles=("duty_officer",), seconds=60)
    await page.goto(f"{world.url}/console/enter?ticket={ticket}&next={path}")
    await expect(page.locator("#live-state.on")).to_be_visible()
    await page.screenshot(path=DOCS / f"console-{name}.png", animations="disabled")
    await page.close()


async def demonstration(world: World) -> str:
    """The papers of `liennganh demo` are played; the id of the letter with most tasks."""
    assert world.system.issuer is not None
    async with session() as http:
        doors = Doors(http, world.url, world.system.nats_url, world.system.issuer)
        stage = Stage(doors, world.system.register, lambda *_: None)
        await stage.play()
        lines = await stage.summary()
    return next(str(each["id"]) for each in lines if each["reference"] == LETTER)


def ago(**of: int) -> str:
    """A moment of these days."""
    return f"{now().astimezone(VIETNAM) - timedelta(**of):%Y-%m-%dT%H:%M:%S}+07:00"


async def these_days(office: Office) -> None:
    """Cases, a tip, somebody in custody and a paper, with terms of all sorts."""
    case = await office.says(
        INVESTIGATORS, "/v1/cases", {**TRAFFICKING, "case_no": "97/QĐ-CSĐT"}, at=ago(days=110)
    )
    longer = {"stage": "investigation", "seq": 1, "granted": True, "decision_ref": "88/QĐ-VKS"}
    longer |= {"length": {"n": 4, "unit": "month"}, "requested_on": ago(days=14)[:10]}
    path = f"/v1/cases/{case['case_id']}/extensions"
    await office.says(PROCURACY, path, longer, at=ago(days=8))
    await office.says(
        BORDER, "/v1/cases", {**TRAFFICKING, "case_no": "138/QĐ-BP"}, at=ago(hours=20)
    )
    tip: dict[str, Any] = {
        "kind": "tin_bao",
        "channel": "phone",
        "receipt_no": "215/2026",
        "place": COMMUNE,
    }
    tip |= {"content": "Có người rủ đi làm việc nhẹ lương cao.", "anonymous": True}
    await office.says(INVESTIGATORS, "/v1/tips", tip, at=ago(hours=26))
    held = {"kind": "flagrante", "place": COMMUNE, "identity": {"name": "Người Nào Đó"}}
    person = await office.says(INVESTIGATORS, "/v1/persons", held, at=ago(hours=14))
    custody = {"decision_ref": "05/QĐ-TG", "place": "Nhà tạm giữ", "reason": "flagrante"}
    custody |= {"since": ago(hours=13), "to": ago(days=-2, hours=13)}
    path = f"/v1/persons/{person['person_ref']}/custody"
    await office.says(INVESTIGATORS, path, custody, at=ago(hours=12))
    await letter(office)
    await office.settled()


async def letter(office: Office) -> None:
    """A letter with a task that is late, one of today, and a request."""

    def until(days: int) -> dict[str, str]:
        return {"type": "date", "on": ago(days=-days)[:10]}

    asked = (
        ("T01", POLICE, "order", -2, "Rà soát cơ sở dịch vụ có dấu hiệu môi giới đi nước ngoài"),
        ("T02", HEALTH, "order", 0, "Chuẩn bị nơi tiếp nhận nạn nhân tại cơ sở trợ giúp xã hội"),
        ("T03", PROCURACY, "request", 3, "Kiểm sát việc giải quyết tin báo"),
    )
    tasks = [
        task(key, lead, mode=mode, due=until(days), title_vi=title)
        for key, lead, mode, days, title in asked
    ]
    said = directive(number=7012, issue_date=ago(days=20)[:10], tasks=tasks)
    await office.says(ISSUER, "/v1/directives", said, at=ago(days=20))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
