"""The paper that a line belongs to, as far as the line needs it. Pure."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

ALL_ADDRESSEES = "ALL_ADDRESSEES"
"""The word that a line uses for everybody that the paper goes to."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The paper that a line belongs to, as far as the line needs it."""

    directive_id: UUID
    reference: str | None
    issuer: str
    issuers: tuple[str, ...]
    """The issuer and the bodies in whose name the paper speaks besides."""
    first_day: date
    """The earliest day on which the paper may have been issued."""
    day: date
    """The day on which its agencies are looked up."""
    implementing: tuple[str, ...] = ()
    """Bodies that carry it out."""
    reporting: tuple[str, ...] = ()
    """Bodies that carry it out or only report."""
    members_known: bool = True
