from datetime import date, timedelta
from typing import Any

import pytest

from services.cases.accused.domain import Person
from services.cases.proceedings.events import Regrouping
from services.cases.proceedings.parts import Remainder, Stretch
from shared.errors import Refused
from tests.cases.accused.examples import (
    ENTRY,
    accuse,
    accused,
    approve,
    case,
    change,
    detain,
    detained,
    held,
    hold,
    prolong,
    review,
    seek,
)
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    PROCURACY,
    STATION,
    STRANGER,
    act,
    recorded,
)
from tests.cases.proceedings.examples import TRAFFICKING


def refused(code: str, rule: str) -> Any:
    """The refusal names its code and its article."""
    return pytest.raises(Refused, match=rf"^{code}: ", check=lambda it: rule in it.rule)


def last(it: Any) -> Any:
    return it.pending_events[-1]


def test_detention_is_asked_for_then_approved_and_custody_is_deducted():
    of = case()
    it = detained(of)

    assert (it.stage, it.measure) == ("DETAINED", "detention")
    assert last(it).latest == date(2025, 8, 8) + timedelta(days=4 * 30 - 3)
    assert last(it).length_known == "seen"


@pytest.mark.parametrize(
    ("said", "by", "code", "rule"),
    [
        (detain(to=date(2025, 12, 4)), INVESTIGATORS, "detention-too-long", "173"),
        (detain(to=date(2025, 8, 8)), INVESTIGATORS, "detention-span", "173"),
        (detain(sent_to=None), INVESTIGATORS, "asked-then-approved", "119"),
        (approve(), PROCURACY, "asked-then-approved", "119"),
        (detain(stage="trial"), INVESTIGATORS, "other-stage", "278"),
        (detain(stage="after_judgment", step="approved"), COURT, "other-stage", "329"),
        (detain(), STRANGER, "file-not-with-you", "119"),
    ],
)
def test_detention_that_does_not_fit_is_refused(said, by, code, rule):
    of = case()

    with refused(code, rule):
        accused(of).order_temporary_detention(said, act(by, "2025-08-08"), of)


@pytest.mark.parametrize(
    ("instituted", "law", "known"),
    [("2025-12-31", "BLTTHS-2015", "seen"), ("2026-01-01", "LAW-59-2024", "inferred")],
)
def test_under_18_the_law_of_the_cases_day_shortens_detention(instituted, law, known):
    of = case(moment=f"{instituted}T07:00")
    said = accuse(of, age_at_offence="16_17", under_18=True)
    it = Person.institute_accused(said, act(moment="2026-01-05"), of)
    it.review_accused(review(), act(PROCURACY, "2026-01-06"), of)
    since = date(2026, 1, 7)
    too_long = detain(since=since, to=since + timedelta(days=81))

    with refused("detention-too-long", "173"):
        it.order_temporary_detention(too_long, act(moment="2026-01-07"), of)
    it.order_temporary_detention(
        detain(since=since, to=since + timedelta(days=80)), act(moment="2026-01-07"), of
    )

    assert (last(it).juvenile_law, last(it).length_known) == (law, known)
    assert last(it).under_18 is True


@pytest.mark.parametrize(
    ("instituted", "law"), [("2025-12-31", "BLTTHS-2015"), ("2026-01-01", "LAW-59-2024")]
)
def test_under_18_in_a_part_that_was_split_off_the_law_of_the_first_case_stays(instituted, law):
    whole = case(moment=f"{instituted}T07:00")
    apart = Regrouping(kind="split", reason="Bị can dưới 18", decision_ref="53/QĐ")
    part = Remainder(case_no="60/QĐ", offences=(TRAFFICKING,), juvenile=True)
    [of] = whole.split_case(apart, act(moment="2026-02-02"), (part,))
    said = accuse(of, age_at_offence="16_17", under_18=True)

    it = Person.institute_accused(said, act(moment="2026-02-03"), recorded(of))

    assert last(it).juvenile_law == law


