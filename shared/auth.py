"""Who is asking: bearer tokens (JWT, RFC 7519) verified against the keys of an issuer.

In production the keys come from an OIDC issuer's JWKS. On one machine an embedded development
issuer signs with a key in the data folder; it is refused in the production profile.
"""

import asyncio
import hashlib
import math
import os
import secrets
import time
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.actor import Actor
from shared.embedded.files import PRIVATE_FILE, PRIVATE_FOLDER, write_private
from shared.errors import Broken, NotSignedIn

ALGORITHMS = ["Ed25519", "ES256", "RS256"]
AUDIENCE = "liennganh138"
DEVELOPMENT_ISSUER = "liennganh-development"
TOKEN_SECONDS = 12 * 3600
TOKEN_CHARACTERS_MAX = 8_192
VERIFIED_MAX = 10_000
"""Verified tokens remembered, so that a signature is checked once and not for every request."""
CLOCK_SKEW_SECONDS = 30
TEXT_CHARACTERS_MAX = 200
ROLES_MAX = 50


class Tokens:
    """Verifies bearer tokens of one issuer."""

    def __init__(self, keys: KeySet, issuer: str) -> None:
        self.unknown_key = asyncio.Event()
        """Set when a token names a key that we do not have: the issuer may have new ones."""
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
            agency={"essential": True},
        )
        self._verified: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        """By SHA-256: so many tokens would be large, and somebody could read them from memory."""

    def replace_keys(self, keys: KeySet) -> None:
        """Verify with other keys from now on; what was verified with the old ones is forgotten."""
        self._keys = keys
        self._verified.clear()

    def actor(self, token: str) -> Actor:
        """Who the token speaks for. Raises `NotSignedIn` with the reason and what to do."""
        return self._known(token)[1]

    def expiry(self, token: str) -> datetime:
        """When the token stops being good, in UTC. Raises as `actor`."""
        return datetime.fromtimestamp(self._known(token)[0], UTC)

    def _known(self, token: str) -> tuple[float, Actor]:
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        known = self._verified.get(digest)
        if known is None or known[0] <= time.time():
            known = self._verified[digest] = self._verify(token)
            while len(self._verified) > VERIFIED_MAX:
                self._verified.popitem(last=False)
        return known

    def _verify(self, token: str) -> tuple[float, Actor]:
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise not_signed_in("mã truy cập quá dài", "the token is too long")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            return _expires(decoded.claims), _actor(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            if isinstance(error, InvalidKeyIdError):
                self.unknown_key.set()
            raise not_signed_in(
                "mã truy cập không hợp lệ hoặc đã hết hạn",
                f"the token is not valid or has expired ({type(error).__name__})",
            ) from None


class DevelopmentIssuer:
    """Signs tokens for anybody who can read the data folder. Never for production."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    @classmethod
    def open(cls, folder: Path) -> "DevelopmentIssuer":
        """The issuer whose key lies in `folder`; the key is made on first use (mode 0600).

        Raises `Broken` when others may read it.
        """
        path = folder / "development-issuer.jwk"
        if not path.exists():
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            _write_once(path, OKPKey.generate_key("Ed25519", {"kid": "development", "use": "sig"}))
        if path.stat().st_mode & ~PRIVATE_FILE & 0o777:
            raise Broken(
                f"{path} can be read by others, who could sign as anybody: delete it to have a new "
                "one made, then give nobody else access to its folder"
            )
        return cls(OKPKey.import_key(orjson.loads(path.read_bytes())))

    def tokens(self) -> Tokens:
        """The verifier for what this issuer signs."""
        return Tokens(KeySet([self._key]), DEVELOPMENT_ISSUER)

    def public_keys(self) -> dict[str, Any]:
        """The public half as a JWK set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False)]}

    def sign(
        self,
        agency: str,
        user: str,
        roles: tuple[str, ...] = (),
        purpose: str = "",
        seconds: int = TOKEN_SECONDS,
    ) -> str:
        """A bearer token for that actor."""
        now = int(time.time())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": AUDIENCE,
            "sub": user,
            "agency": agency,
            "roles": list(roles),
            "purpose": purpose,
            "iat": now,
            "exp": now + seconds,
        }
        header = {"alg": "Ed25519", "kid": "development"}
        return jwt.encode(header, claims, self._key, algorithms=ALGORITHMS)


def not_signed_in(vi: str, en: str) -> NotSignedIn:
    """The refusal for a request whose sender is not known."""
    return NotSignedIn(
        "not-signed-in",
        f"Chưa xác định được người gửi: {vi}.",
        f"Nobody knows who is asking: {en}.",
        remedy_vi="Gửi kèm Authorization: Bearer <mã truy cập còn hạn>.",
        remedy_en="Send Authorization: Bearer <a token that has not expired>.",
    )


def _actor(claims: dict[str, Any]) -> Actor:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or len(roles) > ROLES_MAX:
        raise ValueError("roles is not a short list")
    return Actor(
        agency=_text(claims["agency"]),
        user=_text(claims["sub"]),
        roles=frozenset(_text(each) for each in roles),
        purpose=_text(claims.get("purpose", "")),
    )


def _expires(claims: dict[str, Any]) -> float:
    expires = float(claims["exp"])
    if not math.isfinite(expires):
        raise ValueError("exp is not a moment")
    return expires


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX or not value.isprintable():
        raise ValueError("not a short printable text")
    return value


def _write_once(path: Path, key: OKPKey) -> None:
    """Of several processes that start together one writes the key; all then read that one."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_private(fresh, orjson.dumps(key.as_dict(private=True)).decode())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
