"""The port of the event log, and its promises in words.

1. An append is all or nothing, over one stream or several, and durable before its verdict is given.
2. Positions strictly increase in commit order: a reader that asks "after p" never misses an event.
   They are not gapless: an aborted transaction may burn a number.
3. A command id is settled once. Sending it again gives the first verdict's positions and result.
4. What was appended is never changed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal, Protocol
from uuid import UUID

from shared.envelope import Envelope


class Expect(IntEnum):
    """What must be true of a stream for an append to it to go through."""

    EXACT = 0
    """Its head is one below the first given version."""
    NONE = 1
    """It does not exist yet."""
    EXISTS = 2
    """It exists; versions are given as 1, 2, … and counted on from its head."""
    ANY = 3
    """Whatever its head is; versions are counted on from it."""
    UNIQUE = 4
    """Only that no given version is taken (the contract of `eventsourcing`'s recorders)."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that is to be recorded."""

    event_id: UUID
    stream: UUID
    version: int
    topic: str
    state: bytes
    metadata: str
    """JSON text; see `shared.envelope.Metadata`."""


@dataclass(frozen=True, slots=True)
class Append:
    """One command's events: recorded together or not at all."""

    command_id: UUID
    events: tuple[NewEvent, ...]
    expect: Mapping[UUID, Expect] = field(default_factory=dict)
    """Per stream; a stream that is not named is expected EXACT."""
    request_hash: bytes = b""
    """SHA-256 of the request, so that a reused command id with another request is noticed."""
    result: str = "null"
    """JSON that a repetition of the command is answered with."""


Status = Literal["appended", "duplicate", "conflict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an append."""

    status: Status
    first_position: int = 0
    last_position: int = 0
    head: int = 0
    """On conflict: the version that the stream really has."""
    stream: UUID | None = None
    """On conflict: the stream."""
    request_hash: bytes = b""
    """On duplicate: the hash of the request that was recorded first."""
    result: str = "null"
    """On duplicate: what the first request was answered with."""
    recorded_at: datetime | None = None


Load = Callable[[UUID, int, int], Awaitable[Sequence[Envelope]]]
"""`load(stream, after, limit)`: events of one stream, as `Log.load` gives them."""


class Log(Protocol):
    """An append-only store of events."""

    name: str
    epoch: UUID

    async def append(self, append: Append) -> Verdict:
        """Record durably. Raises `Retry` when the queue is full or the outcome is unknown."""
        ...

    async def settled(self, command_id: UUID) -> Verdict | None:
        """The `duplicate` verdict of a command that was recorded before, else None."""
        ...

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        """Events of one stream with a version above `after`, in order; all, or at most `limit`."""
        ...

    async def find(self, event_id: UUID) -> Envelope | None:
        """One event by its id, or None."""
        ...

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        """How many events of one stream have a version above `after` and a position up to `up_to`.

        Those with an event id in `without` are not counted.
        """
        ...

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        """At most `limit` events with a position above `after`, in order."""
        ...

    async def head(self) -> int:
        """The last position, 0 when there is none."""
        ...

    async def changed(self, after: int, timeout_seconds: float) -> None:
        """Return when there may be something after `after`, at the latest after the timeout.

        A hint: polling is what readers rely on.
        """
        ...
