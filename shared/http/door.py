"""The front door: requests become commands and queries of an actor, answers become JSON."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web
from pydantic import BaseModel

from shared.actor import VIETNAM, Act, Actor
from shared.auth import DevelopmentIssuer, Tokens, not_signed_in
from shared.context import Context, Receipt, decide
from shared.errors import Broken, Refused
from shared.fold import Fold
from shared.follow import Follower, Projection
from shared.http import asking, intake, problems, sse
from shared.http.routes import Route
from shared.log import Log
from shared.policy import Competence
from shared.reference import Register, RegisterError
from shared.sealed import sealed_fields
from shared.sql import Tables
from shared.standing import in_its_time, named_by
from shared.telemetry import COMMANDS as COMMANDS_COUNTED

COMMANDS = uuid.UUID("6f0d6a52-8f4e-5d0b-9b3a-138138138138")
"""Namespace of command ids that are made from an agency's idempotency keys."""


@dataclass(frozen=True)
class Reader:
    """A query's view of the world: who asks, when, and read models by name."""

    actor: Actor
    now: datetime
    register: Register
    english: bool
    pool: asyncpg.Pool
    projections: Mapping[str, Projection]
    followers: Mapping[str, tuple[Follower, ...]]
    logs: Mapping[str, Log]

    @property
    def names(self) -> tuple[str, ...]:
        """Names under which who asks reads today: its own first."""
        return self.names_of(self.actor.agency)

    def names_of(self, agency: str) -> tuple[str, ...]:
        """Names under which that agency reads today."""
        return named_by(agency, self.now, self.register)

    @asynccontextmanager
    async def tables(self, name: str, *, snapshot: bool = False) -> AsyncIterator[Tables]:
        """The tables of a read model; with `snapshot`, all statements see them at one moment."""
        async with self.pool.acquire() as connection, AsyncExitStack() as stack:
            if snapshot:
                await stack.enter_async_context(
                    connection.transaction(isolation="repeatable_read", readonly=True)
                )
            yield Tables(connection, self.projections[name].statements)

    async def any_of(self, signals: Sequence[asyncio.Event], timeout_seconds: float) -> None:
        """Wait until one of the signals is set, at the latest until the timeout."""
        waits = [asyncio.ensure_future(signal.wait()) for signal in signals]
        try:
            await asyncio.wait(waits, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


@dataclass(frozen=True)
class Desk:
    """What one service's endpoints work with."""

    service: str
    fold: Fold | None
    competence: Competence | None
    projections: Mapping[str, Projection]
    followers: Mapping[str, tuple[Follower, ...]]


class Door:
    """Makes aiohttp handlers from route rows."""

    def __init__(
        self,
        *,
        pool: asyncpg.Pool,
        tokens: Tokens,
        register: Register,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        logs: Mapping[str, Log],
        issuer: DevelopmentIssuer | None = None,
    ) -> None:
        self.issuer = issuer
        self.pool = pool
        self.tokens = tokens
        self.register = register
        self.clock = clock
        self.new_id = new_id
        self.logs = logs

    def add(self, app: web.Application, desk: Desk, routes: tuple[Route, ...]) -> None:
        """Register a service's rows. Raises `Broken` when commands have no log or no rules."""
        for route in routes:
            if route.kind == "command" and (desk.fold is None or desk.competence is None):
                raise Broken(
                    f"{route.method} {route.path}: {desk.service} has no log or no competence "
                    "table; a service that takes commands needs both"
                )
            app.router.add_route(route.method, route.path, self._endpoint(route, desk))

    def actor(self, request: web.Request) -> Actor:
        """Who is asking. Raises `NotSignedIn`, and `NotAllowed` for an agency nobody knows."""
        actor = self.tokens.actor(_token(request))
        in_its_time(self.register, actor.agency, self.clock().astimezone(VIETNAM).date())
        return actor

    def reader(self, actor: Actor, desk: Desk, *, english: bool) -> Reader:
        """What a query is given."""
        return Reader(
            actor,
            self.clock(),
            self.register,
            english,
            self.pool,
            desk.projections,
            desk.followers,
            self.logs,
        )

    def _endpoint(self, route: Route, desk: Desk) -> Callable[[web.Request], Any]:
        async def endpoint(request: web.Request) -> web.StreamResponse:
            try:
                return await self._answer(route, desk, request)
            except Exception as error:
                english = asking.wants_english(request)
                return problems.problem(error, english=english, instance=request.path)

        endpoint.__name__ = route.name
        return endpoint

    async def _answer(self, route: Route, desk: Desk, request: web.Request) -> web.StreamResponse:
        if route.kind == "page":
            response: web.StreamResponse = await route.handler(request, self)
            return response
        actor = self.actor(request) if not route.public else Actor("", "")
        if route.kind == "command":
            return await self._command(route, desk, request, actor)
        reader = self.reader(actor, desk, english=asking.wants_english(request))
        asked = asking.asked(route, request)
        if route.kind == "stream":
            after = asking.last_event_id(request)
            until = None if route.public else self._until(request)
            return await sse.respond(request, route.handler(asked, reader, after), until)
        answer = await route.handler(asked, reader)
        headers = {"ETag": f'"{answer["version"]}"'} if _versioned(answer) else {}
        return json_response(answer, headers=headers)

    def _until(self, request: web.Request) -> datetime:
        """When a stream has to end: with its token, to the second; one that would end before it
        begins is refused, or its reader would come again and again. Tokens end by the issuer's
        clock, which is the machine's, whatever time it is in the system."""
        until = self.tokens.expiry(_token(request))
        if until.timestamp() <= time.time():
            raise not_signed_in("mã truy cập đã hết hạn", "the token has expired")
        return until

    async def _command(
        self, route: Route, desk: Desk, request: web.Request, actor: Actor
    ) -> web.Response:
        assert desk.fold is not None, f"{desk.service} takes commands and has no log"
        tree = await intake.read_json(request)
        if not isinstance(tree, dict):
            raise asking.not_an_object()
        now = self.clock()
        request_hash = _hash(route, request.path, tree)
        at = asking.occurred_at(tree, now)
        said = asking.said(route, tree)
        ids = asking.path_ids(route, request)
        key = asking.idempotency_key(request)
        command_id = uuid.uuid5(COMMANDS, f"{actor.agency}|{key}") if key else self.new_id()
        fold, competence = desk.fold, _competence(desk)
        act = Act(actor, at, now, self.register, self.new_id)
        correlation_id = asking.correlation(request, command_id)
        traceparent, expected_version = asking.traceparent(request), asking.if_match(request)

        def begin() -> Context:
            return Context(
                act=act,
                fold=fold,
                command_id=command_id,
                correlation_id=correlation_id,
                request_hash=request_hash,
                traceparent=traceparent,
                expected_version=expected_version,
                competence=competence,
                repeatable=bool(key),
            )

        try:
            receipt = await decide(begin, lambda context: route.handler(said, context, **ids))
        except (Refused, RegisterError):
            COMMANDS_COUNTED.labels(desk.service, "refused").inc()
            raise
        return self._recorded(receipt, route, desk)

    def _recorded(self, receipt: Receipt, route: Route, desk: Desk) -> web.Response:
        COMMANDS_COUNTED.labels(desk.service, "recorded").inc()
        return json_response(
            receipt.body(),
            status=201 if route.creates else 202,
            headers={"ETag": f'"{receipt.version}"'},
        )


def json_response(
    answer: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=orjson.dumps(answer, default=_plain),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def _hash(route: Route, path: str, tree: Mapping[str, Any]) -> bytes:
    """What a repetition of a request is known by. Kept for ever, so nothing sealed goes into it: a
    guess at a name could be confirmed by it when the key has long been destroyed."""
    hidden = sealed_fields(route.model)
    told = {name: value for name, value in tree.items() if name not in hidden}
    said = [route.name, path, told, sorted(hidden & tree.keys())]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _token(request: web.Request) -> str:
    """The bearer token. Raises `NotSignedIn` when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise not_signed_in("thiếu mã truy cập", "there is no bearer token")
    return token.strip()


def _competence(desk: Desk) -> Callable[[type[Any], Act], None]:
    assert desk.competence is not None, f"{desk.service} takes commands and has no competence table"
    return desk.competence.refuse_unless_competent


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _versioned(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("version"), int)
