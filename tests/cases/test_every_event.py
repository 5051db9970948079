"""The table of all events: who may record each, who may not, in which stage, what it starts.

Nothing of it is written twice. Who may comes from the tables of competence and the register of
bodies; the stages from the tables of steps; the periods from the table of periods. Written by hand
is only how things come to their stages and in which words facts are said (`situations/`).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

import pytest

from services.registry import SERVICES
from shared.actor import VIETNAM
from shared.domain import Event
from shared.errors import NotAllowed, Refused
from shared.reference import RegisterError
from shared.reference.areas import CENTRE
from tests.cases.examples import act
from tests.cases.situations.bodies import (
    DAY,
    DAYS,
    TYPES,
    Ruled,
    body,
    body_between,
    elsewhere,
    kind,
    rows_of,
)
from tests.cases.situations.table import BEGINNING
from tests.cases.situations.trying import (
    MACHINES,
    arrived,
    competence_of,
    everything,
    machine_of,
    recorded,
    service_of,
)

TABLED = ("cases", "deadlines", "vault")
EVENTS: tuple[type[Event], ...] = tuple(
    dict.fromkeys(
        event for service in SERVICES if service.name in TABLED for event in service.events
    )
)
UNDATED = {
    "deadlines": "the engine records for a committee that the register knows without dates",
}
"""Service → why no day is a wrong one for its facts."""
ARTICLE = re.compile(
    r"Điều \d|\d+/(\d{4}|QĐ)|S3|danh mục|đính chính|liên ngành|hiệp định|design|thiết kế"
)
"""How a rule names what it follows from."""
OTHER = "SO_YTE-P34-40"
"""A body of another type in the same area, to whom the tables that name everybody say yes."""
ROWS = tuple(event for machine in MACHINES for event in machine.rows)
each_event = pytest.mark.parametrize("event", ROWS, ids=lambda each: each.TOPIC)
STAGES = [(event, stage) for event in ROWS for stage in sorted(machine_of(event).before(event))]


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=VIETNAM)


def refused(event: type[Event], agency: str, on: date) -> Refused | RegisterError | None:
    """What the tables of competence say to a body on a day; None: it may."""
    table = competence_of(service_of(event).name)
    try:
        table.refuse_unless_competent(event, act(agency, noon(on)))
    except (NotAllowed, RegisterError) as error:
        return error
    return None


@cache
def rules_of(event: type[Event]) -> tuple[Ruled, ...]:
    tables = [rows_of(path) for path in service_of(event).competence]
    [rows] = [table[event.TOPIC] for table in tables if event.TOPIC in table]
    return rows


def is_for_everybody(event: type[Event]) -> bool:
    return any(rule.types == TYPES for rule in rules_of(event))


def allowed_types(event: type[Event], on: date) -> set[str]:
    return {code for code in TYPES if any(rule.allows(code, on) for rule in rules_of(event))}


def refuse_vague(refusal: Refused | None) -> None:
    """A refusal says which rule, in both languages, and what to do."""
    assert refusal is not None, "it was recorded, or nothing was said"
    assert refusal.code and refusal.rule, refusal
    assert refusal.vi and refusal.en and refusal.remedy_vi and refusal.remedy_en, refusal


def refuse_incompetent(refusal: Refused | RegisterError | None, event: type[Event]) -> None:
    """What the tables of competence say names the fact, the rule, the article and who may."""
    assert isinstance(refusal, NotAllowed) and refusal.code == "not-competent"
    refuse_vague(refusal)
    assert refusal.rule == f"competence:{event.TOPIC}"
    assert refusal.extra["article"] == event.SOURCE and event.SOURCE
    assert event.LABEL[0] in refusal.vi and event.LABEL[1] in refusal.en


def wrong_days(event: type[Event]) -> Iterator[tuple[str, date]]:
    """Bodies that may on one day and may not on the day before or after it."""
    for code in TYPES:
        there = kind(code)
        rules = [rule for rule in rules_of(event) if code in rule.types]
        firsts = {rule.first for rule in rules} | {there.valid_from}
        lasts = {rule.last for rule in rules} | {there.valid_to}
        turns = [
            *((day, day - DAY) for day in firsts if day not in (None, date.min)),
            *((day, day + DAY) for day in lasts if day not in (None, date.max)),
        ]
        for right, wrong in turns:
            agency = body(code, right)
            may = agency and any(rule.allows(code, right) for rule in rules)
            if may and not (body(code, wrong) and any(rule.allows(code, wrong) for rule in rules)):
                yield body(code, wrong) or str(agency), wrong


@each_event
def test_who_may_every_type_that_its_rules_name_on_a_day_of_the_rule(event: type[Event]):
    tried = 0
    for rule in rules_of(event):
        assert rule.source
        for code in rule.types:
            found = body_between(code, rule.first, rule.last)
            assert found is not None or not any(kind(code).in_force(on) for on in DAYS)
            if found is not None:
                assert refused(event, *found) is None, found
                tried += 1

    assert tried


@each_event
def test_who_may_not_every_type_that_no_rule_names(event: type[Event]):
    if is_for_everybody(event):
        collective = refused(event, "UBND_XA-P34-40", DAYS[0])
        assert isinstance(collective, NotAllowed) and collective.code == "collective-cannot-act"
        for said in recorded(event):
            again = said.again(OTHER)
            assert again.recorded == bool(said.tried.anywhere and not said.tried.of_its_kind)
            if not again.recorded:
                refuse_vague(again.refusal)
        return
    others = 0
    for on in DAYS:
        for code in {*TYPES} - allowed_types(event, on):
            if (agency := body(code, on)) is not None:
                refuse_incompetent(refused(event, agency, on), event)
                others += 1

    assert others


@each_event
def test_who_may_not_a_body_on_a_day_that_is_not_its_own(event: type[Event]):
    days = [*wrong_days(event)]

    for agency, on in days:
        refusal = refused(event, agency, on)
        if isinstance(refusal, RegisterError):
            assert refusal.code == "agency-not-in-existence"
            assert agency in refusal.vi and on.isoformat() in refusal.en
        else:
            refuse_incompetent(refusal, event)
    assert bool(days) != (service_of(event).name in UNDATED)


@each_event
def test_the_days_of_every_row_are_read_as_they_are_written(event: type[Event]):
    """Beside the register, which ends bodies by itself: a row must end where it says."""
    read = competence_of(service_of(event).name).rules[event.TOPIC]
    written = rules_of(event)

    for row in written:
        edges = {row.first, row.last} - {date.min, date.max}
        for on in {day for edge in edges for day in (edge - DAY, edge, edge + DAY)} | {*DAYS}:
            for code in row.types:
                expected = any(each.allows(code, on) for each in written)
                assert any(each.allows(code, on) for each in read) is expected, (code, on)


@each_event
def test_who_may_not_the_same_body_of_another_area(event: type[Event]):
    bound = [said for said in recorded(event) if said.by.partition("-")[2] != CENTRE]

    for said in bound:
        stranger = elsewhere(said.by, said.moment.astimezone(VIETNAM).date())
        again = said.again(str(stranger))
        if said.tried.anywhere:
            assert again.recorded, (said.stage, stranger, again.refusal)
        else:
            refuse_vague(again.refusal)
            assert again.refusal is not None
            assert again.refusal.code != "not-competent", "the domain knows whose it is"
            assert ARTICLE.search(again.refusal.rule), again.refusal.rule
    # Of a fact that only bodies of the whole country record, no area is a wrong one.
    central = {code for rule in rules_of(event) for code in rule.types}
    assert bound or {kind(code).level for code in central} == {"central"}


@pytest.mark.parametrize(
    ("event", "stage"), STAGES, ids=lambda each: getattr(each, "TOPIC", each) or "beginning"
)
def test_in_which_state_it_is_recorded_at_each_stage_that_its_row_names(
    event: type[Event], stage: str
):
    there = [said for said in recorded(event) if said.stage == stage]

    assert there, [str(said.refusal) for said in everything(event) if said.stage == stage]


@each_event
def test_in_which_state_it_is_refused_at_every_other_stage(event: type[Event]):
    machine = machine_of(event)
    others = machine.tried_at(event) - machine.before(event)

    for stage in sorted(others):
        tried = [said for said in everything(event) if said.stage == stage]
        assert not any(said.recorded for said in tried), stage
        refusals = [said.refusal for said in tried if said.refusal is not None]
        assert refusals or machine.silent or stage in machine.rows[event].no_news
        for refusal in refusals:
            refuse_vague(refusal)
        if words := getattr(machine.kind, "STAGES", {}).get(stage):
            assert any(names_stage(each, words) for each in refusals), (stage, refusals)
    begins = machine.tried_at(event) == {BEGINNING}
    assert bool(others) != bool(machine.rows[event].everywhere or begins)


def names_stage(refusal: Refused, words: tuple[str, str]) -> bool:
    """Whether it says where the thing stands, since when and with whom, and by which article."""
    return (
        words[0] in refusal.vi
        and words[1] in refusal.en
        and bool(ARTICLE.search(refusal.rule))
        and bool(re.search(r"từ \d\d:\d\d ngày \d\d/\d\d/\d{4}", refusal.vi))
    )


def test_every_event_has_a_row_and_every_stage_a_way():
    assert sorted(each.TOPIC for each in ROWS) == sorted(each.TOPIC for each in EVENTS)
    for machine in MACHINES:
        stages = {*getattr(machine.kind, "STAGES", machine.ways)} | {BEGINNING}
        assert {*machine.ways} == stages, machine.kind


def test_ways_lead_to_the_stage_that_they_are_named_for():
    for machine in MACHINES:
        for stage, ways in machine.ways.items():
            for way in ways:
                thing = arrived(way).thing
                if stage == BEGINNING:
                    assert thing is None
                elif hasattr(machine.kind, "STAGES"):
                    assert thing.stage == stage
