"""What the clock of the law adds to the cost of a command: the same with and without its reactor.

Two whole products run side by side, of which one neither opens nor stops periods. Commands are
given to one, then to the other, each once; a round ends when every follower has caught up. Counted
is the processor time of the product and of all its servers, beyond what they use at rest: what a
busy machine disturbs least.

python -m benchmarks.reacting DATA (with|without)        one of the two products
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import conditions, given, report
from benchmarks.idle import _groups
from benchmarks.product import ISSUER, LEAD, READY_SECONDS, STOP_SECONDS, Product, folder
from benchmarks.report import Spread
from benchmarks.scale import Scale
from services.operate import stop_signal
from services.registry import SERVICES
from shared.config import Config
from shared.system import running

TASKS = 64
"""Of one directive."""
WITH, WITHOUT = "with", "without"
PROGRESS, COMPLETION, ASSIGNMENT, TIP = (
    "progress: touches no period",
    "completion: stops one",
    "directive with a task: opens two",
    "tip: opens all of its own",
)
BY = {PROGRESS: LEAD, COMPLETION: LEAD, ASSIGNMENT: ISSUER, TIP: LEAD}
DUE = {"type": "date", "on": "2030-07-30"}
DAY = "2025-07-01"
MOMENT = "2025-07-01T08:00:00+07:00"


@dataclass(frozen=True, slots=True)
class Round:
    """The same number of commands, once."""

    per_second: float
    processor_microseconds: float
    """For each command, until everybody has caught up, beyond what is used at rest."""
    period_events: float
    """Facts about periods that each command led to."""


async def measure(scale: Scale) -> None:
    """Print the table, write reacting.json."""
    found: dict[tuple[str, str], list[Round]] = {}
    async with AsyncExitStack() as stack:
        both: dict[str, Product] = {}
        for who in (WITH, WITHOUT):
            data = await stack.enter_async_context(folder())
            both[who] = await stack.enter_async_context(_product(data, who))
        where = await conditions.of(both[WITH].database_url())
        conditions.show(where)
        rest = {who: await _at_rest(product, scale) for who, product in both.items()}
        numbers = itertools.count(1)
        for _, kind, who in itertools.product(range(scale.rounds), BY, both):
            done = await _round(both[who], kind, numbers, scale.reacting_commands, rest[who])
            found.setdefault((kind, who), []).append(done)
        _show(found, where, scale)


def _show(
    found: Mapping[tuple[str, str], Sequence[Round]], where: Mapping[str, Any], scale: Scale
) -> None:
    rows = [_row(kind, found[kind, WITH], found[kind, WITHOUT]) for kind in BY]
    report.show(
        f"whole product, {given.CLIENTS} clients, {scale.reacting_commands} commands a round: "
        "medians with and without the reactor of the clock",
        ["command", "period facts", "per s", "without", "µs", "without", "adds"],
        [
            [
                row["command"],
                f"{row['period_events']:.1f}",
                *(f"{row[name]:,.0f}" for name in ("per_second", "per_second_without")),
                *(f"{row[name]:,.0f}" for name in ("microseconds", "microseconds_without")),
                f"{100 * row['adds']:+.0f} %",
            ]
            for row in rows
        ],
    )
    report.write("reacting", rows, where)


def _row(kind: str, ours: Sequence[Round], plain: Sequence[Round]) -> dict[str, Any]:
    used, least = (
        Spread.of([each.processor_microseconds for each in who]) for who in (ours, plain)
    )
    rate, other = (Spread.of([each.per_second for each in who]) for who in (ours, plain))
    return {
        "command": kind,
        "unit": "commands per second; microseconds of processor time for each command",
        "period_events": Spread.of([each.period_events for each in ours]).median,
        "per_second": round(rate.median, 1),
        "per_second_without": round(other.median, 1),
        "microseconds": round(used.median, 1),
        "microseconds_without": round(least.median, 1),
        "adds": round(used.median / least.median - 1, 3),
        "least_and_most": {
            "per_second": rate.json(),
            "per_second_without": other.json(),
            "microseconds": used.json(),
            "microseconds_without": least.json(),
        },
    }


async def _at_rest(product: Product, scale: Scale) -> float:
    """Processor seconds that it uses in a second while nobody asks for anything."""
    await product.caught_up()
    before, begun = _used(product), time.monotonic()
    await asyncio.sleep(scale.idle_seconds)
    return (_used(product) - before) / (time.monotonic() - begun)


async def _round(
    product: Product, kind: str, numbers: Iterator[int], count: int, rest: float
) -> Round:
    commands = await _commands(product, kind, numbers, count)
    await product.caught_up()
    events = await _period_events(product)
    before, begun = _used(product), time.monotonic()
    job = given.Job(port=product.port, token=product.token(BY[kind]), commands=commands)
    seconds = await given.elsewhere(job)
    await product.caught_up()
    used = _used(product) - before - rest * (time.monotonic() - begun)
    led_to = await _period_events(product) - events
    return Round(count / seconds, 1e6 * used / count, led_to / count)


async def _commands(
    product: Product, kind: str, numbers: Iterator[int], count: int
) -> list[tuple[str, dict[str, Any]]]:
    if kind in (PROGRESS, COMPLETION):
        paths: list[str] = []
        while len(paths) < count:
            paths += await product.tasks(next(numbers), TASKS)
        if kind == COMPLETION:
            ends = [path.replace("/progress", "/completions") for path in paths]
            return [(path, {"result": "Đã hoàn thành theo kế hoạch"}) for path in ends[:count]]
        return [(path, {"narrative": "Đã rà soát địa bàn trọng điểm"}) for path in paths[:count]]
    if kind == ASSIGNMENT:
        return [("/v1/directives", _directive(next(numbers))) for _ in range(count)]
    return [("/v1/tips", _tip(next(numbers))) for _ in range(count)]


def _directive(number: int) -> dict[str, Any]:
    return {
        "doc_type": "cong_van",
        "number": number,
        "notation": "UBND-NC",
        "issuer": ISSUER,
        "issue_date": DAY,
        "subject_vi": "Tăng cường phòng ngừa, đấu tranh với tội phạm mua bán người",
        "addressees": [{"agency": LEAD}],
        "tasks": [
            {
                "key": "T01",
                "title_vi": "Rà soát địa bàn trọng điểm, lập danh sách tổ chức liên quan",
                "work_line": "prevention",
                "mode": "order",
                "lead": LEAD,
                "due": DUE,
            }
        ],
        "targets": [],
        "reports": [],
        "occurred_at": MOMENT,
    }


def _tip(number: int) -> dict[str, Any]:
    return {
        "kind": "tin_bao",
        "channel": "phone",
        "receipt_no": f"{number}/TB",
        "anonymous": True,
        "content": "Có người rủ ra nước ngoài làm việc nhẹ, lương cao, giữ giấy tờ.",
    }


async def _period_events(product: Product) -> int:
    connection = await asyncpg.connect(product.database_url())
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM deadlines.deadlines_events")
    finally:
        await connection.close()
    return count


def _used(product: Product) -> float:
    """Processor seconds of the product and of its servers so far."""
    return _groups(product.pid)["all"].cpu_seconds


@asynccontextmanager
async def _product(data: Path, reactor: str) -> AsyncIterator[Product]:
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.reacting", str(data), reactor),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await process.stdout.readline()
        yield Product(json.loads(line)["http"], process.pid, time.monotonic() - begun, data)
    finally:
        process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()


async def serve(data: Path, reactor: str) -> None:
    """All services; `without`, the one of the clock has its log and its lists and does nothing."""
    services = tuple(
        replace(each, start=None) if each.name == "deadlines" and reactor == WITHOUT else each
        for each in SERVICES
    )
    stop = stop_signal()
    async with running(Config(data=data, http_port=0), services) as system:
        print(json.dumps({"http": system.url}), flush=True)
        await stop.wait()


def main() -> None:
    """One of the two products."""
    _, data, reactor = sys.argv
    asyncio.run(serve(Path(data), reactor))


if __name__ == "__main__":
    main()
