"""Every refusal says why by which rule, in both languages, and what to do; whoever writes it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from tests.architecture.tree import ROOT

KINDS = frozenset({"Refused", "NotAllowed", "Conflict"})
"""What the rules say no with; of a form, a credential or an address no article speaks."""
SERVICES = ("cases", "directives", "vault", "deadlines")
WANTED = ("code", "vi", "en", "rule", "remedy_vi", "remedy_en")


@dataclass(frozen=True)
class Written:
    """One place where a refusal is written."""

    place: str
    said: dict[str, ast.expr]


@cache
def written() -> tuple[Written, ...]:
    return tuple(
        each
        for service in SERVICES
        for path in sorted((ROOT / "services" / service).rglob("*.py"))
        for each in _in(ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT)))
    )


def _in(tree: ast.AST, path: str) -> Iterator[Written]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS:
            said = dict(zip(WANTED, node.args, strict=False))
            said |= {each.arg: each.value for each in node.keywords if each.arg}
            yield Written(f"{path}:{node.lineno}", said)


def texts(expression: ast.expr) -> list[str]:
    """The words that are written out in an expression, each branch by itself."""
    match expression:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(each.value for each in parts if isinstance(each, ast.Constant))]
        case ast.IfExp(body=one, orelse=other):
            return [*texts(one), *texts(other)]
        case ast.BinOp(left=left, right=right):
            return [*texts(left), *texts(right)]
    return []  # A name: what it stands for is written elsewhere.


@pytest.mark.parametrize("name", WANTED)
def test_every_refusal_has_everything_that_it_is_read_for(name: str):
    missing = [each.place for each in written() if name not in each.said]

    assert missing == []
    assert len(written()) > 200
    for each in written():
        assert all(text.strip() for text in texts(each.said[name])), each.place


def test_every_refusal_is_vietnamese_first_and_english_beside_it():
    for each in written():
        for vi, en in (("vi", "en"), ("remedy_vi", "remedy_en")):
            words = [text for text in texts(each.said[vi]) if any(map(str.isalpha, text))]
            assert not any(map(str.isascii, words)), each.place
            assert {*words}.isdisjoint(texts(each.said[en])), each.place
