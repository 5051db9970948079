"""`GET /v1/<kind>/<id>`: the state of one thing, now or at a moment, folded from its events."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain import Aggregate
from shared.errors import NotFound
from shared.fold import state_at
from shared.http.asking import Moment
from shared.http.door import Reader
from shared.http.routes import Route, query


class StateAsked(BaseModel):
    """Which thing, and as of when."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    as_of: Moment | None = None
    """Only what had happened by then (occurred_at)."""
    known_at: Moment | None = None
    """Only what was recorded by then (recorded_at)."""


def state_route(service: str, aggregate: type[Aggregate]) -> Route:
    """The reading of one kind of thing, in the service that owns its log."""

    async def read_state(asked: StateAsked, reader: Reader) -> dict[str, Any]:
        folded, envelopes = await state_at(
            reader.logs[service], asked.id, as_of=asked.as_of, known_at=asked.known_at
        )
        state = None
        if isinstance(folded, aggregate):
            state = folded.state_for(reader.actor.agency)
        if folded is None or state is None:  # The same answer, whatever the reason.
            raise NotFound(
                "not-found",
                f"Không có {aggregate.KIND}:{asked.id}, hoặc lúc đó chưa có.",
                f"There is no {aggregate.KIND}:{asked.id}, or not yet at that moment.",
                remedy_vi="Kiểm tra lại mã định danh và thời điểm.",
                remedy_en="Check the id and the moment.",
            )
        latest = max(each.occurred_at for each in envelopes)
        return {
            "subject": f"{aggregate.KIND}:{asked.id}",
            "version": folded.version,
            # What was corrected to an earlier moment had happened by then all the same.
            "as_of": min(latest, asked.as_of or latest),
            "known_at": max(each.recorded_at for each in envelopes),
            "state": state,
        }

    read_state.__name__ = f"read_{aggregate.KIND}"
    read_state.__doc__ = f"The state of one {aggregate.KIND} at a moment, folded from its events."
    return query(f"GET /v1/{aggregate.KIND}/{{id}}", read_state)
