"""Bodies as the contract wants them: drawn from the HTTP document, with samples where there are."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator
from openapi_schema_validator import oas31_format_checker

from services.registry import SERVICES
from shared.http.openapi import BRACES, openapi
from shared.http.routes import Route
from shared.sealed import sealed_fields
from tests.golden import KEPT, STREAMS, sample

CANARY = "Đỗ Thị Hoàng Yến Chim"
"""Stands in every sealed field; nobody's name."""
AGENCIES = (
    *("CA_TINH-P34-40", "CQCSDT_TINH-P34-40", "VKSND_TINH-P34-40", "TAND_TINH-P34-40"),
    *("UBND_TINH-P34-40", "SO_YTE-P34-40", "DON_BP-P34-40-16681", "BCA-VN", "UBND_XA-P34-40-16681"),
)
FILLER = "Một dòng chữ"
AREA = "P34-40-16681"
TOKEN = re.compile(r"\^\[A-Z\]\[A-Z0-9_\]\*")
"""How the pattern of a reference to an agency begins."""
OFTEN = 0.8
DEEP = 12
Json = Any
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Site:
    """One value of a body and what the contract wants there."""

    place: Place
    schema: Mapping[str, Any]
    required: bool
    sealed: bool


class Contract:
    """What may be said, by the HTTP document that the services' tables give."""

    def __init__(self) -> None:
        self.document = openapi(SERVICES)
        self.routes = {
            (route.method, BRACES.sub(r"{\1}", route.path)): route
            for service in SERVICES
            for route in service.routes
            if route.kind == "command"
        }

    @cached_property
    def posts(self) -> dict[str, dict[str, Any]]:
        """Path → its POST."""
        paths = self.document["paths"]
        return {path: each["post"] for path, each in sorted(paths.items()) if "post" in each}

    def route(self, path: str) -> Route | None:
        """The row behind a path; None for the operators' own."""
        return self.routes.get(("POST", path))

    def schema(self, path: str) -> dict[str, Any]:
        """Of the body."""
        return self.follow(self.posts[path]["requestBody"]["content"]["application/json"]["schema"])

    def faults(self, path: str, body: Json) -> list[str]:
        """What the contract itself has against a body; made for the whole document once a path."""
        schema = {**self.schema(path), "components": self.document["components"]}
        validator = self._validators.setdefault(
            path, Draft202012Validator(schema, format_checker=oas31_format_checker)
        )
        return [each.json_path for each in validator.iter_errors(body)]

    @cached_property
    def _validators(self) -> dict[str, Any]:
        return {}

    def follow(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A schema, where others refer to it."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return dict(schema)

    def body(
        self, path: str, chance: random.Random, told: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A body that looks right: of what a fact says, of its golden sample, or drawn."""
        schema, route = self.schema(path), self.route(path)
        sealed = sealed_fields(route.model) if route else frozenset()
        body = self.drawn(schema, chance)
        for name in sorted(sealed):
            body[name] = self.drawn(schema["properties"][name], chance, filler=CANARY)
        topics = [each for each in self.posts[path].get("x-records", ()) if each in KEPT]
        if told is None:
            told = sample(chance.choice(topics)) if topics and chance.random() < OFTEN else {}
        known = {k: v for k, v in told.items() if k in schema["properties"] and k not in sealed}
        if known:
            needed = {*schema.get("required", ()), *sealed}
            body = {k: v for k, v in body.items() if k in needed} | known
        body.pop("occurred_at", None)
        return body

    def drawn(
        self, schema: Mapping[str, Any], chance: random.Random, deep: int = 0, filler: str = FILLER
    ) -> Any:
        """A value as a schema wants it."""
        schema = self.follow(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return chance.choice(schema["enum"])
        for several in ("oneOf", "anyOf"):
            if several in schema:
                options = [each for each in schema[several] if each != {"type": "null"}]
                return self.drawn(chance.choice(options), chance, deep, filler)
        match schema.get("type"):
            case "object":
                return self._object(schema, chance, deep, filler)
            case "array":
                low = schema.get("minItems", 0)
                high = max(low, min(schema.get("maxItems", 2), 2 if deep < DEEP else 0))
                return [
                    self.drawn(schema.get("items", {"type": "string"}), chance, deep + 1, filler)
                    for _ in range(chance.randint(low, high))
                ]
            case "integer":
                low = schema.get("minimum", 0)
                return chance.randint(low, min(schema.get("maximum", low + 9), low + 9))
            case "number":
                return schema.get("minimum", 1)
            case "boolean":
                return chance.random() < 0.5
            case "null":
                return None
        return _text(schema, chance, filler)

    def _object(
        self, schema: Mapping[str, Any], chance: random.Random, deep: int, filler: str
    ) -> Json:
        needed = schema.get("required", ())
        return {
            name: self.drawn(each, chance, deep + 1, filler)
            for name, each in schema.get("properties", {}).items()
            if name in needed or (deep < DEEP and chance.random() < 0.5)
        }

    def sites(self, path: str, body: Json) -> list[Site]:
        """Every value of a body with its schema."""
        route = self.route(path)
        sealed = sealed_fields(route.model) if route else frozenset()
        return [
            *self._sites(self.schema(path), body, (), required=True, sealed=sealed),
        ]

    def _sites(
        self, schema: Mapping[str, Any], value: Json, place: Place, *, required: bool, sealed: Any
    ) -> Iterator[Site]:
        schema = self.follow(schema)
        hidden = bool(place) and place[0] in sealed
        yield Site(place, schema, required, hidden)
        fitting = self._fitting(schema, value)
        if isinstance(value, dict):
            for name, each in value.items():
                below = fitting.get("properties", {}).get(name, {})
                needed = name in fitting.get("required", ())
                yield from self._sites(below, each, (*place, name), required=needed, sealed=sealed)
        if isinstance(value, list):
            for index, each in enumerate(value):
                yield from self._sites(
                    fitting.get("items", {}), each, (*place, index), required=False, sealed=sealed
                )

    def _fitting(self, schema: Mapping[str, Any], value: Json) -> dict[str, Any]:
        """Of several forms the one that a value has, as far as its shape tells."""
        schema = self.follow(schema)
        for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            form = self._fitting(each, value)
            kind = {"object": dict, "array": list}.get(form.get("type", ""))
            names = {name: at.get("const") for name, at in form.get("properties", {}).items()}
            said = value if isinstance(value, dict) else {}
            marked = all(c is None or said.get(name) in (c, None) for name, c in names.items())
            if kind is not None and isinstance(value, kind) and marked:
                return form
        return schema


def _text(schema: Mapping[str, Any], chance: random.Random, filler: str) -> str:
    match schema.get("format"):
        case "uuid":
            return str(chance.choice([*STREAMS.values(), UUID(int=chance.getrandbits(128))]))
        case "date":
            return chance.choice(("2025-07-01", "2025-08-04", "2025-12-31"))
        case "date-time":
            return chance.choice(("2025-08-04T08:00:00+07:00", "2026-01-02T09:30:00Z"))
    pattern = schema.get("pattern", "")
    if TOKEN.match(pattern):
        return chance.choice(AGENCIES)
    for text in (filler, AREA, "1.5", "T01", "LA", "t01", "0" * 64, "12/UBND-NC"):
        if re.search(pattern, text) and len(text) <= schema.get("maxLength", 99):
            return text
    return json.dumps(schema)[:20]
