"""A whole system for tests: real servers, all services, and clients that speak for agencies."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from services.registry import SERVICES
from shared.config import Config
from shared.system import System, running

DEADLINE_SECONDS = 20.0
POLL_SECONDS = 0.02
ISSUER = "UBND_TINH-P34-40"
"""The provincial People's Committee of Nghệ An."""
POLICE = "CA_TINH-P34-40"
HEALTH = "SO_YTE-P34-40"
JULY_FIRST = "2025-07-01T08:00:00+07:00"


@dataclass
class World:
    """A running system and the ways into it."""

    system: System
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """The front door."""
        return self.system.url

    def token(self, agency: str, **more: Any) -> str:
        """A bearer token of an agency."""
        assert self.system.issuer is not None
        return self.system.issuer.sign(agency, "clerk", **more)

    async def post(
        self, agency: str, path: str, body: Any, *, key: str = "", **headers: str
    ) -> tuple[int, Any]:
        """A command of an agency: status and answer."""
        headers |= {"Authorization": f"Bearer {self.token(agency)}"}
        if key:
            headers["Idempotency-Key"] = key
        async with self.http.post(self.url + path, json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, agency: str, path: str, **params: Any) -> tuple[int, Any]:
        """A reading of an agency: status and answer."""
        headers = {"Authorization": f"Bearer {self.token(agency)}"}
        asked = {name: str(value) for name, value in params.items()}
        async with self.http.get(self.url + path, params=asked, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def issue(self, **changes: Any) -> dict[str, Any]:
        """A small directive, issued and dispatched; `id` and `tasks` of the answer are filled."""
        status, answer = await self.post(ISSUER, "/v1/directives", directive(**changes))
        assert status == 201, answer
        answer["id"] = answer["stream"].removeprefix("directive:")
        status, sent = await self.post(
            ISSUER,
            f"/v1/directives/{answer['id']}/dispatches",
            {"channel": "truc_lien_thong", "occurred_at": JULY_FIRST},
        )
        assert status == 202, sent
        return answer

    async def caught_up(self) -> None:
        """Return when every follower has reached its log's head."""

        async def level() -> bool:
            _, status = await self.get(ISSUER, "/v1/status")
            return all(each["behind"] == 0 for each in status["followers"])

        await until(level)


def directive(**changes: Any) -> dict[str, Any]:
    """The smallest directive that is whole: one order to the police, one request to health."""
    body: dict[str, Any] = {
        "doc_type": "cong_van",
        "number": uuid.uuid4().int % 900_000 + 1,
        "notation": "UBND-NC",
        "issuer": ISSUER,
        "issue_date": "2025-07-01",
        "subject_vi": "Tăng cường phòng ngừa",
        "addressees": [{"agency": POLICE}, {"agency": HEALTH}],
        "tasks": [task("T01", POLICE), task("T02", HEALTH, mode="request")],
        "targets": [],
        "reports": [],
        "occurred_at": JULY_FIRST,
    }
    return body | changes


def task(key: str, lead: str, **changes: Any) -> dict[str, Any]:
    """One task."""
    body: dict[str, Any] = {
        "key": key,
        "title_vi": "Rà soát địa bàn",
        "work_line": "prevention",
        "mode": "order",
        "lead": lead,
        "due": {"type": "date", "on": "2025-07-30"},
    }
    return body | changes


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def whole_system(
    data: Path, *, clock: Callable[[], datetime] = now, **settings: Any
) -> AsyncIterator[World]:
    """Everything of the product in this process, on a free port."""
    config = Config(data=data, http_port=0, **settings)
    async with running(config, SERVICES, clock=clock) as system, aiohttp.ClientSession() as http:
        yield World(system, http)


async def until(
    true: Callable[[], Awaitable[bool]], deadline_seconds: float = DEADLINE_SECONDS
) -> None:
    """Return when something that nobody signals to us has become true; fail at the deadline."""
    async with asyncio.timeout(deadline_seconds):
        while not await true():  # noqa: ASYNC110 - nobody signals it
            await asyncio.sleep(POLL_SECONDS)


def names_of(problem: Mapping[str, Any]) -> set[str]:
    """Pointers that a problem document names."""
    return {each["pointer"] for each in problem.get("errors", [])} | {problem.get("pointer", "")}
