"""Is the net without holes? The code is made wrong on purpose, and a few seeds must notice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tests.simulation.projections
from shared.bus_source import BusSource
from shared.context import Context
from shared.relay import EXPECTED_ID, EXPECTED_SEQUENCE, Relay
from tests.simulation.following import Follower, Tables
from tests.simulation.play import NetHasCaught, play
from tests.simulation.stepping import pause

SEEDS_MAX = 30
"""Plays within which a mistake must be found, from the seed that finds it soonest today."""

Patch = pytest.MonkeyPatch


def relay_expects_nothing(patch: Patch) -> None:
    """Without the fence a second relay, a late message or a repetition is stored."""
    headers = Relay._headers

    def unfenced(*given: Any) -> dict[str, str]:
        made = headers(*given)
        return {key: made[key] for key in made.keys() - {EXPECTED_ID, EXPECTED_SEQUENCE}}

    patch.setattr(Relay, "_headers", unfenced)


def follower_trusts_any_epoch(patch: Patch) -> None:
    """It goes on over a restored store, whose positions mean something else."""
    patch.setattr(Follower, "_stands", lambda self: self._database.committed)


def follower_moves_its_checkpoint_first(patch: Patch) -> None:
    """Two transactions instead of one: what is between them is lost in a crash."""
    commit = Follower._commit

    async def torn(self: Follower, tables: Tables) -> None:
        before = self._database.committed
        await commit(self, replace(before, position=tables.position, epoch=tables.epoch))
        await pause()
        await commit(self, tables)

    patch.setattr(Follower, "_commit", torn)


def follower_forgets_who_is_parked(patch: Patch) -> None:
    """Later events of a parked stream go past the one that waits."""
    one = Follower._one

    def unparked(self: Follower, tables: Tables, envelope: Any) -> Tables:
        after = one(self, tables, envelope)
        return replace(after, parked=tables.parked)

    patch.setattr(Follower, "_one", unparked)


def ledger_is_not_asked(patch: Patch) -> None:
    """A repetition is decided anew."""

    async def nothing(_: Context) -> None:
        return None

    patch.setattr(Context, "_first_receipt", nothing)


def source_overlooks_holes(patch: Patch) -> None:
    """What has come is taken for all there is."""

    async def whatever(self: BusSource, after: int, limit: int) -> list[Any]:
        return [self._held[each].envelope for each in sorted(self._held) if each > after][:limit]

    patch.setattr(BusSource, "_in_order", whatever)


def refusals_are_guessed(patch: Patch) -> None:
    """Somebody is refused on what this process remembers, without a look at what is newer."""

    async def not_looking(_: Context) -> None:
        return None

    patch.setattr(Context, "_look", not_looking)


def read_models_speak_of_strangers(patch: Patch) -> None:
    """An event about a parked thing is told without it, and never again with it."""

    def make_known(envelope: Any, rows: Any, kind: str) -> None:
        for subject in envelope.metadata.subjects:
            rows.setdefault((kind, subject), ("…", "…"))

    patch.setattr(tests.simulation.projections, "_refuse_strangers", make_known)


MUTATIONS: tuple[tuple[Callable[[Patch], None], str, int], ...] = (
    (relay_expects_nothing, "stream_is_a_copy", 0),
    (follower_trusts_any_epoch, "restored_waits|everything_arrives", 13),
    (follower_moves_its_checkpoint_first, "everything_arrives", 0),
    (follower_forgets_who_is_parked, "everything_arrives|read_models_are_folds", 1),
    (ledger_is_not_asked, "acknowledged_is_recorded|I1", 0),
    (source_overlooks_holes, "everything_arrives", 0),
    (refusals_are_guessed, "decisions_are_right", 0),
    (read_models_speak_of_strangers, "read_models_are_folds|agencies_are_told", 10),
)


@pytest.mark.parametrize(
    ("mutate", "words", "first"), MUTATIONS, ids=[mutate.__name__ for mutate, *_ in MUTATIONS]
)
def test_a_mistake_is_found_within_a_few_seeds(
    monkeypatch: Patch, mutate: Callable[[Patch], None], words: str, first: int
):
    mutate(monkeypatch)

    with pytest.raises(NetHasCaught, match=words):
        for seed in range(first, first + SEEDS_MAX):
            play(seed)
