"""The table of who may know: whole rows only, and nothing that a slip of the pen would open."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.registry import SERVICES
from services.vault.grants import GRANTS, Grants
from shared.errors import Broken
from tests.shared.things import act

ROW = {"types": ["CA_TINH"], "roles": ["clerk"], "purposes": ["trial"], "source": "x"}


def table(folder: Path, row: dict[str, Any]) -> Grants:
    path = folder / "grants.json"
    path.write_text(json.dumps({"topics": {"a.b.v1": {"c": [row]}}}), "utf-8")
    return Grants.read(path)


def ground(grants: Grants, purpose: str = "trial", **more: str) -> str | None:
    asked = {"topic": "a.b.v1", "field": "c", "recorder": "SO_YTE-P34-40"} | more
    return grants.ground(act(), purpose, **asked)


def test_who_is_named_may_know_that_field_for_that_purpose(tmp_path: Path):
    grants = table(tmp_path, ROW)

    assert ground(grants) == "grant"
    assert ground(grants, "support") is None
    assert ground(grants, field="d") is None
    assert ground(grants, topic="a.b.v2") is None


def test_days_of_a_grant_are_included(tmp_path: Path):
    days = {"from": "2025-07-01", "until": "2025-07-01"}

    assert ground(table(tmp_path, ROW | days)) == "grant"
    assert ground(table(tmp_path, ROW | {"until": "2025-06-30"})) is None
    assert ground(table(tmp_path, ROW | {"from": "2025-07-02"})) is None


def test_an_event_of_nobody_is_opened_for_nobody(tmp_path: Path):
    assert ground(Grants({}), recorder="") is None


@pytest.mark.parametrize(
    "row",
    [
        ROW | {"type": ["*"]},
        ROW | {"types": []},
        ROW | {"roles": []},
        ROW | {"purposes": []},
        ROW | {"purposes": ["curiosity"]},
        ROW | {"source": ""},
        ROW | {"from": "2025-07-02", "until": "2025-07-01"},
    ],
)
def test_a_row_that_is_not_whole_stops_the_start(tmp_path: Path, row: dict[str, Any]):
    with pytest.raises(Broken, match=r"grants\.json"):
        table(tmp_path, row)


def test_the_table_names_only_sealed_fields_that_there_are():
    sealed = {event.TOPIC: event.SEALED for service in SERVICES for event in service.events}
    topics = json.loads(GRANTS.read_text("utf-8"))["topics"]

    assert Grants.read()
    assert all(field in sealed[topic] for topic, fields in topics.items() for field in fields)
