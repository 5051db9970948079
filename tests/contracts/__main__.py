"""Sends requests with something wrong, as many as wanted, and tells what came of them.

python -m tests.contracts --seed 7 --rounds 100
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.contracts.any_input import Contract, Outcome, play
from tests.contracts.door import front_door


async def rounds(seed: int, count: int, folder: Path) -> Outcome:
    """So many requests to each address."""
    chance, contract, outcome = random.Random(seed), Contract(), Outcome()
    async with front_door(folder / "issuer") as door:
        for _ in range(count):
            await play(door, contract, [*contract.posts], chance, outcome)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.contracts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=20, help="requests to each address")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(rounds(asked.seed, asked.rounds, Path(folder)))
    for code, count in outcome.codes.most_common():
        sys.stdout.write(f"{count:>7,} {code}\n")
    for each in (*outcome.taken, *outcome.faults):
        sys.stdout.write(f"{each}\n")
    sys.stdout.write(
        f"{outcome.sent:,} sent, {outcome.accepted:,} taken (listed above with what was done to "
        f"them), {len(outcome.faults):,} faults\n"
    )
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
