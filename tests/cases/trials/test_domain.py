from uuid import UUID

import pytest

from services.cases.trials.events import (
    ConfirmEffect,
    DeliverJudgment,
    FileAppeal,
    OrderExecution,
    PronounceAppellateJudgment,
    PronounceJudgment,
)
from services.cases.trials.sentencing import Penalty
from shared.errors import NotAllowed, Refused
from tests.cases.examples import COURT, REGIONAL_COURT, act
from tests.cases.trials.examples import (
    ACCEPT,
    APPEAL,
    DELIVER,
    EXECUTE,
    FOREIGN_COURT,
    IN_FORCE,
    JUDGE,
    LAST_SESSION,
    MANH,
    NOBODY,
    ORDER,
    PROTEST,
    SUPREME_COURT,
    THUY,
    UPHOLD,
    VICTIM,
    acquitted,
    convicted,
    docket,
    in_force,
    last,
    later,
)

JUDGED = "2025-09-24T09:00"
APPEAL_DAY = "2025-11-25T11:00"


def judging(*rows: object) -> PronounceJudgment:
    return PronounceJudgment(judgment_no="44/2025/HS-ST", per_accused=rows)


def test_a_judgment_needs_an_open_hearing():
    with pytest.raises(Refused, match="wrong-stage") as refusal:
        docket("ordered").pronounce_judgment(JUDGE, act(REGIONAL_COURT, JUDGED))

    assert refusal.value.rule == "BLTTHS Điều 326–327"
    assert refusal.value.extra["stage"] == "TRIAL_ORDERED"


def test_a_judgment_says_something_of_everybody_on_trial_and_of_nobody_else():
    case = docket("argued")

    with pytest.raises(Refused, match="without-verdict") as refusal:
        case.pronounce_judgment(judging(convicted(THUY)), act(REGIONAL_COURT, JUDGED))
    with pytest.raises(Refused, match="not-on-trial"):
        case.pronounce_judgment(
            judging(convicted(THUY), acquitted(MANH), convicted(NOBODY)),
            act(REGIONAL_COURT, JUDGED),
        )

    assert str(MANH) in refusal.value.vi
    assert not case.pending_events


def test_who_is_not_tried_any_more_is_not_judged():
    case = docket("argued")
    case.stopped = {MANH: "suspended"}

    case.pronounce_judgment(judging(convicted(THUY)), act(REGIONAL_COURT, JUDGED))

    assert case.judged_refs == (THUY,)


def test_a_judgment_is_not_in_force_when_it_is_pronounced():
    case = docket("argued")

    case.pronounce_judgment(JUDGE, act(REGIONAL_COURT, JUDGED))

    assert (case.stage, case.in_force, last(case).warnings) == ("JUDGED", (), ())


def test_a_penalty_outside_its_frame_is_recorded_and_marked():
    case = docket("argued")

    case.pronounce_judgment(
        judging(convicted(THUY, 200), acquitted(MANH)), act(REGIONAL_COURT, JUDGED)
    )

    [warning] = last(case).warnings
    assert (warning.ref, warning.fault) == (THUY, "above_frame")


def test_a_judgment_is_delivered_by_the_court_that_gave_it_to_one_at_a_time():
    case = docket("judged")
    both = DELIVER.model_copy(update={"recipient_agency": "VKSND_KV-P34-40"})
    nobody = DeliverJudgment(level="first_instance", medium="hand")

    for said in (both, nobody):
        with pytest.raises(Refused, match="one-recipient"):
            case.deliver_judgment(said, act(REGIONAL_COURT, "2025-10-01"))
    with pytest.raises(NotAllowed, match="not-this-court"):
        case.deliver_judgment(DELIVER, act(FOREIGN_COURT, "2025-10-01"))
    with pytest.raises(Refused, match="before-judgment"):
        case.deliver_judgment(DELIVER, act(REGIONAL_COURT, "2025-09-20"))
    with pytest.raises(Refused, match="not-judged"):
        case.deliver_judgment(
            DELIVER.model_copy(update={"level": "appeal"}), act(REGIONAL_COURT, "2025-10-01")
        )
    case.deliver_judgment(DELIVER, act(REGIONAL_COURT, "2025-10-01"))

    assert last(case).recipient == VICTIM


