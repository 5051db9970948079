import base64

import orjson
import pytest

from shared.nkeys import (
    Kind,
    NotAKey,
    NotSigned,
    SigningKey,
    decode_public,
    encode_public,
    new_seed,
    verify_jwt,
)

# The pair of NATS' own documentation of nkeys.
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


def test_the_documented_seed_has_the_documented_public_key():
    key = SigningKey(SEED)

    assert (key.public, key.kind) == (PUBLIC, Kind.USER)
    assert encode_public(Kind.USER, decode_public(PUBLIC, Kind.USER)) == PUBLIC


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_seed_says_what_it_is_for(kind: Kind):
    key = SigningKey(new_seed(kind))

    assert key.kind == kind
    assert key.public[0] == {"ACCOUNT": "A", "SERVER": "N", "USER": "U"}[kind.name]


@pytest.mark.parametrize(
    "text", ["", "S", "not base32!", SEED[:-1], SEED[:-2] + "AA", PUBLIC, SEED.lower()]
)
def test_what_is_no_seed_is_refused(text: str):
    with pytest.raises(NotAKey):
        SigningKey(text)


def test_a_public_key_of_another_kind_is_refused():
    with pytest.raises(NotAKey, match="account"):
        decode_public(PUBLIC, Kind.ACCOUNT)


def test_a_seed_does_not_show_in_logs():
    assert SEED not in repr(SigningKey(SEED))


def test_a_signed_jwt_is_read_back():
    key = SigningKey(new_seed(Kind.SERVER))

    claims = verify_jwt(key.sign_jwt({"sub": "somebody"}), Kind.SERVER)

    assert (claims["iss"], claims["sub"]) == (key.public, "somebody")


def test_a_changed_jwt_is_refused():
    key = SigningKey(new_seed(Kind.SERVER))
    header, body, signature = key.sign_jwt({"sub": "somebody"}).split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(orjson.dumps(claims | {"sub": "root"})).decode().rstrip("=")
    unsigned = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"none"}').decode().rstrip("=")

    for forged in (
        f"{header}.{other}.{signature}",
        f"{unsigned}.{body}.{signature}",
        f"{header}.{body}.",
        f"{header}.{body}",
        "",
        "a.b.c",
    ):
        with pytest.raises(NotSigned):
            verify_jwt(forged, Kind.SERVER)


def test_a_signature_by_a_key_of_another_kind_is_refused():
    user = SigningKey(SEED)

    with pytest.raises(NotSigned):
        verify_jwt(user.sign_jwt({"sub": "somebody"}), Kind.SERVER)
