"""Owns every long-running task: a dead one turns health red and is started again with back-off."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from shared.telemetry import TASK_RESTARTS

RESTART_FIRST_SECONDS = 0.1
RESTART_LAST_SECONDS = 10.0
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
        return {each.name: each.error for each in self.watched.values() if each.error}

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
            try:
                await self._once(watched)
                watched.error = "it ended"
            except asyncio.CancelledError:
                raise
            except Exception as error:
                watched.error = f"{type(error).__name__}: {error}"
            if clock() - begun > HEALTHY_AFTER_SECONDS:
                pause = RESTART_FIRST_SECONDS
            watched.restarts += 1
            TASK_RESTARTS.labels(watched.name).inc()
            log.error("task died", task=watched.name, error=watched.error, again_in=pause)
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
            if not running.done():
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
