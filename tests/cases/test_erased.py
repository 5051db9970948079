"""Nothing that may be said, and nothing that becomes of it, asks for personal data that are gone.

Everything that was recorded in the situations is said once more of things whose sealed values are
erased: the same facts are recorded, and folded to the same state.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any
from uuid import UUID

import pytest

from shared.domain import Aggregate, Event, FirstEvent, encode_state
from shared.sealed import Sealed
from tests.cases.examples import closed, erased_of, stored
from tests.cases.situations.table import Stand, Way
from tests.cases.situations.telling import EVENTS
from tests.cases.situations.trying import Said, afresh, arrived, recorded

OF_CASES = tuple(event for topic, event in EVENTS.items() if topic.startswith("cases."))
"""Only there are personal data kept."""
KEEPING = {"Person", "Raid", "Tip"}
"""Kinds of things to which something may befall while they keep sealed values."""
NOBODY = UUID(int=0xE7A5ED)
"""Whose keys sealed what the things of the situations keep."""


def erase(held: Any) -> Any:
    """The same with all sealed values erased, as deep as they lie; what has none is itself."""
    match held:
        case Sealed():
            return Sealed.erased(held.subject or NOBODY)
        case Event():
            return erased_of(closed(held)) if held.SEALED else held
        case Mapping():
            return {name: erase(each) for name, each in held.items()}
        case list() | tuple():
            return type(held)(erase(each) for each in held)
    return held


def erased(thing: Any) -> Any:
    """A thing as it is read when the data of everybody in its history are erased."""
    twin = afresh(thing)
    if isinstance(twin, Aggregate):
        vars(twin).update({name: erase(held) for name, held in vars(twin).items()})
    return twin


def _gone(way: Way) -> Stand:
    stand = arrived(way)
    return Stand(erased(stand.thing), erased(stand.case))


@cache
def gone(way: Way) -> Way:
    """The same situation of somebody whose data are erased."""
    return partial(_gone, way)


def folded(said: Said, *, erased: bool) -> list[Any]:
    """What becomes of the things of a situation by the facts that were recorded."""
    stand = arrived(said.way)
    things = {each.id: each for each in (stand.thing, stand.case) if isinstance(each, Aggregate)}
    for fact in said.facts:
        before = things.get(fact.originator_id) if fact.originator_version > 1 else None
        if before is not None or isinstance(fact, FirstEvent):
            things[fact.originator_id] = stored(fact, erased=erased).mutate(before)
    return [
        things[fact.originator_id].state() for fact in said.facts if fact.originator_id in things
    ]


@pytest.mark.parametrize("event", OF_CASES, ids=lambda event: event.TOPIC)
def test_what_is_said_of_somebody_whose_data_are_erased_is_recorded_as_before(event: type[Event]):
    for said in recorded(event):
        again = replace(said, way=gone(said.way)).again(said.by)

        assert [json.loads(encode_state(closed(each))) for each in again.facts] == [
            json.loads(encode_state(closed(each))) for each in said.facts
        ]
        shown = json.dumps(folded(said, erased=False), default=str)
        assert json.dumps(folded(again, erased=True), default=str) == shown.replace(
            '"sealed"', '"erased"'
        )


def test_things_of_the_situations_keep_data_that_can_be_erased():
    kept = {
        type(stand.thing).__name__
        for event in OF_CASES
        for said in recorded(event)
        for stand in (arrived(said.way),)
        if stand.thing is not None and vars(erased(stand.thing)) != vars(stand.thing)
    }

    assert kept == KEEPING
