"""Who may institute which case, where: competence by body, offence and area. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.cases.lists import BORDER_GUARD_ARTICLES, COAST_GUARD_ARTICLES, Offence, Severity
from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import GUARDS, kind_of, reaches
from services.cases.proceedings.events import InstituteCase
from services.cases.proceedings.gravity import heaviest
from services.cases.proceedings.parts import Institutor
from shared.actor import Act
from shared.reference.errors import UnknownArea

COMMUNE_CLASSES: tuple[Severity, ...] = ("ITNT", "NT")
"""What commune-police investigators handle (Luật 99/2025/QH15; seen in press)."""
MINOR: Severity = "ITNT"
"""What Border and Coast Guard investigate to the end, when caught in the act (BLTTHS 164(1)(a))."""


@dataclass(frozen=True, slots=True)
class Institution:
    """What follows from who institutes a case of which offences."""

    by: Institutor
    severity: Severity
    investigates: Literal["initial", "whole"]


def institution(said: InstituteCase, act: Act) -> Institution:
    """Who institutes and how grave it is. Raises `Refused` beyond the body's law or area."""
    by = kind_of(act.agency)
    if by is None:
        raise refusals.no_part(act.agency)
    severity = heaviest(said.offences)
    _refuse_outside(said.place, act)
    refuse_beyond(by, act.agency, said.offences, severity, "/offences")
    minor = severity == MINOR and said.flagrante
    return Institution(by, severity, "initial" if by in GUARDS and not minor else "whole")


def refuse_beyond(
    by: Institutor, agency: str, offences: Sequence[Offence], severity: Severity, pointer: str
) -> None:
    """Raises `NotAllowed` for offences that this kind of body has no competence for."""
    match by:
        case "BDBP":
            _refuse_unlisted(agency, offences, BORDER_GUARD_ARTICLES, refusals.BORDER, pointer)
        case "CSB":
            _refuse_unlisted(agency, offences, COAST_GUARD_ARTICLES, refusals.COAST, pointer)
        case "CAX" if severity not in COMMUNE_CLASSES:
            raise refusals.too_grave(agency, severity, ", ".join(COMMUNE_CLASSES), refusals.COMMUNE)


def refuse_beyond_minor(by: Institutor, agency: str, severity: Severity) -> None:
    """Raises `NotAllowed` when a guard's own investigation turns out to be of something graver."""
    if by in GUARDS and severity != MINOR:
        raise refusals.too_grave(agency, severity, MINOR, refusals.BORDER)


def _refuse_unlisted(
    agency: str, offences: Sequence[Offence], listed: frozenset[str], rule: str, pointer: str
) -> None:
    beyond = sorted({each.article for each in offences} - listed)
    if beyond:
        raise refusals.beyond_body(agency, beyond, sorted(listed), rule, pointer)


def _refuse_outside(place: str, act: Act) -> None:
    try:
        area = act.register.area(place)
    except UnknownArea as error:
        raise refusals.unknown_place(error.vi, error.en, "/place") from None
    if not area.in_force(act.on):
        raise refusals.unknown_place(
            f"{place} không còn hoặc chưa có vào ngày {act.on:%d/%m/%Y}.",
            f"{place} was not there on {act.on:%Y-%m-%d}.",
            "/place",
        )
    if not reaches(act, place):
        raise refusals.outside_area(place, act.agency)
