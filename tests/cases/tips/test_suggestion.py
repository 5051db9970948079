"""Signs of a crime suggest a case: the tip, its sentence and those who are told say so."""

from typing import Any

import asyncpg
import pytest

from services.cases.lists import Offence
from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip, LeadTipToCase, TransferTip
from services.gateway.tables import parties, routes
from services.timeline.sentences import SENTENCES, say
from shared.reference.deadlines import load_periods
from tests.cases.examples import (
    COMMUNE_POLICE,
    INVESTIGATORS,
    PROCURACY,
    STRANGER,
    act,
    at,
    folded,
)
from tests.cases.tips.examples import (
    CRIME,
    GROUND_GONE,
    NO_CASE,
    SUSPENSION,
    forward,
    in_hand,
    offered,
    received,
    tip,
    verifying,
)
from tests.cases.world import World, id_of
from tests.deadlines.engine import Engine
from tests.golden import record, sample

TOPIC = "cases.tip_classified.v1"
TRAFFICKING = Offence(article="150", clause=2)
LATER = "2025-08-20"
OTHER = "CQCSDT_TINH-P34-38"


def suggested(it: Tip) -> Any:
    return it.state()["institution_suggested"]


def test_a_tip_with_signs_of_a_crime_suggests_a_case_to_who_has_it():
    it = received()
    assert suggested(it) is None

    it.classify_tip(ClassifyTip(classification="crime", suspected=TRAFFICKING), act())

    assert suggested(it) == {
        "to": INVESTIGATORS,
        "offence": {"article": "150", "clause": 2},
        "severity": "RNT",
        "article": "BLTTHS Điều 143, 147, 153",
        "period": "TIP-RESOLVE",
    }


@pytest.mark.parametrize("other", ["not_crime", "administrative"])
def test_a_tip_without_signs_of_a_crime_suggests_nothing(other: Any):
    it = received()

    it.classify_tip(ClassifyTip(classification=other), act())

    assert suggested(it) is None


def test_it_is_suggested_to_whose_tip_it_is_and_then_to_who_has_received_it():
    it = received()
    it.classify_tip(
        ClassifyTip(classification="crime", competent=False, competent_agency=STRANGER), act()
    )
    assert suggested(it)["to"] == STRANGER

    way = TransferTip(kind="competence", to=STRANGER)
    it.transfer_tip(way, act(moment="2025-08-05"))
    assert suggested(it)["to"] == STRANGER
    it.transfer_tip(way.model_copy(update={"step": "received"}), act(STRANGER, "2025-08-06"))

    assert (suggested(it)["to"], suggested(it)["period"]) == (STRANGER, "TIP-RESOLVE")
    assert it.holder == STRANGER


def test_who_has_received_it_decides_and_not_who_was_named():
    it = offered()
    assert it.period is None
    way = forward(step="received")
    it.transfer_tip(way, act(moment="2025-08-05"))
    assert it.period == "TIP-RESOLVE"
    named = ClassifyTip(classification="crime", competent=False, competent_agency=STRANGER)
    it.classify_tip(named, act(moment="2025-08-06"))

    other = TransferTip(kind="competence", to=OTHER)
    it.transfer_tip(other, act(moment="2025-08-07"))
    it.transfer_tip(other.model_copy(update={"step": "received"}), act(OTHER, "2025-08-08"))

    assert suggested(it)["to"] == OTHER


def test_the_period_is_the_one_that_runs():
    it = verifying()
    assert suggested(it)["period"] == "TIP-RESOLVE"

    it.suspend_tip_handling(SUSPENSION, act(moment=LATER))
    assert suggested(it)["period"] is None
    it.resume_tip_handling(GROUND_GONE, act(moment="2025-09-01"))
    assert suggested(it)["period"] == "TIP-RESUMED"
    again = SUSPENSION.model_copy(update={"decision_ref": "18/QĐ-CQCSĐT"})
    it.suspend_tip_handling(again, act(moment="2025-09-02"))
    cancelled = GROUND_GONE.model_copy(update={"reason": "vks_cancelled"})
    it.resume_tip_handling(cancelled, act(PROCURACY, "2025-09-03"))

    assert suggested(it)["period"] == "TIP-AFTER-CANCEL"
    for rule in ("TIP-RESOLVE", "TIP-RESUMED", "TIP-AFTER-CANCEL"):
        assert "CaseProsecutionInstituted" in load_periods().period(rule, at(LATER).date()).stops_on


@pytest.mark.parametrize(
    "ends",
    [
        lambda it: it.decide_case_non_institution(NO_CASE, act(moment=LATER)),
        lambda it: it.institute_case(LeadTipToCase(case_id=it.id), act(moment=LATER)),
    ],
)
def test_what_is_decided_is_not_suggested_any_more(ends: Any):
    it = verifying()

    ends(it)

    assert suggested(it) is None


def test_a_suggestion_folds_to_what_lived():
    it = Tip.receive_tip(tip(), act())
    it.classify_tip(ClassifyTip(classification="crime", suspected=TRAFFICKING), act())
    live = suggested(it)

    assert live is not None and suggested(folded(it.collect_events())) == live


@pytest.mark.parametrize(
    ("said", "vi", "en"),
    [
        (
            {"suspected": {"article": "150", "clause": 2}},
            "có dấu hiệu tội phạm, đề xuất xem xét khởi tố vụ án (khoản 2 Điều 150 BLHS).",
            "there are signs of a crime, which suggests to institute a case (BLHS 150(2)).",
        ),
        (
            {"suspected": None},
            "có dấu hiệu tội phạm, đề xuất xem xét khởi tố vụ án.",
            "there are signs of a crime, which suggests to institute a case.",
        ),
        (
            {"classification": "not_crime", "suspected": None},
            "không có dấu hiệu tội phạm.",
            "no sign of a crime.",
        ),
    ],
)
def test_the_sentence_suggests_institution_with_the_article(said: Any, vi: str, en: str):
    fields = {**sample(TOPIC, **said), "actor": "A", "tip": "B"}

    for template, english, end in zip(SENTENCES[TOPIC], (False, True), (vi, en), strict=True):
        assert say(template, fields, english, str).endswith(end)


def test_who_received_it_who_has_it_and_whose_it_is_are_told():
    assert {"receiver", "handler", "field:competent_agency"} <= {*routes()[TOPIC]}
    assert parties()[TOPIC] == {"handler": "actor"}


async def test_the_period_for_deciding_on_the_case_runs_for_who_has_the_tip(
    pool: asyncpg.Pool, office: World
):
    engine = await Engine(pool).create()
    it = id_of(await office.does(receive_tip, tip()))

    await office.does(classify_tip, CRIME, moment="2025-08-04T15:00", id=it)
    await record(engine.facts["cases"], *await office.log.read(0, 100))
    await engine.settle()

    period = await engine.period("TIP-RESOLVE")
    state = (await office.find(Tip, it)).state()["institution_suggested"]
    assert (period.rule, period.subject) == (state["period"], f"tip:{it}")
    assert period.parties_left == (INVESTIGATORS,) == (state["to"],)
    assert not period.is_over and period.due == at("2025-08-26")  # Sunday 24/8 is moved to Monday.


def test_a_commune_that_only_passes_on_is_suggested_nothing():
    it = received(COMMUNE_POLICE)

    assert it.period is None and suggested(it) is None and in_hand().period == "TIP-RESOLVE"
