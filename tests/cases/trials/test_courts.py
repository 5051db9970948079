from services.cases.trials.courts import hears_appeals_from, present, protest_level
from services.cases.trials.periods import after_days, last_day
from tests.cases.examples import COURT, PROCURACY, REGIONAL_COURT, REGIONAL_PROCURACY, act, at
from tests.cases.trials.examples import (
    APPELLATE_COURT,
    DISTRICT_COURT,
    FOREIGN_COURT,
    HEIR_COURT,
    HIGH_COURT,
    OLD_PROVINCIAL_COURT,
    SUPREME_COURT,
)

BEFORE, AFTER = "2025-06-20", "2025-07-10"


def test_the_court_above_is_that_of_the_day():
    assert hears_appeals_from(act(OLD_PROVINCIAL_COURT, BEFORE), DISTRICT_COURT)
    assert hears_appeals_from(act(COURT, AFTER), REGIONAL_COURT)
    assert hears_appeals_from(act(HIGH_COURT, BEFORE), OLD_PROVINCIAL_COURT)
    assert hears_appeals_from(act(APPELLATE_COURT, AFTER), COURT)


def test_the_court_above_a_court_that_has_ended_is_above_its_heir():
    assert hears_appeals_from(act(FOREIGN_COURT, AFTER), DISTRICT_COURT)
    assert hears_appeals_from(act(APPELLATE_COURT, AFTER), OLD_PROVINCIAL_COURT)


def test_no_other_court_hears_the_appeal():
    for court in (FOREIGN_COURT, APPELLATE_COURT, SUPREME_COURT, REGIONAL_COURT):
        assert not hears_appeals_from(act(court, AFTER), REGIONAL_COURT), court
    assert not hears_appeals_from(act(COURT, AFTER), "")


def test_heirs_of_the_day_stand_for_who_has_ended():
    register = act().register

    assert present(REGIONAL_COURT, at(AFTER).date(), register) == (REGIONAL_COURT,)
    assert present(DISTRICT_COURT, at(BEFORE).date(), register) == (DISTRICT_COURT,)
    assert present(DISTRICT_COURT, at(AFTER).date(), register) == (HEIR_COURT,)
    assert APPELLATE_COURT in present(HIGH_COURT, at(AFTER).date(), register)


def test_a_procuracy_protests_by_its_level_on_the_day():
    assert protest_level(act(REGIONAL_PROCURACY, AFTER), REGIONAL_COURT) == "same"
    assert protest_level(act("VKSND_KV-P34-22", AFTER), DISTRICT_COURT) == "same"
    assert protest_level(act("VKSND_HUYEN-P63-22-205", BEFORE), DISTRICT_COURT) == "same"
    assert protest_level(act("VKSND_TINH-P34-22", AFTER), DISTRICT_COURT) == "superior"
    assert protest_level(act(PROCURACY, AFTER), REGIONAL_COURT) == "superior"
    assert protest_level(act(PROCURACY, AFTER), COURT) == "same"
    assert protest_level(act("VPT_VKSNDTC-VN", AFTER), COURT) == "superior"
    assert protest_level(act("VKSND_CC-VN", BEFORE), OLD_PROVINCIAL_COURT) == "superior"
    assert protest_level(act("VKSND_TINH-P34-22", AFTER), REGIONAL_COURT) is None
    assert protest_level(act("VPT_VKSNDTC-VN", AFTER), REGIONAL_COURT) is None


def test_a_last_day_off_moves_to_the_next_working_day():
    """15 days from 24/9/2025: Thursday 9/10. From 3/2/2026: 18/2, in Tết; work begins on 23/2."""
    assert last_day("APPEAL", at("2025-09-24").date()).isoformat() == "2025-10-09"
    assert last_day("APPEAL", at("2026-02-03").date()).isoformat() == "2026-02-23"
    assert last_day("PROTEST", at("2025-09-24").date(), "SUPERIOR").isoformat() == "2025-10-24"


def test_a_year_ends_on_its_own_day_and_from_a_leap_day_on_the_last_of_february():
    assert last_day("CASSATION-ADVERSE", at("2025-03-03").date()).isoformat() == "2026-03-03"
    # 28/2/2025 is a Friday.
    assert last_day("CASSATION-ADVERSE", at("2024-02-29").date()).isoformat() == "2025-02-28"


def test_older_facts_are_measured_by_the_code_too():
    assert last_day("APPEAL", at("2017-12-04").date()).isoformat() == "2017-12-19"
    assert after_days(at("2025-09-22").date(), 5).isoformat() == "2025-09-29"
