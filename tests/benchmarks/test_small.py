"""A benchmark that is run once a month must still run: each of these at its very smallest."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import append, rebuild, relay, timeline
from benchmarks.scale import SHORT, Scale

SMALLEST = replace(
    SHORT,
    rounds=1,
    clients=(2,),
    clients_with_stale=(2,),
    warm_seconds=0.0,
    append_seconds=0.05,
    limit_seconds=0.05,
    stored_events=200,
    clients_with_stored=(2,),
    relay_events=50,
    rebuild_events=200,
    runner_events=10,
    timeline_events=2_000,
    timeline_questions=3,
)


def rows_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What was written, by the name of the file."""
    return {each.stem: json.loads(each.read_text()) for each in folder.iterdir()}


@pytest.mark.parametrize(
    "measure, files",
    [
        (append.measure, {"append", "append_stale", "append_stored"}),
        (relay.measure, {"relay"}),
        (rebuild.measure, {"rebuild"}),
        (timeline.measure, {"timeline"}),
    ],
    ids=["append", "relay", "rebuild", "timeline"],
)
async def test_it_finds_something_to_measure_and_says_on_what_machine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    measure: Callable[[Scale], Awaitable[None]],
    files: set[str],
):
    monkeypatch.chdir(tmp_path)

    await measure(SMALLEST)

    written = rows_in(tmp_path / "build" / "bench")
    assert written.keys() == files
    for rows in written.values():
        assert rows
        assert all(row["durability"]["fsync"] == "on" for row in rows)
