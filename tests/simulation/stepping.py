"""Explicit stepping: coroutines that take turns by lot, on a clock that nobody else moves.

An actor runs until it gives way (`pause`) or waits for a future; then the lot decides who is next.
There is one thread, no server and no event loop: `Clock` gives running code what it asks its loop
for, the time, timers and futures, and nothing else.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shared.errors import LiennganhError

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
STEP_SECONDS_MAX = 0.2
"""How far the clock moves in one step."""
STORY_LINES = 30
LAST_WISHES_MAX = 1_000
"""Times that a process that is killed may try to go on waiting."""


class Crashed(LiennganhError):
    """The process in which this ran is gone; whoever asked it will never get an answer."""


class _Pause:
    def __await__(self) -> Generator[None, None, None]:
        yield


def pause() -> _Pause:
    """`await pause()`: anybody else may go first now."""
    return _Pause()


@dataclass
class Alarm:
    """Something that is to be called at a time."""

    call: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Errand:
    """What somebody sent off, stepped like any coroutine; its end is told to a future."""

    coroutine: Coroutine[Any, Any, Any]
    future: asyncio.Future[Any]

    def send(self, value: None) -> Any:
        try:
            return self.coroutine.send(value)
        except StopIteration as done:
            if not self.future.done():
                self.future.set_result(done.value)
            raise
        except Exception as error:
            if not self.future.done():
                self.future.set_exception(error)
            raise StopIteration from None

    def close(self) -> None:
        self.coroutine.close()


class Clock(asyncio.AbstractEventLoop):
    """The time of everybody: `time()` never goes back, the wall clock may jump."""

    def __init__(self) -> None:
        self._seconds = 1_000.0
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._alarms_set = 0
        self.wall_offset_seconds = 0.0
        self.errands: list[Errand] = []
        """What somebody sent off and did not wait for; the stage takes them over."""

    def time(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return BEGINNING + timedelta(seconds=self._seconds + self.wall_offset_seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds
        while self._alarms and self._alarms[0][0] <= self._seconds:
            alarm = heapq.heappop(self._alarms)[2]
            if not alarm.cancelled:
                alarm.call()

    async def wait(self, seconds: float) -> None:
        """Return when so much time has passed."""
        future = self.create_future()
        self.call_later(seconds, lambda: future.done() or future.set_result(None))
        await future

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        alarm = Alarm(lambda: callback(*args))
        self._alarms_set += 1
        heapq.heappush(self._alarms, (self._seconds + delay, self._alarms_set, alarm))
        return alarm

    def create_task(self, coroutine: Any, **_: Any) -> Any:
        future = self.create_future()
        self.errands.append(Errand(coroutine, future))
        return future

    def call_exception_handler(self, context: Any) -> None:
        """Nobody waited for an errand that failed."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def get_debug(self) -> bool:
        return False


@dataclass(eq=False)
class Actor:
    """Somebody who acts, step by step."""

    name: str
    coroutine: Any
    """A coroutine or an errand."""
    sleeps: bool = False
    """Stopped in the middle of whatever it was doing, until it is woken."""
    doom: Exception | None = None
    """What it will meet when it goes on."""
    ended: bool = False
    awaited: asyncio.Future[Any] | None = None

    def die(self) -> None:
        """Gone at once. Whatever it would still like to do meets the same end: twins do nothing
        before they have given way.
        """
        self.ended = True
        for _ in range(LAST_WISHES_MAX):
            try:
                self.coroutine.close()
            except RuntimeError:  # It waits in a `finally`.
                continue
            return
        raise AssertionError(f"{self.name} does not die")

    @property
    def can_go_on(self) -> bool:
        """Neither ended, asleep nor waiting for somebody else."""
        if self.ended or self.sleeps:
            return False
        return self.doom is not None or self.awaited is None or self.awaited.done()


@dataclass
class Stage:
    """All actors, the lot that chooses among them, and what has happened last."""

    random: Random
    clock: Clock = field(default_factory=Clock)
    actors: dict[str, Actor] = field(default_factory=dict)
    steps: int = 0
    on: Actor | None = None
    """Who is acting now."""
    _errands: int = 0
    _story: deque[str] = field(default_factory=lambda: deque(maxlen=STORY_LINES))

    @property
    def story(self) -> str:
        """What happened last, one line for each event."""
        return "\n".join(self._story)

    def tell(self, text: str) -> None:
        """Add to the story."""
        who = self.on.name if self.on else "nemesis"
        self._story.append(f"{self.steps:>7} {self.clock.time():>9.1f}s  {who}: {text}")

    def enter(self, name: str, coroutine: Coroutine[Any, Any, None] | Errand) -> None:
        """Somebody begins, or begins anew: what he was before is gone in the middle of it."""
        if name in self.actors:
            self.actors[name].die()
        self.actors[name] = Actor(name, coroutine)

    def leave(self) -> None:
        """The end of the play; nobody goes on."""
        for actor in self.actors.values():
            actor.die()

    def step(self) -> None:
        """One actor goes on to where he gives way next."""
        able = [each for each in self.actors.values() if each.can_go_on]
        self.steps += 1
        self.clock.advance(self.random.random() * STEP_SECONDS_MAX)
        if able:
            self._go_on(self.random.choice(able))

    def _go_on(self, actor: Actor) -> None:
        self.on, actor.awaited = actor, None
        doom, actor.doom = actor.doom, None
        asyncio._set_running_loop(self.clock)
        try:
            awaited = actor.coroutine.throw(doom) if doom else actor.coroutine.send(None)
        except StopIteration:
            self._end(actor)
        else:
            if awaited is not None:  # A lock that somebody else holds.
                awaited._asyncio_future_blocking = False
                actor.awaited = awaited
        finally:
            asyncio._set_running_loop(None)
            self.on = None
            for errand in self.clock.errands:
                self._errands += 1
                self.enter(f"{actor.name}, errand {self._errands}", errand)
            self.clock.errands.clear()

    def _end(self, actor: Actor) -> None:
        actor.ended = True
        del self.actors[actor.name]
