"""The route tables as an OpenAPI 3.1 document: what one may do or see, and how it is answered."""

import inspect
import re
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from shared.domain import Command, Event
from shared.http import answers
from shared.http import operating as operating_routes
from shared.http.answers import answer, component, problems
from shared.http.routes import Route
from shared.schemas import CONTRACT_VERSION, ID, Json, Wanted, schemas_of
from shared.service import Service

SCHEMAS = "#/components/schemas/{model}"
BRACES = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
"""A name in a path, with the pattern that the router wants it to match, if any."""
OWN = {"Receipt": answers.RECEIPT, "Problem": answers.PROBLEM, "Fault": answers.FAULT}


def openapi(services: Sequence[Service]) -> Json:
    """The document of all rows but pages; the same services give the same document."""
    operating = Service(answers.OPERATIONS, routes=operating_routes.ROUTES)
    rows = [
        Row(service, route)
        for service in (*services, operating)
        for route in service.routes
        if route.kind != "page"
    ]
    schemas = _Schemas(rows)
    paths: Json = {}
    for row in rows:
        paths.setdefault(row.path, {})[row.route.method.lower()] = _operation(row, schemas)
    paths |= answers.operations()
    parts = answers.components()
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": "/"}],
        "security": [{"bearerAuth": []}],
        "tags": [*({"name": each.name} for each in services), {"name": answers.OPERATIONS}],
        "paths": paths,
        "components": {"schemas": schemas.reached_from([paths, parts]), **parts},
    }


def _info() -> Json:
    return {
        "title": "Liên ngành 138",
        "version": CONTRACT_VERSION,
        "description": (
            "Ghi nhận và tra cứu sự kiện liên ngành phòng, chống mua bán người. Mọi lời từ chối là "
            "`application/problem+json`, tiếng Việt trước. / Recording and reading inter-agency "
            "facts. Every refusal is `application/problem+json`, Vietnamese first."
        ),
        "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
    }


@dataclass(frozen=True)
class Row:
    """A route with the service that it belongs to."""

    service: Service
    route: Route

    @property
    def path(self) -> str:
        """The path without the router's patterns."""
        return BRACES.sub(r"{\1}", self.route.path)

    @property
    def names(self) -> list[str]:
        """Names in braces of the path, in order."""
        return BRACES.findall(self.route.path)

    @property
    def key(self) -> str:
        """A name that no other row has."""
        return f"{self.route.method} {self.route.path}"

    @property
    def events(self) -> list[type[Event]]:
        """Facts made of what the command states: both have the fields of one class in common."""
        if self.route.kind != "command":
            return []
        return [each for each in self.service.events if _stated(each, self.route.model)]


class _Schemas:
    """What the rows take and give, under the names that the document refers to."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_name, made = schemas_of(_wanted(rows), SCHEMAS)
        taken = sorted(OWN.keys() & made.keys())
        if taken:
            raise ValueError(f"{', '.join(taken)}: the contract has schemas of that name; rename")
        self._all = made | OWN
        for row in rows:
            if row.route.kind == "order":
                self._all[self._request(row)] = self.asked(row)
            if row.route.kind == "command":
                self._all[self._request(row)] = _with_occurred_at(self.asked(row))

    def asked(self, row: Row) -> Json:
        """The fields of a command's body or of a query string."""
        schema: Json = self._all[_target(self._by_name[f"{row.key} asked"])]
        return schema

    def body(self, row: Row) -> Json:
        """A reference to a command's body."""
        return {"$ref": SCHEMAS.format(model=self._request(row))}

    def given(self, row: Row) -> Json:
        """What a query is answered with; anything, when its annotation does not say."""
        return self._by_name.get(f"{row.key} given", {})

    def reached_from(self, document: Any) -> Json:
        """The schemas that a document refers to, directly or through others."""
        reached: set[str] = set()
        waiting = set(_references(document))
        while waiting:
            name = waiting.pop()
            reached.add(name)
            waiting |= set(_references(self._all[name])) - reached
        return {name: self._all[name] for name in sorted(reached)}

    def _request(self, row: Row) -> str:
        return f"{_target(self._by_name[f'{row.key} asked'])}Request"


