"""Answers recorded together with their requests, and people at the border, upon a log."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.accused.commands import apprehend_suspect
from services.cases.crossborder.commands import (
    begin_suspect_handover,
    begin_victim_handover,
    exchange_information,
    hand_over_suspect,
    request_information,
)
from services.cases.crossborder.domain import BorderRequest
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from services.cases.proceedings.commands import institute_case
from shared.errors import NotAllowed, NotFound, Refused
from tests.cases.accused.examples import hold
from tests.cases.crossborder.examples import exchange, request, suspect, victim
from tests.cases.examples import COURT, HEALTH, POLICE, STATION
from tests.cases.proceedings.examples import institute
from tests.cases.world import World, id_of


async def test_an_answer_is_recorded_with_its_request_and_a_closed_one_refuses(office: World):
    one = id_of(await office.does(request_information, request(), POLICE))

    got = id_of(
        await office.does(exchange_information, exchange(request_id=one, final=True), POLICE)
    )
    with pytest.raises(Refused, match="request-closed"):
        await office.does(exchange_information, exchange(request_id=one, final=True), POLICE)

    it = await office.find(BorderRequest, one)
    assert it.stage == "closed" and it.answers == (f"exchange:{got}",)
    assert await office.topics() == [
        "cross_border_information_requested",
        "cross_border_information_exchanged",
        "cross_border_request_answered",
    ]
    assert office.keys.made == {got: POLICE}


async def test_what_answers_no_request_stands_for_itself(office: World):
    await office.does(exchange_information, exchange(direction="out"), STATION)

    assert await office.topics() == ["cross_border_information_exchanged"]


async def test_an_answer_is_to_a_request_that_there_is(office: World):
    with pytest.raises(NotFound):
        said = exchange(request_id=UUID(int=404), final=False)
        await office.does(exchange_information, said, POLICE)


NOBODY = UUID(int=404)


@pytest.mark.parametrize(
    ("command", "said", "by", "pointer"),
    [
        (request_information, request(case_id=NOBODY), POLICE, "/case_id"),
        (
            request_information,
            request(kind="wanted", channel="interpol", subject_id=NOBODY),
            POLICE,
            "/subject_id",
        ),
        (
            begin_suspect_handover,
            suspect(person_ref=NOBODY, direction="out"),
            POLICE,
            "/person_ref",
        ),
        (
            begin_suspect_handover,
            suspect(person_ref=NOBODY, case_id=NOBODY),
            POLICE,
            "/person_ref",
        ),
        (begin_suspect_handover, suspect("received", person_ref=NOBODY), STATION, "/person_ref"),
    ],
)
async def test_what_is_named_across_the_border_has_a_record_here(
    office: World, command: Any, said: Any, by: str, pointer: str
):
    with pytest.raises(NotFound, match=str(NOBODY)) as no:
        await office.does(command, said, by)

    assert no.value.pointer == pointer
    assert no.value.rule and no.value.remedy_vi and no.value.remedy_en
    assert await office.topics() == []


async def test_a_person_and_a_case_that_there_are_are_handed_over_and_asked_about(office: World):
    case = id_of(await office.does(institute_case, institute()))
    one = id_of(await office.does(apprehend_suspect, hold()))

    asks = request(kind="wanted", channel="interpol", case_id=case, subject_id=one)
    await office.does(request_information, asks, POLICE)
    with pytest.raises(NotFound, match=str(NOBODY)):
        said = suspect(person_ref=one, case_id=NOBODY)
        await office.does(begin_suspect_handover, said, POLICE)
    said = suspect(person_ref=one, case_id=case, to=STATION)
    offer = id_of(await office.does(begin_suspect_handover, said, POLICE))

    told = (await office.find(SuspectHandover, offer)).subjects
    assert told == (f"suspect_handover:{offer}", f"person:{one}", f"case:{case}")


async def test_who_is_offered_from_abroad_is_held_and_received_under_that_pseudonym(office: World):
    offer = suspect(person_ref=NOBODY, to=STATION)
    id = id_of(await office.does(begin_suspect_handover, offer, POLICE))

    with pytest.raises(NotFound, match=str(NOBODY)) as no:
        received = suspect("received", person_ref=NOBODY)
        await office.does(hand_over_suspect, received, STATION, "2025-08-05", id=id)
    one = id_of(await office.does(apprehend_suspect, hold()))
    received = suspect("received", person_ref=one)
    await office.does(hand_over_suspect, received, STATION, "2025-08-05", id=id)

    it = await office.find(SuspectHandover, id)
    assert no.value.pointer == "/person_ref"
    assert (it.holder, it.subjects) == (STATION, (f"suspect_handover:{id}", f"person:{one}"))


@pytest.mark.parametrize("step", ["received", "refused"])
async def test_nobody_is_answered_for_instead_of_who_was_offered(office: World, step: str):
    one = id_of(await office.does(apprehend_suspect, hold()))
    other = id_of(await office.does(apprehend_suspect, hold()))
    offer = suspect(person_ref=one if step == "received" else NOBODY, to=STATION)
    id = id_of(await office.does(begin_suspect_handover, offer, POLICE))

    with pytest.raises(Refused, match="not-what-was-offered") as no:
        answer = suspect(step, person_ref=other)
        await office.does(hand_over_suspect, answer, STATION, "2025-08-05", id=id)

    assert no.value.pointer == "/person_ref"


async def test_nobody_keeps_a_record_of_victims_yet(office: World):
    asks = request(kind="victim_verification", subject_id=NOBODY)

    await office.does(request_information, asks, POLICE)
    await office.does(begin_victim_handover, victim(subject_id=NOBODY), STATION)

    assert len(await office.topics()) == 2


async def test_a_victim_comes_back_and_is_received(office: World):
    said = victim(to=HEALTH)
    one = id_of(await office.does(begin_victim_handover, said, STATION))
    receive: Any = VictimHandover.hand_over_victim

    await office.decides(VictimHandover, receive, victim("received"), one, HEALTH, "2025-08-05")

    assert (await office.find(VictimHandover, one)).holder == HEALTH
    assert await office.topics() == ["victim_handed_over"] * 2


@pytest.mark.parametrize("by", [COURT, HEALTH])
async def test_who_has_no_part_at_the_border_hands_nobody_over(office: World, by: str):
    one = id_of(await office.does(apprehend_suspect, hold()))

    with pytest.raises(NotAllowed, match="not-competent"):
        await office.does(begin_suspect_handover, suspect(person_ref=one), by)


@pytest.mark.parametrize(
    ("by", "moment", "may"),
    [
        ("SO_LDTBXH-P63-40", "2025-02-28", True),
        ("SO_YTE-P63-40", "2025-02-28", False),
        ("SO_YTE-P63-40", "2025-03-01", True),
    ],
)
async def test_the_department_of_the_day_receives_victims(
    office: World, by: str, moment: str, may: bool
):
    said = victim("received", next=by)
    if may:
        await office.does(begin_victim_handover, said, by, moment)
        return
    with pytest.raises(NotAllowed, match="not-competent"):
        await office.does(begin_victim_handover, said, by, moment)
