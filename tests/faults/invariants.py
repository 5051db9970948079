"""The promise as a check: nothing lost, doubled, out of order, made up or altered.

Pure: it looks at evidence and names each thing that is wrong.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeVar
from uuid import UUID

from services.gateway.projection import FEED, FIELD, parties_of
from services.gateway.tables import routes
from services.timeline.projection import TIMELINE
from shared.envelope import Envelope
from shared.outbox import bus_subject
from shared.service import stream_name
from shared.system import FEEDS
from tests.faults.casework import in_the_clear
from tests.faults.evidence import Evidence, Stored
from tests.faults.followed import REACTIONS, turns

Kind = Literal["lost", "doubled", "out of order", "made up", "altered", "trouble"]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    invariant: str
    kind: Kind
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.kind}: {self.what}"


def check(evidence: Evidence) -> list[Finding]:
    """Everything that is wrong, in the order of the invariants."""
    return [found for invariant in INVARIANTS for found in invariant(evidence)]


def i1_acknowledged_once(evidence: Evidence) -> Iterator[Finding]:
    """Every acknowledged command has exactly the events it was told of; no other has any."""
    recorded, ledger = _of_clients(evidence)
    for said in evidence.commands:
        events = recorded.pop(said.command_id, [])
        ids = [str(each.event_id) for each in events]
        what = f"{said.key} ({said.path})"
        if said.outcome == "refused" and events:
            yield Finding("I1", "made up", f"{what} was refused and recorded {ids}")
        if len({str(sorted(each.items())) for each in said.answers}) > 1:
            yield Finding("I1", "altered", f"{what} was answered differently: {said.answers}")
        if events and said.command_id not in ledger:
            yield Finding("I1", "lost", f"{what} is not in the ledger and has events")
        if events and not any(said.mark.encode() in each.state for each in events):
            yield Finding("I1", "altered", f"{what} is recorded without what it said: {said.mark}")
        if not said.answers:
            continue
        told = said.answers[0]["event_ids"]
        for id in sorted({*told} - {*ids}):
            yield Finding("I1", "lost", f"{what} was acknowledged with {id}, which is not there")
        for id in sorted({*ids} - {*told}):
            yield Finding("I1", "doubled", f"{what} recorded {id} beyond what was acknowledged")
        last = max((each.position for each in events), default=0)
        if told and events and (said.answers[0]["position"] != last or ids != told):
            yield Finding("I1", "out of order", f"{what} stands elsewhere than acknowledged")
    for command, events in recorded.items():
        yield Finding("I1", "made up", f"nobody asked for {command}: {len(events)} events")
    for command in ledger - {each.command_id for each in evidence.commands}:
        yield Finding("I1", "made up", f"nobody asked for {command}, which is in the ledger")


def i2_versions_contiguous(evidence: Evidence) -> Iterator[Finding]:
    """In each log versions of a stream count 1, 2, 3…; positions rise; no id stands twice."""
    for name, log in evidence.logs.items():
        heads: dict[UUID, int] = defaultdict(int)
        position = 0
        for each in log:
            expected = heads[each.stream] + 1
            if each.version != expected:
                kind: Kind = "lost" if each.version > expected else "doubled"
                what = f"{name}: {each.stream} has version {each.version}, due was {expected}"
                yield Finding("I2", kind, what)
            heads[each.stream] = each.version
            if each.position <= position:
                what = f"{name}: position {each.position} after {position}"
                yield Finding("I2", "out of order", what)
            position = each.position
    for id, times in _repeated(each.event_id for each in evidence.events):
        yield Finding("I2", "doubled", f"event {id} stands {times} times in the logs")


def i5_read_models(evidence: Evidence) -> Iterator[Finding]:
    """The timeline has each event once, in order; every table equals a fresh fold of the logs."""
    wanted = [
        (each.store, each.position, each.event_id)
        for name in TIMELINE.sources
        for each in evidence.logs[name]
    ]
    there = [(each.store, each.position, each.event_id) for each in evidence.timeline]
    within = turns(evidence.events)
    yield from _compared("I5", "the timeline", wanted, there, lambda row: within[row[2]])
    for each in evidence.parked:
        yield Finding("I5", "trouble", each)
    for table in sorted({*evidence.live, *evidence.fresh}):
        live, fresh = evidence.live.get(table, Counter()), evidence.fresh.get(table, Counter())
        for row in fresh - live:
            yield Finding("I5", "lost", f"{table} lacks {row[:300]}")
        for row in live - fresh:
            kind: Kind = "doubled" if fresh[row] else "made up"
            yield Finding("I5", kind, f"{table} has {row[:300]}")


def i6_feeds(evidence: Evidence) -> Iterator[Finding]:
    """Each event stands once in the feed of each agency that routing tells of it, in order."""
    wanted = expected_feed(each for name in FEED.sources for each in evidence.logs[name])
    there = [(each.agency, each.event_id) for each in evidence.feed]
    within = turns(evidence.events)
    yield from _compared("I6", "the feeds", wanted, there, lambda row: within[row[1]])


def i7_streams(evidence: Evidence) -> Iterator[Finding]:
    """The streams hold what the logs and the feed table hold: same ids, bodies, and order."""
    for name, log in evidence.logs.items():
        wanted = [
            (each.message_id, bus_subject(each), hashlib.sha256(each.to_cloudevent()).hexdigest())
            for each in log
        ]
        stream = stream_name(name)
        yield from _stream_as(stream, wanted, evidence.streams[stream])
    bodies = {each.event_id: each for each in evidence.events}
    feed = [
        (
            f"feeds/{evidence.feed_epoch}/{row.position}",
            f"agency.{row.agency}.feed.{bodies[row.event_id].topic}",
            hashlib.sha256(bodies[row.event_id].to_cloudevent()).hexdigest(),
        )
        for row in evidence.feed
        if row.event_id in bodies
    ]
    yield from _stream_as(FEEDS, feed, evidence.streams[FEEDS])


def i8_deliveries(evidence: Evidence) -> Iterator[Finding]:
    """What an agency got over NATS, each position counted once, is its feed and nothing else."""
    for agency, heard in evidence.heard.items():
        reads = evidence.reads[agency]
        wanted = {each.position: each.event_id for each in evidence.feed if each.agency in reads}
        got = {each.position: each.event_id for each in heard}
        for position in sorted(wanted.keys() - got.keys()):
            yield Finding("I8", "lost", f"{agency} never got position {position} of the feed")
        for position in sorted(got.keys() - wanted.keys()):
            yield Finding("I8", "made up", f"{agency} got position {position}, not of its feed")
        for position in sorted(wanted.keys() & got.keys()):
            if str(wanted[position]) != got[position]:
                yield Finding("I8", "altered", f"{agency} got another event at {position}")
    for each in evidence.altered:
        yield Finding("I8", "altered", each)


def i9_reactions(evidence: Evidence) -> Iterator[Finding]:
    """The periods' log is what the facts lead to: each reaction once, in order within a period.

    Nothing falls due in a campaign, so whatever else the clock had said would be too early.
    """
    facts = {
        each.event_id for name, log in evidence.logs.items() if name != REACTIONS for each in log
    }
    wanted = [_reaction(each, facts) for each in evidence.reactions]
    there = [_reaction(each, facts) for each in evidence.logs[REACTIONS]]
    yield from _compared("I9", f"the log {REACTIONS}", wanted, there, lambda row: row[1])
    known = {each.metadata.causation_id for each in evidence.logs[REACTIONS]}
    for command in known ^ evidence.ledgers[REACTIONS].keys():
        what = f"{command} is in one of the log {REACTIONS} and its ledger only"
        yield Finding("I9", "altered", what)


def i12_no_trouble(evidence: Evidence) -> Iterator[Finding]:
    """No traceback, no end of a process, no status 500 that the faults do not explain."""
    for each in evidence.trouble:
        yield Finding("I12", "trouble", each)


def i13_same_export(evidence: Evidence) -> Iterator[Finding]:
    """Both replicas export the same timeline, byte for byte."""
    if len({*evidence.exports}) != 1 or len(evidence.exports) < 2:
        yield Finding("I13", "altered", f"the timeline is exported as {evidence.exports}")


def i14_sealed(evidence: Evidence) -> Iterator[Finding]:
    """What is sealed stands nowhere in the clear; streams and deliveries are the logs' events."""
    for event in evidence.events:
        for word in in_the_clear(event.to_cloudevent()):
            yield Finding("I14", "trouble", f"{word} in {event.event_id} of {event.store}")
    for table, rows in evidence.live.items():
        for word in in_the_clear("\n".join(rows).encode()):
            yield Finding("I14", "trouble", f"{word} in {table}")
    for each in evidence.leaks:
        yield Finding("I14", "trouble", each)