def test_under_18_nobody_is_detained_for_a_less_serious_offence():
    of = case(offences=(TRAFFICKING, ENTRY))
    said = accuse(of, charges=(ENTRY,), age_at_offence="16_17", under_18=True)
    it = Person.institute_accused(said, act(moment="2025-08-06"), of)
    it.review_accused(review(), act(PROCURACY, "2025-08-07"), of)

    with refused("under-18-not-detained", "419"):
        it.order_temporary_detention(detain(), act(moment="2025-08-08"), of)


def test_detention_is_extended_by_class_and_level_and_late_asking_is_marked():
    of = case()
    it = detained(of)

    it.extend_temporary_detention(
        prolong(requested_on=date(2025, 11, 24)), act(PROCURACY, "2025-12-01"), of
    )

    assert it.detention_until == date(2026, 3, 3)
    assert (last(it).asked_late, last(it).approver) == (True, "inferred")
    with refused("no-such-extension", "173"):
        it.extend_temporary_detention(prolong(seq=2), act(PROCURACY, "2026-03-01"), of)


@pytest.mark.parametrize(
    ("said", "by", "code"),
    [
        ({"to": date(2026, 3, 4)}, PROCURACY, "detention-too-long"),
        ({"length": Stretch(n=4, unit="month")}, PROCURACY, "detention-too-long"),
        ({"to": date(2025, 12, 3)}, PROCURACY, "detention-span"),
        ({}, "VKSNDTC-VN", "wrong-approver"),
        ({}, "VKSND_TINH-P34-22", "not-your-supervision"),
    ],
)
def test_an_extension_of_detention_that_does_not_fit_is_refused(said, by, code):
    of = case()

    with refused(code, "173"):
        detained(of).extend_temporary_detention(prolong(**said), act(by, "2025-12-01"), of)


def test_a_measure_replaces_what_binds_and_release_ends_it():
    of = case()
    it = detained(of)

    it.change_preventive_measure(change(), act(moment="2025-09-01"), of)
    assert (it.stage, it.measure) == ("ON_MEASURE", "bail")
    release = change(before="bail", to="release", reason="unnecessary")
    it.change_preventive_measure(release, act(moment="2025-09-02"), of)

    assert (it.stage, it.measure) == ("ACCUSED", "none")


@pytest.mark.parametrize(
    ("said", "by", "code", "rule"),
    [
        ({"before": "custody"}, INVESTIGATORS, "measure-does-not-fit", "125"),
        ({"reason": "approved"}, INVESTIGATORS, "reason-does-not-fit", "125"),
        ({"to": "approval", "reason": "approved"}, PROCURACY, "measure-not-here", "109"),
        (
            {"to": "sentence_started", "reason": "sentence_started"},
            PROCURACY,
            "measure-not-here",
            "364",
        ),
        ({}, STRANGER, "file-not-with-you", "109"),
    ],
)
def test_a_measure_that_does_not_fit_is_refused(said, by, code, rule):
    of = case()

    with refused(code, rule):
        detained(of).change_preventive_measure(change(**said), act(by, "2025-09-01"), of)


def test_who_is_not_accused_is_only_released():
    bail = change(before="held", to="bail", reason="replaced")
    free = change(before="held", to="release", reason="no_grounds")
    it = held()

    with refused("measure-not-here", "109"):
        it.change_preventive_measure(bail, act(moment="2025-08-04T12:00"), None)
    it.change_preventive_measure(free, act(moment="2025-08-04T12:00"), None)

    assert it.stage == "RELEASED"


def test_who_fled_is_wanted_and_found_where_they_were():
    of = case()
    it = detained(of)

    it.issue_wanted_notice(seek(), act(moment="2025-09-01"), of)
    assert (it.stage, it.measure) == ("WANTED", "none")
    it.apprehend_again(hold(kind="wanted"), act(STATION, "2025-09-20"))

    assert (it.stage, it.measure, it.holder) == ("ACCUSED", "held", STATION)
    with refused("notice-does-not-fit", "231"):
        it.issue_wanted_notice(seek(kind="lift"), act(moment="2025-09-21"), of)
