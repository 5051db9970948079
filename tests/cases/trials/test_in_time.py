"""Contested in time: the judgment is not in force, whatever was recorded before that was known."""

import pytest

from services.cases.trials.events import ConfirmEffect, FileAppeal, OrderExecution
from shared.errors import Refused
from tests.cases.examples import COURT, POLICE, PROCURACY, REGIONAL_COURT, act, at
from tests.cases.proceedings.examples import discontinue
from tests.cases.situations.trials import tried
from tests.cases.trials.examples import (
    ACCEPT_APPEAL,
    APPEAL,
    DELIVER,
    EXECUTE,
    IN_FORCE,
    MANH,
    PROTEST,
    THUY,
    VICTIM,
    docket,
    in_force,
    last,
)
from tests.cases.trials.test_persons import AT_LAST, judged
from tests.cases.world import World

BY_THE_VICTIM = FileAppeal(appellant=VICTIM, filing_channel="court")
FOR_THUY = ConfirmEffect(accused_ref=THUY, reason="no_appeal")
WITHDRAWN = ConfirmEffect(reason="withdrawal")
IN_TIME, AFTERWARDS, LATER = "2025-10-08T16:00", "2025-10-27T08:00", "2025-10-28T08:00"


def test_until_the_last_day_is_over_no_effect_keeps_anybody_from_protesting():
    case = docket("judged")

    with pytest.raises(Refused, match="periods-run") as refusal:
        case.confirm_effect(IN_FORCE, act(REGIONAL_COURT, "2025-10-24T00:00"))
    case.file_protest(PROTEST, act(PROCURACY, "2025-10-24T23:00"))

    assert "0 giờ ngày hôm sau" in refusal.value.remedy_vi
    assert (case.stage, last(case).late) == ("APPEALED", False)
    assert last(case).none_in_force is False


def test_an_appeal_in_time_that_comes_by_post_takes_its_part_of_the_effect_back():
    """Filed on 8/10, known after 27/10: the postmark counts (333(3))."""
    case = in_force()
    for ref in (THUY, MANH):
        said = EXECUTE.model_copy(update={"accused_ref": ref})
        case.order_execution(said, act(REGIONAL_COURT, AFTERWARDS))

    case.file_appeal(APPEAL, act(REGIONAL_COURT, IN_TIME))

    assert (case.stage, last(case).late, last(case).effect_ended) == ("APPEALED", False, (THUY,))
    assert last(case).none_in_force is False
    assert (case.in_force, case.executing) == ((MANH,), (MANH,))
    with pytest.raises(Refused, match="not-in-force"):
        case.order_execution(EXECUTE, act(REGIONAL_COURT, LATER))


def test_a_protest_in_time_takes_all_of_it_back():
    case = in_force()

    case.file_protest(PROTEST, act(PROCURACY, "2025-10-24T09:00"))

    assert (case.stage, last(case).effect_ended) == ("APPEALED", (THUY, MANH))
    assert (case.in_force, case.in_force_at) == ((), None)
    assert last(case).none_in_force is True


def test_the_last_of_several_appeals_in_time_leaves_nobody_in_force():
    case = in_force()
    case.file_appeal(APPEAL, act(REGIONAL_COURT, IN_TIME))

    case.file_appeal(APPEAL.model_copy(update={"appellant": MANH}), act(REGIONAL_COURT, IN_TIME))

    assert (last(case).effect_ended, last(case).none_in_force) == ((MANH,), True)


def test_what_is_in_force_for_one_alone_is_taken_back_by_a_protest_too():
    case = docket("judged")
    case.confirm_effect(FOR_THUY, act(REGIONAL_COURT, AFTERWARDS))

    case.file_protest(PROTEST, act(PROCURACY, "2025-10-24T09:00"))

    assert (case.stage, case.in_force) == ("APPEALED", ())
    case.file_protest(
        PROTEST.model_copy(update={"step": "withdrawn"}), act(PROCURACY, "2025-10-29")
    )
    case.confirm_effect(FOR_THUY, act(REGIONAL_COURT, "2025-10-30"))  # It is news again.


def test_what_was_taken_back_takes_effect_again_when_the_appeal_is_withdrawn():
    case = in_force()
    case.file_appeal(APPEAL, act(REGIONAL_COURT, IN_TIME))

    with pytest.raises(Refused, match="contested"):
        case.confirm_effect(WITHDRAWN, act(REGIONAL_COURT, LATER))
    case.file_appeal(
        APPEAL.model_copy(update={"step": "withdrawn"}), act(REGIONAL_COURT, "2025-10-28T07:00")
    )
    case.confirm_effect(WITHDRAWN, act(REGIONAL_COURT, LATER))

    assert (case.stage, set(case.in_force)) == ("IN_FORCE", {THUY, MANH})


