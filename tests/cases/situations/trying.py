"""Everything that is tried of every fact, at every stage, and what came of it."""

import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.registry import SERVICES
from shared.domain import Event
from shared.errors import Refused
from shared.policy import Competence
from shared.service import Service
from tests.cases.examples import MORNING
from tests.cases.situations import (
    accused,
    corrections,
    crossborder,
    deadlines,
    proceedings,
    raids,
    tips,
    vault,
)
from tests.cases.situations.table import HOLDER, OFFERED, Machine, Stand, Try, Way

MINISTRY = "BCA-VN"
MACHINES: tuple[Machine, ...] = (
    *tips.MACHINES,
    *raids.MACHINES,
    *proceedings.MACHINES,
    *accused.MACHINES,
    *crossborder.MACHINES,
    *corrections.MACHINES,
    *deadlines.MACHINES,
    *vault.MACHINES,
)


@dataclass(frozen=True)
class Said:
    """What came of one try: facts, or a refusal."""

    event: type[Event]
    stage: str
    tried: Try
    way: Way
    by: str
    moment: datetime
    facts: tuple[Event, ...]
    refusal: Refused | None

    @property
    def recorded(self) -> bool:
        """Whether it is a fact now."""
        return any(type(each) is self.event for each in self.facts)

    def again(self, by: str) -> "Said":
        """The same in the same situation, said by somebody else."""
        return _said(self.event, self.stage, self.tried, self.way, by)


@functools.cache
def machine_of(event: type[Event]) -> Machine:
    """The machine with a fact's row. Raises KeyError when there is none."""
    for machine in MACHINES:
        if event in machine.rows:
            return machine
    raise KeyError(f"{event.__name__} has no row in tests/cases/situations")


@functools.cache
def service_of(event: type[Event]) -> Service:
    """The service that records a fact."""
    return next(each for each in SERVICES if event in each.events)


@functools.cache
def competence_of(service: str) -> Competence:
    """The tables of a service, as it reads them itself."""
    found = next(each for each in SERVICES if each.name == service)
    return Competence.read(found.competence, found.topics)


@functools.cache
def everything(event: type[Event]) -> tuple[Said, ...]:
    """What comes of everything that is tried of a fact, at every stage of its thing."""
    machine = machine_of(event)
    return tuple(
        _said(event, stage, each, way)
        for stage, ways in machine.ways.items()
        if stage in machine.tried_at(event)
        for way in ways
        for each in machine.rows[event].tries
    )


def recorded(event: type[Event]) -> Iterator[Said]:
    """What was recorded of it, by somebody whom the tables of competence let record it."""
    return (each for each in everything(event) if each.recorded)


def arrived(way: Way) -> Stand:
    """A situation. What happens in it happens to a copy, so that it is there again."""
    first = _first(way)
    return Stand(afresh(first.thing), afresh(first.case))


def afresh(thing: Any) -> Any:
    """The same thing once more: what is done to the one is not done to the other."""
    if thing is None:
        return None
    twin = copy.copy(thing)
    for name, value in vars(twin).items():
        if isinstance(value, dict | list | set):
            vars(twin)[name] = copy.copy(value)
    return twin


@functools.cache
def _first(way: Way) -> Stand:
    stand = way()
    for each in (stand.thing, stand.case):
        if each is not None:
            each.collect_events()
    return stand


def _said(event: type[Event], stage: str, tried: Try, way: Way, by: str = "") -> Said:
    machine, stand = machine_of(event), arrived(way)
    agency = by or named(tried.by, stand)
    last = MORNING if stand.thing is None else stand.thing.modified_on
    moment = last + timedelta(hours=tried.hours)
    circumstances = machine.by(agency, moment)
    facts: tuple[Event, ...] = ()
    refusal = None
    try:
        facts = _facts(tried.says(stand, circumstances), stand.thing)
        for fact in facts:  # As whoever saves them asks, before anything is recorded.
            competence_of(machine.service).refuse_unless_competent(type(fact), circumstances)
    except Refused as error:
        facts, refusal = (), error
    return Said(event, stage, tried, way, agency, moment, facts, refusal)


def named(who: str, stand: Stand) -> str:
    """The agency that says it; of what has not begun nobody is the holder."""
    if stand.thing is None and who in (HOLDER, OFFERED):
        return MINISTRY
    match who:
        case "holder":
            return str(stand.thing.holder)
        case "offered":
            return str(stand.thing.offered_to or stand.thing.holder)
        case "holder of the case":
            return str(stand.case.holder)
    return who


def _facts(said: Any, thing: Any) -> tuple[Event, ...]:
    saved: tuple[Any, ...] = said if isinstance(said, tuple) else (said or thing,)
    return tuple(fact for each in saved for fact in each.pending_events)
