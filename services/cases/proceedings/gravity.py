"""How grave offences are: the class by the dated frames, and which court's level fits. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, cast

from services.cases.lists import Offence, Severity
from services.cases.proceedings import refusals
from shared.reference.deadlines import Frame, load_periods
from shared.reference.errors import UnknownOffence

SEVERITIES: tuple[Severity, ...] = ("ITNT", "NT", "RNT", "DBNT")
"""From less to extremely serious (BLHS Điều 9)."""
REGIONAL_FROM = date(2025, 7, 1)
"""Regional courts since (NQ 81/2025/UBTVQH15; Luật 99/2025/QH15 Điều 1(31))."""
DISTRICT_YEARS_MAX = 15
REGIONAL_YEARS_MAX = 20
LOWEST_COURTS = frozenset({"TAND_HUYEN", "TAND_KV"})


def heaviest(offences: Sequence[Offence], pointer: str = "/offences") -> Severity:
    """The class of the gravest of several offences. Raises `Refused` for an unknown clause."""
    _refuse_unknown(offences, pointer)
    classes = [cast(Severity, each.severity) for each in offences]
    return max(classes, key=SEVERITIES.index)


def court_warning(
    court: str, offences: Sequence[Offence], on: date
) -> Literal["below_level", "above_level"] | None:
    """Whether the level of a court of first instance does not fit the gravest offence.

    Until 30/6/2025 district courts try what is threatened with at most 15 years (BLTTHS Điều 268);
    since then regional courts up to 20 years, without life. The exceptions of the present wording
    were not seen, so this only warns.
    """
    frames = [_frame(each) for each in offences]
    years = REGIONAL_YEARS_MAX if on >= REGIONAL_FROM else DISTRICT_YEARS_MAX
    needs_higher = any(each.life or each.max_years > years for each in frames)
    is_lowest = court.partition("-")[0] in LOWEST_COURTS
    if needs_higher == is_lowest:
        return "below_level" if is_lowest else "above_level"
    return None


def _refuse_unknown(offences: Sequence[Offence], pointer: str) -> None:
    for index, each in enumerate(offences):
        try:
            _frame(each)
        except UnknownOffence as error:
            clauses = [
                frame.clause for frame in load_periods().frames() if frame.article == each.article
            ]
            raise refusals.unknown_clause(error, clauses, f"{pointer}/{index}/clause") from None


def _frame(offence: Offence) -> Frame:
    return load_periods().frame(offence.article, offence.clause)
