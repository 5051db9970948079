"""The golden samples as a history: one paper, its task, report line and target, and their fates."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from shared.actor import Actor
from shared.envelope import Envelope, Metadata
from shared.log import Append, Expect, Log, NewEvent

GOLDEN = Path(__file__).parent / "contracts" / "golden"
TOPICS = sorted(path.name.removesuffix(".json") for path in GOLDEN.glob("*.json"))
BEGINNINGS = (
    "directives.directive_issued.v1",
    "directives.task_assigned.v1",
    "directives.report_requested.v1",
    "directives.target_set.v1",
)
STREAMS = {
    "directive": UUID(int=0xD),
    "task": UUID(int=0xA),
    "report": UUID(int=0xE),
    "target": UUID(int=0xF),
}
ISSUER = "UBND_TINH-P34-40"
RECORDED_AT = datetime(2025, 11, 1, tzinfo=UTC)


def sample(topic: str, **changes: Any) -> dict[str, Any]:
    """A golden sample, with some fields changed."""
    fields: dict[str, Any] = json.loads((GOLDEN / f"{topic}.json").read_text("utf-8"))
    return fields | changes


def kind_of(topic: str) -> str:
    """`task` of `directives.task_assigned.v1`."""
    return topic.split(".")[1].partition("_")[0]


def envelope(topic: str, version: int = 1, position: int = 1, **changes: Any) -> Envelope:
    """A sample as it is handed out by its log."""
    kind = kind_of(topic)
    about = dict.fromkeys((kind, "directive"))
    fields = sample(topic, **changes)
    return Envelope(
        store="directives",
        epoch=UUID(int=138),
        position=position,
        event_id=uuid.uuid4(),
        stream=STREAMS[kind],
        version=version,
        topic=topic,
        state=orjson.dumps(fields),
        recorded_at=RECORDED_AT,
        metadata=Metadata(
            Actor(actor_of(fields), "clerk"),
            tuple(f"{each}:{STREAMS[each]}" for each in about),
            UUID(int=1),
            UUID(int=2),
        ),
    )


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
