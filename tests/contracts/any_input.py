"""Requests with something wrong, drawn from a seed and sent to the front door; and what is said of
the answers."""

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from aiohttp import ClientError
from structlog.testing import capture_logs
from yarl import URL

from services.registry import SERVICES
from shared.actor import VIETNAM
from shared.domain import Aggregate, encode_state
from shared.policy import Competence
from tests.cases.examples import MORNING, closed
from tests.cases.situations.bodies import DAYS, body
from tests.cases.situations.table import Stand
from tests.cases.situations.telling import EVENTS
from tests.cases.situations.trying import MACHINES, Said, arrived, machine_of
from tests.cases.situations.trying import _said as said_by
from tests.contracts.door import FrontDoor
from tests.contracts.saying import AGENCIES, CANARY, Contract
from tests.contracts.spoiling import RAW, SPOILERS, Request
from tests.golden import KEPT, actor_of, history, sample

LIKELY = 0.8
AT_EACH_STAGE_MAX = 2
BEYOND = frozenset({"in-the-future"})
"""What is refused whatever the thing is."""
HANDOVERS = {
    f"/v1/{each}-handovers/{{handover_id}}/answers": f"{each}_handover"
    for each in ("suspect", "victim")
}
"""Paths whose name in braces is not the kind of thing."""
WORDS = re.compile("Traceback|unexpected error|broken invariant")
FORM = frozenset(
    {
        *("fields", "json", "json-too-big", "number-too-big", "text-too-long", "control-character"),
        *("media-type", "content-encoding", "body-too-large", "body-too-slow", "occurred-at"),
        *("idempotency-key", "if-match", "not-signed-in", "not-found", "member-twice", "agency-id"),
        *("idempotency-key-reused", "version-conflict", "no-such-route", "http"),
        *("no-such-projection", "what-to-retry", "stream", "no-such-cause"),
    }
)
"""What is no matter of a rule or an article: the form of a request, whether it came in time, and
what operators ask of the machinery."""


@cache
def stands() -> dict[str, tuple[Stand, ...]]:
    """Things of every kind at every stage that there is."""
    found: dict[str, list[Stand]] = {}
    for machine in MACHINES:
        for way in (each for ways in machine.ways.values() for each in ways):
            stand = arrived(way)
            if isinstance(stand.thing, Aggregate):
                found.setdefault(stand.thing.KIND, []).append(stand)
    for stream in {each.stream for each in history() if each.store == "directives"}:
        told = [each for each in history() if each.stream == stream]
        for count in range(1, len(told) + 1):
            thing: Any = None
            for each in told[:count]:
                thing = each.event.mutate(thing)
            found.setdefault(thing.KIND, []).append(Stand(thing))
    return {kind: tuple(each) for kind, each in found.items()}


@cache
def may(topic: str) -> tuple[str, ...]:
    """Bodies of Nghệ An that the tables let record a fact."""
    service = next(each for each in SERVICES if topic in each.topics)
    rules = Competence.read(service.competence, service.topics).rules[topic]
    types = {code for rule in rules for code in rule.types if "*" not in code}
    return tuple(sorted(b for t in types for on in DAYS[:1] if (b := body(t, on)))) or AGENCIES


@cache
def situations(topic: str) -> tuple[Said, ...]:
    """Some in which a fact is recorded, at each stage that it is recorded from."""
    event = EVENTS.get(topic)
    if event is None:
        return ()
    machine, found = machine_of(event), []
    for stage in sorted(machine.before(event)):
        tried = (
            said_by(event, stage, each, way)
            for way in machine.ways[stage]
            for each in machine.rows[event].tries
        )
        found += islice((each for each in tried if each.recorded), AT_EACH_STAGE_MAX)
    return tuple(found)


def right(contract: Contract, path: str, door: FrontDoor, chance: random.Random) -> Request:
    """A request that looks right, and the things that it meets."""
    things = [chance.choice(each) for each in stands().values()]
    topics = contract.posts[path].get("x-records", ())
    known = situations(chance.choice(topics)) if topics else ()
    if known and chance.random() < LIKELY:
        return _situated(contract, path, door, chance, chance.choice(known), things)
    return _anywhere(contract, path, door, chance, things)


def _situated(
    contract: Contract,
    path: str,
    door: FrontDoor,
    chance: random.Random,
    said: Said,
    things: Sequence[Stand],
) -> Request:
    """What somebody says where it is recorded."""
    stand = arrived(said.way)
    door.set(*(each.thing for each in things), stand.case, stand.thing)
    fact = next(each for each in said.facts if type(each) is said.event)
    fields = orjson.loads(encode_state(closed(fact)))
    body = contract.body(path, chance, fields)
    if "/vault/" not in path:  # The vault knows no late record.
        body["occurred_at"] = said.moment.astimezone(VIETNAM).isoformat()
    address = re.sub(r"\{\w+\}", str(fact.originator_id), path)
    return Request(address, said.by, body, stands=tells(stand, path))


