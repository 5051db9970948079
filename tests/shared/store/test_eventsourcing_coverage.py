"""Every test case that the library ships for recorders: run against ours, or why it does not apply.

A new version of the library with a new case fails here until somebody has decided about it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import eventsourcing
import pytest

from tests.architecture.tree import ROOT

OURS = Path(__file__).with_name("test_eventsourcing.py")
PAGE = ROOT / "docs" / "reliability.md"
RUN = {
    "AggregateRecorderTestCase",
    "ApplicationRecorderTestCase",
    "NonInterleavingNotificationIDsBaseCase",
}
DO_NOT_APPLY = {
    "RecorderTestCase": "the base of the others; it has no test of its own",
    "TrackingRecorderTestCase": "our checkpoints lie in the read models and know their epoch",
    "ProcessRecorderTestCase": "no log follows another one: effects have checkpoints, not events",
    "InfrastructureFactoryTestCase": "we do not use the library's factory of recorders and ciphers",
    "TranscoderTestCase": "the transcoder is the library's own; our events are plain JSON",
    "ExampleApplicationTestCase": "we do not use the library's Application (synchronous)",
    "ApplicationTestCase": "we do not use the library's Application (synchronous)",
    "EventCountersViewTestCase": "we do not use the library's projections (one commit per event)",
    "AggregateEventCountersProjectionTestCase": "the same",
    "TaggedDecisionCountersProjectionTestCase": "the same, and its events are DCB decisions",
    "EventSourcedProjectionTestCase": "the same",
    "DCBRecorderTestCase": "our log has streams with versions, not tags and conditions (DCB)",
}


MODULES = ("tests/persistence.py", "tests/application.py", "tests/projection.py", "dcb/tests.py")


def shipped() -> Iterator[ast.ClassDef]:
    """The test cases in the library's modules; read, as some import what we do not install."""
    library = Path(eventsourcing.__file__).parent
    for name in MODULES:
        for node in ast.parse((library / name).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith(("TestCase", "BaseCase")):
                yield node


def test_of_every_case_that_the_library_ships_it_is_said_whether_it_applies():
    assert {each.name for each in shipped()} == RUN | DO_NOT_APPLY.keys()


@pytest.mark.parametrize("case", [each for each in shipped() if each.name in RUN])
def test_of_a_case_that_applies_every_test_is_run(case: ast.ClassDef):
    tests = {
        each.name
        for each in case.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith(("test", "optional_test"))
    }
    named = {
        node.value
        for node in ast.walk(ast.parse(OURS.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert tests
    assert tests <= named


def test_the_page_on_reliability_lists_every_case():
    page = PAGE.read_text("utf-8")

    assert [case for case in (*RUN, *DO_NOT_APPLY) if f"`{case}`" not in page] == []
