"""Whatever is wrong with a request: a refusal in words, nothing recorded, nothing given away."""

import random
from pathlib import Path

import pytest

from tests.contracts.any_input import Contract, Outcome, play
from tests.contracts.door import front_door

SEED = 138
ROUNDS = 8
"""How often each address is tried; more by hand: python -m tests.contracts --seed 7 --rounds 100"""


async def test_whatever_is_wrong_with_a_request_it_is_refused_in_words_and_leaves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    chance, contract, outcome = random.Random(SEED), Contract(), Outcome()
    async with front_door(tmp_path / "issuer") as door:
        for _ in range(ROUNDS):
            await play(door, contract, [*contract.posts], chance, outcome)

    assert outcome.faults == []
    assert [each for each in caplog.records if each.exc_info or each.levelname == "ERROR"] == []
    # It was no play with the form alone: what is right is taken, and all sorts of rules say no.
    assert outcome.sent == ROUNDS * len(contract.posts)
    assert 30 * outcome.accepted > outcome.sent > 3 * outcome.accepted
    assert len(outcome.codes) > 40
