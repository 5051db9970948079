"""Owns every long-running task: a dead one turns health red and is started again with back-off."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from shared.errors import LiennganhError
from shared.telemetry import TASK_RESTARTS

RESTART_FIRST_SECONDS = 0.1
RESTART_LAST_SECONDS = 10.0
CANCEL_AGAIN_SECONDS = 1.0
HEALTHY_AFTER_SECONDS = 5.0
"""A task that ran this long without dying starts its back-off anew."""

log = structlog.get_logger()


@dataclass
class Watched:
    """One task and how it is doing."""

    name: str
    run: Callable[[], Awaitable[None]]
    task: "asyncio.Task[None] | None" = None
    error: str = ""
    """Why it is down, empty while it runs."""
    restarts: int = 0

    @property
    def why_down(self) -> str:
        """Empty while it runs; a task that nobody restarts any more is down, whatever it said."""
        if self.task is not None and self.task.done():
            return self.error or "it is gone"
        return self.error


@dataclass
class Supervisor:
    """Starts, restarts and stops tasks. A task that returns has died too: they run for ever."""

    watched: dict[str, Watched] = field(default_factory=dict)

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Own a task under a name of its own."""
        if name in self.watched:
            raise ValueError(f"there is a task named {name} already")
        watched = Watched(name, run)
        self.watched[name] = watched
        watched.task = asyncio.create_task(self._keep(watched), name=name)

    @property
    def down(self) -> dict[str, str]:
        """Tasks that are not running, and why."""
        return {each.name: each.why_down for each in self.watched.values() if each.why_down}

    async def stop(self) -> None:
        """Cancel all tasks, the last started first, and wait for them."""
        for watched in reversed(self.watched.values()):
            if watched.task is not None:
                watched.task.cancel()
                await asyncio.gather(watched.task, return_exceptions=True)
        self.watched.clear()

    async def _keep(self, watched: Watched) -> None:
        pause = RESTART_FIRST_SECONDS
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            died, why = None, "it ended"
            try:
                await self._once(watched)
            except asyncio.CancelledError:
                why = "it was cancelled from within"
            except Exception as error:
                died, why = error, _in_words(error)
            if _cancelled():  # By `stop`, even if the task took no notice of it.
                raise asyncio.CancelledError
            watched.error = why
            if clock() - begun > HEALTHY_AFTER_SECONDS:
                pause = RESTART_FIRST_SECONDS
            watched.restarts += 1
            TASK_RESTARTS.labels(watched.name).inc()
            log.error(
                "task died",
                task=watched.name,
                error=watched.error,
                again_in=pause,
                exc_info=None if isinstance(died, LiennganhError) else died,
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, RESTART_LAST_SECONDS)

    async def _once(self, watched: Watched) -> None:
        """Run it; it counts as healthy again once it has survived the time it takes to restart."""
        running = asyncio.ensure_future(watched.run())
        try:
            done, _ = await asyncio.wait([running], timeout=HEALTHY_AFTER_SECONDS)
            if not done:
                watched.error = ""
            await running
        finally:
            # A library may swallow one cancellation (`asyncio.wait_for` before Python 3.12 does
            # when what it waits for ends at that moment), so it is told again until it listens.
            while not running.done():
                running.cancel()
                await asyncio.wait([running], timeout=CANCEL_AGAIN_SECONDS)
            if not running.cancelled():
                running.exception()  # Seen: whatever it said on being cancelled says nothing new.


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _in_words(error: Exception) -> str:
    """What went wrong and where; of a group, its first member says it."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    notes = getattr(error, "__notes__", ())
    return "; ".join((f"{type(error).__name__}: {error}", *notes))
