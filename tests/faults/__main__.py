"""`python -m tests.faults --seconds 60 --seed 138`: a campaign against the real servers."""

import argparse
import asyncio
import faulthandler
import logging
import shutil
import sys
import tempfile
from pathlib import Path
from secrets import randbelow

import structlog

from shared.embedded.folder import erase
from tests.faults.campaign import campaign
from tests.faults.replica import NeverReady
from tests.faults.report import block, complaints, line

SEED_MAX = 1_000_000
BESIDE_SECONDS = 900.0
"""Start, draining and check may take so long beside the faults; then the campaign shows where it
hangs and gives up."""


def main() -> int:
    """Exit code 0 only when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults are injected")
    parser.add_argument("--seed", type=int, default=None, help="of the schedule; default: drawn")
    parser.add_argument("--keep", type=Path, default=None, help="keep journal and logs here")
    asked = parser.parse_args()
    seed = randbelow(SEED_MAX) if asked.seed is None else asked.seed
    logging.basicConfig(level=logging.CRITICAL)  # The replicas' own logs are what is looked at.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _say(f"campaign of {asked.seconds:.0f} s, seed {seed}")
    faulthandler.dump_traceback_later(asked.seconds + BESIDE_SECONDS, exit=True)
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="liennganh-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = asyncio.run(campaign(folder, seed, asked.seconds))
    except NeverReady as error:
        _say(f"seed {seed}: nothing was tried: {error}")
        return 1
    finally:
        if asked.keep is None:
            erase(folder / "servers")
            shutil.rmtree(folder)
    _say(f"\n{block(result)}\n")
    for complaint in complaints(result):
        _say(complaint)
    _say(line(result))
    return 0 if result.good else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
