import pytest

from services.cases.trials.events import ConfirmEffect, FileAppeal, FileProtest
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    COURT,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
    at,
)
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    APPELLATE_COURT,
    DELIVER,
    FOREIGN_COURT,
    IN_FORCE,
    MANH,
    PROTEST,
    SUPREME_COURT,
    THUY,
    UPHOLD,
    VICTIM,
    docket,
    in_force,
    last,
)

CASSATION = FileProtest(kind="cassation", direction="for", decision_ref="11/QĐ-TANDTC")
ADVERSE = CASSATION.model_copy(update={"direction": "against"})
REOPENING = FileProtest(kind="reopening", direction="for", decision_ref="12/QĐ-VKSTC")
WITHDRAWN = {"step": "withdrawn"}


@pytest.mark.parametrize(
    ("filed", "late", "stage"),
    [("2025-10-09T23:59", False, "APPEALED"), ("2025-10-10T00:00", True, "JUDGED")],
)
def test_an_appeal_has_fifteen_days_and_a_late_one_waits_for_the_court_above(filed, late, stage):
    case = docket("judged")

    case.file_appeal(APPEAL, act(REGIONAL_COURT, filed))

    assert (last(case).late, last(case).last_day.isoformat()) == (late, "2025-10-09")
    assert (case.stage, case.late_remedy) == (stage, late)


def test_a_party_that_was_absent_counts_from_when_it_got_the_judgment():
    case = docket("judged")
    absent = DELIVER.model_copy(update={"absent_party": True})
    case.deliver_judgment(absent, act(REGIONAL_COURT, "2025-10-13"))

    case.file_appeal(
        FileAppeal(appellant=VICTIM, filing_channel="post"), act(REGIONAL_COURT, "2025-10-28")
    )

    assert not last(case).late
    assert case.stage == "APPEALED"


def test_a_late_appeal_is_heard_when_the_appellate_court_accepts_it():
    case = docket("judged")
    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-12"))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))
    case.pass_file(COURT, "2025-10-27T08:00")

    case.accept_case(ACCEPT_APPEAL, act(COURT, "2025-10-28"))

    assert (case.stage, case.level, case.late_remedy) == ("APPEALED", "appeal", False)


def test_a_judgment_in_force_is_appealed_late_without_losing_its_effect():
    case = in_force()

    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-28"))

    assert (case.stage, last(case).late) == ("IN_FORCE", True)
    assert (last(case).effect_ended, case.in_force) == ((), (THUY, MANH))


def test_who_has_appealed_may_withdraw_once_and_then_appeal_again():
    case = docket("appealed")
    other = APPEAL.model_copy(update={"scope": "part"})

    with pytest.raises(Refused, match="filed-already"):
        case.file_appeal(other, act(REGIONAL_COURT, "2025-10-07"))
    with pytest.raises(Refused, match="nothing-to-withdraw"):
        case.file_appeal(
            APPEAL.model_copy(update={"appellant": MANH, **WITHDRAWN}),
            act(REGIONAL_COURT, "2025-10-07"),
        )
    case.file_appeal(APPEAL.model_copy(update=WITHDRAWN), act(REGIONAL_COURT, "2025-10-07"))
    assert case.appeals == ()
    case.file_appeal(other, act(REGIONAL_COURT, "2025-10-08"))

    assert [each.scope for each in case.appeals] == ["part"]


def test_nothing_is_withdrawn_before_it_was_filed_and_a_withdrawal_is_never_late():
    case = docket("appealed")
    withdrawn = APPEAL.model_copy(update=WITHDRAWN)

    with pytest.raises(Refused, match="nothing-to-withdraw"):
        case.file_appeal(withdrawn, act(REGIONAL_COURT, "2025-10-05"))
    case.file_appeal(withdrawn, act(REGIONAL_COURT, "2025-10-30"))

    assert not last(case).late


def test_a_withdrawn_late_appeal_leaves_nothing_to_hear():
    case = docket("judged")
    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-12"))

    case.file_appeal(APPEAL.model_copy(update=WITHDRAWN), act(REGIONAL_COURT, "2025-10-13"))

    assert not case.late_remedy


