"""Periods that run and periods that are over, and what the engine records of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.deadlines.domain import Deadline
from services.deadlines.events import (
    CloseDeadline,
    DeadlineClosed,
    DeadlineExtended,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineRecomputed,
    DeadlineWarningRaised,
    ExtendDeadline,
    MeetDeadline,
    MissDeadline,
    OpenDeadline,
    RaiseDeadlineWarning,
    RecomputeDeadline,
)
from services.deadlines.reactions import ENGINE
from shared.actor import Act
from tests.cases.examples import act
from tests.cases.situations.table import (
    BEGINNING,
    Machine,
    Row,
    Says,
    Stand,
    Try,
    on,
    stands,
)
from tests.golden import sample

ID = UUID(int=0xDEAD)
FACT = UUID(int=0xFAC7)
RUNNING = frozenset({"running"})
BY = ENGINE.agency


def said(command: Any, topic: str, **changes: Any) -> Any:
    """A command in the words of the golden sample of its fact."""
    fields = sample(f"deadlines.deadline_{topic}.v1", **changes)
    return command.model_validate({name: fields[name] for name in command.model_fields})


def opened() -> Deadline:
    what = said(OpenDeadline, "opened")
    return Deadline.open_deadline(what, act(BY, what.started_at), id=ID)


def over() -> Deadline:
    it = opened()
    it.meet_deadline(said(MeetDeadline, "met", party=None), act(BY, it.due - timedelta(hours=1)))
    return it


def later(it: Deadline) -> dict[str, Any]:
    """Another end, three days on."""
    return {"by_event": FACT, "due": it.due + timedelta(days=3), "alarms": ()}


def opens(stand: Stand, by: Act) -> Deadline:
    return Deadline.open_deadline(said(OpenDeadline, "opened"), by, id=ID)


def moves(decide: Any, command: Any, topic: str) -> Says:
    return lambda stand, by: decide(stand.thing, said(command, topic, **later(stand.thing)), by)


def warns(stand: Stand, by: Act) -> None:
    for alarm in stand.thing.alarms:
        stand.thing.raise_deadline_warning(RaiseDeadlineWarning(alarm=alarm), by)


def misses(stand: Stand, by: Act) -> None:
    due: datetime = stand.thing.due
    stand.thing.miss_deadline(MissDeadline(due=due, detected_at=due + timedelta(minutes=1)), by)


MACHINES = (
    Machine(
        Deadline,
        {BEGINNING: (Stand,), "running": (stands(opened),), "over": (stands(over),)},
        {
            DeadlineOpened: Row((Try(BY, opens),)),
            DeadlineExtended: Row(
                (Try(BY, moves(Deadline.extend_deadline, ExtendDeadline, "extended")),)
            ),
            DeadlineRecomputed: Row(
                (Try(BY, moves(Deadline.recompute_deadline, RecomputeDeadline, "recomputed")),)
            ),
            DeadlineMet: Row(
                (Try(BY, on(Deadline.meet_deadline, said(MeetDeadline, "met", party=None))),)
            ),
            DeadlineClosed: Row(
                (Try(BY, on(Deadline.close_deadline, said(CloseDeadline, "closed", party=None))),)
            ),
            DeadlineWarningRaised: Row((Try(BY, warns),)),
            DeadlineMissed: Row((Try(BY, misses),)),
        },
        service="deadlines",
        stages={
            event: RUNNING
            for event in (
                DeadlineExtended,
                DeadlineRecomputed,
                DeadlineMet,
                DeadlineClosed,
                DeadlineWarningRaised,
                DeadlineMissed,
            )
        },
        silent=True,
    ),
)
