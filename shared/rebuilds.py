"""Rebuilds that operators have asked this process for: they run by themselves and can be watched.

Kept in memory: a restart ends what runs, which leaves the live read model as it was, and forgets
what has ended, whose outcome is in the log as well.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import structlog

from shared.actor import Actor
from shared.errors import Conflict, Refused, Retry
from shared.follow import Projection
from shared.log import Log
from shared.rebuild import Outcome, Progress, rebuild

RUNNING_MAX = 2
"""At once in one process: each holds two connections of the pool and reads a whole log."""
ENDED_MAX = 50
"""Rebuilds that are remembered after their end."""
BUSY_SECONDS = 10.0
"""After which somebody may ask again when so many are running."""
BEGIN_SECONDS = 1.0
"""How long asking waits for a refusal, e.g. because another process rebuilds the same one."""

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Rebuilding:
    """One rebuild, from its asking on. Times have a time zone."""

    id: UUID
    projection: str
    """`<service>.<name>`."""
    schema: str
    accept: bool
    by: Actor
    begun_at: datetime
    ended_at: datetime | None = None
    state: Literal["running", "ended", "failed"] = "running"
    progress: dict[str, Progress] = field(default_factory=dict)
    """By source."""
    outcome: Outcome | None = None
    error: Exception | None = None

    def tell(self, progress: Progress) -> None:
        """Hear how far it is."""
        self.progress[progress.source] = progress


class Rebuilds:
    """Starts rebuilds, one of each read model at a time, and remembers what became of them."""

    def __init__(self) -> None:
        self._all: dict[UUID, Rebuilding] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def list(self) -> Sequence[Rebuilding]:
        """Those of this process, the last begun first."""
        return list(reversed(self._all.values()))

    async def begin(
        self,
        rebuilding: Rebuilding,
        projection: Projection,
        logs: Mapping[str, Log],
        pool: asyncpg.Pool,
        clock: Callable[[], datetime],
    ) -> None:
        """Let it run. Raises `Conflict` when it runs already, here or elsewhere, and `Retry`."""
        running = [each for each in self._all.values() if each.state == "running"]
        if any(each.schema == projection.schema for each in running):
            raise Conflict(
                "rebuild-is-running",
                f"{projection.schema} đang được lập lại.",
                f"{projection.schema} is being rebuilt already.",
                remedy_vi="Theo dõi ở GET /v1/operations/rebuilds, chờ kết thúc rồi thử lại.",
                remedy_en="Watch it at GET /v1/operations/rebuilds; try again when it has ended.",
            )
        if len(running) >= RUNNING_MAX:
            raise Retry(
                f"{RUNNING_MAX} rebuilds are running here; wait for one of them to end",
                BUSY_SECONDS,
                vi=f"Ở đây đang lập lại {RUNNING_MAX} mô hình đọc; chờ một lượt xong rồi thử lại.",
            )
        log.warning(
            "rebuild asked for",
            projection=projection.schema,
            accept=rebuilding.accept,
            agency=rebuilding.by.agency,
            officer=rebuilding.by.user,
        )
        self._all[rebuilding.id] = rebuilding

        async def run() -> None:
            try:
                rebuilding.outcome = await rebuild(
                    projection, logs, pool, accept=rebuilding.accept, progress=rebuilding.tell
                )
                rebuilding.state = "ended"
            except Exception as error:  # Whatever it is, whoever asked shall see it.
                rebuilding.state, rebuilding.error = "failed", error
                log.error("rebuild failed", projection=projection.schema, exc_info=error)
            finally:
                rebuilding.ended_at = clock()
                self._tasks.pop(rebuilding.id, None)
                self._forget_old()

        task = asyncio.create_task(run(), name=f"rebuild {projection.schema}")
        self._tasks[rebuilding.id] = task
        await asyncio.wait([task], timeout=BEGIN_SECONDS)
        if isinstance(rebuilding.error, Refused):
            self._all.pop(rebuilding.id, None)
            raise rebuilding.error

    async def stop(self) -> None:
        """End what runs: the live ones stay as they are."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget_old(self) -> None:
        ended = [id for id, each in self._all.items() if each.ended_at is not None]
        for id in ended[:-ENDED_MAX]:
            del self._all[id]
