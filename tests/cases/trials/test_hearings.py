from datetime import UTC, datetime

import pytest

from services.cases.lists import Offence
from services.cases.trials.events import HoldTrial, OpenTrial, PostponeTrial
from shared.errors import NotAllowed, Refused
from tests.cases.examples import COURT, REGIONAL_COURT, REGIONAL_PROCURACY, act, at
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPELLATE_COURT,
    FOREIGN_COURT,
    LAST_SESSION,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    POSTPONE,
    THERE,
    UPHOLD,
    ReachCourt,
    docket,
    last,
    later,
)

AUGUST_20 = "2025-08-20T08:00"
TRIAL_DAY = "2025-09-22T17:00"


def test_a_court_accepts_the_file_that_it_has():
    case = docket()

    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-08-19T08:00"))

    assert (case.stage, case.level, case.court) == (
        "TRIAL_PREPARATION",
        "first_instance",
        REGIONAL_COURT,
    )
    assert last(case).court_warning is None


def test_only_who_has_the_file_accepts_it():
    with pytest.raises(NotAllowed, match="file-not-with-you") as refusal:
        docket().accept_case(ACCEPT, act(COURT, AUGUST_20))

    assert REGIONAL_COURT in refusal.value.vi and "18/08/2025" in refusal.value.vi
    assert refusal.value.rule == "BLTTHS Điều 276, 340"


def test_an_incomplete_file_is_not_accepted():
    said = ACCEPT.model_copy(update={"file_complete": False})

    with pytest.raises(Refused, match="file-incomplete"):
        docket().accept_case(said, act(REGIONAL_COURT, AUGUST_20))


def test_a_regional_court_that_takes_what_is_punished_with_life_is_only_warned():
    grave = docket(said=ReachCourt(offences=(Offence(article="151", clause=3),)))

    grave.accept_case(ACCEPT, act(REGIONAL_COURT, AUGUST_20))

    assert last(grave).court_warning == "below_level"


def test_saying_the_same_again_is_not_news_but_accepting_anew_is_refused():
    case = docket("accepted")

    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-08-19T08:00"))
    assert not case.pending_events

    with pytest.raises(Refused, match="accepted-already"):
        case.accept_case(ACCEPT, act(REGIONAL_COURT, AUGUST_20))


def test_first_instance_is_not_for_the_appellate_court():
    case = docket()
    case.pass_file(APPELLATE_COURT, "2025-08-18T10:00")

    with pytest.raises(NotAllowed, match="court-level"):
        case.accept_case(ACCEPT, act(APPELLATE_COURT, AUGUST_20))


def test_nothing_is_tried_before_it_is_accepted():
    with pytest.raises(Refused, match="wrong-stage") as refusal:
        docket().order_trial(ORDER, act(REGIONAL_COURT, AUGUST_20))

    assert refusal.value.extra["stage"] == "INDICTED"


def test_a_trial_is_ordered_for_a_day_that_lies_ahead():
    with pytest.raises(Refused, match="not-ahead"):
        docket("accepted").order_trial(ORDER, act(REGIONAL_COURT, "2025-09-22T07:30"))


def test_nothing_happens_before_its_stage():
    with pytest.raises(Refused, match="before-its-stage"):
        docket("ordered").open_trial(OPEN, act(REGIONAL_COURT, "2025-09-01T08:00"))


def test_a_hearing_opens_once_ordered_and_with_its_attendance():
    case = docket("ordered")

    with pytest.raises(Refused, match="attendance-needed"):
        case.open_trial(OpenTrial(step="opened"), act(REGIONAL_COURT, TRIAL_DAY))
    with pytest.raises(Refused, match="hearing-order"):
        case.open_trial(OpenTrial(step="arguments_closed"), act(REGIONAL_COURT, TRIAL_DAY))
    case.open_trial(OPEN, act(REGIONAL_COURT, TRIAL_DAY))

    assert (case.stage, case.hearing) == ("TRIAL", "open")
    with pytest.raises(Refused, match="hearing-order"):
        case.open_trial(OPEN, act(REGIONAL_COURT, later(TRIAL_DAY, hours=1)))


