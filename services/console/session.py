"""Who is signed in: the cookie that holds the bearer token, and what guards its making.

The token never stands in an address for longer than one redirect, never reaches a script, and is
sent back by the browser to this host only.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from aiohttp import web

from shared.actor import Actor
from shared.auth import DevelopmentIssuer, not_signed_in
from shared.errors import NotAllowed
from shared.http.door import Door

COOKIE = "ln_session"
FORM_COOKIE = "ln_form"
"""A secret of the browser that the sign-in form must repeat."""
PATH = "/console"
FORM_SECONDS = 3600
TICKETS_REMEMBERED_MAX = 10_000
FORM_KEY_CHARACTERS = 32

_redeemed: WeakKeyDictionary[Door, OrderedDict[bytes, None]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Signed:
    """A session: the credential and the actor it speaks for."""

    token: str
    actor: Actor

    @property
    def form_key(self) -> str:
        """What forms of this session must send along; nobody without the cookie can know it."""
        return hashlib.sha256(b"form:" + self.token.encode()).hexdigest()[:FORM_KEY_CHARACTERS]


def signed_in(request: web.Request, door: Door) -> Signed:
    """The session of a request. Raises `NotSignedIn`."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise not_signed_in("chưa đăng nhập", "there is no session")
    return Signed(token, door.tokens.actor(token))


def begin(response: web.StreamResponse, request: web.Request, door: Door, token: str) -> None:
    """Give the browser the session. The token has been verified or was signed here."""
    seconds = int(door.tokens.expiry(token).timestamp() - time.time())
    response.set_cookie(
        COOKIE,
        token,
        path=PATH,
        max_age=max(1, seconds),
        httponly=True,
        samesite="Lax",
        secure=request.secure,
    )
    response.del_cookie(FORM_COOKIE, path=PATH)


def end(response: web.StreamResponse) -> None:
    """Take the session away."""
    response.del_cookie(COOKIE, path=PATH)


def issuer_of(door: Door) -> DevelopmentIssuer | None:
    """Who may sign tokens here: only the development issuer, and never in production."""
    issuer = getattr(door, "issuer", None)
    return issuer if isinstance(issuer, DevelopmentIssuer) else None


def redeem(door: Door, ticket: str) -> str | None:
    """A session token for a ticket, once. None when it has been redeemed here before.

    Raises `NotSignedIn` when the ticket is not good, or nobody here may sign.
    """
    issuer = issuer_of(door)
    if issuer is None:
        raise not_signed_in("máy chủ này không phát vé vào", "this server issues no tickets")
    actor = door.tokens.actor(ticket)
    known = _redeemed.setdefault(door, OrderedDict())
    mark = hashlib.sha256(ticket.encode()).digest()
    if mark in known:
        return None
    known[mark] = None
    while len(known) > TICKETS_REMEMBERED_MAX:
        known.popitem(last=False)
    return issuer.sign(actor.agency, actor.user, tuple(sorted(actor.roles)), actor.purpose)


def form_cookie(request: web.Request) -> str:
    """The browser's form secret, or a new one."""
    return request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(FORM_KEY_CHARACTERS)


def refuse_foreign(request: web.Request, sent: str, expected: str) -> None:
    """Raises `NotAllowed` unless our own page sent this form (OWASP: fetch metadata and token)."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site is not None and site != "same-origin"
    # A page without a referrer sends "null"; the form's own key then decides alone.
    if origin not in (None, "null") and urlsplit(str(origin)).netloc != request.host:
        foreign = True
    if foreign or not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise NotAllowed(
            "foreign-form",
            "Biểu mẫu này không gửi từ trang của hệ thống; chưa làm gì cả.",
            "This form was not sent from a page of this system; nothing was done.",
            remedy_vi="Mở lại trang đăng nhập và gửi từ đó.",
            remedy_en="Open the sign-in page again and send it from there.",
        )


def inside(path: str) -> str:
    """Where to go after signing in: an address of the console, never another site."""
    fine = path.startswith("/console/") and "\\" not in path and path.isprintable()
    return path if fine and not path.startswith("/console/sign-") else "/console/"
