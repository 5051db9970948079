from typing import Any

import pytest

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    TransferTip,
)
from shared.errors import Refused
from tests.cases.examples import (
    COMMUNE,
    COMMUNE_POLICE,
    HOTLINE,
    INVESTIGATORS,
    POLICE,
    PROCURACY,
    STATION,
    STRANGER,
    act,
    news,
)
from tests.cases.tips.examples import (
    NO_CASE,
    forward,
    offered,
    received,
    verifying,
)

LATER = "2025-08-20T09:00"


def last(it: Tip) -> Any:
    return it.pending_events[-1]


def refused(code: str, rule: str) -> Any:
    """The refusal names its code and its article."""
    return pytest.raises(Refused, match=rf"^{code}: ", check=lambda it: rule in it.rule)


def test_a_tip_on_its_way_is_with_who_sent_it_until_it_is_received():
    it = offered()

    assert (it.stage, it.holder, it.offered_to) == ("transferred", COMMUNE_POLICE, INVESTIGATORS)
    it.transfer_tip(forward(step="received"), act(moment="2025-08-05T08:00"))

    assert (it.stage, it.holder, it.offered_to) == ("received", INVESTIGATORS, None)
    assert (last(it).receiver, last(it).competent) == ("CQDT", True)
    assert last(it).holder == COMMUNE_POLICE


def test_a_tip_that_is_refused_stays_where_it_was():
    it = offered()

    it.transfer_tip(
        forward(step="refused", reason="không thuộc địa bàn"), act(moment="2025-08-05T08:00")
    )

    assert (it.stage, it.holder, it.offered_to) == ("received", COMMUNE_POLICE, None)


@pytest.mark.parametrize(
    ("said", "by", "code"),
    [
        ({"step": "received"}, STRANGER, "not-offered-to-you"),
        ({"step": "received"}, COMMUNE_POLICE, "not-offered-to-you"),
        ({"step": "received", "kind": "competence"}, INVESTIGATORS, "not-what-was-offered"),
        ({"step": "received", "to": STRANGER}, INVESTIGATORS, "not-what-was-offered"),
        ({"step": "refused"}, INVESTIGATORS, "reason-needed"),
        ({"to": POLICE}, COMMUNE_POLICE, "on-its-way"),
    ],
)
def test_an_answer_is_given_by_whom_it_was_offered_and_to_what_was_offered(said, by, code):
    it = offered()

    with refused(code, "TTLT 01/2017 Điều 8(5)"):
        it.transfer_tip(forward(**said), act(by, "2025-08-05T08:00"))

    assert it.holder == COMMUNE_POLICE


WRONG = {"step": "withdrawn", "reason": "chuyển nhầm nơi nhận"}


def test_a_tip_that_was_passed_on_by_mistake_is_taken_back_and_passed_on_aright():
    it = offered()
    sent = it.offered_at

    it.transfer_tip(forward(**WRONG), act(COMMUNE_POLICE, LATER))

    assert (it.stage, it.holder, it.offered_to) == ("received", COMMUNE_POLICE, None)
    assert (last(it).step, last(it).offered_at, last(it).holder) == (
        "withdrawn",
        sent,
        COMMUNE_POLICE,
    )
    it.transfer_tip(forward(**WRONG), act(COMMUNE_POLICE, LATER))
    assert len(news(it)) == 2, "said again it is no news"
    it.transfer_tip(forward(to=POLICE), act(COMMUNE_POLICE, LATER))
    assert it.offered_to == POLICE


@pytest.mark.parametrize(
    ("said", "by", "moment", "code"),
    [
        (WRONG, INVESTIGATORS, LATER, "not-your-offer"),
        (WRONG, STRANGER, LATER, "not-your-offer"),
        (WRONG | {"to": STRANGER}, COMMUNE_POLICE, LATER, "not-what-was-offered"),
        (WRONG | {"kind": "competence"}, COMMUNE_POLICE, LATER, "not-what-was-offered"),
        (WRONG | {"reason": None}, COMMUNE_POLICE, LATER, "reason-needed"),
        (WRONG, COMMUNE_POLICE, "2025-08-04T08:01", "before-its-stage"),
    ],
)
def test_only_who_offered_a_tip_takes_that_back_as_it_was_offered(said, by, moment, code):
    it = offered()

    with refused(code, "TTLT 01/2017 Điều 8"):
        it.transfer_tip(forward(**said), act(by, moment))

    assert (it.stage, it.offered_to, len(news(it))) == ("transferred", INVESTIGATORS, 1)


def test_what_was_received_is_taken_back_by_nobody():
    it = offered()
    it.transfer_tip(forward(step="received"), act(moment="2025-08-05T08:00"))

    with refused("nothing-to-withdraw", "TTLT 01/2017 Điều 8") as no:
        it.transfer_tip(forward(**WRONG), act(COMMUNE_POLICE, LATER))

    assert INVESTIGATORS in no.value.vi and "08:00 ngày 05/08/2025" in no.value.vi
    assert it.STAGES["received"][0] in no.value.vi and INVESTIGATORS in no.value.remedy_vi