def test_a_delivery_may_be_recorded_after_an_appeal_that_came_later():
    case = docket("appealed")

    case.deliver_judgment(DELIVER, act(REGIONAL_COURT, "2025-10-01"))

    assert case.stage == "APPEALED"


@pytest.mark.parametrize("outcome", ["upheld", "amended", "appeal_discontinued"])
def test_what_the_appeal_keeps_is_in_force_at_once(outcome: str):
    case = docket("appeal_opened")
    said = PronounceAppellateJudgment(
        judgment_no="90/2025/HS-PT", outcome=outcome, per_accused=(convicted(THUY, 96),)
    )

    case.pronounce_appellate_judgment(said, act(COURT, APPEAL_DAY))

    assert (case.stage, case.in_force) == ("IN_FORCE", (MANH, THUY))
    assert {row.ref: row.penalties[0].months for row in case.verdicts} == {THUY: 96, MANH: 96}


@pytest.mark.parametrize(
    ("outcome", "stage"),
    [
        ("quashed_retry", "TRIAL_PREPARATION"),
        ("quashed_reinvestigate", "INVESTIGATION"),
        ("quashed_discontinue", "DISCONTINUED"),
    ],
)
def test_what_the_appeal_quashes_is_judged_no_more(outcome: str, stage: str):
    case = docket("appeal_opened")

    case.pronounce_appellate_judgment(
        UPHOLD.model_copy(update={"outcome": outcome}), act(COURT, APPEAL_DAY)
    )

    assert (case.stage, case.holder, case.level) == (stage, COURT, "first_instance")
    assert (case.verdicts, case.appeals, case.in_force) == ((), (), ())


def test_a_quashed_case_is_accepted_and_tried_anew():
    case = docket("appeal_opened")
    retry = UPHOLD.model_copy(update={"outcome": "quashed_retry"})
    case.pronounce_appellate_judgment(retry, act(COURT, APPEAL_DAY))
    case.hold_trial(LAST_SESSION, act(COURT, later(APPEAL_DAY, hours=1)))
    case.pass_file(REGIONAL_COURT, "2025-12-05T08:00")

    with pytest.raises(Refused, match="not-accepted"):
        case.order_trial(
            ORDER.model_copy(update={"scheduled": act(COURT, "2026-01-12").at}),
            act(REGIONAL_COURT, "2025-12-08T08:00"),
        )
    case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-12-08T08:00"))

    assert (case.stage, case.hearing, case.appeal_judged_at) == (
        "TRIAL_PREPARATION",
        "accepted",
        None,
    )


def test_an_amended_judgment_says_what_it_amends_and_of_whom():
    case = docket("appeal_opened")
    nothing = UPHOLD.model_copy(update={"outcome": "amended"})
    stranger = nothing.model_copy(update={"per_accused": (convicted(NOBODY),)})

    with pytest.raises(Refused, match="rows-needed"):
        case.pronounce_appellate_judgment(nothing, act(COURT, APPEAL_DAY))
    with pytest.raises(Refused, match="not-on-trial"):
        case.pronounce_appellate_judgment(stranger, act(COURT, APPEAL_DAY))


def test_an_appeal_may_be_discontinued_before_its_hearing():
    case = docket("appeal_accepted")

    case.pronounce_appellate_judgment(
        UPHOLD.model_copy(update={"outcome": "appeal_discontinued"}), act(COURT, "2025-11-01")
    )
    case.confirm_effect(ConfirmEffect(reason="withdrawal"), act(COURT, "2025-11-01T10:00"))

    assert case.stage == "IN_FORCE"


def test_an_appeal_that_no_court_accepted_is_not_decided():
    case = docket("appealed")

    with pytest.raises(Refused, match="not-on-appeal"):
        case.pronounce_appellate_judgment(UPHOLD, act(REGIONAL_COURT, "2025-10-10"))


def test_a_judgment_takes_effect_when_both_periods_have_ended():
    """30 days from 24/9/2025 for the superior procuracy: 24/10, a Friday."""
    case = docket("judged")

    with pytest.raises(Refused, match="periods-run") as refusal:
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-23T17:00"))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-24T00:00"))

    assert refusal.value.extra["last_day"] == "2025-10-24"
    assert (case.stage, set(case.in_force)) == ("IN_FORCE", {THUY, MANH})


