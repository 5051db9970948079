"""What the tables of who is told say: parts, conditions, and what is waited for."""

from pathlib import Path
from typing import Any, get_args

import pytest

from services.gateway.projection import parties_of
from services.gateway.tables import ACTOR, agencies_in, parties, read_tables, waits
from services.registry import SERVICES
from shared.errors import Broken
from tests.golden import BEGINNINGS, envelope, kind_of

EVENTS = {event.TOPIC: event for service in SERVICES for event in service.events}
POLICE, COURT, PROCURACY = "CQCSDT_TINH-P34-40", "TAND_TINH-P34-40", "VKSND_TINH-P34-40"
TRANSFERRED, TRANSMITTED = "cases.case_transferred.v1", "cases.case_file_transmitted.v1"


@pytest.mark.parametrize("topic", sorted(parties()))
def test_a_part_is_had_by_the_actor_or_by_who_a_field_of_the_event_names(topic: str):
    fields = EVENTS[topic].model_fields

    for part in parties()[topic].values():
        assert (part if isinstance(part, str) else part["field"]) in {ACTOR, *fields}
        for name, values in {} if isinstance(part, str) else part["when"].items():
            said = {values} if isinstance(values, str) else {*values}
            assert said and said <= codes_of(topic, name)


def codes_of(topic: str, name: str) -> set[str]:
    """The closed list that a field of an event is of."""
    return {*get_args(EVENTS[topic].model_fields[name].annotation)}


@pytest.mark.parametrize("kind", sorted(waits()))
def test_what_is_waited_for_is_of_the_same_service_and_always_names_a_party(kind: str):
    for needed in waits()[kind]:
        of_both = {each for each in EVENTS if kind_of(each) in (kind, needed)}
        assert len({each.partition(".")[0] for each in of_both}) == 1
        firsts = [topic for topic in BEGINNINGS if kind_of(topic) == needed]
        assert firsts and all(parties_of(envelope(topic)) for topic in firsts)


def test_a_condition_that_is_not_met_gives_nobody_a_part():
    assert role_names(TRANSFERRED, step="received") == {
        ("investigator", POLICE),
        ("supervisor", PROCURACY),
    }
    assert role_names(TRANSFERRED, step="received", by="VKS", to=PROCURACY) == {
        ("procuracy", PROCURACY),
        ("supervisor", PROCURACY),
    }
    for step in ("offered", "refused", "withdrawn"):
        assert role_names(TRANSFERRED, step=step) == set()


@pytest.mark.parametrize(
    ("to", "role"),
    [
        ("CQDT", "investigator"),
        ("VKS", "procuracy"),
        ("COURT", "court"),
        ("APPEAL_COURT", "appeal_court"),
    ],
)
def test_who_has_received_a_file_has_the_part_that_it_was_sent_to_it_for(to: str, role: str):
    assert role_names(TRANSMITTED, step="received", to=to, receiver=COURT) == {(role, COURT)}
    for step in ("offered", "refused", "withdrawn"):
        assert role_names(TRANSMITTED, step=step, to=to, receiver=COURT) == set()


def role_names(topic: str, **changes: Any) -> set[tuple[str, str]]:
    if topic == TRANSFERRED:
        changes = {"to": POLICE, "procuracies": [PROCURACY]} | changes
    return {*parties_of(envelope(topic, 2, **changes))}


def test_a_field_names_one_body_or_several_and_each_once():
    fields = {"one": "A", "several": ["A", "B", "A"], "none": None}

    assert [*agencies_in(fields, "one")] == ["A"]
    assert [*agencies_in(fields, "several")] == ["A", "B"]
    assert [*agencies_in(fields, "none"), *agencies_in(fields, "missing")] == []


def test_two_files_do_not_speak_of_the_same_topic(tmp_path: Path):
    for noun in ("one", "other"):
        (tmp_path / f"{noun}.json").write_text('{"routes": {"a.b.v1": ["issuer"]}}')

    with pytest.raises(Broken, match=r"other\.json speaks of a\.b\.v1, as another file does"):
        read_tables(tmp_path, "routes")

    assert read_tables(tmp_path, "parties") == {}
