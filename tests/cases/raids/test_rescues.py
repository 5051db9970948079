"""Each victim whom a raid found is handed on by a fact of their own, recorded with its results."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.raids.commands import conclude_raid, launch_raid
from services.cases.raids.domain import Raid
from services.cases.raids.rescues import Found, Rescue, rescue_id
from shared.errors import NotFound, Refused
from shared.sealed import Sealed
from tests.cases.examples import COURT, POLICE, STATION, act, at, folded, news
from tests.cases.raids.examples import (
    CENTRE,
    EMPTY,
    PLACE,
    conclusion,
    found,
    launched,
    raid,
)
from tests.cases.world import World, id_of

NIGHT = "2025-08-04T23:30"
ONE, TWO = UUID(int=0x71), UUID(int=0x72)
CANARY = "gãy tay trái, cần phiên dịch"


def rescues(*people: Found, **other: Any) -> list[Any]:
    """The facts of those whom a raid found."""
    it = launched(participants=(STATION,))
    return [each.rescued for each in it.conclude_raid(found(**other), act(POLICE, NIGHT), people)]


def test_each_victim_gets_a_pseudonym_and_is_taken_to_who_receives_them():
    three = rescues()

    assert len({each.subject_id for each in three}) == 3
    for each in three:
        assert (each.place, each.handover_to, each.rescued_by) == (PLACE, CENTRE, (POLICE, STATION))
        assert (each.agency, each.timestamp) == (POLICE, at(NIGHT))


def test_the_results_name_everybody_who_was_rescued():
    it = launched()

    begun = it.conclude_raid(found(victims=(ONE, TWO)), act(POLICE, NIGHT))

    named = [each.rescued.subject_id for each in begun]
    assert it.concluded is not None
    assert it.concluded.persons == tuple(named) and named[:2] == [ONE, TWO]
    assert all(each.rescued.raid_id == it.id for each in begun)


def test_a_raid_that_found_nobody_rescued_nobody():
    it = launched()

    assert it.conclude_raid(EMPTY, act(POLICE, NIGHT)) == []
    assert it.concluded is not None and it.concluded.persons == ()


@pytest.mark.parametrize(
    ("children", "said"), [(0, {False}), (3, {True}), (1, {None}), (2, {None})]
)
def test_who_is_a_child_is_said_only_where_the_count_leaves_no_doubt(children: int, said: set[Any]):
    assert {each.child for each in rescues(children_found=children)} == said


def test_what_is_known_of_each_is_told_apart():
    known = (
        Found(subject_id=ONE, child=True, condition=Sealed.of(CANARY)),
        Found(child=False),
        Found(),
    )

    first, second, third = rescues(*known)

    assert (first.subject_id, first.child) == (ONE, True)
    assert first.condition is not None and first.condition.reveal() == CANARY
    assert (second.child, third.child, third.condition) == (False, None, None)


@pytest.mark.parametrize(
    ("people", "said", "code", "pointer"),
    [
        ((Found(),) * 2, {}, "not-everybody", "/found"),
        ((Found(),) * 4, {}, "not-everybody", "/found"),
        ((Found(subject_id=ONE), Found(subject_id=ONE), Found()), {}, "victims-beyond-count", ""),
        ((Found(subject_id=ONE), Found(), Found()), {"victims": (ONE,)}, "named-twice", "/victims"),
        ((Found(child=True), Found(child=True), Found()), {}, "other-children", "/found"),
        ((Found(child=False),) * 3, {}, "other-children", "/found"),
        ((Found(),), {"victims_found": 0, "children_found": 0}, "not-everybody", "/found"),
    ],
)
def test_people_who_do_not_fit_the_count_are_refused(
    people: tuple[Found, ...], said: dict[str, Any], code: str, pointer: str
):
    it = launched()

    with pytest.raises(Refused) as caught:
        it.conclude_raid(found(**said), act(POLICE, NIGHT), people)

    assert (caught.value.code, caught.value.pointer) == (code, pointer or "/found")
    assert caught.value.rule == "PCMBN 2024 Điều 28" and caught.value.remedy_vi
    assert not news(it)


def test_a_rescue_is_found_by_the_victim_and_not_by_the_raid():
    [first, *_] = launched().conclude_raid(
        found(victims_found=1, victims=(ONE,)), act(POLICE, NIGHT)
    )

    assert first.subjects == (f"rescue:{first.id}", f"subject:{ONE}")
    assert first.id == rescue_id(first.rescued.raid_id, ONE)


@pytest.mark.parametrize("condition", [Sealed.of(CANARY), Sealed.erased(ONE), None])
def test_a_rescue_folds_to_what_lived_and_never_shows_how_the_person_is(condition: Any):
    known = Found(subject_id=ONE, condition=condition)
    [it] = launched().conclude_raid(
        found(victims_found=1, children_found=0), act(POLICE, NIGHT), [known]
    )
    live = it.state()

    read = folded(it.collect_events())

    assert read.state() == live and read.subjects == it.subjects
    assert live["condition"] == (condition and condition.shown)
    assert CANARY not in str(live)


async def concluded(office: World, *people: Found, **other: Any) -> tuple[UUID, Any]:
    one = id_of(await office.does(launch_raid, raid(), POLICE, "2025-08-04"))
    said = conclusion(*people, **other)
    return one, await office.does(conclude_raid, said, POLICE, "2025-08-05", id=one)


async def test_results_and_rescues_are_one_record_that_says_what_caused_it(office: World):
    one, receipt = await concluded(office)

    *_, results, first, second, third = await office.log.read(0, 100)
    assert [each.topic for each in (results, third)] == [
        "cases.raid_concluded.v1",
        "cases.victim_rescued.v1",
    ]
    assert len({each.metadata.causation_id for each in (results, first, second, third)}) == 1
    assert {each.metadata.actor.agency for each in (first, second, third)} == {POLICE}
    assert receipt.stream == f"raid:{one}" and len(receipt.event_ids) == 4
    assert receipt.extra["persons"] == [
        each.fields["subject_id"] for each in (first, second, third)
    ]


async def test_how_a_victim_is_is_sealed_with_the_victims_own_key(office: World):
    people = (Found(subject_id=ONE, condition=Sealed.of(CANARY)), Found(), Found())

    one, _ = await concluded(office, *people)

    it = await office.find(Rescue, rescue_id(one, ONE))
    assert it.rescued.condition.subject == ONE
    assert {*office.keys.made} == {one, ONE}
    assert CANARY.encode() not in b"".join(each.state for each in await office.log.read(0, 100))


async def test_the_same_conclusion_again_rescues_nobody_twice(office: World):
    one, first = await concluded(office, victims=(ONE,))

    again = await office.does(
        conclude_raid, conclusion(victims=(ONE,)), POLICE, "2025-08-05", id=one
    )

    assert again.event_ids == () and again.extra == first.extra
    assert len(await office.topics()) == 5


async def test_what_is_told_of_somebody_later_is_not_lost_but_refused(office: World):
    one, _ = await concluded(office)
    later = conclusion(Found(condition=Sealed.of(CANARY)), Found(), Found())

    with pytest.raises(Refused, match="wrong-stage"):
        await office.does(conclude_raid, later, POLICE, "2025-08-05", id=one)


@pytest.mark.parametrize("by", [COURT, STATION])
async def test_who_did_not_raid_rescues_nobody(office: World, by: str):
    one = id_of(await office.does(launch_raid, raid(), POLICE, "2025-08-04"))

    with pytest.raises(NotFound) as refusal:  # Nor does a refusal tell them that there is one.
        await office.does(conclude_raid, conclusion(), by, "2025-08-05", id=one)
    with pytest.raises(NotFound) as nothing:
        await office.does(conclude_raid, conclusion(), by, "2025-08-05", id=UUID(int=0xDEAD))
    assert str(refusal.value) == str(nothing.value).replace(str(UUID(int=0xDEAD)), str(one))

    assert (await office.find(Raid, one)).stage == "launched"
    assert await office.topics() == ["raid_launched"]
