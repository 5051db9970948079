import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

import shared.auth
from shared.actor import Actor
from shared.auth import (
    ALGORITHMS,
    AUDIENCE,
    TOKEN_CHARACTERS_MAX,
    VERIFIED_MAX,
    DevelopmentIssuer,
    Tokens,
)
from shared.errors import Broken, NotSignedIn

ISSUER = "https://issuer.example.vn"
KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
OTHER = OKPKey.generate_key("Ed25519", {"kid": "two"})


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(KeySet([KEY]), ISSUER)


def claims(**changes: Any) -> dict[str, Any]:
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "clerk",
        "agency": "CA_TINH-P34-40",
        "roles": ["clerk", "duty officer"],
        "purpose": "kiểm tra",
        "exp": int(time.time()) + 60,
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def token(key: Any = KEY, alg: str = "Ed25519", kid: str | None = "one", **changes: Any) -> str:
    header = {"alg": alg} | ({"kid": kid} if kid else {})
    return jwt.encode(header, claims(**changes), key, algorithms=[alg])


def part(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_token_speaks_for_an_actor(tokens: Tokens):
    assert tokens.actor(token()) == Actor(
        "CA_TINH-P34-40", "clerk", frozenset({"clerk", "duty officer"}), "kiểm tra"
    )


def test_roles_and_purpose_may_be_left_out(tokens: Tokens):
    actor = tokens.actor(token(roles=None, purpose=None))

    assert (actor.roles, actor.purpose) == (frozenset(), "")


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
        (RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
    ],
)
def test_issuers_may_sign_with_the_common_algorithms(key: Any, alg: str):
    tokens = Tokens(KeySet([OTHER, key]), ISSUER)

    assert tokens.actor(token(key, alg, "k")).user == "clerk"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://another.example.vn"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": ["another"]},
        {"sub": None},
        {"agency": None},
        {"exp": None},
        {"exp": 1_000_000_000},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": True},
        {"nbf": 4_102_444_800},
        {"agency": 7},
        {"agency": ["CA_TINH-P34-40"]},
        {"agency": "X" * 201},
        {"sub": "clerk\nforged"},
        {"sub": "nul\x00"},
        {"purpose": {"a": 1}},
        {"roles": "clerk"},
        {"roles": {"clerk": 1}},
        {"roles": [7]},
        {"roles": [["clerk"]]},
        {"roles": ["r"] * 51},
    ],
    ids=str,
)
def test_claims_that_are_not_right_are_not_believed(tokens: Tokens, changes: dict[str, Any]):
    with pytest.raises(NotSignedIn) as refused:
        tokens.actor(token(**changes))

    assert refused.value.status == 401
    assert refused.value.remedy_vi and refused.value.remedy_en


@pytest.mark.parametrize(
    "forged",
    [
        f"{part({'alg': 'none'})}.{part(claims())}.",
        f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims())}.",
        f"{part({'alg': 'None', 'kid': 'one'})}.{part(claims())}.{part('x')}",
        token(OTHER, kid="one"),
        token(OTHER, kid="two"),
        token(OTHER, kid=None),
        token(OctKey.import_key(KEY.as_dict(private=False)["x"] * 2), "HS256"),
        token(ECKey.generate_key("P-256"), "ES256"),
        token() + "x",
        token()[:-4],
        ".".join([token().split(".")[0], part(claims(agency="BCA-VN")), token().split(".")[2]]),
        "",
        "a.b",
        "a.b.c",
        "....",
        "é.é.é",
        "\udcff.x.y",
        f"{part('[' * 5_000)}.{part('{}')}.{part('x')}",
        f"{part({'alg': 'Ed25519', 'kid': ['one']})}.{part(claims())}.{part('x')}",
        f"{part({'alg': ['Ed25519']})}.{part(claims())}.{part('x')}",
        f"{part([])}.{part(claims())}.{part('x')}",
        f"{part({'alg': 'Ed25519', 'kid': 'one', 'crit': ['x'], 'x': 1})}.{part(claims())}.x",
        f"{part({'alg': 'Ed25519', 'jwk': OTHER.as_dict(private=False)})}.{part(claims())}.x",
        token() + "." * TOKEN_CHARACTERS_MAX,
    ],
    ids=lambda forged: forged[:24] or "nothing",
)
def test_what_the_issuer_did_not_sign_is_not_believed(tokens: Tokens, forged: str):
    with pytest.raises(NotSignedIn):
        tokens.actor(forged)


