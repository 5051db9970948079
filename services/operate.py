"""What the operating verbs do: serve, migrate, make tokens, show status and replays."""

import asyncio
import json
import signal
import sys
import time
from datetime import datetime
from typing import Any

import aiohttp

from services.registry import chosen
from shared.actor import VIETNAM
from shared.auth import DevelopmentIssuer
from shared.config import Config
from shared.errors import LiennganhError
from shared.policy import in_its_time
from shared.reference import load_register
from shared.system import System, running
from shared.telemetry import set_up_logging

READER = ("BCD138_CP-VN", "operator")
ANSWER_SECONDS = 30.0


async def serve(config: Config, names: str, *, as_json: bool) -> int:
    """Run until a signal asks to stop; print one `ready` line."""
    begun = time.monotonic()
    set_up_logging()
    stop = stop_signal()
    async with running(config, chosen(names)) as system:
        _ready(system, time.monotonic() - begun, as_json=as_json)
        await stop.wait()
    return 0


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


async def show_status(config: Config, *, as_json: bool) -> int:
    """Ask a running system how it is; exit code 1 when something is down."""
    answer = await _get(config, "/v1/status", {}, "")
    if as_json:
        say(json.dumps(answer))
    else:
        for name, head in answer["logs"].items():
            say(f"log       {name:<40} position {head}")
        for each in answer["followers"]:
            say(f"follower  {each['follower']:<40} behind   {each['behind']}")
        for name, error in answer["down"].items():
            say(f"down      {name:<40} {error}")
    return 1 if answer["down"] else 0


async def show_replay(
    config: Config, subject: str, moment: dict[str, str], token: str, *, as_json: bool
) -> int:
    """A timeline and the state it leads to."""
    kind, _, id = subject.partition(":")
    token = token or make_token(config, *READER, (), "replay")
    asked = {name: value for name, value in moment.items() if value}
    entries: list[Any] = []
    after = 0
    while True:
        page = await _get(
            config,
            "/v1/timeline",
            {**asked, "subject": subject, "after": str(after), "limit": "500"},
            token,
        )
        entries += page["entries"]
        if page["next"] is None:
            break
        after = page["next"]
    state = await _get(config, f"/v1/{kind}/{id}", asked, token)
    if as_json:
        say(json.dumps({"entries": entries, **state}, ensure_ascii=False))
        return 0
    for each in entries:
        say(f"{each['occurred_at'][:16]}  {'*' if each['late'] else ' '} {each['vi']}")
    say(json.dumps(state["state"], ensure_ascii=False, indent=2))
    return 0


async def _get(config: Config, path: str, asked: dict[str, str], token: str) -> Any:
    url = f"http://{config.http_host}:{config.http_port}{path}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, params=asked, headers=headers) as response,
        ):
            answer = await response.json(content_type=None)
    except aiohttp.ClientConnectionError as error:
        raise LiennganhError(
            f"nothing answers at {url}: start it with `liennganh up`, or name it with --http"
        ) from error
    if response.status >= 400:
        raise LiennganhError(f"{answer.get('detail')} / {answer.get('detail_en')}")
    return answer


def say(text: str) -> None:
    """A line for whoever started the program."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
