"""Whose case was discontinued before it named its accused: nobody goes on as if it had not been."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from services.cases.accused import commands as persons
from services.cases.proceedings import commands as proceedings
from services.cases.proceedings.parts import Remainder
from services.cases.service import SERVICE
from shared.errors import Refused
from shared.http.state import StateAsked
from tests.cases.accused.examples import change, detain, recharge, review, seek
from tests.cases.examples import REGIONAL_PROCURACY, at
from tests.cases.proceedings.examples import TRAFFICKING, discontinue, institute, resume
from tests.cases.trials.dock import Dock
from tests.cases.world import World, id_of

[READ] = [each for each in SERVICE.routes if each.name == "read_person"]
ENDED, BACK = "2025-07-20", "2025-07-25"
BANNED = {"before": "none", "to": "residence_ban", "reason": "replaced"}
"""What becomes of who stays at liberty."""


async def shown(office: World, ref: UUID, **when: Any) -> dict[str, Any]:
    """The state of somebody as readers get it."""
    reader = SimpleNamespace(logs={"cases": office.log}, names=("BCA-VN",))
    found: dict[str, Any] = await READ.handler(StateAsked(id=ref, **when), reader)
    return found["state"]


async def ended(dock: Dock, case: UUID | None = None) -> None:
    """The investigation is discontinued as a whole, before it was concluded."""
    of = case or dock.case
    await dock.office.does(proceedings.discontinue_proceedings, discontinue(), moment=ENDED, id=of)


@pytest.mark.parametrize("approved", [True, False])
async def test_nobody_is_accused_in_a_case_that_was_discontinued(office: World, approved: bool):
    dock = await Dock(office).charged(approved=approved)
    before = "ACCUSED" if approved else "ACCUSED_PENDING"
    assert (await shown(office, dock.one))["stage"] == before

    await ended(dock)

    for ref in (dock.one, dock.two):
        now = await shown(office, ref)
        assert (now["stage"], now["standing"]) == ("DISCONTINUED", "DISCONTINUED")
        assert (now["stage_vi"], now["since"]) == ("được đình chỉ", at(ENDED).isoformat())
        then = await shown(office, ref, as_of=at("2025-07-19"))
        assert then["stage"] == before


async def test_who_is_not_of_the_case_stands_where_they_stood(office: World):
    dock = await Dock(office).charged()
    apart = institute(case_no="99/QĐ-CSĐT")
    other = id_of(await office.does(proceedings.institute_case, apart, moment="2025-07-03"))

    await ended(dock, other)

    assert (await shown(office, dock.one))["stage"] == "ACCUSED"


async def test_they_are_accused_again_when_the_case_is_resumed(office: World):
    dock = await Dock(office).charged()
    await ended(dock)

    again = resume(reason="decision_cancelled")
    await office.does(proceedings.resume_proceedings, again, REGIONAL_PROCURACY, BACK, id=dock.case)

    assert (await shown(office, dock.one))["stage"] == "ACCUSED"
    await office.does(persons.issue_wanted_notice, seek(), moment="2025-07-28", id=dock.one)


async def test_who_is_in_a_part_that_goes_on_is_accused_there(office: World):
    dock = await Dock(office).charged()
    part = Remainder(case_no="98/QĐ-CSĐT", offences=(TRAFFICKING,), accused=(dock.one,))
    said = proceedings.RegroupCases(
        kind="split", reason="Người chưa thành niên", decision_ref="5/QĐ", parts=(part,)
    )
    await office.does(proceedings.regroup_cases, said, moment="2025-07-18", id=dock.case)

    await ended(dock)

    assert (await shown(office, dock.one))["stage"] == "ACCUSED"
    assert (await shown(office, dock.two))["stage"] == "DISCONTINUED"


@pytest.mark.parametrize(
    ("handler", "said", "code"),
    [
        (persons.reclassify_offence, recharge(), "proceedings-over"),
        (persons.issue_wanted_notice, seek(), "proceedings-over"),
        (persons.change_preventive_measure, change(**BANNED), "proceedings-over"),
        (persons.order_temporary_detention, detain(), "other-stage"),
    ],
)
async def test_nothing_more_is_done_to_them_but_to_let_them_go(
    office: World, handler: Any, said: Any, code: str
):
    dock = await Dock(office).charged()
    await ended(dock)
    before = await office.topics()

    with pytest.raises(Refused) as refused:
        await office.does(handler, said, moment=BACK, id=dock.one)

    assert refused.value.code == code and refused.value.rule
    assert await office.topics() == before


async def test_the_procuracy_approves_nobody_in_a_case_that_is_over(office: World):
    dock = await Dock(office).charged(approved=False)
    await ended(dock)

    with pytest.raises(Refused, match=r"^proceedings-over: "):
        await office.does(persons.review_accused, review(), REGIONAL_PROCURACY, BACK, id=dock.one)


async def test_a_measure_ends_and_a_wanted_notice_is_lifted_all_the_same(office: World):
    dock = await Dock(office).charged()
    ban = change(**BANNED)
    await office.does(persons.change_preventive_measure, ban, moment="2025-07-14", id=dock.one)
    await office.does(persons.issue_wanted_notice, seek(), moment="2025-07-15", id=dock.two)
    await ended(dock)

    free = change(before="residence_ban", to="release", reason="discontinued")
    await office.does(persons.change_preventive_measure, free, moment=BACK, id=dock.one)
    await office.does(persons.issue_wanted_notice, seek(kind="lift"), moment=BACK, id=dock.two)

    one = await shown(office, dock.one)
    assert (one["measure"], one["stage"]) == ("none", "DISCONTINUED")
    assert (await dock.person(dock.two)).stage == "ACCUSED"
