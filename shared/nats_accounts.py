"""Who may do what on NATS: the server's accounts, their secrets, and an agency's permissions.

    LN        event streams and feeds (JetStream); user `services`
    AGENCIES  agencies and the gateway that answers them; user `gateway`, agencies by auth callout
    AUTH      user `auth`, who answers the callout

Agencies have an account of their own because no permission covers the reply subject of a request.
In one account with the streams an agency could ask JetStream for its consumer's state, or pull its
own feed, with `ln.…` or somebody else's feed as the reply subject, and the answer would be stored
there as if it were an event (tried with nats-server 2.15.1). From AGENCIES only three things lead
to LN: pulling a feed's consumer, its state, and acknowledgements. In AGENCIES nothing is stored.
What is heard live on `agency.<id>.feed.>` is therefore a hint; the durable consumer is the feed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.config import Config
from shared.embedded.files import make_folder, read_or_make_secret, write_private
from shared.errors import Broken
from shared.nkeys import Kind, SigningKey, new_seed

DOMAIN = "LN"
"""Agencies reach their consumer's state as in a JetStream domain of this name: `$JS.LN.API.…`,
because `$JS.API.…` is answered in every account by the server itself."""
ACK_FORMS = ("", "*.*.")
"""What stands before the stream in the subject of an acknowledgement: nothing, or the domain and
the account when the server's feature flag `js_ack_fc_v2` is on."""
PASSWORD_BYTES = 32
AUTH_SECONDS = 10
"""How long a client may take to be let in, the callout included."""
PASSABLE_FOLDER = 0o711
TOKEN = re.compile(r"[A-Za-z0-9_-]+")
PASSWORD = re.compile(r"[A-Za-z0-9_-]{22,}")


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects that a user may publish and subscribe to; whatever is not named is refused."""

    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()

    def claims(self) -> dict[str, Mapping[str, list[str]]]:
        """As a user JWT says it. There, an empty list of what is allowed would allow everything."""
        return {"pub": _only(self.publish), "sub": _only(self.subscribe)}


def agency_permissions(agency_id: str, feed_stream: str) -> Permissions:
    """What an agency may: submit, pull and acknowledge its own feed, hear its own answers.

    Its durable consumer in the feed stream is named like the agency and made by the gateway. Raises
    `Broken` when the id could not be one token of a subject.
    """
    if not TOKEN.fullmatch(agency_id):
        raise Broken(f"{agency_id!r} cannot be part of a NATS subject: letters, digits, - and _")
    return Permissions(
        publish=(
            f"agency.{agency_id}.submit.>",
            f"$JS.API.CONSUMER.MSG.NEXT.{feed_stream}.{agency_id}",
            f"$JS.{DOMAIN}.API.CONSUMER.MSG.NEXT.{feed_stream}.{agency_id}",
            f"$JS.{DOMAIN}.API.CONSUMER.INFO.{feed_stream}.{agency_id}",
            *(f"$JS.ACK.{form}{feed_stream}.{agency_id}.>" for form in ACK_FORMS),
        ),
        subscribe=(f"{agency_inbox(agency_id)}.>", f"agency.{agency_id}.feed.>"),
    )


def agency_inbox(agency_id: str) -> str:
    """The inbox prefix of an agency: `_INBOX_<id>`."""
    return f"_INBOX_{agency_id}"


def submitter_inbox(subject: str) -> str:
    """How a submission on `agency.<id>.submit.…` wants its answer: in that agency's inbox.

    For `Bus.serve(…, inbox_of=submitter_inbox)`.
    """
    return f"{agency_inbox(subject.split('.')[1])}."


@dataclass(frozen=True, slots=True)
class NatsSecrets:
    """What proves who we are to NATS."""

    services_password: str = field(repr=False)
    """Of the users `services` and `gateway`: the same processes use both."""
    auth_password: str = field(repr=False)
    """Of the user `auth`."""
    issuer_seed: str = field(repr=False)
    """Signs what the callout grants."""

    @classmethod
    def open(cls, config: Config) -> "NatsSecrets":
        """From the configuration, or for the embedded server kept in the data folder. Blocks.

        Raises `NotAKey` when the issuer's seed is none.
        """
        if config.nats_url:
            secrets = cls(
                config.nats_services_password, config.nats_auth_password, config.nats_issuer_seed
            )
        else:
            secrets = cls._keep(config.secrets)
        SigningKey(secrets.issuer_seed)
        return secrets

    @classmethod
    def _keep(cls, folder: Path) -> "NatsSecrets":
        if not folder.exists():
            folder.parent.parent.mkdir(parents=True, exist_ok=True)
            make_folder(folder.parent, mode=PASSABLE_FOLDER)
            make_folder(folder)
        seed = folder / "nats-issuer.seed"
        if not seed.exists():
            write_private(seed, new_seed(Kind.ACCOUNT))
        return cls(
            read_or_make_secret(folder / "nats-services.password", PASSWORD_BYTES),
            read_or_make_secret(folder / "nats-auth.password", PASSWORD_BYTES),
            seed.read_text("utf-8").strip(),
        )


def render_accounts(secrets: NatsSecrets, feed_stream: str = "FEED") -> str:
    """The `accounts` and `authorization` blocks of nats.conf. Contains passwords.

    Raises `Broken` when a password is too short or would need quoting.
    """
    if not TOKEN.fullmatch(feed_stream):
        raise Broken(f"{feed_stream!r} cannot be the name of a stream")
    issuer = SigningKey(secrets.issuer_seed).public
    services = _password(secrets.services_password, "services")
    auth = _password(secrets.auth_password, "auth")
    api = f"$JS.{DOMAIN}.API"
    pulls = f"MSG.NEXT.{feed_stream}.*"
    state = f"INFO.{feed_stream}.*"
    lines = (
        "accounts {",
        "  LN {",
        "    jetstream: enabled",
        f'    users: [ {{ user: "services", password: "{services}" }} ]',
        "    exports: [",
        f'      {{ service: "$JS.API.CONSUMER.{pulls}", response: stream, accounts: [AGENCIES] }}',
        f'      {{ service: "$JS.API.CONSUMER.{state}", accounts: [AGENCIES] }}',
        *(
            f'      {{ service: "$JS.ACK.{form}{feed_stream}.>", accounts: [AGENCIES] }}'
            for form in ACK_FORMS
        ),
        '      { stream: "agency.*.feed.>", accounts: [AGENCIES] }',
        "    ]",
        "  }",
        "  AGENCIES {",
        f'    users: [ {{ user: "gateway", password: "{services}" }} ]',
        "    imports: [",
        *(
            f'      {{ service: {{ account: LN, subject: "$JS.API.CONSUMER.{what}" }},'
            f' to: "{prefix}.CONSUMER.{what}" }}'
            for what, prefix in ((pulls, "$JS.API"), (pulls, api), (state, api))
        ),
        *(
            f'      {{ service: {{ account: LN, subject: "$JS.ACK.{form}{feed_stream}.>" }} }}'
            for form in ACK_FORMS
        ),
        '      { stream: { account: LN, subject: "agency.*.feed.>" } }',
        "    ]",
        "  }",
        f'  AUTH {{ users: [ {{ user: "auth", password: "{auth}" }} ] }}',
        "}",
        "authorization {",
        f"  timeout: {AUTH_SECONDS}",
        f'  auth_callout {{ issuer: "{issuer}", account: AUTH,'
        ' auth_users: [ "services", "gateway", "auth" ] }',
        "}",
    )
    return "\n".join(lines) + "\n"


def _only(allowed: tuple[str, ...]) -> Mapping[str, list[str]]:
    return {"allow": list(allowed)} if allowed else {"deny": [">"]}


def _password(text: str, user: str) -> str:
    if not PASSWORD.fullmatch(text):
        raise Broken(
            f"the NATS password of {user} is too short or has signs that nats.conf would read as "
            "something else: take at least 22 letters and digits"
        )
    return text