def test_the_period_of_an_absent_party_counts_from_when_it_got_the_judgment():
    """Fifteen days from 13/10/2025: 28/10."""
    case = docket("judged")
    absent = DELIVER.model_copy(update={"absent_party": True})
    case.deliver_judgment(absent, act(REGIONAL_COURT, "2025-10-13"))

    with pytest.raises(Refused, match="periods-run"):
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-27T08:00"))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-28T08:00"))

    assert case.stage == "IN_FORCE"


def test_a_part_takes_effect_for_one_accused_while_another_appeals():
    case = docket("appealed")
    for_manh = ConfirmEffect(accused_ref=MANH, reason="no_appeal")

    with pytest.raises(Refused, match="contested"):
        case.confirm_effect(
            ConfirmEffect(accused_ref=THUY, reason="no_appeal"), act(REGIONAL_COURT, "2025-10-27")
        )
    with pytest.raises(Refused, match="reason-does-not-fit"):
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-27"))
    case.confirm_effect(for_manh, act(REGIONAL_COURT, "2025-10-27"))

    assert (case.stage, case.in_force) == ("APPEALED", (MANH,))
    with pytest.raises(Refused, match="in-force-already"):
        case.confirm_effect(for_manh, act(REGIONAL_COURT, "2025-10-28"))


def test_a_protest_of_the_whole_judgment_keeps_all_of_it_from_taking_effect():
    case = docket("judged")
    case.file_protest(PROTEST, act("VKSND_KV-P34-40", "2025-10-09"))

    with pytest.raises(Refused, match="contested"):
        case.confirm_effect(
            ConfirmEffect(accused_ref=MANH, reason="no_appeal"), act(REGIONAL_COURT, "2025-10-27")
        )


def test_what_was_withdrawn_in_time_leaves_the_judgment_to_take_effect():
    case = docket("appealed")
    withdrawn = ConfirmEffect(reason="withdrawal")

    with pytest.raises(Refused, match="contested"):
        case.confirm_effect(withdrawn, act(REGIONAL_COURT, "2025-10-27"))
    case.file_appeal(
        APPEAL.model_copy(update={"step": "withdrawn"}), act(REGIONAL_COURT, "2025-10-08")
    )
    with pytest.raises(Refused, match="periods-run"):
        case.confirm_effect(withdrawn, act(REGIONAL_COURT, "2025-10-10"))
    case.confirm_effect(withdrawn, act(REGIONAL_COURT, "2025-10-27"))

    assert case.stage == "IN_FORCE"


def test_once_accepted_on_appeal_only_a_decision_there_ends_it():
    case = docket("appeal_accepted")
    case.file_appeal(APPEAL.model_copy(update={"step": "withdrawn"}), act(COURT, "2025-10-25"))

    with pytest.raises(Refused, match="reason-does-not-fit"):
        case.confirm_effect(ConfirmEffect(reason="withdrawal"), act(COURT, "2025-10-27"))


def test_the_effect_of_an_appellate_judgment_is_confirmed_once():
    case = docket("upheld")
    appellate = ConfirmEffect(reason="appellate")

    case.confirm_effect(appellate, act(COURT, "2025-11-25T12:00"))
    with pytest.raises(Refused, match="in-force-already"):
        case.confirm_effect(appellate, act(COURT, "2025-11-26T12:00"))
    with pytest.raises(Refused, match="reason-does-not-fit"):
        docket("upheld").confirm_effect(IN_FORCE, act(COURT, "2025-11-26T12:00"))
    with pytest.raises(Refused, match="reason-does-not-fit"):
        docket("judged").confirm_effect(appellate, act(REGIONAL_COURT, "2025-10-30T12:00"))


def test_effect_is_for_the_courts_that_judged():
    with pytest.raises(NotAllowed, match="not-this-court"):
        docket("judged").confirm_effect(IN_FORCE, act(FOREIGN_COURT, "2025-10-27"))
    with pytest.raises(Refused, match="not-on-trial"):
        docket("judged").confirm_effect(
            ConfirmEffect(accused_ref=NOBODY, reason="no_appeal"),
            act(REGIONAL_COURT, "2025-10-27"),
        )
    with pytest.raises(NotAllowed, match="not-this-court"):
        docket("judged").confirm_effect(IN_FORCE, act(SUPREME_COURT, "2025-10-27"))


