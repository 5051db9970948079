"""Who may import whom. Arrows point inwards; each library has a home; the domain does no I/O."""

import ast
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY, Tree

Rule = Callable[[Tree], Iterator[str]]

PURE = (
    *("shared.domain", "shared.errors", "shared.actor", "shared.reference", "shared.reference.*"),
    *("shared.corrections", "shared.fields", "shared.sealed", "shared.standing"),
)
"""The modules of `shared` that decisions may use: values, refusals, dated data."""
PURE_LIBRARIES = {"pydantic", "pydantic_core", "eventsourcing", "orjson", "holidays"}
WORLDLY = {
    *("asyncio", "http", "logging", "multiprocessing", "random", "secrets", "select", "selectors"),
    *("signal", "socket", "sqlite3", "ssl", "subprocess", "threading", "time", "urllib"),
}
"""Modules of the standard library that reach for the clock, chance, the network or threads."""

HOMES: dict[str, tuple[str, ...]] = {
    "asyncpg": (
        "shared/store/*",  # the log
        "shared/embedded/*",  # asks the server that it started whether it is there
        "shared/sql.py",  # the handle through which services run their statements
        "shared/follow.py",  # checkpoints
        "shared/poison.py",  # whose fault an error is
        "shared/parking.py",  # what operators see and decide of it
        "shared/turn.py",  # savepoints
        "shared/rebuild.py",  # compares schemas and gives them their names
        "shared/rebuilds.py",  # hands it the pool
        "shared/leadership.py",  # an advisory lock is a connection
        "shared/system.py",  # opens the pool
        "shared/http/door.py",  # lends it to readings
        "services/vault/keyring.py",  # the keys, through connections of the vault's own role
        "services/vault/access.py",  # makes that role
        "services/gateway/feeds.py",  # its table of feeds is an outbox of its own
    ),
    "nats": ("shared/bus/*",),  # nine defects of the client are mended in one place
    "aiohttp": (
        "shared/http/*",
        "shared/system.py",  # opens the front door
        "services/*/http.py",
        "services/console/*",  # pages for a browser
        "services/demo/*",  # a client, like any agency's system
        "services/remote.py",  # a client of a running system
    ),
}
ROWS = ("asyncpg.Record",)
"""What a named statement returns; as a type it may be named wherever rows are read."""

TOP = (
    *("services/cli.py", "services/registry.py", "services/operate.py", "services/remote.py"),
    "services/coverage.py",
)
"""The program itself: the only files that know all services."""
CLIENT = "services.demo"
CLIENT_MAY = ("services.registry", "services.operate", "services.remote")
"""The demonstration starts everything, then speaks to it from outside."""
RANKS = {"events": 0, "domain": 1, "projection": 1, "commands": 2, "reactions": 3} | {
    "http": 4,
    "service": 5,
}
"""Within a service nothing imports what stands above it."""


def shared_knows_no_service(tree: Tree) -> Iterator[str]:
    """`shared` is used by services and never the other way round; nobody uses tests."""
    for name in tree.python("shared", "services"):
        banned = {"tests", "benchmarks"} | ({"services"} if name.startswith("shared/") else set())
        for line, module in tree.imports(name):
            if module.partition(".")[0] in banned:
                yield f"{name}:{line}: imports {module}; hand it in as an argument instead"
            elif module.startswith("."):
                yield f"{name}:{line}: relative import; write the whole name"


def services_meet_through_events(tree: Tree) -> Iterator[str]:
    """Of another service only `events` may be known. The demonstration knows no service."""
    for name in tree.python("services"):
        own = ".".join(name.split("/")[:2])
        if name in TOP or name == "services/__init__.py":
            continue
        for line, module in tree.imports(name):
            other = ".".join(module.split(".")[:2])
            if not module.startswith("services.") or other == own:
                continue
            if own == CLIENT:
                if module not in CLIENT_MAY:
                    yield f"{name}:{line}: imports {module}; ask over HTTP or NATS like an agency"
            elif module.split(".")[-1] != "events":
                yield f"{name}:{line}: imports {module}; services meet only through their events"


def nothing_points_back(tree: Tree) -> Iterator[str]:
    """service → http → commands → domain → events, within one service and its nouns; what the
    commands of two nouns share stands below both."""
    for name in tree.python("services"):
        service, stem = name.split("/")[1], Path(name).stem
        for line, module in tree.imports(name):
            target = module.split(".")
            if target[:2] != ["services", service] or stem not in RANKS:
                continue
            if stem == "commands" == target[-1]:
                yield f"{name}:{line}: imports {module}; move what both need to a module below them"
            if RANKS.get(target[-1], 0) > RANKS[stem]:
                yield f"{name}:{line}: {stem} imports {module}, which stands above it"


