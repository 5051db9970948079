from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.bus import Bus, Consumer, Forbidden, NoConsumer, Request, Unavailable
from shared.bus.consumer import ACK_TOKENS
from shared.config import Config
from shared.errors import Broken
from shared.nats_accounts import (
    DOMAIN,
    NatsSecrets,
    agency_inbox,
    render_accounts,
    submitter_inbox,
)
from shared.nkeys import Kind, NotAKey, new_seed
from tests.shared.accounts_world import (
    BORDER_GUARD,
    FEED,
    POLICE,
    SECRETS,
    TOKENS,
    agency,
    static,
    world,
)
from tests.shared.nats_fixture import NatsProcess, until


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NatsProcess]:
    async with world(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture
async def services(server: NatsProcess) -> AsyncIterator[Bus]:
    async with static(server, "services") as bus:
        yield bus


@pytest.fixture
async def gateway(server: NatsProcess) -> AsyncIterator[Bus]:
    """Answers submissions with the subject and what was sent."""

    async def answer(request: Request) -> bytes:
        return f"{request.subject} {request.body.decode()}".encode()

    async with static(server, "gateway") as bus:
        await bus.serve("agency.*.submit.>", answer, "gateway", inbox_of=submitter_inbox)
        await bus.flush()
        yield bus


@pytest.fixture
async def police(server: NatsProcess) -> AsyncIterator[Bus]:
    async with agency(server, POLICE) as bus:
        yield bus


async def ends(bus: Bus) -> tuple[int, int]:
    """Sequences at the end of both streams."""
    return (await bus.tail("LN")).sequence, (await bus.tail(FEED)).sequence


async def emptied(feed: Consumer) -> None:
    """Take away what other tests left there."""
    while messages := await feed.fetch(100, 0.1):
        for message in messages:
            await message.ack()


async def nothing_left(feed: Consumer) -> bool:
    info = await feed.info()
    return (info.pending, info.ack_pending) == (0, 0)


async def test_an_agency_submits_and_gets_its_verdict(gateway: Bus, police: Bus):
    verdict = await police.request(f"agency.{POLICE}.submit.t.v1", b"hello", 5.0)

    assert verdict == f"agency.{POLICE}.submit.t.v1 hello".encode()


async def test_the_token_may_come_as_a_password(server: NatsProcess, gateway: Bus):
    token = TOKENS.issue(POLICE)

    async with Bus.connect(
        server.url,
        user=POLICE,
        password=token,
        name="police",
        inbox_prefix=agency_inbox(POLICE),
    ) as police:
        assert await police.request(f"agency.{POLICE}.submit.t.v1", b"", 5.0)


async def test_an_agency_pulls_its_own_feed_and_acknowledges(services: Bus, police: Bus):
    feed = police.consumer(FEED, POLICE)
    await emptied(feed)
    await services.publish(f"agency.{BORDER_GUARD}.feed.t.v1", b"for the border guard")
    await services.publish(f"agency.{POLICE}.feed.t.v1", b"for the police")

    messages = await feed.fetch(10, 5.0)
    for message in messages:
        await message.ack()

    assert [message.body for message in messages] == [b"for the police"]
    await until(lambda: nothing_left(feed))


async def test_acknowledgements_in_their_longer_form_are_permitted_too(tmp_path: Path):
    flags = "feature_flags { js_ack_fc_v2: true }"
    async with (
        world(tmp_path, flags) as server,
        static(server, "services") as services,
        agency(server) as police,
    ):
        await services.publish(f"agency.{POLICE}.feed.t.v1", b"for the police")
        feed = police.consumer(FEED, POLICE)

        [message] = await feed.fetch(10, 5.0)
        await message.ack()

        assert len(message._reply.split(".")) > ACK_TOKENS
        await until(lambda: nothing_left(feed))


async def test_a_client_without_settings_pulls_its_feed_too(server: NatsProcess, services: Bus):
    async with Bus.connect(
        server.url,
        token=TOKENS.issue(POLICE),
        name="police",
        inbox_prefix=agency_inbox(POLICE),
    ) as police:
        feed = police.consumer(FEED, POLICE)
        await emptied(feed)
        await services.publish(f"agency.{POLICE}.feed.t.v1", b"news")
        [message] = await feed.fetch(1, 5.0)
        await message.ack()
        await police.flush()

    assert message.body == b"news"


async def test_an_agency_hears_its_own_feed_live(services: Bus, police: Bus):
    heard: list[bytes] = []

    async def hear(arrival) -> None:
        heard.append(arrival.body)

    await police._connection.subscribe(f"agency.{POLICE}.feed.>", hear)
    await police.flush()
    await services.publish(f"agency.{BORDER_GUARD}.feed.t.v1", b"not for us")
    await services.publish(f"agency.{POLICE}.feed.t.v1", b"live")

    async def arrived() -> bool:
        return heard == [b"live"]

    await until(arrived)
    assert police.healthy


@pytest.mark.parametrize(
    "subject",
    [
        f"agency.{BORDER_GUARD}.submit.t.v1",
        f"agency.{POLICE}.feed.t.v1",
        f"agency.{BORDER_GUARD}.feed.t.v1",
        f"agency.{POLICE}",
        "ln.ledger.VN.entry_made.v1",
        f"{agency_inbox(BORDER_GUARD)}.x",
        f"$JS.API.CONSUMER.MSG.NEXT.{FEED}.{BORDER_GUARD}",
        f"$JS.{DOMAIN}.API.CONSUMER.MSG.NEXT.{FEED}.{BORDER_GUARD}",
        f"$JS.{DOMAIN}.API.CONSUMER.INFO.{FEED}.{BORDER_GUARD}",
        f"$JS.ACK.{FEED}.{BORDER_GUARD}.1.1.1.1.0",
        f"$JS.ACK._.hash.{FEED}.{BORDER_GUARD}.1.1.1.1.0.random",
        f"$JS.API.CONSUMER.CREATE.{FEED}.{POLICE}",
        f"$JS.API.CONSUMER.CREATE.{FEED}.spy.agency.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{FEED}.spy",
        f"$JS.API.CONSUMER.DELETE.{FEED}.{POLICE}",
        f"$JS.API.STREAM.INFO.{FEED}",
        f"$JS.{DOMAIN}.API.STREAM.MSG.GET.{FEED}",
        f"$JS.API.DIRECT.GET.{FEED}",
        "$JS.API.INFO",
        "$SYS.REQ.USER.AUTH",
    ],
)
async def test_an_agency_publishes_nowhere_else(police: Bus, subject: str):
    with pytest.raises(Forbidden):
        await police.request(subject, b"", 5.0)


@pytest.mark.parametrize(
    "subject",
    [
        ">",
        f"agency.{BORDER_GUARD}.feed.>",
        "agency.*.feed.>",
        f"agency.{POLICE}.submit.>",
        f"{agency_inbox(BORDER_GUARD)}.>",
        "_INBOX.>",
        "ln.>",
        "$JS.>",
        "$SYS.>",
    ],
)
async def test_an_agency_hears_nothing_else_and_the_attempt_shows(
    server: NatsProcess, subject: str
):
    async def hear(arrival) -> None:
        pytest.fail(f"heard {arrival.subject}")

    async with agency(server) as police:
        await police._connection.subscribe(subject, hear)
        await police.flush()

        assert police.refused == {subject.lower()}
        assert not police.healthy


async def test_a_reply_subject_is_no_way_into_a_stream(services: Bus, gateway: Bus, police: Bus):
    await services.publish(f"agency.{POLICE}.feed.t.v1", b"own feed")
    before = await ends(services)
    asks = (
        (f"agency.{POLICE}.submit.t.v1", b""),
        (f"$JS.{DOMAIN}.API.CONSUMER.INFO.{FEED}.{POLICE}", b""),
        (f"$JS.API.CONSUMER.MSG.NEXT.{FEED}.{POLICE}", b'{"batch":1}'),
    )

    for reply in ("ln.ledger.VN.forged.v1", f"agency.{BORDER_GUARD}.feed.t.v1"):
        for subject, body in asks:
            await police._connection.write(subject, body, reply=reply)
    assert await police.request(f"agency.{POLICE}.submit.t.v1", b"", 5.0)
    await police.consumer(FEED, POLICE).info()

    assert await ends(services) == before


async def test_a_reply_subject_is_no_way_to_submit_for_another(server: NatsProcess, police: Bus):
    submitted: list[str] = []

    async def note(request: Request) -> bytes:
        submitted.append(request.subject)
        return b"{}"

    async with static(server, "gateway") as gateway, static(server, "services") as services:
        await gateway.serve("agency.*.submit.>", note, inbox_of=submitter_inbox)
        await gateway.flush()
        await services.publish(f"agency.{POLICE}.feed.t.v1", b"own feed")
        victim = f"agency.{BORDER_GUARD}.submit.t.v1"
        for subject, body in (
            (f"agency.{POLICE}.submit.first.v1", b""),
            (f"$JS.{DOMAIN}.API.CONSUMER.INFO.{FEED}.{POLICE}", b""),
            (f"$JS.API.CONSUMER.MSG.NEXT.{FEED}.{POLICE}", b'{"batch":1}'),
        ):
            await police._connection.write(subject, body, reply=victim)
        await police.consumer(FEED, POLICE).info()
        await police.request(f"agency.{POLICE}.submit.last.v1", b"", 5.0)

    assert submitted == [f"agency.{POLICE}.submit.last.v1"]


def test_secrets_are_made_once_and_kept_private(tmp_path):
    config = Config(data=tmp_path / "data")

    first, second = NatsSecrets.open(config), NatsSecrets.open(config)

    assert first == second
    assert {path.stat().st_mode & 0o777 for path in config.secrets.iterdir()} == {0o600}
    assert first.services_password not in repr(first)


def test_secrets_of_a_server_of_ones_own_come_from_the_configuration():
    seed = new_seed(Kind.ACCOUNT)
    config = Config(
        nats_url="nats://elsewhere",
        nats_services_password="s",
        nats_auth_password="a",
        nats_issuer_seed=seed,
    )

    assert NatsSecrets.open(config) == NatsSecrets("s", "a", seed)
    with pytest.raises(NotAKey):
        NatsSecrets.open(config.model_copy(update={"nats_issuer_seed": "wrong"}))


@pytest.mark.parametrize("password", ["short", 'x" } ] } evil {' * 3, "$" + "x" * 30])
def test_a_password_that_the_server_would_misread_is_refused(password: str):
    with pytest.raises(Broken, match="22 letters"):
        render_accounts(NatsSecrets(password, SECRETS.auth_password, SECRETS.issuer_seed))


async def test_who_does_not_exist_has_no_feed(server: NatsProcess):
    async with agency(server, "BYT-VN") as ministry:
        with pytest.raises(NoConsumer):
            await ministry.consumer(FEED, "BYT-VN").fetch(1, 2.0)


async def test_nobody_answers_when_the_gateway_is_away(police: Bus):
    with pytest.raises(Unavailable):
        await police.request(f"agency.{POLICE}.submit.t.v1", b"", 0.5)
