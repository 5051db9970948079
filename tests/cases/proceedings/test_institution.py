"""Who may institute what, where and when."""

import pytest

from services.cases.lists import BORDER_GUARD_ARTICLES, Offence
from services.cases.proceedings.bodies import KINDS
from services.cases.proceedings.domain import Case
from services.cases.proceedings.gravity import court_warning
from shared.errors import NotAllowed, Refused
from shared.reference import load_register
from shared.reference.deadlines import load_periods
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE_POLICE,
    COURT,
    HEALTH,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STATION,
    STRANGER,
    act,
    news,
)
from tests.cases.proceedings.examples import (
    BROKERAGE,
    CHILD,
    ENTRY,
    ORGANS,
    PLACE,
    TRAFFICKING,
    institute,
    instituted,
)

FRAMES = load_periods().frames()


def test_the_investigating_body_institutes_and_investigates():
    case = Case.institute_case(institute(), act())

    assert news(case) == ["CaseProsecutionInstituted"]
    assert (case.stage, case.holder, case.severity) == ("INVESTIGATION", INVESTIGATORS, "RNT")


@pytest.mark.parametrize("frame", FRAMES, ids=lambda each: f"{each.article}-{each.clause}")
def test_severity_follows_from_article_and_clause(frame):
    case = instituted(offences=(Offence(article=frame.article, clause=frame.clause),))

    assert case.severity == frame.severity


@pytest.mark.parametrize(
    ("agency", "place", "day", "procuracies"),
    [
        ("CQCSDT_HUYEN-P63-22-194", "P63-22-194", "2024-01-10", {"VKSND_HUYEN-P63-22-194"}),
        ("CQCSDT_TINH-P63-22", "P63-22-194", "2024-01-10", {"VKSND_TINH-P63-22"}),
        (INVESTIGATORS, PLACE, "2025-08-05", {PROCURACY, REGIONAL_PROCURACY}),
        (BORDER_GUARD, PLACE, "2025-08-05", {PROCURACY, REGIONAL_PROCURACY}),
        (STATION, PLACE, "2025-08-05", {PROCURACY, REGIONAL_PROCURACY}),
        ("BCA-VN", PLACE, "2025-08-05", {"VKSNDTC-VN"}),
        (COURT, PLACE, "2025-08-05", {PROCURACY, REGIONAL_PROCURACY}),
        (PROCURACY, PLACE, "2025-08-05", set()),
    ],
)
def test_the_decision_names_the_procuracies_that_supervise_on_the_day(
    agency: str, place: str, day: str, procuracies: set[str]
):
    case = Case.institute_case(institute(place=place), act(agency, day))

    assert {*case.pending_events[0].procuracies} == procuracies


def test_the_heaviest_offence_decides():
    case = instituted(offences=(BROKERAGE, CHILD, ENTRY))

    assert case.severity == "DBNT"


def test_an_unknown_clause_is_refused_with_those_there_are():
    with pytest.raises(Refused) as refused:
        Case.institute_case(institute(offences=(Offence(article="150", clause=4),)), act())

    assert refused.value.code == "unknown-offence"
    assert refused.value.pointer == "/offences/0/clause"
    assert refused.value.extra["clauses"] == [1, 2, 3]


@pytest.mark.parametrize("article", sorted(BORDER_GUARD_ARTICLES))
@pytest.mark.parametrize("guard", [BORDER_GUARD, STATION, "BTL_BDBP-VN"])
def test_the_border_guard_institutes_what_its_law_lists(article: str, guard: str):
    case = instituted(guard, offences=(Offence(article=article, clause=1),))

    assert (case.stage, case.holder) == ("BG_INITIAL", guard)


@pytest.mark.parametrize("guard", [BORDER_GUARD, STATION])
def test_the_border_guard_does_not_institute_trade_in_organs(guard: str):
    with pytest.raises(NotAllowed) as refused:
        Case.institute_case(institute(offences=(TRAFFICKING, ORGANS)), act(guard))

    assert refused.value.code == "offence-beyond-body"
    assert "Điều 164" in refused.value.rule and "154" in refused.value.vi


