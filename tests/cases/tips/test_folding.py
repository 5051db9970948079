"""Random histories: folding is exact, and no stage is reached that the law does not draw."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip, LeadTipToCase, ResumeTipHandling, TransferTip
from shared.errors import Refused
from tests.cases.examples import (
    COMMUNE_POLICE,
    INVESTIGATORS,
    MORNING,
    PROCURACY,
    STRANGER,
    act,
    folded,
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
    tip,
)

DRAWN: dict[str, set[tuple[str, str]]] = {
    # domain-reference 2c, "Tip": event → (from, to).
    "TipClassified": {
        ("received", "in_hand"),
        ("received", "linked"),
        ("received", "referred"),
        ("received", "received"),  # Not competent: it is passed on.
    },
    "TipTransferred": {
        ("received", "transferred"),
        ("in_hand", "transferred"),
        ("transferred", "received"),
        # Refused or withdrawn: it is where it was (design: a file is never with nobody).
        ("transferred", "in_hand"),
        # "any → verifying at the procuracy" when it takes over: asked for, handed over, received.
        *((each, each) for each in ("received", "in_hand", "verifying", "suspended")),
        ("transferred", "transferred"),
        ("verifying", "transferred"),
        ("suspended", "transferred"),
        ("transferred", "verifying"),
    },
    "TipHandlerAssigned": {("in_hand", "verifying"), ("verifying", "verifying")},
    "TipVerificationExtended": {("verifying", "verifying")},
    "TipHandlingSuspended": {("verifying", "suspended")},
    "TipHandlingResumed": {("suspended", "verifying"), ("not_instituted", "verifying")},
    "CaseNonInstitutionDecided": {
        ("verifying", "not_instituted"),
        ("in_hand", "not_instituted"),  # Only when it was classified as no crime.
    },
    "TipLedToCase": {("verifying", "case_instituted")},
}

FIRST = UUID(int=0xF125)
WHO = (INVESTIGATORS, COMMUNE_POLICE, PROCURACY, STRANGER)
Step = Callable[[Tip, Any], None]


def transfer(**said: Any) -> Step:
    return lambda it, by: it.transfer_tip(TransferTip(**said), by)


def classify(**said: Any) -> Step:
    return lambda it, by: it.classify_tip(ClassifyTip(**said), by)


def transfers(*steps: str) -> Sequence[Step]:
    return [
        transfer(step=step, kind=kind, to=to, reason=None if step == "received" else "x")
        for kind, to in (
            ("commune_forward", INVESTIGATORS),
            ("competence", STRANGER),
            ("vks_takeover", PROCURACY),
        )
        for step in steps
    ]


STEPS: Sequence[Step] = (
    lambda it, by: it.classify_tip(CRIME, by),
    classify(classification="crime", competent=False, competent_agency=STRANGER),
    classify(classification="not_crime"),
    classify(classification="administrative"),
    classify(classification="duplicate", duplicate_of=FIRST),
    *transfers("offered", "received", "refused"),
    transfer(kind="vks_takeover_requested", to=PROCURACY, reason="x"),
    lambda it, by: it.assign_tip_handler(HANDLER, by),
    lambda it, by: it.notify_tip_informant(TOLD, by),
    lambda it, by: it.extend_tip_verification(
        BY_HEAD.model_copy(update={"until": it.extensions.since + timedelta(days=50)}), by
    ),
    lambda it, by: it.extend_tip_verification(ASKED, by),
    lambda it, by: it.extend_tip_verification(
        GRANTED.model_copy(
            update={"until": (it.extensions.until or date(2025, 9, 1)) + timedelta(days=30)}
        ),
        by,
    ),
    lambda it, by: it.suspend_tip_handling(SUSPENSION, by),
    lambda it, by: it.resume_tip_handling(GROUND_GONE, by),
    lambda it, by: it.resume_tip_handling(
        ResumeTipHandling(reason="vks_cancelled", decision_ref="7"), by
    ),
    lambda it, by: it.resume_tip_handling(
        ResumeTipHandling(reason="vks_cancelled_non_institution", decision_ref="8"), by
    ),
    lambda it, by: it.decide_case_non_institution(NO_CASE, by),
    lambda it, by: it.institute_case(LeadTipToCase(case_id=UUID(int=1)), by),
    *transfers("withdrawn"),
)


def walked(
    receiver: str, walk: Sequence[tuple[Step, str]]
) -> tuple[Tip, set[tuple[str, str, str]]]:
    """A tip after a walk, and the steps it took: event, from, to."""
    it = Tip.receive_tip(tip(), act(receiver))
    taken = set()
    for day, (step, who) in enumerate(walk):
        before, version, holder = it.stage, it.version, it.holder
        with suppress(Refused):
            step(it, act(who, MORNING + timedelta(days=day)))
            if it.version > version:
                taken.add((type(it.pending_events[-1]).__name__, before, it.stage))
            continue
        assert (it.stage, it.version, it.holder) == (before, version, holder)
    return it, taken


@given(
    receiver=st.sampled_from((INVESTIGATORS, COMMUNE_POLICE)),
    walk=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(WHO)), max_size=40),
)
def test_what_is_folded_is_what_lived_and_only_drawn_stages_are_reached(receiver, walk):
    live, taken = walked(receiver, walk)

    for event, before, after in taken - {
        ("TipInformantNotified", each, each) for each in Tip.STAGES
    }:
        assert (before, after) in DRAWN[event], (event, before, after)
    assert live.stage in Tip.STAGES and live.holder
    told = live.collect_events()
    assert folded(told).state() == live.state()
    assert folded(told).subjects == live.subjects


def test_the_walks_can_take_every_step_that_is_drawn():
    """The property above says little if a kind of fact never comes up."""
    one = [(STEPS[0], INVESTIGATORS), *((step, INVESTIGATORS) for step in STEPS[15:17])]
    walk = [
        *one,
        *((STEPS[index], INVESTIGATORS) for index in (17, 18)),
        (STEPS[19], PROCURACY),
        (STEPS[20], INVESTIGATORS),
        (STEPS[21], INVESTIGATORS),
        (STEPS[24], INVESTIGATORS),
        (STEPS[23], PROCURACY),
        (STEPS[25], INVESTIGATORS),
    ]

    _, taken = walked(INVESTIGATORS, walk)

    assert {event for event, *_ in taken} >= {*DRAWN} - {"TipTransferred"}
