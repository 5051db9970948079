"""The house's habits as rules: names, sizes, words, calls and leftovers."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.tree import REPOSITORY, Tree

Rule = Callable[[Tree], Iterator[str]]

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

NOUN = re.compile(
    r"directives?|cases?|victims?|raids?|raid(?:ed|ing)|shelter(?:s|ed)?|traffick\w*", re.IGNORECASE
)
"""What services are about. `shared` holds mechanisms, which work for any of it."""
ENGLISH = re.compile(
    r"\bin (?:any|that|this) case\b|\b(?:lower|upper|snake|camel)[- _]?case\b"
    r"|\bcase[- ](?:in)?sensitive(?:ly)?\b",
    re.IGNORECASE,
)
"""Turns of phrase in which the word means nothing of ours."""

DRAWERS = {
    *("util", "utils", "helper", "helpers", "common", "misc", "base", "core", "lib", "libs"),
    *("tool", "tools", "manager", "managers"),
}
"""Names under which anything could lie."""

SHARED = {
    "": "actor asyncapi auth bus_source callout config context contracts correcting corrections "
    "domain envelope "
    "errors fields fold follow following leadership log memory nats_accounts nkeys outbox parking "
    "poison policy progress publishing read_ahead rebuild rebuilds relay schemas sealed sealing "
    "service snapshots sql standing supervisor system telemetry turn",
    "bus": "bus connection consumer faults serving streams wire",
    "embedded": "account binaries child errors files folder launch locks logfile nats ports "
    "postgres processes servers supervise",
    "http": "answers asking contracts door intake jwks listening middleware openapi operating "
    "operating_models operations problems routes sse state",
    "reference": "areas calendar deadlines errors files kinds register",
    "store": "access guards postgres snapshots wakeup writer",
}
"""The closed list of mechanisms. One more needs a page in docs/decisions that says why."""

CALLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "datetime.now": (
        "take the moment as an argument",
        # Where the clock comes in: the running system, the command line, tests on real servers.
        (
            "services/operate.py",
            "shared/system.py",
            "tests/running.py",
            "tests/shared/http/test_sse.py",
            "tests/shared/test_callout.py",
        ),
    ),
    "datetime.utcnow": ("it has no zone; take the moment as an argument", ()),
    "datetime.today": ("take the moment as an argument", ()),
    "date.today": ("take the day as an argument; whose day is it?", ()),
    "uuid.uuid4": ("ctx.act.new_id()", ("shared/http/problems.py", "tests/*")),
    "uuid4": ("ctx.act.new_id()", ("tests/*",)),
    "print": ("log it, or say it in services/cli.py", ("services/cli.py", "benchmarks/*")),
    "time.sleep": ("wait for a signal", ("tests/shared/embedded/watching.py",)),
}
"""Call → what to do instead, and the files that may make it."""
WAITING = (
    "tests/running.py",
    "tests/browser/*",
    "tests/faults/*",
    "tests/shared/embedded/watching.py",
    "tests/shared/nats_fixture.py",
)
"""Where tests poll a condition with a deadline; elsewhere they wait by these."""
NO_SERVICE = ("services/demo",)
"""Folders of `services` that are no service: the demonstration is a client."""

LEFTOVER = re.compile(r"\b(?:FIX" r"ME|TO" r"DO|XX" r"X|HA" r"CK)\b")
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users|farm)/\w|\.\./shared\b")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|docker\.io|ghcr\.io"
    r"|quay\.io|debian\.org|anaconda\.org|crates\.io|golang\.org)\b"
)


def shared_has_no_domain_noun(tree: Tree) -> Iterator[str]:
    """Names, texts and comments of `shared/**/*.py`; what data says is data."""
    for name in tree.python("shared"):
        for line, text in [*_names(tree.parsed(name)), *_texts(tree, name)]:
            for word in _words(ENGLISH.sub(" ", text)):
                if NOUN.fullmatch(word):
                    yield f"{name}:{line}: says {word!r}; shared works for any service"


def shared_is_a_closed_list(tree: Tree) -> Iterator[str]:
    """Every module of `shared` is on the list, so that a new one is a decision."""
    known = {
        "/".join(part for part in ("shared", package, f"{module}.py") if part)
        for package, modules in SHARED.items()
        for module in [*modules.split(), "__init__"]
    }
    for name in tree.python("shared"):
        if name not in known:
            yield f"{name}: is not on the closed list; add it there and a page in docs/decisions"


def nothing_is_a_drawer(tree: Tree) -> Iterator[str]:
    """A name says what lies there."""
    for name in tree.files:
        for part in PurePosixPath(name).parts:
            if drawer := DRAWERS & set(re.split(r"[_.-]", part.lower())):
                yield f"{name}: {drawer.pop()!r} says nothing; name what it holds"


def files_are_short(tree: Tree) -> Iterator[str]:
    """A file can be read in one go."""
    for name in tree.python():
        lines = len(tree.text(name).splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{name}: {lines} lines; {FILE_LINES_MAX} are the limit, split the noun"


def functions_fit_a_screen(tree: Tree) -> Iterator[str]:
    """A function can be seen at once."""
    for name in tree.python():
        for node in ast.walk(tree.parsed(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    yield f"{name}:{node.lineno}: {node.name} has {lines} lines"


def modules_say_what_they_are(tree: Tree) -> Iterator[str]:
    """A docstring for every module that holds anything; tests are named in prose already."""
    for name in tree.python():
        parsed = tree.parsed(name)
        is_test = PurePosixPath(name).name.startswith("test_")
        if parsed.body and not is_test and not ast.get_docstring(parsed):
            yield f"{name}:1: no docstring; say in one sentence what lives here"


def time_and_chance_are_arguments(tree: Tree) -> Iterator[str]:
    """Clocks, ids and output have one home each."""
    for name in tree.python():
        for node in ast.walk(tree.parsed(name)):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            for banned, (instead, homes) in CALLS.items():
                if called in (banned, f"datetime.{banned}") and not _at_home(name, homes):
                    yield f"{name}:{node.lineno}: {called}(); {instead}"


def no_test_sleeps(tree: Tree) -> Iterator[str]:
    """Tests wait for what they wait for. Giving way once (`sleep(0)`) is not sleeping."""
    for name in tree.python("tests"):
        for node in ast.walk(tree.parsed(name)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "asyncio.sleep":
                continue
            if ast.unparse(node.args[0]) != "0" and not _at_home(name, WAITING):
                yield f"{name}:{node.lineno}: sleeps; wait for a signal or poll with a deadline"


def services_look_alike(tree: Tree) -> Iterator[str]:
    """Each service says what it owns and names its parts, in the same two files."""
    folders = {"/".join(name.split("/")[:2]) for name in tree.python("services") if _below(name)}
    for folder in sorted(folders):
        init = f"{folder}/__init__.py"
        if init not in tree.files or not ast.get_docstring(tree.parsed(init)):
            yield f"{init}: no docstring; say what the service owns and what it never does"
        if folder not in NO_SERVICE and f"{folder}/service.py" not in tree.files:
            yield f"{folder}/service.py: is missing; it names the service's parts"


def papers_have_one_title(tree: Tree) -> Iterator[str]:
    """A markdown file is about one thing and says so in its first line."""
    for name in tree.files:
        if not name.endswith(".md"):
            continue
        prose = re.sub(r"^(```|~~~).*?^\1", "", tree.text(name), flags=re.DOTALL | re.MULTILINE)
        titles = re.findall(r"^# \S.*$", prose, flags=re.MULTILINE)
        if len(titles) != 1 or not tree.text(name).lstrip().startswith("# "):
            yield f"{name}:1: has {len(titles)} titles; begin with one `# Title`"


def nothing_is_left_over(tree: Tree) -> Iterator[str]:
    """What is not done is in the plan, not in the code."""
    yield from _lines_like(tree, LEFTOVER, "finish it or write it down in the plan")


def nothing_knows_this_machine(tree: Tree) -> Iterator[str]:
    """The repository stands alone: no folder of a developer's machine."""
    yield from _lines_like(tree, MACHINE, "use a path from the repository's root")


