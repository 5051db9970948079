"""The golden samples as a history: one stream of each kind, and everything that may befall it."""

import functools
import json
import typing
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.registry import SERVICES
from shared.actor import Actor
from shared.domain import Aggregate, FirstEvent, decode_event
from shared.envelope import Envelope, Metadata
from shared.http.routes import events_of
from shared.log import Append, Expect, Log, NewEvent

GOLDEN = Path(__file__).parent / "contracts" / "golden"
AGGREGATES = {
    event.TOPIC: aggregate
    for service in SERVICES
    for aggregate in service.aggregates
    for event in events_of(aggregate)
}
KEPT = {path.name.removesuffix(".json") for path in GOLDEN.glob("*.json")}
TOPICS = sorted(KEPT & AGGREGATES.keys())
"""Facts with a sample. A sample without a fact, or a fact without, is found by tests/contracts."""
BEGINNINGS = tuple(
    event.TOPIC
    for aggregate in dict.fromkeys(AGGREGATES.values())
    for event in events_of(aggregate)
    if issubclass(event, FirstEvent) and event.TOPIC in KEPT
)
"""The first facts of streams, in the order of the services: papers, tasks, reports, targets, …"""
STREAMS = {
    kind: UUID(int=0xD0 + number)
    for number, kind in enumerate(dict.fromkeys(AGGREGATES[topic].KIND for topic in BEGINNINGS))
}
ISSUER = "UBND_TINH-P34-40"
RECORDED_AT = datetime(2025, 11, 1, tzinfo=UTC)


def sample(topic: str, **changes: Any) -> dict[str, Any]:
    """A golden sample, with some fields changed."""
    fields: dict[str, Any] = json.loads((GOLDEN / f"{topic}.json").read_text("utf-8"))
    return fields | changes


def kind_of(topic: str) -> str:
    """`task` of `directives.task_assigned.v1`: the kind of thing that a fact happens to."""
    return AGGREGATES[topic].KIND


def envelope(topic: str, version: int = 1, position: int = 1, **changes: Any) -> Envelope:
    """A sample as it is handed out by its log."""
    fields = sample(topic, **changes)
    return Envelope(
        store=topic.partition(".")[0],
        epoch=UUID(int=138),
        position=position,
        event_id=uuid.uuid4(),
        stream=STREAMS[kind_of(topic)],
        version=version,
        topic=topic,
        state=orjson.dumps(fields),
        recorded_at=RECORDED_AT,
        metadata=Metadata(
            Actor(actor_of(fields), "clerk"),
            tuple(f"{each}:{STREAMS[each]}" for each in about(kind_of(topic))),
            UUID(int=1),
            UUID(int=2),
        ),
    )


@functools.cache
def about(kind: str) -> tuple[str, ...]:
    """Kinds of the subjects that a stream of this kind has from its beginning, its own first."""
    first = next(topic for topic in BEGINNINGS if kind_of(topic) == kind)
    event = decode_event(first, STREAMS[kind], 1, orjson.dumps(sample(first)))
    thing = typing.cast(Aggregate, event.mutate(None))
    kinds = dict.fromkeys(each.partition(":")[0] for each in thing.subjects)
    return tuple(each for each in kinds if each in STREAMS)


def actor_of(fields: dict[str, Any]) -> str:
    """Whoever acted, as far as a sample tells."""
    said = ("agency", "addressed_as", "requested_by")
    return next((fields[each] for each in said if fields.get(each)), ISSUER)


def history() -> Sequence[Envelope]:
    """Every sample once, beginnings first, each stream's versions counted on."""
    versions = dict.fromkeys(STREAMS, 0)
    told = []
    for position, topic in enumerate(dict.fromkeys((*BEGINNINGS, *TOPICS)), 1):
        versions[kind_of(topic)] += 1
        told.append(envelope(topic, versions[kind_of(topic)], position))
    return told


async def record(log: Log, *envelopes: Envelope) -> None:
    """Append what envelopes carry, each as a command of its own."""
    for each in envelopes:
        new = NewEvent(
            each.event_id,
            each.stream,
            each.version,
            each.topic,
            each.state,
            each.metadata.to_json(),
        )
        await log.append(Append(uuid.uuid4(), (new,), {each.stream: Expect.UNIQUE}))


def by(agency: str, told: Envelope) -> Envelope:
    """The same, told by another agency."""
    actor = replace(told.metadata.actor, agency=agency)
    return replace(told, metadata=replace(told.metadata, actor=actor))
