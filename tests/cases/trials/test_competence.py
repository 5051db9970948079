"""Who may record which fact before the courts: by type of body and by the day it happened."""

from pathlib import Path
from typing import Any

import pytest

import services.cases.trials
from services.cases.trials.domain import TRIAL_STEPS
from services.cases.trials.events import (
    AppealFiled,
    AppellateJudgmentPronounced,
    CaseAcceptedByCourt,
    FirstInstanceJudgmentPronounced,
    JudgmentTookEffect,
    ProtestFiled,
    SentenceExecutionOrdered,
    TrialHeld,
)
from shared.errors import NotAllowed
from shared.policy import Competence
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    POLICE,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    act,
)
from tests.cases.trials.examples import (
    APPELLATE_COURT,
    DISTRICT_COURT,
    HIGH_COURT,
    OLD_PROVINCIAL_COURT,
    SUPREME_COURT,
)

BEFORE, AFTER = "2025-06-30T23:59", "2025-07-01T00:00"
TABLE = Path(services.cases.trials.__path__[0]) / "competence.json"
COURTS = (CaseAcceptedByCourt, TrialHeld, AppealFiled, JudgmentTookEffect)
MAY = [
    *((event, by, BEFORE) for event in COURTS for by in (DISTRICT_COURT, HIGH_COURT)),
    *((event, by, AFTER) for event in COURTS for by in (REGIONAL_COURT, COURT, APPELLATE_COURT)),
    (FirstInstanceJudgmentPronounced, DISTRICT_COURT, BEFORE),
    (FirstInstanceJudgmentPronounced, REGIONAL_COURT, AFTER),
    (AppellateJudgmentPronounced, OLD_PROVINCIAL_COURT, BEFORE),
    (AppellateJudgmentPronounced, HIGH_COURT, BEFORE),
    (AppellateJudgmentPronounced, APPELLATE_COURT, AFTER),
    (ProtestFiled, REGIONAL_PROCURACY, AFTER),
    (ProtestFiled, SUPREME_COURT, AFTER),
    (ProtestFiled, "VKSND_CC-VN", BEFORE),
    (JudgmentTookEffect, SUPREME_COURT, AFTER),
    (SentenceExecutionOrdered, REGIONAL_COURT, AFTER),
]
MAY_NOT = [
    *((event, by, AFTER) for event in TRIAL_STEPS for by in (POLICE, INVESTIGATORS)),
    *((event, PROCURACY, AFTER) for event in TRIAL_STEPS if event is not ProtestFiled),
    (FirstInstanceJudgmentPronounced, APPELLATE_COURT, AFTER),
    (FirstInstanceJudgmentPronounced, HIGH_COURT, BEFORE),
    (FirstInstanceJudgmentPronounced, SUPREME_COURT, AFTER),
    (AppellateJudgmentPronounced, DISTRICT_COURT, BEFORE),
    (AppellateJudgmentPronounced, REGIONAL_COURT, AFTER),
    (SentenceExecutionOrdered, APPELLATE_COURT, AFTER),
    (ProtestFiled, REGIONAL_COURT, AFTER),
]


@pytest.fixture(scope="module")
def competence() -> Competence:
    return Competence.read((TABLE,), [event.TOPIC for event in TRIAL_STEPS])


@pytest.mark.parametrize(("event", "by", "moment"), MAY)
def test_the_competent_body_of_the_day_may(
    competence: Competence, event: type[Any], by: str, moment: str
):
    competence.refuse_unless_competent(event, act(by, moment))


@pytest.mark.parametrize(("event", "by", "moment"), MAY_NOT)
def test_nobody_else_may(competence: Competence, event: type[Any], by: str, moment: str):
    with pytest.raises(NotAllowed, match="not-competent") as refusal:
        competence.refuse_unless_competent(event, act(by, moment))

    assert event.LABEL[0] in refusal.value.vi


def test_rules_end_and_begin_with_the_courts():
    rules = Competence.read((TABLE,), []).rules

    for rows in rules.values():
        for row in rows:
            ended = {"TAND_HUYEN", "TAND_CC", "VKSND_HUYEN", "VKSND_CC"} & {*row.types}
            begun = {"TAND_KV", "TPT_TANDTC", "VKSND_KV", "VPT_VKSNDTC"} & {*row.types}
            assert not ended or row.until.isoformat() == "2025-06-30", row
            assert not begun or row.since.isoformat() == "2025-07-01", row
            assert "Điều" in row.source
