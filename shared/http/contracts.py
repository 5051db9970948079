"""The contracts over HTTP: OpenAPI, AsyncAPI, event schemas, and a page for people to read them."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import orjson
from aiohttp import web

from shared.asyncapi import asyncapi
from shared.errors import NotFound
from shared.http import problems
from shared.http.asking import wants_english
from shared.http.openapi import openapi
from shared.schemas import Json, event_schema
from shared.service import Service

FOLDER = Path(__file__).parent
STYLE = FOLDER / "docs.css"
PAGE = "docs.html"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Contracts:
    """The documents of one process, as bytes."""

    openapi: bytes
    asyncapi: bytes
    schemas: Mapping[str, bytes]
    """By topic."""
    page: str


def contracts(services: Sequence[Service]) -> Contracts:
    """All documents. Takes a moment, so it is left until somebody asks."""
    http, bus = openapi(services), asyncapi(services)
    events = [event for service in services for event in service.events]
    return Contracts(
        orjson.dumps(http),
        orjson.dumps(bus),
        {event.TOPIC: orjson.dumps(event_schema(event)) for event in events},
        docs_page(http, bus),
    )


def contract_routes(app: web.Application, services: Sequence[Service]) -> None:
    """`/openapi.json`, `/asyncapi.json`, `/schemas/<topic>.json`, `/docs` and its style sheet."""
    made = functools.cache(lambda: contracts(services))

    async def asked() -> Contracts:
        return await asyncio.to_thread(made)

    async def openapi_document(_: web.Request) -> web.Response:
        return _json((await asked()).openapi)

    async def asyncapi_document(_: web.Request) -> web.Response:
        return _json((await asked()).asyncapi)

    async def schema(request: web.Request) -> web.Response:
        topic = request.match_info["topic"]
        found = (await asked()).schemas.get(topic)
        return _json(found, "application/schema+json") if found else _no_schema(request, topic)

    async def docs(_: web.Request) -> web.Response:
        page = (await asked()).page
        return web.Response(text=page, content_type="text/html", headers=PAGE_HEADERS)

    async def style(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(STYLE, headers={"Cache-Control": "no-cache"})

    handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "/openapi.json": openapi_document,
        "/asyncapi.json": asyncapi_document,
        "/schemas/{topic}.json": schema,
        "/docs": docs,
        "/docs.css": style,
    }
    for path, handler in handlers.items():
        app.router.add_get(path, handler)


def docs_page(http: Json, bus: Json) -> str:
    """The page for people: routes and events, read from the same documents as machines read."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    groups = {each["name"]: _rows(http, each["name"]) for each in http["tags"]}
    return environment.get_template(PAGE).render(
        info=http["info"],
        groups={name: rows for name, rows in groups.items() if rows},
        messages=bus["components"]["messages"],
    )


def _rows(http: Json, tag: str) -> list[Json]:
    return [
        {"method": method.upper(), "path": path, **_shown(http, described[method])}
        for path, described in http["paths"].items()
        for method in METHODS
        if tag in described.get(method, {}).get("tags", ())
    ]


def _shown(http: Json, operation: Json) -> Json:
    """What a person wants to see of an operation, references looked up."""
    body: Json = operation.get("requestBody", {}).get("content", {})
    fields = _look_up(http, body["application/json"]["schema"]) if body else {}
    return {
        **operation,
        "in_english": operation["description"].startswith(operation["summary"]),
        "public": operation.get("security") == [],
        "parameters": [
            {"required": False, "description": "", **_look_up(http, each)}
            for each in operation.get("parameters", ())
        ],
        "fields": [
            {"name": name, "required": name in fields.get("required", ()), **_type(each)}
            for name, each in fields.get("properties", {}).items()
        ],
        "records": operation.get("x-records", []),
    }


def _look_up(http: Json, part: Json) -> Json:
    found: Any = part
    if "$ref" in part:
        found = http
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
    return dict(found)


def _type(schema: Json) -> Json:
    """A field's type in a word or two."""
    kinds = [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    names = [
        each.get("$ref", "").rpartition("/")[2] or each.get("format") or each.get("type")
        for each in kinds
    ]
    shown = " | ".join(dict.fromkeys(each for each in names if each and each != "null"))
    return {"type": shown, "description": schema.get("description", "")}


def _json(body: bytes, media_type: str = "application/json") -> web.Response:
    return web.Response(body=body, content_type=media_type)


def _no_schema(request: web.Request, topic: str) -> web.Response:
    missing = NotFound(
        "no-such-schema",
        f"Không có mẫu của sự kiện {topic[:80]!r}.",
        f"There is no schema of an event {topic[:80]!r}.",
        remedy_vi="Danh mục sự kiện ở /docs.",
        remedy_en="The events are listed at /docs.",
    )
    return problems.problem(missing, english=wants_english(request), instance=request.path)
