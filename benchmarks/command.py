"""Whole commands over HTTP per second, beside an aiohttp handler that does nothing.

A command is a task's progress: token, validation, decision on the folded task, durable append,
reply. The load runs in a process of its own, with connections that are kept alive.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import conditions, empty, load, report
from benchmarks.idle import SYSTEM_TICKS, USER_TICKS
from benchmarks.load import Done, Job
from benchmarks.product import LEAD, TASKS_PER_DIRECTIVE, Product, folder, up
from benchmarks.report import Spread, quantile
from benchmarks.scale import Scale

CLIENTS = 64
WITH_KEY, WITHOUT_KEY = "with Idempotency-Key", "without"
VARIANTS = {WITH_KEY: True, WITHOUT_KEY: False}
DIRECTIVES = ("--services", "directives")
SETUPS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "directives": (DIRECTIVES, 1),
    "directives twice": (DIRECTIVES, 2),
    "all": ((), 1),
}
"""The service alone, as where each service has a process; two processes of it on one database, the
load split between them; and the whole product in one process, whose followers then work on the same
cores at the same time."""
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Round:
    """One stretch of load."""

    done: Done
    processor_seconds: float
    """Of the processes that serve, followers included, for each request. A busy machine disturbs
    it less than the rate."""


async def measure(scale: Scale) -> None:
    """Print the table, write command.json."""
    rows: list[dict[str, Any]] = []
    for setup, (arguments, processes) in SETUPS.items():
        async with AsyncExitStack() as stack:
            data = await stack.enter_async_context(folder())
            first = await stack.enter_async_context(up(data, *arguments))
            where = await conditions.of(first.database_url())
            if not rows:
                conditions.show(where)
            serving = [first]
            for _ in range(processes - 1):
                further = up(data, *arguments, settings=first.servers())
                serving.append(await stack.enter_async_context(further))
            nothing = await stack.enter_async_context(empty.elsewhere())
            found = await _rounds(scale, serving, nothing)
            rows += [_row(setup, name, found) for name in VARIANTS]
    report.show(
        f"commands over HTTP per second, {CLIENTS} clients: median (least to most)",
        ["services, command", "commands", "empty handler", "ratio", "p50 ms", "p99 ms", "µs", "µs"],
        [
            [
                f"{row['services']}, {row['command']}",
                _text(row, "commands"),
                _text(row, "empty"),
                report.ratio(row["commands"], row["empty"]),
                f"{row['p50_milliseconds']:.1f}",
                f"{row['p99_milliseconds']:.1f}",
                f"{row['processor_microseconds']:.0f}",
                f"{row['empty_processor_microseconds']:.0f}",
            ]
            for row in rows
        ],
    )
    report.write("command", rows, where)


async def _rounds(
    scale: Scale, serving: Sequence[Product], nothing: tuple[int, int]
) -> dict[str, list[Round]]:
    """Everybody in turn, so that what disturbs one round disturbs all of them."""
    empty_port, empty_pid = nothing
    job = Job(
        port=empty_port,
        token=serving[0].token(LEAD),
        paths=["/v1/nothing"] * TASKS_PER_DIRECTIVE,
        clients=CLIENTS,
        seconds=scale.command_seconds,
        warm_seconds=scale.warm_seconds,
    )
    paths = await serving[0].tasks(1)
    ports, pids = [each.port for each in serving], [each.pid for each in serving]
    found: dict[str, list[Round]] = {"empty": [], **{name: [] for name in VARIANTS}}
    for number in range(scale.rounds):
        ideal = job.model_copy(update={"seed": job.seed + number})
        found["empty"].append(await _round(ideal, [empty_port], [empty_pid], _at_once))
        for name, keys in VARIANTS.items():
            # A seed of its own: keys are drawn from it, and none may be used again.
            seed = job.seed + 1_000 * (1 + number)
            changed = job.model_copy(update={"seed": seed, "keys": keys, "paths": paths})
            found[name].append(await _round(changed, ports, pids, serving[0].caught_up))
    return found


async def _round(
    job: Job, ports: Sequence[int], pids: Sequence[int], ended: Callable[[], Awaitable[None]]
) -> Round:
    before = _processor_seconds(pids)
    done = await load.run_split(job, ports)
    await ended()
    return Round(done, (_processor_seconds(pids) - before) / sum(done.statuses.values()))


async def _at_once() -> None:
    """Nobody follows an empty handler."""


def _processor_seconds(pids: Sequence[int]) -> float:
    """What processes have used so far; 0 where there is no /proc."""
    ticks = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
            ticks += int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])
    return ticks / TICKS_PER_SECOND


def _row(setup: str, name: str, found: dict[str, list[Round]]) -> dict[str, Any]:
    ours, ideal = (
        Spread.of([each.done.accepted / each.done.seconds for each in found[who]])
        for who in (name, "empty")
    )
    used, least = (
        1e6 * Spread.of([each.processor_seconds for each in found[who]]).median
        for who in (name, "empty")
    )
    took = sorted(each for one in found[name] for each in one.done.answer_seconds)
    return {
        "clients": CLIENTS,
        "services": setup,
        "command": name,
        "unit": "requests per second",
        "commands": round(ours.median, 1),
        "empty": round(ideal.median, 1),
        "least_and_most": {"commands": ours.json(), "empty": ideal.json()},
        "processor_microseconds": round(used, 1),
        "empty_processor_microseconds": round(least, 1),
        "p50_milliseconds": round(quantile(took, 0.5) * 1000, 2),
        "p99_milliseconds": round(quantile(took, 0.99) * 1000, 2),
    }


def _text(row: dict[str, Any], name: str) -> str:
    least, most = row["least_and_most"][name]
    return f"{row[name]:,.0f} ({least:,.0f} to {most:,.0f})"
