import json
from pathlib import Path

from shared.contracts import write_contracts
from shared.service import Service
from tests.shared.sample_service import SAMPLES


def test_the_contracts_are_written_as_files(tmp_path: Path):
    written = write_contracts([SAMPLES], tmp_path)

    names = {str(each.relative_to(tmp_path)) for each in written}
    assert names == {
        "openapi.json",
        "asyncapi.json",
        "events/README.md",
        "events/samples.thing_opened.v1.json",
        "events/samples.thing_marked.v1.json",
    }
    assert names == {
        str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()
    }
    assert json.loads((tmp_path / "openapi.json").read_text())["openapi"] == "3.1.0"


def test_writing_again_changes_no_byte(tmp_path: Path):
    first = {each: each.read_bytes() for each in write_contracts([SAMPLES], tmp_path)}

    second = {each: each.read_bytes() for each in write_contracts([SAMPLES], tmp_path)}

    assert first == second


def test_files_of_events_that_are_gone_are_removed_and_nothing_else(tmp_path: Path):
    write_contracts([SAMPLES], tmp_path)
    (tmp_path / "notes.md").write_text("# Mine\n")

    write_contracts([Service("samples")], tmp_path)

    assert [each.name for each in (tmp_path / "events").iterdir()] == ["README.md"]
    assert (tmp_path / "notes.md").exists()


def test_the_table_of_events_is_a_table_whatever_a_cell_says(tmp_path: Path):
    write_contracts([SAMPLES], tmp_path)

    lines = (tmp_path / "events" / "README.md").read_text(encoding="utf-8").splitlines()

    [row] = [line for line in lines if "thing_opened" in line]
    assert row == (
        "| [`samples.thing_opened.v1`](samples.thing_opened.v1.json) | Mở sự vật | Thing opened "
        "| nowhere \\| invented | S1 | `area`, `nearest` |"
    )
