"""What a relay publishes from: anything with positions that can be read in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


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
