"""What the clock of the law adds to the cost of a command: the same with and without its reactor.

Two whole products run side by side, of which one neither opens nor stops periods. Commands are
given to one, then to the other, each once; a round ends when every follower has caught up. Counted
is the processor time of the product and of all its servers, beyond what they use at rest: what a
busy machine disturbs least. The reactor is a follower, in no command's way: whoever gives commands
notices it only by a machine that is busier. So both get commands at half of what the one with the
reactor takes as well, and it is counted how long the answers take.

python -m benchmarks.reacting DATA (with|without)        one of the two products
"""

import asyncio
import itertools
import json
import math
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
from services.operate import settle_memory, stop_signal
from services.registry import SERVICES
from shared.config import Config
from shared.system import running
from shared.telemetry import set_up_logging

TASKS = 64
"""Of one directive."""
HALF = 0.5
"""Share of the load at full speed at which the time of answers is taken."""
WITH, WITHOUT = "with", "without"
FAST, HALF_LOAD = "as fast as it goes", "half load"
HEADS = (
    *("command", "period facts", "per s", "without", "µs", "without", "adds"),
    *("p50 ms", "without", "p95 ms", "without"),
)
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
    answer_seconds: Sequence[float]
    """In order of size."""


Found = dict[tuple[str, str, str], list[Round]]
"""Rounds by kind of command, product, and how commands are given."""


async def measure(scale: Scale) -> None:
    """Print the table, write reacting.json."""
    found: Found = {}
    async with AsyncExitStack() as stack:
        both: dict[str, Product] = {}
        for who in (WITH, WITHOUT):
            data = await stack.enter_async_context(folder())
            both[who] = await stack.enter_async_context(_product(data, who))
        where = await conditions.of(both[WITH].database_url())
        conditions.show(where)
        rest = {who: await _at_rest(product, scale) for who, product in both.items()}
        numbers = itertools.count(1)
        for _, kind in itertools.product(range(scale.rounds), BY):
            rate, count = 0.0, scale.reacting_commands
            for pace in (FAST, HALF_LOAD):
                for who, product in both.items():
                    done = await _round(product, kind, numbers, count, rest[who], rate)
                    found.setdefault((kind, who, pace), []).append(done)
                rate = HALF * found[kind, WITH, FAST][-1].per_second
                count = min(count, math.ceil(rate * scale.steady_seconds))
        _show(found, where, scale)


def _show(found: Found, where: Mapping[str, Any], scale: Scale) -> None:
    rows = [
        _row(kind, pace, found[kind, WITH, pace], found[kind, WITHOUT, pace])
        for pace in (FAST, HALF_LOAD)
        for kind in BY
    ]
    for pace in (FAST, HALF_LOAD):
        report.show(
            f"whole product, {given.CLIENTS} clients, {pace}, {scale.reacting_commands} commands "
            "or fewer a round: medians with and without the reactor of the clock",
            HEADS,
            [
                [
                    row["command"],
                    f"{row['period_events']:.1f}",
                    *(f"{row[name]:,.0f}" for name in ("per_second", "per_second_without")),
                    *(f"{row[name]:,.0f}" for name in ("microseconds", "microseconds_without")),
                    f"{100 * row['adds']:+.0f} %",
                    *(f"{row[name]:,.1f}" for name in ("p50_ms", "p50_ms_without")),
                    *(f"{row[name]:,.1f}" for name in ("p95_ms", "p95_ms_without")),
                ]
                for row in rows
                if row["given"] == pace
            ],
        )
    report.write("reacting", rows, where)


def _row(kind: str, pace: str, ours: Sequence[Round], plain: Sequence[Round]) -> dict[str, Any]:
    used, least = (
        Spread.of([each.processor_microseconds for each in who]) for who in (ours, plain)
    )
    rate, other = (Spread.of([each.per_second for each in who]) for who in (ours, plain))
    return {
        "command": kind,
        "given": pace,
        "unit": "commands per second; microseconds of processor time for each command; "
        "milliseconds until it was answered",
        "period_events": Spread.of([each.period_events for each in ours]).median,
        "per_second": round(rate.median, 1),
        "per_second_without": round(other.median, 1),
        "microseconds": round(used.median, 1),
        "microseconds_without": round(least.median, 1),
        "adds": round(used.median / least.median - 1, 3),
        "p50_ms": _answered(ours, 0.5),
        "p50_ms_without": _answered(plain, 0.5),
        "p95_ms": _answered(ours, 0.95),
        "p95_ms_without": _answered(plain, 0.95),
        "least_and_most": {
            "per_second": rate.json(),
            "per_second_without": other.json(),
            "microseconds": used.json(),
            "microseconds_without": least.json(),
        },
    }


def _answered(rounds: Sequence[Round], share: float) -> float:
    """Milliseconds: the median of the rounds."""
    each = [1e3 * report.quantile(done.answer_seconds, share) for done in rounds]
    return round(Spread.of(each).median, 2)


async def _at_rest(product: Product, scale: Scale) -> float:
    """Processor seconds that it uses in a second while nobody asks for anything."""
    await product.caught_up()
    before, begun = _used(product), time.monotonic()
    await asyncio.sleep(scale.idle_seconds)
    return (_used(product) - before) / (time.monotonic() - begun)


async def _round(
    product: Product, kind: str, numbers: Iterator[int], count: int, rest: float, rate: float
) -> Round:
    commands = await _commands(product, kind, numbers, count)
    await product.caught_up()
    events = await _period_events(product)
    before, begun = _used(product), time.monotonic()
    job = given.Job(port=product.port, token=product.token(BY[kind]), commands=commands, rate=rate)
    done = await given.elsewhere(job)
    await product.caught_up()
    used = _used(product) - before - rest * (time.monotonic() - begun)
    led_to = await _period_events(product) - events
    return Round(count / done.seconds, 1e6 * used / count, led_to / count, done.answer_seconds)


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
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()


async def serve(data: Path, reactor: str) -> None:
    """All services; `without`, the one of the clock has its log and its lists and does nothing."""
    services = tuple(
        replace(each, start=None) if each.name == "deadlines" and reactor == WITHOUT else each
        for each in SERVICES
    )
    # Nobody reads standard output after the first line: what is logged there fills the pipe, and
    # the process waits for ever, deaf to signals.
    set_up_logging()
    stop = stop_signal()
    async with running(Config(data=data, http_port=0), services) as system:
        settle_memory()
        print(json.dumps({"http": system.url}), flush=True)
        await stop.wait()


def main() -> None:
    """One of the two products."""
    _, data, reactor = sys.argv
    asyncio.run(serve(Path(data), reactor))


if __name__ == "__main__":
    main()
