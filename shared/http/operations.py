"""What operators ask of every process: is it alive, is it ready, how far is everything."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from shared.follow import OLDEST_PARKED_SECONDS, PARKED, QUARANTINED
from shared.http import asking, problems
from shared.http.door import json_response
from shared.progress import Standing, standing
from shared.telemetry import (
    DATABASE,
    FOLLOWER_BEHIND,
    FOLLOWER_BEHIND_SECONDS,
    FOLLOWER_POSITION,
    FOLLOWER_UNDECIDED,
    LOG_POSITION,
    RELAY_BEHIND,
    WRITER_QUEUE,
    metrics,
)

if TYPE_CHECKING:
    from shared.system import System

DATABASE_SECONDS = 4.0
"""How long probes wait for all that they ask of the database."""
CATCHING_UP = "catching up: it has not yet taken what was recorded before its tables were made"

log = structlog.get_logger(__name__)


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
        """200 when everything this process holds is running; else 503 with what is not.

        Parked streams do not make it unready: all others go on, and no restart would help.
        """
        system = self._system
        down = _without_details(system.supervisor.down)
        if not system.bus.healthy:
            down["bus"] = "no connection to NATS"
        state: dict[str, object] = {}
        try:
            now = await self._standing()
        except Exception as error:  # Whatever keeps us from the database, this is where it shows.
            down["database"] = type(error).__name__
        else:
            behind = {each.follower: CATCHING_UP for each in now.followers if each.catching_up}
            down = {**behind, **down}
            state["parked"] = sum(each.parked for each in now.followers)
        state = {"status": "not ready" if down else "ready", "down": down, **state}
        return json_response(state, status=503 if down else 200)

    async def status(self, request: web.Request) -> web.Response:
        """Positions of logs, followers and relays, how much is parked, and what is down."""
        try:
            now = await standing(self._system)
        except Exception as error:
            english = asking.wants_english(request)
            return problems.problem(error, english=english, instance=request.path)
        return json_response(
            {
                "services": [each.name for each in self._system.services],
                "logs": now.logs,
                "followers": [asdict(each) for each in now.followers],
                "relays": [asdict(each) for each in now.relays],
                "down": _without_details(self._system.supervisor.down),
            }
        )

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus' text format; also when the database does not answer."""
        try:
            _measure(await self._standing())
            DATABASE.set(1)
        except Exception as error:  # Whatever it is: the other figures are wanted just then.
            log.warning("metrics without the database", error=type(error).__name__)
            DATABASE.set(0)
        for name, owned in self._system.logs.items():
            WRITER_QUEUE.labels(name).set(owned.writer.waiting)
        body, media_type = metrics()
        return web.Response(body=body, headers={"Content-Type": media_type})

    async def keys(self, _: web.Request) -> web.Response:
        """The development issuer's public keys (RFC 7517)."""
        assert self._system.issuer is not None
        return json_response(self._system.issuer.public_keys())

    async def _standing(self) -> Standing:
        async with asyncio.timeout(DATABASE_SECONDS):
            return await standing(self._system)


def _measure(now: Standing) -> None:
    for name, head in now.logs.items():
        LOG_POSITION.labels(name).set(head)
    for each in now.followers:
        FOLLOWER_POSITION.labels(each.follower).set(each.position)
        FOLLOWER_BEHIND.labels(each.follower).set(each.behind)
        FOLLOWER_BEHIND_SECONDS.labels(each.follower).set(each.behind_seconds)
        FOLLOWER_UNDECIDED.labels(each.follower).set(each.undecided)
        # The follower says these, too, but only where it runs and when it looks.
        PARKED.labels(each.follower).set(each.parked)
        QUARANTINED.labels(each.follower).set(each.quarantined)
        OLDEST_PARKED_SECONDS.labels(each.follower).set(each.oldest_parked_seconds)
    for relay in now.relays:
        RELAY_BEHIND.labels(relay.relay).set(relay.behind)


def _without_details(down: Mapping[str, str]) -> dict[str, str]:
    """What is down and by which kind of error; the details are in the log, which asks who reads."""
    return {name: error.partition(":")[0] for name, error in down.items()}
