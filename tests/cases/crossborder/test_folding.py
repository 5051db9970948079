"""Random histories: folding is exact, no stage is reached that is not drawn, nobody is lost."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.cases.crossborder.domain import BorderRequest
from services.cases.crossborder.events import AnswerCrossBorderRequest
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from services.cases.stages import Staged
from shared.errors import Refused
from tests.cases.crossborder.examples import request, suspect, victim
from tests.cases.examples import MORNING, POLICE, STATION, STRANGER, act, folded

DRAWN: dict[str, set[tuple[str, str]]] = {
    # Catalogue, "Cross-border" 98–102 (2c draws none of it): a request is closed by the answer that
    # is the last; a handover is offered, then received, refused or withdrawn.
    "CrossBorderRequestAnswered": {
        ("requested", "answered"),
        ("answered", "answered"),
        ("requested", "closed"),
        ("answered", "closed"),
    },
    "SuspectHandedOver": {("offered", step) for step in ("received", "refused", "withdrawn")},
    "VictimHandedOver": {("offered", step) for step in ("received", "refused", "withdrawn")},
}
WHO = (POLICE, STATION, STRANGER)
WAYS = ("in", "out")
ANSWERS = ("offered", "received", "refused", "withdrawn")
Step = Callable[[Any, Any], None]
NUMBERS = count(1)


def answered(partner: str, final: bool) -> Step:
    return lambda it, by: it.answer(
        AnswerCrossBorderRequest(exchange_id=UUID(int=next(NUMBERS)), final=final), partner, by
    )


def after(step: str, way: str) -> dict[str, Any]:
    """A victim who leaves is looked after abroad."""
    return {"next": None} if step == "received" and way == "out" else {}


REQUEST_STEPS = [answered(partner, final) for partner in ("LA", "CN") for final in (False, True)]
SUSPECT_STEPS: list[Step] = [
    lambda it, by, step=step, way=way: it.hand_over_suspect(suspect(step, direction=way), by)
    for step in ANSWERS
    for way in WAYS
]
VICTIM_STEPS: list[Step] = [
    lambda it, by, step=step, way=way: it.hand_over_victim(
        victim(step, direction=way, **after(step, way)), by
    )
    for step in ANSWERS
    for way in WAYS
]


def walks(steps: Sequence[Step]) -> Any:
    hours = st.integers(-30, 24 * 40)
    return st.lists(st.tuples(st.sampled_from(steps), st.sampled_from(WHO), hours), max_size=12)


def walked(it: Staged, walk: Sequence[tuple[Step, str, int]]) -> set[tuple[str, str, str]]:
    """The steps that a thing took on a walk: event, from, to. What is refused changes nothing."""
    taken = set()
    for step, who, hours in walk:
        before, version, holder = it.stage, it.version, it.holder
        with suppress(Refused):
            step(it, act(who, MORNING + timedelta(hours=hours)))
            if it.version > version:
                taken.add((type(it.pending_events[-1]).__name__, before, it.stage))
            continue
        assert (it.stage, it.version, it.holder) == (before, version, holder)
    return taken


def refuse_unless_drawn(it: Staged, taken: set[tuple[str, str, str]]) -> None:
    for event, before, now in taken:
        assert (before, now) in DRAWN[event], (event, before, now)
    assert it.holder
    told = it.collect_events()
    assert folded(told).state() == it.state()
    assert folded(told).subjects == it.subjects


@given(walk=walks(REQUEST_STEPS))
def test_a_request_folds_to_what_lived(walk: Any):
    it = BorderRequest.request_information(request(), act(POLICE))

    refuse_unless_drawn(it, walked(it, walk))


@given(by=st.sampled_from((POLICE, STATION)), way=st.sampled_from(WAYS), walk=walks(SUSPECT_STEPS))
def test_a_suspect_is_always_with_somebody(by: str, way: str, walk: Any):
    it = SuspectHandover.begin_suspect_handover(suspect(direction=way), act(by))

    refuse_unless_drawn(it, walked(it, walk))


@given(way=st.sampled_from(WAYS), walk=walks(VICTIM_STEPS))
def test_a_victim_is_always_with_somebody(way: str, walk: Any):
    it = VictimHandover.begin_victim_handover(victim(direction=way), act(STATION))

    refuse_unless_drawn(it, walked(it, walk))


def test_the_walks_can_take_every_step_that_is_drawn():
    taken: set[tuple[str, str, str]] = set()
    for steps in ([0, 0, 1], [1]):
        it = BorderRequest.request_information(request(), act(POLICE))
        taken |= walked(it, [(REQUEST_STEPS[i], POLICE, 1 + n) for n, i in enumerate(steps)])
    for i in (2, 4, 6):
        one = SuspectHandover.begin_suspect_handover(suspect(), act(POLICE))
        two = VictimHandover.begin_victim_handover(victim(), act(POLICE))
        taken |= walked(one, [(SUSPECT_STEPS[i], POLICE, 1)])
        taken |= walked(two, [(VICTIM_STEPS[i], POLICE, 1)])

    assert taken == {(event, *pair) for event, pairs in DRAWN.items() for pair in pairs}
