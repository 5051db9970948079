"""What the reactor remembers, for one batch of facts: read together, changed in memory, written
together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from services.deadlines.domain import Deadline
from services.deadlines.known import OF_A_CASE, gravest
from services.deadlines.patterns import Fact
from services.deadlines.regrouping import Move
from shared.sql import Tables

CASE = "case:"
AROUND = (CASE, "directive:")
"""Kinds of matter in which periods about something else run."""


@dataclass(slots=True)
class Noted:
    """A period as the reactor needs it to say which fact ends it."""

    id: UUID
    rule: str
    part: str
    subject: str
    matter: str
    """The case or directive around it."""
    party: str
    """What tells it from others of its rule and subject."""
    start_event: UUID
    last_day: date | None
    due: datetime
    over: bool = False


@dataclass(frozen=True, slots=True)
class Early:
    """A fact that stops a period of which nobody had heard yet."""

    subject: str
    rule: str
    event_id: UUID
    topic: str
    at: datetime
    party: str


NOTED = [each.name for each in fields(Noted)]
TOO_EARLY = [each.name for each in fields(Early)]


class Desk:
    """The tables of `watch/` as far as one batch needs them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._about: dict[str, dict[str, Any]] = {}
        self._matters: dict[str, str] = {}
        self._told: dict[str, dict[str, Any]] = defaultdict(dict)
        self._periods: dict[UUID, Noted] = {}
        self._places: dict[str, dict[UUID, Noted]] = defaultdict(dict)
        """By subject, and by the matter around it."""
        self._early: dict[tuple[str, str], list[Early]] = defaultdict(list)
        self._changed: dict[UUID, Noted] = {}
        self._heard: list[Early] = []
        self._moves: list[Move] = []

    async def read(
        self, subjects: Sequence[str], rules: Sequence[str], ended: Sequence[str]
    ) -> None:
        """Read what is near these subjects. Of the rules `ended`, what is over counts as well."""
        matters = [each for each in subjects if each.startswith(AROUND)]
        for row in await self._tables.rows("about", subjects, matters):
            self._about[row["subject"]] = orjson.loads(row["facts"])
            self._matters[row["subject"]] = row["matter"]
        for row in await self._tables.rows("near", subjects, matters, rules, ended):
            self._put(Noted(*(row[name] for name in NOTED)))
        near = [*dict.fromkeys((*subjects, *self._about))]  # Whoever is detained in a case, too.
        for row in await self._tables.rows("early", near, rules):
            self._early[row["subject"], row["rule"]].append(Early(*(row[n] for n in TOO_EARLY)))

    async def write(self) -> None:
        """Write what has changed."""
        for each in self._moves:  # First: what follows is written with where it is in the end.
            await self._tables.run("move", each.source, each.to, list(each.only))
        if self._told:
            rows = [
                (subject, self._matters.get(subject, ""), orjson.dumps(told).decode())
                for subject, told in self._told.items()
            ]
            await self._tables.run("tell", *map(list, zip(*rows, strict=True)))
        if self._changed:
            noted = _columns(self._changed.values(), NOTED)
            await self._tables.run("note", *noted)
        if self._heard:
            await self._tables.run("too_early", *_columns(self._heard, TOO_EARLY))

    def known(self, subjects: Sequence[str], told: Mapping[str, object]) -> dict[str, Any]:
        """What is known about what a fact is about, its own thing first, and what it says itself.

        Of a case it is known which charge is the gravest.
        """
        own, case = subjects[0], next((each for each in subjects if each.startswith(CASE)), "")
        found: dict[str, Any] = {}
        for subject in reversed(subjects):
            found |= self._about.get(subject, {})
        found |= told
        if case:
            persons = [name for name, matter in self._matters.items() if matter == case]
            classes = {name: self._about.get(name, {}).get("severity") for name in (case, *persons)}
            if "severity" in told and own.startswith(("case:", "person:")):
                classes[own] = told["severity"]
            found[OF_A_CASE] = gravest(classes.values())
        return found

    def seen_by(self, subject: str, fact: Fact) -> Fact:
        """The same fact with what is known of somebody in the case that it is about."""
        if subject in fact.subjects:
            return fact
        return replace(fact, about=self.known((subject, *fact.subjects), {}))

    def tell(self, subjects: Sequence[str], told: Mapping[str, object]) -> None:
        """Remember what a fact says of its own thing."""
        own = subjects[0]
        matter = next((each for each in subjects[1:] if each.startswith(CASE)), "")
        self._about.setdefault(own, {}).update(told)
        self._matters[own] = matter or self._matters.get(own, "")
        self._told[own].update(told)

    def move(self, move: Move) -> None:
        """What is known and runs in one case does so in another from now on."""
        for name, matter in self._matters.items():
            if matter == move.source and move.takes(name):
                self._matters[name] = move.to
        for each in [*self._places[move.source].values()]:
            if each.matter == move.source and move.takes(each.subject):
                each.matter = move.to
                self._places[move.to][each.id] = self._places[move.source].pop(each.id)
        self._moves.append(move)

    def detained(self, subjects: Sequence[str]) -> list[str]:
        """Whoever is detained in one of these cases."""
        return sorted(
            name
            for name, matter in self._matters.items()
            if matter in subjects and self._about[name].get("detained") is True
        )

    def running(self, subjects: Sequence[str], rules: Iterable[str]) -> list[Noted]:
        """What runs by these rules about these subjects, the first to end first.

        What runs in a case about something else than the fact is about counts too, unless the fact
        is about one of that kind: a fact about one person ends nothing of another.
        """
        kinds, wanted = {each.partition(":")[0] for each in subjects}, {*rules}
        found = {
            id: each
            for subject in subjects
            for id, each in self._places.get(subject, {}).items()
            if not each.over
            and each.rule in wanted
            and (each.subject in subjects or each.subject.partition(":")[0] not in kinds)
        }
        return sorted(found.values(), key=lambda each: (each.due, each.id))

    def over(self, subjects: Sequence[str], rule: str) -> list[Noted]:
        """What is known to be over of a rule's periods about these subjects."""
        return [
            each
            for subject in subjects
            for each in self._places.get(subject, {}).values()
            if each.over and each.rule == rule
        ]

    def ended(self, subject: str, rule: str) -> Noted | None:
        """The last end of a rule's periods about a subject, whether they run or are over."""
        found = [
            each
            for each in self._places.get(subject, {}).values()
            if (each.subject, each.rule) == (subject, rule)
        ]
        return max(found, key=lambda each: each.due, default=None)

    async def started_by(self, event_id: UUID) -> list[Noted]:
        """What one fact started and what still runs. Only while nothing here has changed."""
        found = []
        for row in await self._tables.rows("started_by", event_id):
            self._put(Noted(*(row[name] for name in NOTED)))
            found.append(self._periods[row["id"]])
        return found

    def early(
        self, subject: str, rule: str, since: datetime, parties: Iterable[str]
    ) -> list[Early]:
        """Facts that happened after a period began and were recorded before its beginning was."""
        who = {"", *parties}
        return [
            each
            for each in sorted(self._early.get((subject, rule), ()), key=_when)
            if each.at > since and each.party in who
        ]

    def heard(self, early: Early) -> None:
        """Remember a fact that stops nothing that is known."""
        self._early[early.subject, early.rule].append(early)
        self._heard.append(early)

    def note(self, noted: Noted) -> None:
        """Remember a period that began."""
        self._put(noted)
        self._changed[noted.id] = noted

    def update(self, deadline: Deadline) -> None:
        """Remember how a period stands now."""
        noted = self._periods.get(deadline.id)
        if noted is None:
            return
        now = (deadline.last_day, deadline.due, deadline.is_over)
        if now != (noted.last_day, noted.due, noted.over):
            noted.last_day, noted.due, noted.over = now
            self._changed[noted.id] = noted

    def _put(self, noted: Noted) -> None:
        self._periods[noted.id] = noted
        self._places[noted.subject][noted.id] = noted
        if noted.matter:
            self._places[noted.matter][noted.id] = noted


def _when(early: Early) -> tuple[datetime, UUID]:
    """However facts are batched, of two of one moment the same comes first."""
    return early.at, early.event_id


def _columns(rows: Iterable[object], names: Sequence[str]) -> list[list[object]]:
    found = list(rows)
    return [[getattr(row, name) for row in found] for name in names]
