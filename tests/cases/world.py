"""The cases service without its doors: handlers on a log and keys in memory."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.cases.service import SERVICE
from shared.context import Context, Receipt
from shared.fold import Fold
from shared.memory import MemoryLog
from shared.policy import Competence
from tests.cases.examples import INVESTIGATORS, MORNING, Keyring, act


class World:
    """A log in memory and somebody who acts on it."""

    def __init__(self) -> None:
        self.log = MemoryLog("cases", UUID(int=138), lambda: datetime(2026, 11, 1, tzinfo=UTC))
        self.keys = Keyring()
        self._fold = Fold(self.log, keys=self.keys)
        self._competence = Competence.read(SERVICE.competence, SERVICE.topics)
        self._ids = count(1_000)

    async def does(
        self, handler: Any, said: Any, by: str = INVESTIGATORS, moment: Any = MORNING, **ids: UUID
    ) -> Receipt:
        """A handler runs as the front door runs it, the table of competence included."""
        circumstances = replace(act(by, moment), new_id=lambda: UUID(int=next(self._ids)))
        ctx = Context(
            circumstances,
            self._fold,
            uuid4(),
            uuid4(),
            competence=self._competence.refuse_unless_competent,
        )
        return await ctx.run(lambda ctx: handler(said, ctx, **ids))

    async def decides(
        self,
        kind: Any,
        decide: Any,
        said: Any,
        id: UUID,
        by: str = INVESTIGATORS,
        moment: Any = MORNING,
    ) -> Receipt:
        """One decision on one thing."""

        async def handler(said: Any, ctx: Context) -> Receipt:
            thing = await ctx.load(kind, id)
            decide(thing, said, ctx.act)
            return await ctx.save(thing)

        return await self.does(handler, said, by, moment)

    async def find(self, kind: Any, id: Any) -> Any:
        """The thing as its record says, not as somebody keeps it."""
        return await Fold(self.log).find(kind, UUID(str(id)))

    async def topics(self) -> list[str]:
        """What was recorded, in order, e.g. `tip_received`."""
        return [each.topic.split(".")[1] for each in await self.log.read(0, 1_000)]


def id_of(receipt: Receipt) -> UUID:
    """Of the thing that a command was about."""
    return UUID(receipt.stream.partition(":")[2])
