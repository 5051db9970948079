"""`EventName(field=a|b,field!=c)`: which facts start and stop a period, as predicates. Pure.

The table of periods names facts and conditions in its own words; `wiring.json` says which field of
which event holds each of them. A word without a field is refused when the table is read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from shared.actor import VIETNAM

PATTERN = re.compile(r"(?P<event>[A-Z][A-Za-z]+)(?:\((?P<conditions>[^()]+)\))?")
CONDITION = re.compile(r"(?P<name>[a-z_0-9]+)(?P<not>!?)=(?P<words>[A-Za-z0-9_|]+)")
WORLD = re.compile(r"\([^()]+\)")
"""Brackets alone are facts of the calendar or of the world, which nobody records."""
OWN_IN = "@own_in."
RECORDED_LATE = timedelta(days=1)
"""A fact that is recorded later than this after it happened is marked."""
ABOUT = "@about."

Looked = Callable[["Fact", str], Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a pattern is held against: one recorded event and what was known before it."""

    event_id: UUID
    topic: str
    at: datetime
    """When it happened."""
    recorded_at: datetime
    agency: str
    """Who recorded it."""
    subjects: tuple[str, ...]
    fields: Mapping[str, Any]
    about: Mapping[str, Any]
    """What earlier facts of its subjects said: severity, juvenile, detained and the like."""
    around: tuple[str, ...] = ()
    """All that it is about; of `subjects` only the first of each kind counts."""

    @property
    def is_recorded_late(self) -> bool:
        """Whether it was recorded long after it happened."""
        return self.recorded_at - self.at > RECORDED_LATE


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: the fields that may hold the word, and the values that it stands for."""

    name: str
    fields: tuple[str, ...]
    values: tuple[str, ...]
    negated: bool
    if_absent: bool
    """What to answer when the fact has none of the fields (and it is not negated)."""
    waiting: str = ""
    """Why no fact has any of the fields yet."""

    def holds(self, fact: Fact) -> bool:
        """Whether it is true of a fact."""
        said = first_of(fact, self.fields)
        if said is None:
            return self.negated or self.if_absent
        word = str(said).lower() if isinstance(said, bool) else str(said)
        return any(fnmatchcase(word, each) for each in self.values) is not self.negated


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of fact with its conditions."""

    event: str
    topic: str
    conditions: tuple[Condition, ...]
    not_about_one: str = ""
    """A field that, when it is filled, makes the fact one person's and not the whole matter's."""

    @property
    def waits(self) -> str:
        """Why no fact can be of this kind yet; empty when one can."""
        return next((each.waiting for each in self.conditions if each.waiting), "")

    def matches(self, fact: Fact) -> bool:
        """Whether a fact is of this kind."""
        return (
            fact.topic == self.topic
            and not (self.not_about_one and fact.fields.get(self.not_about_one) is not None)
            and all(each.holds(fact) for each in self.conditions)
        )


def compile_pattern(
    text: str, events: Mapping[str, Any], *, when: str = "", instead: Mapping[str, str] = {}
) -> Pattern:
    """A pattern from its text. `when` names the wiring's conditions of the use (starts, stops),
    which hold unless the text itself says something of the same word.

    Raises ValueError for what the grammar or the wiring does not know.
    """
    parsed = PATTERN.fullmatch(text)
    if parsed is None:
        raise ValueError(f"{text!r} is not EventName(field=a|b,field!=c)")
    name = instead.get(parsed["event"], parsed["event"])
    wired = events.get(name)
    if wired is None:
        raise ValueError(f"wiring.json has no event {name}; add its service and its fields")
    said = [] if name != parsed["event"] else _conditions(text, parsed["conditions"])
    given = {each[0] for each in said}
    implied = [each for each in _conditions(text, wired.get(when)) if each[0] not in given]
    return Pattern(
        event=name,
        topic=topic_of(wired["service"], name),
        conditions=tuple(_wired(name, wired, *each) for each in [*said, *implied]),
        not_about_one=wired.get("not_about_one", ""),
    )


def matches(patterns: Sequence[Pattern], fact: Fact) -> bool:
    """Whether a fact is of one of several kinds."""
    topic = fact.topic
    for each in patterns:  # noqa: SIM110 - asked of each list of each row, at half the cost
        if each.topic == topic and each.matches(fact):
            return True
    return False


def topic_of(service: str, event: str) -> str:
    """`cases.tip_received.v1` for TipReceived of the service cases."""
    return f"{service}.{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', event).lower()}.v1"


def first_of(fact: Fact, names: Sequence[str]) -> Any:
    """The first of several fields that a fact has and that says something; [] names nobody."""
    said = (look(fact, each) for each in names)
    return next((each for each in said if each is not None and each != []), None)


def moment_of(said: object) -> datetime | None:
    """A moment, or a day, whose beginning in Viet Nam it is, as fields hold them."""
    if not isinstance(said, str):
        return None
    try:
        return datetime.combine(date.fromisoformat(said), time(), VIETNAM)
    except ValueError:
        return datetime.fromisoformat(said)


def look(fact: Fact, name: str) -> Any:
    """A field of a fact; `@actor` and `@type` are who recorded it, `@about.x` is known before, and
    `@own_in.x` is whether the fact's own thing is among those that the field names."""
    if name == "@actor":
        return fact.agency
    if name == "@type":
        return fact.agency.partition("-")[0]
    if name.startswith(ABOUT):
        return fact.about.get(name.removeprefix(ABOUT))
    if name.startswith(OWN_IN):
        those = fact.fields.get(name.removeprefix(OWN_IN))
        return None if those is None else fact.subjects[0].partition(":")[2] in those
    return fact.fields.get(name)


def _conditions(text: str, conditions: str | None) -> list[tuple[str, bool, str]]:
    found = []
    for each in (conditions or "").split(",") if conditions else ():
        parsed = CONDITION.fullmatch(each)
        if parsed is None:
            raise ValueError(f"{each!r} in {text!r} is not field=a|b or field!=c")
        found.append((parsed["name"], bool(parsed["not"]), parsed["words"]))
    return found


def _wired(event: str, wired: Mapping[str, Any], name: str, negated: bool, words: str) -> Condition:
    row = wired.get("when", {}).get(name)
    if row is None:
        raise ValueError(f"wiring.json does not say which field of {event} is {name!r}")
    other: Mapping[str, Any] = row.get("other", {})
    fields = tuple(f for word in words.split("|") for f in other.get(word, ())) or tuple(row["of"])
    values = tuple(
        value for word in words.split("|") for value in row.get("values", {}).get(word, (word,))
    )
    absent, waiting = bool(row.get("absent", False)), str(row.get("waiting", ""))
    return Condition(name, fields, values, negated, absent, waiting)
