"""What operators and integrators ask of every process: health, metrics, keys, contracts."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from shared.http.door import json_response
from shared.http.openapi import openapi
from shared.telemetry import FOLLOWER_POSITION, LOG_POSITION, metrics

if TYPE_CHECKING:
    from shared.system import System


def operations_routes(app: web.Application, system: "System") -> None:
    """Health, metrics, the development issuer's keys, OpenAPI."""
    app.router.add_get("/health/live", _live)
    app.router.add_get("/health/ready", lambda _: _ready(system))
    app.router.add_get("/metrics", lambda _: _metrics(system))
    app.router.add_get("/v1/status", lambda _: _status(system))
    document = openapi(system.services)
    app.router.add_get("/openapi.json", lambda _: _json(document))
    if system.issuer is not None:
        keys = system.issuer.public_keys()
        app.router.add_get("/.well-known/jwks.json", lambda _: _json(keys))


async def _live(_: web.Request) -> web.Response:
    return json_response({"status": "live"})


async def _json(document: Any) -> web.Response:
    return json_response(document)


async def _ready(system: "System") -> web.Response:
    """200 when everything this process holds is running; else 503 with what is not."""
    down = dict(system.supervisor.down)
    if not system.bus.healthy:
        down["bus"] = "no connection to NATS"
    try:
        await system.pool.fetchval("SELECT 1", timeout=2)
    except Exception as error:  # Whatever keeps us from the database, this is where it shows.
        down["database"] = f"{type(error).__name__}: {error}"
    state = {"status": "not ready" if down else "ready", "down": down}
    return json_response(state, status=503 if down else 200)


async def status(system: "System") -> dict[str, Any]:
    """Positions of logs and followers, and what is down."""
    heads = {name: await log.head() for name, log in system.logs.items()}
    followers = [
        {
            "follower": follower.name,
            "position": follower.position,
            "behind": max(0, heads.get(follower.source.name, 0) - follower.position),
        }
        for group in system.followers.values()
        for follower in group
    ]
    return {
        "services": [each.name for each in system.services],
        "logs": heads,
        "followers": followers,
        "down": system.supervisor.down,
    }


async def _status(system: "System") -> web.Response:
    return json_response(await status(system))


async def _metrics(system: "System") -> web.Response:
    for name, owned in system.logs.items():
        LOG_POSITION.labels(name).set(await owned.head())
    for group in system.followers.values():
        for follower in group:
            FOLLOWER_POSITION.labels(follower.name).set(follower.position)
    body, media_type = metrics()
    return web.Response(body=body, headers={"Content-Type": media_type})
