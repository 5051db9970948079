"""What a service is made of. A `service.py` names the parts of one and runs nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain import Aggregate, Event
from shared.follow import Projection
from shared.http.routes import Route, events_of

if TYPE_CHECKING:
    from shared.system import System


@dataclass(frozen=True)
class Service:
    """The table of contents of one service. Importing it has no effect."""

    name: str
    routes: tuple[Route, ...] = ()
    aggregates: tuple[type[Aggregate], ...] = ()
    """What it decides on; a service with aggregates has a log, a relay and a stream of its own."""
    competence: tuple[Path, ...] = ()
    """Dated tables of who may record which topic; each topic is in one of them."""
    projections: tuple[Projection, ...] = ()
    start: Callable[["System"], Awaitable[None]] | None = None
    """Starts what only this service has, under the system's supervisor."""
    static: Path | None = None
    """Files served below `/<name>/static/`."""
    events: tuple[type[Event], ...] = field(init=False)

    def __post_init__(self) -> None:
        # Several kinds of things may have a fact in common: that one of theirs was corrected.
        events = dict.fromkeys(event for each in self.aggregates for event in events_of(each))
        object.__setattr__(self, "events", tuple(events))

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of all events that this service records."""
        return tuple(event.TOPIC for event in self.events)

    @property
    def stream(self) -> str:
        """Name of the JetStream stream that carries this service's events."""
        return stream_name(self.name)


def stream_name(service: str) -> str:
    """`LN_<SERVICE>`."""
    return f"LN_{service.upper()}"
