import ast
import inspect
import textwrap
from datetime import date
from typing import Any, get_args

import pytest

from services.directives.domain import ENDED_BY
from services.directives.events import DocType
from services.directives.reports.domain import Report
from services.directives.tasks.domain import Task
from services.directives.words import DOC_TYPES, STATES, Names, due_words, paper_title
from shared.reference import Register
from tests.directives.examples import COMMUNE, POLICE

MARCH, JUNE, JULY = date(2025, 1, 2), date(2025, 6, 20), date(2025, 7, 1)
WINDOW = {"type": "window", "from": "2025-07-01", "to": "2025-10-01"}
DISTRICT = "UBND_HUYEN-P63-01-276"
"""Districts ended on 30 June 2025."""


@pytest.mark.parametrize(
    ("due", "vi", "en"),
    [
        ({"type": "date", "on": "2025-07-30"}, "đến hết 30/07/2025", "by the end of 2025-07-30"),
        ({"type": "before", "on": "2024-08-05"}, "trước ngày 05/08/2024", "before 2024-08-05"),
        (WINDOW, "từ 01/07/2025 đến hết 01/10/2025", "from 2025-07-01 to 2025-10-01"),
        (
            WINDOW | {"to_inclusive": False},
            "từ 01/07/2025 đến hết 30/09/2025",
            "from 2025-07-01 to 2025-09-30",
        ),
        (
            WINDOW | {"type": "period", "assumed": True},
            "từ 01/07/2025 đến hết 01/10/2025",
            "from 2025-07-01 to 2025-10-01",
        ),
        ({"type": "periodic", "every": "quarter"}, "hằng quý", "every quarter"),
        ({"type": "continuous"}, "thường xuyên", "continuously"),
        ({"type": "as_they_occur"}, "khi phát sinh", "as they occur"),
        (
            {"type": "statutory", "rules": ["TIP-CLASSIFY"]},
            "theo thời hạn luật định",
            "within statutory periods",
        ),
        ({"type": "none"}, "không nêu hạn", "no term given"),
    ],
)
def test_a_term_is_said_by_its_last_day(due: dict[str, Any], vi: str, en: str):
    assert due_words(due) == (vi, en)


def test_every_type_of_paper_has_its_words():
    assert {*DOC_TYPES} == {*get_args(DocType)}


def test_a_paper_whose_number_is_not_known_says_so():
    paper = {"doc_type": "cong_van", "reference": None, "year": 2023}

    assert paper_title(paper)[0] == "Công văn chưa rõ số, năm 2023"
    assert paper_title(paper | {"reference": "6325/UBND-NC"})[0] == "Công văn 6325/UBND-NC"


def test_a_body_is_named_by_the_first_day_on_which_it_was_there(register: Register):
    names = Names(register, JUNE, JULY)

    assert names.of(COMMUNE)["name_vi"] == "UBND phường Thành Vinh"
    assert names.of(DISTRICT)["name_vi"].startswith("UBND huyện")
    assert Names(register, JULY).on(JUNE).of(DISTRICT)["lane"] != "other"


@pytest.mark.parametrize("agency", ["CA_XA-P34-40-99999", "XYZ-P34-40", "DISSOLVED", "x" * 500])
def test_a_name_that_nobody_knows_is_the_id(register: Register, agency: str):
    found = Names(register, JUNE, JULY).of(agency)

    assert found["name_vi"] == found["name_en"] == found["short_vi"] == found["agency"] == agency
    assert found["lane"] == "other"


def test_all_addressees_have_a_name(register: Register):
    assert Names(register, JUNE).of("ALL_ADDRESSEES")["name_vi"] == "Tất cả nơi nhận"


def test_a_collective_covers_its_members_and_what_is_not_there_covers_nobody(register: Register):
    names = Names(register, JULY)

    assert names.covers("UBND_XA-P34-40", COMMUNE)
    assert not names.covers(POLICE, COMMUNE)
    assert not names.covers("XYZ-P34-40", COMMUNE)


def test_every_state_of_a_paper_a_task_and_a_report_line_has_words_for_refusals():
    papers = {"in_force", *ENDED_BY.values()}
    tasks = {code for name in ("task_state", "standing_of") for code in codes_of(Task, name)}
    reports = {code for name in ("report_state", "standing_of") for code in codes_of(Report, name)}

    assert {*STATES} == papers | tasks | reports


def codes_of(kind: type[Any], name: str) -> set[str]:
    """The codes that a method gives, as they are written in it."""
    member = vars(kind)[name]
    tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(member, "fget", member))))
    body = tree.body[0].body[1:]  # Without its docstring.
    found = {n.value for part in body for n in ast.walk(part) if isinstance(n, ast.Constant)}
    return {each for each in found if isinstance(each, str)}
