"""What travels around an event: ids, position, times, actor, cause; and its CloudEvents form."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import orjson

from shared.actor import Actor
from shared.domain import Event, decode_event
from shared.errors import Broken

CLOUDEVENTS_MEDIA_TYPE = "application/cloudevents+json"
DECODED_MAX = 512
"""Events from the bus that are kept decoded for the next follower that gets them."""
DECODED_BYTES_MAX = 16 * 1024
"""A longer message is read anew by each follower, so that what is kept is 8 MiB of text at most."""
SEQUENCE_DIGITS = 19
"""Positions are padded, because the extension `sequence` is compared as text."""
ROLE_SAFE = "!#$&'()*+,/:;=?@[]"
"""Beside letters and digits, what a role may hold and still be one word of a list."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The circumstances of a record: who, about what, caused by what. Frozen as they were."""

    actor: Actor
    subjects: tuple[str, ...]
    """What the event is about, `<kind>:<id>`, its own stream first."""
    correlation_id: UUID
    """The process that this belongs to."""
    causation_id: UUID
    """The command or event that caused this one."""
    traceparent: str = ""
    """W3C trace context of the request, empty when there was none."""

    def to_json(self) -> str:
        """The form that is stored beside the event."""
        return orjson.dumps(
            {
                "actor": {
                    "agency": self.actor.agency,
                    "user": self.actor.user,
                    "roles": sorted(self.actor.roles),
                    "purpose": self.actor.purpose,
                },
                "subjects": self.subjects,
                "correlation_id": str(self.correlation_id),
                "causation_id": str(self.causation_id),
                "traceparent": self.traceparent,
            }
        ).decode()

    @staticmethod
    def from_json(text: str | bytes) -> "Metadata":
        """The reverse of `to_json`."""
        fields = orjson.loads(text)
        actor = fields["actor"]
        return Metadata(
            actor=Actor(
                actor["agency"], actor["user"], frozenset(actor["roles"]), actor["purpose"]
            ),
            subjects=tuple(fields["subjects"]),
            correlation_id=UUID(fields["correlation_id"]),
            causation_id=UUID(fields["causation_id"]),
            traceparent=fields["traceparent"],
        )


@dataclass(frozen=True)
class Envelope:
    """One recorded event as a log, a stream or a feed hands it out."""

    store: str
    """Name of the log, which is its service's."""
    epoch: UUID
    """Changes when the store is restored or promoted; positions compare only within one epoch."""
    position: int
    """Strictly increasing in commit order within the store; not gapless."""
    event_id: UUID
    stream: UUID
    version: int
    topic: str
    state: bytes = field(repr=False)
    """The event's own JSON, as stored."""
    recorded_at: datetime
    metadata: Metadata

    @cached_property
    def event(self) -> Event:
        """The typed event. Raises if this process does not know the topic."""
        return decode_event(self.topic, self.stream, self.version, self.state)

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The event's JSON as a mapping, for readers that need no types."""
        fields: dict[str, Any] = orjson.loads(self.state)
        return fields

    @property
    def occurred_at(self) -> datetime:
        """When it happened; legal periods run from here."""
        return datetime.fromisoformat(self.fields["timestamp"])

    @property
    def message_id(self) -> str:
        """Identity on the bus: store, epoch and position."""
        return message_id(self.store, self.epoch, self.position)

    def to_cloudevent(self) -> bytes:
        """CloudEvents 1.0, structured mode, JSON (CloudEvents NATS protocol binding 1.0)."""
        actor = self.metadata.actor
        # Ids and the time of recording are left to the encoder, which is faster than their `str`.
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": f"/{self.store}",
            "type": self.topic,
            "time": self.fields["timestamp"],
            "datacontenttype": "application/json",
            "dataschema": f"/schemas/{self.topic}.json",
            "sequence": f"{self.position:0{SEQUENCE_DIGITS}d}",
            "partitionkey": self.stream,
            "streamversion": self.version,
            "epoch": self.epoch,
            "recordedat": self.recorded_at,
            "subjects": " ".join(self.metadata.subjects),
            "correlationid": self.metadata.correlation_id,
            "causationid": self.metadata.causation_id,
            "actoragency": actor.agency,
            "actoruser": actor.user,
            "actorroles": " ".join(quote(role, ROLE_SAFE) for role in sorted(actor.roles)),
            "actorpurpose": actor.purpose,
        }
        if self.metadata.subjects:
            attributes["subject"] = self.metadata.subjects[0]
        if self.metadata.traceparent:
            attributes["traceparent"] = self.metadata.traceparent
        attributes["data"] = orjson.Fragment(self.state)
        return orjson.dumps(attributes)

    @staticmethod
    def from_cloudevent(body: bytes) -> "Envelope":
        """The reverse of `to_cloudevent`. Raises `Broken` when it is not one of ours."""
        try:
            if len(body) > DECODED_BYTES_MAX:
                return _envelope(orjson.loads(body))
            return _decoded(body)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Broken(f"a message on the bus is not an event of ours: {error!r}") from error


@functools.lru_cache(DECODED_MAX)
def _decoded(body: bytes) -> Envelope:
    """Several followers in one process get the same bytes: they are read once."""
    return _envelope(orjson.loads(body))


def _envelope(ce: Any) -> Envelope:
    version, topic, data = ce["streamversion"], ce["type"], ce["data"]
    recorded_at = datetime.fromisoformat(ce["recordedat"])
    if ce["specversion"] != "1.0" or recorded_at.tzinfo is None:
        raise ValueError("not CloudEvents 1.0, or recorded in no zone")
    if not isinstance(version, int) or not isinstance(topic, str) or not isinstance(data, dict):
        raise TypeError("streamversion, type or data is of another type")
    return Envelope(
        store=ce["source"].removeprefix("/"),
        epoch=UUID(ce["epoch"]),
        position=int(ce["sequence"]),
        event_id=UUID(ce["id"]),
        stream=UUID(ce["partitionkey"]),
        version=version,
        topic=topic,
        state=orjson.dumps(data),
        recorded_at=recorded_at,
        metadata=Metadata(
            actor=Actor(
                ce["actoragency"],
                ce["actoruser"],
                frozenset(unquote(role) for role in ce["actorroles"].split()),
                ce["actorpurpose"],
            ),
            subjects=tuple(ce["subjects"].split()),
            correlation_id=UUID(ce["correlationid"]),
            causation_id=UUID(ce["causationid"]),
            traceparent=ce.get("traceparent", ""),
        ),
    )


def message_id(store: str, epoch: UUID, position: int) -> str:
    """`<store>/<epoch>/<position>`: the `Nats-Msg-Id` of the event at that position."""
    return f"{store}/{epoch}/{position}"
