"""The clock: finds what falls due next, says it once and not early, and sleeps until then.

One leader runs it. It holds one page and no more, however many periods run. What it says is a
command whose id is made of the period, the kind and the moment, so that a restart, a second leader
or a slow read model cannot make it say anything twice. After being down it catches up in order.
"""

import asyncio
import heapq
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import structlog

from services.deadlines.counting import day_of
from services.deadlines.domain import Deadline
from services.deadlines.events import Alarm, MissDeadline, RaiseDeadlineWarning
from services.deadlines.projection import DUE, next_of
from services.deadlines.recording import ENGINE
from shared.actor import Act
from shared.context import Context
from shared.errors import Conflict, Retry
from shared.fold import Fold
from shared.follow import Follower
from shared.reference import Register
from shared.sql import Tables

PAGE_PERIODS_MAX = 500
"""Periods that are looked at together."""
LOOK_SECONDS = 5.0
"""The longest sleep: another process may have shown the read model a period that ends sooner."""
STALE_SECONDS = 0.05
"""The shortest sleep: the read model may still show what has been said."""
CAUGHT_UP_SECONDS = 10.0
"""How long to wait for the read model to show what was recorded."""
ATTEMPTS_MAX = 5
MOMENTS = uuid.UUID("2f8a1f0e-0b53-5f0e-9d8b-138138138138")
"""Namespace of the ids of what the clock says."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class Next:
    """The next moment of one period; no warning: its end."""

    at: datetime
    id: UUID
    alarm: Alarm | None = field(compare=False)


class Clock:
    """Looks at the read model `due` and records warnings and misses."""

    def __init__(
        self,
        follower: Follower,
        fold: Fold,
        register: Register,
        now: Callable[[], datetime],
        new_id: Callable[[], UUID],
        tables: Callable[[], AbstractAsyncContextManager[Tables]],
        on_day: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._follower = follower
        self._fold = fold
        self._register = register
        self._now = now
        self._new_id = new_id
        self._tables = tables
        self._on_day = on_day
        """Called when a day of Viet Nam begins, and when the clock does."""
        self._today: date | None = None
        self._lost: set[UUID] = set()
        """Periods that the read model shows and the log does not have; looked for anew each day."""
        self.said = 0
        """Warnings and misses recorded by this process."""

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            moved = self._follower.moved
            await self._begin_day()
            await self.step()
            await self._sleep(moved)

    async def _begin_day(self) -> None:
        today = day_of(self._now())
        if today != self._today:
            self._lost.clear()
            if self._on_day is not None:
                await self._on_day()
        self._today = today

    async def step(self) -> int:
        """Say all that has come due by now, in the order of its moments; how much was recorded."""
        said, now, lost = 0, self._now(), len(self._lost)
        while page := await self._page(now):
            full = len(page) == PAGE_PERIODS_MAX
            # Beyond the page's last moment somebody else may be first.
            horizon = page[-1].at if full else now
            spoken, reached = await self._say_all(page, horizon, now)
            said += spoken
            if reached:
                await self._caught_up(reached)
            elif lost == len(self._lost):
                break  # The read model still shows what has been said.
            lost = len(self._lost)
        self.said += said
        return said

    async def _say_all(
        self, page: list["Next"], horizon: datetime, now: datetime
    ) -> tuple[int, int]:
        """Say what a page has, and what follows it for the same periods; count, last position."""
        said, reached = 0, 0
        heapq.heapify(page)
        while page:
            position, after = await self._say(heapq.heappop(page), now)
            if position:
                said, reached = said + 1, position
            if after is not None and after.at <= horizon:
                heapq.heappush(page, after)
        return said, reached

    async def next_moment(self) -> datetime | None:
        """When there is something to say next, or None."""
        async with self._tables() as tables:
            moment: datetime | None = await tables.value("next_moment", [*self._lost])
        return moment

    async def _page(self, now: datetime) -> list["Next"]:
        async with self._tables() as tables:
            rows = await tables.rows("fall_due", now, PAGE_PERIODS_MAX, [*self._lost])
        return [
            Next(
                row["next_at"],
                row["id"],
                Alarm.model_validate_json(row["next_alarm"]) if row["next_alarm"] else None,
            )
            for row in rows
        ]

    async def _say(self, what: "Next", now: datetime) -> tuple[int, "Next | None"]:
        """Record one warning or miss: its position (0 when said before), and what follows it."""
        for _ in range(ATTEMPTS_MAX):
            try:
                return await self._say_once(what, now)
            except Conflict:  # A fact has just moved or ended it: decide anew.
                continue
        return 0, None

    async def _say_once(self, what: "Next", now: datetime) -> tuple[int, "Next | None"]:
        deadline = await self._fold.read(Deadline, what.id)
        if deadline is None:
            self._pass_over(what)
            return 0, None
        moment = what.alarm.at if what.alarm else deadline.due
        # What happens at a moment happened at it, however late the clock came round.
        act = Act(ENGINE, moment, now, self._register, self._new_id)
        if what.alarm is not None:
            deadline.raise_deadline_warning(RaiseDeadlineWarning(alarm=what.alarm), act)
        else:
            deadline.miss_deadline(MissDeadline(due=moment, detected_at=now), act)
        if not deadline.pending_events:
            return 0, None
        kind = f"{what.alarm.level}/{what.alarm.why}" if what.alarm else "missed"
        ctx = Context(
            act=act,
            fold=self._fold,
            command_id=uuid.uuid5(MOMENTS, f"{what.id}/{kind}/{moment.astimezone(UTC)}"),
            correlation_id=deadline.opened.start_event,
        )
        position = (await ctx.save(deadline)).position
        at, alarm = next_of(deadline.alarms_left, deadline.miss_at, missed=deadline.missed)
        return position, None if at is None else Next(at, what.id, alarm)

    def _pass_over(self, what: "Next") -> None:
        """One row that cannot be said keeps nobody else from being told."""
        self._lost.add(what.id)
        log.error(
            "period not in the log",
            period=str(what.id),
            due=what.at.isoformat(),
            message=f"the read model {DUE.service}.{DUE.name} shows the period {what.id}, and the "
            "log does not have it: nobody is warned of it",
            remedy="find out whether the log was restored from an older copy; then "
            f"`liennganh rebuild {DUE.service}.{DUE.name}`",
        )

    async def _caught_up(self, position: int) -> None:
        """Wait until the read model shows what was said, whichever process carries it."""
        try:
            async with asyncio.timeout(CAUGHT_UP_SECONDS):
                while await self._follower.stands() < position:
                    await _signal(self._follower.moved, STALE_SECONDS)
        except TimeoutError:
            raise Retry("the read model of the clock lags behind; looking again later") from None

    async def _sleep(self, moved: asyncio.Event) -> None:
        """Until the next moment, or a change, whichever comes first."""
        moment = await self.next_moment()
        wait = timedelta(seconds=LOOK_SECONDS)
        if moment is not None:
            least = timedelta(seconds=STALE_SECONDS)
            wait = min(wait, max(moment - self._now(), least))
        await _signal(moved, wait.total_seconds())


async def _signal(signal: asyncio.Event, seconds: float) -> None:
    """Wait for a signal, at the latest until the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await signal.wait()
    except TimeoutError:
        return