INVARIANTS: Sequence[Callable[[Evidence], Iterator[Finding]]] = (
    i1_acknowledged_once,
    i2_versions_contiguous,
    i5_read_models,
    i6_feeds,
    i7_streams,
    i8_deliveries,
    i9_reactions,
    i12_no_trouble,
    i13_same_export,
    i14_sealed,
)


def _of_clients(evidence: Evidence) -> tuple[dict[UUID, list[Envelope]], set[UUID]]:
    """Command → its events, and all ledgers, of the logs that clients write to."""
    recorded: dict[UUID, list[Envelope]] = defaultdict(list)
    for each in evidence.events:
        if each.store != REACTIONS:
            recorded[each.metadata.causation_id].append(each)
    ledgers = (each for name, each in evidence.ledgers.items() if name != REACTIONS)
    return recorded, set[UUID]().union(*ledgers)


Reaction = tuple[UUID, UUID, int, str, str]
"""What it is to, the period's stream and version, the topic, and a digest of what it says."""


def _reaction(event: Envelope, facts: Container[UUID]) -> Reaction:
    """What is not to a fact comes from the calendar, and says when it was noticed."""
    cause = event.metadata.causation_id
    said = hashlib.sha256(event.state).hexdigest() if cause in facts else ""
    return cause, event.stream, event.version, event.topic, said


