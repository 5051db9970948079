"""Whose feeds an agency reads: its own, its unlisted collectives', and those of bodies it follows.

The same three ways in which a body acts for others on the books of a paper.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from shared.policy import in_its_time, refuse_collective
from shared.reference import Area, Register, RegisterError

AGENCIES_CACHED_MAX = 4_096
LEVELS_BELOW = ("district", "commune")


@lru_cache(AGENCIES_CACHED_MAX)
def read_by(agency_id: str, on: date, register: Register) -> tuple[str, ...]:
    """Ids whose feeds this agency reads on that day, its own first.

    A body that has ended reads what it read on its last day. Raises `NotAllowed` for collectives
    and for ids that the register has never known.
    """
    agency, day = in_its_time(register, agency_id, on)
    refuse_collective(register, agency)
    return tuple(
        dict.fromkeys(
            [
                agency_id,
                *_wholes(agency_id, day, register),
                *_forerunners(agency_id, day, register),
            ]
        )
    )


def _wholes(agency_id: str, on: date, register: Register) -> Iterator[str]:
    """Collectives without a list that the body belongs to: papers to them are told to their id."""
    code, _, area = agency_id.partition("-")
    above = register.area(area).parent
    while above is not None:
        whole = f"{code}-{above}"
        try:
            listed = bool(register.members(whole, on))
        except RegisterError:
            listed = True  # There is no such name.
        if not listed:
            yield whole
        above = register.area(above).parent


def _forerunners(agency_id: str, on: date, register: Register) -> Iterator[str]:
    """Bodies that have ended and whose heir it is, by asking each that it can be the heir of."""
    for area in _places(register.area(agency_id.partition("-")[2]), register):
        first, last = area.valid_from or date.min, area.valid_to or on
        bodies = (*register.agencies_of(area.key, first), *register.agencies_of(area.key, last))
        for body in dict.fromkeys(bodies):
            if agency_id in register.successors(body, on):
                yield body


def _places(area: Area, register: Register) -> Iterator[Area]:
    """The area, and what there was in its province before: only there its forerunners can be."""
    yield area
    if area.parent is None:
        return
    for key in register.area(register.province_of(area.key)).merged_from:
        before = register.area(key)
        yield before
        assert before.valid_to is not None, f"{key} was merged, so it has ended"
        for level in LEVELS_BELOW:
            for inner in register.areas_in(key, level, before.valid_to):
                yield register.area(inner)
