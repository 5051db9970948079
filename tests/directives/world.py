"""The directives service without its doors: handlers on a log in memory."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.directives.commands import IssueDirective
from services.directives.due import NoDue
from services.directives.targets.events import SetTarget
from shared.context import Context, Receipt
from shared.fold import Fold
from shared.memory import MemoryLog
from tests.directives.examples import COMMUNE, MORNING, PROVINCE, act, order, report_line, task_line

TARGET = SetTarget(
    key="G01", indicator="residents_reached", title_vi="người dân được tiếp cận", unit="%", value=75
)


class World:
    """A log in memory and somebody who acts on it."""

    def __init__(self) -> None:
        self.log = MemoryLog("directives", UUID(int=138), lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self._fold = Fold(self.log)
        self._ids = count(1_000)

    async def does(
        self, handler: Any, said: Any, by: str = PROVINCE, moment: Any = MORNING, **ids: UUID
    ) -> Receipt:
        """A handler runs as the front door runs it."""
        circumstances = replace(act(by, moment), new_id=lambda: UUID(int=next(self._ids)))
        ctx = Context(circumstances, self._fold, uuid4(), uuid4())
        return await ctx.run(lambda ctx: handler(said, ctx, **ids))

    async def decides(
        self, kind: Any, decide: Any, said: Any, id: UUID, by: str, moment: Any
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
        """What was recorded, in order, e.g. `task_assigned`."""
        return [each.topic.split(".")[1] for each in await self.log.read(0, 1_000)]


def full_order(**other: Any) -> IssueDirective:
    """Công văn 6325/UBND-NC with two tasks, a target and a report line."""
    lines = {
        "tasks": (task_line(), task_line(key="T02", lead=COMMUNE, coordinators=(), due=NoDue())),
        "targets": (TARGET,),
        "reports": (report_line(),),
    }
    return order(**(lines | other))


def id_of(receipt: Receipt) -> UUID:
    """Of the thing that a command was about."""
    return UUID(receipt.stream.partition(":")[2])
