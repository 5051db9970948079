"""Memory and processor time of the whole product at rest, and how long it takes to start.

PSS counts memory that processes share once, in parts; RSS counts it for each of them again.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import conditions, report
from benchmarks.product import folder, up
from benchmarks.scale import Scale

LINUX = sys.platform == "linux"
PROC = Path("/proc")
KIB = 1024
PARENT, USER_TICKS, SYSTEM_TICKS = 1, 11, 12
"""Fields of /proc/<pid>/stat behind the name."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a group of processes uses."""

    processes: int
    pss_mib: float
    rss_mib: float
    cpu_seconds: float


async def measure(scale: Scale) -> None:
    """Print the table, write idle.json. Memory only on Linux."""
    starts: dict[str, float] = {}
    groups: Mapping[str, Use] = {}
    percent: dict[str, float] = {}
    async with folder() as data:
        for start in ("first", "second"):
            async with up(data) as product:
                starts[start] = product.ready_seconds
                if start == "first":
                    where = await conditions.of(product.database_url())
                    conditions.show(where)
                elif LINUX:
                    await product.caught_up()
                    await asyncio.sleep(scale.settle_seconds)
                    before, begun = _groups(product.pid), time.monotonic()
                    await asyncio.sleep(scale.idle_seconds)
                    groups, seconds = _groups(product.pid), time.monotonic() - begun
                    percent = {
                        name: 100 * (use.cpu_seconds - before[name].cpu_seconds) / seconds
                        for name, use in groups.items()
                        if name in before
                    }
    report.show(
        f"at rest, over {scale.idle_seconds:.0f} s, all services and embedded servers",
        ["what", "processes", "PSS MiB", "RSS MiB", "% of one core"],
        [
            [
                name,
                str(use.processes),
                f"{use.pss_mib:.0f}",
                f"{use.rss_mib:.0f}",
                f"{percent.get(name, 0.0):.1f}",
            ]
            for name, use in groups.items()
        ],
    )
    report.show(
        "`liennganh up`, from the start of the process to its ready line",
        ["start", "seconds"],
        [[name, f"{seconds:.1f}"] for name, seconds in starts.items()],
    )
    report.write("idle", [_row(groups, percent, starts)], where)


def _row(
    groups: Mapping[str, Use], percent: Mapping[str, float], starts: Mapping[str, float]
) -> dict[str, Any]:
    return {
        "unit": "MiB; percent of one core; seconds",
        "pss_mib": {name: round(use.pss_mib, 1) for name, use in groups.items()},
        "rss_mib": {name: round(use.rss_mib, 1) for name, use in groups.items()},
        "cpu_percent": {name: round(each, 2) for name, each in percent.items()},
        "start_seconds": {name: round(seconds, 2) for name, seconds in starts.items()},
    }


def _groups(root: int) -> Mapping[str, Use]:
    """The program itself, each server with what it forked, and everything."""
    children = _children()
    servers: dict[str, list[int]] = {"liennganh": [root]}
    for child in children.get(root, []):
        name = (PROC / str(child) / "comm").read_text("utf-8").strip()
        servers.setdefault(name, []).extend(_family(child, children))
    uses = {name: _use(pids) for name, pids in servers.items()}
    return uses | {"all": _use(pid for pids in servers.values() for pid in pids)}


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*"):
        try:
            parent = int(_stat(int(path.name))[PARENT])
        except FileNotFoundError:
            continue  # It ended while we looked.
        children.setdefault(parent, []).append(int(path.name))
    return children


def _family(pid: int, children: Mapping[int, list[int]]) -> list[int]:
    return [pid, *(each for child in children.get(pid, []) for each in _family(child, children))]


def _use(pids: Iterable[int]) -> Use:
    each = [use for pid in pids if (use := _of_one(pid)) is not None]
    return Use(
        processes=len(each),
        pss_mib=sum(use.pss_mib for use in each),
        rss_mib=sum(use.rss_mib for use in each),
        cpu_seconds=sum(use.cpu_seconds for use in each),
    )


def _of_one(pid: int) -> Use | None:
    """None for what ended while we looked, e.g. PostgreSQL's own workers."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text("utf-8").splitlines()[1:]
        stat = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return None
    kib = {name: int(rest.split()[0]) for name, _, rest in (each.partition(":") for each in lines)}
    ticks = int(stat[USER_TICKS]) + int(stat[SYSTEM_TICKS])
    return Use(1, kib["Pss"] / KIB, kib["Rss"] / KIB, ticks / os.sysconf("SC_CLK_TCK"))


def _stat(pid: int) -> list[str]:
    """Fields behind the name, which may itself hold spaces and parentheses."""
    return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
