"""Somebody under 18 is prosecuted: the case knows it from then on, in the same record."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.cases.accused import commands
from services.cases.accused.domain import Person
from services.cases.proceedings.commands import institute_case, regroup_cases
from services.cases.proceedings.domain import Case
from services.cases.proceedings.minors import MarkJuvenile
from shared.errors import Refused
from tests.cases.accused.examples import accuse, case, hold
from tests.cases.examples import POLICE, act, news
from tests.cases.proceedings.examples import (
    BROKERAGE,
    TRAFFICKING,
    charged,
    designate,
    institute,
    instituted,
)
from tests.cases.proceedings.test_regrouping import LATER, part, split
from tests.cases.world import World, id_of

YOUNG = {"under_18": True, "age_at_offence": "16_17"}
MARK = MarkJuvenile(decision_ref="17/QĐ-KTBC")
MARKED = "case_marked_juvenile"


async def begun(office: World, **said: Any) -> UUID:
    """The case of the examples, on the record."""
    case_said = institute(offences=(TRAFFICKING, BROKERAGE), **said)
    return id_of(await office.does(institute_case, case_said, moment="2025-08-04T07:00"))


async def test_whoever_prosecutes_somebody_under_18_marks_the_case(office: World):
    of = await begun(office)

    receipt = await office.does(
        commands.institute_accused, accuse(case(), **YOUNG), moment="2025-08-06"
    )

    assert (await office.find(Case, of)).juvenile
    assert (await office.topics())[1:] == ["accused_prosecution_instituted", MARKED]
    *_, prosecuted, marked = await office.log.read(0, 10)
    assert receipt.stream == f"person:{receipt.extra['person_ref']}"
    assert prosecuted.metadata.causation_id == marked.metadata.causation_id
    assert (marked.fields["decision_ref"], marked.fields["juvenile"]) == ("17/QĐ-KTBC", True)


async def test_who_was_held_before_marks_it_too_and_it_is_marked_once(office: World):
    of = await begun(office)
    held = await office.does(commands.apprehend_suspect, hold(under_18=True), moment="2025-08-05")
    young = accuse(case(), **YOUNG)

    await office.does(commands.prosecute, young, moment="2025-08-06", id=id_of(held))
    await office.does(commands.institute_accused, young, moment="2025-08-07")

    assert (await office.topics()).count(MARKED) == 1
    assert (await office.find(Case, of)).state()["juvenile"] is True


@pytest.mark.parametrize(("said", "juvenile"), [({}, False), (YOUNG, True)])
async def test_an_adult_marks_nothing_nor_does_a_case_that_says_so_need_it(
    office: World, said: dict[str, Any], juvenile: bool
):
    of = await begun(office, juvenile=juvenile)

    await office.does(commands.institute_accused, accuse(case(), **said), moment="2025-08-06")

    assert MARKED not in await office.topics()
    assert (await office.find(Case, of)).juvenile is juvenile


async def test_a_part_that_somebody_under_18_goes_with_says_so(office: World):
    of = await begun(office)
    young = accuse(case(), **YOUNG)
    ref = id_of(await office.does(commands.institute_accused, young, moment="2025-08-06"))
    alone = part(accused=(ref,))

    with pytest.raises(Refused, match="wrong-regrouping") as refusal:
        await office.does(regroup_cases, split(alone), moment=LATER, id=of)
    said = split(alone.model_copy(update={"juvenile": True}))
    await office.does(regroup_cases, said, moment=LATER, id=of)

    assert refusal.value.pointer == "/parts/0/juvenile"
    assert (await office.topics())[-2:] == ["cases_regrouped", "case_split_off"]


async def test_who_may_not_be_prosecuted_marks_nothing(office: World):
    await begun(office)

    with pytest.raises(Refused):
        await office.does(
            commands.institute_accused, accuse(case(), **YOUNG), "CA_TINH-P34-22", "2025-08-06"
        )

    assert await office.topics() == ["case_prosecution_instituted"]


async def test_what_is_recorded_late_marks_the_case_too(office: World):
    """The prosecution came before the stage in which the case is by now."""
    of = await begun(office)
    found = await office.find(Case, of)
    late = replace(act(), at=found.since.replace(hour=1))

    found.mark_juvenile(MARK, late)

    assert found.juvenile


def test_a_case_with_an_accused_under_18_is_not_shown():
    it = instituted()
    it.mark_juvenile(MARK, act(moment="2025-08-06"))
    shown = designate(victims_consent=True, publicity_plan="Truyền hình trực tiếp")

    with pytest.raises(Refused, match="protected") as refusal:
        it.designate_model_case(shown, act(moment="2025-08-12"))

    assert "18 tuổi" in refusal.value.vi


def test_once_it_is_marked_its_periods_are_those_of_juveniles():
    """Of a case instituted since 1/1/2026 (Luật 59/2024/QH15 Điều 179)."""
    before, since = instituted(moment="2025-12-31"), instituted(moment="2026-01-01")

    for each in (before, since):
        each.mark_juvenile(MARK, act(moment="2026-02-02"))

    assert (before.halved, since.halved) == (False, True)


def test_nobody_is_prosecuted_in_a_case_that_is_with_a_court_so_it_is_not_marked_there():
    it = charged()

    with pytest.raises(Refused, match="wrong-stage"):
        it.mark_juvenile(MARK, act(POLICE, "2025-12-01"))

    assert news(it) == []


def test_the_person_alone_still_says_which_law_protects_them():
    it = Person.institute_accused(accuse(case(), **YOUNG), act(moment="2025-08-06"), case())

    assert it.juvenile_law == "BLTTHS-2015"
