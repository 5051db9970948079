"""NATS keys and the JWTs signed with them: Ed25519 in the encoding of NATS, and nothing more.

A public key is base32 of: kind byte, 32 bytes, CRC-16/XMODEM of both (little endian). A seed has
two bytes in front that carry "seed" and the kind. Source: nats-io/nkeys, nats-io/jwt.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import LiennganhError

SEED = 18 << 3
KEY_BYTES = 32
JWT_CHARACTERS_MAX = 64 * 1024
HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}


class NotAKey(LiennganhError):
    """This text is not an NKey, or not of the kind that belongs here."""


class NotSigned(LiennganhError):
    """This text is not a JWT with a good NKey signature."""


class Kind(IntEnum):
    """What a key stands for; the first letter of its text."""

    ACCOUNT = 0
    SERVER = 13 << 3
    USER = 20 << 3


class SigningKey:
    """A private key, read from its seed (`SA…`, `SU…`). Raises `NotAKey`."""

    def __init__(self, seed: str) -> None:
        raw = _decode(seed)
        if len(raw) != KEY_BYTES + 2 or raw[0] & 0xF8 != SEED:
            raise NotAKey("this is not a seed: it begins with S and has 58 characters")
        kind = (raw[0] & 7) << 5 | raw[1] >> 3
        if kind not in set(Kind):
            raise NotAKey("this seed is of a kind that is not used here")
        self.kind = Kind(kind)
        self._key = Ed25519PrivateKey.from_private_bytes(raw[2:])
        self.public = encode_public(self.kind, self._key.public_key().public_bytes_raw())
        """The public key (`A…`, `U…`)."""

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of the signature (RFC 8032)."""
        return self._key.sign(data)

    def sign_jwt(self, claims: Mapping[str, Any]) -> str:
        """The claims with issuer and id added, signed."""
        body = {**claims, "iss": self.public}
        digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
        body["jti"] = base64.b32encode(digest).decode().rstrip("=")
        signed = f"{_url64(orjson.dumps(HEADER))}.{_url64(orjson.dumps(body))}"
        return f"{signed}.{_url64(self.sign(signed.encode()))}"


def new_seed(kind: Kind) -> str:
    """A fresh seed of that kind, from the system's randomness."""
    return encode_seed(kind, Ed25519PrivateKey.generate().private_bytes_raw())


def encode_seed(kind: Kind, raw: bytes) -> str:
    """The text of 32 secret bytes."""
    return _encode(bytes((SEED | kind >> 5, (kind & 31) << 3)) + raw)


def encode_public(kind: Kind, raw: bytes) -> str:
    """The text of the 32 bytes of a public key."""
    return _encode(bytes((kind,)) + raw)


def decode_public(text: str, kind: Kind) -> bytes:
    """The 32 bytes of a public key of that kind. Raises `NotAKey`."""
    raw = _decode(text)
    if len(raw) != KEY_BYTES + 1 or raw[0] != kind:
        raise NotAKey(f"{text[:1]}… is not the public key of a {kind.name.lower()}")
    return raw[1:]


def verify_jwt(text: str, issuer: Kind) -> dict[str, Any]:
    """The claims, if their issuer is of that kind and signed them. Raises `NotSigned`.

    Whether that issuer is to be trusted, and times, are the caller's to check.
    """
    try:
        if len(text) > JWT_CHARACTERS_MAX:
            raise NotSigned("a JWT of this length is nothing that a server sends")
        signed, _, signature = text.rpartition(".")
        header, _, body = signed.partition(".")
        if orjson.loads(_from_url64(header)).get("alg") != HEADER["alg"]:
            raise NotSigned("the JWT is signed by another method than ed25519-nkey")
        claims: dict[str, Any] = orjson.loads(_from_url64(body))
        key = Ed25519PublicKey.from_public_bytes(decode_public(claims["iss"], issuer))
        key.verify(_from_url64(signature), signed.encode())
    except (InvalidSignature, NotAKey, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotSigned(f"the JWT has no good signature: {type(error).__name__}") from error
    return claims


def _encode(raw: bytes) -> str:
    check = binascii.crc_hqx(raw, 0)  # CRC-16/XMODEM.
    return base64.b32encode(raw + check.to_bytes(2, "little")).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise NotAKey("an NKey is written in base32") from None
    if len(raw) < 3 or binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise NotAKey("the checksum of this NKey is wrong: is it copied whole?")
    return raw[:-2]


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _from_url64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
