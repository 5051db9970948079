"""What operators ask of every process: is it alive, is it ready, how far is everything."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from shared.http.door import json_response
from shared.telemetry import FOLLOWER_POSITION, LOG_POSITION, metrics

if TYPE_CHECKING:
    from shared.system import System

DATABASE_SECONDS = 2.0


class Operations:
    """Health, metrics, status and the development issuer's keys of one running system."""

    def __init__(self, system: "System") -> None:
        self._system = system

    def add(self, app: web.Application) -> None:
        """Register the addresses."""
        app.router.add_get("/health/live", self.live)
        app.router.add_get("/health/ready", self.ready)
        app.router.add_get("/metrics", self.metrics)
        app.router.add_get("/v1/status", self.status)
        if self._system.issuer is not None:
            app.router.add_get("/.well-known/jwks.json", self.keys)

    async def live(self, _: web.Request) -> web.Response:
        """200 as long as the process answers."""
        return json_response({"status": "live"})

    async def ready(self, _: web.Request) -> web.Response:
        """200 when everything this process holds is running; else 503 with what is not."""
        system = self._system
        down = _without_details(system.supervisor.down)
        if not system.bus.healthy:
            down["bus"] = "no connection to NATS"
        try:
            await system.pool.fetchval("SELECT 1", timeout=DATABASE_SECONDS)
        except Exception as error:  # Whatever keeps us from the database, this is where it shows.
            down["database"] = type(error).__name__
        state = {"status": "not ready" if down else "ready", "down": down}
        return json_response(state, status=503 if down else 200)

    async def status(self, _: web.Request) -> web.Response:
        """Positions of logs and followers, and what is down."""
        system = self._system
        heads = {name: await log.head() for name, log in system.logs.items()}
        followers = [
            {
                "follower": follower.name,
                "position": (stands := await follower.stands()),
                "behind": max(0, heads.get(follower.source.name, 0) - stands),
            }
            for group in system.followers.values()
            for follower in group
        ]
        answer: dict[str, Any] = {
            "services": [each.name for each in system.services],
            "logs": heads,
            "followers": followers,
            "down": _without_details(system.supervisor.down),
        }
        return json_response(answer)

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus' text format."""
        for name, owned in self._system.logs.items():
            LOG_POSITION.labels(name).set(await owned.head())
        for group in self._system.followers.values():
            for follower in group:
                FOLLOWER_POSITION.labels(follower.name).set(follower.position)
        body, media_type = metrics()
        return web.Response(body=body, headers={"Content-Type": media_type})

    async def keys(self, _: web.Request) -> web.Response:
        """The development issuer's public keys (RFC 7517)."""
        assert self._system.issuer is not None
        return json_response(self._system.issuer.public_keys())


def _without_details(down: Mapping[str, str]) -> dict[str, str]:
    """What is down and by which kind of error; the details are in the log, which asks who reads."""
    return {name: error.partition(":")[0] for name, error in down.items()}
