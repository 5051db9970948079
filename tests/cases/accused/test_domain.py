from datetime import timedelta
from typing import Any

import pytest

from services.cases.accused.domain import Person
from services.cases.lists import Offence
from shared.errors import NotAllowed, Refused
from tests.cases.accused.examples import (
    ENTRY,
    PERSON,
    SECRET,
    accuse,
    accused,
    approve,
    case,
    change,
    custody,
    detained,
    fact,
    follow,
    granted,
    held,
    hold,
    in_custody,
    more_custody,
    pending,
    recharge,
    review,
)
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE_POLICE,
    COURT,
    INVESTIGATORS,
    POLICE,
    PROCURACY,
    REGIONAL_COURT,
    STATION,
    STRANGER,
    act,
    at,
)
from tests.cases.proceedings.examples import BROKERAGE, CHILD, ORGANS, TRAFFICKING


def refused(code: str, rule: str) -> Any:
    """The refusal names its code and its article."""
    return pytest.raises(Refused, match=rf"^{code}: ", check=lambda it: rule in it.rule)


def last(it: Any) -> Any:
    return it.pending_events[-1]


@pytest.mark.parametrize("kind", ["emergency", "flagrante", "wanted", "surrender"])
def test_a_record_begins_with_a_hold_under_a_pseudonym(kind: Any):
    it = held(kind=kind, warrant_ref="2/LG")

    assert (it.stage, it.measure, it.id) == ("HELD", "held", PERSON)
    assert it.subjects == (f"person:{PERSON}",)


@pytest.mark.parametrize(
    ("by", "said", "code", "rule"),
    [
        (INVESTIGATORS, {"kind": "emergency"}, "order-needed", "110(3)"),
        (INVESTIGATORS, {"kind": "detention_warrant"}, "order-needed", "113"),
        (
            INVESTIGATORS,
            {"kind": "emergency_arrest_order", "warrant_ref": "1"},
            "kind-not-from-here",
            "110",
        ),
        (COMMUNE_POLICE, {"kind": "emergency", "warrant_ref": "1"}, "kind-beyond-body", "111"),
    ],
)
def test_a_hold_without_its_order_or_beyond_the_body_is_refused(by, said, code, rule):
    with refused(code, rule):
        Person.apprehend_suspect(hold(**said), act(by))


def test_an_arrest_order_follows_an_emergency_hold_and_the_procuracy_approves_it():
    it = held(kind="emergency", warrant_ref="1/LG")
    order = hold(kind="emergency_arrest_order", warrant_ref="2/LB", identity=None)

    it.apprehend_again(order, act(moment="2025-08-04T15:00"))
    approval = change(before="held", to="approval", reason="approved")
    it.change_preventive_measure(approval, act(PROCURACY, "2025-08-04T20:00"), None)

    assert (it.stage, it.measure) == ("HELD", "held")
    assert it.state()["identity"] == "sealed"
    with refused("kind-not-from-here", "110"):
        held().apprehend_again(order, act(moment="2025-08-04T15:00"))


def test_what_is_sealed_is_never_shown():
    assert SECRET not in repr(held().state()) and SECRET not in repr(hold())
    assert held().state()["identity"] == "sealed"


def test_a_foreigner_is_marked():
    it = Person.apprehend_suspect(hold(nationality="LA"), act())

    assert last(it).foreign is True


def test_custody_lasts_three_days_from_when_the_person_was_taken_in():
    it = in_custody()

    assert (it.stage, it.measure, it.holder) == ("CUSTODY", "custody", INVESTIGATORS)
    assert last(it).latest == at("2025-08-08")


@pytest.mark.parametrize(
    ("said", "code", "rule"),
    [
        ({"to": at("2025-08-08T00:01")}, "custody-too-long", "118"),
        ({"since": at("2025-08-04T07:00")}, "custody-span", "117"),
        ({"to": at("2025-08-04T09:00")}, "custody-span", "118"),
        ({"reason": "wanted"}, "reason-does-not-fit", "117(1)"),
    ],
)
def test_custody_that_does_not_fit_is_refused(said, code, rule):
    with refused(code, rule):
        held().order_temporary_custody(custody(**said), act(moment="2025-08-04T11:00"))


