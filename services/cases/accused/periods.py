"""How long custody and detention may last: lengths from the dated table of periods. Pure.

The clock counts what runs; here only what an order or an extension may say is checked. Ends of
custody and detention are those of the order and never move off a day off; a month is 30 days
(BLTTHS 134(1)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Literal

from services.cases.accused.juvenile import Regime
from services.cases.accused.parts import DetentionStage
from services.cases.lists import Severity
from shared.actor import VIETNAM
from shared.reference.deadlines import Extension, Length, load_periods

MONTH_DAYS = 30
CUSTODY = "CUSTODY"
DETENTION = "DET"
ROWS: Mapping[DetentionStage, str] = {
    "investigation": DETENTION,
    "prosecution": "DET-PROS",
    "trial": "DET-TRIAL",
    "after_judgment": "DET-AFTER-JUDGMENT",
}
"""Stage → statutory period. Detention on appeal (347) has no row: its length is not checked."""
ARTICLES: Mapping[DetentionStage, str] = {
    "investigation": "BLTTHS Điều 119, 173",
    "prosecution": "BLTTHS Điều 241",
    "trial": "BLTTHS Điều 278",
    "appeal": "BLTTHS Điều 347",
    "after_judgment": "BLTTHS Điều 329(3), 347(3)",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """The longest that the law allows."""

    days: int
    article: str
    known: Literal["seen", "inferred"]


def custody_days(on: date) -> int:
    """The longest first custody."""
    length = load_periods().period(CUSTODY, on).length
    assert isinstance(length, Length)
    return length.n


def custody_extensions(on: date) -> tuple[Extension, ...]:
    """The extensions of custody that the law has."""
    return load_periods().period(CUSTODY, on).extensions


def days_after(moment: datetime, days: int) -> datetime:
    """24:00 in Viet Nam of the n-th day after a moment, whose own day is day 0."""
    day = moment.astimezone(VIETNAM).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), VIETNAM)


def detention(
    stage: DetentionStage, severity: Severity, on: date, young: Regime | None
) -> Allowed | None:
    """The longest detention at a stage; None when the table has no such period."""
    row = ROWS.get(stage)
    if row is None:
        return None
    period = load_periods().period(row, on)
    length = period.length_by_class.get(severity) or period.length
    assert isinstance(length, Length)
    return _for_the_young(row, _days(length), ARTICLES[stage], young)


def detention_extension(severity: Severity, seq: int, on: date) -> Extension | None:
    """The n-th extension of detention for the investigation; None when there is none."""
    return next((each for each in detention_extensions(severity, on) if each.seq == seq), None)


def detention_extensions(severity: Severity, on: date) -> tuple[Extension, ...]:
    """All extensions that the law has for a class."""
    extensions = load_periods().period(DETENTION, on).extensions
    return tuple(each for each in extensions if severity in each.length_by_class)


def extension_days(extension: Extension, severity: Severity, young: Regime | None) -> Allowed:
    """How much longer an extension may make it."""
    days = _days(extension.length_by_class[severity])
    return _for_the_young(DETENTION, days, f"BLTTHS Điều {extension.article}", young)


def _for_the_young(row: str, days: int, article: str, young: Regime | None) -> Allowed:
    if young is None or row not in young.rows:
        return Allowed(days, article, "seen")
    return Allowed(_share(days, young.share), f"{article}; {young.article}", young.known)


def _share(days: int, share: Fraction) -> int:
    return floor(days * share)


def _days(length: Length) -> int:
    return length.n * (MONTH_DAYS if length.unit == "month" else 1)
