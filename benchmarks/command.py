"""Whole commands over HTTP per second, beside an aiohttp handler that does nothing.

A command is a task's progress: token, validation, decision on the folded task, durable append,
reply. The load runs in a process of its own, with connections that are kept alive.
"""

from typing import Any

from benchmarks import conditions, empty, load, report
from benchmarks.load import Done, Job
from benchmarks.product import LEAD, TASKS_PER_DIRECTIVE, folder, up
from benchmarks.report import Spread, quantile
from benchmarks.scale import Scale

CLIENTS = 64
WITH_KEY, WITHOUT_KEY = "with Idempotency-Key", "without"
VARIANTS = {WITH_KEY: True, WITHOUT_KEY: False}
SETUPS = {"directives": ("--services", "directives"), "all": ()}
"""The service alone, as where each service has a process; and the whole product in one process,
whose followers then work on the same cores at the same time."""


async def measure(scale: Scale) -> None:
    """Print the table, write command.json."""
    rows: list[dict[str, Any]] = []
    for setup, arguments in SETUPS.items():
        async with folder() as data, up(data, *arguments) as product, empty.elsewhere() as nothing:
            where = await conditions.of(product.database_url())
            if not rows:
                conditions.show(where)
            paths = await product.tasks(1)
            token = product.token(LEAD)
            job = Job(
                port=product.port,
                token=token,
                paths=paths,
                clients=CLIENTS,
                seconds=scale.command_seconds,
                warm_seconds=scale.warm_seconds,
            )
            ideal = job.model_copy(
                update={"port": nothing, "paths": ["/v1/nothing"] * TASKS_PER_DIRECTIVE}
            )
            found: dict[str, list[Done]] = {"empty": [], **{name: [] for name in VARIANTS}}
            for number in range(scale.rounds):
                seed = {"seed": job.seed + number}
                found["empty"].append(await load.run_elsewhere(ideal.model_copy(update=seed)))
                for name, keys in VARIANTS.items():
                    changed = job.model_copy(update={**seed, "keys": keys})
                    found[name].append(await load.run_elsewhere(changed))
                    await product.caught_up()
            rows += [_row(setup, name, found) for name in VARIANTS]
    report.show(
        f"commands over HTTP per second, {CLIENTS} clients: median (least to most)",
        ["services, command", "commands", "empty handler", "ratio", "p50 ms", "p99 ms"],
        [
            [
                f"{row['services']}, {row['command']}",
                _text(row, "commands"),
                _text(row, "empty"),
                report.ratio(row["commands"], row["empty"]),
                f"{row['p50_milliseconds']:.1f}",
                f"{row['p99_milliseconds']:.1f}",
            ]
            for row in rows
        ],
    )
    report.write("command", rows, where)


def _row(setup: str, name: str, found: dict[str, list[Done]]) -> dict[str, Any]:
    ours, ideal = (
        Spread.of([done.accepted / done.seconds for done in found[each]])
        for each in (name, "empty")
    )
    took = sorted(each for done in found[name] for each in done.answer_seconds)
    return {
        "clients": CLIENTS,
        "services": setup,
        "command": name,
        "unit": "requests per second",
        "commands": round(ours.median, 1),
        "empty": round(ideal.median, 1),
        "least_and_most": {"commands": ours.json(), "empty": ideal.json()},
        "p50_milliseconds": round(quantile(took, 0.5) * 1000, 2),
        "p99_milliseconds": round(quantile(took, 0.99) * 1000, 2),
    }


def _text(row: dict[str, Any], name: str) -> str:
    least, most = row["least_and_most"][name]
    return f"{row[name]:,.0f} ({least:,.0f} to {most:,.0f})"
