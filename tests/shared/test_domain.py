import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder, Mapper, StoredEvent
from eventsourcing.utils import TopicError
from pydantic import ValidationError

from shared.domain import ENVELOPE_FIELDS, Aggregate, Event, decode_event, encode_state
from tests.shared.sample_service import (
    MarkThing,
    OpenThing,
    Round,
    Square,
    Thing,
    ThingMarked,
    ThingOpened,
)
from tests.shared.things import BAD, GOOD, NOON, OPEN, act, opened

LATER = datetime(2025, 7, 2, 3, 4, 5, 678901, tzinfo=UTC)


def test_an_event_has_the_fields_of_its_command_and_those_it_derives():
    assert {*OpenThing.model_fields} < {*ThingOpened.model_fields}
    assert ThingOpened.derived_fields() == {"area", "nearest"}
    assert ThingMarked.derived_fields() == frozenset()
    assert not ENVELOPE_FIELDS & ThingOpened.derived_fields()


def test_what_is_derived_or_of_the_record_cannot_be_said():
    for name in (*ThingOpened.derived_fields(), *ENVELOPE_FIELDS):
        with pytest.raises(ValidationError, match=name):
            OpenThing.model_validate(OPEN.model_dump() | {name: "P34-40"})


def test_a_thing_begins_with_what_was_said_and_what_follows_from_it():
    id = uuid4()

    thing = opened(id)

    [event] = thing.collect_events()
    assert isinstance(event, ThingOpened)
    assert (event.originator_id, event.originator_version, event.timestamp) == (id, 1, NOON)
    assert (event.title, event.place, event.area) == (OPEN.title, OPEN.place, "P34-40")
    assert (thing.id, thing.version, thing.title) == (id, 1, OPEN.title)
    assert thing.subjects == (f"thing:{id}",)


def test_facts_are_added_one_version_after_the_other():
    thing = opened()

    thing.record(ThingMarked, GOOD, act())
    thing.record(ThingMarked, BAD, act(LATER))

    events = thing.collect_events()
    assert [each.originator_version for each in events] == [1, 2, 3]
    assert events[2].timestamp == LATER
    assert (thing.mark, thing.version) == ("bad", 3)


def test_an_event_does_not_change():
    [event] = opened().collect_events()

    with pytest.raises(ValidationError, match="frozen"):
        event.title = "another"


@pytest.mark.parametrize("place", [Round(radius="0.10"), Square(side="3")])
def test_an_event_comes_back_from_its_bytes_as_it_was(place: Any):
    said = OPEN.model_copy(update={"place": place, "title": "Sổ “Đặng” 📒"})
    thing = Thing.begin(ThingOpened, said, act(LATER), id=uuid4(), area="VN", nearest=None)
    [event] = thing.collect_events()

    state = encode_state(event)
    back = decode_event(event.TOPIC, event.originator_id, 1, state)

    assert back == event
    assert type(back) is ThingOpened
    assert encode_state(back) == state
    assert {"originator_id", "originator_version"}.isdisjoint(json.loads(state))


def test_a_thing_folded_from_its_stored_events_is_the_thing_that_decided():
    thing = opened()
    thing.record(ThingMarked, GOOD, act())
    events = thing.collect_events()

    folded = None
    for each in events:
        stored = encode_state(each)
        folded = decode_event(each.TOPIC, thing.id, each.originator_version, stored).mutate(folded)

    assert folded == thing


def test_an_unknown_topic_is_not_guessed_at():
    with pytest.raises(TopicError):
        decode_event("samples.never_heard_of.v1", uuid4(), 1, b'{"timestamp":"2025-07-01T00:00Z"}')


def test_an_undeclared_field_in_a_stored_event_is_not_passed_over():
    [event] = opened().collect_events()
    fields = json.loads(encode_state(event)) | {"smuggled": 1}

    with pytest.raises(ValidationError, match="smuggled"):
        decode_event(event.TOPIC, event.originator_id, 1, json.dumps(fields).encode())


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValidationError, match="timezone"):
        ThingMarked(
            mark="good",
            originator_id=uuid4(),
            originator_version=2,
            timestamp=datetime(2025, 7, 1),  # noqa: DTZ001 - that is the point
        )


def test_the_librarys_own_mapper_reads_our_bytes_into_typed_events():
    transcoder = JSONTranscoder()
    transcoder.register(DatetimeAsISO())
    mapper: Mapper[UUID] = Mapper(transcoder)
    thing = opened()
    thing.record(ThingMarked, BAD, act(LATER))
    events = thing.collect_events()

    read = [
        mapper.to_domain_event(
            StoredEvent(thing.id, each.originator_version, each.TOPIC, encode_state(each))
        )
        for each in events
    ]

    assert [type(each) for each in read] == [ThingOpened, ThingMarked]
    assert [vars(each) for each in read] == [vars(each) for each in events]


def test_the_stored_name_of_an_event_is_its_topic_and_no_python_path():
    class ThingLost(Event, MarkThing):
        TOPIC: ClassVar[str] = "samples.thing_lost.v1"

    lost = ThingLost(mark="bad", originator_id=uuid4(), originator_version=2, timestamp=NOON)

    assert decode_event(ThingLost.TOPIC, lost.originator_id, 2, encode_state(lost)) == lost


def test_an_aggregate_that_does_not_evolve_says_so():
    class Silent(Aggregate):
        KIND = "silent"

    with pytest.raises(NotImplementedError, match="Silent does not evolve"):
        Silent.begin(ThingOpened, OPEN, act(), id=uuid4(), area="VN")
