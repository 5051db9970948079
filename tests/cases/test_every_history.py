"""Random histories of every kind of thing, the whole case from institution to review among them.

From each stage on anything is said by anybody: what is folded from the record is what lived, no
stage is reached that is not drawn, what is refused leaves no trace, nothing is with nobody.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import Aggregate, FirstEvent
from shared.errors import Refused
from tests.cases.examples import stored
from tests.cases.situations.bodies import elsewhere
from tests.cases.situations.drawn import BEYOND, DRAWN, drawn_as, ways
from tests.cases.situations.table import BEGINNING, Machine, Stand, Try
from tests.cases.situations.trying import MACHINES, afresh, arrived, named

ALIVE = tuple(
    machine
    for machine in MACHINES
    if issubclass(machine.kind, Aggregate) and {*machine.ways} > {BEGINNING}
)
EXAMPLES = 40
"""Histories of each kind."""
AHEAD_MAX = 12
"""Tries that are looked through for one that is recorded."""
STEPS_MAX = 6
Move = tuple[str, str, str]
"""Fact, stage before it, stage after it."""
each_machine = pytest.mark.parametrize("machine", ALIVE, ids=lambda each: each.kind.KIND)


def tries_of(machine: Machine) -> Sequence[Try]:
    """Everything that may befall what is there."""
    return [
        each
        for event, row in machine.rows.items()
        if machine.tried_at(event) != {BEGINNING}
        for each in row.tries
    ]


def stage_of(thing: Any) -> str:
    return drawn_as(str(getattr(thing, "stage", "")))


def said(machine: Machine, stand: Stand, tried: Try, by: str) -> set[Move]:
    """What is recorded: the fact and the stages before and after it, if they are not the same."""
    thing = stand.thing
    version, before, told = thing.version, stage_of(thing), len(thing.pending_events)
    moment = thing.modified_on + timedelta(hours=tried.hours)
    try:
        tried.says(stand, machine.by(by, moment))
    except Refused:
        assert thing.version == version
    facts = [type(each).__name__ for each in thing.pending_events[told:]]
    return {(facts[-1], before, stage_of(thing))} if facts else set()


def walked(machine: Machine, stand: Stand, walk: Sequence[tuple[int, bool]]) -> set[Move]:
    """What happens on a walk; each step is the next try that is recorded, if any is."""
    tries, moves = tries_of(machine), set[Move]()
    for start, by_a_stranger in walk if tries else ():
        for ahead in range(min(AHEAD_MAX, len(tries))):
            tried = tries[(start + ahead) % len(tries)]
            by = named(tried.by, stand)
            if by_a_stranger:
                by = elsewhere(by, stand.thing.modified_on.date()) or by
            if move := said(machine, stand, tried, by):
                moves |= move
                break
        if hasattr(stand.thing, "holder"):
            assert stand.thing.holder
    return moves


def between_stages(moves: set[Move]) -> set[Move]:
    return {(fact, before, after) for fact, before, after in moves if before != after}


@each_machine
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_what_is_folded_is_what_lived_and_only_drawn_stages_are_reached(
    machine: Machine, data: st.DataObject
):
    begun = [way for stage, each in machine.ways.items() if stage != BEGINNING for way in each]
    way = data.draw(st.sampled_from(begun))
    steps = st.tuples(st.integers(0, 10_000), st.booleans())
    walk = data.draw(st.lists(steps, max_size=STEPS_MAX))
    stand = arrived(way)
    twin = afresh(stand.thing)

    moves = walked(machine, stand, walk)

    live = stand.thing
    if hasattr(machine.kind, "STAGES"):
        assert between_stages(moves) - ways(live.KIND) == set()
    for event in live.pending_events:
        twin = stored(event).mutate(twin)
    assert twin.state() == live.state()
    assert twin.subjects == live.subjects
    assert twin.version == live.version


@each_machine
def test_every_way_that_is_tried_is_drawn_and_every_drawn_way_is_tried(machine: Machine):
    """The property above says little of a step that never comes up."""
    if not hasattr(machine.kind, "STAGES"):
        return
    moves = {
        move
        for stage, there in machine.ways.items()
        if stage != BEGINNING
        for way in there
        for tried in tries_of(machine)
        for stand in (arrived(way),)
        for move in said(machine, stand, tried, named(tried.by, stand))
    }

    assert between_stages(moves) == ways(machine.kind.KIND)


def test_every_kind_of_thing_with_stages_is_drawn():
    staged = {each.kind.KIND for each in MACHINES if hasattr(each.kind, "STAGES")}

    assert staged == {*DRAWN} and {*BEYOND} <= {*DRAWN}
    for machine in MACHINES:
        for event in machine.rows:
            assert machine.tried_at(event) or issubclass(event, FirstEvent)
