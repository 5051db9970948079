from dataclasses import replace
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.domain import Command
from shared.errors import Conflict, Fault, NotUnderstood, Retry
from shared.http.openapi import openapi
from shared.http.problems import problem
from tests.shared.sample_service import SAMPLES

DOCUMENT = openapi([SAMPLES])
SCHEMAS = DOCUMENT["components"]["schemas"]


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method]
    return found


def names(parameters: list[dict[str, Any]], place: str) -> list[str]:
    return [each["name"] for each in parameters if each.get("in") == place]


def headers(parameters: list[dict[str, Any]]) -> set[str]:
    found = {each["$ref"].rpartition("/")[2] for each in parameters if "$ref" in each}
    return {DOCUMENT["components"]["parameters"][each]["name"] for each in found}


def test_the_document_is_openapi_3_1():
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_row_but_pages_is_told_of_under_the_name_of_its_handler():
    told = {
        each[method]["operationId"]
        for each in DOCUMENT["paths"].values()
        for method in each
        if each[method]["tags"] == ["samples"]
    }

    assert told == {"open_thing", "mark_thing", "list_things", "read_thing", "live_things"}


def test_a_command_takes_what_its_class_says_and_when_it_happened():
    reference = operation("post", "/v1/things")["requestBody"]["content"]["application/json"]

    body = SCHEMAS[reference["schema"]["$ref"].rpartition("/")[2]]

    assert set(body["properties"]) == {"occurred_at", "title", "place", "tags"}
    assert body["required"] == ["title", "place"]
    assert body["additionalProperties"] is False


def test_a_command_may_carry_a_key_a_version_and_a_trace():
    described = operation("post", "/v1/things/{thing_id}/marks")

    assert headers(described["parameters"]) == {
        "Idempotency-Key",
        "If-Match",
        "X-Correlation-Id",
        "traceparent",
        "Accept-Language",
    }
    [path] = [each for each in described["parameters"] if each.get("in") == "path"]
    assert path["name"] == "thing_id"
    assert path["schema"]["format"] == "uuid"


def test_a_command_tells_the_facts_that_it_records_in_the_words_of_the_office():
    described = operation("post", "/v1/things")

    assert described["x-records"] == ["samples.thing_opened.v1"]
    assert described["summary"] == "Mở sự vật"
    assert described["description"] == "Begin a thing.\n\nIt begins where the actor is."


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("post", "/v1/things", "201 400 401 403 404 408 409 412 413 415 422 503"),
        ("post", "/v1/things/{thing_id}/marks", "202 400 401 403 404 408 409 412 413 415 422 503"),
        ("get", "/v1/things", "200 404 422 503"),
        ("get", "/v1/things/{id}", "200 401 403 404 422 503"),
        ("get", "/v1/things/live", "200 401 403 404 422 503"),
    ],
)
def test_every_answer_is_told(method: str, path: str, statuses: str):
    assert list(operation(method, path)["responses"]) == statuses.split()


def test_a_query_takes_its_fields_from_the_query_string_with_their_limits():
    before, limit = (
        each for each in operation("get", "/v1/things")["parameters"] if each.get("in") == "query"
    )

    assert before["description"] == "Only what was opened by then."
    assert before["schema"] == {"type": "string", "format": "date-time"}
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 50, "default": 10}
    assert not before["required"]


def test_a_name_in_the_path_is_not_asked_for_twice():
    parameters = operation("get", "/v1/things/{id}")["parameters"]

    assert names(parameters, "path") == ["id"]
    assert names(parameters, "query") == []


def test_an_answer_with_an_annotation_is_described_and_another_is_left_open():
    listed = operation("get", "/v1/things")["responses"]["200"]["content"]["application/json"]
    read = operation("get", "/v1/things/{id}")["responses"]["200"]["content"]["application/json"]

    assert listed["schema"] == {"type": "array", "items": {"$ref": "#/components/schemas/Found"}}
    assert read["schema"] == {"type": "object", "additionalProperties": True}


def test_a_stream_is_server_sent_events_that_resume():
    described = operation("get", "/v1/things/live")

    assert list(described["responses"]["200"]["content"]) == ["text/event-stream"]
    assert "Last-Event-ID" in headers(described["parameters"])


def test_what_is_public_asks_for_no_token():
    assert operation("get", "/v1/things")["security"] == []
    assert "security" not in operation("post", "/v1/things")
    assert DOCUMENT["security"] == [{"bearerAuth": []}]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/v1/status"])
def test_operations_are_told_too(path: str):
    assert operation("get", path)["tags"] == ["operations"]


@pytest.mark.parametrize(
    "error",
    [
        Conflict("version-conflict", "a", "b", extra={"head": 0}, remedy_vi="c", remedy_en="d"),
        NotUnderstood("fields", "a", "b", pointer="/x", faults=(Fault("/x", "missing", "a", "b"),)),
        Retry("later"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_problem_has_no_member_that_the_document_does_not_tell_of(error: Exception):
    body = orjson.loads(problem(error, english=True, instance="/v1/things").body)

    assert set(body) <= SCHEMAS["Problem"]["properties"].keys()
    assert set(body) >= set(SCHEMAS["Problem"]["required"])


def test_a_class_with_the_name_of_a_schema_of_ours_is_refused():
    class Problem(Command):
        """Not ours."""

    [row, *_] = SAMPLES.routes
    taken = replace(SAMPLES, routes=(replace(row, model=Problem),))

    with pytest.raises(ValueError, match="Problem: the contract has schemas of that name; rename"):
        openapi([taken])


def test_the_same_services_give_the_same_document():
    assert orjson.dumps(openapi([SAMPLES])) == orjson.dumps(DOCUMENT)
