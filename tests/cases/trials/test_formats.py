import pytest

from services.cases.lists import Offence
from services.cases.trials.events import DecideTrialFormat
from shared.errors import Refused
from tests.cases.examples import COURT, REGIONAL_COURT, act, at
from tests.cases.trials.examples import (
    ACCEPT_APPEAL,
    CLOSED,
    JUDGE,
    MOBILE,
    OPEN,
    ORDER,
    ReachCourt,
    docket,
    last,
)

AUGUST_20 = "2025-08-20T08:00"
CHILD = ReachCourt(offences=(Offence(article="151", clause=1),))


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


@pytest.mark.parametrize("known", ["by the offence", "by the court"])
def test_a_child_is_not_shown_in_a_mobile_trial(known: str):
    case = docket("accepted", CHILD if known == "by the offence" else None)
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