def _stated(event: type[Event], model: type[BaseModel]) -> bool:
    said = [base for base in event.__mro__ if issubclass(base, Command) and base is not Command]
    return any(issubclass(model, base) for base in said if not issubclass(base, Event))


def _wanted(rows: Sequence[Row]) -> Iterator[Wanted]:
    for row in rows:
        yield f"{row.key} asked", "validation", row.route.model
        annotation = typing.get_type_hints(row.route.handler).get("return")
        if row.route.kind in ("query", "order") and _describable(annotation):
            yield f"{row.key} given", "serialization", annotation


def _describable(annotation: Any) -> bool:
    try:
        TypeAdapter(annotation).json_schema(mode="serialization")
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
        return False
    return annotation is not None


def _with_occurred_at(command: Json) -> Json:
    """Every command may say when it happened; that is part of the act, not of the fact's fields."""
    properties = {"occurred_at": answers.OCCURRED_AT, **command.get("properties", {})}
    return {**command, "properties": properties}


def _target(schema: Json) -> str:
    reference: str = schema["$ref"]
    return reference.rpartition("/")[2]


def _references(value: Any) -> Iterator[str]:
    """Names of the schemas that a part of a document refers to."""
    match value:
        case {"$ref": str(reference)} if reference.startswith(SCHEMAS.format(model="")):
            yield _target({"$ref": reference})
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for each in children:
            yield from _references(each)


def _operation(row: Row, schemas: _Schemas) -> Json:
    route, events = row.route, row.events
    described: Json = {
        "operationId": route.name,
        "tags": [row.service.name],
        "summary": events[0].LABEL[0] if len(events) == 1 else route.summary,
        "description": inspect.getdoc(route.handler) or route.summary,
        "parameters": _parameters(row, schemas),
    }
    if route.public:
        described["security"] = []
    if events:
        described["x-records"] = [each.TOPIC for each in events]
    if route.kind in ("command", "order"):
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas.body(row)}},
        }
    return described | {"responses": _responses(row, schemas)}


def _parameters(row: Row, schemas: _Schemas) -> list[Json]:
    """The path first, then the query string, then headers."""
    has_body = row.route.kind in ("command", "order")
    asked: Json = {} if has_body else schemas.asked(row)
    properties: Json = asked.get("properties", {})
    listed = [_parameter(name, "path", properties.get(name, ID)) for name in row.names]
    listed += [
        _parameter(name, "query", each, required=name in asked.get("required", ()))
        for name, each in properties.items()
        if name not in row.names
    ]
    headers = {
        "command": ("IdempotencyKey", "IfMatch", "CorrelationId", "Traceparent"),
        "stream": ("LastEventId",),
    }.get(row.route.kind, ())
    return [*listed, *(component("parameters", name) for name in (*headers, "AcceptLanguage"))]


def _parameter(name: str, place: str, schema: Json, *, required: bool = True) -> Json:
    """A description belongs to the parameter; a null has no form there, one leaves it out."""
    rest = {key: value for key, value in schema.items() if key != "description"}
    given = [each for each in rest.get("anyOf", ()) if each != {"type": "null"}]
    if len(given) == 1:
        del rest["anyOf"]
        rest |= given[0]
    if rest.get("default", ...) is None:
        del rest["default"]
    described = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": place, "required": required, **described, "schema": rest}


def _responses(row: Row, schemas: _Schemas) -> Json:
    route = row.route
    token = () if route.public else answers.WHEN_ASKED_WHO
    if route.kind == "command":
        recorded = answer(answers.RECORDED[route.creates], component("schemas", "Receipt"))
        recorded["headers"] = {"ETag": component("headers", "ETag")}
        refusals = problems(*sorted({*token, *answers.WHEN_RECORDING}))
        return {"201" if route.creates else "202": recorded} | refusals
    if route.kind == "stream":
        return {"200": answers.EVENT_STREAM} | problems(*sorted({*token, *answers.WHEN_READING}))
    if route.kind == "order":
        done = answer(answers.DONE[route.creates], schemas.given(row))
        refusals = problems(*sorted({*token, *answers.WHEN_ORDERING}))
        return {"202" if route.creates else "200": done} | refusals
    found = answer("Kết quả / What was found", schemas.given(row))
    found["headers"] = {"ETag": component("headers", "ETag")}
    return {"200": found} | problems(*sorted({*token, *answers.WHEN_READING}))
