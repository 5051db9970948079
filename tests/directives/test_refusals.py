import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import services.directives.refusals
from services.directives.service import SERVICE
from shared.schemas import event_schema

FOLDER = Path(services.directives.refusals.__file__).parent
SPEAKING = (
    "commands.py",
    "due.py",
    "paper.py",
    "refusals.py",
    "reports/refusals.py",
    "targets/domain.py",
    "tasks/refusals.py",
)
REFUSALS = frozenset({"Conflict", "NotAllowed", "Refused"})
WORD = re.compile(r"(?<![\w-])[a-z][a-z_]*(?![\w-])")


def names_of_the_interface(node: Any) -> Iterator[str]:
    """Names of fields, and of the values that they may take, in a JSON Schema."""
    if isinstance(node, dict):
        yield from node.get("properties", ())
        yield from (each for each in node.get("enum", ()) if isinstance(each, str))
        for each in node.values():
            yield from names_of_the_interface(each)
    elif isinstance(node, list):
        for each in node:
            yield from names_of_the_interface(each)


def said_in_vietnamese(source: str) -> Iterator[str]:
    """Every literal part of a Vietnamese sentence or remedy, also of one that has a name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in REFUSALS:
            yield from _literals(node.args[1])
        elif isinstance(node, ast.keyword) and node.arg == "remedy_vi":
            yield from _literals(node.value)
        elif isinstance(node, ast.Assign) and any(
            getattr(each, "id", "").endswith("_VI") for each in node.targets
        ):
            values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            for value in values:
                yield from _literals(value)


def _literals(sentence: ast.AST) -> Iterator[str]:
    pending = [sentence]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            pending += [node.body, node.orelse]
        elif isinstance(node, ast.FormattedValue):
            pending += [node.value] if isinstance(node.value, ast.IfExp) else []
        elif isinstance(node, ast.JoinedStr):
            pending += node.values


NAMES = {
    name
    for event in SERVICE.events
    for name in names_of_the_interface(event_schema(event))
    if name != "vi"  # A Vietnamese syllable, and the code of the language.
}


@pytest.mark.parametrize("file", SPEAKING)
def test_an_officer_reads_no_field_names(file: str):
    sentences = [*said_in_vietnamese((FOLDER / file).read_text(encoding="utf-8"))]

    foreign = {each: NAMES.intersection(WORD.findall(each)) for each in sentences}

    assert sentences
    assert {each: names for each, names in foreign.items() if names} == {}


def test_a_field_name_in_a_remedy_would_be_noticed():
    source = 'Refused("x", "Sai", "Wrong", remedy_vi=f"Đặt completeness = {a}.")'

    sentences = " ".join(said_in_vietnamese(source))

    assert NAMES.intersection(WORD.findall(sentences)) == {"completeness"}
