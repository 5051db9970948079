"""Every row of the table names facts that are recorded, with fields and codes that they have.

A code that is renamed, or a field that goes, breaks these tests: a pattern that no fact can match
would be a period that silently never starts or never ends.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

from services.deadlines.known import KNOWN
from services.deadlines.patterns import OWN_IN, Condition, Pattern
from services.deadlines.wiring import FOLDER, SPLIT_OFF, Row, load_wiring
from services.registry import SERVICES
from shared.domain import Aggregate, Event
from shared.http.routes import events_of
from shared.reference import load_register

ROWS = tuple(load_wiring().rows.values())
KINDS: Mapping[str, tuple[str, ...]] = {
    "tip": ("tip", "case"),
    "case": ("case",),
    "person": ("person", "case"),
    "campaign": ("campaign", "directive"),
    "directive": ("directive",),
    "task": ("task", "directive"),
    "report": ("report", "directive"),
}
"""Kind of thing → the kinds that its facts are about (`Aggregate.subjects`)."""
AGGREGATES: Mapping[str, type[Aggregate]] = {
    event.TOPIC: each
    for service in SERVICES
    for each in service.aggregates
    for event in events_of(each)
}
EVENTS: Mapping[str, type[Event]] = {
    event.TOPIC: event for service in SERVICES for event in service.events
}
RECORDED = frozenset(EVENTS)
FIELDS_OF_STARTS = ("parties", "ends_at", "start_at", "keyed", "stated")


@dataclass(frozen=True)
class Possible:
    """What a field may hold: words, or anything when None; and whether it may be empty."""

    words: frozenset[str] | None
    empty: bool


def possible(annotation: Any) -> Possible:
    """What a field of this type may hold."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return possible(args[0])
    if origin is Literal:
        return Possible(frozenset(str(each) for each in args), False)
    if annotation is bool:
        return Possible(frozenset({"true", "false"}), False)
    if origin in (Union, UnionType):
        parts = [possible(each) for each in args if each is not type(None)]
        words = [each.words for each in parts if each.words is not None]
        known = frozenset[str]().union(*words) if len(words) == len(parts) else None
        return Possible(known, type(None) in args)
    return Possible(None, False)


def held_by(event: type[Event], name: str) -> Possible | None:
    """What a name of the wiring may stand for in a fact; None when the fact has no such field."""
    if name == "@actor":
        return Possible(None, False)
    if name == "@type":
        return Possible(frozenset(codes()), False)
    if name.startswith("@about."):
        known = KNOWN.get(name.removeprefix("@about."))
        return None if known is None else Possible(known, True)
    if name.startswith(OWN_IN):
        named = name.removeprefix(OWN_IN) in event.model_fields
        return Possible(frozenset({"true", "false"}), False) if named else None
    field = event.model_fields.get(name)
    return None if field is None else possible(field.annotation)


def codes() -> Iterator[str]:
    """Codes of all kinds of bodies."""
    kinds = json.loads((FOLDER.parents[1] / "shared/reference/agencies.json").read_text("utf-8"))
    yield from (each["code"] for each in kinds["types"])


def faults(pattern: Pattern) -> Iterator[str]:
    """Why no fact can match a pattern, or a word of it."""
    event = EVENTS.get(pattern.topic)
    if event is None:
        if pattern.event not in load_wiring().waiting:
            yield f"nobody records {pattern.topic}"
        return
    if event.__name__ != pattern.event:
        yield f"{pattern.topic} is {event.__name__} and not {pattern.event}"
    if pattern.not_about_one and pattern.not_about_one not in event.model_fields:
        yield f"{pattern.event} has no field {pattern.not_about_one}"
    for condition in pattern.conditions:
        yield from _faults(event, condition)
    for names in {each.fields for each in pattern.conditions}:
        together = [each for each in pattern.conditions if each.fields == names]
        if not any(True for _ in _meeting(event, together)):
            yield f"nothing that {names} may hold meets all of {together}"


def _faults(event: type[Event], condition: Condition) -> Iterator[str]:
    held = [found for found in (held_by(event, each) for each in condition.fields) if found]
    if condition.waiting:
        if held:
            yield f"{event.__name__} has {condition.fields} now: it waits no more"
        return
    if not held:
        if not condition.if_absent:
            yield f"{event.__name__} has none of the fields {condition.fields}"
        return
    words = [each.words for each in held]
    if None in words:
        return
    for value in condition.values:
        if not any(fnmatchcase(word, value) for some in words for word in some or ()):
            yield f"{event.__name__}.{condition.fields} is never {value!r}"


def _meeting(event: type[Event], conditions: Sequence[Condition]) -> Iterator[str | None]:
    """Values with which all conditions on the same fields hold."""
    held = [found for found in (held_by(event, each) for each in conditions[0].fields) if found]
    if conditions[0].waiting or not held or any(each.words is None for each in held):
        yield None
        return
    if all(each.negated or each.if_absent for each in conditions) and all(e.empty for e in held):
        yield None
    for word in (word for each in held for word in each.words or ()):
        if all(
            any(fnmatchcase(word, value) for value in each.values) is not each.negated
            for each in conditions
        ):
            yield word


def of_one(row: Row) -> str:
    return row.id


@pytest.mark.parametrize("row", ROWS, ids=of_one)
def test_every_fact_that_touches_a_row_can_be_recorded(row: Row):
    found = [f"{row.id}: {fault}" for pattern in row.patterns for fault in faults(pattern)]

    assert not found, found