def test_custody_is_ordered_by_who_holds_the_person_or_whose_area_contains_theirs():
    it = held(COMMUNE_POLICE)

    with refused("file-not-with-you", "117"):
        it.order_temporary_custody(custody(), act(STRANGER, "2025-08-04T11:00"))
    it.order_temporary_custody(custody(), act(moment="2025-08-04T11:00"))

    assert it.holder == INVESTIGATORS


@pytest.mark.parametrize(
    ("holder", "day", "taker"),
    [
        (POLICE, "2025-06-16", "BCH_BDBP_TINH-P34-40"),
        (COMMUNE_POLICE, "2025-08-04", BORDER_GUARD),
        (STATION, "2025-08-04", INVESTIGATORS),
        (STATION, "2025-08-04", PROCURACY),
    ],
)
def test_another_line_takes_nobody_over_before_it_has_their_case(holder: str, day: str, taker: str):
    it = held(holder, f"{day}T08:00")
    said = custody(since=at(f"{day}T10:00"), to=at(f"{day}T10:00") + timedelta(days=2))

    with refused("file-not-with-you", "117") as no:
        it.order_temporary_custody(said, act(taker, f"{day}T11:00"))

    assert "khởi tố bị can trong vụ án đang giữ" in no.value.remedy_vi, "nobody hands people over"
    assert holder in no.value.remedy_vi and it.STAGES["HELD"][0] in no.value.vi
    assert (it.holder, it.stage, it.measure) == (holder, "HELD", "held")


@pytest.mark.parametrize("holder", [STATION, "BP_CUAKHAU-P34-40-16681"])
def test_the_border_guard_command_takes_over_whom_its_own_line_holds(holder: str):
    it = held(holder)

    it.order_temporary_custody(custody(), act(BORDER_GUARD, "2025-08-04T11:00"))

    assert it.holder == BORDER_GUARD


def test_custody_is_extended_twice_and_a_third_time_is_refused_with_the_article():
    it = in_custody()
    for seq, to in ((1, "2025-08-10T10:00"), (2, "2025-08-13T10:00")):
        asked = more_custody(seq=seq, to=at(to))
        it.extend_temporary_custody(asked, act(moment=f"2025-08-0{4 + seq}T09:00"))
        answer = granted(seq=seq, to=at(to))
        it.extend_temporary_custody(answer, act(PROCURACY, f"2025-08-0{4 + seq}T15:00"))

    assert it.custody_until == at("2025-08-13T10:00")
    with refused("no-such-extension", "118(2)"):
        it.extend_temporary_custody(more_custody(seq=3), act(moment="2025-08-07"))


@pytest.mark.parametrize(
    ("say", "by", "code"),
    [
        (more_custody(seq=2), INVESTIGATORS, "not-the-next-extension"),
        (granted(), PROCURACY, "not-the-next-extension"),
        (more_custody(sent_to=None), INVESTIGATORS, "extension-fields"),
        (more_custody(sent_to=COURT), INVESTIGATORS, "not-a-procuracy"),
        (more_custody(), STRANGER, "file-not-with-you"),
        (more_custody(to=at("2025-08-11T00:01")), INVESTIGATORS, "custody-too-long"),
    ],
)
def test_an_extension_of_custody_out_of_order_is_refused(say, by, code):
    with refused(code, "118"):
        in_custody().extend_temporary_custody(say, act(by, "2025-08-05"))


def test_only_the_procuracy_that_was_asked_decides():
    it = in_custody()
    it.extend_temporary_custody(more_custody(), act(moment="2025-08-05"))

    with refused("not-asked", "118"):
        it.extend_temporary_custody(granted(), act("VKSNDTC-VN", "2025-08-05T08:00"))
    it.extend_temporary_custody(granted(granted=False, to=None), act(PROCURACY, "2025-08-05T09:00"))
    assert (it.custody_given, it.custody_until) == (0, at("2025-08-07T10:00"))


