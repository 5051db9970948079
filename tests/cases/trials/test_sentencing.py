import pytest

from services.cases.trials.sentencing import (
    Judged,
    Penalty,
    frames,
    outside_frame,
    refuse_impossible,
)
from shared.errors import Refused
from tests.cases.trials.examples import MANH, THUY, acquitted, convicted, prison


def faults(*penalties: Penalty, article: str = "150", clause: int = 2) -> list[str]:
    row = convicted(article=article, clause=clause, penalties=penalties)
    return [each.fault for each in outside_frame([row])]


@pytest.mark.parametrize(
    ("months", "expected"), [(96, []), (180, []), (95, ["below_frame"]), (181, ["above_frame"])]
)
def test_the_frame_of_150_2_is_eight_to_fifteen_years(months: int, expected: list[str]):
    assert faults(prison(months)) == expected


def test_life_is_in_the_frame_of_151_3_only():
    life = Penalty(kind="life_imprisonment")

    assert faults(life, article="151", clause=3) == []
    assert faults(life) == ["life_not_in_frame"]


def test_no_frame_of_these_offences_has_death():
    assert faults(Penalty(kind="death"), article="151", clause=3) == ["death_not_in_frame"]


def test_a_suspended_term_of_more_than_three_years_is_marked():
    assert faults(prison(36, suspended_months=60), article="152", clause=1) == []
    assert faults(prison(37, suspended_months=60), article="152", clause=1) == [
        "suspended_term_too_long"
    ]


def test_a_clause_without_a_frame_of_its_own_says_nothing():
    assert ("150", 4) not in frames()
    assert faults(Penalty(kind="fine"), prison(12), clause=4) == []


def test_who_is_convicted_has_a_penalty_and_nobody_else_has():
    unpunished = convicted(penalties=())
    punished = acquitted().model_copy(update={"penalties": (prison(12),)})

    for row in (unpunished, punished):
        with pytest.raises(Refused, match="penalty-misplaced") as refusal:
            refuse_impossible([convicted(THUY), row.model_copy(update={"ref": MANH})])
        assert refusal.value.pointer == "/per_accused/1/penalties"


@pytest.mark.parametrize(
    "penalty",
    [
        Penalty(kind="imprisonment"),
        Penalty(kind="death", months=12),
        Penalty(kind="non_custodial_reform", months=24, suspended_months=24),
        Penalty(kind="fine", suspended_months=24),
    ],
)
def test_only_some_penalties_have_a_length_and_only_prison_is_suspended(penalty: Penalty):
    with pytest.raises(Refused, match="length-misplaced"):
        refuse_impossible([convicted(penalties=(penalty,))])


def test_one_offence_is_judged_once_but_one_person_may_have_committed_several():
    smuggling = Judged(
        ref=THUY, article="348", clause=1, outcome="convicted", penalties=(prison(24),)
    )

    refuse_impossible([convicted(THUY), smuggling])
    with pytest.raises(Refused, match="judged-twice"):
        refuse_impossible([convicted(THUY), convicted(THUY, 120)])