def test_an_appeal_is_entered_by_the_court_that_judged_or_the_one_above():
    with pytest.raises(NotAllowed, match="not-this-court") as refusal:
        docket("judged").file_appeal(APPEAL, act(FOREIGN_COURT, "2025-10-06"))
    case = docket("judged")
    case.file_appeal(APPEAL, act(COURT, "2025-10-06"))

    assert REGIONAL_COURT in refusal.value.vi
    assert case.stage == "APPEALED"


def test_nobody_appeals_before_the_judgment():
    with pytest.raises(Refused, match="not-judged"):
        docket("argued").file_appeal(APPEAL, act(REGIONAL_COURT, "2025-09-23T12:00"))
    with pytest.raises(Refused, match="before-judgment"):
        docket("judged").file_appeal(APPEAL, act(REGIONAL_COURT, "2025-09-23T12:00"))
    with pytest.raises(Refused, match="wrong-stage"):
        docket().file_appeal(APPEAL, act(REGIONAL_COURT, "2025-09-23T12:00"))


def test_a_decision_is_appealed_within_seven_days_and_moves_no_stage():
    case = docket("accepted")
    said = APPEAL.model_copy(update={"against": "decision", "decision_on": at("2025-08-25").date()})

    case.file_appeal(said, act(REGIONAL_COURT, "2025-09-03"))

    # Seven days end on 1/9, which with 2/9 is the national holiday.
    assert (last(case).last_day.isoformat(), last(case).late) == ("2025-09-03", False)
    assert (case.stage, case.appeals) == ("TRIAL_PREPARATION", ())


@pytest.mark.parametrize(
    ("against", "day"), [("decision", None), ("decision", "2025-10-07"), ("judgment", "2025-10-01")]
)
def test_the_day_of_a_decision_goes_with_a_decision_and_lies_before(against, day):
    said = APPEAL.model_copy(update={"against": against, "decision_on": day and at(day).date()})

    with pytest.raises(Refused, match="decision-day-misplaced"):
        docket("judged").file_appeal(said, act(REGIONAL_COURT, "2025-10-06"))


@pytest.mark.parametrize(
    ("by", "level", "last_day"),
    [(REGIONAL_PROCURACY, "same", "2025-10-09"), (PROCURACY, "superior", "2025-10-24")],
)
def test_a_procuracy_protests_in_fifteen_or_thirty_days_by_its_level(by, level, last_day):
    case = docket("judged")

    case.file_protest(PROTEST, act(by, last_day))

    assert (last(case).level, last(case).last_day.isoformat()) == (level, last_day)
    assert (case.stage, last(case).late) == ("APPEALED", False)


def test_a_late_protest_is_marked_and_moves_nothing():
    case = docket("judged")

    case.file_protest(PROTEST, act(REGIONAL_PROCURACY, "2025-10-10"))

    assert (case.stage, last(case).late, case.late_remedy) == ("JUDGED", True, True)


@pytest.mark.parametrize("by", ["VKSND_TINH-P34-22", "VKSND_KV-P34-22", "VKSNDTC-VN", STRANGER])
def test_other_bodies_do_not_protest_this_judgment(by: str):
    with pytest.raises(NotAllowed, match="not-its-protest"):
        docket("judged").file_protest(PROTEST, act(by, "2025-10-06"))


def test_a_protest_is_withdrawn_by_who_filed_it():
    case = docket("judged")
    case.file_protest(PROTEST, act(PROCURACY, "2025-10-06"))
    withdrawn = PROTEST.model_copy(update=WITHDRAWN)

    with pytest.raises(Refused, match="filed-already"):
        case.file_protest(PROTEST, act(PROCURACY, "2025-10-07"))
    with pytest.raises(Refused, match="nothing-to-withdraw"):
        case.file_protest(withdrawn, act(REGIONAL_PROCURACY, "2025-10-08"))
    with pytest.raises(Refused, match="nothing-to-withdraw"):
        case.file_protest(withdrawn, act(PROCURACY, "2025-10-05"))
    case.file_protest(withdrawn, act(PROCURACY, "2025-10-08"))

    assert case.protests == ()
    assert (last(case).protested_by, last(case).level) == (PROCURACY, "superior")