def test_a_person_is_prosecuted_in_an_open_case_and_counts_when_approved():
    of = case()
    it = pending(of)

    assert it.stage == "ACCUSED_PENDING" and it.awaits_review == "institution"
    assert it.subjects == (f"person:{PERSON}", f"case:{of.id}")
    assert (last(it).by, last(it).severity_class, last(it).received_by) == ("CQDT", "RNT", None)
    it.review_accused(review(outcome="more_evidence"), act(PROCURACY, "2025-08-07"), of)
    assert it.stage == "ACCUSED_PENDING"
    it.review_accused(review(), act(PROCURACY, "2025-08-08"), of)
    assert (it.stage, last(it).class_after) == ("ACCUSED", None)


def test_a_cancelled_prosecution_releases():
    of = case()
    it = pending(of)

    it.review_accused(review(outcome="cancelled"), act(PROCURACY, "2025-08-07"), of)

    assert (it.stage, it.measure) == ("RELEASED", "none")


@pytest.mark.parametrize(
    ("said", "code", "rule"),
    [
        (
            {"age_at_offence": "under_14", "under_18": True},
            "below-age-of-liability",
            "BLHS Điều 12",
        ),
        (
            {"charges": (BROKERAGE,), "age_at_offence": "14_15", "under_18": True},
            "below-age-of-liability",
            "BLHS Điều 12",
        ),
        ({"legal_person": True, "age_at_offence": None}, "legal-person-not-liable", "Điều 76"),
        ({"age_at_offence": None}, "ages-do-not-fit", "BLHS Điều 12"),
        ({"under_18": True}, "ages-do-not-fit", "BLHS Điều 12"),
        ({"charges": (ORGANS,)}, "not-in-this-case", "156"),
        ({"charges": (Offence(article="150", clause=4),)}, "unknown-offence", "BLHS Điều 9"),
    ],
)
def test_who_is_not_liable_or_not_charged_lawfully_is_not_prosecuted(said, code, rule):
    of = case()

    with refused(code, rule):
        Person.institute_accused(accuse(of, **said), act(moment="2025-08-06"), of)


def test_at_14_somebody_answers_for_trafficking_of_a_very_serious_class():
    of = case(offences=(TRAFFICKING, CHILD))
    said = accuse(of, charges=(CHILD,), age_at_offence="14_15", under_18=True)

    it = Person.institute_accused(said, act(moment="2025-08-06"), of)

    assert (it.severity, last(it).juvenile_law) == ("DBNT", "BLTTHS-2015")


def test_the_border_guard_prosecutes_only_where_it_investigates_to_the_end():
    initial = case(BORDER_GUARD, offences=(BROKERAGE,))
    whole = case(BORDER_GUARD, offences=(ENTRY,), flagrante=True)
    late = case(BORDER_GUARD, offences=(ENTRY,))

    for of, charge in ((initial, BROKERAGE), (late, ENTRY)):
        with pytest.raises(NotAllowed, check=lambda it: it.rule == "BLTTHS Điều 164(1)(a)"):
            Person.institute_accused(accuse(of, charges=(charge,)), act(BORDER_GUARD), of)
    it = Person.institute_accused(accuse(whole, charges=(ENTRY,)), act(BORDER_GUARD), whole)

    assert last(it).by == "BDBP"


def test_a_case_that_is_closed_or_with_somebody_else_takes_nobody():
    of, ended = case(), case()
    ended.stage = "DISCONTINUED"

    with refused("case-not-open", "179"):
        Person.institute_accused(accuse(ended), act(moment="2025-08-06"), ended)
    with refused("file-not-with-you", "179"):
        Person.institute_accused(accuse(of), act(STRANGER, "2025-08-06"), of)


