"""Who may record what, generated from the tables: a changed row changes what is tested.

For every fact of the service and every agency type: the day decides as the rows say, both ends of a
row included; and of each fact at least one type may not, and one may.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest

from services.cases.service import SERVICE
from shared.actor import VIETNAM
from shared.domain import Event
from shared.errors import NotAllowed
from shared.policy import Competence
from shared.reference import RegisterError, load_register
from shared.reference.files import read_json
from shared.standing import NEAREST
from tests.cases.examples import act

TABLES = [json.loads(path.read_text("utf-8")) for path in SERVICE.competence]
ROWS: dict[str, list[dict[str, Any]]] = {
    topic: rows for table in TABLES for topic, rows in table["topics"].items()
}
EVENTS = {event.TOPIC: event for event in SERVICE.events}
TYPES: dict[str, dict[str, Any]] = {row["code"]: row for row in read_json("agencies.json")["types"]}
TODAY, YESTERDAY = date(2025, 8, 4), date(2024, 8, 5)
"""Under the bodies of today, and under the districts."""
AREAS = {
    "central": ("VN", "VN"),
    "foreign": ("VN", "VN"),
    "province": ("P34-40", "P63-01"),
    "regional": ("P34-40", "P63-01"),
    "district": ("P63-01-276", "P63-01-276"),
    "commune": ("P34-40-16681", "P63-01-09955"),
    "station": ("P34-40-16681", "P63-01-09955"),
}
"""Level → areas of one body of that level, today and then."""
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def competence() -> Competence:
    return Competence.read(SERVICE.competence, SERVICE.topics)


def body(code: str, on: date) -> str | None:
    """One body of a type that there is on that day, or None."""
    register = load_register()
    for area in AREAS[TYPES[code]["level"]]:
        try:
            return register.agency(f"{code}-{area}", on).id
        except RegisterError:
            continue
    return None


def ruled(topic: str, code: str, on: date) -> bool:
    """What the rows of the table say."""
    return any(
        (row.get("from") or "0001-01-01") <= on.isoformat() <= (row.get("until") or "9999-12-31")
        and any(fnmatchcase(code, each) for each in row["types"])
        for row in ROWS[topic]
    )


def days(topic: str) -> set[date]:
    """The days around which something changes: of the rows and of the bodies."""
    rows = [row for row in ROWS[topic] if row.get("from") or row.get("until")]
    starts = {date.fromisoformat(row["from"]) for row in rows if row.get("from")}
    ends = {date.fromisoformat(row["until"]) + DAY for row in rows if row.get("until")}
    turns = {day for each in starts | ends for day in (each - DAY, each)}
    return turns | {TODAY, YESTERDAY}


def may(competence: Competence, event: type[Event], agency: str, on: date) -> bool:
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=VIETNAM)
    try:
        competence.refuse_unless_competent(event, act(agency, moment))
    except NotAllowed as refusal:
        assert refusal.code == "not-competent"
        return False
    return True


def matrix(topic: str) -> Iterator[tuple[str, date]]:
    for on in sorted(days(topic)):
        for code in TYPES:
            agency = body(code, on)
            if agency is not None:
                yield agency, on


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_the_day_and_the_type_decide_as_the_table_says(competence: Competence, topic: str):
    answers = set()
    for agency, on in matrix(topic):
        expected = ruled(topic, agency.partition("-")[0], on)
        assert may(competence, EVENTS[topic], agency, on) is expected, (agency, on)
        answers.add(expected)

    assert answers == {True, False}, "a fact that everybody or nobody may record needs no table"


@pytest.mark.parametrize("topic", sorted(EVENTS))
def test_outside_the_dates_of_a_row_nobody_may_by_it(competence: Competence, topic: str):
    """A wrong date: a body of another time, or a row that has not begun or has ended."""
    ended = [
        code
        for code, row in TYPES.items()
        if row["valid_to"] and ruled(topic, code, date.fromisoformat(row["valid_to"]))
    ]
    begun = [
        code
        for code, row in TYPES.items()
        if row["valid_from"] and ruled(topic, code, date.fromisoformat(row["valid_from"]))
    ]

    for code, edge, step in (
        *((code, TYPES[code]["valid_to"], DAY) for code in ended),
        *((code, TYPES[code]["valid_from"], -DAY) for code in begun),
    ):
        last = date.fromisoformat(edge)
        agency = body(code, last)
        if agency is None:
            continue
        assert may(competence, EVENTS[topic], agency, last)
        with pytest.raises(RegisterError):
            may(competence, EVENTS[topic], agency, last + step)


@pytest.mark.parametrize("topic", sorted(ROWS))
def test_every_row_names_its_source_and_types_that_there_are(topic: str):
    assert topic in EVENTS, "a rule for a fact that there is not"
    for row in ROWS[topic]:
        assert row["source"]
        for pattern in row["types"]:
            assert any(fnmatchcase(code, pattern) for code in TYPES), pattern


def test_every_agency_type_has_a_body_to_be_tested_with():
    unknown = {
        code
        for code in TYPES
        if body(code, TODAY) is None
        and body(code, YESTERDAY) is None
        and body(code, date(2025, 4, 7)) is None
    }

    assert unknown == set()


@pytest.mark.parametrize("code", [code for code in TYPES if TYPES[code]["level"] in NEAREST])
def test_a_name_for_all_bodies_of_a_wider_area_does_not_act(competence: Competence, code: str):
    wide = "P34-40" if NEAREST[TYPES[code]["level"]] == "commune" else "VN"

    with pytest.raises(NotAllowed) as refused:
        competence.refuse_unless_competent(SERVICE.events[0], act(f"{code}-{wide}"))

    assert refused.value.code == "collective-cannot-act"
