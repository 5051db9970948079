"""The gateway service: names its parts, and starts the feeds' relay and the auth callout."""

import asyncio
import re
from collections.abc import Sequence

from services.gateway.feeds import SUBJECTS, FeedOutbox
from services.gateway.http import ROUTES
from services.gateway.projection import FEED
from shared.actor import VIETNAM, Actor
from shared.bus import Bus
from shared.callout import Callout
from shared.errors import NotAllowed, Retry
from shared.nats_accounts import agency_permissions
from shared.relay import Relay
from shared.service import Service
from shared.standing import read_by
from shared.system import FEEDS, System

AGENCY_ID = re.compile(r"[A-Z][A-Z0-9_]*-[A-Za-z0-9-]{1,40}")
ACK_WAIT_SECONDS = 30
WATCH_SECONDS = 5.0
MESSAGES_UNACKNOWLEDGED_MAX = 256


async def start(system: System) -> None:
    """The feeds' stream and relay; then let agencies in."""
    outbox = await FeedOutbox.open(system.pool, system.followers[FEED.schema])
    relay = Relay(outbox, system.bus, FEEDS, cursor=outbox)
    await system.start_relay("gateway.feeds", relay, SUBJECTS, outbox.head)
    system.supervisor.start("gateway.callout", lambda: _let_agencies_in(system))


async def _let_agencies_in(system: System) -> None:
    """Answer NATS when an agency connects with the bearer token that it uses over HTTP."""

    async def verify(token: str) -> Actor:
        actor = system.tokens.actor(token)
        if not AGENCY_ID.fullmatch(actor.agency):
            raise NotAllowed(
                "agency-id",
                f"{actor.agency!r} không phải mã cơ quan.",
                f"{actor.agency!r} is not an agency id.",
            )
        # A feed is kept for ever, so only for bodies of the register; past ones included.
        on = system.clock().astimezone(VIETNAM).date()
        await ensure_feed(system.bus, actor.agency, read_by(actor.agency, on, system.register))
        return actor

    async with Bus.connect(
        system.nats_url,
        user="auth",
        password=system.nats_secrets.auth_password,
        name="liennganh auth callout",
    ) as bus:
        callout = Callout(
            bus,
            system.nats_secrets.issuer_seed,
            verify,
            lambda actor: agency_permissions(actor.agency, FEEDS),
            expires=system.tokens.expiry,
        )
        serving = await callout.start()
        try:
            while bus.healthy:  # noqa: ASYNC110 - health is a reading, nobody signals it
                await asyncio.sleep(WATCH_SECONDS)
            raise Retry(f"the auth callout has lost NATS: {bus.trouble}")
        finally:
            await serving.stop()


async def ensure_feed(bus: Bus, agency: str, read: Sequence[str]) -> None:
    """The agency's durable over the feeds that it reads: it may not make another."""
    await bus.ensure_consumer(
        FEEDS,
        agency,
        filter_subjects=[f"agency.{each}.feed.>" for each in read],
        ack_wait_seconds=ACK_WAIT_SECONDS,
        max_ack_pending=MESSAGES_UNACKNOWLEDGED_MAX,
    )


SERVICE = Service("gateway", routes=ROUTES, projections=(FEED,), start=start)
