"""What a relay publishes from: anything with positions that can be read in order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from shared.envelope import CLOUDEVENTS_MEDIA_TYPE, Envelope
from shared.errors import Broken
from shared.log import Log

TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that is to be published."""

    position: int
    subject: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbox(Protocol):
    """An ordered source of messages. Positions strictly increase and are never reused."""

    name: str
    epoch: UUID

    async def read(self, after: int, limit: int) -> Sequence[Outgoing]:
        """At most `limit` messages with a position above `after`, in order."""
        ...

    async def changed(self, after: int, timeout_seconds: float) -> None:
        """Return when there may be something after `after`, at the latest after the timeout."""
        ...


class LogOutbox:
    """A log as an outbox: every event becomes one CloudEvent."""

    def __init__(self, own: Log, subject_of: Callable[[Envelope], str] | None = None) -> None:
        self.name = own.name
        self.epoch = own.epoch
        self._log = own
        self._subject_of = subject_of or bus_subject

    async def read(self, after: int, limit: int) -> Sequence[Outgoing]:
        return [self._outgoing(each) for each in await self._log.read(after, limit)]

    async def changed(self, after: int, timeout_seconds: float) -> None:
        await self._log.changed(after, timeout_seconds)

    def _outgoing(self, envelope: Envelope) -> Outgoing:
        return Outgoing(
            envelope.position,
            self._subject_of(envelope),
            envelope.to_cloudevent(),
            cloudevent_headers(envelope),
        )


def bus_subject(envelope: Envelope) -> str:
    """`ln.<service>.<area>.<event>.v<N>`; the area is that of the agency that acted.

    Raises `Broken` when a part could not be a token of a subject.
    """
    subject = _subject(envelope.topic, envelope.metadata.actor.area)
    if not subject:
        raise Broken(
            f"event {envelope.event_id} ({envelope.topic}, by {envelope.metadata.actor.agency}) "
            "has no subject on the bus: its topic or area is not of the agreed form"
        )
    return subject


@lru_cache(maxsize=16_384)
def _subject(topic: str, area: str) -> str:
    service, _, rest = topic.partition(".")
    event, _, version = rest.partition(".")
    tokens = (service, area, event, version)
    return ".".join(("ln", *tokens)) if all(map(TOKEN.fullmatch, tokens)) else ""


def cloudevent_headers(envelope: Envelope) -> dict[str, str]:
    """The attributes that routers look at; readers trust the body."""
    return {
        "content-type": CLOUDEVENTS_MEDIA_TYPE,
        "ce-id": str(envelope.event_id),
        "ce-source": f"/{envelope.store}",
        "ce-type": envelope.topic,
        **({"ce-subject": subjects[0]} if (subjects := envelope.metadata.subjects) else {}),
        "ce-time": str(envelope.fields["timestamp"]),
        "ce-sequence": str(envelope.position),
    }