def _anywhere(
    contract: Contract,
    path: str,
    door: FrontDoor,
    chance: random.Random,
    things: Sequence[Stand],
) -> Request:
    """Something that could be said by somebody to whom it could belong, at any stage."""
    kind = HANDOVERS.get(path) or path.partition("{")[2].partition("_id}")[0]
    stand = next((each for each in things if kind == each.thing.KIND), Stand())
    door.set(*(each.thing for each in things), stand.case, stand.thing)
    body = contract.body(path, chance)
    named = {each.thing.KIND: each.thing.id for each in things}
    for name in body:
        if name.endswith("_id") and name.removesuffix("_id") in named:
            body[name] = str(named[name.removesuffix("_id")])
    if contract.route(path) is not None:
        later = timedelta(hours=chance.choice((1, 30, 400)))
        at = MORNING if stand.thing is None else stand.thing.modified_on + later
        body["occurred_at"] = at.astimezone(VIETNAM).isoformat()
    topics = contract.posts[path].get("x-records", ())
    who = [*may(chance.choice(topics))] if topics else [*AGENCIES]
    who += [actor_of(sample(each)) for each in topics if each in KEPT] * 6
    who += [each] * 6 if (each := getattr(stand.thing, "holder", None)) else []
    address = re.sub(r"\{\w+\}", str(stand.thing.id if stand.thing else UUID(int=0xD0)), path)
    return Request(address, chance.choice(who), body, stands=tells(stand, path))


def tells(stand: Stand, path: str) -> bool:
    """Whether a refusal on that path can say where its thing stands, to anybody."""
    public = stand.thing is not None and stand.thing.state_for(frozenset()) is not None
    return "{" in path and public and stand.thing.whereabouts() is not None


@dataclass
class Outcome:
    """How often what was answered, and everything that should not have been."""

    sent: int = 0
    accepted: int = 0
    taken: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


async def send(door: FrontDoor, asked: Request) -> tuple[int, bytes, Mapping[str, str]]:
    """The status, the body and the headers of the answer."""
    token = door.issuer.sign(asked.agency, "clerk", roles=asked.roles)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = URL(door.url + asked.path, encoded=True)
    try:
        async with door.http.post(url, data=asked.raw(), headers=headers | asked.headers) as answer:
            return answer.status, await answer.read(), answer.headers
    except ClientError as error:
        return 0, repr(error).encode(), {}


def against(asked: Request, status: int, text: bytes, type_: str) -> list[str]:
    """What is wrong with a refusal."""
    if not 400 <= status < 500:
        return [f"answered {status}"]
    if type_.partition(";")[0] != "application/problem+json":
        return [f"answered with {type_}"]
    problem = orjson.loads(text)
    wanted = ("type", "title", "status", "code", "detail", "detail_vi", "detail_en", "remedy")
    found = [f"without {each}" for each in wanted if not problem.get(each)]
    if problem.get("code") not in FORM and not problem.get("rule"):
        found.append("without a rule")
    elsewhere = problem.get("code") in {*FORM, *BEYOND} or {"path", "by"} & {
        each.split()[0] for each in asked.wrong
    }
    if asked.stands and not elsewhere and "since" not in problem:
        found.append("without since when it stands so")
    if problem.get("detail_vi", "").isascii() or problem.get("detail_vi") == problem["detail_en"]:
        found.append("not in both languages")
    if problem.get("code") == "fields" and not problem.get("errors") and said_fields(asked):
        found.append("without the fields")
    return found


def said_fields(asked: Request) -> bool:
    """Whether there is an object whose fields could be wrong."""
    return isinstance(asked.body, dict) and asked.whole is None


async def play(
    door: FrontDoor,
    contract: Contract,
    paths: Sequence[str],
    chance: random.Random,
    outcome: Outcome,
) -> None:
    """One request with something wrong to each of the paths."""
    for path in paths:
        asked = spoiled(contract, path, right(contract, path, door, chance), chance)
        well_formed = RAW not in str(asked.body) and asked.whole is None
        wrong = asked.sure or (well_formed and bool(contract.faults(path, asked.body)))
        with capture_logs() as logged:
            status, text, headers = await send(door, asked)
        logged = [each for each in logged if "task" not in each]  # Other tests' followers run on.
        told, faults = door.noticed(), []
        outcome.sent += 1
        if 200 <= status < 300 and not wrong:
            outcome.accepted += 1
            outcome.taken.append(f"{path} {asked.wrong}")
        else:
            faults = against(asked, status, text, headers.get("Content-Type", ""))
            faults += [f"recorded {each}" for each in told]
            code = orjson.loads(text)["code"] if text.startswith(b'{"type"') else "no problem"
            outcome.codes[f"{status} {code}"] += 1
        if any(WORDS.search(str(each)) or each["log_level"] == "error" for each in logged):
            faults.append(f"logged {str(logged)[:2000]}")
        if CANARY in str(logged) or (CANARY in text.decode() and not 200 <= status < 300):
            faults.append("what is to be sealed is told")
        if faults:
            what = f"{asked.agency} POST {asked.path}: {'; '.join(asked.wrong)}"
            sent, got = asked.raw()[:1_500].decode(errors="replace"), text.decode()[:900]
            outcome.faults.append(f"{what}\n  {faults}\n  sent {sent}\n  got {got}")


def spoiled(contract: Contract, path: str, asked: Request, chance: random.Random) -> Request:
    """The request with nothing wrong, or one or two things."""
    for _ in range(chance.choice((0, *[1] * 6, 2))):
        if said_fields(asked) and not asked.sure:
            sites = contract.sites(path, asked.body)
            asked = chance.choice(SPOILERS)(asked, sites, chance)
    return asked
