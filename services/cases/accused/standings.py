"""What a case makes of its accused: who is a defendant, guilty, a convict, or out of it. Pure.

A person's own stream says what is done to them (held, charged, detained); as what they stand before
the law follows from their case alone. So it is read off the case as it stands after each fact, and
not off the fact: whatever was missed before is made up for by the next one.
"""

from collections.abc import Mapping
from uuid import UUID

from services.cases.accused.parts import Becomes
from services.cases.proceedings.domain import Case
from services.cases.stages import Step, step
from services.cases.trials.events import (
    AppellateJudgmentPronounced,
    FirstInstanceJudgmentPronounced,
)
from shared.domain import Event

JUDGED = "CONVICTED ACQUITTED EXEMPT CONVICT SERVING"
FOLLOWS: Mapping[Becomes, Step] = {
    # Returned by the panel, quashed on appeal, tried anew after a review, or resumed.
    "ACCUSED": step(
        f"DEFENDANT {JUDGED} DISCONTINUED", "BLTTHS Điều 60, 230(3), 235, 280, 355", by_holder=False
    ),
    "DEFENDANT": step("ACCUSED", "BLTTHS Điều 61", by_holder=False),
    # On appeal, or after a review, another outcome may be pronounced.
    "CONVICTED": step(f"DEFENDANT {JUDGED}", "BLTTHS Điều 326, 355", by_holder=False),
    "ACQUITTED": step(f"DEFENDANT {JUDGED}", "BLTTHS Điều 326, 355", by_holder=False),
    "EXEMPT": step(f"DEFENDANT {JUDGED}", "BLTTHS Điều 326, 355", by_holder=False),
    "CONVICT": step("CONVICTED", "BLTTHS Điều 343, 355(2)", by_holder=False),
    "SERVING": step("CONVICT", "BLTTHS Điều 364", by_holder=False),
    "DISCONTINUED": step(
        f"ACCUSED_PENDING ACCUSED DEFENDANT {JUDGED}",
        "BLTTHS Điều 230, 248, 282, 359",
        by_holder=False,
    ),
}
"""What becomes of a person, from which standings."""
BEFORE: Mapping[Becomes, Becomes] = {
    "DEFENDANT": "ACCUSED",
    "CONVICTED": "DEFENDANT",
    "ACQUITTED": "DEFENDANT",
    "EXEMPT": "DEFENDANT",
    "CONVICT": "CONVICTED",
    "SERVING": "CONVICT",
}
"""What somebody is on the way to a standing. Nobody comes to be accused by a court."""
ON_TRIAL = frozenset({"TRIAL_ORDERED", "TRIAL"})
ENDED_SILENTLY = frozenset({"JOINED", "CANCELLED"})
"""Stages of a case that say nothing of its accused: they are another's now, or nobody's."""


def standing_of(case: Case, ref: UUID) -> Becomes | None:
    """As what one of its accused stands by a case. None: it does not say."""
    if case.stage in ENDED_SILENTLY:
        return None
    if case.stage == "DISCONTINUED" or case.stopped.get(ref) == "discontinued":
        return "DISCONTINUED"
    outcomes = {row.outcome for row in case.verdicts if row.ref == ref}
    if "convicted" in outcomes:
        if ref not in case.in_force:
            return "CONVICTED"
        return "SERVING" if ref in case.executing else "CONVICT"
    if outcomes:
        return "EXEMPT" if "exempt" in outcomes else "ACQUITTED"
    on_trial = case.stage in ON_TRIAL and ref not in case.stopped
    return "DEFENDANT" if on_trial else "ACCUSED"


def way(standing: str, to: Becomes) -> tuple[Becomes, ...]:
    """The steps from one standing to another; none when there is nothing to do, or no way.

    There is none for who was not charged by the record, or whose charge the procuracy has not
    approved: neither is the court's to say.
    """
    if standing == to:
        return ()
    if standing in FOLLOWS[to].before:
        return (to,)
    before = way(standing, BEFORE[to]) if to in BEFORE else ()
    return (*before, to) if before else ()


def paper_of(fact: Event, case: Case) -> str:
    """Number of the decision by which a fact of a case was decided, or of the last judgment."""
    judgments = (FirstInstanceJudgmentPronounced, AppellateJudgmentPronounced)
    judged = (each.judgment_no for each in case.trial_events if isinstance(each, judgments))
    named = (getattr(fact, name, None) for name in ("decision_ref", "judgment_no", "docket_no"))
    last: str = [*judged, *(each for each in named if each)][-1]
    return last
