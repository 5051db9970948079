from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    ClassifyTip,
    LeadTipToCase,
    NotifyTipInformant,
    ResumeTipHandling,
    SuspendTipHandling,
    TransferTip,
)
from shared.errors import NotAllowed, Refused
from shared.reference.errors import UnknownOffence
from shared.sealed import Sealed
from tests.cases.examples import (
    BORDER_GUARD,
    COMMUNE,
    COMMUNE_POLICE,
    HOTLINE,
    INVESTIGATORS,
    MORNING,
    POLICE,
    PROCURACY,
    STATION,
    STRANGER,
    act,
    folded,
    news,
)
from tests.cases.tips.examples import (
    ASKED,
    BY_HEAD,
    CRIME,
    GRANTED,
    GROUND_GONE,
    HANDLER,
    NO_CASE,
    SUSPENSION,
    TOLD,
    forward,
    in_hand,
    offered,
    received,
    tip,
    verifying,
)

HEIR = "CQCSDT_TINH-P63-01"
CASE = LeadTipToCase(case_id=UUID(int=0xCA5E))
LATER = "2025-08-20T09:00"


def last(it: Tip) -> Any:
    return it.pending_events[-1]


def refused(code: str, rule: str) -> Any:
    """The refusal names its code and its article."""
    return pytest.raises(Refused, match=rf"^{code}: ", check=lambda it: rule in it.rule)


@pytest.mark.parametrize(
    ("by", "receiver", "competent"),
    [
        (INVESTIGATORS, "CQDT", True),
        (POLICE, "CQDT", True),
        (STATION, "BDBP", True),
        (BORDER_GUARD, "BDBP", True),
        (COMMUNE_POLICE, "CAX", False),
        ("TRAM_CA-P34-40-16681", "TRAM_CA", False),
        ("DON_CA-P34-40-16681", "CAX", False),
        (PROCURACY, "VKS", False),
        (COMMUNE, "UBND", False),
        (HOTLINE, "HOTLINE", False),
        ("HLHPN_XA-P34-40-16681", "OTHER", False),
    ],
)
def test_who_received_a_tip_decides_which_periods_run(by: str, receiver: str, competent: bool):
    [event] = Tip.receive_tip(tip(), act(by)).collect_events()

    assert (event.agency, event.receiver, event.competent) == (by, receiver, competent)


@pytest.mark.parametrize(
    ("said", "urgent"),
    [
        ({"suspected_offence": "150"}, True),
        ({"suspected_offence": "151"}, True),
        ({"suspected_offence": "347"}, False),
        ({"suspected_offence": "347", "pressing": True}, True),
        ({"suspected_offence": None}, False),
    ],
)
def test_a_tip_of_an_offence_that_is_very_serious_is_urgent_by_itself(said, urgent):
    [event] = Tip.receive_tip(tip(**said), act(COMMUNE_POLICE)).collect_events()

    assert event.urgent is urgent


def test_a_tips_id_follows_from_its_number_in_the_book_of_the_year():
    again = Tip.receive_tip(tip(content="khác"), act(moment="2025-12-31"))

    assert received().id == again.id
    assert received(moment="2026-01-02").id != again.id
    assert received(COMMUNE_POLICE).id != again.id
    assert received(receipt_no="16/2025").id != again.id


def test_what_is_sealed_is_only_said_to_be_there():
    state = received().state()

    assert (state["informant"], state["content"]) == ("sealed", "sealed")
    assert received(informant=None).state()["informant"] is None


def test_an_anonymous_tip_names_nobody():
    with refused("anonymous-with-name", "BLTTHS"):
        Tip.receive_tip(tip(anonymous=True), act())


