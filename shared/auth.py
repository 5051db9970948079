"""Who is asking: bearer tokens (JWT, RFC 7519) verified against the keys of an issuer.

In production the keys come from an OIDC issuer's JWKS. On one machine an embedded development
issuer signs with a key in the data folder; it is refused in the production profile.
"""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.actor import Actor
from shared.errors import NotSignedIn

ALGORITHMS = ["Ed25519", "ES256", "RS256"]
AUDIENCE = "liennganh138"
DEVELOPMENT_ISSUER = "liennganh-development"
TOKEN_SECONDS = 12 * 3600
TOKEN_CHARACTERS_MAX = 8_192
VERIFIED_MAX = 10_000
"""Verified tokens remembered, so that a signature is checked once and not for every request."""
CLOCK_SKEW_SECONDS = 30


class Tokens:
    """Verifies bearer tokens of one issuer."""

    def __init__(self, keys: KeySet, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
            agency={"essential": True},
        )
        self._verified: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    def replace_keys(self, keys: KeySet) -> None:
        """Verify with other keys from now on; what was verified with the old ones is forgotten."""
        self._keys = keys
        self._verified.clear()

    def actor(self, token: str) -> Actor:
        """Who the token speaks for. Raises `NotSignedIn` with the reason and what to do."""
        known = self._verified.get(token)
        if known and known[0] > time.time():
            return known[1]
        expires, actor = self._verify(token)
        self._verified[token] = (expires, actor)
        while len(self._verified) > VERIFIED_MAX:
            self._verified.popitem(last=False)
        return actor

    def expiry(self, token: str) -> datetime:
        """When a token that was verified stops being good, in UTC."""
        self.actor(token)
        return datetime.fromtimestamp(self._verified[token][0], UTC)

    def _verify(self, token: str) -> tuple[float, Actor]:
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise not_signed_in("mã truy cập quá dài", "the token is too long")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            claims = decoded.claims
            actor = Actor(
                agency=_text(claims["agency"]),
                user=_text(claims["sub"]),
                roles=frozenset(_text(each) for each in claims.get("roles", [])),
                purpose=_text(claims.get("purpose", "")),
            )
            return float(claims["exp"]), actor
        except (JoseError, ValueError, TypeError, KeyError) as error:
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
        """The issuer whose key lies in `folder`; the key is made on first use (mode 0600)."""
        path = folder / "development-issuer.jwk"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            key = OKPKey.generate_key("Ed25519", {"kid": "development", "use": "sig"})
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_bytes(orjson.dumps(key.as_dict(private=True)))
            fresh.replace(path)
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


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("not a short text")
    return value
