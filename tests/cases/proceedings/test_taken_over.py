"""What a joined case knows of the others: the strictest of their protections and limits holds."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.proceedings.commands import regroup_cases
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import Regrouping
from services.cases.proceedings.parts import Remainder
from shared.errors import Refused
from tests.cases.examples import (
    INVESTIGATORS,
    PROCURACY,
    act,
    recorded,
)
from tests.cases.proceedings.examples import (
    OTHER,
    PERSON,
    THIRD,
    TRAFFICKING,
    conclude,
    designate,
    discontinue,
    give_back,
    handed,
    institute,
    instituted,
    resume,
    returned,
    send,
    suspend,
)
from tests.cases.proceedings.office import Office
from tests.cases.proceedings.test_regrouping import LATER, begun, join

SHOWN = "Truyền hình trực tiếp phiên tòa."


def together(first: Case, *others: Case, by: str = INVESTIGATORS, day: str = LATER) -> Case:
    """The first one after the others were joined into it, as its record says."""
    said = Regrouping(kind="join", reason="Cùng nhóm", decision_ref="53/QĐ")
    first.join_cases(said, act(by, day), others)
    return first


def prosecuted(number: str, *accused: UUID) -> Case:
    """With the procuracy."""
    case = Case.institute_case(institute(case_no=number, victims_known=1), act())
    case.conclude_investigation(conclude(accused=accused), act(moment="2025-09-01"))
    handed(case, send(), INVESTIGATORS, PROCURACY, "2025-09-02")
    return case


async def test_a_juvenile_case_joined_into_another_is_not_shown_on_television():
    office = Office()
    adult = await begun(office, "1/QĐ", victims_known=2)
    young = await begun(office, "2/QĐ", juvenile=True, victims_known=3)

    await office.does(regroup_cases, join(young), moment=LATER, id=adult)

    kept = await office.find(Case, adult)
    assert (kept.juvenile, kept.victims_known) == (True, 5)
    for consent in (False, True):
        said = designate(victims_consent=consent, publicity_plan=SHOWN)
        with pytest.raises(Refused, match="protected") as refusal:
            kept.designate_model_case(said, act(moment="2025-09-12"))
        assert "18 tuổi" in refusal.value.vi


def test_the_known_victims_of_a_joined_case_have_to_agree():
    case = together(instituted(), instituted(case_no="2/QĐ", victims_known=3))

    with pytest.raises(Refused, match="protected") as refusal:
        case.designate_model_case(designate(publicity_plan=SHOWN), act(moment="2025-09-12"))

    assert "bị hại" in refusal.value.vi


@pytest.mark.parametrize(("victims", "agreed"), [(3, False), (0, True)])
def test_victims_who_agreed_do_not_speak_for_those_of_another_case(victims: int, agreed: bool):
    model = instituted(victims_known=2)
    model.designate_model_case(designate(victims_consent=True), act(moment="2025-09-05"))

    case = together(model, instituted(case_no="2/QĐ", victims_known=victims))

    assert case.publicity_consent is agreed


def test_returns_of_the_file_are_counted_on():
    one, other = prosecuted("1/QĐ", PERSON), prosecuted("2/QĐ", OTHER)
    returned(other, "2025-09-10", "2025-09-20")
    returned(other, "2025-09-22", "2025-09-30", "16/QĐ-VKS")

    case = together(one, other, by=PROCURACY, day="2025-10-01")

    assert case.returns == {"VKS": 2}
    with pytest.raises(Refused, match="too-many-returns"):
        case.request_supplementary_investigation(give_back(), act(PROCURACY, "2025-10-02"))


def test_whom_proceedings_rest_for_is_not_tried_because_of_a_joinder():
    one, other = prosecuted("1/QĐ", PERSON), prosecuted("2/QĐ", OTHER, THIRD)
    other.suspend_proceedings(
        suspend(ground="illness", accused_ref=OTHER), act(PROCURACY, "2025-09-05")
    )
    other.discontinue_proceedings(discontinue(accused_ref=THIRD), act(PROCURACY, "2025-09-06"))

    case = together(one, other, by=PROCURACY, day="2025-10-01")

    assert case.stopped == {OTHER: "suspended", THIRD: "discontinued"}
    assert case.on_trial == (PERSON,)
    case.resume_proceedings(resume(accused_ref=OTHER), act(PROCURACY, "2025-10-05"))
    assert case.on_trial == (PERSON, OTHER)


def test_who_goes_with_a_part_goes_as_they_stand():
    case = prosecuted("1/QĐ", PERSON, OTHER)
    for ref in (PERSON, OTHER):
        said = suspend(ground="illness", accused_ref=ref)
        case.suspend_proceedings(said, act(PROCURACY, "2025-09-05"))

    said = Regrouping(kind="split", reason="Tạm đình chỉ với một bị can", decision_ref="54/QĐ")
    part = Remainder(case_no="60/QĐ", offences=(TRAFFICKING,), accused=(OTHER,))
    [new] = case.split_case(said, act(PROCURACY, LATER), [part])

    assert (case.stopped, new.stopped) == ({PERSON: "suspended"}, {OTHER: "suspended"})


def test_what_was_taken_over_is_read_again_from_the_record():
    one, other = prosecuted("1/QĐ", PERSON), prosecuted("2/QĐ", OTHER)
    returned(other, "2025-09-10", "2025-09-20")
    other.suspend_proceedings(
        suspend(ground="illness", accused_ref=OTHER), act(PROCURACY, "2025-09-25")
    )
    live = together(one, other, by=PROCURACY, day="2025-10-01")
    state = live.state()

    assert recorded(live).state() == state
    assert (state["victims_known"], state["returns"]) == (2, {"VKS": 1})


def test_a_joinder_that_was_recorded_before_this_leaves_all_as_it_was():
    case = instituted(victims_known=2)
    together(case, instituted(case_no="2/QĐ", juvenile=True, victims_known=3))
    [event] = case.collect_events()
    before: Any = {name: None for name in type(event).model_fields if name in AFTER}

    earlier = event.model_copy(update=before)
    read = earlier.mutate(instituted(victims_known=2))

    assert len(before) == len(AFTER)
    assert (read.juvenile, read.victims_known, read.returns) == (False, 2, {})


AFTER = frozenset(
    f"{name}_after"
    for name in ("juvenile", "victims_known", "returns", "stopped", "publicity_consent")
)
