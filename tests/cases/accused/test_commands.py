from typing import Any
from uuid import UUID

import pytest

from services.cases.accused import commands
from services.cases.accused.domain import Person
from services.cases.proceedings.commands import institute_case
from shared.errors import NotAllowed, NotFound, Refused
from tests.cases.accused.examples import SECRET, accuse, case, change, custody, hold, review
from tests.cases.examples import COURT, INVESTIGATORS, PROCURACY, at
from tests.cases.proceedings.examples import BROKERAGE, TRAFFICKING, institute
from tests.cases.world import World, id_of


async def instituted(office: World) -> UUID:
    """The case of the examples, on the record."""
    said = institute(offences=(TRAFFICKING, BROKERAGE))
    return id_of(await office.does(institute_case, said, moment=at("2025-08-04T07:00")))


async def test_a_person_is_prosecuted_in_a_case_and_the_name_is_sealed_for_them(office: World):
    of = await instituted(office)
    receipt = await office.does(commands.institute_accused, accuse(case()), moment=at("2025-08-06"))
    id = id_of(receipt)

    await office.does(commands.review_accused, review(), PROCURACY, at("2025-08-07"), id=id)

    it = await office.find(Person, id)
    assert (it.stage, it.case_id) == ("ACCUSED", of)
    assert it.identity.subject == id and {*office.keys.made} == {id}
    assert SECRET.encode() not in b"".join(e.state for e in await office.log.read(0, 100))


async def test_who_is_held_goes_into_custody_and_is_prosecuted_under_the_same_pseudonym(
    office: World,
):
    await instituted(office)
    held = await office.does(commands.apprehend_suspect, hold(), moment=at("2025-08-04T08:00"))
    id = id_of(held)

    day = at("2025-08-04T11:00")
    await office.does(commands.order_temporary_custody, custody(), moment=day, id=id)
    await office.does(commands.prosecute, accuse(case()), moment=at("2025-08-06"), id=id)

    it = await office.find(Person, id)
    assert (it.stage, it.measure, it.version) == ("ACCUSED_PENDING", "custody", 3)
    assert held.extra == {"person_ref": str(id)}


async def test_a_case_that_there_is_not_takes_nobody(office: World):
    with pytest.raises(NotFound):
        await office.does(commands.institute_accused, accuse(case()))

    assert await office.topics() == []


async def test_what_is_done_to_an_accused_needs_a_prosecution(office: World):
    id = id_of(await office.does(commands.apprehend_suspect, hold()))

    with pytest.raises(Refused, match=r"^not-prosecuted: "):
        await office.does(commands.review_accused, review(), PROCURACY, id=id)


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (commands.institute_accused, accuse(case())),
        (commands.apprehend_suspect, hold()),
    ],
)
async def test_a_court_neither_holds_nor_prosecutes(office: World, handler: Any, said: Any):
    await instituted(office)

    with pytest.raises((NotAllowed, Refused)):
        await office.does(handler, said, COURT)

    assert await office.topics() == ["case_prosecution_instituted"]


async def test_release_before_a_charge_needs_no_case(office: World):
    id = id_of(await office.does(commands.apprehend_suspect, hold()))
    free = change(before="held", to="release", reason="no_grounds")

    await office.does(commands.change_preventive_measure, free, INVESTIGATORS, id=id)

    assert (await office.find(Person, id)).stage == "RELEASED"
