"""`GET /v1/<kind>/<id>`: the state of one thing, now or at a moment, folded from its events."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain import Aggregate
from shared.envelope import Envelope
from shared.errors import NotFound
from shared.fold import state_at
from shared.http.asking import Moment
from shared.http.door import Reader
from shared.http.routes import Route, query
from shared.log import Log

A = TypeVar("A", bound=Aggregate)


class StateAsked(BaseModel):
    """Which thing, and as of when."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    as_of: Moment | None = None
    """Only what had happened by then (occurred_at)."""
    known_at: Moment | None = None
    """Only what was recorded by then (recorded_at)."""


@dataclass(frozen=True, slots=True)
class Then:
    """The things of one service as they were at the moment that is asked about."""

    log: Log
    asked: StateAsked

    async def read(self, id: UUID) -> tuple[Aggregate | None, Sequence[Envelope]]:
        """One of them, and its facts."""
        return await state_at(self.log, id, as_of=self.asked.as_of, known_at=self.asked.known_at)

    async def load(self, kind: type[A], id: UUID) -> A:
        """One of a kind. Raises `NotFound`."""
        found, _ = await self.read(id)
        if not isinstance(found, kind):
            raise not_found(kind, id)
        return found


Beside = Callable[[Any, Then], Awaitable[dict[str, object]]]
"""Parts of a thing's state that its own stream cannot say: what others have made of it."""


async def _nothing(thing: Any, then: Then) -> dict[str, object]:
    del thing, then
    return {}


def state_route(service: str, aggregate: type[Aggregate], beside: Beside = _nothing) -> Route:
    """The reading of one kind of thing, in the service that owns its log."""

    async def read_state(asked: StateAsked, reader: Reader) -> dict[str, Any]:
        then = Then(reader.logs[service], asked)
        folded, envelopes = await then.read(asked.id)
        state = None
        if isinstance(folded, aggregate):
            state = folded.state_for(frozenset(reader.names))
        if folded is None or state is None:  # The same answer, whatever the reason.
            raise not_found(aggregate, asked.id)
        latest = max(each.occurred_at for each in envelopes)
        return {
            "subject": f"{aggregate.KIND}:{asked.id}",
            "version": folded.version,
            # What was corrected to an earlier moment had happened by then all the same.
            "as_of": min(latest, asked.as_of or latest),
            "known_at": max(each.recorded_at for each in envelopes),
            "state": state | await beside(folded, then),
        }

    read_state.__name__ = f"read_{aggregate.KIND}"
    read_state.__doc__ = f"The state of one {aggregate.KIND} at a moment, folded from its events."
    return query(f"GET /v1/{aggregate.KIND}/{{id}}", read_state)


def not_found(kind: type[Aggregate], id: UUID) -> NotFound:
    """There is no such thing, or there was none at that moment."""
    return NotFound(
        "not-found",
        f"Không có {kind.KIND}:{id}, hoặc lúc đó chưa có.",
        f"There is no {kind.KIND}:{id}, or not yet at that moment.",
        remedy_vi="Kiểm tra lại mã định danh và thời điểm.",
        remedy_en="Check the id and the moment.",
    )