def test_a_review_is_of_what_is_before_the_procuracy():
    of = case()

    with refused("nothing-to-review", "180(3)"):
        pending(of).review_accused(review(subject="change"), act(PROCURACY, "2025-08-07"), of)
    with refused("not-your-supervision", "179"):
        pending(of).review_accused(review(), act("VKSND_TINH-P34-22", "2025-08-07"), of)


def test_reclassification_derives_the_severity_and_falls_when_cancelled():
    of = case()
    it = accused(of)

    it.reclassify_offence(recharge(), act(moment="2025-08-09"), of)
    assert (last(it).class_before, last(it).class_after, it.severity) == ("RNT", "DBNT", "DBNT")
    with refused("review-pending", "180(3)"):
        it.reclassify_offence(recharge(before=None), act(moment="2025-08-10"), of)
    cancelled = review(subject="change", outcome="cancelled")
    it.review_accused(cancelled, act(PROCURACY, "2025-08-11"), of)

    assert last(it).class_after == "RNT"
    assert (it.charges, it.severity) == ((TRAFFICKING,), "RNT")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"before": BROKERAGE}, "charge-does-not-fit"),
        ({"after": TRAFFICKING}, "charge-does-not-fit"),
        ({"after": ORGANS}, "not-in-this-case"),
    ],
)
def test_a_charge_is_changed_from_what_it_is_into_something_of_the_case(said, code):
    of = case()

    with refused(code, "BLTTHS Điều 1"):
        accused(of).reclassify_offence(recharge(**said), act(moment="2025-08-09"), of)


def test_what_a_court_decides_takes_the_person_along():
    of = case()
    it = detained(of)
    court = act(REGIONAL_COURT, "2025-09-01")
    for becomes in ("DEFENDANT", "CONVICTED", "CONVICT", "SERVING"):
        it.change_procedural_standing(follow(becomes), court, of, fact())

    assert it.stage == "SERVING"
    assert it.pending_events[-1].because == "cases.case_prosecution_instituted.v1"
    with refused("wrong-stage", "61"):
        it.change_procedural_standing(follow("DEFENDANT"), court, of, fact())
    with refused("wrong-stage", "364"):
        detained(of).change_procedural_standing(follow("SERVING"), court, of, fact())


def test_what_another_case_says_makes_nobody_a_defendant_here():
    of, other = case(), case(case_no="99/QĐ-CSĐT")
    it, court = detained(of), act(REGIONAL_COURT, "2025-09-01")

    with refused("another-case", "179"):
        it.change_procedural_standing(follow("DEFENDANT"), court, other, fact())
    with refused("another-case", "179"):
        it.change_procedural_standing(follow("DEFENDANT"), court, of, fact("99/QĐ-CSĐT"))
    assert it.stage == "DETAINED"


def test_another_case_is_not_this_persons():
    of, other = case(), case(case_no="99/QĐ-CSĐT")

    with refused("another-case", "179"):
        accused(of).reclassify_offence(recharge(), act(moment="2025-08-09"), other)


def test_what_is_said_again_is_no_news():
    of = case()
    it = detained(of)
    version = it.version

    it.order_temporary_detention(approve(), act(PROCURACY, "2025-08-08"), of)

    assert it.version == version


def test_nothing_happens_before_the_stage_began_and_stages_have_an_order():
    of = case()

    with refused("before-its-stage", "117"):
        held().order_temporary_custody(custody(), act(moment="2025-08-04T07:00"))
    with refused("wrong-stage", "119"):
        pending(of).order_temporary_detention(approve(), act(PROCURACY, "2025-08-07"), of)
    with refused("wrong-stage", "179"):
        accused(of).prosecute(accuse(of), act(moment="2025-08-09"), of)


def test_the_procuracy_that_supervises_the_area_may_release():
    it = held(STATION)
    free = change(before="held", to="release", reason="no_grounds")

    with pytest.raises(NotAllowed):
        it.change_preventive_measure(free, act("VKSND_TINH-P34-22", "2025-08-04T12:00"), None)
    it.change_preventive_measure(free, act(PROCURACY, "2025-08-04T12:00"), None)

    assert it.stage == "RELEASED"