def test_execution_is_ordered_by_the_court_of_first_instance():
    case = docket("upheld")

    with pytest.raises(NotAllowed, match="not-this-court"):
        case.order_execution(EXECUTE, act(COURT, "2025-12-01"))
    case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-12-01"))
    case.order_execution(
        EXECUTE.model_copy(update={"accused_ref": MANH}), act(REGIONAL_COURT, "2025-12-02")
    )

    assert (case.stage, case.executing) == ("EXECUTION", (THUY, MANH))


def test_another_court_orders_execution_when_it_is_entrusted_with_it():
    case = docket("upheld")

    case.order_execution(
        EXECUTE.model_copy(update={"entrusted_by": REGIONAL_COURT}),
        act(FOREIGN_COURT, "2025-12-01"),
    )

    assert case.executing == (THUY,)


def test_only_what_is_in_force_is_executed_and_only_once():
    with pytest.raises(Refused, match="not-in-force"):
        docket("judged").order_execution(EXECUTE, act(REGIONAL_COURT, "2025-10-01"))
    case = docket("executed")
    with pytest.raises(Refused, match="ordered-already"):
        case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-12-02"))


def test_execution_for_one_while_another_appeals_leaves_the_stage():
    case = docket("appealed")
    case.confirm_effect(
        ConfirmEffect(accused_ref=MANH, reason="no_appeal"), act(REGIONAL_COURT, "2025-10-27")
    )

    with pytest.raises(Refused, match="before-judgment"):
        case.order_execution(
            EXECUTE.model_copy(update={"accused_ref": MANH}), act(REGIONAL_COURT, "2025-10-26")
        )
    case.order_execution(
        EXECUTE.model_copy(update={"accused_ref": MANH}), act(REGIONAL_COURT, "2025-10-28")
    )

    assert (case.stage, case.executing) == ("APPEALED", (MANH,))


def test_an_acquittal_is_not_executed_and_a_stranger_neither():
    case = docket("argued")
    case.pronounce_judgment(judging(convicted(THUY), acquitted(MANH)), act(REGIONAL_COURT, JUDGED))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-24"))

    for ref, code in ((MANH, "nothing-to-execute"), (NOBODY, "not-on-trial")):
        with pytest.raises(Refused, match=code):
            case.order_execution(
                EXECUTE.model_copy(update={"accused_ref": ref}), act(REGIONAL_COURT, "2025-10-28")
            )


def test_a_sentence_is_carried_out_by_a_body_that_exists():
    said = OrderExecution(
        accused_ref=THUY, decision_ref="1/QĐ-CA", executing_agency="CA_TINH-P63-40"
    )

    with pytest.raises(Refused, match="agency-not-in-existence"):
        in_force().order_execution(said, act(REGIONAL_COURT, "2025-10-28"))


def test_the_same_words_of_the_same_moment_are_no_news_at_any_step():
    case = docket("executed")
    before = case.version

    case.pronounce_judgment(JUDGE, act(REGIONAL_COURT, JUDGED))
    case.file_appeal(APPEAL, act(REGIONAL_COURT, "2025-10-06"))
    case.pronounce_appellate_judgment(UPHOLD, act(COURT, APPEAL_DAY))
    case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-12-01T09:00"))

    assert case.version == before


def test_the_state_shows_pseudonyms_and_never_more():
    case = docket("executed")
    other = FileAppeal(appellant=UUID(int=0xB2), filing_channel="post")

    shown = case.state()

    assert shown["stage_vi"] == "thi hành án"
    trial = shown["trial"]
    assert isinstance(trial, dict)
    assert (trial["court"], trial["appeal_court"]) == (REGIONAL_COURT, COURT)
    assert trial["executing"] == [str(THUY)]
    with pytest.raises(Refused, match="judgment-is-final"):
        case.file_appeal(other, act(REGIONAL_COURT, "2025-12-02"))


def test_fines_and_exemptions_are_said_as_what_they_are():
    case = docket("argued")
    fined = convicted(THUY, penalties=(Penalty(kind="fine"),))
    exempt = acquitted(MANH).model_copy(update={"outcome": "exempt"})

    case.pronounce_judgment(judging(fined, exempt), act(REGIONAL_COURT, JUDGED))

    assert [row.outcome for row in case.verdicts] == ["convicted", "exempt"]