def test_a_crime_of_ones_own_competence_is_in_hand():
    it = received()

    it.classify_tip(
        ClassifyTip(classification="crime", suspected={"article": "150", "clause": 3}), act()
    )

    assert (it.stage, it.classification) == ("in_hand", "crime")
    assert last(it).severity_guess == "DBNT"


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        ({"classification": "administrative"}, "referred"),
        ({"classification": "not_crime"}, "in_hand"),
        ({"classification": "duplicate", "duplicate_of": UUID(int=1)}, "linked"),
        (
            {"classification": "crime", "competent": False, "competent_agency": STRANGER},
            "received",
        ),
    ],
)
def test_a_classification_leads_to_a_stage(said: Any, stage: str):
    it = received()

    it.classify_tip(ClassifyTip(**said), act())

    assert it.stage == stage


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"classification": "duplicate"}, "duplicate-of-what"),
        ({"classification": "crime", "duplicate_of": UUID(int=1)}, "duplicate-of-what"),
        ({"classification": "crime", "competent": False}, "whose-is-it"),
        ({"classification": "crime", "competent_agency": STRANGER}, "whose-is-it"),
        (
            {"classification": "crime", "competent": False, "competent_agency": "XYZ-VN"},
            "unknown-agency",
        ),
    ],
)
def test_a_classification_that_does_not_fit_together_is_refused(said: Any, code: str):
    it = received()

    with refused(code, ""):
        it.classify_tip(ClassifyTip(**said), act())

    assert news(it) == []


@pytest.mark.parametrize(("article", "may"), [("150", True), ("153", True), ("154", False)])
def test_the_border_guard_verifies_the_offences_on_its_list(article: str, may: bool):
    it = received(STATION)
    said = ClassifyTip(classification="crime", suspected={"article": article, "clause": 1})

    if may:
        it.classify_tip(said, act(STATION))
        assert it.stage == "in_hand"
    else:
        with refused("not-its-offence", "BLTTHS Điều 164"):
            it.classify_tip(said, act(STATION))


def test_a_clause_that_an_article_does_not_have_is_refused():
    said = ClassifyTip(classification="crime", suspected={"article": "150", "clause": 4})

    with pytest.raises(UnknownOffence):
        received().classify_tip(said, act())


def test_who_does_not_have_the_tip_is_told_who_has():
    with pytest.raises(NotAllowed) as told:
        received().classify_tip(CRIME, act(STRANGER))

    assert (told.value.code, told.value.rule) == (
        "file-not-with-you",
        "TTLT 01/2017 Điều 8(1), (2)",
    )
    assert INVESTIGATORS in told.value.vi and "08:00 ngày 04/08/2025" in told.value.vi
    assert "đã tiếp nhận" in told.value.vi


def test_a_step_that_the_law_does_not_draw_from_there_names_stage_and_article():
    it = received()

    with pytest.raises(Refused) as told:
        it.suspend_tip_handling(SUSPENSION, act(moment=LATER))

    assert (told.value.code, told.value.rule) == ("wrong-stage", "BLTTHS Điều 148(1)")
    assert "đã tiếp nhận" in told.value.vi and told.value.extra["holder"] == INVESTIGATORS
    assert news(it) == []


def test_nothing_happens_before_what_it_follows_from():
    with refused("before-its-stage", "TTLT 01/2017 Điều 9"):
        in_hand().assign_tip_handler(HANDLER, act(moment="2025-08-04T14:00"))


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


def test_a_handler_begins_the_verification_and_may_be_replaced():
    it = in_hand()

    it.assign_tip_handler(HANDLER, act(moment="2025-08-05"))
    since = it.since
    it.assign_tip_handler(HANDLER.model_copy(update={"handler": "dtv.13"}), act(moment=LATER))

    assert (it.stage, it.since) == ("verifying", since)


def test_the_informant_is_told_by_who_received_the_tip_or_has_it():
    it = offered()
    it.transfer_tip(forward(step="received"), act(moment="2025-08-05T08:00"))

    it.notify_tip_informant(TOLD, act(COMMUNE_POLICE, "2025-08-06"))
    it.notify_tip_informant(TOLD, act(INVESTIGATORS, "2025-08-06"))

    assert news(it)[-2:] == ["TipInformantNotified"] * 2
    with refused("file-not-with-you", "TTLT 01/2017 Điều 14"):
        it.notify_tip_informant(TOLD, act(STRANGER, "2025-08-06"))