@pytest.mark.parametrize("row", ROWS, ids=of_one)
def test_what_the_wiring_reads_from_a_fact_is_a_field_of_it(row: Row):
    starting = [EVENTS[each.topic] for each in row.starts if each.topic in EVENTS]
    stopping = [EVENTS[each.topic] for each in row.stops if each.topic in EVENTS]
    before = tuple(row.needs.get("before", {}).get("field", ()))
    part = row.needs.get("stop_part", {}).get("field")
    reads = [(name, row.fields(name), starting) for name in FIELDS_OF_STARTS if starting]
    reads += [("before", before, starting)] if starting else []
    reads += [("stop_keyed", row.fields("stop_keyed"), stopping)] if stopping else []
    reads += [("stop_part", (part,), stopping)] if part else []
    closing = [EVENTS[each.topic] for each in row.closes]
    reads += [("closes_for", tuple(row.needs.get("closes_for", {}).values()), closing)]

    for need, names, events in reads:
        for name in names:
            assert any(held_by(event, name) for event in events), (row.id, need, name)
        for event in events if need in ("parties", "start_at") else ():
            some = [name for name in names if held_by(event, name)]
            assert not names or some or event.TOPIC.endswith("_reviewed.v1"), (row.id, need, event)


@pytest.mark.parametrize("row", ROWS, ids=of_one)
def test_the_facts_of_a_row_are_about_what_it_is_about(row: Row):
    for pattern in row.patterns:
        if pattern.topic not in AGGREGATES or row.needs.get("calendar"):
            continue
        about = {*KINDS[AGGREGATES[pattern.topic].KIND]}
        if load_wiring().persons.get(pattern.topic):
            about.add("person")
        near = {*row.kinds, *(["case"] if "person" in row.kinds else [])}
        near.add(row.needs.get("matter", row.kinds[0]))

        assert about & near, (row.id, pattern.topic)


def test_parts_that_a_fact_ends_are_parts_of_the_row_and_codes_of_the_fact():
    for row in ROWS:
        said = row.needs.get("stop_part")
        if said:
            for pattern in row.stops:
                held = held_by(EVENTS[pattern.topic], said["field"])
                assert held is not None
                assert held.words == frozenset(said["parts"]), row.id
            assert {*said["parts"].values()} <= {*row.period.length_by_level}, row.id


def test_rules_that_a_row_counts_from_are_rules():
    for row in ROWS:
        for need in ("before", "counted_from"):
            rule = row.needs.get(need, {}).get("rule")
            assert rule is None or rule in load_wiring().rows, row.id


def test_what_is_remembered_of_a_subject_is_a_field_of_some_fact():
    for name, places in load_wiring().about.items():
        assert name in KNOWN
        for place in places:
            known = any(place in event.model_fields for event in EVENTS.values())
            assert known or place == "accused_under_18", place


def test_a_part_that_goes_on_says_by_which_rule_and_since_when():
    course = EVENTS[SPLIT_OFF].model_fields["course"].annotation

    assert {"rule", "since", "granted"} <= {*getattr(course, "model_fields", {})}
    assert "holder" in EVENTS[SPLIT_OFF].model_fields
    assert any(row.needs.get("splits") for row in ROWS)


def test_every_row_that_no_fact_opens_says_why():
    why = load_wiring().why_not_opened(RECORDED)

    assert all(why.values()), why
    assert why["STAT-PERIOD"].startswith("the clock")
    assert why["VIC-BRING"] == "waits for the service victims"
    assert why["APPEAL-DECISION"] == "waits for the service notifications"
    assert "LIMITATION" not in why
    assert "REP-138-QUARTER" in why


def test_the_rows_that_wait_for_notices_are_those_that_the_documentation_lists():
    page = (FOLDER.parents[1] / "docs" / "life-of-a-case.md").read_text("utf-8")
    [table] = re.findall(r"\| Notices of \|.*?\n\n", page, re.DOTALL)

    waiting = {row.id for row in ROWS if row.waits_for == "notifications"}

    assert {*re.findall(r"[A-Z]+(?:-[A-Z]+)+", table)} == waiting


def test_every_collective_and_code_of_the_wiring_is_known():
    table = json.loads((FOLDER / "wiring.json").read_text(encoding="utf-8"))
    words = {*table["row_words"]}

    for id, needs in table["rows"].items():
        assert id in load_wiring().rows
        assert {*needs} <= words | {"subject"}, id
    for row in ROWS:
        if "bodies" in row.needs:
            assert load_register().kind(row.needs["bodies"].partition("-")[0]), row.id


@pytest.mark.parametrize(
    ("rule", "words"),
    [("CUSTODY", ("stop",)), ("INV", ("investigation", "stage"))],
)
def test_a_code_that_is_renamed_is_found(rule: str, words: tuple[str, ...]):
    row = load_wiring().rows[rule]
    [pattern, *_] = [each for each in (*row.stops, *row.extends) if each.conditions]
    first = pattern.conditions[0]

    renamed = replace(first, values=words)
    moved = replace(first, fields=("nowhere",))

    assert [*faults(replace(pattern, conditions=(renamed,)))]
    assert [*faults(replace(pattern, conditions=(moved,)))]
    assert not [*faults(pattern)]
