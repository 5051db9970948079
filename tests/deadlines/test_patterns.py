"""The grammar of patterns, and that every row's facts are recorded by somebody or known to wait."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services
from services.deadlines.patterns import Fact, Pattern, compile_pattern
from services.deadlines.wiring import load_wiring
from shared.domain import Event
from tests.deadlines.engine import CASE, POLICE, at

WIRED: dict[str, Any] = {
    "ThingOpened": {
        "service": "things",
        "when": {
            "kind": {"of": ["kind"]},
            "done": {"of": ["done"]},
            "by": {"of": ["@type"], "values": {"POLICE": ["CA_*", "DON_CA"]}},
        },
    }
}
SERVICES = Path(services.__file__).parent


def fact(topic: str = "things.thing_opened.v1", by: str = POLICE, **fields: Any) -> Fact:
    now = at("2026-01-05 08:00")
    return Fact(UUID(int=1), topic, now, now + timedelta(hours=1), by, (CASE,), fields, {})


def pattern(text: str) -> Pattern:
    return compile_pattern(text, WIRED)


def event_classes() -> Iterator[type[Event]]:
    """Every event that a service of this repository can record."""
    for path in sorted(SERVICES.rglob("events.py")):
        name = path.relative_to(SERVICES.parent).with_suffix("")
        importlib.import_module(".".join(name.parts))
    waiting = list(Event.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.__module__.startswith("services.") and "TOPIC" in vars(each):
            yield each


@pytest.mark.parametrize(
    ("text", "fields", "matches"),
    [
        ("ThingOpened", {}, True),
        ("ThingOpened(kind=a|b)", {"kind": "b"}, True),
        ("ThingOpened(kind=a|b)", {"kind": "c"}, False),
        ("ThingOpened(kind=a)", {}, False),
        ("ThingOpened(kind!=a)", {"kind": "b"}, True),
        ("ThingOpened(kind!=a)", {"kind": "a"}, False),
        ("ThingOpened(kind!=a)", {}, True),
        ("ThingOpened(done=true)", {"done": True}, True),
        ("ThingOpened(done=false)", {"done": False}, True),
        ("ThingOpened(done=true)", {"done": False}, False),
        ("ThingOpened(kind=a,done=true)", {"kind": "a", "done": False}, False),
        ("ThingOpened(by=POLICE)", {}, True),
    ],
)
def test_a_pattern_matches_what_it_says(text: str, fields: dict[str, Any], matches: bool):
    assert pattern(text).matches(fact(**fields)) is matches


def test_who_recorded_it_is_known_by_the_type_of_agency():
    by_police = pattern("ThingOpened(by=POLICE)")

    assert not by_police.matches(fact(by="TAND_TINH-P34-40"))
    assert not by_police.matches(fact(topic="things.thing_closed.v1"))


@pytest.mark.parametrize(
    "text",
    ["thingOpened", "ThingOpened()", "ThingOpened(kind)", "ThingOpened(kind=a", "Thing Opened"],
)
def test_what_the_grammar_does_not_know_is_refused(text: str):
    with pytest.raises(ValueError, match=r"is not"):
        pattern(text)


@pytest.mark.parametrize("text", ["NeverHeardOf", "ThingOpened(colour=red)"])
def test_a_word_without_a_field_is_refused(text: str):
    with pytest.raises(ValueError, match=r"wiring\.json"):
        pattern(text)


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.sampled_from("abcdef"))
def test_a_negated_condition_is_the_opposite(words: set[str], said: str):
    several = "|".join(sorted(words))

    plain = pattern(f"ThingOpened(kind={several})").matches(fact(kind=said))
    negated = pattern(f"ThingOpened(kind!={several})").matches(fact(kind=said))

    assert plain is (said in words)
    assert negated is not plain


def test_every_event_of_the_table_is_recorded_by_somebody_or_known_to_wait():
    wiring, recorded = load_wiring(), {each.__name__ for each in event_classes()}
    named = {
        each.event
        for row in wiring.rows.values()
        for uses in (row.starts, row.stops, row.closes, row.extends, row.recomputes, row.restates)
        for each in uses
    }

    come = sorted(recorded & set(wiring.waiting))
    nobody = sorted(named - recorded - set(wiring.waiting))

    assert not come, f"{come} are recorded now: wire their conditions, then take them off `waiting`"
    assert not nobody, f"nobody records {nobody}: name them in `waiting`"


def test_every_condition_is_a_field_of_the_event_and_its_topic_is_that_event():
    classes = {each.__name__: each for each in event_classes()}
    for row in load_wiring().rows.values():
        uses = (row.starts, row.stops, row.closes, row.extends, row.recomputes, row.restates)
        for each in (each for use in uses for each in use):
            event = classes.get(each.event)
            if event is None:
                continue
            assert each.topic == event.TOPIC, row.id
            for condition in each.conditions:
                known = [
                    name
                    for name in condition.fields
                    if name.startswith("@") or name in event.model_fields
                ]
                assert not (known and condition.waiting), f"{row.id}: {condition} waits no more"
                assert known or condition.if_absent or condition.waiting, (
                    f"{row.id}: {each.event} has no field {condition.fields}; see wiring.json"
                )
