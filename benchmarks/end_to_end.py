"""From the recording of an event to its being seen by a reader of the timeline, through NATS.

Counted from `recorded_at`, which the database sets within the appending transaction, so the commit
itself is in it; until a reader of the live timeline in another process has the entry. Between them:
relay, JetStream, the timeline's follower and its commit, the stream of server-sent events.
"""

from benchmarks import conditions, load, report
from benchmarks.load import Done, Job
from benchmarks.product import LEAD, folder, up
from benchmarks.report import Spread, quantile
from benchmarks.scale import Scale

CLIENTS = 64
HALF = 0.5


async def measure(scale: Scale) -> None:
    """Print the table, write end_to_end.json."""
    fast: list[Done] = []
    half: list[Done] = []
    async with folder() as data, up(data) as product:
        where = await conditions.of(product.database_url())
        conditions.show(where)
        job = Job(
            port=product.port,
            token=product.token(LEAD),
            paths=await product.tasks(1),
            clients=CLIENTS,
            seconds=scale.burst_seconds,
            watch=True,
        )
        await product.caught_up()
        for number in range(scale.rounds):
            burst = job.model_copy(update={"seed": job.seed + 2 * number})
            fast.append(await load.run_elsewhere(burst))
            await product.caught_up()
            capacity = fast[-1].visible / fast[-1].visible_seconds
            steady = job.model_copy(
                update={
                    "seed": job.seed + 2 * number + 1,
                    "seconds": scale.steady_seconds,
                    "rate": capacity * HALF,
                }
            )
            half.append(await load.run_elsewhere(steady))
            await product.caught_up()
    rows = {"as fast as it goes": _spreads(fast), "half load": _spreads(half)}
    report.show(
        "commit to visible in the timeline: median (least to most) of the rounds",
        ["load", "commands/s", "events/s seen", "p50 ms", "p99 ms", "most ms"],
        [[name, *(each.text() for each in spreads.values())] for name, spreads in rows.items()],
    )
    report.write("end_to_end", [_row(*each) for each in rows.items()], where)


def _spreads(found: list[Done]) -> dict[str, Spread]:
    milliseconds = [[each * 1000 for each in done.visible_after] for done in found]
    return {
        "commands": Spread.of([done.accepted / done.seconds for done in found]),
        "seen": Spread.of([done.visible / done.visible_seconds for done in found]),
        "p50": Spread.of([quantile(each, 0.5) for each in milliseconds]),
        "p99": Spread.of([quantile(each, 0.99) for each in milliseconds]),
        "most": Spread.of([each[-1] for each in milliseconds]),
    }


def _row(name: str, spreads: dict[str, Spread]) -> dict[str, object]:
    return {
        "load": name,
        "unit": "milliseconds; commands and events seen per second",
        **{what: round(spread.median, 2) for what, spread in spreads.items()},
        "least_and_most": {what: spread.json() for what, spread in spreads.items()},
    }