def test_sessions_are_counted_and_the_last_one_closes_the_hearing():
    case = docket("opened")
    until_next_day = HoldTrial(
        outcome="adjourned", attendance=THERE, resumes_at=at("2025-09-23T08:00")
    )

    case.hold_trial(until_next_day, act(REGIONAL_COURT, TRIAL_DAY))
    case.hold_trial(LAST_SESSION, act(REGIONAL_COURT, "2025-09-23T17:00"))

    assert [event.session for event in case.trial_events[-2:]] == [1, 2]
    assert case.hearing == "closed"
    with pytest.raises(Refused, match="hearing-order"):
        case.hold_trial(LAST_SESSION, act(REGIONAL_COURT, "2025-09-23T18:00"))


def test_the_last_session_may_end_after_the_judgment_but_not_be_adjourned_then():
    case = docket("judged")
    again = HoldTrial(outcome="adjourned", attendance=THERE, resumes_at=at("2025-09-25T08:00"))

    with pytest.raises(Refused, match="hearing-order"):
        case.hold_trial(again, act(REGIONAL_COURT, "2025-09-24T10:00"))
    case.hold_trial(LAST_SESSION, act(REGIONAL_COURT, "2025-09-24T10:00"))

    assert (case.stage, last(case).level) == ("JUDGED", "first_instance")


def test_an_adjournment_says_until_when_and_a_closing_does_not():
    case = docket("opened")

    for said in (
        HoldTrial(outcome="adjourned", attendance=THERE),
        HoldTrial(outcome="closed", attendance=THERE, resumes_at=at("2025-09-23T08:00")),
    ):
        with pytest.raises(Refused, match="resumption-misplaced"):
            case.hold_trial(said, act(REGIONAL_COURT, TRIAL_DAY))


@pytest.mark.parametrize(
    ("until", "moment", "longest", "rule"),
    [
        # Five days from Wednesday 24/9; from Monday 22/9 they end on Saturday, so on Monday.
        ("opened", "2025-09-24T17:00", "2025-09-29", "BLTTHS Điều 251(2)"),
        ("opened", TRIAL_DAY, "2025-09-29", "BLTTHS Điều 251(2)"),
        # Seven days of deliberation from Tuesday 23/9.
        ("argued", "2025-09-23T17:00", "2025-09-30", "BLTTHS Điều 326(5)"),
    ],
)
def test_a_hearing_rests_no_longer_than_the_law_lets_it(until, moment, longest, rule):
    too_long, allowed = docket(until), docket(until)
    pause = [
        HoldTrial(outcome="adjourned", attendance=THERE, resumes_at=at(each))
        for each in (later(f"{longest}T08:00", days=1), f"{longest}T23:59")
    ]

    with pytest.raises(Refused, match="rests-too-long") as refusal:
        too_long.hold_trial(pause[0], act(REGIONAL_COURT, moment))
    allowed.hold_trial(pause[1], act(REGIONAL_COURT, moment))

    assert (refusal.value.rule, refusal.value.extra["last_day"]) == (rule, longest)


def test_a_session_is_recorded_by_the_court_that_holds_it():
    with pytest.raises(NotAllowed, match="not-this-court"):
        docket("opened").hold_trial(LAST_SESSION, act(FOREIGN_COURT, TRIAL_DAY))


def test_a_hearing_is_postponed_for_thirty_days_at_most():
    """From 22/9/2025 thirty days end on 22/10, a Wednesday."""
    case = docket("opened")
    too_late = POSTPONE.model_copy(update={"resume_at": at("2025-10-23T07:30")})

    with pytest.raises(Refused, match="rests-too-long") as refusal:
        case.postpone_trial(too_late, act(REGIONAL_COURT, TRIAL_DAY))
    case.postpone_trial(POSTPONE, act(REGIONAL_COURT, TRIAL_DAY))

    assert refusal.value.rule == "BLTTHS Điều 297(2)"
    assert refusal.value.extra["last_day"] == "2025-10-22"
    assert (case.stage, case.hearing, case.sessions) == ("TRIAL_ORDERED", "ordered", 0)


