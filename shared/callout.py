"""NATS auth callout: an agency's bearer token becomes its permissions on the bus.

The server asks on `$SYS.REQ.USER.AUTH` who a client is and gets a signed user JWT with permissions
and an end, or a refusal. Whatever goes wrong here, the client stays outside.
Source: NATS ADR-26 "Authentication Callouts".
"""

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from shared.actor import Actor
from shared.bus import Bus, Request, Serving
from shared.errors import LiennganhError, NotSignedIn
from shared.nats_accounts import Permissions
from shared.nkeys import Kind, NotSigned, SigningKey, decode_public, verify_jwt

log = structlog.get_logger(__name__)

SUBJECT = "$SYS.REQ.USER.AUTH"
SERVER_INBOX = "$SYS._INBOX."
AUDIENCE = "nats-authorization-request"
QUEUE = "callout"
ACCOUNT = "AGENCIES"
SESSION_SECONDS_MAX = 12 * 3600
"""After this a client has to show a token again, even if its token says nothing about an end."""
SUBSCRIPTIONS_MAX = 100
"""Per connection."""

Verify = Callable[[str], Actor | Awaitable[Actor]]


class Callout:
    """Answers the server. Several may run; they share the work as one queue group.

    `bus` is connected as the callout's user, `verify` tells who a token speaks for or raises
    `NotSignedIn`, `expires` until when (the connection ends then), `permissions` what they may.
    """

    def __init__(
        self,
        bus: Bus,
        issuer_seed: str,
        verify: Verify,
        permissions: Callable[[Actor], Permissions],
        *,
        expires: Callable[[str], datetime] | None = None,
        account: str = ACCOUNT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bus = bus
        self._key = SigningKey(issuer_seed)
        self._verify = verify
        self._permissions = permissions
        self._expires = expires
        self._account = account
        self._clock = clock

    async def start(self) -> Serving:
        """Answer from now on, until the returned `Serving` is stopped or the bus is closed."""
        return await self._bus.serve(
            SUBJECT, self._answer, QUEUE, inbox_of=lambda subject: SERVER_INBOX
        )

    async def _answer(self, request: Request) -> bytes:
        claims = self._read(request.body.decode("ascii"))
        asked = claims["nats"]
        user_key: str = asked["user_nkey"]
        decode_public(user_key, Kind.USER)
        granted, error = "", ""
        try:
            granted = await self._grant(asked["connect_opts"], user_key)
        except LiennganhError as refusal:
            error = "not signed in" if isinstance(refusal, NotSignedIn) else "not admitted"
            log.info("bus login refused", why=str(refusal), client=_client(asked))
        except Exception:
            error = "not admitted"
            log.exception("bus login failed", client=_client(asked))
        answer = {
            "sub": user_key,
            "aud": asked["server_id"]["id"],
            "iat": int(self._clock()),
            "nats": {
                "type": "authorization_response",
                "version": 2,
                **({"error": error} if error else {"jwt": granted}),
            },
        }
        return self._key.sign_jwt(answer).encode()

    def _read(self, text: str) -> Mapping[str, Any]:
        """The server's question. Raises `NotSigned` when it is not one."""
        claims = verify_jwt(text, Kind.SERVER)
        asked = claims.get("nats", {})
        if (
            claims.get("aud") != AUDIENCE
            or asked.get("type") != "authorization_request"
            or asked.get("server_id", {}).get("id") != claims["iss"]
            or claims.get("exp", self._clock()) < self._clock() - 1
        ):
            raise NotSigned("this is no authorization request of a server, or an old one")
        return claims

    async def _grant(self, options: Mapping[str, Any], user_key: str) -> str:
        """The user JWT. Raises what `verify` and `permissions` raise."""
        token = options.get("auth_token") or options.get("pass") or ""
        if not token:
            raise NotSignedIn(
                "not-signed-in",
                "Chưa có mã truy cập; hãy gửi mã (token) khi kết nối NATS.",
                "No token was presented; send it as NATS token or password.",
            )
        found = self._verify(token)
        actor = await found if inspect.isawaitable(found) else found
        now = self._clock()
        until = now + SESSION_SECONDS_MAX
        if self._expires is not None:
            until = min(until, self._expires(token).timestamp())
        claims = {
            "sub": user_key,
            "aud": self._account,
            "name": actor.agency,
            "iat": int(now),
            "exp": int(until),
            "nats": {
                "type": "user",
                "version": 2,
                "subs": SUBSCRIPTIONS_MAX,
                "data": -1,
                "payload": -1,
                **self._permissions(actor).claims(),
            },
        }
        return self._key.sign_jwt(claims)


def _client(asked: Mapping[str, Any]) -> str:
    """Where a client comes from, for the log; never what it presented."""
    info = asked.get("client_info", {})
    return f"{info.get('host', '')} {info.get('name', '')}".strip()
