"""The stages before the courts are those that the law draws, and no history reaches another."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.proceedings.domain import Case
from services.cases.trials.domain import TRIAL_STAGES, TRIAL_STEPS
from services.cases.trials.events import (
    ConfirmEffect,
    FileAppeal,
    FileProtest,
    PronounceAppellateJudgment,
)
from shared.domain import Command
from shared.errors import Refused
from tests.cases.examples import (
    COURT,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    act,
    folded,
)
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    CALENDAR,
    CLOSE_ARGUMENTS,
    CLOSED,
    DELIVER,
    EXECUTE,
    FOREIGN_COURT,
    IN_FORCE,
    JUDGE,
    LAST_SESSION,
    MANH,
    MOBILE,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    POSTPONE,
    PROTEST,
    SUPREME_COURT,
    UPHOLD,
    Docket,
    ReachCourt,
    docket,
    in_force,
)

Decide = Callable[[Docket, Any, Any], None]

CASSATION = FileProtest(kind="cassation", direction="for", decision_ref="11/QĐ-TANDTC")
WITHDRAWN = {"step": "withdrawn"}


def outcome(code: str) -> PronounceAppellateJudgment:
    return UPHOLD.model_copy(update={"outcome": code})


def appealed_late(effect: bool, executed: bool) -> Docket:
    """A judgment that is appealed after the last day, its file with the court above."""
    case = docket("judged")
    if effect:
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))
    if executed:
        case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-10-27"))
    case.file_appeal(
        APPEAL.model_copy(update={"appellant": MANH}), act(REGIONAL_COURT, "2025-10-28")
    )
    case.pass_file(COURT, "2025-10-30")
    return case


def executed() -> Docket:
    """Nobody has contested it, and a sentence is carried out."""
    case = in_force()
    case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-10-27"))
    return case


def all_withdrawn() -> Docket:
    case = docket("appealed")
    case.file_appeal(APPEAL.model_copy(update=WITHDRAWN), act(REGIONAL_COURT, "2025-10-08"))
    return case


def quashed() -> Docket:
    case = docket("appeal_opened")
    case.pronounce_appellate_judgment(outcome("quashed_retry"), act(COURT, "2025-11-25"))
    case.pass_file(REGIONAL_COURT, "2025-12-01")
    return case


def reviewed(court: str = REGIONAL_COURT) -> Docket:
    case = in_force()
    case.file_protest(CASSATION, act(SUPREME_COURT, "2026-03-02"))
    case.pass_file(court, "2026-03-03")
    return case


Way = tuple[Callable[[], Docket], Decide, Command, str, str]
DRAWN: dict[tuple[str, str, str], Way] = {
    # domain-reference 2c, "Criminal case", the rows from INDICTED on.
    ("INDICTED", "CaseAcceptedByCourt", "TRIAL_PREPARATION"): (
        docket,
        Docket.accept_case,
        ACCEPT,
        REGIONAL_COURT,
        "2025-08-19",
    ),
    ("TRIAL_PREPARATION", "TrialOrdered", "TRIAL_ORDERED"): (
        lambda: docket("accepted"),
        Docket.order_trial,
        ORDER,
        REGIONAL_COURT,
        "2025-09-08",
    ),
    ("TRIAL_ORDERED", "TrialOpened", "TRIAL"): (
        lambda: docket("ordered"),
        Docket.open_trial,
        OPEN,
        REGIONAL_COURT,
        "2025-09-22",
    ),
    ("TRIAL", "TrialPostponed", "TRIAL_ORDERED"): (
        lambda: docket("opened"),
        Docket.postpone_trial,
        POSTPONE,
        REGIONAL_COURT,
        "2025-09-23",
    ),
    ("TRIAL", "FirstInstanceJudgmentPronounced", "JUDGED"): (
        lambda: docket("argued"),
        Docket.pronounce_judgment,
        JUDGE,
        REGIONAL_COURT,
        "2025-09-24",
    ),
    ("JUDGED", "AppealFiled", "APPEALED"): (
        lambda: docket("judged"),
        Docket.file_appeal,
        APPEAL,
        REGIONAL_COURT,
        "2025-10-06",
    ),
    ("JUDGED", "ProtestFiled", "APPEALED"): (
        lambda: docket("judged"),
        Docket.file_protest,
        PROTEST,
        PROCURACY,
        "2025-10-06",
    ),
    ("APPEALED", "AppellateJudgmentPronounced", "IN_FORCE"): (
        lambda: docket("appeal_opened"),
        Docket.pronounce_appellate_judgment,
        UPHOLD,
        COURT,
        "2025-11-25",
    ),
    ("APPEALED", "AppellateJudgmentPronounced", "INVESTIGATION"): (
        lambda: docket("appeal_opened"),
        Docket.pronounce_appellate_judgment,
        outcome("quashed_reinvestigate"),
        COURT,
        "2025-11-25",
    ),
    ("APPEALED", "AppellateJudgmentPronounced", "TRIAL_PREPARATION"): (
        lambda: docket("appeal_opened"),
        Docket.pronounce_appellate_judgment,
        outcome("quashed_retry"),
        COURT,
        "2025-11-25",
    ),
    ("JUDGED", "JudgmentTookEffect", "IN_FORCE"): (
        lambda: docket("judged"),
        Docket.confirm_effect,
        IN_FORCE,
        REGIONAL_COURT,
        "2025-10-25",
    ),
    ("IN_FORCE", "SentenceExecutionOrdered", "EXECUTION"): (
        in_force,
        Docket.order_execution,
        EXECUTE,
        REGIONAL_COURT,
        "2025-10-27",
    ),
    ("IN_FORCE", "ProtestFiled", "REVIEW"): (
        in_force,
        Docket.file_protest,
        CASSATION,
        SUPREME_COURT,
        "2026-03-02",
    ),
    # "REVIEW → IN_FORCE or reopened": 2c names no event for it.
    ("REVIEW", "JudgmentTookEffect", "IN_FORCE"): (
        reviewed,
        Docket.confirm_effect,
        ConfirmEffect(reason="review"),
        SUPREME_COURT,
        "2026-06-01",
    ),
    ("REVIEW", "ProtestFiled", "IN_FORCE"): (
        reviewed,
        Docket.file_protest,
        CASSATION.model_copy(update=WITHDRAWN),
        SUPREME_COURT,
        "2026-04-01",
    ),
    ("REVIEW", "CaseAcceptedByCourt", "TRIAL_PREPARATION"): (
        reviewed,
        Docket.accept_case,
        ACCEPT,
        REGIONAL_COURT,
        "2026-06-01",
    ),
    ("REVIEW", "CaseAcceptedByCourt", "APPEALED"): (
        lambda: reviewed(COURT),
        Docket.accept_case,
        ACCEPT_APPEAL,
        COURT,
        "2026-06-01",
    ),
}
BEYOND: dict[tuple[str, str, str], Way] = {
    # Not in 2c, but in the articles that it sums up; no stage is new.
    ("APPEALED", "AppellateJudgmentPronounced", "DISCONTINUED"): (  # BLTTHS 355(1)(d)
        lambda: docket("appeal_opened"),
        Docket.pronounce_appellate_judgment,
        outcome("quashed_discontinue"),
        COURT,
        "2025-11-25",
    ),
    ("APPEALED", "JudgmentTookEffect", "IN_FORCE"): (  # 342, 343: all withdrawn in time
        all_withdrawn,
        Docket.confirm_effect,
        ConfirmEffect(reason="withdrawal"),
        REGIONAL_COURT,
        "2025-10-27",
    ),
    ("JUDGED", "CaseAcceptedByCourt", "APPEALED"): (  # 335: a late appeal is admitted
        lambda: appealed_late(False, False),
        Docket.accept_case,
        ACCEPT_APPEAL,
        COURT,
        "2025-11-03",
    ),
    ("IN_FORCE", "CaseAcceptedByCourt", "APPEALED"): (  # 335
        lambda: appealed_late(True, False),
        Docket.accept_case,
        ACCEPT_APPEAL,
        COURT,
        "2025-11-03",
    ),
    ("EXECUTION", "CaseAcceptedByCourt", "APPEALED"): (  # 335
        lambda: appealed_late(True, True),
        Docket.accept_case,
        ACCEPT_APPEAL,
        COURT,
        "2025-11-03",
    ),
    **{  # 333(3), 343: contested in time, which is known only when it is said to be in force
        (stage, fact, "APPEALED"): (begun, decide, said, by, "2025-10-08")
        for stage, begun in (("IN_FORCE", in_force), ("EXECUTION", executed))
        for fact, decide, said, by in (
            ("AppealFiled", Docket.file_appeal, APPEAL, REGIONAL_COURT),
            ("ProtestFiled", Docket.file_protest, PROTEST, PROCURACY),
        )
    },
    ("EXECUTION", "ProtestFiled", "REVIEW"): (  # 377: execution is no bar to review
        lambda: docket("executed"),
        Docket.file_protest,
        CASSATION,
        SUPREME_COURT,
        "2026-03-02",
    ),
    ("TRIAL_PREPARATION", "CaseAcceptedByCourt", "TRIAL_PREPARATION"): (  # 358: tried again
        quashed,
        Docket.accept_case,
        ACCEPT,
        REGIONAL_COURT,
        "2025-12-02",
    ),
}
ALLOWED = {*DRAWN, *BEYOND}


@pytest.mark.parametrize("way", [*DRAWN, *BEYOND], ids=" ".join)
def test_every_way_that_is_drawn_can_be_gone(way: tuple[str, str, str]):
    begun, decide, said, by, day = {**DRAWN, **BEYOND}[way]
    case = begun()
    before = case.stage

    decide(case, said, act(by, f"{day}T23:00"))

    assert (before, type(case.pending_events[-1]).__name__, case.stage) == way


def test_every_stage_of_the_trial_is_reached_by_a_way_that_is_drawn():
    assert {after for _, _, after in DRAWN} == {*TRIAL_STAGES, "INVESTIGATION"}


def test_every_fact_stands_in_the_table_of_steps_with_stages_that_exist():
    assert len(TRIAL_STEPS) == 13
    for event, row in TRIAL_STEPS.items():
        assert row.before <= {*Case.STAGES}, event
        assert "Điều" in row.article


STEPS: tuple[tuple[Decide, Command], ...] = (
    (Docket.accept_case, ACCEPT),
    (Docket.accept_case, ACCEPT_APPEAL),
    (Docket.order_trial, ORDER),
    (Docket.order_trial, ORDER_APPEAL),
    (Docket.decide_trial_format, MOBILE),
    (Docket.decide_trial_format, CLOSED),
    (Docket.open_trial, OPEN),
    (Docket.open_trial, CLOSE_ARGUMENTS),
    (Docket.hold_trial, LAST_SESSION),
    (Docket.postpone_trial, POSTPONE),
    (Docket.pronounce_judgment, JUDGE),
    (Docket.deliver_judgment, DELIVER),
    (Docket.deliver_judgment, DELIVER.model_copy(update={"absent_party": True})),
    (Docket.file_appeal, APPEAL),
    (Docket.file_appeal, APPEAL.model_copy(update=WITHDRAWN)),
    (Docket.file_appeal, FileAppeal(appellant=MANH, filing_channel="court", scope="part")),
    (Docket.file_protest, PROTEST),
    (Docket.file_protest, PROTEST.model_copy(update=WITHDRAWN)),
    (Docket.file_protest, CASSATION),
    (Docket.file_protest, CASSATION.model_copy(update=WITHDRAWN)),
    (Docket.pronounce_appellate_judgment, UPHOLD),
    (Docket.pronounce_appellate_judgment, outcome("quashed_retry")),
    (Docket.pronounce_appellate_judgment, outcome("quashed_reinvestigate")),
    (Docket.pronounce_appellate_judgment, outcome("appeal_discontinued")),
    *(
        (Docket.confirm_effect, ConfirmEffect(reason=reason, accused_ref=ref))
        for reason in ("no_appeal", "appellate", "withdrawal", "review")
        for ref in (None, MANH)
    ),
    (Docket.order_execution, EXECUTE),
    (Docket.order_execution, EXECUTE.model_copy(update={"accused_ref": MANH})),
    (Docket.pass_file, ACCEPT),
)
WHO = (REGIONAL_COURT, COURT, REGIONAL_PROCURACY, PROCURACY, SUPREME_COURT, FOREIGN_COURT)
POINTS = ("", *(name for name, *_ in CALENDAR))
DAYS = st.integers(min_value=0, max_value=40)


def walked(point: str) -> Docket:
    """A case at a point of the calendar, with all its facts still pending."""
    case = Docket.reach(ReachCourt(), REGIONAL_COURT, "2025-08-18T09:00")
    for name, does, command, by, moment in CALENDAR if point else ():
        if name == "appeal_accepted":
            case.pass_file(COURT, "2025-10-20T15:00")
        does(case, command, act(by, moment))
        if name == point:
            break
    return case


@given(
    point=st.sampled_from(POINTS),
    walk=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(WHO), DAYS), max_size=20),
)
def test_no_history_leaves_the_drawn_ways_and_what_is_folded_is_what_lived(point, walk):
    live = walked(point)
    moment = live.since
    for (decide, said), who, days in walk:
        moment += timedelta(days=days, minutes=1)
        before, version = live.stage, live.version
        if decide is Docket.pass_file:
            live.pass_file(who, moment)
            continue
        with suppress(Refused):
            decide(live, said, act(who, moment))
            way = (before, type(live.pending_events[-1]).__name__, live.stage)
            assert live.version == version or live.stage == before or way in ALLOWED, way
            continue
        assert live.version == version, "a refusal records nothing"

    events = live.collect_events()

    assert folded(events) == live
    assert folded(events).state() == live.state()
