"""Every topic ever published has a golden sample that is read and moves its stream."""

import typing
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from services.registry import SERVICES
from shared.domain import Aggregate, Event, FirstEvent, decode_event, encode_state
from shared.http.routes import events_of

GOLDEN = Path(__file__).with_name("golden")
STREAM = UUID(int=138)
AGGREGATES = {
    event: aggregate
    for service in SERVICES
    for aggregate in service.aggregates
    for event in events_of(aggregate)
}
TOPICS = {event.TOPIC: event for event in AGGREGATES}


def stored(topic: str) -> bytes:
    """A sample as it was recorded."""
    path = GOLDEN / f"{topic}.json"
    assert path.exists(), f"{topic} has no golden sample; keep one in {path.name} for ever"
    return path.read_bytes()


def read(topic: str, version: int) -> Event:
    return decode_event(topic, STREAM, version, stored(topic))


def holds(new: object, old: object) -> bool:
    """Whether everything that was recorded is still there; later fields may have joined it."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and holds(new[name], each) for name, each in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(new) == len(old) and all(map(holds, new, old))
    return new == old


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_sample_is_read_and_nothing_of_it_is_lost(topic: str):
    event = read(topic, 1)

    assert type(event) is TOPICS[topic]
    assert holds(orjson.loads(encode_state(event)), orjson.loads(stored(topic)))


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_sample_moves_the_stream_that_it_belongs_to(topic: str):
    kind = TOPICS[topic]
    aggregate = AGGREGATES[kind]
    firsts = [each for each in events_of(aggregate) if issubclass(each, FirstEvent)]
    first = kind if kind in firsts else firsts[0]

    thing = typing.cast(Aggregate, read(first.TOPIC, 1).mutate(None))
    if kind is not first:
        read(topic, 2).mutate(thing)

    assert type(thing) is aggregate
    assert thing.version == (1 if kind is first else 2)
    assert orjson.dumps(thing.state())


def test_no_sample_is_left_without_a_topic():
    samples = {path.name.removesuffix(".json") for path in GOLDEN.glob("*.json")}

    assert samples == set(TOPICS)


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        ({"a": 1, "b": 2}, True),
        ({"a": 2}, False),
        ({"b": 1}, False),
        ({"a": [1]}, False),
    ],
)
def test_what_was_recorded_may_gain_fields_but_lose_none(new: object, kept: bool):
    assert holds(new, {"a": 1}) is kept
