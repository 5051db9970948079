"""The published facts become requests that the front door understands, in Vietnamese."""

import json
import re

import orjson
import pytest

from services.demo.letters import figures, letter, read_seeds
from services.demo.words import VIETNAMESE
from services.directives.commands import IssueDirective
from shared.reference import Register

SEEDS = {seed["key"]: seed for seed in read_seeds()}
ENGLISH = re.compile(r"\b(the|of|and|with|reached|held|counted|list open|seen elsewhere|STUB)\b")
IN_TWO_LANGUAGES = {"subject_en", "title_en", "en"}


def test_the_figures_are_those_of_the_five_papers():
    sums = figures(read_seeds())

    assert (sums.directives, sums.tasks, sums.targets, sums.addressees) == (5, 104, 10, 20)


@pytest.mark.parametrize("key", SEEDS)
def test_a_letter_is_understood_as_it_is(key: str, register: Register):
    made = letter(SEEDS[key], register)

    said = IssueDirective.model_validate_json(orjson.dumps(made.body), strict=True)

    assert len(said.tasks) == len(SEEDS[key]["tasks"])
    assert said.issuer == made.issuer
    assert made.issued_at.utcoffset() is not None


@pytest.mark.parametrize("key", SEEDS)
def test_what_the_publication_does_not_say_stays_a_gap(key: str, register: Register):
    body = letter(SEEDS[key], register).body

    assert body["number"] == SEEDS[key]["number"]
    assert body["issue_date"] == SEEDS[key]["issue_date"]
    assert body["missing"] == SEEDS[key]["unknown"]
    assert body["completeness"] == "partial"


@pytest.mark.parametrize("key", SEEDS)
def test_officers_read_no_english_between_the_vietnamese(key: str, register: Register):
    def texts(value: object, name: str = "") -> list[str]:
        match value:
            case dict():
                return [t for each, inner in value.items() for t in texts(inner, each)]
            case list() | tuple():
                return [t for inner in value for t in texts(inner, name)]
            case str() if name not in IN_TWO_LANGUAGES:
                return [value]
        return []

    body = {k: v for k, v in letter(SEEDS[key], register).body.items() if k != "missing"}

    assert [text for text in texts(body) if ENGLISH.search(text.replace("_", "x"))] == []


def test_every_translated_phrase_is_still_a_phrase_of_the_seeds():
    text = json.dumps(read_seeds(), ensure_ascii=False)

    assert [phrase for phrase in VIETNAMESE if phrase not in text] == []
