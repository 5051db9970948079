import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.actor import Actor
from shared.errors import Broken, NotAllowed
from shared.policy import Competence
from shared.reference import RegisterError
from tests.shared.sample_service import ThingMarked, ThingOpened
from tests.shared.things import act

OPENED, MARKED = ThingOpened.TOPIC, ThingMarked.TOPIC
TOPICS = (OPENED, MARKED)
POLICE, WARD_POLICE, HEALTH = "CA_TINH-P34-40", "CA_XA-P34-40-16681", "SO_YTE-P34-40"


def table(folder: Path, **topics: Any) -> Path:
    path = folder / "competence.json"
    path.write_text(json.dumps({"topics": {OPENED: [], MARKED: []} | topics}))
    return path


def competence(folder: Path, *rules: dict[str, Any]) -> Competence:
    return Competence.read([table(folder, **{MARKED: list(rules)})], TOPICS)


def allowed(rules: Competence, agency: str, moment: str, event: type[Any] = ThingMarked) -> bool:
    try:
        rules.refuse_unless_competent(
            event, act(datetime.fromisoformat(moment).astimezone(UTC), Actor(agency, "clerk"))
        )
    except NotAllowed:
        return False
    return True


def test_who_is_named_may_and_nobody_else(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["CA_TINH"]})

    assert allowed(rules, POLICE, "2025-07-02T08:00:00+07:00")
    assert not allowed(rules, HEALTH, "2025-07-02T08:00:00+07:00")


def test_a_fact_without_a_rule_is_nobodys(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["*"]})

    assert allowed(rules, POLICE, "2025-07-02T08:00:00+07:00")
    assert not allowed(rules, POLICE, "2025-07-02T08:00:00+07:00", ThingOpened)


def test_patterns_name_families_of_agencies(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["CA_*"]})

    assert allowed(rules, POLICE, "2025-07-02T08:00:00+07:00")
    assert allowed(rules, WARD_POLICE, "2025-07-02T08:00:00+07:00")
    assert not allowed(rules, HEALTH, "2025-07-02T08:00:00+07:00")


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2025-07-31T23:59:59+07:00", False),
        ("2025-08-01T00:00:00+07:00", True),
        ("2025-07-31T17:00:00+00:00", True),  # It is the first of August in Viet Nam already.
        ("2025-08-31T23:59:59+07:00", True),
        ("2025-08-31T17:00:00+00:00", False),
    ],
)
def test_rules_bind_by_the_legal_day_in_viet_nam_both_ends_included(
    tmp_path: Path, moment: str, may: bool
):
    rules = competence(
        tmp_path, {"types": ["CA_TINH"], "from": "2025-08-01", "until": "2025-08-31"}
    )

    assert allowed(rules, POLICE, moment) is may


def test_the_refusal_says_who_may_and_by_which_rule(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["CA_TINH", "CA_XA"]})

    with pytest.raises(NotAllowed) as refused:
        rules.refuse_unless_competent(ThingMarked, act(by=Actor(HEALTH, "clerk")))

    assert refused.value.code == "not-competent"
    assert refused.value.rule == f"competence:{MARKED}"
    assert "Đánh dấu" in refused.value.vi and "Thing marked" in refused.value.en
    assert "CA_TINH, CA_XA" in refused.value.remedy_vi


def test_an_agency_that_does_not_exist_may_nothing_whatever_the_rules_say(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["*"]})

    with pytest.raises(RegisterError):
        rules.refuse_unless_competent(ThingMarked, act(by=Actor("XYZ-P34-40", "clerk")))


@pytest.mark.parametrize(
    ("agency", "may"),
    [
        ("DON_BP-P34-40", False),
        ("UBND_XA-P34-40", False),
        ("DEPARTMENTS-P34-40", False),
        ("TAND_KV-P34-40", True),  # Regional courts have no list either.
        ("TAND_KV-VN", False),
        ("DON_BP-P34-40-16681", True),  # The nearest name that a station has.
        (WARD_POLICE, True),
    ],
)
def test_a_name_that_many_share_does_not_act(tmp_path: Path, agency: str, may: bool):
    rules = competence(tmp_path, {"types": ["*"]})

    assert allowed(rules, agency, "2025-07-02T08:00:00+07:00") is may


def test_the_refusal_of_a_collective_says_who_should_act(tmp_path: Path):
    rules = competence(tmp_path, {"types": ["*"]})

    with pytest.raises(NotAllowed) as refused:
        rules.refuse_unless_competent(ThingMarked, act(by=Actor("DON_BP-P34-40", "clerk")))

    assert refused.value.code == "collective-cannot-act"
    assert refused.value.vi and refused.value.remedy_vi and refused.value.remedy_en


def test_a_service_whose_facts_have_no_rules_does_not_start(tmp_path: Path):
    path = tmp_path / "competence.json"
    path.write_text(json.dumps({"topics": {OPENED: []}}))

    with pytest.raises(Broken, match=r"has rules for samples\.thing_marked\.v1; add who may"):
        Competence.read([path], TOPICS)


def test_the_tables_of_a_service_are_read_as_one(tmp_path: Path):
    for noun, topic in (("opening", OPENED), ("marking", MARKED)):
        (tmp_path / noun).mkdir()
        rules = {"topics": {topic: [{"types": ["CA_TINH"]}]}}
        (tmp_path / noun / "competence.json").write_text(json.dumps(rules))

    rules = Competence.read([*tmp_path.glob("*/competence.json")], TOPICS)

    assert allowed(rules, POLICE, "2025-07-02T08:00:00+07:00", ThingOpened)
    assert allowed(rules, POLICE, "2025-07-02T08:00:00+07:00", ThingMarked)


def test_a_fact_that_is_ruled_twice_is_noticed_at_start(tmp_path: Path):
    path = table(tmp_path)

    with pytest.raises(Broken, match=r"rules samples\.thing_marked\.v1, .* as another table does"):
        Competence.read([path, path], [MARKED])


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"types": ["CA_TINH"], "form": "2025-08-01"}, "no rule has form"),
        ({"types": []}, "names no types"),
        ({"from": "2025-08-01"}, "names no types"),
        ({"types": ["X"], "from": "2025-08-02", "until": "2025-08-01"}, "ends before it begins"),
    ],
)
def test_a_slip_in_the_table_is_noticed_at_start(tmp_path: Path, rule: dict[str, Any], what: str):
    with pytest.raises(Broken, match=what):
        competence(tmp_path, rule)
