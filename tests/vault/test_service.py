"""The vault's start, and what others are told while it is closed."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.vault.access import as_role, vault_url
from services.vault.commands import Vault
from services.vault.kek import FileKek
from shared.errors import Broken
from tests.running import World
from tests.vault.world import POLICE, letter, letters_world, opened, send


async def test_a_key_that_others_may_read_stops_the_start(
    data_folder: Callable[[], Path], tmp_path: Path
):
    path = tmp_path / "loose.kek"
    FileKek.open(path, make=True)
    path.chmod(0o644)

    with pytest.raises(Broken, match="0600"):
        async with letters_world(data_folder(), vault_kek=str(path)):
            pass


async def test_while_the_vault_is_closed_nothing_is_recorded_and_who_asks_tries_again(
    post: World, monkeypatch: pytest.MonkeyPatch
):
    event_id, _ = await letter(post)
    vault = post.system.keys
    assert isinstance(vault, Vault)
    before = await post.system.logs["letters"].head()
    monkeypatch.setattr(vault, "opened", None)

    status, answer = await send(post, POLICE, "/v1/letters", {"title": "Thư", "text": "x"})
    asked, _ = await opened(post, event_id)

    assert (status, answer["code"], asked) == (503, "try-again", 503)
    assert await post.system.logs["letters"].head() == before


async def test_production_needs_a_role_that_somebody_made():
    system: Any = SimpleNamespace(
        config=SimpleNamespace(profile="production", vault_database_url="")
    )

    with pytest.raises(Broken, match="LIENNGANH_VAULT_DATABASE_URL"):
        await vault_url(system)


async def test_an_address_that_somebody_gave_is_used_as_it_is():
    url = "postgresql://v:p@keys.example/vault"
    system: Any = SimpleNamespace(config=SimpleNamespace(vault_database_url=url))

    assert await vault_url(system) == url


def test_the_same_server_is_addressed_as_another_role():
    assert (
        as_role("postgresql://admin:a%40b@localhost:5433/db?sslmode=disable", "r", "p/w")
        == "postgresql://r:p%2Fw@localhost:5433/db?sslmode=disable"
    )
