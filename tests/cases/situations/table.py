"""How a fact comes about: things at their stages, and who says what there.

A machine is one kind of thing. Its ways bring a thing to each stage by real commands; its rows say
of each fact in which words, and by whom, it is said. Everything is tried at every stage
(`trying.py`), so the tables of the services decide what the tests expect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.actor import Act
from shared.domain import Event, FirstEvent
from tests.cases.examples import act

BEGINNING = ""
"""The stage of what has not begun."""
HOLDER, OFFERED, CASE_HOLDER = "holder", "offered", "holder of the case"
"""Who says it: the body that has the thing, the one that it is on its way to, the one that has the
person's case."""


@dataclass
class Stand:
    """A thing at a stage (None before its first fact) and, for a person, their case."""

    thing: Any = None
    case: Any = None


Way = Callable[[], Stand]
Says = Callable[[Stand, Act], Any]
"""Decides, and returns what is saved: None for the thing alone, another thing, or several."""


@dataclass(frozen=True)
class Try:
    """One way in which somebody says something."""

    by: str
    says: Says
    hours: float = 1
    """After the last fact of the thing."""
    anywhere: str = ""
    """Why a body of the same type in another area may say it as well; empty: it may not."""
    of_its_kind: bool = False
    """Bodies of other kinds may not say it, though the tables name everybody."""


@dataclass(frozen=True)
class Row:
    """Everything that is tried of one fact."""

    tries: tuple[Try, ...]
    everywhere: str = ""
    """Why there is no stage in which it is refused; empty: there is one."""
    no_news: frozenset[str] = frozenset()
    """Stages in which it is no news, whatever the words: nothing is recorded nor refused."""


@dataclass(frozen=True)
class Machine:
    """One kind of thing with its stages."""

    kind: type[Any]
    ways: Mapping[str, tuple[Way, ...]]
    """Stage → how things get there."""
    rows: Mapping[type[Event], Row]
    service: str = "cases"
    stages: Mapping[type[Event], frozenset[str]] = field(default_factory=dict)
    """From which stages each fact may be recorded, where the kind has no table of steps."""
    by: Callable[[str, datetime], Act] = act
    """Somebody of an agency at a moment."""
    silent: bool = False
    """What is out of place is no news: nobody sends it, so nobody would read a refusal."""

    def before(self, event: type[Event]) -> frozenset[str]:
        """The stages in which a fact may be recorded, by the table of the service."""
        steps = getattr(self.kind, "STEPS", {})
        row = steps[event].before if event in steps else self.stages.get(event, frozenset())
        return row | {BEGINNING} if issubclass(event, FirstEvent) else row

    def tried_at(self, event: type[Event]) -> frozenset[str]:
        """The stages at which it makes sense to try: the beginning is for what begins."""
        goes_on = frozenset(self.ways) - {BEGINNING}
        if not issubclass(event, FirstEvent):
            return goes_on
        follows = event in {*getattr(self.kind, "STEPS", {}), *self.stages}
        return goes_on | {BEGINNING} if follows else frozenset({BEGINNING})


def stands(make: Callable[[], Any], case: Callable[[], Any] | None = None) -> Way:
    """The way to a thing that a function makes."""
    return lambda: Stand(make(), None if case is None else case())


def on(decide: Callable[..., None], said: Any) -> Says:
    """The decision of one thing by itself."""
    return lambda stand, by: decide(stand.thing, said, by)


def beside(decide: Callable[..., None], said: Any) -> Says:
    """The decision on a person that looks at their case."""
    return lambda stand, by: decide(stand.thing, said, by, stand.case)


def begins(decide: Callable[..., Any], said: Any) -> Says:
    """The decision that begins a record."""
    return lambda stand, by: decide(said, by)


def first(says: Says) -> Says:
    """Said only of what has no record yet."""
    return lambda stand, by: says(stand, by) if stand.thing is None else ()


def later(says: Says) -> Says:
    """Said only of what has a record."""
    return lambda stand, by: () if stand.thing is None else says(stand, by)
