"""As what an accused stands before the law follows from the case, in whatever order."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.cases.accused.domain import Person
from services.cases.accused.parts import Becomes
from services.cases.accused.personfile import PERSON_STAGES
from services.cases.accused.standings import BEFORE, FOLLOWS, paper_of, standing_of, way
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import TransmitCaseFile
from services.cases.proceedings.parts import Charged
from services.cases.trials.events import FileProtest, PronounceAppellateJudgment, PronounceJudgment
from shared.errors import Refused
from tests.cases.accused.examples import accuse, review
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    act,
    at,
    folded,
)
from tests.cases.proceedings.examples import (
    TRAFFICKING,
    conclude,
    discontinue,
    give_back,
    indict,
    institute,
    resume,
    suspend,
)
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    EXECUTE,
    IN_FORCE,
    MANH,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    SUPREME_COURT,
    THUY,
    UPHOLD,
    acquitted,
    convicted,
    docket,
)

STANDINGS = get_args(Becomes)


@pytest.mark.parametrize(
    ("until", "thuy", "manh"),
    [
        ("accepted", "ACCUSED", "ACCUSED"),
        ("ordered", "DEFENDANT", "DEFENDANT"),
        ("argued", "DEFENDANT", "DEFENDANT"),
        ("judged", "CONVICTED", "CONVICTED"),
        ("appeal_opened", "CONVICTED", "CONVICTED"),
        ("upheld", "CONVICT", "CONVICT"),
        ("executed", "SERVING", "CONVICT"),
    ],
)
def test_a_standing_is_read_off_the_case(until: str, thuy: str, manh: str):
    case: Any = docket(until)

    assert (standing_of(case, THUY), standing_of(case, MANH)) == (thuy, manh)


def test_one_for_whom_proceedings_rest_or_ended_is_no_defendant():
    case: Any = docket("ordered")
    case.stopped = {THUY: "suspended", MANH: "discontinued"}

    assert (standing_of(case, THUY), standing_of(case, MANH)) == ("ACCUSED", "DISCONTINUED")


def test_who_is_guilty_of_one_offence_is_guilty_and_exempt_comes_before_acquitted():
    case: Any = docket("judged")
    exempt = acquitted(MANH).model_copy(update={"outcome": "exempt"})
    case.verdicts = (acquitted(THUY), convicted(THUY), acquitted(MANH), exempt)

    assert (standing_of(case, THUY), standing_of(case, MANH)) == ("CONVICTED", "EXEMPT")


@pytest.mark.parametrize("stage", ["JOINED", "CANCELLED"])
def test_a_case_that_ended_in_another_or_in_nothing_says_nothing(stage: str):
    case: Any = docket("judged")
    case.stage = stage

    assert standing_of(case, THUY) is None


def test_every_standing_has_a_row_and_every_row_stands_on_a_stage():
    assert {*FOLLOWS} == {*STANDINGS} and {*STANDINGS} <= {*PERSON_STAGES}
    assert {*BEFORE} | {*BEFORE.values()} <= {*STANDINGS}
    assert all(row.before <= {*PERSON_STAGES} and row.article for row in FOLLOWS.values())


@pytest.mark.parametrize("to", STANDINGS)
@pytest.mark.parametrize("stage", [*PERSON_STAGES])
def test_a_way_is_made_of_steps_that_are_drawn(stage: str, to: Any):
    steps = way(stage, to)

    assert all(b in FOLLOWS and a in FOLLOWS[b].before for a, b in pairwise((stage, *steps)))
    assert (steps == ()) or (steps[-1] == to and len({*steps}) == len(steps))


@pytest.mark.parametrize("stage", ["HELD", "CUSTODY", "RELEASED", "ACCUSED_PENDING"])
@pytest.mark.parametrize("to", [each for each in STANDINGS if each != "DISCONTINUED"])
def test_no_court_makes_an_accused_of_whom_nobody_has_charged(stage: str, to: Any):
    assert way(stage, to) == ()


def test_what_was_missed_is_made_up_for():
    assert way("ACCUSED", "SERVING") == ("DEFENDANT", "CONVICTED", "CONVICT", "SERVING")
    assert way("CONVICT", "DEFENDANT") == ("ACCUSED", "DEFENDANT")
    assert way("ACQUITTED", "CONVICT") == ("CONVICTED", "CONVICT")


def test_a_standing_names_the_decision_or_else_the_last_judgment():
    case: Any = docket("executed")
    ordered, judged = case.trial_events[1], case.trial_events[4]

    assert paper_of(ordered, case) == ORDER.decision_ref
    assert paper_of(judged, case) == "44/2025/HS-ST"
    assert paper_of(case.trial_events[-1], case) == EXECUTE.decision_ref
    case.confirm_effect(
        IN_FORCE.model_copy(update={"reason": "appellate"}), act(COURT, "2025-12-02")
    )
    assert paper_of(case.trial_events[-1], case) == UPHOLD.judgment_no


def judgment(*rows: Any) -> PronounceJudgment:
    return PronounceJudgment(judgment_no="44/2025/HS-ST", per_accused=rows)


def on_appeal(outcome: str, *rows: Any) -> PronounceAppellateJudgment:
    return PronounceAppellateJudgment.model_validate(
        {"judgment_no": "90/2025/HS-PT", "outcome": outcome, "per_accused": rows}
    )


Does = tuple[Callable[..., None], Any, str]
CHARGES = tuple(Charged(ref=each, offence=TRAFFICKING) for each in (THUY, MANH))


def sent(to: str, giver: str, taker: str) -> tuple[Does, Does]:
    said = TransmitCaseFile(to=to, receiver=taker, documents=3, exhibits=0)
    received = said.model_copy(update={"step": "received"})
    return (Case.transmit_case_file, said, giver), (Case.transmit_case_file, received, taker)


ONCE_MORE = {"reason": "decision_cancelled"}
WAY: Sequence[Does] = (
    (Case.conclude_investigation, conclude(accused=(THUY, MANH)), INVESTIGATORS),
    *sent("VKS", INVESTIGATORS, REGIONAL_PROCURACY),
    (Case.issue_indictment, indict(accused=CHARGES), REGIONAL_PROCURACY),
    *sent("COURT", REGIONAL_PROCURACY, REGIONAL_COURT),
    (Case.accept_case, ACCEPT, REGIONAL_COURT),
    (Case.order_trial, ORDER.model_copy(update={"scheduled": at("2031-01-01")}), REGIONAL_COURT),
    (Case.open_trial, OPEN, REGIONAL_COURT),
    (Case.pronounce_judgment, judgment(convicted(THUY), acquitted(MANH)), REGIONAL_COURT),
    (Case.file_appeal, APPEAL, REGIONAL_COURT),
    *sent("APPEAL_COURT", REGIONAL_COURT, COURT),
    (Case.accept_case, ACCEPT_APPEAL, COURT),
    (Case.order_trial, ORDER_APPEAL.model_copy(update={"scheduled": at("2031-01-01")}), COURT),
    (Case.open_trial, OPEN, COURT),
)
"""From the investigation to the appeal, a day for each step."""
ANYTHING: Sequence[Does] = (
    *WAY,
    (Case.pronounce_judgment, judgment(convicted(THUY), convicted(MANH)), REGIONAL_COURT),
    (Case.confirm_effect, IN_FORCE, REGIONAL_COURT),
    (Case.confirm_effect, IN_FORCE.model_copy(update={"accused_ref": THUY}), REGIONAL_COURT),
    (Case.order_execution, EXECUTE, REGIONAL_COURT),
    *(
        (Case.pronounce_appellate_judgment, on_appeal(each), COURT)
        for each in (
            "upheld",
            "quashed_retry",
            "quashed_reinvestigate",
            "quashed_discontinue",
            "appeal_discontinued",
        )
    ),
    (
        Case.pronounce_appellate_judgment,
        on_appeal("amended", acquitted(THUY), convicted(MANH)),
        COURT,
    ),
    (
        Case.request_supplementary_investigation,
        give_back("PANEL", returned_to=REGIONAL_PROCURACY),
        REGIONAL_COURT,
    ),
    (
        Case.file_protest,
        FileProtest(kind="cassation", direction="for", decision_ref="11/QĐ-TANDTC"),
        SUPREME_COURT,
    ),
    (Case.suspend_proceedings, suspend(accused_ref=THUY), INVESTIGATORS),
    (Case.discontinue_proceedings, discontinue(accused_ref=MANH), INVESTIGATORS),
    (Case.discontinue_proceedings, discontinue(), INVESTIGATORS),
    (Case.resume_proceedings, resume(**ONCE_MORE, accused_ref=MANH), REGIONAL_PROCURACY),
    (Case.resume_proceedings, resume(**ONCE_MORE), REGIONAL_PROCURACY),
)
BEGUN = at("2025-07-03")
histories = st.tuples(
    st.integers(0, len(WAY)),
    st.lists(st.integers(0, len(ANYTHING) - 1), max_size=16),
)


def charged(ref: UUID, of: Case) -> Person:
    """Prosecuted in the case, and approved."""
    by = replace(act(moment=BEGUN + timedelta(hours=1)), new_id=lambda: ref)
    person = Person.institute_accused(accuse(of), by, of)
    person.review_accused(review(), act(REGIONAL_PROCURACY, BEGUN + timedelta(hours=2)), of)
    return person


def lived(history: tuple[int, list[int]]) -> tuple[Case, list[Person]]:
    """A case after some way and then anything, its accused following each fact."""
    along, numbers = history
    case = Case.institute_case(institute(), act(moment=BEGUN))
    people = [charged(each, case) for each in (THUY, MANH)]
    for day, step in enumerate((*WAY[:along], *(ANYTHING[each] for each in numbers)), 1):
        decide, said, who = step
        by, version = act(who, BEGUN + timedelta(days=day)), case.version
        with suppress(Refused):
            decide(case, said, by)
        if case.version > version:
            for person in people:
                person.follow_case(case, case.pending_events[-1], by)
    return case, people


@given(histories)
def test_the_accused_stand_where_their_case_says(history: Any):
    case, people = lived(history)

    event(f"ends at {case.stage}")
    for person in people:
        assert person.standing == standing_of(case, person.id)


@given(histories)
def test_the_accused_folded_from_their_record_are_the_live_ones(history: Any):
    _, people = lived(history)

    for person in people:
        live = person.state()
        assert folded(person.collect_events()).state() == live
