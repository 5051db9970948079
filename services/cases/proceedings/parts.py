"""What the facts of a case are made of."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.cases.limits import CODES_MAX, PERSONS_MAX, DocumentNumber
from services.cases.lists import Offence
from shared.domain import Value
from shared.fields import Day

Institutor = Literal["CQDT", "CAX", "BDBP", "CSB", "VKS", "COURT"]
"""What kind of body acts: investigating body, commune-police investigator, Border Guard, Coast
Guard, procuracy, court."""
Part = Literal["investigation", "prosecution", "trial", "appeal"]
"""The part of the proceedings that a case is in, as the articles on suspension divide them."""
HandoverStep = Literal["offered", "received", "refused", "withdrawn"]
"""A file is with who offered it until it is received, so that it is never with nobody; until then
who offered it may withdraw that."""
ReturnedBy = Literal["VKS", "JUDGE", "PANEL", "APPEAL", "CASSATION"]
FileTo = Literal["VKS", "COURT", "APPEAL_COURT", "CQDT"]
Offences = Annotated[tuple[Offence, ...], Field(min_length=1, max_length=CODES_MAX)]
Accused = Annotated[tuple[UUID, ...], Field(max_length=PERSONS_MAX)]
"""Pseudonyms of persons."""
SEQ_MAX = 9
MONTHS_OR_DAYS_MAX = 99
ITEMS_MAX = 1_000_000
VICTIMS_MAX = 50_000
Victims = Annotated[int, Field(ge=0, le=VICTIMS_MAX)]
Items = Annotated[int, Field(ge=0, le=ITEMS_MAX)]


class Remainder(Value):
    """A part that is split off, with the number that it gets."""

    case_no: DocumentNumber
    offences: Offences
    accused: Accused = ()
    juvenile: bool = False
    victims_known: Victims = 0


class Stretch(Value):
    """How much longer."""

    n: Annotated[int, Field(ge=1, le=MONTHS_OR_DAYS_MAX)]
    unit: Literal["day", "month"]


class Course(Value):
    """How far a case is, for one that goes on from another."""

    rule: str | None
    """Id of the statutory period that runs."""
    since: Day
    granted: tuple[Stretch, ...]
    """Its extensions so far."""
    returns: dict[str, int]
    """Returns for supplementary investigation, by who returned the file."""


class Charged(Value):
    """Who is charged with what."""

    ref: UUID
    offence: Offence
