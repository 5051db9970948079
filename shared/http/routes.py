"""A table row → an endpoint. Rows say what one may do or see; bodies and errors are handled here.

ROUTES = (
    command("POST /v1/office/tasks", assign_tasks, creates=True),
    decision("POST /v1/office/tasks/{task_id}/completions", Task, Task.complete_task),
    query("GET /v1/office/tasks", list_tasks),
)
"""

import inspect
import re
import typing
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from shared.context import Context, Receipt
from shared.domain import Aggregate, Command, Event

Kind = Literal["command", "query", "stream", "page", "order"]


class Nothing(BaseModel):
    """A query without parameters."""


@dataclass(frozen=True)
class Route:
    """One thing one may do or see."""

    method: str
    path: str
    kind: Kind
    name: str
    handler: Callable[..., Any]
    model: type[BaseModel]
    """What the body (commands) or the query string (queries) must be."""
    summary: str
    creates: bool = False
    """A command that begins a stream; an order whose work goes on after the answer."""
    aggregate: type[Aggregate] | None = None
    public: bool = False
    """Answered without a token: contracts, health, sign-in."""


def command(
    line: str, handler: Callable[..., Awaitable[Receipt]], *, creates: bool = False
) -> Route:
    """A command with a handler of its own (more than recording one fact)."""
    said = typing.get_type_hints(handler)["said"]
    return _route(line, "command", handler, said, creates=creates)


def decision(line: str, aggregate: type[Aggregate], decide: Callable[..., None]) -> Route:
    """The generic load–decide–save of one decision; the path names the stream's id."""
    said: type[Command] = typing.get_type_hints(decide)["said"]

    async def handler(said: Command, ctx: Context, id: UUID) -> Receipt:
        thing = await ctx.load(aggregate, id)
        decide(thing, said, ctx.act)
        return await ctx.save(thing)

    handler.__name__ = decide.__name__
    handler.__doc__ = decide.__doc__
    return _route(line, "command", handler, said, aggregate=aggregate)


def query(line: str, handler: Callable[..., Awaitable[Any]], *, public: bool = False) -> Route:
    """A reading: `async def handler(asked: Model, reader: Reader)` → JSON-able."""
    return _route(line, "query", handler, _asked(handler), public=public)


def order(line: str, handler: Callable[..., Awaitable[Any]], *, goes_on: bool = False) -> Route:
    """What an operator wants done: `async def handler(said: Model, desk)` → JSON-able.

    Nothing of it is recorded in a log. `goes_on`: the answer comes before the work has ended.
    """
    said = typing.get_type_hints(handler)["said"]
    return _route(line, "order", handler, said, creates=goes_on)


def stream(line: str, handler: Callable[..., AsyncIterator[Any]]) -> Route:
    """Server-sent events: `async def handler(asked, reader, after)` yields `sse.Message`."""
    return _route(line, "stream", handler, _asked(handler))


def page(line: str, handler: Callable[..., Awaitable[Any]]) -> Route:
    """A page for a browser: `async def handler(request, door)` → aiohttp response."""
    return _route(line, "page", handler, Nothing, public=True)


def path_fields(route: Route) -> tuple[str, ...]:
    """Names in braces of a route's path, in order."""
    return tuple(re.findall(r"\{([a-z]\w*)", route.path))


def events_of(aggregate: type[Aggregate]) -> tuple[type[Event], ...]:
    """The events that an aggregate evolves by, from the annotation of `evolve`."""
    annotation = typing.get_type_hints(aggregate.evolve)["event"]
    return typing.get_args(annotation) or (annotation,)


def _asked(handler: Callable[..., Any]) -> type[BaseModel]:
    return typing.cast(type[BaseModel], typing.get_type_hints(handler).get("asked", Nothing))


def _route(
    line: str, kind: Kind, handler: Callable[..., Any], model: type[BaseModel], **more: Any
) -> Route:
    method, _, path = line.partition(" ")
    summary = (inspect.getdoc(handler) or handler.__name__).splitlines()[0]
    return Route(method, path, kind, handler.__name__, handler, model, summary, **more)
