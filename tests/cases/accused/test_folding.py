"""What was recorded is the whole truth, and no stage is reached that the law does not draw."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.cases.accused.domain import PERSON_STEPS, Person, PersonEvent
from services.cases.accused.personfile import PERSON_STAGES
from shared.errors import Refused
from tests.cases.accused.examples import (
    accuse,
    approve,
    case,
    change,
    custody,
    detain,
    fact,
    follow,
    granted,
    hold,
    more_custody,
    prolong,
    recharge,
    review,
    seek,
)
from tests.cases.examples import INVESTIGATORS, MORNING, PROCURACY, STRANGER, act, folded

CASE, FACT = case(), fact()
AGAIN = "ACCUSED DETAINED ON_MEASURE"
"""An accused once more, under the measure that binds them."""
DRAWN: Mapping[str, str] = {
    # From → to, as domain-reference 2c draws the machine “Accused”. "released" is RELEASED; "with
    # measure DETAINED / BAIL / …" are DETAINED and ON_MEASURE, which change into one another.
    "": "HELD ACCUSED_PENDING",
    "HELD": "CUSTODY RELEASED ACCUSED_PENDING",
    "CUSTODY": "RELEASED ACCUSED_PENDING",
    "RELEASED": "HELD ACCUSED_PENDING",
    "ACCUSED_PENDING": "ACCUSED RELEASED DISCONTINUED",
    "ACCUSED": "DETAINED ON_MEASURE WANTED DEFENDANT DISCONTINUED",
    "DETAINED": "ACCUSED ON_MEASURE WANTED DEFENDANT DISCONTINUED",
    "ON_MEASURE": "ACCUSED DETAINED WANTED DEFENDANT DISCONTINUED",
    # A wanted person is found, or the notice is lifted: back to where they were. 2c draws no way
    # out; BLTTHS 112, 231 do.
    # Whoever is tried in their absence is found as what the trial made of them (BLTTHS 290).
    "WANTED": "ACCUSED ON_MEASURE DEFENDANT CONVICTED ACQUITTED EXEMPT CONVICT SERVING "
    "DISCONTINUED",
    # Not in 2c: a panel sends the file back, proceedings are resumed (BLTTHS 280, 326, 235, 283).
    "DEFENDANT": f"CONVICTED ACQUITTED EXEMPT WANTED DISCONTINUED {AGAIN}",
    # Not in 2c: an appellate court may say another outcome or quash the judgment (BLTTHS 355), a
    # review too (388); and who fled is sought.
    "CONVICTED": f"CONVICT ACQUITTED EXEMPT WANTED DISCONTINUED {AGAIN}",
    "ACQUITTED": f"CONVICTED EXEMPT DISCONTINUED {AGAIN}",
    "EXEMPT": f"CONVICTED ACQUITTED DISCONTINUED {AGAIN}",
    "CONVICT": f"SERVING WANTED CONVICTED ACQUITTED EXEMPT DISCONTINUED {AGAIN}",
    "SERVING": f"CONVICTED ACQUITTED EXEMPT DISCONTINUED {AGAIN}",
    "DISCONTINUED": f"ACCUSED_PENDING {AGAIN}",
}
Step = Callable[[Any, Any], object]


def _custody(it: Any, by: Any) -> None:
    it.order_temporary_custody(
        custody(since=by.at, to=by.at + timedelta(days=3), decision_ref=str(by.at)), by
    )


def _more(it: Any, by: Any, say: Any) -> None:
    until = it.custody_until or by.at
    it.extend_temporary_custody(say(seq=it.custody_given + 1, to=until + timedelta(days=3)), by)


def _detention(it: Any, by: Any, say: Any) -> None:
    said = say(since=by.on, to=by.on + timedelta(days=100), decision_ref=str(by.at))
    it.order_temporary_detention(said, by, CASE)


def _measure(to: str, reason: str = "replaced") -> Step:
    return lambda it, by: it.change_preventive_measure(
        change(before=it.measure, to=to, reason=reason, decision_ref=str(by.at)),
        by,
        CASE if it.case_id else None,
    )


def _prolong(it: Any, by: Any) -> None:
    until = it.detention_until or date(2025, 12, 3)
    said = prolong(seq=it.detention_given + 1, to=until + timedelta(days=90))
    it.extend_temporary_detention(said, by, CASE)


def _becomes(what: str) -> Step:
    return lambda it, by: it.change_procedural_standing(follow(what), by, CASE, FACT)


STEPS: Sequence[Step] = (
    lambda it, by: it.apprehend_again(hold(), by),
    lambda it, by: it.apprehend_again(hold(kind="wanted"), by),
    lambda it, by: it.apprehend_again(hold(kind="surrender"), by),
    lambda it, by: it.apprehend_again(hold(kind="emergency_arrest_order", warrant_ref="1"), by),
    lambda it, by: it.apprehend_again(hold(kind="detention_warrant", warrant_ref="1"), by),
    _custody,
    lambda it, by: _more(it, by, more_custody),
    lambda it, by: _more(it, by, granted),
    lambda it, by: it.prosecute(accuse(CASE), by, CASE),
    lambda it, by: it.review_accused(review(decision_ref=str(by.at)), by, CASE),
    lambda it, by: it.review_accused(review(outcome="cancelled"), by, CASE),
    lambda it, by: it.review_accused(review(subject="change", outcome="cancelled"), by, CASE),
    lambda it, by: it.reclassify_offence(recharge(), by, CASE),
    lambda it, by: _detention(it, by, detain),
    lambda it, by: _detention(it, by, approve),
    _prolong,
    _measure("bail"),
    _measure("residence_ban"),
    _measure("release", "unnecessary"),
    _measure("approval", "approved"),
    _measure("sentence_started", "sentence_started"),
    lambda it, by: it.issue_wanted_notice(seek(decision_ref=str(by.at)), by, CASE),
    lambda it, by: it.issue_wanted_notice(seek(kind="lift"), by, CASE),
    _becomes("DEFENDANT"),
    _becomes("CONVICTED"),
    _becomes("ACQUITTED"),
    _becomes("EXEMPT"),
    _becomes("CONVICT"),
    _becomes("SERVING"),
    _becomes("DISCONTINUED"),
    _becomes("ACCUSED"),
)
POLICE, PROSECUTORS = INVESTIGATORS, PROCURACY
WAY = (
    *((5, POLICE), (6, POLICE), (7, PROSECUTORS), (8, POLICE), (9, PROSECUTORS), (13, POLICE)),
    *((14, PROSECUTORS), (15, PROSECUTORS), (12, POLICE), (21, POLICE), (1, POLICE)),
    *((23, POLICE), (24, POLICE), (27, POLICE), (28, POLICE)),
)
"""From custody to the sentence, once wanted on the way."""


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Some way along, and from there on anything."""
    begun = [*WAY[: draw(st.integers(0, len(WAY)))]]
    who = st.sampled_from((POLICE, POLICE, PROSECUTORS, STRANGER))
    return begun + draw(st.lists(st.tuples(st.integers(0, len(STEPS) - 1), who), max_size=20))


