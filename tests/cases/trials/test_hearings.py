import pytest

from services.cases.lists import Offence
from services.cases.trials.events import DecideTrialFormat, HoldTrial, OpenTrial, PostponeTrial
from shared.errors import NotAllowed, Refused
from tests.cases.examples import COURT, REGIONAL_COURT, REGIONAL_PROCURACY, act, at
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPELLATE_COURT,
    CLOSED,
    FOREIGN_COURT,
    JUDGE,
    LAST_SESSION,
    MOBILE,
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
CHILD = ReachCourt(offences=(Offence(article="151", clause=1),))


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


def test_what_the_order_says_of_place_and_public_follows_from_the_decided_formats():
    mobile, closed, plain = docket("accepted"), docket("accepted"), docket("accepted")
    mobile.decide_trial_format(MOBILE, act(REGIONAL_COURT, AUGUST_20))
    closed.decide_trial_format(CLOSED, act(REGIONAL_COURT, AUGUST_20))

    for case in (mobile, closed, plain):
        case.order_trial(ORDER, act(REGIONAL_COURT, "2025-09-08T09:00"))

    assert (last(mobile).mobile, last(mobile).public) == (True, True)
    assert (last(closed).mobile, last(closed).public) == (False, False)
    assert (last(plain).mobile, last(plain).public) == (False, True)


def test_a_mobile_trial_needs_the_consent_of_the_victims():
    said = MOBILE.model_copy(update={"victims_consent": False})

    with pytest.raises(Refused, match="victims-protected") as refusal:
        docket("accepted").decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))

    assert refusal.value.extra["protections"] == ["no_consent"]
    assert "bị hại chưa đồng ý" in refusal.value.vi


def test_consent_known_from_the_case_is_enough():
    case = docket("accepted")
    case.publicity_consent = True

    case.decide_trial_format(
        MOBILE.model_copy(update={"victims_consent": False}), act(REGIONAL_COURT, AUGUST_20)
    )

    assert case.formats == ("mobile",)


@pytest.mark.parametrize("known", ["by the offence", "by the court", "by the case"])
def test_a_child_is_not_shown_in_a_mobile_trial(known: str):
    case = docket("accepted", CHILD if known == "by the offence" else None)
    case.child_victim = known == "by the case"
    said = MOBILE.model_copy(update={"child_victim": known == "by the court"})

    with pytest.raises(Refused, match="victims-protected") as refusal:
        case.decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))

    assert refusal.value.extra["protections"] == ["child_victim"]


def test_a_closed_trial_is_not_made_mobile():
    case = docket("accepted")
    case.decide_trial_format(CLOSED, act(REGIONAL_COURT, AUGUST_20))

    with pytest.raises(Refused, match="victims-protected") as refusal:
        case.decide_trial_format(MOBILE, act(REGIONAL_COURT, "2025-08-21T08:00"))

    assert refusal.value.extra["protections"] == ["closed_trial"]


def test_the_court_may_go_past_a_protection_and_that_is_marked():
    case = docket("accepted", CHILD)
    said = MOBILE.model_copy(
        update={"victims_consent": False, "override_reason": "Không nêu tên, không có mặt bị hại"}
    )

    case.decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))

    assert last(case).overridden == ("child_victim", "no_consent")
    assert case.formats == ("mobile",)


def test_a_closed_trial_that_is_granted_later_ends_the_mobile_one():
    case = docket("accepted")
    case.decide_trial_format(MOBILE, act(REGIONAL_COURT, AUGUST_20))

    case.decide_trial_format(CLOSED, act(REGIONAL_COURT, "2025-08-21T08:00"))

    assert case.formats == ("closed",)
    assert case.closed_trial_granted


def test_publicity_needs_the_same_protections_whatever_the_format():
    said = CLOSED.model_copy(update={"publicity": True, "victims_consent": True})

    with pytest.raises(Refused, match="victims-protected"):
        docket("accepted").decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))


def test_each_format_has_its_reasons():
    said = MOBILE.model_copy(update={"reason": "state_secret"})

    with pytest.raises(Refused, match="reason-does-not-carry"):
        docket("accepted").decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))


def test_an_online_trial_is_of_no_day_before_the_resolution_on_it():
    said = DecideTrialFormat(format="online", reason="distance", requested_by="court")
    case = docket("accepted")
    case.decide_trial_format(said, act(REGIONAL_COURT, AUGUST_20))
    assert case.formats == ("online",)

    case.since = at("2021-01-04")
    case.held_since = at("2021-01-04")
    with pytest.raises(Refused, match="code-not-in-force"):
        case.decide_trial_format(said, act(REGIONAL_COURT, "2021-12-31T08:00"))


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
        # Five days from Monday 22/9 end on Saturday, so on Monday 29/9.
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


def test_a_closed_trial_stays_closed_on_appeal_and_a_mobile_one_does_not_stay_mobile():
    mobile, closed = docket("accepted"), docket("accepted")
    mobile.decide_trial_format(MOBILE, act(REGIONAL_COURT, AUGUST_20))
    closed.decide_trial_format(CLOSED, act(REGIONAL_COURT, AUGUST_20))

    for each in (mobile, closed):
        each.order_trial(ORDER, act(REGIONAL_COURT, "2025-09-08T09:00"))
        each.open_trial(OPEN, act(REGIONAL_COURT, "2025-09-22T07:45"))
        each.pronounce_judgment(JUDGE, act(REGIONAL_COURT, "2025-09-24T09:00"))
        each.late_remedy = True
        each.pass_file(COURT, "2025-10-20T15:00")
        each.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-21T08:00"))

    assert (mobile.formats, closed.formats) == ((), ("closed",))


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
