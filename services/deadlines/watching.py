"""What the reactor remembers, as tables, and what a reader may ask of them: where a period runs.

Cases are joined and split while periods run in them. A period keeps saying what its first fact was
about; in which case it runs now, the reactor knows, because it moves it there.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from shared.envelope import Envelope
from shared.follow import Projection, each
from shared.http.door import Reader
from shared.sql import Tables

FOLDER = Path(__file__).parent
GATHER_SECONDS = 0.2
"""The shortest period is hours long; facts that come close together are taken together."""


async def _nowhere(envelope: Envelope, tables: Tables) -> None:
    raise NotImplementedError("the reactor is not running")


WATCH = Projection(
    service="deadlines",
    name="watch",
    version=1,
    folder=FOLDER / "watch",
    sources=(),
    apply=each(_nowhere),
    gather_seconds=GATHER_SECONDS,
)
"""What the reactor remembers. No read model: it is never rebuilt."""


async def running_in(matter: str, reader: Reader) -> list[UUID]:
    """Periods about something else that run in a case, or ran there to their end."""
    async with _tables(reader) as tables:
        return [row["id"] for row in await tables.rows("running_in", matter)]


async def matters_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, str]:
    """The case or directive in which each of these runs; of what is about it itself, none."""
    async with _tables(reader) as tables:
        return {row["id"]: row["matter"] for row in await tables.rows("matters_of", ids)}


@asynccontextmanager
async def _tables(reader: Reader) -> AsyncIterator[Tables]:
    async with reader.pool.acquire() as connection:
        yield Tables(connection, WATCH.statements)