def lived(first: str, history: Sequence[tuple[int, str]]) -> tuple[Any, set[tuple[str, str]]]:
    """A person after a random history, and the changes of stage on the way."""
    person: Any = (
        Person.institute_accused(accuse(CASE), act(), CASE)
        if first == "charge"
        else Person.apprehend_suspect(hold(kind=first, warrant_ref="7/LG"), act())
    )
    moves = {("", person.stage)}
    for hours, (number, by) in enumerate(history, 1):
        before = person.stage
        with suppress(Refused):
            STEPS[number](person, act(by, MORNING + timedelta(hours=hours)))
        if person.stage != before:
            moves.add((before, person.stage))
    return person, moves


BEGINNINGS = st.sampled_from(("flagrante", "emergency", "wanted", "surrender", "charge"))


@given(BEGINNINGS, histories())
def test_a_person_folded_from_the_record_is_the_live_one(first: str, history: Any):
    person, _ = lived(first, history)
    live = person.state()

    read = folded(person.collect_events())

    event(f"ends at {read.stage}")
    assert read.state() == live
    assert (read.holder, read.measure, read.charges) == (
        person.holder,
        person.measure,
        person.charges,
    )


@given(BEGINNINGS, histories())
def test_no_stage_is_reached_that_is_not_drawn(first: str, history: Any):
    _, moves = lived(first, history)

    assert [(a, b) for a, b in moves if b not in DRAWN[a].split()] == []


@given(BEGINNINGS, histories())
def test_custody_is_extended_twice_at_most_and_who_is_detained_is_charged(first: str, history: Any):
    person, _ = lived(first, history)

    assert person.custody_given <= 2
    assert person.measure != "detention" or person.charges
    assert (person.stage == "DETAINED") <= (person.measure == "detention")


def test_the_way_to_the_sentence_is_walked():
    person, moves = lived("flagrante", WAY)

    assert person.stage == "SERVING"
    assert {b for _, b in moves} == {
        *("HELD", "CUSTODY", "ACCUSED_PENDING", "ACCUSED", "DETAINED", "WANTED"),
        *("DEFENDANT", "CONVICTED", "CONVICT", "SERVING"),
    }


def test_every_stage_is_drawn_and_every_fact_has_a_row():
    assert {*DRAWN} - {""} == {*PERSON_STAGES}
    assert {s for row in PERSON_STEPS.values() for s in row.before} <= {*PERSON_STAGES}
    assert {*PERSON_STEPS} == {*PersonEvent.__args__}


@pytest.mark.parametrize("fact", list(PERSON_STEPS), ids=lambda each: each.__name__)
def test_every_row_names_its_article(fact: Any):
    assert "Điều" in PERSON_STEPS[fact].article
