"""Who follows a case: whose own record is so far, and has become this case's; nobody else."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.cases.accused import commands as persons
from services.cases.proceedings import commands as proceedings
from services.cases.proceedings.domain import Case
from services.cases.proceedings.parts import Remainder
from services.cases.service import SERVICE
from services.cases.trials import commands as trials
from services.cases.trials.events import PronounceJudgment
from shared.context import Context, Outrun
from tests.cases.accused.examples import review, seek
from tests.cases.examples import INVESTIGATORS, REGIONAL_COURT, REGIONAL_PROCURACY
from tests.cases.proceedings.examples import TRAFFICKING, discontinue, institute, resume
from tests.cases.trials.dock import TOPIC, Dock
from tests.cases.trials.examples import ACCEPT, ORDER, convicted
from tests.cases.world import World, id_of

JUDGED = "2025-09-24T09:00"
FIRST = "44/2025/HS-ST"
ROWS: dict[str, list[dict[str, Any]]] = {
    topic: rows
    for path in SERVICE.competence
    for topic, rows in json.loads(path.read_text("utf-8"))["topics"].items()
}


async def test_who_was_never_approved_is_not_made_a_defendant_nor_accused_by_a_court(office: World):
    dock = await (await (await Dock(office).charged(approved=False)).indicted()).ordered()

    assert await dock.stages() == ["ACCUSED_PENDING", "ACCUSED_PENDING"]
    await office.does(
        persons.review_accused, review(), REGIONAL_PROCURACY, "2025-09-09", id=dock.one
    )
    await dock.opened()
    rows = (convicted(dock.one), convicted(dock.two))
    await dock.tries(
        "pronounce_judgment", PronounceJudgment(judgment_no=FIRST, per_accused=rows), JUDGED
    )

    assert await dock.stages() == ["CONVICTED", "ACCUSED_PENDING"]
    topic = "cases.first_instance_judgment_pronounced.v1"
    assert await dock.followed() == [("DEFENDANT", FIRST, topic), ("CONVICTED", FIRST, topic)]


async def test_who_was_never_approved_is_so_still_when_proceedings_are_resumed(office: World):
    dock = await Dock(office).charged(approved=False)
    one = {"accused_ref": dock.one}
    ended, resumed = discontinue(**one), resume(reason="decision_cancelled", **one)

    await office.does(proceedings.discontinue_proceedings, ended, moment="2025-07-20", id=dock.case)
    assert await dock.stages() == ["DISCONTINUED", "ACCUSED_PENDING"]
    await office.does(
        proceedings.resume_proceedings, resumed, REGIONAL_PROCURACY, "2025-07-25", id=dock.case
    )

    assert await dock.stages() == ["ACCUSED_PENDING", "ACCUSED_PENDING"]
    assert (await dock.person(dock.one)).awaits_review == "institution"


async def test_a_case_whose_accused_have_no_record_here_is_tried_all_the_same(office: World):
    dock = await Dock(office).charged()
    dock.one, stranger = uuid4(), dock.one

    await (await dock.indicted()).ordered()

    assert (await dock.person(stranger)).stage == "ACCUSED"
    assert (await dock.person(dock.two)).stage == "DEFENDANT"


async def test_nobody_of_another_case_is_tried_by_being_named_in_this_one(office: World):
    other = await Dock(office).charged()
    apart = institute(case_no="99/QĐ-CSĐT")
    mine = id_of(await office.does(proceedings.institute_case, apart, moment="2025-07-03"))
    dock = Dock(office)
    dock.case, dock.one, dock.two = mine, other.one, other.two

    await (await dock.indicted()).ordered()

    assert await other.stages() == ["ACCUSED", "ACCUSED"]
    assert await dock.followed() == []


async def test_who_was_charged_in_a_case_that_was_joined_into_this_one_is_tried_here(
    office: World,
):
    joined = await Dock(office).charged()
    apart = institute(case_no="99/QĐ-CSĐT")
    into = id_of(await office.does(proceedings.institute_case, apart, moment="2025-07-03"))
    said = proceedings.RegroupCases(
        kind="join", reason="Cùng nhóm người", decision_ref="5/QĐ", cases=(joined.case,)
    )
    await office.does(proceedings.regroup_cases, said, moment="2025-07-20", id=into)
    dock = Dock(office)
    dock.case, dock.one, dock.two = into, joined.one, joined.two

    await (await dock.indicted()).ordered()

    assert await dock.stages() == ["DEFENDANT", "DEFENDANT"]
    assert (await dock.person(dock.one)).case_id == into


async def test_who_is_in_a_part_that_was_split_off_is_tried_there(office: World):
    whole = await Dock(office).charged()
    part = Remainder(case_no="98/QĐ-CSĐT", offences=(TRAFFICKING,), accused=(whole.one,))
    said = proceedings.RegroupCases(
        kind="split", reason="Người chưa thành niên", decision_ref="5/QĐ", parts=(part,)
    )
    receipt = await office.does(proceedings.regroup_cases, said, moment="2025-07-20", id=whole.case)
    dock = Dock(office)
    dock.case, dock.one = UUID(receipt.extra["cases"]["98/QĐ-CSĐT"]), whole.one
    dock.two = uuid4()

    await (await dock.indicted()).ordered()

    assert (await dock.person(whole.one)).stage == "DEFENDANT"
    assert (await dock.person(whole.two)).stage == "ACCUSED"


async def test_a_person_who_changes_meanwhile_makes_the_court_decide_anew(office: World):
    """Somebody else records something of the accused between the reading and the writing."""
    dock = await (await Dock(office).charged()).indicted()
    await dock.tries("accept_case", ACCEPT, "2025-08-19")

    async def handler(said: Any, ctx: Context, id: UUID) -> Any:
        found = ctx.find

        async def find(kind: Any, ref: UUID) -> Any:
            thing = await found(kind, ref)
            if ref == dock.two:
                await office.does(
                    persons.issue_wanted_notice,
                    seek(),
                    INVESTIGATORS,
                    "2025-08-18T13:00",
                    id=dock.two,
                )
            return thing

        ctx.find = find  # type: ignore[method-assign]
        return await trials.order_trial(said, ctx, id)

    with pytest.raises(Outrun):
        await office.does(handler, ORDER, REGIONAL_COURT, "2025-09-08", id=dock.case)

    assert await dock.stages() == ["ACCUSED", "WANTED"]
    assert (await office.find(Case, dock.case)).stage == "TRIAL_PREPARATION"


FACTS = (
    "case_accepted_by_court",
    "trial_ordered",
    "first_instance_judgment_pronounced",
    "appeal_filed",
    "protest_filed",
    "appellate_judgment_pronounced",
    "judgment_took_effect",
    "sentence_execution_ordered",
    "supplementary_investigation_requested",
    "proceedings_discontinued",
    "proceedings_resumed",
)
"""After which persons follow."""


@pytest.mark.parametrize("fact", FACTS)
def test_whoever_may_record_the_fact_may_record_what_becomes_of_the_persons(fact: str):
    followed = ROWS[TOPIC]

    for row in ROWS[f"cases.{fact}.v1"]:
        for code in row["types"]:
            assert any(
                code in each["types"]
                and (each.get("from") or "0") <= (row.get("from") or "0")
                and (each.get("until") or "9") >= (row.get("until") or "9")
                for each in followed
            ), (fact, code)


DOORS = {
    "acceptances": trials.accept_case,
    "trial-orders": trials.order_trial,
    "judgments": trials.pronounce_judgment,
    "appeals": trials.file_appeal,
    "protests": trials.file_protest,
    "appellate-judgments": trials.pronounce_appellate_judgment,
    "effects": trials.confirm_effect,
    "execution-orders": trials.order_execution,
    "returns": proceedings.request_supplementary_investigation,
    "discontinuations": proceedings.discontinue_proceedings,
    "resumptions": proceedings.resume_proceedings,
}
"""Where these facts come in."""


def test_every_door_of_these_facts_takes_the_persons_along():
    assert len(DOORS) == len(FACTS)

    found = {route.path: route.handler for route in SERVICE.routes}

    for door, handler in DOORS.items():
        assert found[f"/v1/cases/{{case_id}}/{door}"] is handler


def test_no_door_records_a_standing_by_itself():
    assert TOPIC in SERVICE.topics

    asked = {route.model.__name__ for route in SERVICE.routes}

    assert "ChangeProceduralStanding" not in asked and "OrderTrial" in asked