def nothing_names_a_registry(tree: Tree) -> Iterator[str]:
    """Where packages come from is the installer's to configure."""
    yield from _lines_like(tree, REGISTRY, "leave out the host; clients know theirs")


def _lines_like(tree: Tree, pattern: re.Pattern[str], remedy: str) -> Iterator[str]:
    for name in tree.files:
        for number, line in enumerate(tree.text(name).splitlines(), 1):
            if found := pattern.search(line):
                yield f"{name}:{number}: {found[0]!r}; {remedy}"


def _at_home(name: str, homes: Iterable[str]) -> bool:
    return any(fnmatchcase(name, home) for home in homes)


def _below(name: str) -> bool:
    return name.count("/") > 1


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that the code gives or uses. The keyword `case` is none."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        for field in ("name", "id", "attr", "arg", "asname", "module"):
            if isinstance(text := getattr(node, field, None), str):
                yield line, text


def _texts(tree: Tree, name: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree.parsed(name)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(tree.text(name)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _words(text: str) -> Iterator[str]:
    """The words of a text or a name: `openRaid`, `open_raid` and `OpenRaid` hold two."""
    yield from re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)


RULES: tuple[Rule, ...] = (
    shared_has_no_domain_noun,
    shared_is_a_closed_list,
    nothing_is_a_drawer,
    files_are_short,
    functions_fit_a_screen,
    modules_say_what_they_are,
    time_and_chance_are_arguments,
    no_test_sleeps,
    services_look_alike,
    papers_have_one_title,
    nothing_is_left_over,
    nothing_knows_this_machine,
    nothing_names_a_registry,
)

SAID = '"""Said."""\n'
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX
SLASH = "/"

PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (shared_has_no_domain_noun, "shared/log.py", f"{SAID}def open_case(): ..."),
    (shared_has_no_domain_noun, "shared/log.py", f"{SAID}class RaidLog: ..."),
    (shared_has_no_domain_noun, "shared/log.py", f"{SAID}x = 'one directive'"),
    (shared_has_no_domain_noun, "shared/log.py", f"{SAID}x = 1  # for trafficking"),
    (shared_has_no_domain_noun, "shared/log.py", f"{SAID}def f(victim_id): ..."),
    (shared_has_no_domain_noun, "shared/log.py", '"""A log of shelters."""'),
    (shared_is_a_closed_list, "shared/wonders.py", SAID),
    (shared_is_a_closed_list, "shared/http/wonders.py", SAID),
    (nothing_is_a_drawer, "shared/utils.py", SAID),
    (nothing_is_a_drawer, "services/a/date_helpers.py", SAID),
    (nothing_is_a_drawer, "docs/common/page.md", "# Page\n"),
    (files_are_short, "services/a/long.py", SAID + "x = 1\n" * FILE_LINES_MAX),
    (functions_fit_a_screen, "services/a/long.py", SAID + LONG_FUNCTION),
    (modules_say_what_they_are, "services/a/silent.py", "x = 1\n"),
    (modules_say_what_they_are, "tests/a/examples.py", "x = 1\n"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}x = datetime.now(UTC)"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}x = datetime.datetime.utcnow()"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}x = date.today()"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}x = uuid4()"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}x = uuid.uuid4()"),
    (time_and_chance_are_arguments, "services/a/now.py", f"{SAID}print('x')"),
    (time_and_chance_are_arguments, "tests/a/test_now.py", "time.sleep(1)"),
    (no_test_sleeps, "tests/a/test_now.py", "async def f():\n    await asyncio.sleep(0.1)"),
    (services_look_alike, "services/b/__init__.py", SAID),
    (services_look_alike, "services/a/__init__.py", "x = 1\n"),
    (papers_have_one_title, "docs/page.md", "# One\n\n# Two\n"),
    (papers_have_one_title, "docs/page.md", "Prose.\n"),
    (nothing_is_left_over, "docs/page.md", "# Page\n\nTO" + "DO: write it.\n"),
    (nothing_is_left_over, "Makefile", "# FIX" + "ME\n"),
    (nothing_knows_this_machine, "docs/page.md", f"# Page\n\nSee {SLASH}work{SLASH}main.\n"),
    (nothing_knows_this_machine, "deploy/env", f"DATA={SLASH}home{SLASH}somebody\n"),
    (nothing_knows_this_machine, "docs/page.md", f"# Page\n\n[x](..{SLASH}shared/design)\n"),
    (nothing_names_a_registry, "Makefile", "pip install -i https://" + "pypi" + ".org/simple\n"),
    (nothing_names_a_registry, "deploy/Dockerfile", "FROM " + "ghcr" + ".io/a/b\n"),
)

