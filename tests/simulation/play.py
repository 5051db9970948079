"""One play: a seed, so many steps of foul weather, then healing, then every invariant.

LIENNGANH_SEED=17 python -m pytest tests/simulation/test_simulation.py
python -m tests.simulation --seed 17 --steps 1500
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

import shared.relay
from tests.simulation.checks import ALWAYS, AT_LAST, everything_is_done, violations
from tests.simulation.nemesis import Nemesis
from tests.simulation.operating import operate
from tests.simulation.world import World

STEPS = 1_500
"""Of foul weather in one play; healing comes on top."""
CHECKED_EVERY_STEPS = 250
HEALED_EVERY_STEPS = 100
HEALING_STEPS_MAX = 40_000
HEALING_SECONDS_PER_STEP = 0.5
"""Time passes faster then, so that back-offs and acknowledgement waits end."""

READ_MAX = 5
"""Events that a relay reads at a time here."""

Change = Callable[[World], None]


class NetHasCaught(AssertionError):
    """An invariant does not hold. The seed is in the message; it plays the same story again."""


@dataclass(frozen=True)
class Outcome:
    """What one play came to."""

    seed: int
    steps: int
    events: int
    counts: Counter[str]
    """Commands and operations."""
    faults: Counter[str]
    story: str


def play(seed: int, steps: int = STEPS, change: Change = lambda _: None) -> Outcome:
    """Raises `NetHasCaught`. `change` may spoil the world before it begins."""
    world = World(seed)
    world.steps = steps
    change(world)
    nemesis = Nemesis(world)
    with silence(), small_reads():
        world.operate = operate
        world.begin()
        try:
            _foul(world, nemesis, steps)
            _heal(world, nemesis)
        finally:
            world.stage.leave()
    return Outcome(
        seed,
        world.stage.steps,
        len(world.recorded),
        world.counts,
        world.weather.counts,
        world.stage.story,
    )


def _foul(world: World, nemesis: Nemesis, steps: int) -> None:
    for step in range(steps):
        nemesis.maybe_strike()
        world.stage.step()
        if step % CHECKED_EVERY_STEPS == 0:
            _demand(world, violations(world, ALWAYS))


def _heal(world: World, nemesis: Nemesis) -> None:
    """Until everything has come to rest; then it must all be as if nothing had happened."""
    world.stage.tell("the weather clears up")
    world.weather.calm()
    world.closing = True
    nemesis.relent()
    for step in range(HEALING_STEPS_MAX):
        world.clock.advance(HEALING_SECONDS_PER_STEP)
        world.stage.step()
        if step % HEALED_EVERY_STEPS == 0 and not any(everything_is_done(world)):
            break
    _demand(world, violations(world, AT_LAST))


def _demand(world: World, found: list[str]) -> None:
    if found:
        raise NetHasCaught(
            "\n".join(
                [
                    f"seed {world.seed}, step {world.stage.steps}:",
                    *(f"  {each}" for each in found[:10]),
                    "what happened last:",
                    world.stage.story,
                    f"again: python -m tests.simulation --seed {world.seed} --steps {world.steps}",
                ]
            )
        )


@contextmanager
def small_reads() -> Iterator[None]:
    """The relay reads few events at a time, so that it is met between two reads."""
    before = shared.relay.READ_MAX
    shared.relay.READ_MAX = READ_MAX
    try:
        yield
    finally:
        shared.relay.READ_MAX = before


@contextmanager
def silence() -> Iterator[None]:
    """What processes would write into their logs is not printed; the story is what is read."""
    before = structlog.get_config()
    structlog.configure(
        processors=[_drop], wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=False
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def _drop(_logger: object, _method: str, _event: object) -> structlog.typing.EventDict:
    raise structlog.DropEvent