def test_a_less_serious_flagrante_case_the_border_guard_investigates_itself():
    minor = instituted(BORDER_GUARD, offences=(ENTRY,), flagrante=True)
    found_later = instituted(BORDER_GUARD, offences=(ENTRY,), flagrante=False)
    graver = instituted(BORDER_GUARD, offences=(BROKERAGE,), flagrante=True)

    assert (minor.stage, found_later.stage, graver.stage) == (
        "INVESTIGATION",
        "BG_INITIAL",
        "BG_INITIAL",
    )


@pytest.mark.parametrize("article", ["150", "151", "152", "153", "154"])
def test_the_coast_guard_has_none_of_the_trafficking_offences(article: str):
    with pytest.raises(NotAllowed) as refused:
        Case.institute_case(
            institute(offences=(Offence(article=article, clause=1),)), act("CSB-VN")
        )

    assert refused.value.code == "offence-beyond-body"


@pytest.mark.parametrize("frame", FRAMES, ids=lambda each: f"{each.article}-{each.clause}")
def test_commune_police_investigators_handle_less_serious_and_serious_offences(frame):
    said = institute(offences=(Offence(article=frame.article, clause=frame.clause),))

    if frame.severity in ("ITNT", "NT"):
        assert Case.institute_case(said, act(COMMUNE_POLICE)).stage == "INVESTIGATION"
        return
    with pytest.raises(NotAllowed, match="too-grave-for-body"):
        Case.institute_case(said, act(COMMUNE_POLICE))


@pytest.mark.parametrize(
    ("agency", "place"),
    [
        (STRANGER, PLACE),
        (STATION, "P34-40-16690"),
        (COMMUNE_POLICE, "P34-40"),
        ("BCH_BDBP_KV-P34-22", PLACE),
    ],
)
def test_nobody_institutes_outside_their_area(agency: str, place: str):
    with pytest.raises(NotAllowed, match="outside-area"):
        Case.institute_case(institute(offences=(BROKERAGE,), place=place), act(agency))


@pytest.mark.parametrize("agency", ["BCA-VN", "C02-VN", "BTL_BDBP-VN", PROCURACY, REGIONAL_COURT])
def test_central_bodies_and_those_of_the_place_institute(agency: str):
    assert instituted(agency).holder == agency


@pytest.mark.parametrize("place", ["P34-99", "P63-22-194"])
def test_a_place_that_is_not_there_on_the_day_is_refused(place: str):
    with pytest.raises(Refused, match="unknown-area"):
        Case.institute_case(institute(place=place), act("BCA-VN"))


def test_who_has_no_part_in_proceedings_institutes_nothing():
    with pytest.raises(NotAllowed, match="no-part-in-proceedings"):
        Case.institute_case(institute(), act(HEALTH))


def test_every_body_that_takes_part_is_in_the_register():
    register = load_register()

    assert [code for code in KINDS if register.kind(code) is None] == []


@pytest.mark.parametrize(
    ("court", "offence", "day", "warning"),
    [
        ("TAND_KV-P34-40", TRAFFICKING, "2025-08-01", None),
        ("TAND_KV-P34-40", Offence(article="150", clause=3), "2025-08-01", None),
        ("TAND_KV-P34-40", Offence(article="151", clause=3), "2025-08-01", "below_level"),
        ("TAND_TINH-P34-40", Offence(article="151", clause=3), "2025-08-01", None),
        ("TAND_TINH-P34-40", TRAFFICKING, "2025-08-01", "above_level"),
        ("TAND_HUYEN-P63-22-194", Offence(article="150", clause=3), "2024-08-01", "below_level"),
        ("TAND_HUYEN-P63-22-194", TRAFFICKING, "2024-08-01", None),
        ("TAND_TINH-P63-22", Offence(article="154", clause=3), "2024-08-01", None),
    ],
)
def test_a_court_whose_level_does_not_fit_is_marked(court, offence, day, warning):
    assert court_warning(court, (offence,), act(moment=day).on) == warning
