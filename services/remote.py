"""What the verbs ask of a running system over HTTP, and how they tell what it answered."""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp

from shared.actor import VIETNAM
from shared.config import Config
from shared.errors import LiennganhError

READER = ("BCD138_CP-VN", "operator")
DECIDER_ROLES = ("admin",)
ANSWER_SECONDS = 30.0
STREAM_SECONDS = 3600.0
"""Copying a stream anew is answered when it is done."""
POLL_SECONDS = 0.5
PARKED = "/v1/operations/parked"
REBUILDS = "/v1/operations/rebuilds"


async def show_status(config: Config, *, as_json: bool) -> int:
    """How a running system is; 1 when something is down or a parked stream needs a decision."""
    answer = await _ask(config, "/v1/status")
    undecided = sum(each["undecided"] for each in answer["followers"])
    if as_json:
        say(json.dumps(answer))
    else:
        _tell_status(answer)
        if undecided:
            waiting = _count(undecided, "parked stream")
            say(f"decide    {waiting} in need of a decision: `liennganh parked`")
    return 1 if answer["down"] or undecided else 0


def _tell_status(answer: Mapping[str, Any]) -> None:
    for name, head in answer["logs"].items():
        say(f"log       {name:<44} position {head}")
    for each in answer["relays"]:
        leads = "published by this process" if each["leads"] else "published by another process"
        named = f"{each['relay']} → {each['stream']}"
        say(f"relay     {named:<44} position {each['position']}, behind {each['behind']}, {leads}")
    for each in answer["followers"]:
        lag = f"behind {each['behind']}, {_lasting(each['behind_seconds'])}"
        parked = f", parked {each['parked']}" if each["parked"] else ""
        if each["quarantined"]:
            parked += f" (in quarantine {each['quarantined']})"
        say(f"follower  {each['follower']:<44} position {each['position']}, {lag}{parked}")
    for name, error in answer["down"].items():
        say(f"down      {name:<44} {error}")


async def show_replay(
    config: Config, subject: str, moment: dict[str, str], token: str, *, as_json: bool
) -> int:
    """A timeline and the state it leads to."""
    kind, _, id = subject.partition(":")
    token = token or _development_token(config, (), "replay")
    asked = {name: value for name, value in moment.items() if value}
    entries: list[Any] = []
    after = 0
    while True:
        page = await _ask(
            config,
            "/v1/timeline",
            token,
            params={**asked, "subject": subject, "after": str(after), "limit": "500"},
        )
        entries += page["entries"]
        if page["next"] is None:
            break
        after = page["next"]
    state = await _ask(config, f"/v1/{kind}/{id}", token, params=asked)
    if as_json:
        say(json.dumps({"entries": entries, **state}, ensure_ascii=False))
        return 0
    for each in entries:
        say(f"{each['occurred_at'][:16]}  {'*' if each['late'] else ' '} {each['vi']}")
    say(json.dumps(state["state"], ensure_ascii=False, indent=2))
    return 0


async def show_parked(config: Config, projection: str, token: str, *, as_json: bool) -> int:
    """What is parked, why, and what to do."""
    params = {"projection": projection} if projection else {}
    answer = await _ask(config, PARKED, _decider(config, token), params=params)
    if as_json:
        say(json.dumps(answer, ensure_ascii=False))
        return 0
    if not answer["total"]:
        say("nothing is parked")
        return 0
    for each in answer["causes"]:
        say(f"cause {each['cause']}  {each['projection']}: {_count(each['streams'], 'stream')}")
        say(f"  {_error(each)}")
        say(f"  met {_count(each['times'], 'time')}, first {_at(each['first_seen'])}")
    for each in answer["streams"]:
        say("")
        about = f": {each['subject']}" if each["subject"] else ""
        say(f"{each['event']['vi']} / {each['event']['en']}{about}")
        say(f"  {each['projection']} {each['stream']}, of {each['source']} at {each['position']}")
        age, waiting = _lasting(each["age_seconds"]), _count(each["waiting"], "event")
        say(f"  parked {age} ago, cause {each['cause']}, {waiting} waiting")
        next_try = f", next try {_at(each['retry_at'])}" if each["retry_at"] else ""
        say(f"  {each['state']}, {_count(each['attempts'], 'attempt')} so far{next_try}")
        say(f"  → {each['to_do']['vi']}")
        say(f"    {each['to_do']['en']}")
    if answer["total"] > len(answer["streams"]):
        say(f"\n… and {answer['total'] - len(answer['streams'])} more")
    return 0