def expected_feed(log: Iterable[Envelope]) -> list[tuple[str, UUID]]:
    """Agency and event, recomputed from the logs and the routing table alone."""
    parties: dict[tuple[str, str], set[str]] = defaultdict(set)
    found: list[tuple[str, UUID]] = []
    for each in log:
        for role, agency in parties_of(each):
            parties[each.metadata.subjects[0], role].add(agency)
        rules = routes()[each.topic]
        named = [agency for rule in rules if FIELD in rule for agency in _named(each.fields, rule)]
        by_role = {
            agency
            for subject in each.metadata.subjects
            for rule in rules
            for agency in parties[subject, rule]
        }
        told = dict.fromkeys([*named, *sorted(by_role)])
        found += [(agency, each.event_id) for agency in told]
    return found


def _named(fields: Mapping[str, Any], rule: str) -> Sequence[str]:
    """The agency, or the several, in the field that a rule names."""
    said = fields.get(rule.removeprefix(FIELD)) or ()
    return (said,) if isinstance(said, str) else said


def _stream_as(
    name: str, wanted: Sequence[tuple[str, str, str]], stored: Sequence[Stored]
) -> Iterator[Finding]:
    yield from _compared("I7", name, [each[0] for each in wanted], [each.id for each in stored])
    right = {id: (subject, digest) for id, subject, digest in wanted}
    for each in stored:
        if each.id in right and right[each.id] != (each.subject, each.digest):
            yield Finding("I7", "altered", f"{name}: {each.id} is not what was recorded")


def _compared(
    invariant: str,
    where: str,
    wanted: Sequence[K],
    there: Sequence[K],
    within: Callable[[K], Hashable] = lambda _: None,
) -> Iterator[Finding]:
    """The same things, each once, in the same order; things of different `within` have none."""
    known, found = {*wanted}, {*there}
    for each in wanted:
        if each not in found:
            yield Finding(invariant, "lost", f"{where} lacks {each}")
    for each, times in _repeated(there):
        yield Finding(invariant, "doubled", f"{where} has {each} {times} times")
    for each in found:
        if each not in known:
            yield Finding(invariant, "made up", f"{where} has {each}")
    place = {each: index for index, each in enumerate(wanted)}
    orders: dict[Hashable, list[int]] = defaultdict(list)
    for each in dict.fromkeys(there):
        if each in place:
            orders[within(each)].append(place[each])
    for order in orders.values():
        for before, after in pairwise(order):
            if after < before:
                yield Finding(invariant, "out of order", f"{where}: {wanted[after]} comes too late")


def _repeated(things: Iterable[K]) -> Iterator[tuple[K, int]]:
    for each, times in Counter(things).items():
        if times > 1:
            yield each, times
