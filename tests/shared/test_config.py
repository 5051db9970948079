from pathlib import Path
from typing import Any

import pytest

from shared.config import Config, ConfigurationWrong, read_config

NATS = {
    "LIENNGANH_NATS_URL": "nats://nats:4222",
    "LIENNGANH_NATS_SERVICES_PASSWORD": "one",
    "LIENNGANH_NATS_AUTH_PASSWORD": "two",
    "LIENNGANH_NATS_ISSUER_SEED": "SAxyz",
}
PRODUCTION = NATS | {
    "LIENNGANH_PROFILE": "production",
    "LIENNGANH_DATABASE_URL": "postgresql://liennganh_services:three@db/liennganh",
    "LIENNGANH_OWNER_DATABASE_URL": "postgresql://liennganh:four@db/liennganh",
    "LIENNGANH_JWKS_URL": "https://issuer.example.vn/keys",
    "LIENNGANH_TOKEN_ISSUER": "https://issuer.example.vn",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Config.model_fields:
        monkeypatch.delenv(f"LIENNGANH_{name.upper()}", raising=False)
    return monkeypatch


def read(environment: pytest.MonkeyPatch, settings: dict[str, str], **overrides: Any) -> Config:
    for name, value in settings.items():
        environment.setenv(name, value)
    return read_config(**overrides)


def test_without_any_setting_everything_is_embedded(environment: pytest.MonkeyPatch):
    config = read(environment, {})

    assert (config.profile, config.data, config.http_port) == ("development", Path("data"), 8138)
    assert (config.database_url, config.nats_url, config.jwks_url) == ("", "", "")
    assert config.secrets == Path("data/secrets")


def test_the_environment_is_read_and_arguments_go_first(environment: pytest.MonkeyPatch):
    settings = {"LIENNGANH_HTTP_PORT": "9000", "LIENNGANH_DATA": "/srv/data"}

    config = read(environment, settings, http_port=0)

    assert (config.http_port, config.data) == (0, Path("/srv/data"))


def test_a_whole_production_configuration_is_accepted(environment: pytest.MonkeyPatch):
    assert read(environment, PRODUCTION).profile == "production"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"LIENNGANH_HTTP_PORT": "many"}, ["LIENNGANH_HTTP_PORT", "integer"]),
        ({"LIENNGANH_HTTP_PORT": "70000"}, ["LIENNGANH_HTTP_PORT", "65535"]),
        ({"LIENNGANH_PROFILE": "prod"}, ["LIENNGANH_PROFILE", "'production'"]),
        ({"LIENNGANH_POOL_CONNECTIONS_MAX": "3"}, ["LIENNGANH_POOL_CONNECTIONS_MAX", "4"]),
        ({"LIENNGANH_NATS_REPLICAS": "6"}, ["LIENNGANH_NATS_REPLICAS", "5"]),
        (
            {"LIENNGANH_NATS_URL": "nats://nats:4222"},
            ["LIENNGANH_NATS_SERVICES_PASSWORD", "LIENNGANH_NATS_ISSUER_SEED", "deploy/nats.conf"],
        ),
        (
            {"LIENNGANH_JWKS_URL": "https://issuer.example.vn"},
            ["LIENNGANH_TOKEN_ISSUER", "together"],
        ),
        ({"LIENNGANH_TOKEN_ISSUER": "https://issuer.example.vn"}, ["LIENNGANH_JWKS_URL"]),
        (
            {"LIENNGANH_OWNER_DATABASE_URL": "postgresql://liennganh@db/liennganh"},
            ["LIENNGANH_OWNER_DATABASE_URL needs LIENNGANH_DATABASE_URL", "embedded"],
        ),
        (
            {"LIENNGANH_DATABSE_URL": "postgresql://db"},
            ["no setting LIENNGANH_DATABSE_URL", "did you mean LIENNGANH_DATABASE_URL"],
        ),
        ({"LIENNGANH_HTTPPORT": "1"}, ["did you mean LIENNGANH_HTTP_PORT"]),
        (
            {"LIENNGANH_PROFILE": "production"},
            ["LIENNGANH_DATABASE_URL, LIENNGANH_NATS_URL, LIENNGANH_JWKS_URL", "one machine"],
        ),
        (
            PRODUCTION | {"LIENNGANH_JWKS_URL": "http://issuer.example.vn/keys"},
            ["LIENNGANH_JWKS_URL", "https://"],
        ),
    ],
    ids=lambda value: ",".join(value)[:60],
)
def test_a_wrong_setting_is_refused_by_name_with_what_to_do(
    environment: pytest.MonkeyPatch, settings: dict[str, str], says: list[str]
):
    with pytest.raises(ConfigurationWrong) as refused:
        read(environment, settings)

    for each in says:
        assert each in str(refused.value)


@pytest.mark.parametrize("missing", ["DATABASE_URL", "NATS_URL", "JWKS_URL"])
def test_production_embeds_nothing(environment: pytest.MonkeyPatch, missing: str):
    settings = PRODUCTION | {f"LIENNGANH_{missing}": "", "LIENNGANH_OWNER_DATABASE_URL": ""}
    if missing == "JWKS_URL":
        settings["LIENNGANH_TOKEN_ISSUER"] = ""

    with pytest.raises(ConfigurationWrong, match=f"LIENNGANH_{missing}"):
        read(environment, settings)


def test_production_serves_without_the_owner_of_the_logs(environment: pytest.MonkeyPatch):
    config = read(environment, PRODUCTION | {"LIENNGANH_OWNER_DATABASE_URL": ""})

    assert config.owner_database_url == ""


def test_all_wrong_settings_are_named_at_once(environment: pytest.MonkeyPatch):
    settings = {"LIENNGANH_HTTP_PORT": "many", "LIENNGANH_PROFILE": "prod"}

    with pytest.raises(ConfigurationWrong, match=r"HTTP_PORT.*") as refused:
        read(environment, settings)

    assert "LIENNGANH_PROFILE" in str(refused.value)


def test_names_of_others_are_left_alone(environment: pytest.MonkeyPatch):
    assert read(environment, {"LIENNGANH_TOKEN": "x", "LIENNGANH_CHROMIUM": "x"}).http_port == 8138


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch):
    shown = repr(read(environment, PRODUCTION))

    assert "https://issuer.example.vn/keys" in shown
    for secret in ("'one'", "'two'", "SAxyz", "three", "four"):
        assert secret not in shown


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])
def test_the_development_issuer_is_not_for_other_machines(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("LIENNGANH_HTTP_HOST", host)

    with pytest.raises(ConfigurationWrong, match="LIENNGANH_DEVELOPMENT_REACHABLE"):
        read_config()

    monkeypatch.setenv("LIENNGANH_DEVELOPMENT_REACHABLE", "true")
    assert read_config().http_host == host
