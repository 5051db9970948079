from typing import Any
from uuid import UUID

import pytest

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    ClassifyTip,
    LeadTipToCase,
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
    BY_HEAD,
    CRIME,
    HANDLER,
    NO_CASE,
    SUSPENSION,
    TOLD,
    in_hand,
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