def test_nothing_is_received_before_it_was_sent_or_without():
    with refused("before-its-stage", "BLTTHS Điều 145–146"):
        offered().transfer_tip(forward(step="received"), act(moment="2025-08-04T16:00"))
    with refused("not-on-its-way", "TTLT 01/2017"):
        received(COMMUNE_POLICE).transfer_tip(forward(step="received"), act(moment=LATER))


@pytest.mark.parametrize(
    ("by", "kind", "to"),
    [
        (COMMUNE_POLICE, "commune_forward", INVESTIGATORS),
        (COMMUNE, "commune_forward", COMMUNE_POLICE),
        ("TRAM_CA-P34-40-16681", "station_forward", COMMUNE_POLICE),
        (STATION, "border_to_police", INVESTIGATORS),
        (HOTLINE, "hotline_forward", POLICE),
        (PROCURACY, "competence", INVESTIGATORS),
        (INVESTIGATORS, "competence", STRANGER),
    ],
)
def test_every_body_has_its_way_of_passing_tips_on(by: str, kind: Any, to: str):
    it = received(by)

    it.transfer_tip(TransferTip(kind=kind, to=to), act(by, LATER))

    assert it.offered_to == to


@pytest.mark.parametrize(
    ("by", "kind", "to", "code"),
    [
        (COMMUNE_POLICE, "border_to_police", INVESTIGATORS, "not-your-way-of-transfer"),
        (INVESTIGATORS, "hotline_forward", POLICE, "not-your-way-of-transfer"),
        (STATION, "commune_forward", INVESTIGATORS, "not-your-way-of-transfer"),
        (COMMUNE_POLICE, "commune_forward", COMMUNE_POLICE, "wrong-receiver"),
        (COMMUNE_POLICE, "commune_forward", HOTLINE, "wrong-receiver"),
        (COMMUNE_POLICE, "commune_forward", "CQCSDT_HUYEN-P63-01-276", "agency-not-in-existence"),
        (INVESTIGATORS, "vks_takeover", PROCURACY, "not-called-in"),
    ],
)
def test_a_tip_goes_only_the_ways_and_to_the_bodies_that_there_are(by, kind, to, code):
    it = received(by)

    with refused(code, ""):
        it.transfer_tip(TransferTip(kind=kind, to=to), act(by, LATER))

    assert news(it) == []


def test_what_is_being_verified_is_not_passed_on_by_itself():
    with refused("wrong-stage", "TTLT 01/2017 Điều 8"):
        verifying().transfer_tip(TransferTip(kind="competence", to=STRANGER), act(moment=LATER))


CALL = TransferTip(kind="vks_takeover_requested", to=PROCURACY, reason="vi phạm nghiêm trọng")
HAND = TransferTip(kind="vks_takeover", to=PROCURACY)


def test_the_procuracy_calls_a_tip_in_and_verifies_it_itself():
    it = verifying()

    it.transfer_tip(CALL, act(PROCURACY, "2025-08-12"))
    assert (it.stage, it.holder, it.called_in_by) == ("verifying", INVESTIGATORS, PROCURACY)
    it.transfer_tip(HAND, act(moment="2025-08-14"))
    it.transfer_tip(HAND.model_copy(update={"step": "received"}), act(PROCURACY, "2025-08-15"))

    assert (it.stage, it.holder, it.called_in_by) == ("verifying", PROCURACY, None)
    assert last(it).competent is True
    it.decide_case_non_institution(NO_CASE, act(PROCURACY, "2025-08-30"))
    assert it.stage == "not_instituted"


@pytest.mark.parametrize(
    ("said", "by", "code"),
    [
        (CALL.model_copy(update={"reason": None}), PROCURACY, "reason-needed"),
        (CALL, STRANGER, "not-your-way-of-transfer"),
        (CALL.model_copy(update={"to": STRANGER}), STRANGER, "not-your-way-of-transfer"),
    ],
)
def test_only_a_procuracy_calls_a_tip_in_and_says_why(said: TransferTip, by: str, code: str):
    with refused(code, "BLTTHS Điều 145(3)(c)"):
        verifying().transfer_tip(said, act(by, LATER))


def test_a_procuracy_neither_calls_in_what_another_did_nor_refuses_what_it_asked_for():
    it = verifying()
    it.transfer_tip(CALL, act(PROCURACY, "2025-08-12"))
    other = "VKSNDTC-VN"

    with refused("called-in-already", "BLTTHS"):
        it.transfer_tip(CALL.model_copy(update={"to": other}), act(other, LATER))
    it.transfer_tip(HAND, act(moment="2025-08-14"))
    with refused("called-in-already", "BLTTHS"):
        it.transfer_tip(
            HAND.model_copy(update={"step": "refused", "reason": "x"}), act(PROCURACY, LATER)
        )
    with refused("wrong-receiver", "BLTTHS"):
        received(PROCURACY).transfer_tip(CALL, act(PROCURACY, LATER))
