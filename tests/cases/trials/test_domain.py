from uuid import UUID

import pytest

from services.cases.trials.events import (
    ConfirmEffect,
    DeliverJudgment,
    FileAppeal,
    PronounceAppellateJudgment,
    PronounceJudgment,
)
from services.cases.trials.sentencing import Penalty
from shared.errors import NotAllowed, Refused
from tests.cases.examples import COURT, REGIONAL_COURT, act
from tests.cases.trials.examples import (
    ACCEPT,
    ACCEPT_APPEAL,
    APPEAL,
    DELIVER,
    DISTRICT_COURT,
    EXECUTE,
    FOREIGN_COURT,
    HEIR_COURT,
    JUDGE,
    LAST_SESSION,
    MANH,
    NOBODY,
    OPEN,
    ORDER,
    ORDER_APPEAL,
    PROTEST,
    THUY,
    UPHOLD,
    VICTIM,
    Docket,
    ReachCourt,
    acquitted,
    convicted,
    docket,
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


def test_nothing_of_a_hearing_happens_before_it_opened():
    case = docket("appeal_opened")

    with pytest.raises(Refused, match="before-opening") as refusal:
        case.pronounce_appellate_judgment(UPHOLD, act(COURT, "2025-11-24T07:39"))
    with pytest.raises(Refused, match="before-opening"):
        case.hold_trial(LAST_SESSION, act(COURT, "2025-11-24T07:39"))

    assert "07:40 ngày 24/11/2025" in refusal.value.vi


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


def test_a_case_of_a_district_court_goes_on_under_its_heirs():
    case = Docket.reach(ReachCourt(), DISTRICT_COURT, "2025-05-05T08:00")
    for does, said, moment in (
        (Docket.accept_case, ACCEPT, "2025-05-06"),
        (Docket.order_trial, ORDER, "2025-05-26"),
        (Docket.open_trial, OPEN, "2025-06-16"),
        (Docket.pronounce_judgment, JUDGE, "2025-06-20"),
    ):
        does(case, said, act(DISTRICT_COURT, moment))

    case.file_appeal(APPEAL, act(HEIR_COURT, "2025-07-03"))
    case.file_protest(PROTEST, act("VKSND_TINH-P34-22", "2025-07-04"))
    case.pass_file(FOREIGN_COURT, "2025-07-20")
    case.accept_case(ACCEPT_APPEAL, act(FOREIGN_COURT, "2025-07-21"))
    case.order_trial(ORDER_APPEAL, act(FOREIGN_COURT, "2025-08-21"))
    case.open_trial(OPEN, act(FOREIGN_COURT, "2025-09-03"))
    case.pronounce_appellate_judgment(UPHOLD, act(FOREIGN_COURT, "2025-09-04"))
    with pytest.raises(NotAllowed, match="not-this-court"):
        case.order_execution(EXECUTE, act(REGIONAL_COURT, "2025-09-10"))
    case.order_execution(EXECUTE, act(HEIR_COURT, "2025-09-10"))

    assert (case.stage, case.court) == ("EXECUTION", DISTRICT_COURT)


def test_a_file_of_a_court_that_has_ended_is_with_its_heir():
    case = Docket.reach(ReachCourt(), DISTRICT_COURT, "2025-06-25T08:00")

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        case.accept_case(ACCEPT, act(REGIONAL_COURT, "2025-07-02"))
    case.accept_case(ACCEPT, act(HEIR_COURT, "2025-07-02"))

    assert case.court == HEIR_COURT


def test_fines_and_exemptions_are_said_as_what_they_are():
    case = docket("argued")
    fined = convicted(THUY, penalties=(Penalty(kind="fine"),))
    exempt = acquitted(MANH).model_copy(update={"outcome": "exempt"})

    case.pronounce_judgment(judging(fined, exempt), act(REGIONAL_COURT, JUDGED))

    assert [row.outcome for row in case.verdicts] == ["convicted", "exempt"]
