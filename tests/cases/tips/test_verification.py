from datetime import date
from typing import Any

import pytest

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    ClassifyTip,
    NotifyTipInformant,
    ResumeTipHandling,
    SuspendTipHandling,
)
from shared.errors import Refused
from tests.cases.examples import (
    COMMUNE_POLICE,
    INVESTIGATORS,
    PROCURACY,
    STRANGER,
    act,
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
    verifying,
)

LATER = "2025-08-20T09:00"


def last(it: Tip) -> Any:
    return it.pending_events[-1]


def refused(code: str, rule: str) -> Any:
    """The refusal names its code and its article."""
    return pytest.raises(Refused, match=rf"^{code}: ", check=lambda it: rule in it.rule)


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
