"""The register on a real database: what handlers decide is taken, then read as readers read it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.directives.commands import DispatchDirective, dispatch_directive, issue_directive
from services.directives.projection import REGISTER
from services.directives.readings import (
    DirectiveAsked,
    DirectivesAsked,
    list_directives,
    read_directive_register,
)
from services.directives.tasks.domain import Task
from services.directives.tasks.events import AcknowledgeTask, CompleteTask
from shared.actor import Actor
from shared.http.door import Reader
from shared.reference import load_register
from shared.sql import Tables
from tests.directives.examples import MORNING, POLICE, PROVINCE, order
from tests.directives.world import World, id_of

NOW = datetime(2025, 7, 20, 3, tzinfo=UTC)


class Office(World):
    """A log in memory, the register that follows it, and somebody who reads there."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__()
        self.pool = pool
        self._taken = 0

    def reader(self, now: datetime = NOW, kind: type[Reader] = Reader) -> Reader:
        """The police look things up."""
        police, models = Actor(POLICE, "clerk"), {"register": REGISTER}
        return kind(police, now, load_register(), False, self.pool, models, {}, {})

    def tables(self, *, snapshot: bool = False) -> AbstractAsyncContextManager[Tables]:
        """The register's tables as readers get them."""
        return self.reader().tables("register", snapshot=snapshot)

    async def take(self) -> None:
        """The register takes what has been recorded since, in one batch."""
        if batch := await self.log.read(self._taken, 1_000):
            async with self.pool.acquire() as connection:
                await REGISTER.apply(batch, Tables(connection, REGISTER.statements))
            self._taken = batch[-1].position

    async def paper(self, id: UUID, now: datetime = NOW) -> dict[str, Any]:
        """One directive as it is shown after everything recorded was taken."""
        await self.take()
        return await read_directive_register(DirectiveAsked(id=id), self.reader(now))

    async def line(self, **asked: Any) -> dict[str, Any]:
        """The only line of the list."""
        [line] = (await self.lines(**asked))["directives"]
        return line

    async def lines(self, now: datetime = NOW, /, **asked: Any) -> dict[str, Any]:
        """The list."""
        await self.take()
        return await list_directives(DirectivesAsked(**asked), self.reader(now))

    async def sent(self, said: Any = None, moment: Any = MORNING, by: str = PROVINCE) -> UUID:
        """A directive, issued and sent to everybody that it names."""
        id = id_of(await self.does(issue_directive, said or order(), by=by, moment=moment))
        await self.send(id, moment, by)
        return id

    async def send(self, id: UUID, moment: Any = MORNING, by: str = PROVINCE) -> None:
        """Send it to all that do not have it."""
        said = DispatchDirective(channel="truc_lien_thong")
        await self.does(dispatch_directive, said, by=by, moment=moment, id=id)

    async def accept(self, task: UUID, by: str, moment: Any = "2025-07-02") -> None:
        """Take a task on."""
        said = AcknowledgeTask(outcome="accepted")
        await self.decides(Task, Task.acknowledge_task, said, task, by, moment_of(moment))

    async def works(
        self, decide: Any, said: Any, task: UUID, by: str, day: str = "2025-07-10"
    ) -> None:
        """Decide something about a task."""
        await self.decides(Task, decide, said, task, by, moment_of(day))

    async def completes(self, task: UUID, by: str, day: str = "2025-07-10") -> None:
        """Say that one's part is done."""
        await self.works(Task.complete_task, CompleteTask(result="xong"), task, by, day)


def agencies(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Ids of agencies as they are shown."""
    return [each["agency"] for each in rows]


def moment_of(said: Any) -> datetime:
    """08:00 in Viet Nam of a day that is given as text."""
    if isinstance(said, datetime):
        return said
    return datetime.combine(date.fromisoformat(said), MORNING.timetz())