def test_a_judgment_in_force_is_reviewed_on_the_protest_of_those_whom_the_law_names():
    case = in_force()

    with pytest.raises(NotAllowed, match="not-its-protest"):
        case.file_protest(CASSATION, act(PROCURACY, "2026-03-02"))
    with pytest.raises(NotAllowed, match="not-its-protest"):
        case.file_protest(REOPENING, act(SUPREME_COURT, "2026-03-02"))
    case.file_protest(CASSATION, act(SUPREME_COURT, "2026-03-02"))

    assert (case.stage, last(case).last_day, last(case).late) == ("REVIEW", None, False)


def test_cassation_to_the_disadvantage_has_one_year():
    """From 25/10/2025 the year ends on a Sunday, so on Monday 26/10/2026."""
    in_time, late = in_force(), in_force()

    in_time.file_protest(ADVERSE, act(SUPREME_COURT, "2026-10-26"))
    late.file_protest(ADVERSE, act(SUPREME_COURT, "2026-10-27"))

    assert (last(in_time).last_day.isoformat(), last(in_time).late) == ("2026-10-26", False)
    assert last(late).late


def test_what_is_not_in_force_is_not_reviewed():
    with pytest.raises(Refused, match="wrong-stage"):
        docket("judged").file_protest(CASSATION, act(SUPREME_COURT, "2025-10-06"))
    with pytest.raises(Refused, match="before-judgment"):
        in_force().file_protest(CASSATION, act(SUPREME_COURT, "2025-10-06"))


def test_a_review_that_is_withdrawn_or_leaves_the_judgment_returns_it_to_force():
    withdrawn, kept = in_force(), in_force()
    for case in (withdrawn, kept):
        case.file_protest(CASSATION, act(SUPREME_COURT, "2026-03-02"))

    withdrawn.file_protest(CASSATION.model_copy(update=WITHDRAWN), act(SUPREME_COURT, "2026-04-01"))
    kept.confirm_effect(ConfirmEffect(reason="review"), act(SUPREME_COURT, "2026-06-01"))

    assert withdrawn.stage == kept.stage == "IN_FORCE"
    with pytest.raises(Refused, match="reason-does-not-fit"):
        kept.confirm_effect(ConfirmEffect(reason="review"), act(SUPREME_COURT, "2026-06-02"))


def test_a_review_reopens_the_trial_when_the_first_court_accepts_the_case_again():
    case = in_force()
    case.file_protest(REOPENING, act("VKSNDTC-VN", "2026-03-02"))
    case.pass_file(REGIONAL_COURT, "2026-06-01T08:00")

    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2026-06-02"))

    assert (case.stage, case.verdicts, case.in_force) == ("TRIAL_PREPARATION", (), ())


def test_a_review_reopens_the_appeal_when_the_appellate_court_accepts_it_again():
    case = docket("upheld")
    case.file_protest(CASSATION, act(SUPREME_COURT, "2026-03-02"))
    case.pass_file(COURT, "2026-06-01T08:00")

    case.accept_case(ACCEPT_APPEAL, act(COURT, "2026-06-02"))

    assert (case.stage, case.appeal_outcome, case.in_force) == ("APPEALED", None, ())
    assert case.judged_refs == (THUY, MANH)


def test_what_the_appeal_decided_is_final():
    case = docket("upheld")
    other = APPEAL.model_copy(update={"appellant": MANH})

    with pytest.raises(Refused, match="judgment-is-final"):
        case.file_appeal(other, act(REGIONAL_COURT, "2025-11-26"))
    with pytest.raises(Refused, match="judgment-is-final"):
        case.file_protest(PROTEST, act(PROCURACY, "2025-11-26"))
    with pytest.raises(Refused, match="wrong-stage"):
        case.pronounce_appellate_judgment(UPHOLD, act(APPELLATE_COURT, "2025-11-26"))
