from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from tests.simulation.checks import (
    AT_LAST,
    Check,
    acknowledged_is_recorded,
    agencies_are_told,
    everything_arrives,
    everything_is_done,
    nothing_changes,
    order_is_kept,
    read_models_are_folds,
    replays_are_alike,
    restored_waits,
    stream_is_a_copy,
    violations,
)
from tests.simulation.play import play
from tests.simulation.redeciding import decisions_are_right
from tests.simulation.world import STREAM, Restored, World

SEED = 3
STEPS = 700

Spoil = Callable[[World], None]


@pytest.fixture
def world() -> World:
    """A world that has been through foul weather and has healed."""
    worlds: list[World] = []
    play(SEED, STEPS, worlds.append)
    return worlds[0]


def answered(world: World):
    """A command that recorded something."""
    return next(each for each in world.journal.values() if each.receipt and each.receipt.event_ids)


def lose_an_event(world: World) -> None:
    del world.recorded[4]


def refuse_what_was_recorded(world: World) -> None:
    entry = answered(world)
    entry.status, entry.receipt = "refused", None


def answer_another_position(world: World) -> None:
    entry = answered(world)
    entry.receipt = replace(entry.receipt, position=entry.receipt.position + 1)


def record_what_nobody_asked(world: World) -> None:
    del world.journal[answered(world).command.id]


def refuse_for_another_reason(world: World) -> None:
    entry = next(each for each in world.journal.values() if each.status == "refused")
    entry.why = "because-we-say-so"


def swap_events(world: World) -> None:
    world.recorded[3], world.recorded[4] = world.recorded[4], world.recorded[3]


def skip_a_version(world: World) -> None:
    world.recorded[-1] = replace(world.recorded[-1], version=99)


def hide_from_the_reader(world: World) -> None:
    del world.tailed[2]


def alter_an_event(world: World) -> None:
    first = world.recorded[0]
    world.recorded[0] = replace(first, state=first.state.replace(b"2025", b"2024"))


def unstream_an_event(world: World) -> None:
    del world.broker.streams[STREAM].messages[2]


def stream_an_event_twice(world: World) -> None:
    messages = world.broker.streams[STREAM].messages
    messages.append(messages[-1])


def alter_a_message(world: World) -> None:
    messages = world.broker.streams[STREAM].messages
    messages[1] = replace(messages[1], body=messages[1].body.replace(b"2025", b"2024"))


def mix_epochs(world: World) -> None:
    world.restored = Restored(world.store.epoch, {})
    messages = world.broker.streams[STREAM].messages
    headers = {name: each.replace("/0", "/1") for name, each in messages[1].headers.items()}
    messages[1] = replace(messages[1], headers=headers)


def go_on_over_a_restored_store(world: World) -> None:
    tables = world.databases["feed"].committed
    world.restored = Restored(UUID(int=9), {"feed": replace(tables, taken=tables.taken[:-1])})


def change_tables(model: str, **changes: Callable[[World], object]) -> Spoil:
    def spoil(world: World) -> None:
        database = world.databases[model]
        made = {name: change(world) for name, change in changes.items()}
        database.committed = replace(database.committed, **made)

    spoil.__name__ = f"change_{model}_{'_'.join(changes)}"
    return spoil


def rows(model: str, kind: str, change: Callable[[object], object] | None) -> Spoil:
    """One row of a kind is changed, or gone."""

    def spoil(world: World) -> None:
        database = world.databases[model]
        made = dict(database.committed.rows)
        at = next(each for each in made if each[0] == kind)
        if change is None:
            del made[at]
        else:
            made[at] = change(made[at])
        database.committed = replace(database.committed, rows=made)

    spoil.__name__ = f"{'lose' if change is None else 'change'}_a_row_{kind}_of_{model}"
    return spoil


def tell_a_stranger(world: World) -> None:
    database = world.databases["feed"]
    event_id = world.recorded[0].event_id
    told = {("told", event_id, "CA_TINH-P34-22"): world.recorded[0].position}
    database.committed = replace(database.committed, rows={**database.committed.rows, **told})


def leave_it_halted(world: World) -> None:
    world.halted["relay a"] = "for a reason"


def leave_it_unanswered(world: World) -> None:
    answered(world).status = "unknown"


PLANTED: tuple[tuple[Check, Spoil], ...] = (
    (acknowledged_is_recorded, lose_an_event),
    (acknowledged_is_recorded, refuse_what_was_recorded),
    (acknowledged_is_recorded, answer_another_position),
    (acknowledged_is_recorded, record_what_nobody_asked),
    (decisions_are_right, refuse_for_another_reason),
    (decisions_are_right, alter_an_event),
    (order_is_kept, swap_events),
    (order_is_kept, skip_a_version),
    (order_is_kept, hide_from_the_reader),
    (nothing_changes, alter_an_event),
    (nothing_changes, lose_an_event),
    (stream_is_a_copy, unstream_an_event),
    (stream_is_a_copy, stream_an_event_twice),
    (stream_is_a_copy, alter_a_message),
    (stream_is_a_copy, mix_epochs),
    (restored_waits, go_on_over_a_restored_store),
    (
        everything_arrives,
        change_tables("timeline", taken=lambda w: w.databases["timeline"].committed.taken[1:]),
    ),
    (
        everything_arrives,
        change_tables("feed", taken=lambda w: w.databases["feed"].committed.taken * 2),
    ),
    (read_models_are_folds, rows("register", "stream", lambda row: (row[0], b"another chain"))),
    (read_models_are_folds, rows("timeline", "title", None)),
    (read_models_are_folds, rows("feed", "party", None)),
    (agencies_are_told, rows("feed", "told", None)),
    (agencies_are_told, tell_a_stranger),
    (replays_are_alike, rows("timeline", "entry", lambda row: row[::-1])),
    (everything_is_done, change_tables("register", position=lambda _: 1)),
    (everything_is_done, leave_it_halted),
    (everything_is_done, leave_it_unanswered),
)


@pytest.mark.parametrize(("check", "spoil"), PLANTED, ids=[s.__name__ for _, s in PLANTED])
def test_a_planted_violation_is_seen(world: World, check: Check, spoil: Spoil):
    before = violations(world, AT_LAST)

    spoil(world)

    assert before == []
    assert list(check(world))


def test_every_check_has_been_seen_to_fail():
    assert {check for check, _ in PLANTED} == {*AT_LAST}
