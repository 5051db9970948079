"""What a judgment says of one accused, and how it lies to the penalty frame of the law. Pure.

The frame is that of deadlines.json (BLHS Điều 150–154, 347–349). A court may leave it (BLHS Điều
54, 59), so what does not fit is a warning for whoever checks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.cases.limits import CODES_MAX
from services.cases.lists import Article
from services.cases.trials import refusals
from services.cases.trials.codes import PenaltyKind
from shared.domain import Value
from shared.reference.files import read_json

VND_MAX = 10**15
MONTHS_MAX = 360
"""30 years, the most that several prison terms may add up to (BLHS Điều 55)."""
SUSPENDED_TERM_MONTHS_MAX = 36
"""Longest prison term that may be suspended (BLHS Điều 65)."""
TIMED: frozenset[str] = frozenset({"imprisonment", "non_custodial_reform"})
"""Penalties that have a length."""

FrameFault = Literal[
    "above_frame",
    "below_frame",
    "life_not_in_frame",
    "death_not_in_frame",
    "suspended_term_too_long",
]


class Penalty(Value):
    """One penalty; the principal one first."""

    kind: PenaltyKind
    months: Annotated[int, Field(ge=1, le=MONTHS_MAX)] | None = None
    suspended_months: Annotated[int, Field(ge=12, le=60)] | None = None
    """Probation period of a suspended prison term (BLHS Điều 65: one to five years)."""


class Judged(Value):
    """What becomes of one accused for one offence."""

    ref: UUID
    article: Article
    clause: Annotated[int, Field(ge=1, le=4)]
    outcome: Literal["convicted", "acquitted", "exempt"]
    penalties: tuple[Penalty, ...] = Field(default=(), max_length=CODES_MAX)
    civil_vnd: Annotated[int, Field(ge=0, le=VND_MAX)] = 0
    """What this accused is ordered to pay to injured persons."""


class FrameWarning(Value):
    """A penalty that does not lie in the frame of its clause."""

    ref: UUID
    article: Article
    clause: int
    fault: FrameFault


@dataclass(frozen=True, slots=True)
class Frame:
    """The main penalty frame of one clause."""

    months_min: int
    months_max: int
    life: bool


@cache
def frames() -> dict[tuple[str, int], Frame]:
    """Frames by article and clause, read once per process."""
    return {
        (offence["article"], row["clause"]): Frame(
            round(row["min_years"] * 12), round(row["max_years"] * 12), row["life"]
        )
        for offence in read_json("deadlines.json")["offences"]
        for row in offence["frames"]
    }


def refuse_impossible(rows: Iterable[Judged]) -> None:
    """Raises `Refused` for what no court can have pronounced: a slip of the pen."""
    seen: set[tuple[UUID, str]] = set()
    for index, row in enumerate(rows):
        at = f"/per_accused/{index}"
        if (row.ref, row.article) in seen:
            raise refusals.judged_twice(row.article, at)
        seen.add((row.ref, row.article))
        if (row.outcome == "convicted") != bool(row.penalties):
            raise refusals.penalty_misplaced(row.outcome, f"{at}/penalties")
        for each in row.penalties:
            length = each.months is not None
            suspended = each.suspended_months is not None
            if length != (each.kind in TIMED) or (suspended and each.kind != "imprisonment"):
                raise refusals.length_misplaced(each.kind, f"{at}/penalties")


def outside_frame(rows: Iterable[Judged]) -> tuple[FrameWarning, ...]:
    """Penalties outside their frame. Clauses without a frame of their own say nothing."""
    return tuple(
        FrameWarning(ref=row.ref, article=row.article, clause=row.clause, fault=fault)
        for row in rows
        if (frame := frames().get((row.article, row.clause)))
        for each in row.penalties
        for fault in _faults(each, frame)
    )


def _faults(penalty: Penalty, frame: Frame) -> Iterator[FrameFault]:
    if penalty.kind == "death":
        yield "death_not_in_frame"  # None of these frames has it.
    if penalty.kind == "life_imprisonment" and not frame.life:
        yield "life_not_in_frame"
    if penalty.kind == "imprisonment" and penalty.months is not None:
        if penalty.months > frame.months_max:
            yield "above_frame"
        if penalty.months < frame.months_min:
            yield "below_frame"
        if penalty.suspended_months and penalty.months > SUSPENDED_TERM_MONTHS_MAX:
            yield "suspended_term_too_long"
