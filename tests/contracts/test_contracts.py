"""The contracts of the real services: valid documents, and samples that stay readable for ever."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.registry import SERVICES
from shared.asyncapi import asyncapi
from shared.domain import decode_event, encode_state
from shared.http.openapi import BRACES, openapi
from shared.http.routes import Route
from shared.schemas import event_schema

GOLDEN = Path(__file__).with_name("golden")
SAMPLES = sorted(GOLDEN.glob("*.json"))
EVENTS = {event.TOPIC: event for service in SERVICES for event in service.events}
ROUTES = [route for service in SERVICES for route in service.routes if route.kind != "page"]
STREAM, VERSION = UUID(int=1), 1

INFO_MEMBERS = {"title", "version", "description", "tags"}
CHANNEL_MEMBERS = {"address", "title", "summary", "messages", "parameters", "tags"}
OPERATION_MEMBERS = {"action", "channel", "title", "messages", "bindings"}
MESSAGE_MEMBERS = {
    *("name", "title", "summary", "contentType", "correlationId", "headers", "payload", "tags"),
}


@pytest.fixture(scope="module")
def http() -> dict[str, Any]:
    return openapi(SERVICES)


@pytest.fixture(scope="module")
def bus() -> dict[str, Any]:
    return asyncapi(SERVICES)


def topic_of(path: Path) -> str:
    return path.name.removesuffix(".json")


def references(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def unknown(part: dict[str, Any], members: set[str]) -> set[str]:
    return {name for name in part.keys() - members if not name.startswith("x-")}


def test_the_http_document_is_valid_openapi_3_1(http: dict[str, Any]):
    OpenAPIV31SpecValidator(http).validate()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_is_in_the_http_document(route: Route, http: dict[str, Any]):
    described = http["paths"][BRACES.sub(r"{\1}", route.path)][route.method.lower()]

    assert described["operationId"] == route.name
    assert ("requestBody" in described) == (route.kind == "command")


def test_no_command_has_a_field_that_the_door_takes_for_itself():
    taken = [
        route.name
        for route in ROUTES
        if route.kind == "command" and "occurred_at" in route.model.model_fields
    ]

    assert taken == []


def test_the_bus_document_has_the_members_of_asyncapi_3_and_no_others(bus: dict[str, Any]):
    assert bus["asyncapi"] == "3.0.0"
    assert unknown(bus["info"], INFO_MEMBERS) == set()
    for channel in bus["channels"].values():
        assert unknown(channel, CHANNEL_MEMBERS) == set()
    for operation in bus["operations"].values():
        assert unknown(operation, OPERATION_MEMBERS) == set()
        assert operation["action"] in {"send", "receive"}
    for message in bus["components"]["messages"].values():
        assert unknown(message, MESSAGE_MEMBERS) == set()


@pytest.mark.parametrize("name", ["http", "bus"])
def test_every_reference_leads_somewhere(name: str, request: pytest.FixtureRequest):
    document: dict[str, Any] = request.getfixturevalue(name)

    for reference in set(references(document)):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_event_has_a_channel_and_a_feed_and_no_others(bus: dict[str, Any]):
    assert set(bus["channels"]) == {*EVENTS, *(f"feed.{topic}" for topic in EVENTS)}
    assert set(bus["components"]["messages"]) == set(EVENTS)


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_every_event_schema_is_valid_json_schema(topic: str):
    Draft202012Validator.check_schema(event_schema(EVENTS[topic]))


@pytest.mark.parametrize("sample", SAMPLES, ids=topic_of)
def test_a_golden_sample_is_valid_by_its_schema(sample: Path):
    data = json.loads(sample.read_text("utf-8"))
    schema = event_schema(EVENTS[topic_of(sample)])

    faults = [
        f"{each.json_path}: {each.message}"
        for each in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(data)
    ]

    assert faults == []


@pytest.mark.parametrize("sample", SAMPLES, ids=topic_of)
def test_a_golden_sample_is_read_and_stored_again_unchanged(sample: Path):
    data = json.loads(sample.read_text("utf-8"))

    event = decode_event(topic_of(sample), STREAM, VERSION, orjson.dumps(data))

    assert json.loads(encode_state(event)) == data
