"""Statutory periods by date: how long, from which fact to which, by which article.

The table only says what the law says; the moment at which a period ends is computed by whoever
runs the clock, and stored with the fact, so that a replay does not depend on today's table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any

from shared.reference.areas import in_force
from shared.reference.errors import PeriodNotInForce, UnknownOffence, UnknownPeriod
from shared.reference.files import day, read_json


@dataclass(frozen=True, slots=True)
class Length:
    """A number of units: hour, day, working_day, month, year or school_year."""

    n: int
    unit: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of other periods: `fraction` (for example 2/3) of each of the rules `of`."""

    fraction: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """How a period may be made longer, in the order of `seq`."""

    seq: int
    length: Length | None
    length_by_class: Mapping[str, Length]
    decided_by: str
    article: str
    condition: str | None
    request_before_expiry: Length | None
    measured_from: str | None
    """Where the length counts from, if not from the end of what went before."""


@dataclass(frozen=True, slots=True)
class Period:
    """One statutory period. Both dates are inclusive; None is open."""

    id: str
    track: str
    title_vi: str
    title_en: str
    starts_on: tuple[str, ...]
    """Event names, with payload conditions in brackets; brackets alone are facts of the world."""
    stops_on: tuple[str, ...]
    responsible: str
    limit: str
    """max, min, per_instance, derived, entitlement or recompute."""
    anchor: str
    """after, before_expiry, or before_event:<event name>."""
    length: Length | Share | None
    length_by_class: Mapping[str, Length]
    """By severity class of the offence: ITNT, NT, RNT, DBNT; empty if it does not matter."""
    length_by_level: Mapping[str, Length]
    extensions: tuple[Extension, ...]
    counting: str
    """Id of the calendar rule."""
    law: str
    article: str
    valid_from: date | None
    valid_to: date | None
    regime: str
    confidence: str
    """seen: read in the text; memory: not confirmed, shown as such."""
    remarks: str | None

    def in_force(self, on: date) -> bool:
        return in_force(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True)
class Frame:
    """What one clause of an offence threatens at most, and the severity class that follows."""

    article: str
    clause: int
    max_years: int
    life: bool
    severity: str
    """ITNT, NT, RNT or DBNT."""


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """How days, months and hours are counted."""

    id: str
    text: str
    source: str
    confidence: str


class Periods:
    """All statutory periods, severity classes and counting rules. Immutable."""

    __slots__ = ("_frames", "_periods", "calendar_rules")

    def __init__(
        self,
        periods: tuple[Period, ...],
        frames: Mapping[tuple[str, int], Frame],
        calendar_rules: Mapping[str, CalendarRule],
    ) -> None:
        self._periods = {period.id: period for period in periods}
        self._frames = dict(frames)
        self.calendar_rules = calendar_rules

    def period(self, rule_id: str, on: date) -> Period:
        """The period as it bound on that day. Raises UnknownPeriod and PeriodNotInForce."""
        found = self.named(rule_id)
        if not found.in_force(on):
            others = tuple(
                other.id
                for other in self.in_force(on)
                if set(other.starts_on) & set(found.starts_on)
                and set(other.stops_on) & set(found.stops_on)
            )
            raise PeriodNotInForce(rule_id, on, found.valid_from, found.valid_to, others)
        return found

    def named(self, rule_id: str) -> Period:
        """The period, in force or not. Raises UnknownPeriod."""
        found = self._periods.get(rule_id)
        if found is None:
            close = get_close_matches(rule_id, self._periods, 1)
            raise UnknownPeriod(rule_id, close[0] if close else None)
        return found

    def all(self) -> tuple[Period, ...]:
        """Every period, in force or not, in the order of the file."""
        return tuple(self._periods.values())

    def in_force(self, on: date) -> tuple[Period, ...]:
        """The periods that bind on that day, in the order of the file."""
        return tuple(period for period in self._periods.values() if period.in_force(on))

    def severity(self, article: str, clause: int) -> str:
        """The class of an offence (ITNT, NT, RNT, DBNT) by the maximum of the applied clause.

        Raises UnknownOffence.
        """
        return self.frame(article, clause).severity

    def frame(self, article: str, clause: int) -> Frame:
        """What a clause threatens. Raises UnknownOffence."""
        try:
            return self._frames[article, clause]
        except KeyError:
            raise UnknownOffence(article, clause) from None

    def frames(self) -> tuple[Frame, ...]:
        """Every clause that is known, in the order of the file."""
        return tuple(self._frames.values())


@cache
def load_periods() -> Periods:
    """The periods of deadlines.json, read once per process."""
    data = read_json("deadlines.json")
    frames = {
        (offence["article"], frame["clause"]): Frame(
            offence["article"],
            frame["clause"],
            frame["max_years"],
            frame["life"],
            frame["class"],
        )
        for offence in data["offences"]
        for frame in offence["frames"]
    }
    rules = {
        row["id"]: CalendarRule(row["id"], row["text"], row["source"], row["confidence"])
        for row in data["calendar_rules"]
    }
    return Periods(tuple(_period(row) for row in data["deadlines"]), frames, rules)


def _period(row: Mapping[str, Any]) -> Period:
    return Period(
        row["id"],
        row["track"],
        row["title_vi"],
        row["title_en"],
        tuple(row["starts_on"]),
        tuple(row["stops_on"]),
        row["responsible"],
        row["limit"],
        row["anchor"],
        _length_or_share(row.get("length")),
        _lengths(row.get("length_by_class")),
        _lengths(row.get("length_by_level")),
        tuple(_extension(each) for each in row.get("extensions", ())),
        row["counting"],
        row["law"],
        row["article"],
        day(row["valid_from"]),
        day(row["valid_to"]),
        row["regime"],
        row["confidence"],
        row["remarks"],
    )


def _extension(row: Mapping[str, Any]) -> Extension:
    return Extension(
        row["seq"],
        _length(row.get("length")),
        _lengths(row.get("length_by_class")),
        row["decided_by"],
        row["article"],
        row.get("condition"),
        _length(row.get("request_before_expiry")),
        row.get("measured_from"),
    )


def _length_or_share(value: Mapping[str, Any] | None) -> Length | Share | None:
    if value is not None and "fraction" in value:
        return Share(value["fraction"], tuple(value["of"].split(", ")))
    return _length(value)


def _length(value: Mapping[str, Any] | None) -> Length | None:
    return Length(value["n"], value["unit"]) if value is not None else None


def _lengths(value: Mapping[str, Mapping[str, Any]] | None) -> Mapping[str, Length]:
    return {name: Length(each["n"], each["unit"]) for name, each in (value or {}).items()}
