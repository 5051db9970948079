"""Which statutory periods each fact starts and stops: by the table of periods, and in truth.

The table of periods says it in the catalogue's words. Against it are held the wiring, which may
differ from it only where a reason is given, and what was really recorded of each fact: a period
that no recorded fact ever starts is a promise that is not kept.
"""

import json
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from services.deadlines.patterns import PATTERN, WORLD, Condition, Fact, Pattern
from services.deadlines.wiring import Row, load_wiring
from shared.domain import Event, encode_state
from shared.reference.deadlines import Period
from tests.cases.examples import closed
from tests.cases.situations.trying import MACHINES, everything, machine_of

WIRING = load_wiring()
ROWS = tuple(WIRING.rows.values())
EVENTS: dict[str, type[Event]] = {
    event.TOPIC: event for machine in MACHINES for event in machine.rows
}
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


@cache
def facts(event: type[Event]) -> tuple[Fact, ...]:
    """Everything that was recorded of it in the situations, as the engine is told of it."""
    kind = getattr(machine_of(event).kind, "KIND", "thing")
    return tuple(
        Fact(
            fact.originator_id,
            fact.TOPIC,
            fact.timestamp,
            fact.timestamp,
            said.by,
            (f"{kind}:{fact.originator_id}",),
            json.loads(encode_state(closed(fact))),
            {},
        )
        for said in everything(event)
        for fact in said.facts
        if type(fact) is event
    )


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