def test_a_notice_of_the_receipt_may_be_recorded_late_at_a_later_stage():
    it = verifying()

    it.notify_tip_informant(TOLD, act(moment="2025-08-04T16:00"))

    assert news(it)[-1] == "TipInformantNotified"


@pytest.mark.parametrize("kind", ["suspension", "resumption", "result"])
def test_what_has_not_happened_is_not_notified(kind: Any):
    it = verifying()
    said = NotifyTipInformant(kind=kind, to="vks", medium="document")

    with refused("nothing-to-tell", "TTLT 01/2017 Điều 14"):
        it.notify_tip_informant(said, act(moment=LATER))

    it.suspend_tip_handling(SUSPENSION, act(moment="2025-08-21"))
    it.resume_tip_handling(GROUND_GONE, act(moment="2025-08-22"))
    it.decide_case_non_institution(NO_CASE, act(moment="2025-08-23"))
    it.notify_tip_informant(said, act(moment="2025-08-24"))


def test_nobody_is_told_of_a_tip_that_nobody_gave():
    with refused("nobody-to-tell", "TTLT 01/2017 Điều 14"):
        received(informant=None, anonymous=True).notify_tip_informant(TOLD, act(moment=LATER))


def test_the_head_extends_up_to_two_months_from_the_receipt():
    it = verifying()

    it.extend_tip_verification(BY_HEAD, act(moment="2025-08-25"))

    assert (it.extensions.given, it.extensions.until) == (1, date(2025, 10, 6))
    assert last(it).late is False  # Received on 4 August: 20 days end on Sunday 24, so on 25.


def test_the_procuracy_extends_once_more_when_it_was_asked():
    it = verifying()
    it.extend_tip_verification(BY_HEAD, act(moment="2025-08-20"))

    it.extend_tip_verification(ASKED, act(moment="2025-10-01"))
    assert last(it).late is False
    it.extend_tip_verification(GRANTED, act(PROCURACY, "2025-10-03"))

    assert (it.extensions.given, it.extensions.until) == (2, date(2025, 12, 8))
    assert it.extensions.asked_of is None


def test_what_is_asked_for_or_decided_late_is_recorded_and_marked():
    it = verifying()

    it.extend_tip_verification(BY_HEAD, act(moment="2025-08-26"))
    assert last(it).late is True
    it.extend_tip_verification(ASKED, act(moment="2025-10-02"))  # Four days before 6 October.
    assert last(it).late is True
    it.extend_tip_verification(GRANTED, act(PROCURACY, "2025-10-07"))
    assert last(it).late is True


def test_a_refused_extension_changes_nothing():
    it = verifying()
    it.extend_tip_verification(BY_HEAD, act(moment="2025-08-20"))
    it.extend_tip_verification(ASKED, act(moment="2025-09-20"))

    it.extend_tip_verification(
        GRANTED.model_copy(update={"granted": False, "until": None}), act(PROCURACY, "2025-09-22")
    )

    assert (it.extensions.given, it.extensions.until) == (1, date(2025, 10, 6))


