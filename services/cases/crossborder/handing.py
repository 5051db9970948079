"""What is said of people who change hands at a border: offered, received, refused, withdrawn."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate
from pydantic import Field

from services.cases.crossborder.events import Partner
from services.cases.limits import NAMES_MAX, DocumentNumber
from shared.domain import Command, FirstEvent
from shared.fields import AgencyRef, Line


class HandOver(Command):
    """What every handover says. What is received unannounced was not offered before."""

    step: Literal["offered", "received", "refused", "withdrawn"]
    direction: Literal["in", "out"]
    """Into Viet Nam, or out of it."""
    partner: Partner
    gate: Line
    """Border gate, port or airport."""
    to: AgencyRef | None = None
    """The body of this side that is to receive the person; only when one is offered from abroad and
    it is another than who records it."""
    minutes_ref: DocumentNumber | None = None
    """Minutes of the handover, signed by both sides; always when received."""
    reason: Line | None = None
    """Why it is refused or withdrawn; no names of persons."""


class HandedOver(FirstEvent):
    """A step of a handover: the first begins its record, whichever step that is."""

    originator_topic: str = ""
    """Empty unless it is the first."""

    def mutate(self, aggregate: Any) -> Any:
        if aggregate is None:
            return super().mutate(None)
        return CanMutateAggregate.mutate(self, aggregate)


class HandOverSuspect(HandOver):
    """A suspect is handed over at the border, or received there."""

    person_ref: UUID
    """Pseudonym, the same in all proceedings. Who is offered from abroad and has no record
    here is received under that of their hold."""
    legal_basis: Literal["agreement", "extradition", "expulsion"]
    case_id: UUID | None = None


class SuspectHandedOver(HandedOver, HandOverSuspect):
    """A suspect was offered, received or refused across the border, or the offer withdrawn."""

    TOPIC: ClassVar[str] = "cases.suspect_handed_over.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Chuyển giao, tiếp nhận đối tượng",
        "Suspect handed over",
    )
    SOURCE: ClassVar[str] = "VN–CN 2010, VN–LA 2010; BLTTHS Điều 491–493; catalogue 101"
    DATA_CLASS: ClassVar[str] = "S2"

    handover_id: UUID
    agency: AgencyRef
    receiver: AgencyRef | None
    """The body of this side that has, or is to have, the person; none when they leave."""


class HandOverVictim(HandOver):
    """A victim, or somebody who may be one, is handed over at the border or received there."""

    subject_id: UUID
    """Pseudonym of the victim."""
    documents: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """Kinds of papers that go with the person; no names of persons."""
    next: AgencyRef | None = None
    """The body of this side that looks after the person from then on; always when received here."""


class VictimHandedOver(HandedOver, HandOverVictim):
    """A victim was offered, received or refused across the border, or the offer withdrawn."""

    TOPIC: ClassVar[str] = "cases.victim_handed_over.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Trao trả, bàn giao nạn nhân qua biên giới",
        "Victim handed over across the border",
    )
    SOURCE: ClassVar[str] = "PCMBN 2024 Điều 30–31; TTLT 01/2014 (đến 30/6/2025); catalogue 102"
    DATA_CLASS: ClassVar[str] = "S2"

    handover_id: UUID
    agency: AgencyRef
    receiver: AgencyRef | None
    """The body of this side that has, or is to have, the person; none when they leave."""
