import re
import unicodedata
from importlib.resources import files

import pytest

from shared.reference.files import read_json

DATA = ["agencies", "groups", "provinces", "deadlines", "holiday_overrides"]
LISTS = ["districts.tsv", "communes.tsv"]
ROW = re.compile(
    r"P(63|34)-\d\d-(\d{3}|\d{5})\t[^\t ][^\t]*[^\t ]\t(xã|phường|thị trấn|đặc khu|quận|huyện"
    r"|thị xã|thành phố)\t(\d{4}-\d\d-\d\d)?\t(\d{4}-\d\d-\d\d)?\tP(63|34)-\d\d(-\d{3})?"
    r"\t(P(63|34)-\d\d-\d+)?\t(seen|inferred|memory)"
)


def text(name: str) -> str:
    return files("shared.reference").joinpath(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DATA)
def test_each_data_file_names_its_source_licence_and_day(name: str) -> None:
    head = read_json(f"{name}.json")

    assert head["schema"].startswith("liennganh-")
    assert head["source"] and head["licence"] and head["compiled"]


@pytest.mark.parametrize("name", LISTS)
def test_each_list_names_its_source_licence_and_day_and_every_row_has_its_form(name: str) -> None:
    lines = text(name).splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = [line for line in lines if not line.startswith("#")]

    for mark in ("# source:", "# licence:", "# compiled:", "# complete:"):
        assert any(line.startswith(mark) for line in head), mark
    assert rows
    for row in rows:
        assert ROW.fullmatch(row), row


@pytest.mark.parametrize("name", [*(f"{name}.json" for name in DATA), *LISTS])
def test_vietnamese_is_composed_and_nothing_points_outside_the_project(name: str) -> None:
    content = text(name)

    assert unicodedata.normalize("NFC", content) == content
    assert not re.search(r"\.\./|/(work|root|home|tmp)/|\bseeds?\b", content)


def test_the_licence_of_the_administrative_units_is_there() -> None:
    licence = text("LICENSE-vietnamese-provinces-database")

    assert "MIT License" in licence and "Thang Le Quoc" in licence