@pytest.mark.parametrize(
    ("before", "said", "by", "code"),
    [
        ((), ASKED, INVESTIGATORS, "extension-out-of-order"),
        ((), GRANTED, PROCURACY, "extension-out-of-order"),
        ((BY_HEAD,), GRANTED, PROCURACY, "extension-out-of-order"),
        (
            (BY_HEAD,),
            BY_HEAD.model_copy(update={"doc_ref": "13"}),
            INVESTIGATORS,
            "extension-out-of-order",
        ),
        ((), BY_HEAD, PROCURACY, "file-not-with-you"),
        ((), BY_HEAD.model_copy(update={"until": None}), INVESTIGATORS, "extension-fields"),
        ((), BY_HEAD.model_copy(update={"granted": False}), INVESTIGATORS, "extension-fields"),
        ((), BY_HEAD.model_copy(update={"stage": "requested"}), INVESTIGATORS, "extension-fields"),
        (
            (),
            BY_HEAD.model_copy(update={"until": date(2025, 10, 7)}),
            INVESTIGATORS,
            "extension-length",
        ),
        (
            (),
            BY_HEAD.model_copy(update={"until": date(2025, 8, 25)}),
            INVESTIGATORS,
            "extension-length",
        ),
        ((BY_HEAD,), ASKED.model_copy(update={"to": STRANGER}), INVESTIGATORS, "extension-fields"),
        ((BY_HEAD,), ASKED.model_copy(update={"to": None}), INVESTIGATORS, "extension-fields"),
        ((BY_HEAD,), ASKED, STRANGER, "file-not-with-you"),
        ((BY_HEAD, ASKED), GRANTED, "VKSND_TINH-P34-22", "not-asked"),
        (
            (BY_HEAD, ASKED),
            GRANTED.model_copy(update={"until": date(2025, 12, 9)}),
            PROCURACY,
            "extension-length",
        ),
        (
            (BY_HEAD, ASKED),
            GRANTED.model_copy(update={"until": None}),
            PROCURACY,
            "extension-fields",
        ),
    ],
)
def test_an_extension_is_given_in_order_by_its_body_and_no_further(before, said, by, code):
    it = verifying()
    for each in before:
        it.extend_tip_verification(each, act(moment=LATER))
    happened = news(it)

    with refused(code, "BLTTHS Điều 147(2)"):
        it.extend_tip_verification(said, act(by, LATER))

    assert news(it) == happened


def test_the_period_runs_from_when_a_competent_body_received_the_tip():
    it = offered()
    it.transfer_tip(forward(step="received"), act(moment="2025-08-15"))
    it.classify_tip(CRIME, act(moment="2025-08-15T09:00"))
    it.assign_tip_handler(HANDLER, act(moment="2025-08-16"))

    it.extend_tip_verification(
        BY_HEAD.model_copy(update={"until": date(2025, 10, 15)}), act(moment="2025-09-01")
    )

    assert it.extensions.until == date(2025, 10, 15)


def test_handling_is_suspended_and_resumed():
    it = verifying()

    it.suspend_tip_handling(SUSPENSION, act(moment="2025-08-21"))
    assert it.stage == "suspended"
    it.resume_tip_handling(GROUND_GONE, act(moment="2025-09-01"))

    assert it.stage == "verifying"


def test_a_ground_counts_from_the_day_on_which_the_law_had_it():
    early = {"moment": "2021-11-01T08:00"}
    it = received(**early)
    it.classify_tip(CRIME, act(moment="2021-11-01T09:00"))
    it.assign_tip_handler(HANDLER, act(moment="2021-11-02"))
    storm = SuspendTipHandling(ground="force_majeure", decision_ref="3/QĐ")

    with refused("code-not-in-force", "BLTTHS Điều 148(1)"):
        it.suspend_tip_handling(storm, act(moment="2021-11-30"))
    it.suspend_tip_handling(storm, act(moment="2021-12-01"))

    assert it.stage == "suspended"


@pytest.mark.parametrize(
    ("reason", "by", "code"),
    [
        ("ground_gone", STRANGER, "file-not-with-you"),
        ("ground_gone", PROCURACY, "file-not-with-you"),
        ("vks_cancelled", INVESTIGATORS, "only-the-procuracy"),
        ("vks_cancelled_non_institution", PROCURACY, "wrong-reason"),
    ],
)
def test_who_resumes_depends_on_why(reason: Any, by: str, code: str):
    it = verifying()
    it.suspend_tip_handling(SUSPENSION, act(moment="2025-08-21"))

    with refused(code, "BLTTHS Điều 148(2)"):
        it.resume_tip_handling(
            ResumeTipHandling(reason=reason, decision_ref="1"), act(by, "2025-09-01")
        )
    it.resume_tip_handling(
        ResumeTipHandling(reason="vks_cancelled", decision_ref="1"), act(PROCURACY, "2025-09-01")
    )

    assert (it.stage, it.holder) == ("verifying", INVESTIGATORS)


