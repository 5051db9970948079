"""The coverage page names every event once, with everything that there is beside it."""

import re
from pathlib import Path

import pytest

from services.coverage import PAGE, coverage, write_coverage
from services.deadlines.wiring import load_wiring
from services.registry import SERVICES
from services.timeline.sentences import SENTENCES
from shared.contracts import write_contracts
from shared.domain import Event
from shared.policy import Competence, Rule
from shared.reference.deadlines import load_periods

CONTRACTS = Path(__file__).parents[2] / "docs" / "contracts"
LINK = re.compile(r"\]\(([^)]+)\)")
EVENTS = {event.TOPIC: event for service in SERVICES for event in service.events}
PERIODS = {
    "Starts": lambda row: [each for each in row.starts if not each.waits],
    "Stops": lambda row: row.stops,
    "Ends": lambda row: row.closes,
    "Extends": lambda row: row.extends,
    "Counts anew": lambda row: row.recomputes,
    "States anew": lambda row: row.restates,
    "Hands on": lambda row: row.passes,
    "Runs again": lambda row: row.reopens,
}
"""Column → what it lists, said here once more."""
COLUMNS = ("Event", "Sample", "Sentence", "Recorded by", *PERIODS)


def cells_of(line: str) -> list[str]:
    return [each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]]


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """Topic → column → what stands there."""
    found: dict[str, dict[str, str]] = {}
    for line in coverage(SERVICES).splitlines():
        if topic := re.match(r"\| \[`([a-z_.0-9]+)`\]", line):
            assert topic[1] not in found, "named twice"
            found[topic[1]] = dict(zip(COLUMNS, cells_of(line), strict=True))
    return found


def ids(cell: str) -> set[str]:
    return {each for each in cell.split(", ") if each}


def test_every_event_has_a_line_and_there_are_no_others(rows: dict[str, dict[str, str]]):
    assert set(rows) == set(EVENTS)


def test_the_links_lead_to_the_schema_and_to_the_sample(
    rows: dict[str, dict[str, str]], tmp_path: Path
):
    write_contracts(SERVICES, tmp_path)
    assert write_coverage(SERVICES, tmp_path).name == PAGE

    for topic, row in rows.items():
        [schema] = LINK.findall(row["Event"])
        [sample] = LINK.findall(row["Sample"])
        assert (tmp_path / schema).name == f"{topic}.json" and (tmp_path / schema).exists()
        assert (CONTRACTS / sample).resolve().exists(), sample


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_its_sentence_its_recorders_and_its_periods_stand_beside_it(
    event: type[Event], rows: dict[str, dict[str, str]]
):
    row, topic = rows[event.TOPIC], event.TOPIC
    service = next(each for each in SERVICES if event in each.events)
    rules = Competence.read(service.competence, service.topics).rules[topic]

    assert row["Sentence"] == SENTENCES[topic][0].replace("|", "\\|")
    for rule in rules:
        for each in rule.types:
            [named] = [cell for cell in row["Recorded by"].split(", ") if same(cell, each, rule)]
            assert named
    for column, of in PERIODS.items():
        there = [one.id for one in load_wiring().rows.values() for p in of(one) if p.topic == topic]
        assert ids(row[column]) == {*there}


def same(cell: str, code: str, rule: Rule) -> bool:
    """Whether a cell is of this type and of the days of this rule."""
    days = re.fullmatch(rf"`{re.escape(code)}`(?: \(([^–]*)–([^)]*)\))?", cell)
    if days is None:
        return False
    since, until = (days[1] or "0001-01-01", days[2] or "9999-12-31")
    return (since, until) == (rule.since.isoformat(), rule.until.isoformat())


@pytest.fixture(scope="module")
def periods() -> dict[str, list[str]]:
    """Period → days, and why no event starts it."""
    page = coverage(SERVICES).partition("## Periods\n")[2]
    cells = [cells_of(line) for line in page.splitlines() if line.startswith("| ")]
    return {id: rest for id, *rest in cells[1:]}


def test_every_period_has_a_line_with_its_days(periods: dict[str, list[str]]):
    assert set(periods) == {each.id for each in load_periods().all()}
    for each in load_periods().all():
        assert periods[each.id][0] == f"{each.valid_from or ''}–{each.valid_to or ''}"


def test_every_period_is_started_by_an_event_or_it_says_why_not(
    rows: dict[str, dict[str, str]], periods: dict[str, list[str]]
):
    excused = {id for id, (_, why) in periods.items() if why}
    started = {id for row in rows.values() for id in ids(row["Starts"])}

    assert started.isdisjoint(excused)
    assert started | excused == set(periods)
