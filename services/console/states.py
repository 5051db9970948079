"""States of papers and tasks as they are drawn: the fuller the shape, the nearer to done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Look:
    """One state: the icon and style (`st-<look>`) and the key of its word."""

    look: str
    word: str


PAPER: Mapping[str, Look] = {
    "issued": Look("issued", "paper.issued"),
    "dispatched": Look("sent", "paper.dispatched"),
    "received": Look("arrived", "paper.received"),
    "acknowledged": Look("accepted", "paper.acknowledged"),
    "returned": Look("returned", "paper.returned"),
}
TASK: Mapping[str, Look] = {
    "open": Look("issued", "task.open"),
    "accepted": Look("accepted", "task.accepted"),
    "in_progress": Look("progress", "task.in_progress"),
    "done_unconfirmed": Look("review", "task.done_unconfirmed"),
    "confirmed": Look("done", "task.confirmed"),
    "returned": Look("returned", "task.returned"),
    "cancelled": Look("recalled", "task.cancelled"),
}
TASK_ORDER = (
    "confirmed",
    "done_unconfirmed",
    "in_progress",
    "accepted",
    "open",
    "returned",
    "cancelled",
)
"""Left to right in a bar: from done to not begun, then what stands aside."""
ACTED = frozenset({"accepted", "in_progress", "done_unconfirmed", "confirmed"})
"""Task states of a body that has taken the task on."""
WAITING = frozenset({"open", "accepted", "in_progress"})
"""Task states that a term still runs for."""
"""Procuracy, courts and Fatherland Front are asked, not ordered; they are never overdue."""
LANES = ("police", "border_guard", "procuracy", "court", "health", "other", "committee", "commune")
"""Columns and groups of agencies, in this order."""


@dataclass(frozen=True)
class Share:
    """One part of a bar: a state, how many, and where it lies (per cent of the whole)."""

    look: str
    word: str
    count: int
    start: float
    width: float


def bar(counts: Mapping[str, Any]) -> list[Share]:
    """The parts of a bar of task states; empty states are left out."""
    total = sum(counts.get(state, 0) for state in TASK_ORDER)
    parts, at = [], 0.0
    for state in TASK_ORDER:
        count = counts.get(state, 0)
        if count:
            width = 100 * count / total
            parts.append(Share(TASK[state].look, TASK[state].word, count, at, width))
            at += width
    return parts


def acted(counts: Mapping[str, Any]) -> int:
    """How many have taken it on."""
    return sum(counts.get(state, 0) for state in ACTED)


def fullness(done: int, total: int, full: str) -> str:
    """The look of `done` of `total`: a dashed ring for none, the full shape for all."""
    if not total or not done:
        return "issued"
    return full if done == total else f"part {full}"


def may_be_late(assignee: Mapping[str, Any]) -> bool:
    """Whether a body that has not finished is shown as overdue once the term has passed."""
    return assignee["status"] in WAITING and not assignee["never_critical"]


def by_lane(things: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Agencies in the order of the lanes; within a lane as they came."""
    return sorted(things, key=lambda each: lane_rank(str(each.get("lane"))))


def lane_rank(lane: str) -> int:
    """Place of a lane; unknown lanes come last."""
    return LANES.index(lane) if lane in LANES else len(LANES)


def type_code(agency: str) -> str:
    """`UBND_XA` of `UBND_XA-P34-40-16681`."""
    return agency.partition("-")[0]


def names(agencies: Sequence[Mapping[str, Any]], say: Any) -> list[str]:
    """Names of agencies in the reader's language."""
    return [say.of(each, "name") for each in agencies]
