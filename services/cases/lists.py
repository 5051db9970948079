"""Closed lists of codes that several nouns use, each with its source. An unknown code is refused.

A code that is in force only for a time stands in DATED; `in_force` says whether it may be used on
the day of the act. Nothing is ever mapped to a default.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.domain import Value
from shared.reference.deadlines import load_periods

Severity = Literal["ITNT", "NT", "RNT", "DBNT"]
"""Class of an offence (BLHS Điều 9): less serious, serious, very serious, extremely serious.
Always derived from article and clause, never typed in."""
GRAVE: frozenset[str] = frozenset({"RNT", "DBNT"})
Article = Literal["150", "151", "152", "153", "154", "347", "348", "349"]
"""Articles of the BLHS that deadlines.json has penalty frames for: the offences of this work."""
Modus = Literal[
    "light_work_high_pay",
    "fake_account",
    "marriage",
    "adoption",
    "illegal_migration",
    "debt",
    "other",
]
"""How people are lured; catalogue 22."""
Route = Literal["internal", "LA", "KH", "CN", "MM", "PH", "TH", "sea", "other"]
"""Where it leads: within the country, a country (ISO 3166), the sea; catalogue 22."""

BORDER_GUARD_ARTICLES: frozenset[str] = frozenset({"150", "151", "152", "153", "347", "348", "349"})
"""What the Border Guard may institute and verify, of the offences above: not 154
(BLTTHS Điều 164; Luật Tổ chức cơ quan điều tra hình sự Điều 32; seen)."""
COAST_GUARD_ARTICLES: frozenset[str] = frozenset({"347", "348", "349"})
"""The Coast Guard's list has none of 150–154 (same law, Điều 33; seen); 347–349 from memory."""

DATED: Mapping[tuple[str, str], tuple[date | None, date | None]] = {
    # Luật 02/2021/QH15, in force from 1/12/2021, added it to BLTTHS 148(1) and 229(1); memory.
    ("suspension_ground", "force_majeure"): (date(2021, 12, 1), None),
    # NQ 33/2021/QH15 on trials online, in force from 1/1/2022.
    ("trial_format", "online"): (date(2022, 1, 1), None),
    # The victim's own request for a closed trial: Luật 53/2024/QH15, in force from 1/7/2025.
    ("trial_reason", "victim_request"): (date(2025, 7, 1), None),
    # The national hotline against trafficking has the number 111 by Luật 53/2024/QH15; before, it
    # was the child protection hotline of the same number, so the channel itself has no limit.
}
"""(list, code) → first and last day, both included; None is open. Codes not named are not dated."""


class Offence(Value):
    """An offence of the BLHS by article and clause; its severity class follows from both."""

    article: Article
    clause: Annotated[int, Field(ge=1, le=4)]

    @property
    def severity(self) -> str:
        """ITNT, NT, RNT or DBNT. Raises `UnknownOffence` when the article has no such clause."""
        return load_periods().severity(self.article, self.clause)


def least_severity(article: str) -> str:
    """The class of an article's first clause: the offence is at least that serious."""
    return load_periods().severity(article, 1)


def in_force(of: str, code: str, on: date) -> bool:
    """Whether a code of a list may be used on that day."""
    since, until = DATED.get((of, code), (None, None))
    return (since is None or since <= on) and (until is None or on <= until)
