import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from structlog.testing import capture_logs

import shared.http.jwks
from shared.auth import Tokens
from shared.errors import NotSignedIn, Retry
from shared.http.jwks import DOCUMENT_BYTES_MAX, fetch_keys, keep_fresh
from shared.supervisor import Supervisor
from tests.shared.http.served import serving
from tests.shared.nats_fixture import until
from tests.shared.test_auth import ISSUER, KEY, OTHER, token


def public(*keys: Any) -> bytes:
    return json.dumps({"keys": [each.as_dict(private=False) for each in keys]}).encode()


class Issuer:
    """Answers with a document, in pieces."""

    def __init__(self, document: bytes, status: int = 200) -> None:
        self.document, self.status, self.asked = document, status, 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        response = web.StreamResponse(status=self.status, headers={"Location": "/elsewhere"})
        await response.prepare(request)
        size = max(1, len(self.document) // 5)
        for start in range(0, len(self.document), size):
            await response.write(self.document[start : start + size])
            await asyncio.sleep(0)
        return response


async def fetched(issuer: Issuer) -> KeySet:
    async with serving(issuer.answer) as (_, runner):
        host, port = runner.addresses[0][:2]
        return await fetch_keys(f"http://{host}:{port}/keys")


async def test_a_document_that_comes_in_pieces_is_read_whole():
    keys = [KEY, ECKey.generate_key("P-256", {"kid": "e"}), RSAKey.generate_key(2048, {"kid": "r"})]

    found = await fetched(Issuer(public(*keys)))

    assert [each.kid for each in found.keys] == ["one", "e", "r"]


async def test_a_kind_of_key_that_nobody_knows_yet_is_passed_over():
    document = json.loads(public(KEY))
    document["keys"].append({"kty": "POST-QUANTUM", "kid": "later"})

    found = await fetched(Issuer(json.dumps(document).encode()))

    assert [each.kid for each in found.keys] == ["one"]


@pytest.mark.parametrize(
    "issuer",
    [
        Issuer(b"", 500),
        Issuer(public(KEY), 404),
        Issuer(public(KEY), 302),
        Issuer(b"<html>"),
        Issuer(b""),
        Issuer(b"[]"),
        Issuer(b"{}"),
        Issuer(b'{"keys": 1}'),
        Issuer(b'{"keys": []}'),
        Issuer(b'{"keys": [{"kty": "OKP"}]}'),
        Issuer(public(KEY)[:-20]),
        Issuer(public(KEY) + b" " * DOCUMENT_BYTES_MAX),
    ],
    ids=lambda issuer: f"{issuer.status} {issuer.document[:20]!r}",
)
async def test_what_is_no_set_of_keys_is_an_issuer_that_is_away(issuer: Issuer):
    with pytest.raises(Retry, match="cannot be had"):
        await fetched(issuer)


async def test_an_issuer_that_does_not_answer_is_away():
    with pytest.raises(Retry, match="cannot be had"):
        await fetch_keys("http://127.0.0.1:1/keys")


async def test_new_keys_are_fetched_when_a_token_names_one_that_we_do_not_have(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.http.jwks, "REFRESH_LEAST_SECONDS", 0.0)
    issuer, tokens = Issuer(public(KEY)), Tokens(KeySet([KEY]), ISSUER)
    async with serving(issuer.answer) as (_, runner):
        host, port = runner.addresses[0][:2]
        supervisor.start("keys", lambda: keep_fresh(tokens, f"http://{host}:{port}/keys"))

        issuer.document, new = public(KEY, OTHER), token(OTHER, kid="two")
        with pytest.raises(NotSignedIn):
            tokens.actor(new)

        async def known() -> bool:
            return tokens._keys.keys[-1].kid == "two"

        await until(known)
        assert tokens.actor(new).user == "clerk"
        await supervisor.stop()


async def test_an_issuer_that_is_away_leaves_the_old_keys_in_force(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared.http.jwks, "REFRESH_LEAST_SECONDS", 0.0)
    monkeypatch.setattr(shared.http.jwks, "REFRESH_SECONDS", 0.02)
    issuer, tokens = Issuer(b"", 503), Tokens(KeySet([OKPKey.import_key(KEY.as_dict())]), ISSUER)
    async with serving(issuer.answer) as (_, runner):
        host, port = runner.addresses[0][:2]
        with capture_logs() as logged:
            supervisor.start("keys", lambda: keep_fresh(tokens, f"http://{host}:{port}/keys"))

            async def asked_twice() -> bool:
                return issuer.asked >= 2

            await until(asked_twice)

        assert tokens.actor(token()).user == "clerk"
        assert supervisor.down == {}
        await supervisor.stop()
    assert "keys not refreshed" in {each["event"] for each in logged}
