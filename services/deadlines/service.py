"""The deadlines service: names its parts; starts the reactor and, where this process leads, the
clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from services.deadlines.almanac import Almanac
from services.deadlines.clock import Clock
from services.deadlines.domain import Deadline
from services.deadlines.http import ROUTES
from services.deadlines.policy import load_policy
from services.deadlines.projection import DUE
from services.deadlines.reactions import Reactor
from services.deadlines.reckoning import Reckoner
from services.deadlines.watching import WATCH
from services.deadlines.wiring import load_wiring
from shared.fold import Fold
from shared.follow import Projection
from shared.leadership import leadership
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import load_periods
from shared.service import Service
from shared.sql import Tables
from shared.system import System, new_id

FOLDER = Path(__file__).parent
FACTS = ("directives", "cases", "victims", "notifications", "vault")
"""The services whose facts start and stop periods."""


async def start(system: System) -> None:
    """Follow the facts of the other services; run the clock under a leader's lock."""
    reactor = Reactor(
        load_wiring(),
        Reckoner(load_periods(), load_calendar(), load_policy()),
        Fold(system.logs["deadlines"]),
        system.register,
        new_id,
    )
    await system.start_projection(watch(reactor, system))
    clock = make_clock(system, make_almanac(system, reactor))

    async def lead() -> None:
        async with leadership("deadlines.clock", system.database_url):
            await clock.run()

    system.supervisor.start("deadlines.clock", lead)


def watch(reactor: Reactor, system: System) -> Projection:
    """The reactor as a follower of every service that runs here and records facts it knows."""

    sources = tuple(name for name in FACTS if name in system.logs)
    return replace(WATCH, sources=sources, apply=reactor.take_all)


def make_almanac(system: System, reactor: Reactor) -> Almanac:
    """What opens the periods of the calendar."""
    return Almanac(reactor.opener, Fold(system.logs["deadlines"]), system.clock, new_id)


def make_clock(system: System, almanac: Almanac) -> Clock:
    """The clock on this process's read model."""

    @asynccontextmanager
    async def tables() -> AsyncIterator[Tables]:
        async with system.pool.acquire() as connection:
            yield Tables(connection, DUE.statements)

    [follower] = system.followers[DUE.schema]
    fold = Fold(system.logs["deadlines"])
    now = system.clock
    return Clock(follower, fold, system.register, now, new_id, tables, almanac.open_due)


SERVICE = Service(
    "deadlines",
    routes=ROUTES,
    aggregates=(Deadline,),
    competence=(FOLDER / "competence.json",),
    projections=(DUE,),
    start=start,
)
