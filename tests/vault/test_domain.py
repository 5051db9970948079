"""The book of a pseudonym, by given, when and then."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.vault.domain import NOW_TOLERANCE, Custody, Opening
from services.vault.events import (
    CustodyBegun,
    ErasePersonalData,
    ErasureRefused,
    LegalHoldLifted,
    LegalHoldSet,
    LiftLegalHold,
    OpenField,
    PersonalDataErased,
    RefuseErasure,
    SealedFieldOpened,
    SetLegalHold,
)
from shared.actor import Act, Actor
from shared.errors import NotAllowed, Refused
from tests.shared.things import act

SUBJECT = UUID("01980000-0000-7000-8000-000000000138")
POLICE, HEALTH, PROCURACY = "CA_TINH-P34-40", "SO_YTE-P34-40", "VKSND_TINH-P34-40"
ERASE = ErasePersonalData(subject_id=SUBJECT, reason="retention", decided_by="Văn phòng")
DECLINE = RefuseErasure(
    subject_id=SUBJECT, reason="request", ground="proceedings", explanation="x", decided_by="y"
)


def by(agency: str = POLICE, *roles: str) -> Act:
    return act(by=Actor(agency, "officer", frozenset(roles or ("data_protection",))))


def hold(name: str) -> SetLegalHold:
    return SetLegalHold(subject_id=SUBJECT, hold=name, reason="Đang điều tra", authority="QĐ")


def lift(name: str) -> LiftLegalHold:
    return LiftLegalHold(subject_id=SUBJECT, hold=name, reason="Xong")


@pytest.fixture
def custody() -> Custody:
    return Custody.begin_custody(SUBJECT, POLICE, by())


def kinds(custody: Custody) -> list[type[Any]]:
    return [type(each) for each in custody.pending_events]


def test_erasing_is_decided_by_the_controller_and_names_the_keys(custody: Custody):
    custody.erase(ERASE, by(), (1, 2))

    assert kinds(custody) == [CustodyBegun, PersonalDataErased]
    assert custody.pending_events[-1].key_ids == (1, 2)
    assert custody.erased_at == by().at


def test_erasing_again_is_no_news(custody: Custody):
    custody.erase(ERASE, by(), (1,))

    custody.erase(ERASE, by(), (1,))

    assert kinds(custody) == [CustodyBegun, PersonalDataErased]


@pytest.mark.parametrize("name", ["erase", "decline", "hold", "lift"])
def test_every_decision_needs_the_role(custody: Custody, name: str):
    custody.set_hold(hold("A"), by())
    decisions = {
        "erase": lambda it: custody.erase(ERASE, it, (1,)),
        "decline": lambda it: custody.refuse_erasure(DECLINE, it),
        "hold": lambda it: custody.set_hold(hold("B"), it),
        "lift": lambda it: custody.lift_hold(lift("A"), it),
    }

    with pytest.raises(NotAllowed, match="data_protection") as refused:
        decisions[name](by(POLICE, "clerk"))

    assert refused.value.rule == "Luật 91/2025/QH15 Điều 14"
    assert len(custody.pending_events) == 2


@pytest.mark.parametrize("off", [-NOW_TOLERANCE, NOW_TOLERANCE], ids=["before", "after"])
@pytest.mark.parametrize("name", ["erase", "decline", "hold", "lift", "open"])
def test_the_vault_acts_now_and_a_grant_of_the_past_is_not_had_by_stating_its_day(
    custody: Custody, name: str, off: timedelta
):
    custody.set_hold(hold("A"), by())
    said = OpenField(event_id=uuid.uuid4(), field="sender", purpose="trial")
    what: dict[str, Any] = {"topic": "x.y.v1", "subject_id": SUBJECT, "key_version": 1}
    decisions = {
        "erase": lambda it: Custody.begin_custody(SUBJECT, POLICE, it).erase(ERASE, it, (1,)),
        "decline": lambda it: custody.refuse_erasure(DECLINE, it),
        "hold": lambda it: custody.set_hold(hold("B"), it),
        "lift": lambda it: custody.lift_hold(lift("A"), it),
        "open": lambda it: Opening.open_field(said, it, **what, ground="grant"),
    }
    near = replace(by(), at=by().now + off)
    far = replace(near, at=near.at + off / 300)

    with pytest.raises(Refused) as refused:
        decisions[name](far)
    decisions[name](near)

    found = refused.value
    assert (found.code, found.pointer) == ("not-now", "/occurred_at")
    assert "Điều 3(10)" in found.rule and "Điều 14" in found.rule
    assert "5 phút" in found.vi and "5 minutes" in found.en
    assert "occurred_at" in found.remedy_vi and "occurred_at" in found.remedy_en


def test_only_the_controller_erases_or_declines(custody: Custody):
    with pytest.raises(NotAllowed, match=POLICE):
        custody.erase(ERASE, by(HEALTH), (1,))
    with pytest.raises(NotAllowed, match=POLICE):
        custody.refuse_erasure(DECLINE, by(HEALTH))


def test_the_heir_of_a_controller_that_ended_erases():
    custody = Custody.begin_custody(SUBJECT, "SO_LDTBXH-P34-40", by())
    heirs = by().register.successors("SO_LDTBXH-P34-40", by().on)
    assert heirs

    custody.erase(ERASE, by(sorted(heirs)[0]), (1,))

    assert kinds(custody)[-1] is PersonalDataErased


def test_a_hold_blocks_erasing_and_says_why(custody: Custody):
    custody.set_hold(hold("VA-1"), by(PROCURACY))

    with pytest.raises(Refused, match=r"VA-1 \(Đang điều tra\)"):
        custody.erase(ERASE, by(), (1,))


def test_the_last_hold_that_is_lifted_lets_go(custody: Custody):
    custody.set_hold(hold("A"), by())
    custody.set_hold(hold("B"), by())

    custody.lift_hold(lift("A"), by())
    still = custody.pending_events[-1].still_held
    custody.lift_hold(lift("B"), by())

    assert (still, custody.pending_events[-1].still_held) == (True, False)
    assert kinds(custody)[-4:] == [LegalHoldSet, LegalHoldSet, LegalHoldLifted, LegalHoldLifted]
    custody.erase(ERASE, by(), (1,))


def test_a_hold_is_set_once_and_lifted_by_who_set_it(custody: Custody):
    custody.set_hold(hold("A"), by(PROCURACY))
    custody.set_hold(hold("A"), by(PROCURACY))

    assert kinds(custody) == [CustodyBegun, LegalHoldSet]
    with pytest.raises(NotAllowed, match=PROCURACY):
        custody.lift_hold(lift("A"), by(POLICE))
    with pytest.raises(Refused, match="no-such-hold"):
        custody.lift_hold(lift("B"), by(PROCURACY))


@pytest.mark.parametrize(
    ("agency", "may"),
    [
        (POLICE, True),
        (PROCURACY, True),
        ("TAND_KV-P34-22", True),
        ("DON_BP-P34-40-16681", True),
        ("BP_CUAKHAU-P34-40-16681", True),
        (HEALTH, False),
        ("UBND_XA-P34-40-16681", False),
        ("BCD138_TINH-P34-40", False),
    ],
)
def test_data_are_held_by_who_answers_for_them_or_conducts_proceedings(
    custody: Custody, agency: str, may: bool
):
    if not may:
        with pytest.raises(NotAllowed, match="not-yours-to-hold") as refusal:
            custody.set_hold(hold("A"), by(agency))
        assert POLICE in refusal.value.remedy_vi
    else:
        custody.set_hold(hold("A"), by(agency))

    assert custody.holds == ({"A": "Đang điều tra"} if may else {})


def test_an_office_holds_what_it_answers_for_itself():
    custody = Custody.begin_custody(SUBJECT, HEALTH, by(HEALTH))

    custody.set_hold(hold("A"), by(HEALTH))
    custody.lift_hold(lift("A"), by(HEALTH))

    assert custody.holds == {}


def test_nothing_more_is_decided_on_what_was_erased(custody: Custody):
    custody.erase(ERASE, by(), (1,))

    with pytest.raises(Refused, match="subject-erased"):
        custody.set_hold(hold("A"), by())
    with pytest.raises(Refused, match="subject-erased"):
        custody.refuse_erasure(DECLINE, by())


def test_a_declined_request_leaves_the_data_as_they_are(custody: Custody):
    custody.refuse_erasure(DECLINE, by())

    assert kinds(custody) == [CustodyBegun, ErasureRefused]
    assert custody.state()["erased_at"] is None


def test_an_opening_is_found_by_the_pseudonym_by_what_it_is_about_and_by_the_file():
    said = OpenField(event_id=uuid.uuid4(), field="sender", purpose="trial")

    opening = Opening.open_field(
        said,
        by(),
        topic="x.y.v1",
        subject_id=SUBJECT,
        key_version=1,
        ground="holder",
        file="case:1",
        around=("person:2",),
    )

    own = (f"opening:{opening.id}", f"custody:{SUBJECT}")
    assert opening.subjects == (*own, "person:2", "case:1")
    [event] = opening.pending_events
    assert isinstance(event, SealedFieldOpened)


def test_live_and_folded_are_the_same(custody: Custody):
    custody.set_hold(hold("A"), by())
    custody.refuse_erasure(DECLINE, by())
    custody.lift_hold(lift("A"), by())
    custody.erase(ERASE, by(), (1,))

    folded = None
    for event in custody.collect_events():
        folded = event.mutate(folded)

    assert folded == custody
