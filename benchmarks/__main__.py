"""The command line of the benchmarks."""

import argparse
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog

from benchmarks import (
    append,
    command,
    deadlines,
    end_to_end,
    idle,
    reacting,
    rebuild,
    relay,
    timeline,
)
from benchmarks.scale import LONG, SHORT, Scale

Measure = Callable[[Scale], Awaitable[None]]
BENCHMARKS: Mapping[str, Measure] = {
    "append": append.measure,
    "command": command.measure,
    "end_to_end": end_to_end.measure,
    "relay": relay.measure,
    "rebuild": rebuild.measure,
    "deadlines": deadlines.measure,
    "reacting": reacting.measure,
    "idle": idle.measure,
    "timeline": timeline.measure,
}


async def _run(names: list[str], scale: Scale) -> None:
    for name in names:
        begun = time.monotonic()
        print(f"\n=== {name} ===", flush=True)
        await BENCHMARKS[name](scale)
        print(f"({name} took {time.monotonic() - begun:.0f} s)", flush=True)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=[*BENCHMARKS, "all"])
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", action="store_true", help="less than three minutes (default)")
    form.add_argument("--long", action="store_true", help="more rounds, longer ones")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    names = [*BENCHMARKS] if asked.what == "all" else [asked.what]
    asyncio.run(_run(names, LONG if asked.long else SHORT))


if __name__ == "__main__":
    main()
