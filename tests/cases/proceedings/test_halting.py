"""Suspending, resuming and discontinuing."""

from typing import Any

import pytest

from services.cases.proceedings.domain import Case
from services.cases.proceedings.grounds import DISCONTINUATION_ARTICLES, SUSPENSION_ARTICLES
from services.cases.proceedings.stopping import DiscontinueProceedings, SuspendProceedings
from shared.errors import NotAllowed, Refused
from tests.cases.examples import (
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    STRANGER,
    act,
    news,
)
from tests.cases.proceedings.examples import (
    OTHER,
    PERSON,
    before_court,
    conclude,
    concluded,
    discontinue,
    in_prosecution,
    institute,
    instituted,
    resume,
    settled,
    suspend,
)

PARTS = {
    "investigation": (instituted, INVESTIGATORS, "INV_SUSPENDED"),
    "prosecution": (in_prosecution, PROCURACY, "PROS_SUSPENDED"),
    "trial": (before_court, REGIONAL_COURT, "TRIAL_SUSPENDED"),
}
DAY = "2025-12-01"


def grounds(command: Any) -> tuple[str, ...]:
    return command.model_fields["ground"].annotation.__args__


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("ground", grounds(SuspendProceedings))
def test_each_stage_has_its_own_grounds_for_suspension(part: str, ground: str):
    begin, holder, stage = PARTS[part]
    case = begin()
    said = suspend(ground=ground, wanted_notice_ref="30/QĐTN")

    if ground not in SUSPENSION_ARTICLES[part]:
        with pytest.raises(Refused) as refused:
            case.suspend_proceedings(said, act(holder, DAY))
        assert refused.value.code == "ground-not-here"
        assert refused.value.extra["grounds"] == [*SUSPENSION_ARTICLES[part]]
        return
    case.suspend_proceedings(said, act(holder, DAY))
    assert case.stage == stage
    assert case.pending_events[0].article == SUSPENSION_ARTICLES[part][ground]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("ground", grounds(DiscontinueProceedings))
def test_each_stage_has_its_own_grounds_for_discontinuing(part: str, ground: str):
    begin, holder, _ = PARTS[part]
    case = begin()

    if ground not in DISCONTINUATION_ARTICLES[part]:
        with pytest.raises(Refused, match="ground-not-here"):
            case.discontinue_proceedings(discontinue(ground=ground), act(holder, DAY))
        return
    case.discontinue_proceedings(discontinue(ground=ground), act(holder, DAY))
    assert (case.stage, case.is_open) == ("DISCONTINUED", False)


def test_disaster_and_epidemic_are_a_ground_since_december_2021():
    said, place = suspend(ground="force_majeure"), {"place": "P63-22-194"}
    early = Case.institute_case(institute(**place), act("CQCSDT_TINH-P63-22", "2021-06-01"))
    later = Case.institute_case(institute(**place), act("CQCSDT_TINH-P63-22", "2021-06-01"))

    with pytest.raises(Refused, match="code-not-in-force"):
        early.suspend_proceedings(said, act("CQCSDT_TINH-P63-22", "2021-11-30"))
    later.suspend_proceedings(said, act("CQCSDT_TINH-P63-22", "2021-12-01"))

    assert later.stage == "INV_SUSPENDED"


def test_who_cannot_be_found_is_wanted_first():
    with pytest.raises(Refused) as refused:
        instituted().suspend_proceedings(suspend(ground="whereabouts_unknown"), act(moment=DAY))

    assert (refused.value.code, refused.value.pointer) == ("field-needed", "/wanted_notice_ref")


@pytest.mark.parametrize("part", PARTS)
def test_a_suspended_case_goes_on_where_it_stopped(part: str):
    begin, holder, _ = PARTS[part]
    case = begin()
    before = case.stage
    case.suspend_proceedings(suspend(), act(holder, DAY))

    case.resume_proceedings(resume(), act(holder, "2025-12-20"))

    assert case.stage == before
    assert (
        case.course.rule
        == {
            "investigation": "INV-RESUMED",
            "prosecution": "PROS",
            "trial": "TRIAL-PREP",
        }[part]
    )
    assert [fact.stage for fact in case.pending_events] == [part, part]


def test_one_accused_is_suspended_and_the_case_goes_on():
    case = in_prosecution()

    case.suspend_proceedings(suspend(accused_ref=OTHER), act(PROCURACY, DAY))

    assert (case.stage, case.stopped) == ("PROSECUTION", {OTHER: "suspended"})
    case.resume_proceedings(resume(accused_ref=OTHER), act(PROCURACY, "2025-12-02"))
    assert case.stopped == {}


def test_who_was_not_stopped_does_not_go_on():
    with pytest.raises(Refused, match="not-accused-here"):
        in_prosecution().resume_proceedings(resume(accused_ref=PERSON), act(PROCURACY, DAY))


def test_a_case_that_did_not_stop_does_not_go_on():
    with pytest.raises(Refused, match="wrong-stage"):
        instituted().resume_proceedings(resume(), act(moment=DAY))


def test_the_procuracy_revives_a_discontinued_investigation_by_cancelling_the_decision():
    case = instituted()
    case.discontinue_proceedings(discontinue(), act(moment=DAY))
    settled(case)

    for who, reason in (
        (INVESTIGATORS, "ground_gone"),
        (INVESTIGATORS, "decision_cancelled"),
        (PROCURACY, "ground_gone"),
    ):
        with pytest.raises(Refused, match="wrong-kind"):
            case.resume_proceedings(resume(reason=reason), act(who, "2025-12-10"))
    with pytest.raises(NotAllowed, match="not-your-supervision"):
        case.resume_proceedings(
            resume(reason="decision_cancelled"), act("VKSND_TINH-P34-22", "2025-12-10")
        )
    assert news(case) == []

    case.resume_proceedings(resume(reason="decision_cancelled"), act(PROCURACY, "2025-12-10"))
    assert (case.stage, case.holder, case.is_open) == ("INVESTIGATION", INVESTIGATORS, True)


def test_a_concluded_case_is_discontinued_only_when_the_conclusion_says_so():
    prosecuted = concluded()
    discontinued = instituted()
    discontinued.conclude_investigation(
        conclude(recommendation="discontinue", accused=()), act(moment="2025-11-03")
    )

    with pytest.raises(Refused, match="wrong-stage"):
        prosecuted.discontinue_proceedings(discontinue(), act(moment=DAY))
    discontinued.discontinue_proceedings(discontinue(), act(moment=DAY))

    assert discontinued.stage == "DISCONTINUED"


def test_nobody_else_stops_a_case():
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        instituted().suspend_proceedings(suspend(), act(STRANGER, DAY))


def test_who_is_discontinued_is_not_discontinued_twice():
    case = in_prosecution()
    case.discontinue_proceedings(discontinue(accused_ref=OTHER), act(PROCURACY, DAY))

    with pytest.raises(Refused, match="not-accused-here"):
        case.discontinue_proceedings(
            discontinue(accused_ref=OTHER, decision_ref="3/QĐ"), act(PROCURACY, DAY)
        )
