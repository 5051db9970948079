"""Which court tries what, which stands above which, and whose procuracy may protest. Pure.

Which bodies there are on a day the register says; competence.json says who may record at all. Here
is only how they lie to each other. Who has ended is stood for by its heir of the day.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.actor import Act
from shared.reference import Register
from shared.reference.errors import AgencyNotInExistence
from shared.standing import lies_in

FIRST_INSTANCE: frozenset[str] = frozenset({"TAND_HUYEN", "TAND_KV", "TAND_TINH"})
ABOVE: Mapping[str, frozenset[str]] = {
    "TAND_HUYEN": frozenset({"TAND_TINH"}),
    "TAND_KV": frozenset({"TAND_TINH"}),
    "TAND_TINH": frozenset({"TAND_CC", "TPT_TANDTC"}),
}
"""Court → the courts that hear appeals from it (BLTTHS 344; Luật 99/2025/QH15 Điều 1(31)). That the
Supreme Court's appellate courts took the high courts' place is inferred."""
REVIEW: frozenset[str] = frozenset({"TANDTC", "TAND_CC", "TAND_TINH"})
"""Courts that decide on cassation and reopening. Of provincial courts after 1/7/2025: memory."""
SAME_LEVEL: Mapping[str, frozenset[str]] = {
    "TAND_HUYEN": frozenset({"VKSND_HUYEN"}),
    "TAND_KV": frozenset({"VKSND_KV"}),
    "TAND_TINH": frozenset({"VKSND_TINH"}),
}
SUPERIOR: Mapping[str, frozenset[str]] = {
    "TAND_HUYEN": frozenset({"VKSND_TINH"}),
    "TAND_KV": frozenset({"VKSND_TINH"}),
    "TAND_TINH": frozenset({"VKSND_CC", "VPT_VKSNDTC", "VKSNDTC"}),
}
"""Court → the procuracies of its level, and directly above (BLTTHS 336). VKSNDTC besides its own
appellate institute: inferred."""
CASSATION: frozenset[str] = frozenset({"TANDTC", "VKSNDTC", "TAND_CC", "VKSND_CC"})
"""Whose heads protest for cassation (BLTTHS 373). The wording since 1/7/2025 was not seen."""
REOPENING: frozenset[str] = frozenset({"VKSNDTC", "VKSND_CC"})
"""Whose heads protest for reopening: procuracies alone (BLTTHS 400; memory)."""


def present(agency: str, on: date, register: Register) -> tuple[str, ...]:
    """The body itself while it is there, otherwise its heirs of the day; "" is nobody."""
    if not agency:
        return ()
    try:
        register.agency(agency, on)
    except AgencyNotInExistence:
        return register.successors(agency, on)
    return (agency,)


def hears_appeals_from(act: Act, court: str) -> bool:
    """Whether the actor's court stands directly above that court, in its area."""
    return _stands_above(act, court, ABOVE)


def protest_level(act: Act, court: str) -> Literal["same", "superior"] | None:
    """How the actor's procuracy lies to the court whose judgment it protests; None: not at all."""
    for seat in present(court, act.on, act.register):
        code, _, area = seat.partition("-")
        if act.by.type_code in SAME_LEVEL.get(code, ()) and act.by.area == area:
            return "same"
    return "superior" if _stands_above(act, court, SUPERIOR) else None


def _stands_above(act: Act, court: str, table: Mapping[str, frozenset[str]]) -> bool:
    for seat in present(court, act.on, act.register):
        code, _, area = seat.partition("-")
        if act.by.type_code in table.get(code, ()) and lies_in(act.register, area, act.by.area):
            return True
    return False
