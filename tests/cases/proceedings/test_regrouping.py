"""Joining and splitting: every stream concerned is told, in one record or not at all."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.cases.proceedings.commands import RegroupCases, institute_case, regroup_cases
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import Regrouping
from services.cases.proceedings.identity import case_id
from services.cases.proceedings.parts import Remainder
from shared.errors import Conflict, NotFound, Refused
from tests.cases.examples import INVESTIGATORS, PROCURACY, act, recorded
from tests.cases.proceedings.examples import (
    BROKERAGE,
    CHILD,
    OTHER,
    PERSON,
    TRAFFICKING,
    conclude,
    extend,
    in_prosecution,
    institute,
    instituted,
    transfer,
)
from tests.cases.proceedings.office import Office
from tests.cases.world import id_of

LATER = "2025-09-10"


def join(*cases: UUID, **other: Any) -> RegroupCases:
    fields = {"kind": "join", "reason": "Cùng nhóm", "decision_ref": "53/QĐ", "cases": cases}
    return RegroupCases(**(fields | other))


def split(*parts: Remainder, **other: Any) -> RegroupCases:
    fields = {"kind": "split", "reason": "Bị can dưới 18", "decision_ref": "54/QĐ", "parts": parts}
    return RegroupCases(**(fields | other))


def part(number: str = "60/QĐ", **other: Any) -> Remainder:
    return Remainder(**({"case_no": number, "offences": (TRAFFICKING,)} | other))


async def begun(office: Office, number: str, **said: Any) -> UUID:
    return id_of(await office.does(institute_case, institute(case_no=number, **said)))


async def test_joined_cases_end_in_the_one_that_goes_on():
    office = Office()
    first, second = await begun(office, "1/QĐ"), await begun(office, "2/QĐ", offences=(CHILD,))

    await office.does(regroup_cases, join(second), moment=LATER, id=first)

    kept, ended = await office.find(Case, first), await office.find(Case, second)
    assert (kept.stage, kept.offences, kept.severity) == (
        "INVESTIGATION",
        (TRAFFICKING, CHILD),
        "DBNT",
    )
    assert (ended.stage, ended.joined_into, ended.is_open) == ("JOINED", first, False)
    assert (await office.topics())[2:] == ["cases_regrouped", "cases_regrouped"]


async def test_a_joined_case_takes_no_further_step():
    office = Office()
    first, second = await begun(office, "1/QĐ"), await begun(office, "2/QĐ")
    await office.does(regroup_cases, join(second), moment=LATER, id=first)

    with pytest.raises(Refused, match="wrong-stage"):
        await office.decides(
            Case, Case.conclude_investigation, conclude(), second, INVESTIGATORS, "2025-10-01"
        )


async def test_saying_a_joinder_again_is_no_news():
    office = Office()
    first, second = await begun(office, "1/QĐ"), await begun(office, "2/QĐ")
    await office.does(regroup_cases, join(second), moment=LATER, id=first)

    receipt = await office.does(regroup_cases, join(second), moment=LATER, id=first)

    assert receipt.event_ids == ()


async def test_cases_with_different_bodies_are_not_joined():
    office = Office()
    first = await begun(office, "1/QĐ")
    second = id_of(
        await office.does(institute_case, institute(case_no="2/QĐ"), by="CA_TINH-P34-40")
    )

    with pytest.raises(Refused) as refused:
        await office.does(regroup_cases, join(second), moment=LATER, id=first)

    assert refused.value.code in ("file-not-with-you", "not-together")
    assert await office.topics() == ["case_prosecution_instituted"] * 2


async def test_cases_at_different_stages_are_not_joined():
    case, other = in_prosecution(), in_prosecution()
    early = Case.institute_case(institute(case_no="2/QĐ"), act())

    for each in (early,):
        with pytest.raises(Refused):
            case.join_cases(_told(), act(PROCURACY, "2025-11-10"), [each])
    with pytest.raises(Refused, match="wrong-regrouping"):
        case.join_cases(_told(), act(PROCURACY, "2025-11-10"), [other])  # It is the very same.


async def test_a_case_that_is_not_there_is_not_joined():
    office = Office()
    first = await begun(office, "1/QĐ")

    with pytest.raises(NotFound):
        await office.does(regroup_cases, join(uuid4()), moment=LATER, id=first)

    assert await office.topics() == ["case_prosecution_instituted"]


async def test_a_case_is_not_joined_with_itself():
    office = Office()
    first = await begun(office, "1/QĐ")

    with pytest.raises(Refused, match="wrong-regrouping"):
        await office.does(regroup_cases, join(first), moment=LATER, id=first)


@pytest.mark.parametrize("said", [join(), split(), join(parts=(part(),)), split(cases=(uuid4(),))])
async def test_a_joinder_names_cases_and_a_split_names_parts(said: RegroupCases):
    office = Office()
    first = await begun(office, "1/QĐ")

    with pytest.raises(Refused, match="wrong-regrouping"):
        await office.does(regroup_cases, said, moment=LATER, id=first)


async def test_a_part_that_is_split_off_goes_on_from_where_the_case_is():
    office = Office()
    first = await begun(office, "1/QĐ", offences=(TRAFFICKING, BROKERAGE))
    await office.decides(Case, Case.extend_period, extend(), first, PROCURACY, "2025-09-01")

    receipt = await office.does(
        regroup_cases,
        split(part(offences=(BROKERAGE,), accused=(OTHER,), juvenile=True)),
        moment=LATER,
        id=first,
    )

    source, new = (
        await office.find(Case, first),
        await office.find(Case, case_id(INVESTIGATORS, 2025, "60/QĐ")),
    )
    assert receipt.extra["cases"] == {"60/QĐ": str(new.id)}
    assert (new.stage, new.holder, new.severity) == ("INVESTIGATION", INVESTIGATORS, "NT")
    assert (new.split_from, new.juvenile, new.accused) == (first, True, (OTHER,))
    assert new.course == source.course and str(new.course.since) == "2025-08-04"
    assert new.subjects == (f"case:{new.id}", f"case:{first}")
    assert (await office.topics())[-2:] == ["cases_regrouped", "case_split_off"]


@pytest.mark.parametrize(("day", "halved"), [("2025-12-31", False), ("2026-01-01", True)])
def test_a_part_and_a_part_of_that_keep_the_law_of_the_first_institution(day: str, halved: bool):
    case = instituted(moment=day)

    [new] = case.split_case(
        _told("split"), act(moment="2026-02-02"), [part("60/QĐ", juvenile=True)]
    )
    [last] = recorded(new).split_case(
        _told("split"), act(moment="2026-03-02"), [part("61/QĐ", juvenile=True)]
    )

    assert last.pending_events[0].instituted_on == date.fromisoformat(day)
    assert {each.instituted_on for each in (case, recorded(last))} == {date.fromisoformat(day)}
    assert [each.halved for each in (case, new, last)] == [False, halved, halved]


async def test_a_part_lives_its_own_life():
    office = Office()
    first = await begun(office, "1/QĐ")
    await office.does(regroup_cases, split(part()), moment=LATER, id=first)
    new = case_id(INVESTIGATORS, 2025, "60/QĐ")

    await office.decides(
        Case, Case.conclude_investigation, conclude(), new, INVESTIGATORS, "2025-10-01"
    )

    assert (await office.find(Case, new)).stage == "CONCLUDED"
    assert (await office.find(Case, first)).stage == "INVESTIGATION"


@pytest.mark.parametrize(
    "parts",
    [
        (part(offences=(CHILD,)),),
        (part("60/QĐ"), part("60/QĐ")),
        (part("60/QĐ", accused=(PERSON,)), part("61/QĐ", accused=(PERSON,))),
    ],
)
async def test_parts_are_of_this_case_and_apart_from_one_another(parts: Any):
    office = Office()
    first = await begun(office, "1/QĐ")

    with pytest.raises(Refused, match="wrong-regrouping"):
        await office.does(regroup_cases, split(*parts), moment=LATER, id=first)

    assert await office.topics() == ["case_prosecution_instituted"]


async def test_a_part_gets_a_number_that_is_free():
    office = Office()
    first = await begun(office, "1/QĐ")
    await begun(office, "60/QĐ")

    with pytest.raises(Conflict, match="duplicate-number"):
        await office.does(regroup_cases, split(part()), moment=LATER, id=first)


async def test_who_goes_with_a_part_is_not_accused_in_the_rest():
    case = in_prosecution()

    [new] = case.split_case(
        _told("split"), act(PROCURACY, "2025-11-10"), [part("60/QĐ", accused=(OTHER,))]
    )

    assert (case.accused, new.accused) == ((PERSON,), (OTHER,))
    assert (new.stage, new.holder) == ("PROSECUTION", PROCURACY)


async def test_nothing_is_joined_while_it_is_on_its_way():
    office = Office()
    first, second = await begun(office, "1/QĐ"), await begun(office, "2/QĐ")
    offer = transfer("CA_TINH-P34-40")
    await office.decides(Case, Case.transfer_case, offer, second, INVESTIGATORS, LATER)

    with pytest.raises(Refused, match="on-its-way"):
        await office.does(regroup_cases, join(second), moment="2025-09-11", id=first)


def _told(kind: Any = "join") -> Regrouping:
    return Regrouping(kind=kind, reason="Cùng nhóm", decision_ref="53/QĐ")
