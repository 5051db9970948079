"""The read models as pure functions: one event into a mapping of rows.

What an entry says, what a thing is called and who is told are the services' own rules
(`services.timeline`, `services.gateway`); only the tables are twins. A row never changes in place.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.gateway.projection import FIELD, parties_of, routes
from services.timeline.projection import sentences_of, title
from shared.envelope import Envelope
from shared.errors import Broken

Row = tuple[Any, ...]
Rows = dict[Row, Any]


class NotYetKnown(Broken):
    """The event is about something whose beginning this read model has not taken in."""


@dataclass(frozen=True)
class ReadModel:
    """A projection: its name, whether it reads the log or the bus, and its rule."""

    name: str
    on_bus: bool
    rule: Callable[[Envelope, Rows], None]

    def apply(self, envelope: Envelope, rows: Rows) -> None:
        """One event. Raises what makes it a poison event for this read model."""
        self.rule(envelope, rows)

    def fresh(self, envelopes: Iterable[Envelope]) -> Rows:
        """What the rows must be: everything from the beginning, in order."""
        rows: Rows = {}
        for envelope in envelopes:
            self.apply(envelope, rows)
        return rows


def register(envelope: Envelope, rows: Rows) -> None:
    """One row for each stream: its version, and a chain over its events that shows their order."""
    version, chain = rows.get(("stream", envelope.stream), (0, b""))
    if envelope.version <= version:
        raise Broken(f"version {envelope.version} after {version} of {envelope.stream}")
    chain = hashlib.sha256(chain + envelope.event.TOPIC.encode() + envelope.state).digest()
    rows["stream", envelope.stream] = (envelope.version, chain)


def timeline(envelope: Envelope, rows: Rows) -> None:
    """One row for each event with its sentences; one for each thing with what it is called."""
    subjects = envelope.metadata.subjects
    if envelope.version == 1:
        rows.setdefault(("title", subjects[0]), title(envelope))
    _refuse_strangers(envelope, rows, "title")
    titles = {each: rows["title", each] for each in subjects}
    rows["entry", envelope.position] = (
        str(envelope.event_id),
        envelope.topic,
        envelope.occurred_at.isoformat(),
        *subjects,
        *sentences_of(envelope, titles),
    )


def feed(envelope: Envelope, rows: Rows) -> None:
    """Who has a part in what, and one row for each event and agency that is told of it."""
    subjects = envelope.metadata.subjects
    if envelope.version == 1:
        rows["known", subjects[0]] = True
    _refuse_strangers(envelope, rows, "known")
    for role, agency in parties_of(envelope):
        at = ("party", subjects[0], role)
        rows[at] = tuple(dict.fromkeys((*rows.get(at, ()), agency)))
    for agency in told(envelope, lambda subject, role: rows.get(("party", subject, role), ())):
        rows["told", envelope.event_id, agency] = envelope.position


def told(envelope: Envelope, parties: Callable[[str, str], Iterable[str]]) -> set[str]:
    """Agencies that the routing rules name for an event."""
    named: set[str] = set()
    for rule in routes()[envelope.topic]:
        if rule.startswith(FIELD):
            agency = envelope.fields.get(rule.removeprefix(FIELD))
            named |= {agency} if agency else set()
        else:
            for subject in envelope.metadata.subjects:
                named |= {*parties(subject, rule)}
    return named


def told_by_policy(envelopes: Iterable[Envelope]) -> Mapping[UUID, set[str]]:
    """Who must be told of what, from the routing rules and the whole log alone."""
    parties: dict[tuple[str, str], set[str]] = {}
    found = {}
    for envelope in envelopes:
        for role, agency in parties_of(envelope):
            parties.setdefault((envelope.metadata.subjects[0], role), set()).add(agency)
        found[envelope.event_id] = told(
            envelope, lambda subject, role: parties.get((subject, role), set())
        )
    return found


def export(rows: Rows) -> bytes:
    """The timeline as it is handed out: entries in the order of the log."""
    entries = sorted(at[1:] + row for at, row in rows.items() if at[0] == "entry")
    return orjson.dumps(entries)


def _refuse_strangers(envelope: Envelope, rows: Rows, kind: str) -> None:
    """What is about a parked thing waits with it; else it would be said wrong, and for ever."""
    for subject in envelope.metadata.subjects:
        if (kind, subject) not in rows:
            raise NotYetKnown(f"{envelope.topic}: {subject} is not known yet")


REGISTER = ReadModel("register", False, register)
TIMELINE = ReadModel("timeline", True, timeline)
FEED = ReadModel("feed", True, feed)
READ_MODELS = (REGISTER, TIMELINE, FEED)
