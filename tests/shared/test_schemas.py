from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.domain import encode_state
from shared.schemas import event_schema, field_notes, schemas_of
from tests.shared.sample_service import MarkThing, Round, ThingMarked, ThingOpened

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opened(**changed: Any) -> dict[str, Any]:
    event = ThingOpened(
        originator_id=UUID(int=1),
        originator_version=1,
        timestamp=NOON,
        originator_topic="thing",
        title="Một",
        place=Round(radius=Decimal("1.50")),
        area="P34-40",
    )
    stored: dict[str, Any] = orjson.loads(encode_state(event)) | changed
    return stored


def faults(stored: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(event_schema(ThingOpened), format_checker=FormatChecker())
    return [each.json_path for each in validator.iter_errors(stored)]


def test_what_the_store_keeps_of_an_event_is_valid_by_its_schema():
    Draft202012Validator.check_schema(event_schema(ThingOpened))

    assert faults(opened()) == []


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"title": ""}, "$.title"),
        ({"place": {"shape": "round"}}, "$.place"),
        ({"timestamp": "yesterday"}, "$.timestamp"),
        ({"undeclared": 1}, "$"),
    ],
)
def test_what_the_class_would_refuse_the_schema_refuses_too(changed: dict[str, Any], path: str):
    assert faults(opened(**changed)) == [path]


def test_the_columns_of_the_store_are_no_part_of_the_data():
    schema = event_schema(ThingMarked)

    assert set(schema["properties"]) == {"timestamp", "mark"}
    assert schema["required"] == ["timestamp", "mark"]


def test_only_what_a_decision_derives_is_read_only():
    schema = event_schema(ThingOpened)

    marked = [name for name, each in schema["properties"].items() if each.get("readOnly")]

    assert marked == schema["x-derived"] == ["area", "nearest"]


def test_a_schema_says_what_the_event_is_called_and_where_it_comes_from():
    schema = event_schema(ThingOpened)

    assert schema["$id"] == "/schemas/samples.thing_opened.v1.json"
    assert schema["title"] == "Mở sự vật"
    assert schema["x-label"] == {"vi": "Mở sự vật", "en": "Thing opened"}
    assert schema["x-source"] == "nowhere | invented"
    assert schema["x-data-class"] == "S1"


def test_docstrings_below_fields_describe_them_also_where_they_are_inherited():
    fields = event_schema(ThingOpened)["properties"]

    assert fields["title"]["description"] == "What people call it."
    assert fields["area"]["description"] == "Where it counts."
    assert field_notes(MarkThing) == {}


def test_schemas_that_go_in_and_out_share_their_definitions():
    by_name, definitions = schemas_of(
        [("in", "validation", MarkThing), ("out", "serialization", list[MarkThing])], "#/{model}"
    )

    assert by_name["in"] == {"$ref": "#/MarkThing"}
    assert by_name["out"]["items"] == by_name["in"]
    assert list(definitions) == ["MarkThing"]
