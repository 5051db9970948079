"""What was recorded of each fact in the situations, as the engine of the periods is told of it."""

import json
from functools import cache
from typing import Any

from services.deadlines.patterns import Fact
from services.registry import SERVICES
from shared.domain import Event, encode_state
from tests.cases.examples import closed
from tests.cases.situations.trying import MACHINES, everything, machine_of
from tests.golden import envelope

EVENTS: dict[str, type[Event]] = {
    event.TOPIC: event for machine in MACHINES for event in machine.rows
}
"""Facts that have situations."""
TOPICS = {event.__name__: event.TOPIC for service in SERVICES for event in service.events}
VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    "DirectiveIssued": ({}, {"urgency": "none"}),
    "DirectiveReceived": ({}, {"edxml_status": "01"}),
    "DirectiveRevised": tuple(
        {"kind": each} for each in ("correction", "amendment", "replacement", "recall")
    ),
    "ReportSubmitted": ({}, {"kind": "crime_statistics"}),
}
"""Fact without situations → how its golden sample is changed, to stand for what is recorded."""


@cache
def facts(event: type[Event]) -> tuple[Fact, ...]:
    """Everything that was recorded of it in the situations, as the engine is told of it."""
    kind = getattr(machine_of(event).kind, "KIND", "thing")
    return tuple(
        Fact(
            fact.originator_id,
            fact.TOPIC,
            fact.timestamp,
            fact.timestamp,
            said.by,
            (f"{kind}:{fact.originator_id}",),
            json.loads(encode_state(closed(fact))),
            {},
        )
        for said in everything(event)
        for fact in said.facts
        if type(fact) is event
    )


def told(event: str) -> tuple[Fact, ...]:
    """Everything that was recorded of it in the situations, or its golden samples."""
    if TOPICS[event] in EVENTS:
        return facts(EVENTS[TOPICS[event]])
    samples = [envelope(TOPICS[event], **said) for said in VARIANTS.get(event, ({},))]
    return tuple(
        Fact(
            each.event_id,
            each.topic,
            each.occurred_at,
            each.recorded_at,
            each.metadata.actor.agency,
            each.metadata.subjects,
            each.fields,
            {},
        )
        for each in samples
    )