def test_a_party_that_was_absent_appeals_in_time_what_is_in_force():
    case = in_force()
    absent = DELIVER.model_copy(update={"absent_party": True})
    case.deliver_judgment(absent, act(REGIONAL_COURT, AFTERWARDS))

    case.file_appeal(BY_THE_VICTIM, act(REGIONAL_COURT, "2025-11-10"))

    assert (case.stage, last(case).effect_ended) == ("APPEALED", (THUY, MANH))


def test_an_appeal_in_time_is_heard_though_another_one_was_discontinued():
    """All that was known was withdrawn, so the court above ended the appeal (348)."""
    case = tried("appeal_accepted")
    case.discontinue_proceedings(discontinue(ground="appeal_withdrawn"), act(COURT, "2025-10-25"))
    case.confirm_effect(WITHDRAWN, act(COURT, "2025-10-26"))

    case.file_appeal(APPEAL.model_copy(update={"appellant": MANH}), act(REGIONAL_COURT, IN_TIME))
    assert (case.stage, case.in_force) == ("APPEALED", (THUY,))
    again = ACCEPT_APPEAL.model_copy(update={"docket_no": "78/2025/TLPT-HS"})
    case.accept_case(again, act(COURT, LATER))

    assert (case.stage, case.level, case.docket_no) == ("APPEALED", "appeal", "78/2025/TLPT-HS")


def test_what_is_filed_against_a_decision_takes_no_effect_back_nor_does_a_withdrawal():
    case, other = in_force(), in_force()
    decision = {"against": "decision", "decision_on": at("2025-10-24").date()}
    other.file_appeal(APPEAL, act(REGIONAL_COURT, AFTERWARDS))

    case.file_appeal(APPEAL.model_copy(update=decision), act(REGIONAL_COURT, AFTERWARDS))
    other.file_appeal(APPEAL.model_copy(update={"step": "withdrawn"}), act(REGIONAL_COURT, LATER))

    for each in (case, other):
        assert (last(each).late, last(each).effect_ended) == (False, ())
        assert last(each).none_in_force is False
        assert (each.stage, each.in_force) == ("IN_FORCE", (THUY, MANH))


def test_a_victims_appeal_keeps_the_judgment_of_each_accused_from_taking_effect():
    case = docket("judged")
    case.file_appeal(BY_THE_VICTIM, act(REGIONAL_COURT, "2025-10-06"))

    for ref in (THUY, MANH):
        with pytest.raises(Refused, match="contested"):
            case.confirm_effect(
                FOR_THUY.model_copy(update={"accused_ref": ref}), act(REGIONAL_COURT, AFTERWARDS)
            )
    with pytest.raises(Refused, match="not-in-force"):
        case.order_execution(EXECUTE, act(REGIONAL_COURT, LATER))


def test_a_protest_of_a_part_keeps_each_judgment_from_taking_effect():
    """Which part, the record does not say."""
    case = docket("judged")
    case.file_protest(PROTEST.model_copy(update={"scope": "part"}), act(PROCURACY, "2025-10-09"))

    with pytest.raises(Refused, match="contested"):
        case.confirm_effect(FOR_THUY, act(REGIONAL_COURT, AFTERWARDS))


@pytest.mark.parametrize(("who", "kept"), [(VICTIM, True), (MANH, False)])
def test_while_an_absent_victim_may_still_appeal_nothing_takes_effect(who, kept):
    """An accused who was absent keeps only their own part back."""
    case = docket("judged")
    absent = DELIVER.model_copy(update={"recipient": who, "absent_party": True})
    case.deliver_judgment(absent, act(REGIONAL_COURT, "2025-10-20"))
    moment = act(REGIONAL_COURT, AFTERWARDS)

    if kept:
        with pytest.raises(Refused, match="periods-run"):
            case.confirm_effect(FOR_THUY, moment)
    else:
        case.confirm_effect(FOR_THUY, moment)

    assert (THUY in case.in_force) is not kept


@pytest.mark.parametrize(("executed", "by_whom"), [(False, "accused"), (True, "procuracy")])
async def test_who_was_a_convict_is_not_any_more_in_the_same_record(
    office: World, executed: bool, by_whom: str
):
    dock = await judged(office)
    await dock.tries("confirm_effect", IN_FORCE, AT_LAST)
    if executed:
        said = OrderExecution(
            accused_ref=dock.one, decision_ref="12/QĐ-CA", executing_agency=POLICE
        )
        await dock.tries("order_execution", said, "2025-11-03")
    before = await dock.stages()

    if by_whom == "accused":
        await dock.tries("file_appeal", APPEAL.model_copy(update={"appellant": dock.one}), IN_TIME)
    else:
        await dock.tries("file_protest", PROTEST, "2025-10-24T09:00", PROCURACY)

    assert before == ["SERVING" if executed else "CONVICT", "CONVICT"]
    kept = "CONVICT" if by_whom == "accused" else "CONVICTED"
    assert await dock.stages() == ["CONVICTED", kept]
