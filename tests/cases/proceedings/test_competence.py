"""Who may record which fact of a case, by type and day: the table, read row by row."""

import json
from datetime import date, timedelta
from fnmatch import fnmatchcase

import pytest

from services.cases.proceedings.bodies import GUARDS, KINDS
from services.cases.proceedings.events import ProceedingsEvent
from shared.reference import load_register
from tests.cases.proceedings.office import CASES, competence

TABLE = json.loads((CASES / "proceedings" / "competence.json").read_text("utf-8"))["topics"]
TOPICS = [event.TOPIC for event in ProceedingsEvent.__args__]
ROWS = [(topic, row) for topic, rows in TABLE.items() for row in rows]
TYPES = sorted(KINDS)
OUTSIDERS = ("SO_YTE", "UBND_XA", "HOTLINE_111", "MTTQ_TINH", "BP_CUAKHAU", "BCD138_TINH")
ONE_DAY = timedelta(days=1)


def may(topic: str, code: str, on: date) -> bool:
    return any(rule.allows(code, on) for rule in competence().rules[topic])


def test_every_fact_has_rules_and_each_rule_a_source():
    assert {*TABLE} == {*TOPICS}
    assert all(row["source"] for _, row in ROWS)


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("code", OUTSIDERS)
def test_who_has_no_part_records_nothing(topic: str, code: str):
    assert not may(topic, code, date(2025, 8, 5))
    assert not may(topic, code, date(2024, 8, 5))


@pytest.mark.parametrize("code", TYPES)
def test_types_end_and_begin_with_the_body_that_the_register_knows(code: str):
    kind = load_register().kind(code)
    assert kind is not None
    topics = [
        topic
        for topic, row in ROWS
        if any(fnmatchcase(code, each) for each in row["types"]) and code != "CA_XA"
    ]

    for topic in topics:
        if kind.valid_to is not None:
            assert may(topic, code, kind.valid_to)
            assert not may(topic, code, kind.valid_to + ONE_DAY)
        if kind.valid_from is not None:
            assert may(topic, code, kind.valid_from)
            assert not may(topic, code, kind.valid_from - ONE_DAY)


def test_commune_police_investigate_since_july_2025():
    topic = "cases.case_prosecution_instituted.v1"

    assert may(topic, "CA_XA", date(2025, 7, 1))
    assert not may(topic, "CA_XA", date(2025, 6, 30))


@pytest.mark.parametrize(
    ("topic", "kinds"),
    [
        ("case_prosecution_instituted", {"CQDT", "CAX", "BDBP", "CSB", "VKS", "COURT"}),
        ("indictment_issued", {"VKS"}),
        ("investigation_concluded", {"CQDT", "CAX", *GUARDS}),
        ("proceedings_period_extended", {"VKS", "COURT"}),
        ("supplementary_investigation_requested", {"VKS", "COURT"}),
        ("model_case_designated", {"CQDT", "CAX", "VKS", "COURT"}),
    ],
)
def test_a_fact_is_for_whole_kinds_of_bodies(topic: str, kinds: set[str]):
    day = date(2025, 8, 5)
    living = [
        code
        for code in TYPES
        if (kind := load_register().kind(code)) is not None and kind.in_force(day)
    ]

    recording = {code for code in living if may(f"cases.{topic}.v1", code, day)}

    assert recording == {code for code in living if KINDS[code] in kinds}
