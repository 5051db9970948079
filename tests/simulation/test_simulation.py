import os
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from tests.simulation.faults import PAIRS, Weather
from tests.simulation.nemesis import Nemesis
from tests.simulation.play import STEPS, Outcome, play
from tests.simulation.world import World

SEEDS = 30
SEEDS_PER_TEST = 5
"""Five plays fail together, so that it is seen which seeds do."""
STEPS_MIN = 50_000
SHORT_SEEDS, SHORT_STEPS = 24, 400
SEED_ASKED = os.environ.get("LIENNGANH_SEED")


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """What the plays of this run came to."""
    return []


@pytest.mark.parametrize("first", range(0, SEEDS, SEEDS_PER_TEST))
def test_in_any_weather_nothing_is_lost_doubled_altered_or_told_to_strangers(
    first: int, outcomes: list[Outcome]
):
    seeds = [int(SEED_ASKED)] if SEED_ASKED else range(first, first + SEEDS_PER_TEST)

    outcomes += [play(seed) for seed in seeds]

    assert all(outcome.steps > STEPS for outcome in outcomes)


@pytest.mark.skipif(SEED_ASKED is not None, reason="one seed does not meet everything")
def test_every_fault_was_met_both_ways(outcomes: list[Outcome]):
    faults: Counter[str] = sum((outcome.faults for outcome in outcomes), Counter())
    counts: Counter[str] = sum((outcome.counts for outcome in outcomes), Counter())

    due = {f"{at}: {pair.failed}" for at, pair in PAIRS.items()}
    due |= {f"{at}: {pair.failed_but_done}" for at, pair in PAIRS.items()}
    due |= {*Nemesis(World(0)).strikes}

    assert due - faults.keys() == set()
    assert {"streams retried by hand", "streams rebuilt", "read models rebuilt"} <= counts.keys()
    assert counts["commands ok"] > 500
    assert counts["answers unknown"] > 100
    assert sum(outcome.steps for outcome in outcomes) >= STEPS_MIN


def test_a_play_may_end_while_somebody_has_just_been_answered():
    assert all(play(seed, SHORT_STEPS).steps > SHORT_STEPS for seed in range(SHORT_SEEDS))


def test_a_seed_plays_the_same_story_again_in_any_process():
    story = play(17, 300).story  # Under the hash seed of this process, which is not that one's.
    other_hash_seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    code = (
        "from tests.simulation.play import play; import sys; sys.stdout.write(play(17, 300).story)"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": other_hash_seed},
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    assert elsewhere == story


def test_half_of_what_fails_is_done_all_the_same():
    weather = Weather(Random(1))
    weather.rate = 1.0

    decided = Counter(weather.decide("append").name for _ in range(1_000))

    assert decided.keys() == {"FAILED", "FAILED_BUT_DONE"}
    assert min(decided.values()) > 400
