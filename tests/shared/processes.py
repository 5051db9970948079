"""Two processes on one log: what they say, and where each may come in between the other's steps."""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator, Sequence
from itertools import product
from typing import Any
from uuid import UUID

from shared.context import Context, Receipt, decide
from shared.envelope import Envelope
from shared.errors import Conflict, Refused
from shared.fold import Fold
from shared.log import Append, Log, Verdict
from shared.memory import MemoryLog
from tests.shared.sample_service import MarkThing, Thing, ThingMarked
from tests.shared.things import NOON, begun

Handler = Callable[[Context], Awaitable[Receipt]]


def empty_log() -> MemoryLog:
    return MemoryLog("samples", UUID(int=138), lambda: NOON)


def alternating(id: UUID, said: MarkThing) -> Handler:
    """The same mark twice in a row is not news when it is good, and refused when it is bad."""

    async def handler(ctx: Context) -> Receipt:
        thing = await ctx.load(Thing, id)
        if getattr(thing, "mark", None) == said.mark:
            if said.mark == "bad":
                raise Refused("said-before", "rồi", "said before")
        else:
            thing.record(ThingMarked, said, ctx.act)
        return await ctx.save(thing)

    return handler


def decided(fold: Fold, handler: Handler, **more: Any) -> Coroutine[Any, Any, Receipt]:
    """One command, as the front door has it decided."""
    return decide(lambda: begun(fold, **more), handler)


async def outcome(doing: Awaitable[Receipt]) -> tuple[Any, ...]:
    """What the asker is told, without ids and positions, which are given at random."""
    try:
        receipt = await doing
    except Conflict as conflict:
        return conflict.code, conflict.status, conflict.extra["head"]
    except Refused as refused:
        return (refused.code,)
    return len(receipt.event_ids), receipt.version


class Pause:
    """Where another process may come in between."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Interrupted:
    """A log at whose every call another process may come in between, before and after."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.name, self.epoch = log.name, log.epoch

    async def append(self, append: Append) -> Verdict:
        return await self._between(self._log.append(append))

    async def settled(self, command_id: UUID) -> Verdict | None:
        return await self._between(self._log.settled(command_id))

    async def load(
        self, stream: UUID, after: int = 0, limit: int | None = None
    ) -> Sequence[Envelope]:
        return await self._between(self._log.load(stream, after, limit))

    async def find(self, event_id: UUID) -> Envelope | None:
        return await self._between(self._log.find(event_id))

    async def count(
        self, stream: UUID, after: int, up_to: int, without: Sequence[UUID] = ()
    ) -> int:
        return await self._between(self._log.count(stream, after, up_to, without))

    async def read(self, after: int, limit: int) -> Sequence[Envelope]:
        return await self._between(self._log.read(after, limit))

    async def head(self) -> int:
        return await self._between(self._log.head())

    async def changed(self, after: int, timeout_seconds: float) -> None:
        await self._between(self._log.changed(after, timeout_seconds))

    async def _between(self, call: Any) -> Any:
        await Pause()
        answer = await call
        await Pause()
        return answer


def every_interleaving() -> Iterator[tuple[int, ...]]:
    """Who goes on at each of the first steps; afterwards the first until it has ended, then the
    other. A guess that fails and is decided again has six calls of the log at most."""
    return product((0, 1), repeat=8)


def interleaved(doings: Sequence[Any], order: Sequence[int]) -> list[Any]:
    """The outcomes of two coroutines that go on in that order."""
    ended: dict[int, Any] = {}
    for number in [*order, *[0] * 99, *[1] * 99]:
        if number not in ended:
            try:
                doings[number].send(None)
            except StopIteration as stop:
                ended[number] = stop.value
    return [ended[number] for number in (0, 1)]


def now(doing: Any) -> Any:
    """The outcome of a coroutine that nothing interrupts."""
    try:
        while True:
            doing.send(None)
    except StopIteration as stop:
        return stop.value


class Counting(Interrupted):
    """A log that counts what it is asked."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.asked: list[str] = []

    async def _between(self, call: Any) -> Any:
        self.asked.append(call.__name__)
        return await call
