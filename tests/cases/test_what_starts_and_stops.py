"""Which statutory periods each fact starts, stops and moves: by the tables, and in truth.

The table of periods says it in the catalogue's words, and `situations/moves.json` what else befalls
a period. Against them are held the wiring, which may differ from the table only where a reason is
given, and what was really recorded of each fact: a period that no recorded fact ever starts is a
promise that is not kept.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.deadlines.patterns import PATTERN, WORLD, Condition, Fact, Pattern
from services.deadlines.wiring import Row, load_wiring
from shared.reference.deadlines import Period
from tests.cases.situations.telling import EVENTS, TOPICS, facts, told

WIRING = load_wiring()
ROWS = tuple(WIRING.rows.values())
USES: dict[str, tuple[Callable[[Row], tuple[Pattern, ...]], Callable[[Period], Iterable[str]]]] = {
    "starts": (lambda row: row.starts, lambda period: period.starts_on),
    "stops": (lambda row: row.stops, lambda period: period.stops_on),
}
PASSED_ON = "who receives a tip that was passed on has the period from then on"
BY_THE_CASE = "a case ends its tips by a fact of their own (TipLedToCase)"
TOLD = "until notices are recorded as such, the procuracy is told by TipInformantNotified(to=vks)"
WHY: dict[tuple[str, str], str] = {
    ("TIP-VKS-FORWARD", "starts"): PASSED_ON,
    ("TIP-COMMUNE-URGENT", "starts"): PASSED_ON,
    ("TIP-COMMUNE-URGENT-REMOTE", "starts"): PASSED_ON,
    ("TIP-COMMUNE-ORDINARY", "starts"): PASSED_ON,
    ("TIP-POST-STATION", "starts"): PASSED_ON,
    ("TIP-ASSIGN", "starts"): PASSED_ON,
    ("TIP-RESOLVE", "starts"): PASSED_ON,
    ("TIP-RESOLVE", "stops"): BY_THE_CASE,
    ("TIP-AFTER-CANCEL", "stops"): BY_THE_CASE,
    ("TIP-RESUMED", "stops"): BY_THE_CASE,
    ("TIP-SUSPEND-SEND", "stops"): TOLD,
    ("TIP-RESUME-SEND", "stops"): TOLD,
    ("TIP-NONINST-SEND", "stops"): TOLD,
    ("TIP-SURRENDER-VKS", "stops"): TOLD,
    (
        "PROS",
        "starts",
    ): "BLTTHS 239(2), 249(4), 274: it starts anew with another procuracy, or resumed",
    ("ACC-EMERGENCY", "stops"): "BLTTHS 110(4): within the same hours an arrest may be ordered",
    ("TRIAL-JURIS-RETURN", "stops"): "the procuracy may also send the file back to the court",
}
"""Period and use → why the wiring has other facts than the table, where it does not say so."""
OF_ITS_OWN_KIND = ("recompute_only", "halves")
"""Rows that open nothing by themselves."""


def named(texts: Iterable[str]) -> set[str]:
    """The events that conditions of the table name; facts of the calendar are none."""
    found = [PATTERN.fullmatch(text) for text in texts if not WORLD.fullmatch(text)]
    return {each["event"] for each in found if each is not None}


def topics_of(names: Iterable[str]) -> set[str]:
    by_name = {event.__name__: topic for topic, event in EVENTS.items()}
    return {by_name[name] for name in names if name in by_name}


def differences(row: Row, use: str) -> tuple[list[str], list[str]]:
    """Topics that the wiring has beyond the table's words, and those that it does not have.

    What ends a period without its being met counts as stopping it.
    """
    wired, worded = USES[use]
    there = {each.topic for each in wired(row) if each.topic in EVENTS}
    closing = {each.topic for each in row.closes} if use == "stops" else set()
    said = topics_of(named(worded(row.period)))
    return sorted(there - said), sorted(said - there - closing)


def is_from_memory(condition: Condition) -> bool:
    """Whether earlier facts decide it, of which a single situation knows nothing."""
    return any(each.startswith("@about.") for each in condition.fields)


def matches(pattern: Pattern, fact: Fact) -> bool:
    about_all = not (pattern.not_about_one and fact.fields.get(pattern.not_about_one))
    return about_all and all(
        each.holds(fact) for each in pattern.conditions if not is_from_memory(each)
    )


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_wiring_has_the_facts_of_the_table_or_says_why_not(row: Row, use: str):
    more, fewer = differences(row, use)

    given = WHY.get((row.id, use)) or row.needs.get("why")
    given = given or (use == "starts" and any(row.needs.get(each) for each in OF_ITS_OWN_KIND))
    assert given or not (more or fewer), (more, fewer)


def test_no_reason_is_given_where_nothing_differs():
    assert [(id, use) for id, use in WHY if not any(differences(WIRING.rows[id], use))] == []


LINKS = [
    (row, use, pattern)
    for row in ROWS
    for use, (wired, _) in USES.items()
    for pattern in wired(row)
    if pattern.topic in EVENTS and not any(each.waiting for each in pattern.conditions)
]


@pytest.mark.parametrize(
    ("row", "use", "pattern"),
    LINKS,
    ids=[f"{row.id} {use} {pattern.event}" for row, use, pattern in LINKS],
)
def test_what_is_recorded_really_starts_and_stops_it(row: Row, use: str, pattern: Pattern):
    recorded = facts(EVENTS[pattern.topic])

    assert any(matches(pattern, fact) for fact in recorded), pattern


MOVES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "situations" / "moves.json").read_text("utf-8")
)
MOVING: dict[str, Callable[[Row], tuple[Pattern, ...]]] = {
    "closes": lambda row: row.closes,
    "extends": lambda row: row.extends,
    "passes": lambda row: row.passes,
    "recomputes": lambda row: row.recomputes,
    "reopens": lambda row: row.reopens,
    "restates": lambda row: row.restates,
}
SENTENCES = [(use, move) for use in MOVING for move in MOVES[use]]


def is_meant(fact: Fact, when: Mapping[str, Any]) -> bool:
    """Whether a fact has the words of a sentence in its fields."""
    for name, words in when.items():
        if name == "@goes_on":
            goes_on = fact.subjects[0].removeprefix("case:") in fact.fields["result_cases"]
            if goes_on is not words:
                return False
        elif name.startswith("@some."):
            if bool(fact.fields[name.removeprefix("@some.")]) is not words:
                return False
        elif fact.fields.get(name) not in (words if isinstance(words, list) else [words]):
            return False
    return True


@pytest.mark.parametrize("use", MOVING)
@pytest.mark.parametrize("event", sorted({move["event"] for _, move in SENTENCES}))
def test_a_fact_moves_and_ends_the_periods_that_the_law_says_and_no_others(event: str, use: str):
    sentences = [move for move in MOVES[use] if move["event"] == event]

    for fact in told(event):
        said = {
            rule
            for move in sentences
            if is_meant(fact, move.get("when", {}))
            for rule in move["rules"].split()
        }
        wired = {
            row.id
            for row in ROWS
            if any(each.topic == fact.topic and matches(each, fact) for each in MOVING[use](row))
        }
        assert wired == said, fact.fields


@pytest.mark.parametrize("use", MOVING)
def test_no_other_fact_moves_or_ends_a_period(use: str):
    wired = {each.topic for row in ROWS for each in MOVING[use](row)}

    assert wired == {TOPICS[move["event"]] for move in MOVES[use]}


@pytest.mark.parametrize(
    ("use", "move"), SENTENCES, ids=[f"{use} {move['event']}" for use, move in SENTENCES]
)
def test_what_the_law_says_of_moving_and_ending_really_happens(use: str, move: dict[str, Any]):
    assert move["law"]
    assert any(is_meant(fact, move.get("when", {})) for fact in told(move["event"])), move