def test_the_last_day_is_a_day_of_viet_nam_whatever_the_zone_that_is_written():
    """18:00 UTC on 22/10 is 1:00 on the 23rd here."""
    said = POSTPONE.model_copy(update={"resume_at": datetime(2025, 10, 22, 18, tzinfo=UTC)})

    with pytest.raises(Refused, match="rests-too-long"):
        docket("opened").postpone_trial(said, act(REGIONAL_COURT, TRIAL_DAY))


def test_a_last_day_on_a_sunday_moves_to_the_monday():
    case = docket("ordered")
    monday = POSTPONE.model_copy(update={"resume_at": at("2025-11-03T07:30")})

    case.postpone_trial(monday, act(REGIONAL_COURT, "2025-10-02T08:00"))  # 30 days: Saturday 1/11.

    assert case.stage == "TRIAL_ORDERED"


def test_a_postponed_hearing_goes_on_at_another_time_than_now():
    said = PostponeTrial(reason="accused_absent", resume_at=at(TRIAL_DAY))

    with pytest.raises(Refused, match="not-ahead"):
        docket("opened").postpone_trial(said, act(REGIONAL_COURT, TRIAL_DAY))


def test_a_postponed_trial_opens_again_with_the_same_words():
    case = docket("opened")
    case.postpone_trial(POSTPONE, act(REGIONAL_COURT, TRIAL_DAY))

    case.open_trial(OPEN, act(REGIONAL_COURT, "2025-10-22T07:30"))

    assert (case.stage, last(case).timestamp) == ("TRIAL", at("2025-10-22T07:30"))


def test_nothing_is_postponed_that_was_not_ordered():
    with pytest.raises(Refused, match="wrong-stage"):
        docket("accepted").postpone_trial(POSTPONE, act(REGIONAL_COURT, TRIAL_DAY))


def test_an_appeal_is_heard_by_the_court_directly_above():
    case = docket("appealed")
    case.pass_file(FOREIGN_COURT, "2025-10-20T15:00")

    with pytest.raises(NotAllowed, match="court-level"):
        case.accept_case(ACCEPT_APPEAL, act(FOREIGN_COURT, "2025-10-21T08:00"))
    case.pass_file(COURT, "2025-10-22T15:00")
    case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-23T08:00"))

    assert (case.stage, case.level, case.appeal_court) == ("APPEALED", "appeal", COURT)
    assert case.court == REGIONAL_COURT


def test_an_appeal_has_a_hearing_of_its_own_within_one_stage():
    case = docket("appealed")
    case.pass_file(COURT, "2025-10-20T15:00")

    with pytest.raises(Refused, match="not-accepted"):
        case.order_trial(ORDER_APPEAL, act(COURT, "2025-11-10T08:00"))
    case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-21T08:00"))
    with pytest.raises(Refused, match="hearing-order"):
        case.open_trial(OPEN, act(COURT, "2025-11-24T07:40"))
    with pytest.raises(Refused, match="hearing-order"):
        case.pronounce_appellate_judgment(UPHOLD, act(COURT, "2025-11-24T07:40"))
    with pytest.raises(Refused, match="accepted-already"):
        case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-11-01T08:00"))
    case.order_trial(ORDER_APPEAL, act(COURT, "2025-11-10T08:00"))
    with pytest.raises(Refused, match="hearing-order"):
        case.order_trial(ORDER_APPEAL, act(COURT, "2025-11-11T08:00"))
    case.open_trial(OPEN, act(COURT, "2025-11-24T07:40"))

    assert (case.stage, case.hearing, last(case).level) == ("APPEALED", "open", "appeal")


def test_a_file_on_its_way_is_not_tried():
    case = docket("accepted")
    case.offered_to, case.offered_at = REGIONAL_PROCURACY, at(AUGUST_20)

    with pytest.raises(Refused, match="on-its-way"):
        case.order_trial(ORDER, act(REGIONAL_COURT, "2025-09-08T09:00"))


def test_there_is_no_appeal_to_hear_when_nobody_appealed():
    case = docket("judged")
    case.pass_file(COURT, "2025-10-20T15:00")

    with pytest.raises(Refused, match="nothing-to-hear"):
        case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-21T08:00"))
