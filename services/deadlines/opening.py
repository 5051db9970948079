"""Which periods a fact starts, for which subjects and bodies, and where each ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.deadlines.counting import End, ends_on_day
from services.deadlines.desk import Desk
from services.deadlines.events import OpenDeadline
from services.deadlines.known import ordered_until, severity, stated_for
from services.deadlines.orders import ORDERED, not_ordered
from services.deadlines.patterns import ABOUT, Fact, first_of, look, matches, moment_of
from services.deadlines.reckoning import (
    Chosen,
    Matter,
    Reckoner,
    duration,
    order_end,
    stated_end,
)
from services.deadlines.wiring import Row, Wiring
from shared.actor import VIETNAM
from shared.reference import Register
from shared.reference.deadlines import Length

JUST_BEFORE = timedelta(seconds=1)
STATED = Length(0, "day")
"""Stands for the length of what a paper states."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a period belongs: its subject, the matter around it, the body it is kept apart by."""

    subject: str
    matter: str
    party: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """One period that begins: where, of which row, how long, for whom."""

    row: Row
    place: Place
    chosen: Chosen
    parties: tuple[str, ...]
    at: datetime


class Opener:
    """Decides what a fact opens."""

    def __init__(self, wiring: Wiring, reckoner: Reckoner, register: Register) -> None:
        self.wiring = wiring
        self.reckoner = reckoner
        self.register = register

    def openings(self, row: Row, fact: Fact, desk: Desk) -> list[tuple[Place, OpenDeadline]]:
        """The periods that a fact starts by a row, and by the rows that are a share of it."""
        if not matches(row.starts, fact) or not row.period.in_force(_day(fact)):
            return []
        opened = []
        for place in self._places(row, fact, desk):
            theirs = desk.seen_by(place.subject, fact)
            for start in self._starts(row, theirs, place):
                end = self._end(start, theirs, desk)
                if end is not None:
                    opened.append((place, self.said(start, end, fact)))
        return opened + [
            share for place, said in opened for share in self.shares(row, place, said, fact)
        ]

    def _places(self, row: Row, fact: Fact, desk: Desk) -> list[Place]:
        around = f"{row.needs.get('matter', 'case')}:"
        matter = next((each for each in fact.subjects if each.startswith(around)), "")
        if row.needs.get("only_detained"):
            return [Place(each, matter) for each in desk.detained(fact.subjects)]
        for kind in row.kinds:
            subject = next((each for each in fact.subjects if each.startswith(f"{kind}:")), None)
            if subject is not None:
                keyed = first_of(fact, row.fields("keyed")) or ""
                return [Place(subject, matter if subject != matter else "", keyed)]
        return []

    def _starts(self, row: Row, fact: Fact, place: Place) -> Iterator[Start]:
        parties = self._parties(row, fact)
        matter = Matter(severity(fact.about, place.subject), parties[0] if parties else "")
        at = moment_of(first_of(fact, row.fields("start_at"))) or fact.at
        if row.period.counting in ("AS_STATED", "CONFIG"):
            yield Start(row, place, Chosen(STATED), parties, at)
            return
        levels = row.needs.get("levels", "")
        for chosen in self.reckoner.lengths(row.period, matter, levels):
            yield Start(row, place, chosen, parties, at)

    def _parties(self, row: Row, fact: Fact) -> tuple[str, ...]:
        """Whom a period binds; a body of an earlier fact may have ended: then it binds its heir."""
        parties = _parties(row, fact)
        if not any(each.startswith(ABOUT) for each in row.fields("parties")):
            return parties
        heirs = [self.register.successors(each, _day(fact)) for each in parties]
        return tuple(
            heir[0] if len(heir) == 1 else each for each, heir in zip(parties, heirs, strict=True)
        )

    def _end(self, start: Start, fact: Fact, desk: Desk) -> End | None:
        """Where it ends; None when what it is counted from is not known, or no day is stated."""
        row, period, length = start.row, start.row.period, start.chosen.length
        if period.counting == "AS_STATED":
            said = [look(fact, each) for each in row.fields("stated")]
            said.append(stated_for(fact.about, look(fact, "agency")))
            if any(said):
                return stated_end(said)
            return self._other_end({"rule": row.id}, start.place, fact, desk)
        if period.counting == "CONFIG":
            return None
        if "before" in row.needs:
            other = self._other_end(row.needs["before"], start.place, fact, desk)
            return None if other is None else self.reckoner.ends_before(period, other, length)
        begins = start.at
        if "counted_from" in row.needs:
            other = self._other_end(row.needs["counted_from"], start.place, fact, desk)
            if other is not None:
                begins = max(begins, other.due - JUST_BEFORE)
        end = self.reckoner.ends(period, begins, length)
        until = first_of(fact, row.fields("ends_at"))
        until = until or ordered_until(fact.about, row.needs.get("ordered_at"), begins)
        ordered = order_end(until)
        return ordered if ordered is not None and ordered.due < end.due else end

    def _other_end(
        self, said: Mapping[str, Any], place: Place, fact: Fact, desk: Desk
    ) -> End | None:
        if "field" in said:
            return order_end(first_of(fact, tuple(said["field"])))
        found = desk.ended(place.subject, said["rule"])
        return None if found is None else End(found.due, found.last_day)

    def shares(
        self, row: Row, place: Place, said: OpenDeadline, fact: Fact
    ) -> list[tuple[Place, OpenDeadline]]:
        """The periods that begin with one of a row and are a share of it."""
        return [
            share
            for half in self.wiring.halves.get(row.id, ())
            for share in self._half(half, row, place, said, fact)
        ]

    def _half(
        self, half: Row, row: Row, place: Place, said: OpenDeadline, fact: Fact
    ) -> list[tuple[Place, OpenDeadline]]:
        """The share of a period that binds besides it: juveniles' proceedings."""
        since = fact.about.get("instituted_on")
        began = date.fromisoformat(since) if isinstance(since, str) else _day(fact)
        if fact.about.get("juvenile") is not True or not half.period.in_force(began):
            return []
        agency = said.parties[0] if said.parties else ""
        matter = Matter(severity(fact.about, place.subject), agency)
        return [
            (place, self.said(start, end, fact))
            for chosen in self.reckoner.lengths(half.period, matter)
            if chosen.part == row.id
            for start in (Start(half, place, chosen, said.parties, said.started_at),)
            for end in (self.reckoner.ends(half.period, start.at, chosen.length),)
        ]

    def said(self, start: Start, end: End, fact: Fact) -> OpenDeadline:
        """What is said of a period that a fact starts."""
        period, known = start.row.period, fact.recorded_at
        alarms = self.reckoner.alarms(period, start.at, end, known)
        free = not_ordered(start.parties, self.register) if period.track in ORDERED else ()
        # Not checked here: it is, field by field, when it becomes an event.
        return OpenDeadline.model_construct(
            length=None if start.chosen.length is STATED else duration(start.chosen.length),
            because=start.chosen.because,
            last_day=end.last_day,
            due=end.due,
            ends_on=ends_on_day(end.due),
            moved=end.moved,
            alarms=alarms,
            rule=period.id,
            part=start.chosen.part,
            title_vi=period.title_vi,
            title_en=period.title_en,
            law=period.law,
            article=period.article,
            regime=period.regime,
            confidence=period.confidence,
            limit=period.limit,
            anchor=period.anchor,
            counting=period.counting,
            start_event=fact.event_id,
            start_topic=fact.topic,
            started_at=start.at,
            subject=start.place.subject,
            around=tuple(each for each in fact.around if each != start.place.subject),
            parties=start.parties,
            responsible=period.responsible,
            never_critical=free,
            miss_at=self.reckoner.miss_at(period, end, known),
            recorded_late=fact.is_recorded_late,
        )


def _parties(row: Row, fact: Fact) -> tuple[str, ...]:
    """The bodies that a period binds, by name where the fact names them."""
    if fact.topic.endswith((".task_completion_reviewed.v1", ".report_reviewed.v1")):
        return (fact.fields["agency"],)  # What is reopened, is so for this body alone.
    said = first_of(fact, row.fields("parties", ("agency", "@actor")))
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(dict.fromkeys(said))


def _day(fact: Fact) -> date:
    return fact.at.astimezone(VIETNAM).date()
