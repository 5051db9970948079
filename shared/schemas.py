"""JSON Schemas (2020-12) of what is said and recorded, made from the classes and their docstrings.

No second list of fields: an event's schema is what the store keeps of it, as it keeps it. What a
decision derives is marked `readOnly`, because nobody may send it.
"""

import ast
import functools
import inspect
import itertools
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from shared.domain import Event

CONTRACT_VERSION = "1"
"""Of the agreement, as in `/v1/`; every event carries a version of its own in its topic."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_STORED = frozenset({"originator_id", "originator_version"})
"""Fields of an event class that the store keeps in columns of their own."""
RECORD_FIELDS = {
    "timestamp": "When it happened (occurred_at), with a zone; legal periods run from it.",
    "originator_topic": "What kind of stream this fact began; for the store's own use.",
}

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
ID: Json = {"type": "string", "format": "uuid"}
MOMENT: Json = {"type": "string", "format": "date-time"}

Mode = Literal["validation", "serialization"]
Wanted = tuple[str, Mode, Any]
"""A name, whether it comes in or goes out, and the class or annotation that describes it."""


def event_schema(event: type[Event]) -> Json:
    """The schema of an event's `data`, standing alone; served as `/schemas/<topic>.json`."""
    stored = as_stored(
        event, event.model_json_schema(mode="serialization", schema_generator=Schemas)
    )
    head = {"$schema": DIALECT, "$id": schema_path(event), "title": event.LABEL[0]}
    return {**head, **event_extensions(event), **stored, **head}


def schema_path(event: type[Event]) -> str:
    """Where an event's schema is served; its CloudEvents `dataschema`."""
    return f"/schemas/{event.TOPIC}.json"


def event_extensions(event: type[Event]) -> Json:
    """What readers want to know of an event beyond its fields."""
    vi, en = event.LABEL
    return {
        "x-label": {"vi": vi, "en": en},
        "x-source": event.SOURCE,
        "x-data-class": event.DATA_CLASS,
        "x-derived": derived(event),
    }


def derived(event: type[Event]) -> list[str]:
    """Names of the fields that a decision computes, in the order of the class."""
    names = event.derived_fields()
    return [name for name in event.model_fields if name in names]


def as_stored(event: type[Event], schema: Mapping[str, Any]) -> Json:
    """The class's schema without the columns of the store, derived fields marked."""
    properties = {
        name: dict(each) for name, each in schema["properties"].items() if name not in NOT_STORED
    }
    for name in derived(event):
        properties[name]["readOnly"] = True
    for name, note in RECORD_FIELDS.items():
        if name in properties:
            properties[name]["description"] = note
    required = [name for name in schema.get("required", ()) if name not in NOT_STORED]
    return {**schema, "properties": properties, "required": required}


def schemas_of(
    wanted: Iterable[Wanted], template: str
) -> tuple[dict[str, JsonSchemaValue], dict[str, JsonSchemaValue]]:
    """A schema for each name, and the definitions that they share, both in a fixed order."""
    by_name, shared = TypeAdapter.json_schemas(
        [(name, mode, TypeAdapter(kind)) for name, mode, kind in wanted],
        ref_template=template,
        schema_generator=Schemas,
    )
    definitions = shared.get("$defs", {})
    return (
        {name: schema for (name, _), schema in by_name.items()},
        {name: definitions[name] for name in sorted(definitions)},
    )


class Schemas(GenerateJsonSchema):
    """pydantic's generator with our field notes; a field's name needs no second title."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """A model's schema, each field described by the docstring beneath it."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        notes = field_notes(model)
        for name, field in model.model_fields.items():
            shown = made.get("properties", {}).get(field.alias or name)
            if shown is not None and name in notes:
                shown.setdefault("description", notes[name])
        return made


@functools.cache
def field_notes(model: type[BaseModel]) -> Mapping[str, str]:
    """Field name → the docstring written beneath the field, inherited ones included."""
    notes: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            notes |= _notes_in(base.__module__).get(base.__qualname__, {})
    return notes


@functools.cache
def _notes_in(module: str) -> Mapping[str, Mapping[str, str]]:
    """Class → field → docstring, for the classes at the top of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        node.name: dict(_notes(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)
    }


def _notes(body: list[ast.stmt]) -> Iterable[tuple[str, str]]:
    for field, below in itertools.pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
