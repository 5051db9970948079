"""Sample history of things: acts, contexts and handlers, so that a test says only what matters."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.actor import Act, Actor
from shared.context import Context, Receipt, decide
from shared.envelope import Envelope
from shared.errors import Retry
from shared.fold import Fold
from shared.log import Append, Log, Verdict
from shared.reference import load_register
from tests.shared.sample_service import MarkThing, OpenThing, Round, Thing, ThingMarked, ThingOpened

NOON = datetime(2025, 7, 1, 5, tzinfo=UTC)
CLERK = Actor("CA_TINH-P34-40", "clerk", frozenset({"clerk"}), "test")
OPEN = OpenThing(title="Sổ", place=Round(radius="1.5"), tags=("a",))
GOOD, BAD = MarkThing(mark="good"), MarkThing(mark="bad")


def act(at: datetime = NOON, by: Actor = CLERK) -> Act:
    """Somebody acts at a moment."""
    return Act(by=by, at=at, now=at, register=load_register(), new_id=uuid.uuid4)


def opened(id: UUID | None = None) -> Thing:
    """A thing that begins; its first event is pending."""
    return Thing.begin(ThingOpened, OPEN, act(), id=id or uuid.uuid4(), area="P34-40")


def begun(fold: Fold, at: datetime = NOON, **more: Any) -> Context:
    """One attempt at one command."""
    more.setdefault("command_id", uuid.uuid4())
    return Context(act=act(at), fold=fold, correlation_id=more["command_id"], **more)


@asynccontextmanager
async def context(fold: Fold, at: datetime = NOON, **more: Any) -> AsyncIterator[Context]:
    """One command's context, closed as a failure leaves it."""
    ctx = begun(fold, at, **more)
    failed = True
    try:
        yield ctx
        failed = False
    finally:
        ctx.close(failed=failed)


async def open_thing(fold: Fold, id: UUID | None = None, **more: Any) -> Receipt:
    """Begin a thing, as a handler does."""
    async with context(fold, **more) as ctx:
        return await ctx.save(opened(id))


def marking(id: UUID, said: MarkThing) -> Callable[[Context], Awaitable[Receipt]]:
    """A handler that marks a thing; marking it alike again is not news."""

    async def handler(ctx: Context) -> Receipt:
        thing = await ctx.load(Thing, id)
        if getattr(thing, "mark", None) != said.mark:
            thing.record(ThingMarked, said, ctx.act)
        return await ctx.save(thing)

    return handler


async def mark(fold: Fold, id: UUID, said: MarkThing = GOOD, **more: Any) -> Receipt:
    """Mark a thing, as the front door has it done."""
    more.setdefault("command_id", uuid.uuid4())
    return await decide(lambda: begun(fold, **more), marking(id, said))


async def mark_once(fold: Fold, id: UUID, said: MarkThing = GOOD, **more: Any) -> Receipt:
    """The same in one attempt."""
    return await begun(fold, **more).run(marking(id, said))


def id_of(receipt: Receipt) -> UUID:
    """The stream that a receipt is about."""
    return UUID(receipt.stream.partition(":")[2])


async def found(fold: Fold, id: UUID) -> Thing | None:
    """The thing as a new command finds it."""
    async with context(fold) as ctx:
        return await ctx.find(Thing, id)


async def versions(log: Log, id: UUID) -> list[int]:
    """Versions of a stream's events."""
    return [each.version for each in await log.load(id)]


class Between:
    """A log that does something, once, just before what it is told to append."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.name, self.epoch = log.name, log.epoch
        self.do = asyncio.Event()
        self.reached = asyncio.Event()
        self.lose = False

    async def append(self, append: Append) -> Verdict:
        self.reached.set()
        await self.do.wait()
        verdict = await self._log.append(append)
        if self.lose:
            raise Retry("no answer; it was recorded all the same")
        return verdict

    async def settled(self, command_id: UUID) -> Verdict | None:
        return await self._log.settled(command_id)

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        return await self._log.load(stream, after, limit)

    async def find(self, event_id: UUID) -> Envelope | None:
        return await self._log.find(event_id)

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        return await self._log.count(stream, after, up_to, without)

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        return await self._log.read(after, limit)

    async def head(self) -> int:
        return await self._log.head()

    async def changed(self, after: int, timeout_seconds: float) -> None:
        await self._log.changed(after, timeout_seconds)