def test_a_decision_not_to_institute_ends_the_tip_unless_the_procuracy_cancels_it():
    it = verifying()
    it.decide_case_non_institution(NO_CASE, act(moment="2025-08-23"))
    assert it.stage == "not_instituted"

    it.resume_tip_handling(
        ResumeTipHandling(reason="vks_cancelled_non_institution", decision_ref="9/QĐ-VKS"),
        act(PROCURACY, "2025-09-01"),
    )

    assert it.stage == "verifying"


def test_without_verification_only_what_is_no_crime_ends_so():
    no_crime = received()
    no_crime.classify_tip(ClassifyTip(classification="not_crime"), act())

    no_crime.decide_case_non_institution(NO_CASE, act(moment=LATER))

    assert no_crime.stage == "not_instituted"
    with refused("verify-first", "BLTTHS Điều 147"):
        in_hand().decide_case_non_institution(NO_CASE, act(moment=LATER))


@pytest.mark.parametrize("by", [INVESTIGATORS, PROCURACY])
def test_a_case_is_instituted_upon_a_tip_and_it_is_found_by_the_case(by: str):
    it = verifying()

    it.institute_case(CASE, act(by, LATER))

    assert it.stage == "case_instituted"
    assert it.subjects == (f"tip:{it.id}", f"case:{CASE.case_id}")


def test_who_neither_has_the_tip_nor_is_a_procuracy_institutes_nothing_upon_it():
    with refused("file-not-with-you", "BLTTHS Điều 143"):
        verifying().institute_case(CASE, act(STRANGER, LATER))


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (Tip.assign_tip_handler, HANDLER),
        (Tip.notify_tip_informant, TOLD),
        (Tip.extend_tip_verification, BY_HEAD),
        (Tip.suspend_tip_handling, SUSPENSION),
        (Tip.decide_case_non_institution, NO_CASE),
        (Tip.institute_case, CASE),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_saying_it_twice_is_not_news(decide: Any, said: Any):
    it = verifying()
    decide(it, said, act(moment=LATER))
    facts = len(it.pending_events)

    decide(it, said, act(moment="2025-08-21"))

    assert len(it.pending_events) == facts


def test_what_another_body_says_in_the_same_words_is_not_taken_for_a_repetition():
    it = verifying()
    it.suspend_tip_handling(SUSPENSION, act(moment=LATER))

    with refused("wrong-stage", "BLTTHS"):
        it.suspend_tip_handling(SUSPENSION, act(STRANGER, "2025-08-21"))


def test_the_heir_of_a_body_that_ended_goes_on_with_its_tips():
    district = "CQCSDT_HUYEN-P63-01-276"
    it = received(district, moment="2025-02-20T08:00")

    it.classify_tip(CRIME, act(HEIR, "2025-03-03"))

    assert (it.stage, last(it).agency, it.holder) == ("in_hand", HEIR, district)
    it = received(district, moment="2025-02-20T08:00")
    with refused("file-not-with-you", "TTLT"):
        it.classify_tip(CRIME, act(INVESTIGATORS, "2025-03-03"))
    it.classify_tip(CRIME, act("CQCSDT_TINH-P34-01", "2025-07-02"))


def test_the_morning_is_a_morning_in_viet_nam():
    assert received().received_on == MORNING.date()


def test_what_was_erased_is_decided_upon_as_before_and_shown_as_erased():
    told = verifying_events()
    first = told[0]
    gone = first.model_copy(
        update={name: Sealed.erased(getattr(first, by)) for name, by in first.SEALED.items()}
    )

    it = folded([gone, *told[1:]])
    it.decide_case_non_institution(NO_CASE, act(moment=LATER))

    assert it.stage == "not_instituted"
    assert (it.state()["informant"], it.state()["content"]) == ("erased", "erased")


def verifying_events() -> Any:
    it = Tip.receive_tip(tip(), act())
    it.classify_tip(CRIME, act(moment="2025-08-04T15:00"))
    it.assign_tip_handler(HANDLER, act(moment="2025-08-05"))
    return it.collect_events()
