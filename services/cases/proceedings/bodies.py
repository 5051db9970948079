"""What kind of body somebody is in proceedings, and whose area a place lies in. Pure."""

from collections.abc import Iterator, Mapping
from typing import cast

from services.cases.proceedings.parts import Institutor
from services.cases.trials.courts import REVIEW, hears_appeals_from
from shared.actor import Act
from shared.reference import Register
from shared.reference.areas import CENTRE
from shared.standing import lies_in

_KINDS: Mapping[Institutor, tuple[str, ...]] = {
    "CQDT": ("CQCSDT_HUYEN", "CQCSDT_TINH", "CA_HUYEN", "CA_TINH", "C02", "BCA"),
    "CAX": ("CA_XA",),
    "BDBP": ("BTL_BDBP", "BCH_BDBP_TINH", "BCH_BDBP_KV", "DON_BP"),
    "CSB": ("CSB",),
    "VKS": ("VKSNDTC", "VKSND_CC", "VPT_VKSNDTC", "VKSND_TINH", "VKSND_KV", "VKSND_HUYEN"),
    "COURT": ("TANDTC", "TAND_CC", "TPT_TANDTC", "TAND_TINH", "TAND_KV", "TAND_HUYEN"),
}
KINDS: Mapping[str, Institutor] = {code: kind for kind, codes in _KINDS.items() for code in codes}
"""Agency type → what kind of body it is in proceedings; other types take no part in them."""
INVESTIGATING: frozenset[str] = frozenset({"CQDT", "CAX", "BDBP", "CSB"})
GUARDS: frozenset[str] = frozenset({"BDBP", "CSB"})
PROCURACIES: Mapping[str, tuple[str, ...]] = {
    "district": ("VKSND_HUYEN",),
    "province": ("VKSND_TINH", "VKSND_KV"),
    "central": ("VKSNDTC",),
}
"""Level of an area → types of procuracies that supervise investigations in it."""
ANY_PROVINCIAL_TYPE = "UBND_TINH"
"""A type that every province has; its heir names the province of today."""


def kind_of(agency: str) -> Institutor | None:
    """What kind of body an agency is in proceedings."""
    return KINDS.get(agency.partition("-")[0])


def kind_here(agency: str) -> Institutor:
    """The same, for a body that is known to take part."""
    return cast(Institutor, kind_of(agency))


def reaches(act: Act, area: str) -> bool:
    """Whether an area lies in the actor's; of an area that has ended, its province of the day.

    Raises UnknownArea.
    """
    return any(lies_in(act.register, each, act.by.area) for each in areas_of_the_day(act, area))


def areas_of_the_day(act: Act, area: str) -> Iterator[str]:
    """The area, and when it has ended the province that it lies in today. Raises UnknownArea."""
    yield area
    if not act.register.area(area).in_force(act.on):
        yield from _province_of_the_day(act.register, act, area)


def supervises(act: Act, holder: str) -> bool:
    """Whether the actor is set over who has the file: over a court the court that stands above it
    or reviews for the whole country, over anybody else a procuracy."""
    if kind_of(holder) == "COURT":
        reviews = act.by.type_code in REVIEW and act.by.area == CENTRE
        return reviews or hears_appeals_from(act, holder)
    return is_procuracy_over(act, holder)


def is_procuracy_over(act: Act, holder: str) -> bool:
    """Whether the actor is a procuracy whose area contains that of the file's holder."""
    return kind_of(act.agency) == "VKS" and (
        act.by.area == CENTRE or reaches(act, holder.partition("-")[2])
    )


def procuracies_over(act: Act) -> tuple[str, ...]:
    """The procuracies that an investigation by the actor is sent to (BLTTHS 154); none over one.

    They are those of the nearest area around the actor's that has any on the day: the district's,
    the province's, the country's. Since 1/7/2025 a province has its own and, by one name, its
    regional ones. Which of the two is competent depends on the court that will try the case, by a
    wording that was not seen: both are named, as both may extend the investigation (`periods.py`).
    """
    at = None if kind_of(act.agency) == "VKS" else act.by.area
    while at is not None:
        area = act.register.area(at)
        kinds = {code: act.register.kind(code) for code in PROCURACIES.get(area.level, ())}
        if there := [code for code, kind in kinds.items() if kind and kind.in_force(act.on)]:
            return tuple(f"{code}-{at}" for code in there)
        at = area.parent
    return ()


def _province_of_the_day(register: Register, act: Act, area: str) -> Iterator[str]:
    province = register.province_of(area)
    for heir in register.successors(f"{ANY_PROVINCIAL_TYPE}-{province}", act.on):
        yield heir.partition("-")[2]