ALLOWED: tuple[tuple[str, str], ...] = (
    ("shared/log.py", f"{SAID}match x:\n    case 1:\n        y = 'in lower case, snake_case'"),
    ("shared/log.py", f"{SAID}x = text.casefold()  # in any case\n"),
    ("services/a/words.py", f"{SAID}case = 'a raid on a directive'"),
    ("services/__init__.py", ""),
    ("services/demo/__init__.py", SAID),
    ("services/cli.py", f"{SAID}print('ready')"),
    ("shared/system.py", f"{SAID}clock = lambda: datetime.now(UTC)"),
    ("services/a/fits.py", SAID + "x = 1\n" * (FILE_LINES_MAX - 1)),
    ("tests/a/test_now.py", "async def f():\n    await asyncio.sleep(0)\n    x = uuid.uuid4()"),
    ("docs/page.md", "# One\n\n```sh\n# a comment\n```\n"),
    ("docs/page.md", "# One\n\nGET /v1/home/ and https://example.vn/work/1\n"),
)


def planted(root: Path, name: str, text: str) -> Tree:
    """A small tree that keeps all rules, with one file of it written anew."""
    files = {
        "shared/log.py": SAID,
        "services/a/__init__.py": SAID,
        "services/a/service.py": SAID,
        "docs/page.md": "# Page\n",
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

    assert found.startswith(name) or found.startswith(str(PurePosixPath(name).parent))


@pytest.mark.parametrize(("name", "text"), ALLOWED)
def test_what_is_allowed_is_let_be(tmp_path: Path, name: str, text: str):
    tree = planted(tmp_path, name, text)

    assert [found for rule in RULES for found in rule(tree)] == []


def test_every_rule_has_been_seen_to_fail():
    assert {rule for rule, _, _ in PLANTED} == set(RULES)
