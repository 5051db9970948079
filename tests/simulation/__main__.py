"""Plays seeds from the command line and counts what happened.

python -m tests.simulation --seed 17 --steps 1500
python -m tests.simulation --seeds 200
"""

import argparse
import sys
from collections import Counter

from tests.simulation.play import STEPS, NetHasCaught, play


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--steps", type=int, default=STEPS, help="of foul weather in each")
    parser.add_argument("--story", action="store_true", help="tell how each ended")
    asked = parser.parse_args()
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    steps = events = 0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        try:
            outcome = play(seed, asked.steps)
        except NetHasCaught as caught:
            sys.stdout.write(f"{caught}\n")
            return 1
        steps, events = steps + outcome.steps, events + outcome.events
        counts += outcome.counts
        faults += outcome.faults
        if asked.story:
            sys.stdout.write(f"seed {seed}\n{outcome.story}\n")
    sys.stdout.write(f"{steps:>9,} steps\n{events:>9,} events recorded\n")
    for name, count in [*sorted(counts.items()), *sorted(faults.items())]:
        sys.stdout.write(f"{count:>9,} {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
