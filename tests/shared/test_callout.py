import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.actor import Actor
from shared.bus import Bus, Request, RequestFailed
from shared.callout import Callout
from shared.errors import Broken
from shared.nats_accounts import Permissions, agency_inbox, agency_permissions
from shared.nkeys import Kind, SigningKey, new_seed, verify_jwt
from tests.shared.accounts_world import FEED, POLICE, SECRETS, TOKENS, agency, world
from tests.shared.nats_fixture import NatsProcess, fresh, until


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsProcess]:
    async with world(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.mark.parametrize("token", ["unknown", "token.CA_TINH-P34-40.999999", "", "a.b.c"])
async def test_an_unknown_token_is_refused(server: NatsProcess, token: str):
    with pytest.raises(Broken, match="does not accept"):
        async with Bus.connect(server.url, token=token, name="stranger"):
            pytest.fail("it was let in")


async def test_an_expired_token_is_refused(server: NatsProcess):
    token = TOKENS.issue(POLICE, timedelta(seconds=-1))

    with pytest.raises(Broken, match="does not accept"):
        async with agency(server, token=token):
            pytest.fail("it was let in")


async def test_a_static_user_with_a_wrong_password_is_refused(server: NatsProcess):
    for user in ("services", "gateway", "auth"):
        with pytest.raises(Broken, match="does not accept"):
            async with Bus.connect(
                server.url, user=user, password=TOKENS.issue(POLICE), name="stranger"
            ):
                pytest.fail("it was let in")


async def test_a_connection_ends_with_its_token(server: NatsProcess):
    async with agency(server, token=TOKENS.issue(POLICE, timedelta(seconds=1.2))) as police:
        assert police.healthy

        async def outside() -> bool:
            return not police.healthy and "authorization" in police.trouble.lower()

        await until(outside)


async def test_a_new_token_lets_it_in_again(server: NatsProcess):
    tokens = [TOKENS.issue(POLICE), TOKENS.issue(POLICE, timedelta(seconds=1.2))]
    async with Bus.connect(
        server.url,
        token=lambda: tokens.pop() if len(tokens) > 1 else tokens[0],
        name="police",
        inbox_prefix=agency_inbox(POLICE),
    ) as police:
        first = police.generation

        async def renewed() -> bool:
            return police.generation > first and police.healthy

        await until(renewed)


async def test_a_verifier_that_breaks_lets_nobody_in(server: NatsProcess):
    def broken(token: str) -> Actor:
        raise RuntimeError("the issuer's keys cannot be fetched")

    answer = await asked(broken, lambda actor: Permissions(("a",), ("b",)))

    assert answer["error"] == "not admitted"
    assert "jwt" not in answer


async def test_an_agency_id_that_is_no_token_is_not_admitted():
    answer = await asked(
        lambda token: Actor("CA.>", "x"), lambda actor: agency_permissions(actor.agency, FEED)
    )

    assert answer["error"] == "not admitted"


async def test_a_verifier_may_take_its_time():
    async def verify(token: str) -> Actor:
        return Actor(POLICE, "officer")

    answer = await asked(verify, lambda actor: agency_permissions(actor.agency, FEED))

    granted = verify_jwt(answer["jwt"], Kind.ACCOUNT)
    assert granted["name"] == POLICE
    assert granted["aud"] == "AGENCIES"
    assert time.time() < granted["exp"] < time.time() + 24 * 3600


async def test_nothing_allowed_means_everything_refused():
    answer = await asked(lambda token: Actor(POLICE, "x"), lambda actor: Permissions())

    granted = verify_jwt(answer["jwt"], Kind.ACCOUNT)["nats"]
    assert granted["pub"] == granted["sub"] == {"deny": [">"]}


async def test_a_question_that_no_server_signed_gets_no_answer(server: NatsProcess):
    forger, user = SigningKey(new_seed(Kind.SERVER)), SigningKey(new_seed(Kind.USER))
    question = question_of(forger, user.public)
    async with Bus.connect(
        server.url, user="auth", password=SECRETS.auth_password, name="other"
    ) as auth:
        callout = Callout(auth, SECRETS.issuer_seed, TOKENS.verify, lambda actor: Permissions())
        await auth.serve(subject := fresh("ask"), callout._answer)
        for forged in (
            user.sign_jwt(question),
            forger.sign_jwt(question | {"aud": "something else"}),
            forger.sign_jwt(question | {"exp": 1}),
            SigningKey(new_seed(Kind.SERVER)).sign_jwt(question),
            "not a jwt",
        ):
            with pytest.raises(RequestFailed):
                await auth.request(subject, forged.encode(), 10.0)


def question_of(server_key: SigningKey, user_key: str) -> dict:
    return {
        "aud": "nats-authorization-request",
        "nats": {
            "type": "authorization_request",
            "version": 2,
            "server_id": {"id": server_key.public},
            "user_nkey": user_key,
            "client_info": {"host": "127.0.0.1"},
            "connect_opts": {"auth_token": "any"},
        },
    }


async def asked(verify, permissions) -> dict:
    """The callout's answer to a server's question, without a server."""
    server_key, user_key = SigningKey(new_seed(Kind.SERVER)), SigningKey(new_seed(Kind.USER))
    callout = Callout(None, SECRETS.issuer_seed, verify, permissions)  # type: ignore[arg-type]
    question = server_key.sign_jwt(question_of(server_key, user_key.public)).encode()
    answer = verify_jwt((await callout._answer(Request("", question, {}))).decode(), Kind.ACCOUNT)
    assert answer["iss"] == SigningKey(SECRETS.issuer_seed).public
    assert (answer["sub"], answer["aud"]) == (user_key.public, server_key.public)
    return answer["nats"]
