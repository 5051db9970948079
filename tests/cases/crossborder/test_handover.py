"""How people change hands at a border, and every refusal of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cases.crossborder.events import Partner
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from shared.errors import NotAllowed, Refused
from tests.cases.crossborder.examples import (
    CHINA,
    MINISTRY,
    SUSPECT,
    VICTIM,
    suspect,
    victim,
)
from tests.cases.examples import (
    BORDER_GUARD,
    MORNING,
    POLICE,
    STATION,
    act,
    at,
    folded,
    news,
    recorded,
)

NOON = MORNING + timedelta(hours=4)


def offered(by: str = POLICE, **other: Any) -> SuspectHandover:
    return recorded(SuspectHandover.begin_suspect_handover(suspect(**other), act(by)))


def coming(by: str = STATION, **other: Any) -> VictimHandover:
    return recorded(VictimHandover.begin_victim_handover(victim(**other), act(by)))


def refused(decide: Any, code: str, pointer: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        decide()
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert caught.value.rule and caught.value.remedy_vi and caught.value.remedy_en
    return caught.value


def test_who_is_brought_is_with_the_body_that_received_them():
    it = offered(to=STATION)
    assert (it.stage, it.holder, it.offered_to) == ("offered", POLICE, STATION)

    it.hand_over_suspect(suspect("received"), act(STATION, NOON))

    assert (it.stage, it.holder, it.offered_to) == ("received", STATION, None)
    assert it.pending_events[-1].receiver == STATION
    assert it.subjects == (f"suspect_handover:{it.id}", f"person:{SUSPECT}")


def test_who_comes_unannounced_begins_by_being_received():
    it = coming(step="received")

    assert (it.stage, it.holder, it.version) == ("received", STATION, 1)
    assert it.subjects == (f"victim_handover:{it.id}", f"subject:{VICTIM}")


def test_who_leaves_stays_with_the_body_until_the_partner_has_them():
    it = offered(direction="out", case_id=UUID(int=0xCA5E))
    assert (it.holder, it.offered_to, it.state()["receiver"]) == (POLICE, None, None)

    it.hand_over_suspect(suspect("received", direction="out"), act(POLICE, NOON))

    assert it.stage == "received"


def test_a_refused_person_stays_where_they_were():
    it = coming()

    it.hand_over_victim(victim("refused"), act(STATION, NOON))

    assert (it.stage, it.offered_to) == ("refused", None)
    refused(lambda: it.hand_over_victim(victim("received"), act(STATION, NOON)), "wrong-stage")


@pytest.mark.parametrize("way", ["in", "out"])
def test_an_offer_that_was_a_mistake_is_taken_back_by_who_made_it(way: str):
    to = STATION if way == "in" else None
    it = offered(direction=way, to=to)

    it.hand_over_suspect(suspect("withdrawn", direction=way), act(POLICE, NOON))

    assert (it.stage, it.holder, it.offered_to) == ("withdrawn", POLICE, None)
    assert it.pending_events[-1].receiver == to, "who was to have them is told"
    no = refused(
        lambda: it.hand_over_suspect(suspect("received", direction=way), act(STATION, NOON)),
        "wrong-stage",
    )
    assert it.STAGES["withdrawn"][0] in no.vi


@pytest.mark.parametrize("way", ["in", "out"])
def test_nobody_else_takes_an_offer_back(way: str):
    it = offered(direction=way, to=STATION if way == "in" else None)

    refused(
        lambda: it.hand_over_suspect(suspect("withdrawn", direction=way), act(STATION, NOON)),
        "file-not-with-you",
    )


def test_the_same_answer_again_is_no_news():
    it = coming()
    it.hand_over_victim(victim("received"), act(STATION, NOON))
    it.hand_over_victim(victim("received"), act(STATION, NOON))

    assert news(it) == ["VictimHandedOver"]


@pytest.mark.parametrize(
    ("said", "code", "pointer"),
    [
        ({"step": "refused"}, "not-on-its-way", "/step"),
        ({"step": "withdrawn"}, "not-on-its-way", "/step"),
        ({"step": "received", "minutes_ref": None}, "minutes-needed", "/minutes_ref"),
        ({"step": "received", "next": None}, "next-needed", "/next"),
        ({"direction": "out", "to": STATION}, "only-from-abroad", "/to"),
        ({"direction": "out", "next": STATION}, "only-from-abroad", "/next"),
        ({"to": "XX-VN"}, "unknown-agency", "/to"),
        ({"next": "SO_LDTBXH-P34-40"}, "agency-not-in-existence", "/next"),
    ],
)
def test_a_handover_that_cannot_begin_is_refused(said: dict[str, Any], code: str, pointer: str):
    refused(lambda: coming(**said), code, pointer)


@pytest.mark.parametrize(
    ("by", "said", "moment", "code", "pointer"),
    [
        (BORDER_GUARD, {}, NOON, "not-offered-to-you", ""),
        (STATION, {"subject_id": UUID(int=9)}, NOON, "not-what-was-offered", "/subject_id"),
        (STATION, {"partner": CHINA}, NOON, "not-what-was-offered", "/partner/country"),
        (STATION, {"direction": "out"}, NOON, "not-what-was-offered", "/direction"),
        (STATION, {"step": "refused", "reason": None}, NOON, "reason-needed", "/reason"),
        (STATION, {"step": "withdrawn", "reason": None}, NOON, "reason-needed", "/reason"),
        (STATION, {"step": "offered", "gate": "Cầu Treo"}, NOON, "on-its-way", ""),
        (STATION, {}, at("2025-08-04T07:59"), "before-its-stage", "/occurred_at"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    by: str, said: dict[str, Any], moment: Any, code: str, pointer: str
):
    it = coming()

    refused(
        lambda: it.hand_over_victim(victim(**({"step": "received"} | said)), act(by, moment)),
        code,
        pointer,
    )

    assert not news(it) and it.stage == "offered"


def test_only_the_body_that_has_a_person_says_that_they_left():
    it = offered(direction="out")

    no = refused(
        lambda: it.hand_over_suspect(suspect("received", direction="out"), act(STATION, NOON)),
        "file-not-with-you",
    )

    assert isinstance(no, NotAllowed) and POLICE in no.vi


def test_the_case_of_a_handover_is_the_one_that_was_first_said():
    case = UUID(int=0xCA5E)
    it = offered(to=STATION, case_id=case)

    elsewhere = suspect("received", case_id=UUID(int=0xCA5F))
    refused(
        lambda: it.hand_over_suspect(elsewhere, act(STATION, NOON)),
        "not-what-was-offered",
        "/case_id",
    )
    it.hand_over_suspect(suspect("received"), act(STATION, NOON))

    assert it.stage == "received" and it.subjects[-1] == f"case:{case}"


def test_who_leaves_is_not_offered_twice():
    it = offered(direction="out")

    refused(
        lambda: it.hand_over_suspect(suspect(direction="out"), act(STATION, NOON)),
        "not-what-was-offered",
        "/step",
    )


@pytest.mark.parametrize(
    ("by", "said", "code"),
    [
        (POLICE, {"legal_basis": "extradition"}, "not-its-basis"),
        (MINISTRY, {"partner": Partner(country="JP", agency="NPA")}, "no-agreement"),
    ],
)
def test_a_basis_that_there_is_not_is_refused(by: str, said: dict[str, Any], code: str):
    refused(lambda: offered(by, **said), code, "/legal_basis")


@pytest.mark.parametrize("basis", ["extradition", "expulsion"])
def test_without_a_treaty_the_ministry_extradites_or_expels(basis: str):
    partner = Partner(country="JP", agency="NPA")

    assert offered(MINISTRY, partner=partner, legal_basis=basis).stage == "offered"


def test_the_heir_of_a_body_that_ended_says_that_the_person_left():
    it = recorded(
        SuspectHandover.begin_suspect_handover(
            suspect(direction="out"), act("BCH_BDBP_TINH-P63-40", "2025-06-30")
        )
    )

    it.hand_over_suspect(suspect("received", direction="out"), act(BORDER_GUARD, "2025-07-01"))

    assert it.holder == BORDER_GUARD


def test_what_is_folded_is_what_lived():
    live = VictimHandover.begin_victim_handover(victim(), act(STATION))
    live.hand_over_victim(victim("received"), act(STATION, NOON))

    read = folded(live.collect_events())

    assert read.state() == live.state() and read.version == 2