def test_no_algorithm_lets_a_public_key_sign():
    assert not {each for each in ALGORITHMS if each.startswith("HS") or each.lower() == "none"}


def test_a_token_that_was_verified_ends_when_it_ends(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
):
    good = token(exp=int(time.time()) + 60)
    tokens.actor(good)
    later = time.time() + 3_600
    monkeypatch.setattr(time, "time", lambda: later)

    with pytest.raises(NotSignedIn):
        tokens.actor(good)


def test_what_was_verified_with_keys_that_were_replaced_is_forgotten(tokens: Tokens):
    old, new = token(), token(OTHER, kid="two")
    tokens.actor(old)

    tokens.replace_keys(KeySet([OTHER]))

    with pytest.raises(NotSignedIn):
        tokens.actor(old)
    assert tokens.actor(new).user == "clerk"


def test_a_token_of_an_unknown_key_lets_new_keys_be_asked_for(tokens: Tokens):
    with pytest.raises(NotSignedIn):
        tokens.actor(token()[:-4])
    assert not tokens.unknown_key.is_set()

    with pytest.raises(NotSignedIn):
        tokens.actor(token(OTHER, kid="two"))

    assert tokens.unknown_key.is_set()


def test_only_so_many_verified_tokens_are_remembered(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.auth, "VERIFIED_MAX", 3)
    for number in range(6):
        tokens.actor(token(sub=f"clerk {number}"))

    assert len(tokens._verified) == 3 < VERIFIED_MAX


def test_when_a_token_ends_is_known(tokens: Tokens):
    until = int(time.time()) + 60

    assert tokens.expiry(token(exp=until)).timestamp() == until


def test_the_development_issuer_signs_for_anybody(tmp_path: Path):
    issuer = DevelopmentIssuer.open(tmp_path / "secrets")

    actor = issuer.tokens().actor(issuer.sign("BCA-VN", "an", ("auditor",), "kiểm tra"))

    assert actor == Actor("BCA-VN", "an", frozenset({"auditor"}), "kiểm tra")
    assert Tokens(KeySet.import_key_set(issuer.public_keys()), "liennganh-development").actor(
        issuer.sign("BCA-VN", "an")
    )
    assert "d" not in issuer.public_keys()["keys"][0]


def test_its_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path):
    folder = tmp_path / "secrets"

    first, second = DevelopmentIssuer.open(folder), DevelopmentIssuer.open(folder)

    [path] = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert second.tokens().actor(first.sign("BCA-VN", "an")).user == "an"


def test_of_two_that_make_a_key_at_once_one_is_used_by_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    link = os.link

    def overtaken(fresh: Path, path: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        overtaken.first = DevelopmentIssuer.open(tmp_path)  # type: ignore[attr-defined]
        link(fresh, path)

    monkeypatch.setattr(os, "link", overtaken)

    second = DevelopmentIssuer.open(tmp_path)

    first: DevelopmentIssuer = overtaken.first  # type: ignore[attr-defined]
    assert second.tokens().actor(first.sign("BCA-VN", "an")).user == "an"
    assert len([*tmp_path.iterdir()]) == 1


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path):
    DevelopmentIssuer.open(tmp_path)
    [path] = tmp_path.iterdir()
    path.chmod(0o640)

    with pytest.raises(Broken, match="delete it"):
        DevelopmentIssuer.open(tmp_path)
