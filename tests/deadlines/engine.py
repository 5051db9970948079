"""The engine on real tables: facts in, periods out, and a clock whose hands the test moves."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.deadlines.almanac import Almanac
from services.deadlines.clock import Clock
from services.deadlines.domain import Deadline
from services.deadlines.policy import load_policy
from services.deadlines.projection import DUE
from services.deadlines.reactions import Reactor
from services.deadlines.reckoning import Reckoner
from services.deadlines.service import WATCH
from services.deadlines.wiring import load_wiring
from shared.actor import Actor
from shared.envelope import Metadata
from shared.fold import Fold
from shared.follow import Follower, LogSource, each
from shared.log import Append, Expect, Log, NewEvent
from shared.memory import MemoryLog
from shared.reference import load_register
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import load_periods
from shared.sql import Tables
from shared.system import new_id

POLICE = "CA_TINH-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
COURT = "TAND_TINH-P34-40"
TIP = f"tip:{UUID(int=7)}"
CASE = f"case:{UUID(int=8)}"
PERSON = f"person:{UUID(int=9)}"


def at(text: str) -> datetime:
    """`2026-02-10 08:00` in Viet Nam."""
    return datetime.fromisoformat(f"{text}+07:00")


class Engine:
    """Logs of two services, the reactor, the read model and the clock, each moved by hand."""

    def __init__(self, pool: asyncpg.Pool, deadlines: Log | None = None) -> None:
        self.pool = pool
        self.now = at("2026-01-05 08:00")
        self.facts = {name: MemoryLog(name, uuid.uuid4(), self.clock_now) for name in STORES}
        self.log: Log = deadlines or MemoryLog("deadlines", uuid.uuid4(), self.clock_now)
        self.begin()

    def begin(self, *, one_by_one: bool = False) -> None:
        """The processes' memory is new; logs and tables are what they were."""
        reactor = Reactor(
            load_wiring(),
            Reckoner(load_periods(), load_calendar(), load_policy()),
            Fold(self.log),
            load_register(),
            new_id,
        )

        apply = each(reactor.take) if one_by_one else reactor.take_all
        watch = replace(WATCH, sources=STORES, apply=apply)
        self.reactor = reactor
        self.watching = [Follower(watch, LogSource(self.facts[name]), self.pool) for name in STORES]
        self.following = Follower(DUE, LogSource(self.log), self.pool)
        self.clock = self.another_clock()

    def clock_now(self) -> datetime:
        return self.now

    def another_clock(self) -> Clock:
        """A clock of another process."""

        @asynccontextmanager
        async def tables() -> AsyncIterator[Tables]:
            async with self.pool.acquire() as connection:
                yield Tables(connection, DUE.statements)

        fold = Fold(self.log)
        return Clock(self.following, fold, load_register(), self.clock_now, new_id, tables)

    def almanac(self) -> Almanac:
        """What opens the periods of the calendar, of another process each time."""
        return Almanac(self.reactor.opener, Fold(self.log), self.clock_now, new_id)

    async def create(self) -> "Engine":
        await WATCH.create(self.pool)
        await DUE.create(self.pool)
        return self

    async def fact(
        self,
        name: str,
        when: str,
        *subjects: str,
        by: str = POLICE,
        store: str = "cases",
        recorded: str = "",
        later: bool = False,
        **fields: Any,
    ) -> UUID:
        """Record a fact of another service, and let the engine take it, or do so `later`."""
        who = {} if store == "directives" else {"agency": by}
        event_id = await self.record(
            f"{store}.{name}.v1", when, subjects, by, who | fields, recorded=recorded
        )
        if not later:
            await self.settle()
        return event_id

    async def record(
        self,
        topic: str,
        when: str,
        subjects: tuple[str, ...],
        by: str,
        fields: Mapping[str, Any],
        *,
        recorded: str = "",
    ) -> UUID:
        """Record a fact; nobody has taken it yet."""
        self.now = max(self.now, at(recorded or when))
        event_id = new_id()
        body = {"timestamp": at(when).isoformat(), **fields}
        metadata = Metadata(Actor(by, "clerk"), subjects, event_id, event_id)
        new = NewEvent(
            event_id,
            uuid.uuid5(uuid.NAMESPACE_URL, (*subjects, topic)[0]),
            1,
            topic,
            orjson.dumps(body),
            metadata.to_json(),
        )
        facts = self.facts[topic.partition(".")[0]]
        await facts.append(Append(new_id(), (new,), {new.stream: Expect.ANY}))
        return event_id

    async def settle(self) -> None:
        """Everybody has read what there is."""
        for follower in (*self.watching, self.following):
            while await follower.step():
                pass

    async def tick(self, when: str) -> int:
        """The clock looks at a moment; how much it had to say."""
        self.now = at(when)
        stepping = await self._stepping()
        await self.settle()
        return stepping

    async def _stepping(self) -> int:
        step = asyncio.create_task(self.clock.step())
        while not step.done():
            await self.following.step(0.01)
            await asyncio.sleep(0)
        return await step

    async def said(self, *names: str) -> list[Any]:
        """Events of the engine's log, of these names or all."""
        found = [one.event for one in await self.log.read(0, 10_000)]
        return [one for one in found if not names or type(one).__name__ in names]

    async def period(self, rule: str, part: str = "") -> Deadline:
        """The one period of a rule, folded from its events."""
        [found] = await self.periods(rule, part)
        return found

    async def periods(self, rule: str, part: str = "") -> list[Deadline]:
        opened = [
            said
            for said in await self.said("DeadlineOpened")
            if said.rule == rule and said.part == part
        ]
        fold = Fold(self.log)
        found = [await fold.read(Deadline, one.originator_id) for one in opened]
        return [one for one in found if one is not None]

    async def rows(self) -> list[asyncpg.Record]:
        """The read model."""
        return await self.pool.fetch(f"SELECT * FROM {DUE.schema}.periods ORDER BY due, id")


STORES = ("directives", "cases")
