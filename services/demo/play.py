"""`liennganh demo`: start everything, play the papers through the public doors, show the sums."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from services.demo.client import session
from services.demo.letters import Letter
from services.demo.stage import READER, Doors, Stage
from services.operate import stop_signal
from services.registry import SERVICES
from services.remote import say
from shared.actor import VIETNAM
from shared.config import Config
from shared.errors import LiennganhError
from shared.system import System, running
from shared.telemetry import set_up_logging

TASK_WORDS = (
    ("open", "chưa nhận"),
    ("accepted", "đã nhận"),
    ("in_progress", "đang làm"),
    ("done_unconfirmed", "chờ xác nhận"),
    ("confirmed", "xong"),
    ("returned", "trả lại"),
)


async def play(config: Config, *, once: bool, as_json: bool) -> int:
    """Run the demonstration; exit code 0 only when everybody has answered."""
    set_up_logging(level="WARNING")
    console = Console(stderr=as_json)
    begun = time.monotonic()
    async with running(config, SERVICES) as system:
        console.print(f"Liên ngành 138 sẵn sàng: {system.url}")
        stage, lines, events = await _played(system, console)
        result = totals(lines, events, stage.unlisted)
        result["seconds"] = round(time.monotonic() - begun, 1)
        console.print(table(lines, stage.unlisted))
        if as_json:
            say(json.dumps(result))
        whole = _whole(result, _expected(stage))
        if not once:
            console.print(f"Bàn trực: {enter_url(system)}", soft_wrap=True)
            console.print("Ctrl-C để dừng.")
            await stop_signal().wait()
    return 0 if whole else 1


async def _played(
    system: System, console: Console
) -> tuple[Stage, Sequence[Mapping[str, Any]], int]:
    if system.issuer is None:
        raise LiennganhError("the demonstration signs its own tokens: unset LIENNGANH_JWKS_URL")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bars: dict[str, TaskID] = {}

        def tell(paper: Letter, done: int, of: int) -> None:
            if paper.key not in bars:
                name = f"{paper.key}  cơ quan đã thực hiện"
                bars[paper.key] = progress.add_task(name, total=of)
            progress.update(bars[paper.key], completed=done)

        async with session() as http:
            doors = Doors(http, system.url, system.nats_url, system.issuer)
            stage = Stage(doors, system.register, tell)
            await stage.play()
            lines = await stage.summary()
            return stage, lines, await stage.entries()


def _expected(stage: Stage) -> Mapping[str, int]:
    """The figures that the published facts amount to."""
    expected = stage.expected
    return {
        "directives": expected.directives,
        "tasks": expected.tasks,
        "targets": expected.targets,
        "addressees": expected.addressees,
    }


def totals(lines: Sequence[Mapping[str, Any]], events: int, unlisted: int) -> dict[str, Any]:
    """The sums over all papers. Addressees are counted as the papers name them; `bodies` are the
    agencies that they were on the day. `unlisted` assignments are to collectives without a list;
    they have nobody who could answer."""
    names = ("addressees", "received", "acknowledged", "bodies", "bodies_received")
    return {
        "directives": len(lines),
        "tasks": sum(line["tasks"]["total"] for line in lines),
        "targets": sum(line["targets"] for line in lines),
        **{name: sum(line[name] for line in lines) for name in names},
        "bodies_acknowledged": sum(line["bodies_acknowledged"] for line in lines),
        "assignments": sum(line["assignments"]["total"] for line in lines),
        "unanswered": sum(line["assignments"]["open"] for line in lines) - unlisted,
        "unlisted": unlisted,
        "events": events,
    }


def table(lines: Sequence[Mapping[str, Any]], unlisted: int) -> Table:
    """The summary per directive, for people; in brackets the agencies behind the addressees."""
    shown = Table(box=box.SIMPLE_HEAD, title="Văn bản chỉ đạo", title_justify="left")
    shown.add_column("Văn bản", min_width=18)
    for heading in ("Nơi nhận", "Đã nhận", "Vào sổ"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("Nhiệm vụ: lượt giao")
    shown.add_column("Hạn tới", min_width=10, no_wrap=True)
    for line in lines:
        states = [f"{line['assignments'][state]} {said}" for state, said in TASK_WORDS]
        tasks = ", ".join(each for each in states if not each.startswith("0 "))
        shown.add_row(
            f"{line['title']}\n{line['issuer_vi']}",
            f"{line['addressees']} ({line['bodies']})",
            f"{line['received']} ({line['bodies_received']})",
            f"{line['acknowledged']} ({line['bodies_acknowledged']})",
            f"{line['tasks']['total']}: {tasks}",
            _due(line["due_next"]),
        )
        shown.add_section()
    if unlisted:
        shown.caption = (
            f"{unlisted} lượt giao cho tên chung, danh mục chưa liệt kê đơn vị nên chưa ai nhận."
        )
        shown.caption_justify = "left"
    return shown


def _due(due: Mapping[str, Any] | None) -> str:
    if due is None:
        return "không nêu"
    last = datetime.fromisoformat(due["due_at"]).astimezone(VIETNAM) - timedelta(seconds=1)
    late = "\nđã qua" if due["overdue"] else ""
    return f"{due['task']}\n{last:%d/%m/%Y}{late}"


def _whole(result: Mapping[str, Any], expected: Mapping[str, int]) -> bool:
    """Everybody who exists received and answered, and the sums are those of the published facts."""
    return (
        all(result[name] == value for name, value in expected.items())
        and result["received"] == result["acknowledged"] == result["addressees"]
        and result["bodies_acknowledged"] == result["bodies"]
        and result["unanswered"] == 0
    )


def enter_url(system: System) -> str:
    """The console's address with a ticket that signs a duty officer in once."""
    assert system.issuer is not None
    ticket = system.issuer.sign(READER, "truc.ban", ("duty_officer",), "demo", seconds=900)
    return f"{system.url}/console/enter?ticket={ticket}"
