"""The table of who may know: whole rows only, and nothing that a slip of the pen would open."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.registry import SERVICES
from services.vault.files import File
from services.vault.grants import GRANTS, Grants, Seal
from shared.actor import VIETNAM, Act, Actor
from shared.errors import Broken
from tests.shared.things import act

ROW = {"types": ["CA_TINH"], "roles": ["clerk"], "purposes": ["trial"], "source": "x"}
SEAL = Seal("a.b.v1", "c", recorder="SO_YTE-P34-40", fields={})

TIP = "cases.tip_received.v1"
HELD = "cases.suspect_apprehended.v1"
PROSECUTED = "cases.accused_prosecution_instituted.v1"
RAID = "cases.raid_launched.v1"
RESCUE = "cases.victim_rescued.v1"
COMMUNE, COMMUNE_POLICE = "UBND_XA-P34-40-16681", "CA_XA-P34-40-16681"
POLICE, STATION = "CQCSDT_TINH-P34-40", "DON_BP-P34-40-16681"
PROCURACY, COURT = "VKSND_KV-P34-40", "TAND_KV-P34-40"
HEALTH, STRANGER = "SO_YTE-P34-40", "CQCSDT_TINH-P34-22"
DISTRICT, HEIR = "CQCSDT_HUYEN-P63-22-194", STRANGER


def table(folder: Path, row: dict[str, Any]) -> Grants:
    path = folder / "grants.json"
    said = {"files": {"tip": ["case", "tip"]}, "topics": {"a.b.v1": {"c": [row]}}}
    path.write_text(json.dumps(said), "utf-8")
    return Grants.read(path)


def ground(grants: Grants, purpose: str = "trial", **more: Any) -> str | None:
    return grants.ground(act(), purpose, replace(SEAL, **more))


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
        ROW | {"holds": "tips"},
        ROW | {"holds": "tip", "named": "agencies"},
    ],
)
def test_a_row_that_is_not_whole_stops_the_start(tmp_path: Path, row: dict[str, Any]):
    with pytest.raises(Broken, match=r"grants\.json"):
        table(tmp_path, row)


def test_the_table_names_only_what_there_is():
    events = {event.TOPIC: event for service in SERVICES for event in service.events}
    kinds = {aggregate.KIND for service in SERVICES for aggregate in service.aggregates}
    said = json.loads(GRANTS.read_text("utf-8"))

    assert Grants.read()
    for topic, fields in said["topics"].items():
        assert fields.keys() <= events[topic].SEALED.keys()
        named = {row["named"] for rows in fields.values() for row in rows if "named" in row}
        assert named <= events[topic].model_fields.keys()
    assert {*said["files"], *(each for kinds in said["files"].values() for each in kinds)} <= kinds


def somebody(agency: str, role: str, on: str = "2026-11-22") -> Act:
    """Somebody acts on a day."""
    moment = datetime.fromisoformat(on).replace(hour=9, tzinfo=VIETNAM)
    return act(moment, Actor(agency, "officer", frozenset({role})))


def file(kind: str, holder: str) -> dict[str, Any]:
    return {"file": File(kind, f"{kind}:1", holder)}


def takes_part(*agencies: str, field: str = "agencies") -> dict[str, Any]:
    return {"fields": {field: list(agencies)}}


KNOWS: tuple[tuple[str, str, str, str, str, dict[str, Any], str], ...] = (
    # Who has the tip verifies it: all of it, or without the informant.
    (TIP, "informant", POLICE, "investigator", "verification", file("tip", POLICE), "holder"),
    (TIP, "informant", STATION, "investigator", "protection", file("tip", STATION), "holder"),
    (TIP, "informant", PROCURACY, "prosecutor", "verification", file("tip", PROCURACY), "holder"),
    (TIP, "content", COMMUNE_POLICE, "investigator", "verification", file("tip", COMMUNE_POLICE),
     "holder"),
    (TIP, "informant", COMMUNE_POLICE, "investigator", "verification", file("tip", COMMUNE_POLICE),
     ""),
    (TIP, "content", COMMUNE, "investigator", "verification", file("tip", COMMUNE), ""),
    # Who has the case that it led to; the court without the informant.
    (TIP, "informant", PROCURACY, "prosecutor", "prosecution", file("case", PROCURACY), "holder"),
    (TIP, "content", COURT, "judge", "trial", file("case", COURT), "holder"),
    (TIP, "informant", COURT, "judge", "trial", file("case", COURT), ""),
    (TIP, "informant", POLICE, "investigator", "verification", file("case", POLICE), ""),
    # The file is with another, or nobody knows with whom.
    (TIP, "informant", STRANGER, "investigator", "verification", file("tip", POLICE), ""),
    (TIP, "informant", POLICE, "investigator", "verification", {}, ""),
    # Another role, another purpose.
    (TIP, "informant", POLICE, "clerk", "verification", file("tip", POLICE), ""),
    (TIP, "informant", POLICE, "investigator", "oversight", file("tip", POLICE), ""),
    (TIP, "informant", POLICE, "prosecutor", "verification", file("tip", POLICE), ""),
    # Who has the person, then who has the case.
    (HELD, "identity", POLICE, "investigator", "investigation", file("person", POLICE), "holder"),
    (HELD, "identity", COURT, "judge", "trial", file("case", COURT), "holder"),
    (PROSECUTED, "identity", POLICE, "investigator", "investigation", file("person", POLICE), ""),
    (PROSECUTED, "identity", PROCURACY, "prosecutor", "prosecution", file("case", PROCURACY),
     "holder"),
    (PROSECUTED, "identity", COURT, "judge", "trial", file("case", COURT), "holder"),
    (PROSECUTED, "identity", COURT, "judge", "trial", file("case", PROCURACY), ""),
    (PROSECUTED, "identity", HEALTH, "investigator", "support", file("case", HEALTH), ""),
    # Who takes part in a raid; what is told of a victim serves the victim alone.
    (RAID, "place_detail", HEALTH, "raid_officer", "protection", takes_part(POLICE, HEALTH),
     "participant"),
    (RAID, "place_detail", STRANGER, "investigator", "investigation", takes_part(POLICE), ""),
    (RAID, "place_detail", HEALTH, "raid_officer", "oversight", takes_part(HEALTH), ""),
    (RESCUE, "condition", HEALTH, "raid_officer", "support",
     takes_part(HEALTH, field="rescued_by"), "participant"),
    (RESCUE, "condition", POLICE, "investigator", "investigation",
     takes_part(POLICE, field="rescued_by"), ""),
    (RESCUE, "condition", HEALTH, "raid_officer", "support",
     {"fields": {"rescued_by": [POLICE], "handover_to": HEALTH}}, ""),
    # The heir of who had it, and of who took part.
    (TIP, "informant", HEIR, "investigator", "verification", file("tip", DISTRICT), "holder"),
    (RAID, "place_detail", HEIR, "investigator", "investigation", takes_part(DISTRICT),
     "participant"),
    (TIP, "informant", POLICE, "investigator", "verification", file("tip", DISTRICT), ""),
)  # fmt: skip


@pytest.mark.parametrize(("topic", "field", "agency", "role", "purpose", "more", "known"), KNOWS)
def test_who_knows_what(
    topic: str, field: str, agency: str, role: str, purpose: str, more: dict[str, Any], known: str
):
    grants, by = Grants.read(), somebody(agency, role)
    seal = replace(Seal(topic, field, recorder="HOTLINE_111-VN", fields={}), **more)

    found = grants.ground(by, purpose, seal)

    assert (found or "") == known
    if not known:
        refusal = grants.refusal(by, seal)
        assert (refusal.status, refusal.code) == (403, "may-not-know")
        assert refusal.remedy_vi and refusal.remedy_en


def test_commune_police_investigate_since_july_2025():
    seal = Seal(PROSECUTED, "identity", POLICE, {}, File("case", "case:1", COMMUNE_POLICE))
    grants = Grants.read()

    for day, known in (("2025-07-01", "holder"), ("2025-06-30", None)):
        by = somebody(COMMUNE_POLICE, "investigator", day)
        assert grants.ground(by, "investigation", seal) == known
