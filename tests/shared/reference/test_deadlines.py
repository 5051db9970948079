from datetime import date

import pytest

from shared.reference.deadlines import Length, Periods, Share, load_periods
from shared.reference.errors import PeriodNotInForce, UnknownOffence, UnknownPeriod

CLASSES = {"ITNT", "NT", "RNT", "DBNT"}
UNITS = {"hour", "day", "working_day", "month", "year", "school_year"}
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def periods() -> Periods:
    return load_periods()


def test_all_periods_are_there(periods: Periods) -> None:
    found = periods.all()

    assert len(found) == len({period.id for period in found}) == 120


def test_every_period_says_what_starts_it_how_it_is_counted_and_by_which_law(
    periods: Periods,
) -> None:
    for period in periods.all():
        assert period.title_vi and period.title_en, period.id
        assert period.starts_on and period.stops_on, period.id
        assert period.law and period.article, period.id
        assert period.counting in periods.calendar_rules, period.id
        assert period.confidence in {"seen", "memory"}, period.id
        assert period.valid_from is not None, period.id
        assert set(period.length_by_class) <= CLASSES, period.id


def test_every_length_has_a_known_unit(periods: Periods) -> None:
    for period in periods.all():
        lengths = [*period.length_by_class.values(), *period.length_by_level.values()]
        if isinstance(period.length, Length):
            lengths.append(period.length)
        for extension in period.extensions:
            lengths += extension.length_by_class.values()
            lengths += [length for length in (extension.length,) if length]
        for length in lengths:
            assert length.unit in UNITS and length.n >= 0, period.id


def test_a_share_refers_to_known_periods(periods: Periods) -> None:
    shares = [period.length for period in periods.all() if isinstance(period.length, Share)]

    assert shares
    for share in shares:
        for rule_id in share.of:
            assert periods.period(rule_id, TODAY)


@pytest.mark.parametrize(
    ("rule_id", "length"),
    [
        ("TIP-CLASSIFY", Length(24, "hour")),
        ("TIP-RESOLVE", Length(20, "day")),
        ("CUSTODY", Length(3, "day")),
        ("TIP-NOTIFY-INFORMANT", Length(3, "working_day")),
    ],
)
def test_a_fixed_length_is_read_from_the_table(
    periods: Periods, rule_id: str, length: Length
) -> None:
    assert periods.period(rule_id, TODAY).length == length


def test_an_investigation_is_as_long_as_the_offence_is_severe(periods: Periods) -> None:
    investigation = periods.period("INV", date(2025, 7, 1))
    months = {name: length.n for name, length in investigation.length_by_class.items()}

    assert months == {"ITNT": 2, "NT": 3, "RNT": 4, "DBNT": 4}
    assert [extension.seq for extension in investigation.extensions] == [1, 2, 3, 4]
    assert investigation.extensions[0].request_before_expiry == Length(10, "day")


@pytest.mark.parametrize(
    ("article", "clause", "severity"),
    [
        ("150", 1, "RNT"),
        ("150", 3, "DBNT"),
        ("151", 2, "DBNT"),
        ("152", 1, "NT"),
        ("347", 1, "ITNT"),
    ],
)
def test_the_class_follows_the_clause(
    periods: Periods, article: str, clause: int, severity: str
) -> None:
    assert periods.severity(article, clause) == severity


def test_an_unknown_clause_has_no_class(periods: Periods) -> None:
    with pytest.raises(UnknownOffence):
        periods.severity("150", 9)


def test_the_old_law_binds_until_its_last_day(periods: Periods) -> None:
    assert periods.period("VIC-2011-VERIFY", date(2025, 6, 30)).regime == "LAW-2011"

    with pytest.raises(PeriodNotInForce) as refused:
        periods.period("VIC-2011-VERIFY", date(2025, 7, 1))

    assert refused.value.successors == ("VIC-VERIFY",)
    assert refused.value.valid_to == date(2025, 6, 30)


def test_the_new_law_does_not_bind_before_its_first_day(periods: Periods) -> None:
    with pytest.raises(PeriodNotInForce) as refused:
        periods.period("VIC-VERIFY", date(2025, 6, 30))

    assert "VIC-2011-VERIFY" in refused.value.successors


def test_an_unknown_period_is_refused_with_the_one_that_was_probably_meant(
    periods: Periods,
) -> None:
    with pytest.raises(UnknownPeriod) as refused:
        periods.period("TIP-CLASIFY", TODAY)

    assert refused.value.suggestion == "TIP-CLASSIFY"
    assert refused.value.rule_id == "TIP-CLASIFY"


def test_only_what_binds_on_the_day_is_in_force(periods: Periods) -> None:
    before = {period.id for period in periods.in_force(date(2025, 6, 30))}
    after = {period.id for period in periods.in_force(date(2025, 7, 1))}

    assert {"VIC-2011-INITIAL", "VIC-2011-STAY"} <= before - after
    assert "VIC-VERIFY" in after - before
