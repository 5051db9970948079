"""Was every answer right? All commands decided once more, one after the other, on a quiet log.

What was recorded must be what the command gives on exactly what was recorded before it. What was
refused, or was no news, must have been so at some moment between the asking and the answer: then
the answers are those of one desk that takes one command at a time, whatever the weather was.
"""

from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby
from typing import Any
from uuid import UUID

from shared.context import Context, Receipt
from shared.envelope import Envelope
from shared.errors import Refused
from shared.fold import Fold
from shared.log import Append, Verdict
from shared.memory import MemoryLog
from tests.directives.examples import act
from tests.simulation.clients import Command, Entry
from tests.simulation.stepping import BEGINNING
from tests.simulation.world import World

OUTRUN = "version-conflict"
"""The refusal of who was outrun again and again; it says nothing about the state."""

Facts = tuple[tuple[str, UUID, int, bytes], ...]
"""Topic, stream, version and state of each event."""


class News(Exception):
    """The command would record something."""


class Desk:
    """A log without faults, and what commands would do on it."""

    def __init__(self) -> None:
        self.log = MemoryLog("directives", UUID(int=0), lambda: BEGINNING)
        self.fold = Fold(self.log)
        self._ids = count(1)

    def decide(self, command: Command) -> Facts:
        """What the command records now; it is recorded. Raises `Refused`."""
        head = run(self.log.head())
        run(self._run(self.fold, command))
        return facts(run(self.log.read(head, 1_000)))

    def would_say_no(self, entry: Entry) -> bool:
        """Whether the command would be answered now as it was: refused so, or no news."""
        try:
            run(self._run(Fold(_ReadOnly(self.log)), entry.command))
        except Refused as refused:
            return entry.status == "refused" and refused.code == entry.why
        except News:
            return False
        return entry.status == "ok"

    async def _run(self, fold: Fold, command: Command) -> Receipt:
        circumstances = replace(
            act(command.by, command.moment), new_id=lambda: UUID(int=next(self._ids))
        )
        context = Context(circumstances, fold, command.id, command.id, request_hash=command.digest)
        return await context.run(command.handler)


class _ReadOnly:
    """The log for a question that starts with "would"."""

    def __init__(self, log: MemoryLog) -> None:
        self.name = log.name
        self.load = log.load
        self.settled = log.settled

    async def append(self, append: Append) -> Verdict:
        raise News


def decisions_are_right(world: World) -> Iterator[str]:
    """I1, the other half: what was answered is what one desk would have answered in that order."""
    desk = Desk()
    open_answers = [each for each in world.journal.values() if _said_no(world, each)]
    begun = 0
    for id, group in groupby(world.recorded, key=lambda each: each.metadata.causation_id):
        open_answers = [each for each in open_answers if not _right(desk, each, begun)]
        events = list(group)
        entry = world.journal.get(id)
        if entry is None:
            return  # I1 says it.
        try:
            decided = desk.decide(entry.command)
        except Refused as refused:
            yield f"{entry.command.name} was recorded, and had to be refused: {refused.code}"
            return
        if decided != facts(events):
            yield f"{entry.command.name} recorded {names(events)}, had to record {len(decided)}"
            return
        begun += len(events)
    for entry in open_answers:
        if not _right(desk, entry, begun):
            yield f"{entry.command.name} was answered {entry.status} {entry.why} for no reason"


def _said_no(world: World, entry: Entry) -> bool:
    """Whether nothing was recorded for it, in the life of the store as it is now."""
    if entry.epoch != world.store.epoch or entry.status == "unknown" or entry.why == OUTRUN:
        return False
    return entry.receipt is None or not entry.receipt.event_ids


def _right(desk: Desk, entry: Entry, begun: int) -> bool:
    return entry.asked_at <= begun <= entry.answered_at and desk.would_say_no(entry)


def facts(events: Sequence[Envelope]) -> Facts:
    """What is decided, without what the store adds."""
    return tuple((each.topic, each.stream, each.version, each.state) for each in events)


def names(events: Sequence[Envelope]) -> list[str]:
    return [each.topic for each in events]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The answer of something that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a log in memory does not wait")
