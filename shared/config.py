"""Configuration: one class, read once from the environment, refused with the remedy when wrong."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import LiennganhError

PREFIX = "LIENNGANH_"
HTTP_PORT_DEFAULT = 8138
ALIKE_MIN = 0.85
"""How much of a name that is no setting must agree with one that is, to be taken for a slip."""


class ConfigurationWrong(LiennganhError):
    """The program does not start; the message says which setting and what to do."""


class Config(BaseSettings):
    """Every setting, `LIENNGANH_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    profile: Literal["development", "production"] = "development"
    """Production refuses the development issuer, embedded servers, unsafe durability settings, and
    a database role that could change what was recorded."""

    data: Path = Path("data")
    """Folder of the embedded servers, their secrets and logs. Created with mode 0700."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=HTTP_PORT_DEFAULT, ge=0, le=65535)
    """0 takes a free port; the `ready` line says which."""

    database_url: str = Field(default="", repr=False)
    """`postgresql://…` of a PostgreSQL 18; empty starts the embedded one. The role serves, and in
    production it must not be able to change a log."""

    owner_database_url: str = Field(default="", repr=False)
    """The same database as the role that owns the logs and makes their tables: for `liennganh
    migrate`. Without it the tables are there already, or the role that serves owns them."""

    nats_url: str = ""
    """`nats://…` of a nats-server ≥ 2.14.5; empty starts the embedded one."""

    nats_services_password: str = Field(default="", repr=False)
    """Password of the user `services`, needed with `nats_url`."""

    nats_auth_password: str = Field(default="", repr=False)
    """Password of the user `auth` that answers the auth callout, needed with `nats_url`."""

    nats_issuer_seed: str = Field(default="", repr=False)
    """Account NKey seed (`SA…`) that signs agencies' NATS permissions, needed with `nats_url`."""

    nats_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each stream; 3 in a cluster."""

    jwks_url: str = ""
    """Keys of the OIDC issuer; empty uses the embedded development issuer."""

    token_issuer: str = ""
    """Expected `iss` of tokens, needed with `jwks_url`."""

    development_reachable: bool = False
    """Lets the development issuer be reached from other machines. Anybody who reaches it can be any
    agency without a password, so it is for closed networks without real data only."""

    pool_connections_max: int = Field(default=10, ge=4, le=200)
    """PostgreSQL connections of this process, beside one writer per log. Who holds one in a
    transaction may need a second, to read a log by; with fewer than 4 such wait for each other."""

    vault_database_url: str = Field(default="", repr=False)
    """`postgresql://…` of the role that alone reads the keys of personal data; empty makes one on
    the server in use. Needed in production."""

    vault_kek: str = ""
    """File of the key that wraps those keys, mode 0600; `vault.kek` among the secrets when empty.
    Its ledger of what was erased lies beside it. Keep a copy where no database backup goes."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.nats_url and not (
            self.nats_services_password and self.nats_auth_password and self.nats_issuer_seed
        ):
            raise ValueError(
                "LIENNGANH_NATS_URL needs LIENNGANH_NATS_SERVICES_PASSWORD, "
                "LIENNGANH_NATS_AUTH_PASSWORD and LIENNGANH_NATS_ISSUER_SEED "
                "(see deploy/nats.conf)"
            )
        if self.owner_database_url and not self.database_url:
            raise ValueError(
                "LIENNGANH_OWNER_DATABASE_URL needs LIENNGANH_DATABASE_URL, the same database for "
                "the role that serves; the embedded server has both by itself"
            )
        if bool(self.jwks_url) != bool(self.token_issuer):
            raise ValueError("LIENNGANH_JWKS_URL and LIENNGANH_TOKEN_ISSUER are set together")
        if not self.jwks_url and not self.development_reachable and not self._is_loopback():
            raise ValueError(
                f"LIENNGANH_HTTP_HOST is {self.http_host} and the development issuer would let "
                "everybody there be any agency: keep 127.0.0.1, or set LIENNGANH_JWKS_URL, or say "
                "LIENNGANH_DEVELOPMENT_REACHABLE=true"
            )
        if self.profile == "production":
            self._fit_for_production()
        return self

    def _fit_for_production(self) -> None:
        missing = [
            f"LIENNGANH_{name.upper()}"
            for name in ("database_url", "nats_url", "jwks_url")
            if not getattr(self, name)
        ]
        if missing:
            raise ValueError(
                f"the production profile needs {', '.join(missing)}: embedded servers and the "
                "development issuer are for one machine"
            )
        if not self.jwks_url.startswith("https://"):
            raise ValueError(
                "LIENNGANH_JWKS_URL must begin with https:// in the production profile: whoever "
                "can change the answer can sign as anybody"
            )

    def _is_loopback(self) -> bool:
        return self.http_host in ("localhost", "::1") or self.http_host.startswith("127.")

    @property
    def secrets(self) -> Path:
        """Folder of generated keys and passwords."""
        return self.data / "secrets"


def read_config(**overrides: object) -> Config:
    """The configuration. Raises `ConfigurationWrong` naming each setting that is not right."""
    _refuse_misspelt(os.environ)
    try:
        return Config(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            if each["loc"]
            else each["msg"]
            for each in error.errors(include_url=False)
        ]
        raise ConfigurationWrong("; ".join(lines)) from None


def _refuse_misspelt(names: Iterable[str]) -> None:
    """A setting with a slip in its name would silently not be set."""
    known = [f"{PREFIX}{name.upper()}" for name in Config.model_fields]
    for name in names:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            for meant in get_close_matches(name.upper(), known, n=1, cutoff=ALIKE_MIN):
                raise ConfigurationWrong(f"there is no setting {name}: did you mean {meant}?")
