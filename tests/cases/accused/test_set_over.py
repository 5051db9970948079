"""Who is set over whom: a procuracy over investigators, over a court the court above it alone."""

from typing import Any

import pytest

from services.cases.accused.domain import Person
from services.cases.proceedings.bodies import supervises
from services.cases.proceedings.domain import Case
from shared.errors import NotAllowed
from tests.cases.accused.examples import accused, case, change, detained, held, seek
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
)
from tests.cases.proceedings.examples import before_court, in_prosecution, resume, suspend
from tests.cases.situations.trials import in_force, tried
from tests.cases.trials.examples import (
    APPELLATE_COURT,
    FOREIGN_COURT,
    SUPREME_COURT,
)

LATER = "2025-12-20"
COURTS = (REGIONAL_COURT, COURT, APPELLATE_COURT, SUPREME_COURT)


@pytest.mark.parametrize(
    ("holder", "over"),
    [
        (INVESTIGATORS, {PROCURACY, REGIONAL_PROCURACY, "VKSNDTC-VN"}),
        (REGIONAL_PROCURACY, {PROCURACY, REGIONAL_PROCURACY, "VKSNDTC-VN"}),
        (REGIONAL_COURT, {COURT, SUPREME_COURT}),
        (COURT, {APPELLATE_COURT, SUPREME_COURT}),
    ],
)
def test_over_a_court_stands_a_court_and_over_others_a_procuracy(holder: str, over: set[str]):
    bodies = {*COURTS, FOREIGN_COURT, PROCURACY, REGIONAL_PROCURACY, "VKSNDTC-VN", STRANGER}

    found = {each for each in bodies if supervises(act(each, LATER), holder)}

    assert found == over


@pytest.mark.parametrize("by", COURTS)
def test_a_court_without_the_case_releases_nobody_who_is_detained_in_the_investigation(by: str):
    of = case()
    it = detained(of)

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        it.change_preventive_measure(change(to="release"), act(by, "2025-08-20"), of)
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        held().change_preventive_measure(
            change(before="held", to="release", reason="no_grounds"), act(by, "2025-08-05"), None
        )

    assert it.measure == "detention"


def test_a_procuracy_releases_in_the_investigation_and_not_from_the_court():
    of = case()
    free = change(to="release", reason="unnecessary")

    it = detained(of)
    it.change_preventive_measure(free, act(PROCURACY, "2025-08-20"), of)
    assert it.measure == "none"
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        _of(before_court()).change_preventive_measure(
            free, act(PROCURACY, "2025-12-01"), before_court()
        )


@pytest.mark.parametrize("by", COURTS)
def test_a_court_resumes_no_investigation_that_was_suspended(by: str):
    of = case()
    of.suspend_proceedings(suspend(), act(moment="2025-08-10"))

    with pytest.raises(NotAllowed, match="not-your-supervision"):
        of.resume_proceedings(resume(decision_ref="76/QĐ"), act(by, "2025-08-20"))
    of.resume_proceedings(resume(reason="decision_cancelled"), act(PROCURACY, "2025-08-20"))

    assert of.stage == "INVESTIGATION"


def test_what_a_court_has_suspended_the_court_above_it_sets_going_again_and_no_procuracy():
    of = before_court()
    of.suspend_proceedings(suspend(), act(REGIONAL_COURT, "2025-12-01"))
    again = resume(reason="decision_cancelled")

    for by in (PROCURACY, FOREIGN_COURT, APPELLATE_COURT):
        with pytest.raises(NotAllowed, match="not-your-supervision"):
            of.resume_proceedings(again, act(by, "2025-12-10"))
    of.resume_proceedings(again, act(COURT, "2025-12-10"))

    assert of.stage == "TRIAL_PREPARATION"


@pytest.mark.parametrize("by", COURTS)
@pytest.mark.parametrize("at", [case, in_prosecution, before_court])
def test_no_court_has_anybody_sought_whom_none_has_judged(at: Any, by: str):
    of = at()

    with pytest.raises(NotAllowed, match="sought-by-investigators") as refusal:
        _of(of).issue_wanted_notice(seek(), act(by, LATER), of)

    assert "Cơ quan điều tra" in refusal.value.remedy_vi


@pytest.mark.parametrize("at", [case, in_prosecution, before_court, lambda: tried("upheld")])
def test_the_investigators_of_the_place_have_somebody_sought_whoever_has_the_case(at: Any):
    of = at()
    it = _of(of)

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        it.issue_wanted_notice(seek(), act(STRANGER, LATER), of)
    it.issue_wanted_notice(seek(), act(INVESTIGATORS, LATER), of)

    assert it.stage == "WANTED"


@pytest.mark.parametrize(
    ("of", "by", "allowed"),
    [
        (in_force, REGIONAL_COURT, True),
        (lambda: tried("appeal_accepted"), COURT, True),
        (lambda: tried("appeal_accepted"), REGIONAL_COURT, True),
        (in_force, FOREIGN_COURT, False),
        (in_force, COURT, False),
    ],
)
def test_after_its_judgment_a_court_has_a_convict_sought_itself(of: Any, by: str, allowed: bool):
    found = of()
    it = _of(found)

    if allowed:
        it.issue_wanted_notice(seek(), act(by, LATER), found)
    else:
        with pytest.raises(NotAllowed, match="file-not-with-you"):
            it.issue_wanted_notice(seek(), act(by, LATER), found)

    assert (it.stage == "WANTED") is allowed


def test_while_another_body_investigates_the_police_of_the_place_do_not_take_over():
    """Only the file of procuracy or court leaves the search to the investigators."""
    of = case("CA_TINH-P34-40")

    with pytest.raises(NotAllowed, match="file-not-with-you"):
        _of(of).issue_wanted_notice(seek(), act(INVESTIGATORS, LATER), of)


def _of(of: Case) -> Person:
    """Somebody who was charged in it while it was investigated."""
    it = accused(case())
    it.case_id = of.id
    return it
