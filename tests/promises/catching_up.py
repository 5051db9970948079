"""A follower in a process of its own, which says how much memory it took and how far it came.

python -m tests.promises.catching_up DATABASE_URL FOLDER
"""

import asyncio
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
import orjson

from shared.envelope import Envelope
from shared.follow import Follower, LogSource, Projection
from shared.sql import Tables
from shared.store.postgres import PostgresLog

SOURCE = "directives"
WANTED, IGNORED = "directives.counted.v1", "directives.ignored.v1"
WARM_PART = 10
"""One part in so many is read before memory is measured for the first time."""
KIBIBYTES = 1 if sys.platform == "linux" else 1024
"""In the unit that this system measures memory in."""
SCHEMA = """
-- name: create
CREATE TABLE :schema.seen (position bigint PRIMARY KEY, n bigint NOT NULL);
"""
QUERIES = """
-- name: insert
INSERT INTO :schema.seen SELECT * FROM unnest($1::bigint[], $2::bigint[])
"""


@dataclass(frozen=True)
class Report:
    """Of one catching up."""

    events: int
    """Taken from the log."""
    steps: int
    stood_at: list[int]
    """Checkpoints on the way, one for each tenth."""
    warm_kib: int
    """The most memory that the process had had after the first tenth."""
    peak_kib: int
    """The same at the end."""


def projection(folder: Path) -> Projection:
    """Writes a batch as a set, and takes no notice of most of what comes."""
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "queries.sql").write_text(QUERIES)
    return Projection(SOURCE, "caught", 1, folder, (SOURCE,), _apply)


async def _apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
    wanted = [each for each in envelopes if each.topic == WANTED]
    if wanted:
        positions = [each.position for each in wanted]
        await tables.run("insert", positions, [each.fields["n"] for each in wanted])


async def catch_up(database_url: str, folder: Path) -> Report:
    """From nothing to the head."""
    made = projection(folder)
    async with asyncpg.create_pool(database_url, min_size=1, max_size=2) as pool:
        log = await PostgresLog.open(SOURCE, pool, database_url)
        head = await log.head()
        await made.create(pool)
        follower = Follower(made, LogSource(log), pool)
        events, steps, warm, stood_at = 0, 0, 0, list[int]()
        while taken := await follower.step():
            events, steps = events + taken, steps + 1
            if follower.position * WARM_PART >= head * (len(stood_at) + 1):
                stood_at.append(await follower.stands())
                warm = warm or _peak_kib()
    return Report(events, steps, stood_at, warm, _peak_kib())


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIBIBYTES


if __name__ == "__main__":
    report = asyncio.run(catch_up(sys.argv[1], Path(sys.argv[2])))
    sys.stdout.buffer.write(orjson.dumps(asdict(report)))