async def decide(
    config: Config, verb: str, asked: Mapping[str, Any], token: str, *, as_json: bool
) -> int:
    """Retry, skip or quarantine what is parked; leaves out what is not said."""
    body = {name: value for name, value in asked.items() if value not in ("", None)}
    answer = await _ask(config, f"{PARKED}/{verb}", _decider(config, token), body=body)
    what = {"retry": "to be tried within seconds", "skip": "skipped", "quarantine": "quarantined"}
    said = f"{_count(answer['streams'], 'stream')} {what[verb]}"
    say(json.dumps(answer) if as_json else said if verb != "skip" else "1 event skipped")
    return 0


async def rebuild(
    config: Config, projection: str, token: str, *, accept: bool, as_json: bool
) -> int:
    """Make a read model anew and wait; 1 when nothing was put in place or it failed."""
    token = _decider(config, token)
    body = {"projection": projection, "accept": accept}
    found = begun = await _ask(config, REBUILDS, token, body=body)
    while found["state"] == "running":
        if not as_json and sys.stdout.isatty():
            _tell_progress(found)
        await asyncio.sleep(POLL_SECONDS)
        answer = await _ask(config, REBUILDS, token)
        same = [each for each in answer["rebuilds"] if each["id"] == begun["id"]]
        if not same:
            raise LiennganhError(
                "the system was restarted meanwhile, which ends a rebuild and changes nothing; "
                "begin again"
            )
        [found] = same
    if as_json:
        say(json.dumps(found, ensure_ascii=False))
    else:
        _tell_outcome(found)
    return 0 if found["switched"] else 1


def _tell_progress(found: Mapping[str, Any]) -> None:
    done = [f"{at['source']} {at['position']}/{at['goal']}" for at in found["progress"]]
    sys.stdout.write(
        f"\r\x1b[K{', '.join(done) or 'begins'}  {_count(found['events'], 'event')} read"
    )
    sys.stdout.flush()


def _tell_outcome(found: Mapping[str, Any]) -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")  # The progress has said what it had to say.
    if found["state"] == "failed":
        say(f"{found['read_model']}: failed, nothing was changed: {found['error']}")
        return
    done = f"{_count(found['events'], 'event')} in {found['seconds']:.1f} s"
    switched = "is in place" if found["switched"] else "was not put in place"
    say(f"{found['read_model']}: {found['verdict']}, the new one {switched} ({done})")
    for each in found["differences"]:
        only = f"{each['only_live']} rows only live, {each['only_new']} only new"
        say(f"  different  {each['table']:<30} {only}")
    for table in found["renumbered"]:
        say(f"  renumbered {table}")
    if found["why_not"]:
        say(f"  {found['why_not']}")


async def rebuild_stream(
    config: Config, service: str, reason: str, token: str, *, as_json: bool
) -> int:
    """Have a stream of the bus copied anew from its log."""
    answer = await _ask(
        config,
        "/v1/operations/streams/rebuild",
        _decider(config, token),
        body={"service": service, "reason": reason},
        seconds=STREAM_SECONDS,
    )
    said = f"{service}: {_count(answer['messages'], 'message')} published anew"
    say(json.dumps(answer) if as_json else said)
    return 0


def _decider(config: Config, token: str) -> str:
    return token or _development_token(config, DECIDER_ROLES, "operating")


def _development_token(config: Config, roles: tuple[str, ...], purpose: str) -> str:
    from services.operate import make_token  # It knows the whole product, which takes a second.

    return make_token(config, *READER, roles, purpose)


def _error(each: Mapping[str, Any]) -> str:
    message = f": {each['message']}" if each["message"] else ""
    return f"{each['error']}{message} (at {each['place']})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _at(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(VIETNAM).isoformat(" ", timespec="seconds")


def _lasting(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def say(text: str) -> None:
    """A line for whoever started the program."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def _ask(
    config: Config,
    path: str,
    token: str = "",
    *,
    params: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    seconds: float = ANSWER_SECONDS,
) -> Any:
    """One answer of the running system; with `body` a POST. Raises what it refuses, in words."""
    url = f"http://{config.http_host}:{config.http_port}{path}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if body is None else "POST"
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, url, params=params, json=body, headers=headers) as response,
        ):
            answer = await response.json(content_type=None)
    except aiohttp.ClientConnectionError as error:
        raise LiennganhError(
            f"nothing answers at {url}: start it with `liennganh up`, or name it with --http"
        ) from error
    except TimeoutError as error:
        raise LiennganhError(
            f"{url} did not answer within {seconds:.0f} s; see /health/ready, then try again"
        ) from error
    if response.status >= 400:
        parts = [answer.get(name) for name in ("detail", "detail_en", "remedy", "remedy_en")]
        raise LiennganhError(" / ".join(part for part in parts if part))
    return answer
