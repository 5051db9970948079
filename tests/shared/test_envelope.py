import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.actor import Actor
from shared.envelope import DECODED_BYTES_MAX, Envelope, Metadata, message_id
from shared.errors import Broken

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=20)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3))])
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=ZONES)  # noqa: DTZ001
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
METADATA = st.builds(
    Metadata,
    actor=st.builds(Actor, TEXTS, TEXTS, st.frozensets(TEXTS.filter(bool), max_size=4), TEXTS),
    subjects=st.lists(st.builds("{}:{}".format, WORDS, st.uuids()), max_size=3).map(tuple),
    correlation_id=st.uuids(),
    causation_id=st.uuids(),
    traceparent=st.just("") | st.just("00-" + "a" * 32 + "-" + "b" * 16 + "-01"),
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    happened = draw(TIMES).isoformat()
    data = draw(st.dictionaries(TEXTS, JSON, max_size=4)) | {"timestamp": happened}
    return Envelope(
        store=draw(WORDS),
        epoch=draw(st.uuids()),
        position=draw(st.integers(1, 2**63 - 1)),
        event_id=draw(st.uuids()),
        stream=draw(st.uuids()),
        version=draw(st.integers(1, 2**31 - 1)),
        topic=f"{draw(WORDS)}.{draw(WORDS)}.v1",
        state=json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(),
        recorded_at=draw(TIMES),
        metadata=draw(METADATA),
    )


def sample(**changes: Any) -> dict[str, Any]:
    """A message of ours as JSON, with some attributes changed; None leaves one out."""
    metadata = Metadata(
        Actor("BCA-VN", "clerk", frozenset({"duty officer", "clerk"}), "kiểm tra"),
        ("thing:1", "thing:2"),
        UUID(int=1),
        UUID(int=2),
        "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
    )
    envelope = Envelope(
        "samples",
        UUID(int=3),
        42,
        UUID(int=4),
        UUID(int=5),
        6,
        "samples.thing_opened.v1",
        b'{"timestamp":"2025-07-01T08:00:00+07:00","title":"S\xe1\xbb\x95"}',
        datetime(2025, 7, 1, 2, tzinfo=UTC),
        metadata,
    )
    fields = json.loads(envelope.to_cloudevent()) | changes
    return {name: value for name, value in fields.items() if value is not None}


@given(envelopes())
def test_what_travels_as_a_cloudevent_arrives_as_it_was(envelope: Envelope):
    arrived = Envelope.from_cloudevent(envelope.to_cloudevent())

    assert arrived == envelope
    assert arrived.message_id == message_id(envelope.store, envelope.epoch, envelope.position)
    assert arrived.occurred_at == envelope.occurred_at


def test_bytes_that_several_followers_get_are_read_once():
    body = json.dumps(sample()).encode()

    first = Envelope.from_cloudevent(body)

    assert Envelope.from_cloudevent(bytes(bytearray(body))) is first


def test_long_messages_are_not_kept_so_that_what_is_kept_is_bounded_by_size():
    short = json.dumps(sample()).encode()
    longest = short + b" " * (DECODED_BYTES_MAX - len(short))
    too_long = longest + b" "

    kept, again = (Envelope.from_cloudevent(longest) for _ in range(2))
    read, anew = (Envelope.from_cloudevent(too_long) for _ in range(2))

    assert again is kept
    assert anew is not read and anew == read


@given(METADATA)
def test_metadata_is_stored_and_read_back(metadata: Metadata):
    assert Metadata.from_json(metadata.to_json()) == metadata


@given(envelopes())
def test_attributes_are_those_of_cloudevents_1_0(envelope: Envelope):
    ce = json.loads(envelope.to_cloudevent())

    attributes = {name: value for name, value in ce.items() if name != "data"}
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in attributes)
    assert all(isinstance(value, str | int) for value in attributes.values())
    assert ce["specversion"] == "1.0"
    for name in ("id", "source", "type", "time", "dataschema", "sequence", "partitionkey"):
        assert isinstance(ce[name], str) and ce[name], name
    assert ce.get("subject") != ""
    assert -(2**31) <= ce["streamversion"] < 2**31
    assert datetime.fromisoformat(ce["time"]).utcoffset() is not None
    assert ce["data"] == json.loads(envelope.state)


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_the_sequence_is_ordered_as_text_like_the_positions_as_numbers(one: int, other: int):
    first, second = (
        json.loads(
            Envelope.from_cloudevent(
                json.dumps(sample(sequence=str(each))).encode()
            ).to_cloudevent()
        )["sequence"]
        for each in (one, other)
    )

    assert (first < second) == (one < other)


def test_an_event_that_nobody_of_ours_recorded_has_no_subject_and_still_travels():
    envelope = Envelope.from_cloudevent(json.dumps(sample(subjects="", subject=None)).encode())

    assert envelope.metadata.subjects == ()
    assert Envelope.from_cloudevent(envelope.to_cloudevent()) == envelope


@pytest.mark.parametrize(
    "changes",
    [
        {name: None}
        for name in ("id", "source", "type", "sequence", "partitionkey", "streamversion", "epoch")
    ]
    + [
        {"specversion": "0.3"},
        {"specversion": None},
        {"data": None},
        {"data": 5},
        {"data": ["timestamp"]},
        {"id": "not-a-uuid"},
        {"id": 7},
        {"epoch": 7},
        {"sequence": "first"},
        {"sequence": ["1"]},
        {"source": 5},
        {"streamversion": "1"},
        {"type": 5},
        {"recordedat": "yesterday"},
        {"recordedat": "2025-07-01T08:00:00"},
        {"actorroles": ["clerk"]},
        {"subjects": 5},
    ],
    ids=str,
)
def test_a_message_that_is_not_ours_is_broken(changes: dict[str, Any]):
    body = json.dumps(sample(**changes)).encode()

    with pytest.raises(Broken, match="not an event of ours"):
        Envelope.from_cloudevent(body)


@given(st.binary(max_size=40) | JSON.map(lambda each: json.dumps(each).encode()))
def test_rubbish_is_broken_and_nothing_else(body: bytes):
    with pytest.raises(Broken, match="not an event of ours"):
        Envelope.from_cloudevent(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"data":' * 5_000, b"1" * 10_000])
def test_rubbish_that_is_deep_or_long_is_broken_too(body: bytes):
    with pytest.raises(Broken, match="not an event of ours"):
        Envelope.from_cloudevent(body)