def decisions_are_pure(tree: Tree) -> Iterator[str]:
    """`events`, `domain` and all that they use: no clock, no chance, no database, no network."""
    waiting = [
        name for name in tree.python("services") if Path(name).stem in ("events", "domain")
    ] + [name for name in tree.python("shared") if _matches(_module(name), PURE)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                yield f"{name}:{node.lineno}: a decision does not wait; do it in commands.py"
        for line, module in tree.imports(name):
            top = module.partition(".")[0]
            if top == "services":
                waiting += [found for found in [tree.file_of(module)] if found]
            elif not _is_pure(module, top):
                yield f"{name}:{line}: imports {module}; take what it gives as an argument"


def libraries_stay_at_home(tree: Tree) -> Iterator[str]:
    """Each driver is known to few files, so that it can be mended or exchanged in one place."""
    for name in tree.python("shared", "services"):
        rows = _only_rows(tree, name)
        for line, module in tree.imports(name):
            library = module.partition(".")[0]
            homes = HOMES.get(library)
            if homes and not any(fnmatchcase(name, home) for home in homes) and line not in rows:
                yield f"{name}:{line}: imports {library}; its homes are {', '.join(homes)}"


def _only_rows(tree: Tree, name: str) -> set[int]:
    return {
        node.lineno
        for node in ast.walk(tree.parsed(name))
        if isinstance(node, ast.ImportFrom)
        and all(f"{node.module}.{alias.name}" in ROWS for alias in node.names)
    }


def _is_pure(module: str, top: str) -> bool:
    if top == "shared":
        return _matches(module, PURE)
    if top in sys.stdlib_module_names:
        return top not in WORLDLY
    return top in PURE_LIBRARIES


def _matches(module: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(module, pattern) for pattern in patterns)


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


RULES: tuple[Rule, ...] = (
    shared_knows_no_service,
    services_meet_through_events,
    nothing_points_back,
    decisions_are_pure,
    libraries_stay_at_home,
)

PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (shared_knows_no_service, "shared/log.py", "from services.a.events import Begun"),
    (shared_knows_no_service, "shared/log.py", "def f():\n    import services.a.events"),
    (shared_knows_no_service, "services/a/domain.py", "from tests.a.examples import begun"),
    (shared_knows_no_service, "services/a/domain.py", "from . import events"),
    (services_meet_through_events, "services/a/http.py", "from services.b.domain import Thing"),
    (services_meet_through_events, "services/a/http.py", "from services.b import projection"),
    (services_meet_through_events, "services/a/http.py", "import services.b.nouns.projection"),
    (services_meet_through_events, "services/demo/play.py", "from services.b.events import Begun"),
    (nothing_points_back, "services/a/domain.py", "from services.a.commands import begin"),
    (nothing_points_back, "services/a/nouns/domain.py", "from services.a.http import ROUTES"),
    (nothing_points_back, "services/a/projection.py", "from services.a import http"),
    (nothing_points_back, "services/a/one/commands.py", "from services.a.two.commands import do"),
    (decisions_are_pure, "services/a/events.py", "from shared.context import Context"),
    (decisions_are_pure, "services/a/domain.py", "import asyncpg"),
    (decisions_are_pure, "services/a/domain.py", "import time"),
    (decisions_are_pure, "services/a/domain.py", "async def decide(): ..."),
    (decisions_are_pure, "services/a/words.py", "import socket"),
    (decisions_are_pure, "shared/reference/files.py", "from shared.log import Log"),
    (libraries_stay_at_home, "services/a/projection.py", "import asyncpg"),
    (libraries_stay_at_home, "services/a/projection.py", "from asyncpg import Pool, Record"),
    (libraries_stay_at_home, "shared/relay.py", "import nats.errors"),
    (libraries_stay_at_home, "shared/relay.py", "from nats.aio.client import Client"),
    (libraries_stay_at_home, "services/a/commands.py", "from aiohttp import web"),
)

ALLOWED: tuple[tuple[str, str], ...] = (
    ("services/a/projection.py", "from services.b.events import Begun"),
    ("services/a/projection.py", "from services.b.nouns.events import Begun"),
    ("services/a/domain.py", "from services.a.nouns.events import Begun"),
    ("services/a/domain.py", "from shared.reference import Register"),
    ("services/a/http.py", "from aiohttp import web"),
    ("services/a/readings.py", "from asyncpg import Record"),
    ("services/demo/play.py", "from services.registry import SERVICES\nimport aiohttp"),
    ("services/registry.py", "from services.a.service import SERVICE"),
    ("shared/bus/connection.py", "import nats"),
)


def planted(root: Path, name: str, text: str) -> Tree:
    """A small tree that keeps all rules, with one file of it written anew."""
    files = {
        "services/a/domain.py": "import services.a.words",
        "services/b/projection.py": "",
        "services/a/words.py": "",
        "services/a/http.py": "",
        name: text,
    }
    for each, content in files.items():
        (root / each).parent.mkdir(parents=True, exist_ok=True)
        (root / each).write_text(content, encoding="utf-8")
    return Tree(root)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_repository_keeps_the_rule(rule: Rule):
    found = list(rule(REPOSITORY))

    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(("rule", "name", "text"), PLANTED)
def test_a_planted_violation_is_found(tmp_path: Path, rule: Rule, name: str, text: str):
    [found] = rule(planted(tmp_path, name, text))

    assert found.startswith(f"{name}:")


@pytest.mark.parametrize(("name", "text"), ALLOWED)
def test_what_is_allowed_is_let_be(tmp_path: Path, name: str, text: str):
    tree = planted(tmp_path, name, text)

    assert [found for rule in RULES for found in rule(tree)] == []


def test_every_rule_has_been_seen_to_fail():
    assert {rule for rule, _, _ in PLANTED} == set(RULES)
