"""The table of faults. Every point fails in two ways: not done, and done all the same.

Whoever calls sees the same error in both worlds; code that treats them differently is wrong. What
happens to everybody at once, not to one call, is in `nemesis.py`.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import TypeVar

from shared.bus import PublishUnknown, Unavailable
from shared.errors import Retry
from tests.simulation.stepping import pause

T = TypeVar("T")

FAULTS_PER_CALL = 0.04
"""Share of calls that fail while the weather is bad; half of them are done all the same."""


SELDOM_CALLED = {"cursor.get": 4, "cursor.set": 4, "ensure": 4, "tail": 2}
"""Points at which few calls are made fail so many times as often."""


class ConnectionLost(Exception):
    """What a database driver raises when the line is cut: the outcome is unknown."""


class Outcome(Enum):
    """What becomes of one call."""

    DONE = "done"
    FAILED = "failed"
    FAILED_BUT_DONE = "failed but done"


@dataclass(frozen=True)
class Pair:
    """One point that may fail, in the words of an operator."""

    failed: str
    failed_but_done: str
    error: type[Exception]


PAIRS: Mapping[str, Pair] = {
    "append": Pair("error before it was recorded", "recorded, its verdict lost", Retry),
    "settled": Pair("ledger not read", "ledger read, answer lost", Retry),
    "load": Pair("stream not read", "stream read, answer lost", Retry),
    "read": Pair("log not read", "log read, answer lost", Retry),
    "publish": Pair("message lost", "message stored, its ack lost", PublishUnknown),
    "tail": Pair("stream not asked", "stream asked, answer lost", Unavailable),
    "fetch": Pair("request lost", "delivered to nobody", Unavailable),
    "ack": Pair("ack lost, nobody told", "ack arrived, told it had not", Unavailable),
    "ensure": Pair("consumer not made", "consumer made, answer lost", Unavailable),
    "commit": Pair("rolled back", "committed, the line cut after it", ConnectionLost),
    "cursor.get": Pair("cursor not read", "cursor read, answer lost", ConnectionLost),
    "cursor.set": Pair("cursor not moved", "cursor moved, answer lost", ConnectionLost),
}


class Weather:
    """Decides, by lot, what becomes of each call; and counts."""

    def __init__(self, random: Random, tell: Callable[[str], None] = lambda _: None) -> None:
        self.counts: Counter[str] = Counter()
        self.rate = FAULTS_PER_CALL
        self._random = random
        self._tell = tell

    def calm(self) -> None:
        """From now on nothing fails."""
        self.rate = 0.0

    def decide(self, point: str) -> Outcome:
        """What becomes of the next call at this point."""
        if self._random.random() >= self.rate * SELDOM_CALLED.get(point, 1):
            return Outcome.DONE
        outcome = self._random.choice((Outcome.FAILED, Outcome.FAILED_BUT_DONE))
        pair = PAIRS[point]
        words = pair.failed if outcome is Outcome.FAILED else pair.failed_but_done
        self.counts[f"{point}: {words}"] += 1
        self._tell(words)
        return outcome

    async def through(self, point: str, effect: Callable[[], Awaitable[T]]) -> T:
        """Run the effect as the lot says. Others may act before it and after it."""
        await pause()
        outcome = self.decide(point)
        if outcome is Outcome.FAILED:
            raise PAIRS[point].error(f"{point}: the line was cut")
        answer = await effect()
        await pause()
        if outcome is Outcome.FAILED_BUT_DONE:
            raise PAIRS[point].error(f"{point}: the line was cut")
        return answer
