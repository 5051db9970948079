"""Which bodies raid and lead, and whose area a place lies in. Pure."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from services.cases.raids import refusals
from shared.actor import Act
from shared.reference.areas import CENTRE
from shared.reference.errors import UnknownArea
from shared.standing import agency_of, is_one_body, lies_in

RAIDERS = (
    *("CA_*", "CQCSDT_*", "C02", "BCA"),
    *("DON_BP", "BP_CUAKHAU", "BCH_BDBP_*", "BTL_BDBP"),
    "CSB",
)
"""Police, Border Guard, Coast Guard: who launches raids (catalogue 35)."""
LEADERS = (*RAIDERS, "BCD138_*", "BCHQS_TINH")
"""Who leads a campaign and so concludes it (catalogue 31, 32)."""


def is_of(agency: str, types: Iterable[str]) -> bool:
    """Whether the agency's type is among the patterns."""
    code = agency.partition("-")[0]
    return any(fnmatchcase(code, each) for each in types)


def refuse_unless_bodies(names: Iterable[str], act: Act, pointer: str) -> None:
    """Each name is one body of the day. Raises `Refused` for collectives and unknown ones."""
    for index, name in enumerate(names):
        place = pointer.format(index)
        agency = agency_of(name, act.on, act.register, place)
        if not is_one_body(act.register, agency):
            raise refusals.not_one_body(name, agency.name_vi, place)


def refuse_unless_area(key: str, act: Act, pointer: str) -> None:
    """The area is there on the day. Raises `Refused` with the register's sentence."""
    try:
        area = act.register.area(key)
    except UnknownArea as error:
        raise refusals.unknown_area(error.vi, error.en, pointer) from None
    if not area.in_force(act.on):
        raise refusals.unknown_area(
            f"Địa bàn {key} chưa có hoặc không còn vào ngày {act.on:%d/%m/%Y}.",
            f"The area {key} was not there on {act.on:%Y-%m-%d}.",
            pointer,
        )


def answers_for(agency: str, area: str, act: Act) -> bool:
    """Whether the area lies in the agency's own; everything lies in that of a national body."""
    own = agency.partition("-")[2]
    return own == CENTRE or lies_in(act.register, area, own)
