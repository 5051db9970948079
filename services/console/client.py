"""Reads the public HTTP API of this very process, as the person who is signed in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
from aiohttp import web
from yarl import URL

READ_SECONDS_MAX = 20.0
CONNECT_SECONDS_MAX = 5.0
DIRECTIVES_PER_CALL = 200
DIRECTIVES_MAX = 1_000
"""More than these the desk does not load; it then says how many it shows."""
PERIODS_PER_CALL = 200
PERIODS_MAX = 600
"""More periods of one thing are not loaded; the page then says so."""


class ApiProblem(Exception):
    """The API answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code', '')}")
        self.status = status
        self.body = body


class Api:
    """The reading half of the API, as one person sees it."""

    def __init__(self, session: aiohttp.ClientSession, base: URL) -> None:
        self._session = session
        self._base = base

    async def get(self, path: str, **asked: str | int) -> dict[str, Any]:
        """One answer. Raises `ApiProblem` when the API refuses or cannot be reached."""
        query = {name: str(value) for name, value in asked.items() if value != ""}
        try:
            async with self._session.get(self._base / path, params=query) as response:
                body = await response.read()
                answer = _json(body)
                if response.status != 200:
                    raise ApiProblem(response.status, answer)
                return answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiProblem(503, {"code": "unreachable", "detail_en": str(error)}) from error

    async def directives(self, **asked: str) -> tuple[list[dict[str, Any]], bool]:
        """All directives that match, and whether there are more than could be loaded."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None and len(found) < DIRECTIVES_MAX:
            page = await self.get(
                "v1/directives", limit=DIRECTIVES_PER_CALL, after=after or "", **asked
            )
            found += page["directives"]
            after = page["next"]
        return found, after is not None

    async def directive(self, id: str) -> dict[str, Any]:
        """One directive with everybody's status. Raises `ApiProblem` 404."""
        return await self.get(f"v1/directives/{id}")

    async def deadlines(self, **asked: str | int) -> tuple[list[dict[str, Any]], str]:
        """Periods in the order in which they end, and where the next page begins, if anywhere."""
        answer = await self.get("v1/deadlines", **asked)
        return answer["deadlines"], answer["next"] or ""

    async def deadlines_of(
        self, subject: str, agency: str = ""
    ) -> tuple[list[dict[str, Any]], bool]:
        """All periods around one thing, or of one body there, and whether there are more than could
        be loaded."""
        found: list[dict[str, Any]] = []
        after = ""
        while len(found) < PERIODS_MAX:
            rows, after = await self.deadlines(
                subject=subject, agency=agency, after=after, limit=PERIODS_PER_CALL
            )
            found += rows
            if not after:
                return found, False
        return found, True

    async def newest(self, subject: str, limit: int) -> dict[str, Any]:
        """The newest entries of a subject's timeline, newest first."""
        return await self.get("v1/timeline", subject=subject, order="newest", limit=limit)


@asynccontextmanager
async def opened(request: web.Request, token: str, english: bool) -> AsyncIterator[Api]:
    """The API of this process, in the reader's language; without a token only what is public."""
    headers = {"Accept-Language": "en" if english else "vi"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    limits = aiohttp.ClientTimeout(total=READ_SECONDS_MAX, sock_connect=CONNECT_SECONDS_MAX)
    async with aiohttp.ClientSession(headers=headers, timeout=limits, trust_env=False) as session:
        yield Api(session, base_of(request))


def base_of(request: web.Request) -> URL:
    """Where this process listens, from the socket that the request came in by.

    The `Host` header is what a stranger wrote; the socket is not.
    """
    assert request.transport is not None, "a request that is being answered has a transport"
    host, port = request.transport.get_extra_info("sockname")[:2]
    return URL.build(scheme="http", host=str(host), port=int(port))


def _json(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    return answer if isinstance(answer, dict) else {"code": "unreadable"}
