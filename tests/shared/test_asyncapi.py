import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.actor import Actor
from shared.asyncapi import ATTRIBUTES, FEEDS_STREAM, asyncapi
from shared.domain import encode_state
from shared.envelope import Envelope, Metadata
from shared.outbox import bus_subject
from shared.system import FEEDS
from tests.shared.sample_service import SAMPLES, Round, ThingOpened

TOPIC = "samples.thing_opened.v1"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOCUMENT = asyncapi([SAMPLES])


def published() -> Envelope:
    event = ThingOpened(
        originator_id=UUID(int=1),
        originator_version=1,
        timestamp=NOON,
        originator_topic="thing",
        title="Một",
        place=Round(radius=Decimal(2)),
        area="P34-40",
    )
    metadata = Metadata(
        actor=Actor("CA_TINH-P34-40", "officer", frozenset({"clerk"})),
        subjects=("thing:1", "thing:2"),
        correlation_id=UUID(int=2),
        causation_id=UUID(int=3),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return Envelope(
        "samples", UUID(int=4), 7, UUID(int=5), UUID(int=1), 1, TOPIC, encode_state(event),
        NOON, metadata,
    )  # fmt: skip


def faults(message: dict[str, Any]) -> list[str]:
    payload = {"$ref": f"#/components/messages/{TOPIC}/payload"}
    schema = {**payload, "components": DOCUMENT["components"]}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [each.json_path for each in validator.iter_errors(message)]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def test_what_is_published_is_the_message_that_the_document_promises():
    message = orjson.loads(published().to_cloudevent())

    assert faults(message) == []
    assert set(message) == {*ATTRIBUTES, "data"}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"type": "samples.thing_marked.v1"}, "$.type"),
        ({"specversion": "0.3"}, "$.specversion"),
        ({"data": {}}, "$.data"),
        ({"source": "/elsewhere"}, "$.source"),
    ],
)
def test_another_message_is_not_valid_there(changed: dict[str, Any], path: str):
    message = orjson.loads(published().to_cloudevent()) | changed

    assert path in faults(message)


def test_the_address_of_a_channel_is_the_subject_that_the_relay_publishes_on():
    address = DOCUMENT["channels"][TOPIC]["address"]

    assert address.replace("{area}", "P34-40") == bus_subject(published())


def test_every_event_also_has_a_channel_in_the_feed_of_each_agency():
    feed = DOCUMENT["channels"][f"feed.{TOPIC}"]

    assert feed["address"] == f"agency.{{agencyId}}.feed.{TOPIC}"
    assert feed["x-jetstream"]["stream"] == FEEDS_STREAM == FEEDS
    assert feed["x-jetstream"]["durable"] == "{agencyId}"


def test_names_in_an_address_are_explained_and_no_others():
    for channel in DOCUMENT["channels"].values():
        names = re.findall(r"\{(\w+)\}", channel["address"])

        assert names == list(channel["parameters"])


def test_every_channel_has_one_operation_and_its_messages():
    for name, operation in DOCUMENT["operations"].items():
        assert operation["channel"] == {"$ref": f"#/channels/{name}"}
        assert operation["messages"] == [
            {"$ref": f"#/channels/{name}/messages/{each}"}
            for each in DOCUMENT["channels"][name]["messages"]
        ]
    assert DOCUMENT["operations"].keys() == DOCUMENT["channels"].keys()


def test_every_reference_leads_somewhere_and_stands_alone():
    found = list(references(DOCUMENT))

    assert found
    for reference in found:
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_a_message_tells_where_the_fact_comes_from_and_how_secret_it_is():
    message = DOCUMENT["components"]["messages"][TOPIC]

    assert message["title"] == "Mở sự vật"
    assert message["x-label"]["en"] == "Thing opened"
    assert message["x-data-class"] == "S1"
    assert message["x-derived"] == ["area", "nearest"]


def test_the_same_services_give_the_same_document():
    assert orjson.dumps(asyncapi([SAMPLES])) == orjson.dumps(DOCUMENT)
