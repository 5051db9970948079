import pytest

from services.cases.trials.events import (
    ConfirmEffect,
    OrderExecution,
    PronounceJudgment,
)
from shared.errors import NotAllowed, Refused
from tests.cases.examples import COURT, REGIONAL_COURT, act
from tests.cases.trials.examples import (
    APPEAL,
    DELIVER,
    EXECUTE,
    FOREIGN_COURT,
    IN_FORCE,
    MANH,
    NOBODY,
    PROTEST,
    SUPREME_COURT,
    THUY,
    acquitted,
    convicted,
    docket,
    in_force,
)

JUDGED = "2025-09-24T09:00"


def judging(*rows: object) -> PronounceJudgment:
    return PronounceJudgment(judgment_no="44/2025/HS-ST", per_accused=rows)


def test_a_judgment_takes_effect_when_both_periods_have_ended():
    """30 days from 24/9/2025 for the superior procuracy: until 24/10, a Friday, has ended."""
    case = docket("judged")

    with pytest.raises(Refused, match="periods-run") as refusal:
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-24T23:59"))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25T00:00"))

    assert refusal.value.extra["last_day"] == "2025-10-24"
    assert (case.stage, set(case.in_force)) == ("IN_FORCE", {THUY, MANH})


def test_the_period_of_an_absent_party_counts_from_when_it_got_the_judgment():
    """Fifteen days from 13/10/2025: 28/10."""
    case = docket("judged")
    absent = DELIVER.model_copy(update={"absent_party": True})
    case.deliver_judgment(absent, act(REGIONAL_COURT, "2025-10-13"))

    with pytest.raises(Refused, match="periods-run"):
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-28T08:00"))
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-29T08:00"))

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
    case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-25"))

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
