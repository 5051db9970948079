"""Every row of the table of periods against a worked example; a changed row changes the test."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.deadlines.counting import End, as_stated, ends_on, midnight_after
from services.deadlines.policy import load_policy
from services.deadlines.reckoning import Matter, Reckoner
from services.deadlines.wiring import load_wiring
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import Length, Period, Share, load_periods

EXAMPLES = json.loads(Path(__file__).with_name("worked_examples.json").read_text(encoding="utf-8"))
"""`rows`: at least one for each row, on purpose at days off. `plain`: for those whose every other
example is moved off days off, one that is not, so that a day more or less would show."""
COUNTED = [*EXAMPLES["rows"], *EXAMPLES["plain"]]
WITHOUT_LENGTH = ("IMMEDIATE", "SAME_DAY", "AS_STATED", "CONFIG")
RECKONER = Reckoner(load_periods(), load_calendar(), load_policy())
COURTS = {
    "HIGH": "TAND_CC-VN",
    "PROVINCE": "TAND_TINH-P34-40",
    "DISTRICT_OR_REGIONAL": "VKSND_KV-P34-40",
    "CENTRAL": "BCA-VN",
    "NATIONAL": "VKSNDTC-VN",
}
"""A body of each level that rows tell apart."""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def named(example: dict[str, Any]) -> str:
    return "/".join(str(example[k]) for k in ("rule", "severity", "level", "part") if k in example)


def counted(example: dict[str, Any]) -> End:
    """Where the period of an example ends, by the engine."""
    period = RECKONER.periods[example["rule"]]
    start, level = moment(example["start"]), example.get("level")
    matter = Matter(example.get("severity"), COURTS.get(level or "", ""))
    match example.get("kind"):
        case "stated":
            end = as_stated(example["term"])
            assert end is not None
            return end
        case "config":
            day = RECKONER.policy.periodic_report(start.date())
            return ends_on(day, RECKONER.manner(period), RECKONER.calendar, moves=False)
        case "before":
            last = date.fromisoformat(example["other_last_day"])
            [chosen] = RECKONER.lengths(period, matter)
            return RECKONER.ends_before(period, End(midnight_after(last), last), chosen.length)
        case "recompute":
            period = RECKONER.periods[example["of"]]
            matter = Matter(example["severity_after"])
    if level is not None and level not in COURTS:  # No body alone says which of them runs.
        return RECKONER.ends(period, start, period.length_by_level[level])
    levels = "each" if level in ("SAME_LEVEL", "SUPERIOR") else ""
    chosen = next(
        each
        for each in RECKONER.lengths(period, matter, levels)
        if each.part == example.get("part", "")
    )
    return RECKONER.ends(period, start, chosen.length)


@pytest.mark.parametrize("example", COUNTED, ids=named)
def test_a_period_ends_where_the_law_says(example: dict[str, Any]):
    end = counted(example)

    assert end.due == moment(example["end"]), example["why"]


def test_every_row_has_an_example_and_no_example_is_of_no_row():
    rules = {each["rule"] for each in EXAMPLES["rows"]}

    assert rules == set(RECKONER.periods)


def test_every_class_and_level_of_a_row_has_an_example():
    said = {
        (each["rule"], each.get("severity"), each.get("level"))
        for each in EXAMPLES["rows"]
        if "kind" not in each
    }

    for period in RECKONER.periods.values():
        for severity in period.length_by_class:
            assert (period.id, severity, None) in said
        for level in period.length_by_level:
            assert (period.id, None, level) in said


@pytest.mark.parametrize("example", EXAMPLES["extensions"], ids=lambda e: f"{named(e)}{e['seqs']}")
def test_an_extension_is_as_long_as_the_table_says_and_no_more_often(example: dict[str, Any]):
    period = RECKONER.periods[example["rule"]]
    start, matter = moment(example["start"]), Matter(example.get("severity"))
    [chosen] = RECKONER.lengths(period, matter)
    end, refused = RECKONER.ends(period, start, chosen.length), []

    for seq in example["seqs"]:
        assert end.last_day is not None
        longer = RECKONER.extended(
            period, seq, matter, start=start, last_day=end.last_day, at=end.due
        )
        refused += [] if longer else [seq]
        end = longer[0] if longer else end

    assert end.due == moment(example["end"]), example["why"]
    assert refused == example.get("refused", [])


def test_every_extension_names_who_decides_it():
    for period in RECKONER.periods.values():
        assert all(each.decided_by and each.article for each in period.extensions)
        assert [each.seq for each in period.extensions] == [
            n + 1 for n in range(len(period.extensions))
        ]


def test_every_row_is_wired():
    assert set(load_wiring().rows) == set(RECKONER.periods)


def longer(period: Period, by: int) -> Period:
    """The same row, every length of it a little longer or shorter."""

    def other(length: Length) -> Length:
        return Length(length.n + by, length.unit)

    return replace(
        period,
        length=other(period.length) if isinstance(period.length, Length) else period.length,
        length_by_class={name: other(each) for name, each in period.length_by_class.items()},
        length_by_level={name: other(each) for name, each in period.length_by_level.items()},
    )


@pytest.mark.parametrize("rule", sorted(RECKONER.periods))
def test_a_row_that_is_longer_or_shorter_by_one_fails_an_example(
    rule: str, monkeypatch: pytest.MonkeyPatch
):
    period = RECKONER.periods[rule]
    own = [each for each in COUNTED if each["rule"] == rule and each.get("kind") != "recompute"]
    if period.counting in WITHOUT_LENGTH or isinstance(period.length, Share) or not own:
        return  # What a paper states, what is at once, and what is a share of others.
    each_length = {(each.get("severity"), each.get("level")) for each in own}
    sharp = set()

    for by in (1, -1):
        monkeypatch.setitem(RECKONER.periods, rule, longer(period, by))
        sharp |= {
            (by, each.get("severity"), each.get("level"))
            for each in own
            if counted(each).due != moment(each["end"])
        }

    assert sharp == {(by, *each) for by in (1, -1) for each in each_length}
