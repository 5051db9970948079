"""A reader as every follower is one: it asks for what stands behind the last thing that it saw."""

from dataclasses import dataclass, field

from shared.envelope import Envelope
from shared.log import Log

PAGE_EVENTS = 100


@dataclass
class Tailing:
    """Never goes back: what appears behind its position is lost to it."""

    log: Log
    seen: list[Envelope] = field(default_factory=list)
    position: int = 0

    async def read(self) -> None:
        """Everything that stands behind the last event that it saw."""
        while page := await self.log.read(self.position, PAGE_EVENTS):
            self.seen += page
            self.position = page[-1].position
