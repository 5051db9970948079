"""Each agency's feed: who has a part in what, and one row per event for each who is told.

The feed is an outbox with positions of its own: rows are inserted exactly once, in the transaction
that moves the checkpoint, and a relay publishes them in order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from services.gateway.tables import agencies_in, named_parties, routes, waits
from shared.envelope import Envelope
from shared.errors import Broken, Waits
from shared.follow import Projection
from shared.sql import Tables

FOLDER = Path(__file__).parent
FIELD = "field:"

Parties = dict[tuple[str, str], set[str]]
"""(subject, role) → agencies."""


async def apply(envelopes: Sequence[Envelope], tables: Tables) -> None:
    """Learn the parties that events name; put each event into the feeds of those who are told.

    The same rows as one event at a time. Positions have no gap: only who holds the projection's
    turn inserts.
    """
    for envelope in envelopes:
        _must_be_routable(envelope)
    known = await _known(envelopes, tables)
    begun = await _begun(envelopes, tables)
    beginnings = {each.metadata.subjects[0]: each for each in envelopes if each.version == 1}
    learned: list[tuple[str, str, str]] = []
    feed: list[tuple[str, Envelope]] = []

    def learn(envelope: Envelope) -> None:
        subject = envelope.metadata.subjects[0]
        for role, agency in parties_of(envelope):
            learned.append((subject, role, agency))
            known.setdefault((subject, role), set()).add(agency)
            begun.add(subject)

    for envelope in envelopes:
        learn(envelope)
        for subject in _unknown(envelope, begun):
            if subject in beginnings:  # It comes later in the batch, e.g. in the same command.
                learn(beginnings[subject])
        _refuse_strangers(envelope, begun)
        feed += [(agency, envelope) for agency in _told(envelope, known)]
    if learned:
        await tables.run("insert_parties", *map(list, zip(*learned, strict=True)))
    if feed:
        told = {each.event_id: each for _, each in feed}.values()
        events = ((each.event_id, each.topic, each.to_cloudevent()) for each in told)
        await tables.copy("copy_events", events)
        last = await tables.value("last_position")
        rows = enumerate(feed, last + 1)
        await tables.copy("copy_feed", ((at, who, each.event_id) for at, (who, each) in rows))


def _must_be_routable(envelope: Envelope) -> None:
    if envelope.topic not in routes():
        raise Broken(f"gateway/routing/ says nothing of {envelope.topic}: add who is told of it")
    if not envelope.metadata.subjects:
        raise Broken(
            f"{envelope.store} {envelope.position} ({envelope.topic}) names no subjects: it was "
            "not recorded by a command, and nobody can say who is told of it"
        )


def _refuse_strangers(envelope: Envelope, begun: Set[str]) -> None:
    """What is about a parked thing waits with it: otherwise its parties would never be told."""
    for subject in _unknown(envelope, begun):
        raise Waits(
            f"{envelope.store} {envelope.position} ({envelope.topic}) is about {subject}, "
            "whose parties are not known yet: it waits until they are"
        )


def _unknown(envelope: Envelope, begun: Set[str]) -> Sequence[str]:
    """Of the subjects that it must not be told without, those whose parties are not known."""
    subjects = envelope.metadata.subjects
    needed = waits().get(subjects[0].partition(":")[0], frozenset())
    return [s for s in subjects if s.partition(":")[0] in needed and s not in begun]


async def _begun(envelopes: Sequence[Envelope], tables: Tables) -> set[str]:
    """Of the things that these events are about, those whose parties are known."""
    subjects = {subject for each in envelopes for subject in each.metadata.subjects}
    return {row["subject"] for row in await tables.rows("with_parties", list(subjects))}


async def _known(envelopes: Sequence[Envelope], tables: Tables) -> Parties:
    """The parties that earlier batches named, as far as these events need them."""
    wanted = {part for each in envelopes for part in _parts(each)}
    known: Parties = {part: set() for part in wanted}
    if wanted:
        for row in await tables.rows("parties", *map(list, zip(*wanted, strict=True))):
            known[row["subject"], row["role"]].add(row["agency"])
    return known


def _parts(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Whose part in what decides who is told of an event."""
    for rule in routes()[envelope.topic]:
        if FIELD not in rule:
            for subject in envelope.metadata.subjects:
                yield subject, rule


def _told(envelope: Envelope, known: Parties) -> Iterable[str]:
    """First those whom the event itself names, then the parties in the order of their ids."""
    rules = [rule for rule in routes()[envelope.topic] if FIELD in rule]
    fields = [rule.removeprefix(FIELD) for rule in rules]
    named = [agency for field in fields for agency in agencies_in(envelope.fields, field)]
    parties = sorted(set[str]().union(*(known[part] for part in _parts(envelope))))
    return dict.fromkeys([*named, *parties])


def parties_of(envelope: Envelope) -> Sequence[tuple[str, str]]:
    """(role, agency) pairs that the first event of a stream names; bodies, never collectives."""
    fields = envelope.fields
    actor = envelope.metadata.actor.agency
    match envelope.topic:
        case "directives.directive_issued.v1":
            bodies = [body for each in fields["bodies"] for body in each["members"]]
            return [("issuer", actor), *_as("recipient", bodies)]
        case "directives.task_assigned.v1":
            return [
                ("assigner", fields["assigned_by"]),
                *_as("assignee", fields["assignees"]),
                *_as("coordinator", fields["helpers"]),
            ]
        case "directives.report_requested.v1":
            return _report_parties(fields, actor)
    return named_parties(envelope.topic, fields, actor)


def _report_parties(fields: Mapping[str, Any], actor: str) -> list[tuple[str, str]]:
    via = [fields["via"]] if fields.get("via") else []
    return [
        ("requester", actor),
        *_as("reporter", fields["bodies"]),
        *_as("via", via),
        *_as("receiver", fields["to"]),
    ]


def _as(role: str, agencies: Sequence[str]) -> list[tuple[str, str]]:
    return [(role, agency) for agency in dict.fromkeys(agencies)]


FEED = Projection(
    service="gateway",
    name="feed",
    version=1,
    folder=FOLDER,
    sources=("directives", "cases", "deadlines", "vault"),
    apply=apply,
    numbering=("position",),
    outward=("published",),
)
