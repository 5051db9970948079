"""Which law protects an accused under 18, and what part of a detention it leaves: dated data. Pure.

The regime is that of the day on which the case was instituted: cases pending on 1/1/2026 keep the
BLTTHS (Luật 59/2024/QH15 Điều 179; seen).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from services.cases.accused.parts import JuvenileLaw


@dataclass(frozen=True, slots=True)
class Regime:
    """One law on accused under 18, from a day on."""

    law: JuvenileLaw
    since: date
    share: Fraction
    """Part of an adult's detention."""
    rows: frozenset[str]
    """Statutory periods that it shortens."""
    article: str
    known: Literal["seen", "inferred"]


REGIMES = (
    Regime(
        "LAW-59-2024",
        date(2026, 1, 1),
        # Điều 138 was not seen. Never stricter than the law before, so that no lawful order is
        # refused for a guess; correct it here when the text is at hand.
        Fraction(2, 3),
        frozenset({"DET"}),
        "Luật 59/2024/QH15 Điều 138",
        "inferred",
    ),
    Regime(
        "BLTTHS-2015",
        date(2018, 1, 1),
        Fraction(2, 3),
        frozenset({"DET"}),
        "BLTTHS Điều 419",
        "seen",
    ),
)
"""Newest first. The second is the row JUV-DETENTION of the table of periods."""
LIABLE_FROM_14: frozenset[str] = frozenset({"150", "151"})
"""Offences of the table that persons of 14 and 15 answer for, when very or extremely serious
(BLHS 12(2); seen)."""
DETAINABLE: frozenset[str] = frozenset({"NT", "RNT", "DBNT"})
"""Classes for which somebody of 16 or 17 may be detained (BLTTHS 419(3); from memory)."""


def regime(instituted_on: date) -> Regime:
    """The law for accused under 18 in a case of that day; before 2018 the first one known."""
    return next((each for each in REGIMES if each.since <= instituted_on), REGIMES[-1])


def regime_of(law: JuvenileLaw | None) -> Regime | None:
    """The law by its name; None for adults."""
    return next((each for each in REGIMES if each.law == law), None)
