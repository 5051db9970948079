"""What the verbs do that need nothing running: serve, migrate, make tokens."""

import asyncio
import gc
import json
import signal
import time
from datetime import datetime

from services.registry import chosen
from services.remote import say
from shared.actor import VIETNAM
from shared.auth import DevelopmentIssuer
from shared.config import Config
from shared.errors import LiennganhError
from shared.reference import load_register
from shared.standing import in_its_time
from shared.system import System, running
from shared.telemetry import set_up_logging

YOUNG_OBJECTS_MAX = 10_000
"""New objects between two looks for garbage that refers to itself; Python looks after 700."""


async def serve(config: Config, names: str, *, as_json: bool) -> int:
    """Run until a signal asks to stop; print one `ready` line."""
    begun = time.monotonic()
    set_up_logging()
    stop = stop_signal()
    async with running(config, chosen(names)) as system:
        settle_memory()
        _ready(system, time.monotonic() - begun, as_json=as_json)
        await stop.wait()
    return 0


def settle_memory() -> None:
    """Never again look for garbage among what is there once everything has started.

    The code, the register and the tables are there as long as the process. Going through them and
    through what is new took an eighth of its time under load, and up to 0.2 s in one go, in which
    nobody was answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS_MAX, *gc.get_threshold()[1:])


def stop_signal() -> asyncio.Event:
    """Set when somebody presses Ctrl-C or the process is told to end. Call it before starting."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    return stop


def _ready(system: System, seconds: float, *, as_json: bool) -> None:
    urls = {"http": system.url, "console": f"{system.url}/console/", "nats": system.nats_url}
    if as_json:
        say(json.dumps({"ready": True, "seconds": round(seconds, 3), **urls}))
    else:
        say(f"ready in {seconds:.1f} s  console {urls['console']}  nats {urls['nats']}")


def make_token(config: Config, agency: str, user: str, roles: tuple[str, ...], purpose: str) -> str:
    """A development token. Raises when the system verifies tokens of a real issuer."""
    if config.jwks_url or config.profile == "production":
        raise LiennganhError(
            "tokens come from the issuer of LIENNGANH_JWKS_URL; development tokens are not valid"
        )
    if not config.secrets.is_dir():
        raise LiennganhError(
            f"{config.data} holds no development issuer: start the product on it first, or name "
            "the right folder with --data"
        )
    in_its_time(load_register(), agency, datetime.now(VIETNAM).date())
    return DevelopmentIssuer.open(config.secrets).sign(agency, user, roles, purpose)


async def migrate_all(config: Config, *, as_json: bool) -> int:
    """Start everything once, which makes and updates all tables, and stop again."""
    set_up_logging(level="WARNING")
    private = config.model_copy(update={"http_port": 0})
    async with running(private, chosen("")) as system:
        made = [*system.logs, *system.followers]
    say(json.dumps({"migrated": made}) if as_json else "\n".join(made))
    return 0
