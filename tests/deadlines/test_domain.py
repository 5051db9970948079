"""One period by itself: what is refused to be said twice, and that folding gives what is live."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.counting import ends_on_day
from services.deadlines.domain import Deadline
from services.deadlines.events import (
    Alarm,
    CloseDeadline,
    DeadlineExtended,
    DeadlineRecomputed,
    Duration,
    ExtendDeadline,
    MeetDeadline,
    MissDeadline,
    OpenDeadline,
    RaiseDeadlineWarning,
    RecomputeDeadline,
)
from services.deadlines.reactions import ENGINE
from shared.actor import Act
from shared.domain import decode_event, encode_state
from shared.reference import load_register
from tests.deadlines.engine import CASE, COURT, POLICE, PROCURACY, at

START = at("2026-03-02 08:00")
ID = UUID(int=138)
PARTIES = (POLICE, PROCURACY, COURT)
FACT = UUID(int=5)


def fact(n: int) -> UUID:
    return uuid5(FACT, str(n))


def act(moment: datetime) -> Act:
    return Act(ENGINE, moment, moment, load_register(), lambda: UUID(int=1))


def reckoned(days: int) -> dict[str, object]:
    due = at("2026-03-03 00:00") + timedelta(days=days)
    return {
        "length": Duration(n=days, unit="day"),
        "last_day": ends_on_day(due),
        "ends_on": ends_on_day(due),
        "due": due,
        "alarms": (Alarm(at=due - timedelta(days=1), level="critical", why="ahead"),),
        "miss_at": due,
    }


def opened(days: int = 10, **changes: object) -> Deadline:
    said = {
        "rule": "PROS",
        "title_vi": "Thời hạn quyết định việc truy tố",
        "title_en": "Decision to prosecute",
        "law": "BLTTHS",
        "article": "Điều 240(1)",
        "regime": "CURRENT",
        "confidence": "seen",
        "limit": "max",
        "anchor": "after",
        "counting": "BLTTHS-134",
        "start_event": FACT,
        "start_topic": "cases.case_file_transmitted.v1",
        "started_at": START,
        "subject": CASE,
        "parties": PARTIES,
        "responsible": "Procuracy",
        "never_critical": (COURT,),
        **reckoned(days),
        **changes,
    }
    return Deadline.open_deadline(OpenDeadline.model_validate(said), act(START), id=ID)


def extend(period: Deadline, n: int, days: int) -> None:
    said = ExtendDeadline.model_validate(
        {
            "seq": len(period.extensions) + 1,
            "by_event": fact(n),
            "by_topic": "cases.proceedings_period_extended.v1",
            "decided_by": PROCURACY,
            "approver": "Chief",
            "article": "240(1)",
            **reckoned(days),
        }
    )
    period.extend_deadline(said, act(START))


def recompute(period: Deadline, n: int, days: int) -> None:
    said = RecomputeDeadline.model_validate(
        {
            "why": "reclassified",
            "by_event": fact(n),
            "by_topic": "cases.case_institution_changed.v1",
            "started_at": START,
            **reckoned(days),
        }
    )
    period.recompute_deadline(said, act(START))


def meet(period: Deadline, n: int, days: int) -> None:
    party = (None, *PARTIES)[n % 4]
    said = MeetDeadline(by_event=fact(n), by_topic="x", party=party)
    period.meet_deadline(said, act(START + timedelta(days=days)))


def close(period: Deadline, n: int, days: int) -> None:
    party = (None, *PARTIES)[n % 4]
    said = CloseDeadline(by_event=fact(n), by_topic="x", reason="matter_ended", party=party)
    period.close_deadline(said, act(START + timedelta(days=days)))


def warn(period: Deadline, n: int, days: int) -> None:
    for alarm in period.alarms:
        period.raise_deadline_warning(RaiseDeadlineWarning(alarm=alarm), act(alarm.at))


def miss(period: Deadline, n: int, days: int) -> None:
    seen = period.due + timedelta(days=days - 15)
    period.miss_deadline(MissDeadline(due=period.due, detected_at=seen), act(period.due))


STEPS = st.lists(
    st.tuples(
        st.sampled_from([extend, recompute, meet, close, warn, miss]),
        st.integers(0, 8),
        st.integers(1, 30),
    ),
    max_size=14,
)


@given(STEPS)
def test_folding_the_events_gives_the_live_period(steps: list[tuple[object, int, int]]):
    period = opened()
    for step, n, days in steps:
        step(period, n, days)  # type: ignore[operator]

    folded: Deadline | None = None
    for said in period.pending_events:
        read = decode_event(said.TOPIC, ID, said.originator_version, encode_state(said))
        folded = read.mutate(folded)

    assert folded is not None
    assert folded.state() == period.state()
    assert (folded.alarms_left, folded.missed) == (period.alarms_left, period.missed)


@given(STEPS)
def test_an_end_moves_by_an_event_that_says_so_and_by_no_other(
    steps: list[tuple[object, int, int]],
):
    period, dues = opened(), [opened().due]
    for step, n, days in steps:
        step(period, n, days)  # type: ignore[operator]
        dues.append(period.due)

    moves = [
        each.due
        for each in period.pending_events
        if isinstance(each, DeadlineExtended | DeadlineRecomputed)
    ]
    assert set(dues) <= {dues[0], *moves}
    assert period.due == (moves[-1] if moves else dues[0])


@given(STEPS)
def test_no_end_is_missed_twice_or_before_it_and_no_warning_is_raised_twice(
    steps: list[tuple[object, int, int]],
):
    period = opened()
    for step, n, days in steps:
        step(period, n, days)  # type: ignore[operator]

    said = [type(each).__name__ for each in period.pending_events]
    missed = [e for e in period.pending_events if type(e).__name__ == "DeadlineMissed"]
    raised = [e.alarm for e in period.pending_events if type(e).__name__ == "DeadlineWarningRaised"]
    assert len({e.due for e in missed}) == len(missed)
    assert all(e.detected_at >= e.due for e in missed)
    assert len(set(raised)) == len(raised)
    assert said[0] == "DeadlineOpened"


@given(STEPS)
def test_what_is_over_stays_over_and_says_nothing_more(steps: list[tuple[object, int, int]]):
    period = opened()
    meet(period, 0, 3)
    before = len(period.pending_events)

    for step, n, days in steps:
        step(period, n, days)  # type: ignore[operator]

    assert len(period.pending_events) == before


def test_a_body_that_is_not_bound_ends_nothing():
    period = opened(parties=(POLICE,))

    period.meet_deadline(
        MeetDeadline(by_event=FACT, by_topic="x", party=COURT), act(START + timedelta(days=1))
    )

    assert not period.is_over


def test_critical_is_for_those_whom_one_may_order():
    police, court = opened(parties=(POLICE, COURT)), opened(parties=(COURT,))
    for period in (police, court):
        miss(period, 0, 30)

    levels = [period.pending_events[-1].level for period in (police, court)]
    assert levels == ["critical", "warn"]
    assert police.pending_events[-1].critical == (POLICE,)


def test_one_late_body_makes_the_whole_late():
    period = opened(10)

    meet(period, 1, 5)
    meet(period, 2, 12)
    meet(period, 3, 6)

    assert period.is_over
    assert period.in_time is False
