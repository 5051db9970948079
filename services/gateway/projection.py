"""Each agency's feed: who has a part in what, and one row per event for each who is told.

The feed is an outbox with positions of its own: rows are inserted exactly once, in the transaction
that moves the checkpoint, and a relay publishes them in order.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.gateway.tables import agencies_in, named_parties, routes
from shared.envelope import Envelope
from shared.errors import Broken
from shared.follow import Projection
from shared.sql import Tables

FOLDER = Path(__file__).parent
FIELD = "field:"


async def apply(envelope: Envelope, tables: Tables) -> None:
    """Learn the parties that an event names; put the event into the feeds of those who are told."""
    if envelope.topic not in routes():
        raise Broken(f"gateway/routing/ says nothing of {envelope.topic}: add who is told of it")
    if not envelope.metadata.subjects:
        raise Broken(
            f"{envelope.store} {envelope.position} ({envelope.topic}) names no subjects: it was "
            "not recorded by a command, and nobody can say who is told of it"
        )
    parties = parties_of(envelope)
    if parties:
        roles, agencies = zip(*parties, strict=True)
        subject = envelope.metadata.subjects[0]
        await tables.run("insert_parties", subject, list(roles), list(agencies))
    told = await _told(envelope, tables)
    if told:
        await tables.run(
            "insert_event", envelope.event_id, envelope.topic, envelope.to_cloudevent()
        )
        await tables.run("insert_feed", told, envelope.event_id)


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


async def _told(envelope: Envelope, tables: Tables) -> list[str]:
    rules = routes()[envelope.topic]
    fields = [rule.removeprefix(FIELD) for rule in rules if FIELD in rule]
    named = [each for field in fields for each in agencies_in(envelope.fields, field)]
    roles = [rule for rule in rules if FIELD not in rule]
    rows = await tables.rows("parties", list(envelope.metadata.subjects), roles)
    told = dict.fromkeys([*named, *(row["agency"] for row in rows)])
    return list(told)


FEED = Projection(
    service="gateway",
    name="feed",
    version=1,
    folder=FOLDER,
    sources=("directives", "cases"),
    apply=apply,
)
