"""An HTTP client as an agency's system would write it: one token, idempotency keys, retries."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp

from shared.errors import LiennganhError

ATTEMPTS_MAX = 8
RETRY_FIRST_SECONDS = 0.2
ANSWER_SECONDS = 60.0


class Refusal(LiennganhError):
    """The system refused; the problem document says why."""

    def __init__(self, path: str, problem: Mapping[str, Any]) -> None:
        super().__init__(
            f"POST {path}: {problem.get('status')} {problem.get('code')}: {problem.get('detail')}"
        )
        self.problem = problem


class Client:
    """Speaks for one agency."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(self, path: str, **params: str | int) -> Any:
        """A reading. Raises `Refusal`."""
        return await self._send("GET", path, params={k: str(v) for k, v in params.items()})

    async def state(self, path: str, body: Mapping[str, Any], *, at: datetime, key: str) -> Any:
        """A command, safe to repeat: the same key gives the same answer. Raises `Refusal`."""
        return await self._send(
            "POST",
            path,
            json={**body, "occurred_at": at.isoformat()},
            headers={"Idempotency-Key": key},
        )

    async def _send(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self._headers, **more.pop("headers", {})}
        pause = RETRY_FIRST_SECONDS
        for left in reversed(range(ATTEMPTS_MAX)):
            async with self._session.request(
                method, self._url + path, headers=headers, **more
            ) as response:
                answer = await response.json(content_type=None)
            if response.status < 400:
                return answer
            if response.status != 503 or not left:
                raise Refusal(path, answer)
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")


def session() -> aiohttp.ClientSession:
    """One connection pool for all the clients of this process."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        connector=aiohttp.TCPConnector(limit=64),
    )
