"""The vault service: names its parts, and opens the keys before anybody is let in."""

import asyncio
from pathlib import Path

from services.vault.access import vault_url
from services.vault.commands import Opened, Vault
from services.vault.domain import Custody, Opening
from services.vault.erasing import LEDGER_SUFFIX, Eraser, Ledger
from services.vault.grants import Grants
from services.vault.http import ROUTES
from services.vault.kek import KEK_FILE, FileKek
from services.vault.keyring import Keyring
from shared.service import Service
from shared.system import System


async def start(system: System) -> None:
    """Open the keys; whatever was erased is destroyed again before the first one is lent.

    Raises `Broken` when the key-encryption key is not the right one or others can read it.
    """
    url = await vault_url(system)
    config = system.config
    kek = Path(config.vault_kek) if config.vault_kek else config.secrets / KEK_FILE
    ledger = Ledger(kek.with_name(kek.name + LEDGER_SUFFIX))
    vault = system.keys = Vault(Grants.read(), lambda: system.logs)
    first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def keep() -> None:
        try:
            async with Keyring.open(url, lambda make: FileKek.open(kek, make=make)) as keys:
                eraser = Eraser(system.logs["vault"], keys, ledger)
                await eraser.begin()
                vault.opened = Opened(keys, eraser)
                if not first.done():
                    first.set_result(None)
                await eraser.run()
        except Exception as error:
            if not first.done():
                first.set_exception(error)
            raise
        finally:
            vault.opened = None  # Until it is open again, what needs a key is told to try again.

    system.supervisor.start("vault.keys", keep)
    await first


SERVICE = Service(
    "vault",
    routes=ROUTES,
    aggregates=(Custody, Opening),
    competence=(Path(__file__).with_name("competence.json"),),
    start=start,
)
