"""The table of words: both languages whole, nothing missing, nothing left over."""

import json
import re
from string import Formatter
from typing import Any, get_args

import pytest

from services.cases.accused.parts import Measure
from services.cases.lists import Severity
from services.cases.proceedings.parts import ReturnedBy
from services.cases.raids.events import LaunchCampaign
from services.cases.tips.events import ClassifyTip, ReceiveTip
from services.console.page import FOLDER
from services.console.words import DESK, FRAME, PROBLEMS, SIGNING, WORDS
from services.console.words_codes import CODES
from services.console.words_deadlines import DEADLINE_CODES, DEADLINES
from services.console.words_paper import PAPER
from services.deadlines.wiring import FOLDER as DEADLINES_FOLDER
from shared.reference.deadlines import load_periods

TEXTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*.html")]
    if not path.name.startswith("words")
}
ASKED = re.compile(r"""\bsay(?:\.html)?\(\s*f?["']([a-z_.]+[a-z_])["']""")
BUILT = (
    *("chip.", "group.", "empty.", "nav.", "view.", "due_group.", "problem.", "task.part_"),
    *("paper.", "task.", "behind.", "role.", "live.", "chain."),
    *("band.", "no_term.", "wrong."),
)
"""Beginnings of keys that are put together from a kind and a code."""
LISTS: tuple[tuple[str, Any], ...] = (
    ("tip", ReceiveTip.model_fields["kind"].annotation),
    ("channel", ReceiveTip.model_fields["channel"].annotation),
    ("class", ClassifyTip.model_fields["classification"].annotation),
    ("campaign.kind", LaunchCampaign.model_fields["kind"].annotation),
    ("measure", Measure),
    ("severity", Severity),
    ("by", ReturnedBy),
)
"""Closed lists whose codes a page of a file shows."""


def names(text: str) -> set[str]:
    """What is filled in; words that only agree with a number are the language's own."""
    return {name for _, name, spec, _ in Formatter().parse(text) if name and "|" not in str(spec)}


@pytest.mark.parametrize("key", sorted(WORDS))
def test_both_languages_are_there_and_are_filled_alike(key: str) -> None:
    vi, en = WORDS[key]

    assert vi.strip()
    assert en.strip()
    assert names(vi) == names(en)


def test_no_key_stands_in_two_tables() -> None:
    tables = (FRAME, DESK, SIGNING, PROBLEMS, PAPER, CODES, DEADLINES, DEADLINE_CODES)

    assert len(WORDS) == sum(map(len, tables))


def test_every_word_that_pages_ask_for_is_there() -> None:
    asked = {key for text in TEXTS.values() for key in ASKED.findall(text)}

    assert asked - WORDS.keys() == set()


def test_no_word_is_left_over() -> None:
    text = "\n".join(TEXTS.values())
    single = WORDS.keys() - CODES.keys() - DEADLINE_CODES.keys()

    unused = {key for key in single if f'"{key}"' not in text and f"'{key}'" not in text}

    assert {key for key in unused if not key.startswith(BUILT)} == set()


@pytest.mark.parametrize(("table", "codes"), LISTS)
def test_every_code_of_a_list_has_words(table: str, codes: Any) -> None:
    missing = {code for code in get_args(codes) if f"{table}.{code}" not in WORDS}

    assert missing == set()


def test_who_is_meant_has_words_where_a_period_binds_nobody_by_name() -> None:
    rows = json.loads((DEADLINES_FOLDER / "wiring.json").read_text(encoding="utf-8"))["rows"]
    nobody = {rule for rule, row in rows.items() if row.get("parties") == []}

    responsible = {each.responsible for each in load_periods().all() if each.id in nobody}

    assert responsible
    assert {each for each in responsible if f"responsible.{each}" not in WORDS} == set()
