"""A server with accounts as in production, and agencies that show tokens of a test's issuer."""

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.actor import Actor
from shared.bus import Bus
from shared.callout import Callout
from shared.errors import NotSignedIn
from shared.nats_accounts import (
    DOMAIN,
    NatsSecrets,
    agency_inbox,
    agency_permissions,
    render_accounts,
)
from shared.nkeys import Kind, new_seed
from tests.shared.nats_fixture import NatsProcess, fresh, nats_server

POLICE, BORDER_GUARD = "CA_TINH-P34-40", "BDBP_TINH-P34-4"
FEED = "FEED"
SECRETS = NatsSecrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), new_seed(Kind.ACCOUNT))
HOUR = timedelta(hours=1)


class Tokens:
    """Tokens that this test's issuer gave out."""

    def __init__(self) -> None:
        self.ends: dict[str, datetime] = {}
        """When each ends, by the clock of the server that is real here."""

    def issue(self, agency: str, valid: timedelta = HOUR) -> str:
        token = fresh(f"token.{agency}.")
        self.ends[token] = _now() + valid
        return token

    def verify(self, token: str) -> Actor:
        if token not in self.ends or self.ends[token] < _now():
            raise NotSignedIn("not-signed-in", "mã sai", "wrong token")
        return Actor(token.split(".")[1], "officer")


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


TOKENS = Tokens()


@asynccontextmanager
async def world(folder: Path, further: str = "") -> AsyncIterator[NatsProcess]:
    """Accounts as in production, a callout, the feed, and a durable for each agency."""
    async with (
        nats_server(folder, render_accounts(SECRETS, FEED) + further) as server,
        Bus.connect(
            server.url, user="auth", password=SECRETS.auth_password, name="callout"
        ) as auth,
        static(server, "services") as services,
    ):
        await Callout(
            auth,
            SECRETS.issuer_seed,
            TOKENS.verify,
            lambda actor: agency_permissions(actor.agency, FEED),
            expires=TOKENS.ends.__getitem__,
        ).start()
        await auth.flush()
        await services.ensure_stream(FEED, ["agency.*.feed.>"])
        await services.ensure_stream("LN", ["ln.>"])
        for agency in (POLICE, BORDER_GUARD):
            own = f"agency.{agency}.feed.>"
            await services.ensure_consumer(FEED, agency, filter_subjects=[own])
        yield server


def static(server: NatsProcess, user: str) -> AbstractAsyncContextManager[Bus]:
    return Bus.connect(server.url, user=user, password=SECRETS.services_password, name=user)


def agency(
    server: NatsProcess, agency_id: str = POLICE, token: str | None = None
) -> AbstractAsyncContextManager[Bus]:
    """As an agency's own system connects."""
    return Bus.connect(
        server.url,
        token=token or TOKENS.issue(agency_id),
        name=agency_id,
        inbox_prefix=agency_inbox(agency_id),
        domain=DOMAIN,
    )
