"""How a person changes hands at a border: offered, then received, refused or withdrawn. Pure.

Into the country: who is told that somebody will be brought offers them to the body that is to
receive them (often itself), and that body has them when it says so. Out of the country: the body
that has the person offers them, and says when the partner has received them. Until then the person
is where they were. What comes unannounced begins by being received.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from services.cases.crossborder import refusals
from services.cases.crossborder.handing import (
    HandedOver,
    HandOver,
    HandOverSuspect,
    HandOverVictim,
    SuspectHandedOver,
    VictimHandedOver,
)
from services.cases.crossborder.partners import treaty_with
from services.cases.refusals import not_with_you
from services.cases.stages import Staged, Step, step
from shared.actor import Act
from shared.domain import Event
from shared.standing import agency_of

SUSPECTS = "BLTTHS Điều 491–493; hiệp định song phương"
VICTIMS = "PCMBN 2024 Điều 30–31; TTLT 01/2014 (đến 30/6/2025)"


class Handover(Staged):
    """What handovers of suspects and of victims have in common."""

    WHOM: ClassVar[str]
    """The field with the person's pseudonym."""
    ARTICLE: ClassVar[str]
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "offered": ("đã đề nghị, chờ giao nhận", "offered, to be received"),
        "received": ("đã giao nhận", "received"),
        "refused": ("không giao nhận", "refused"),
        "withdrawn": ("đã rút đề nghị giao nhận", "withdrawn"),
    }

    if TYPE_CHECKING:  # As in `Staged`.
        said: Any
        """The step that was recorded last."""

    @staticmethod
    def _event() -> type[HandedOver]:
        """The fact that is recorded: a method, for the library takes an attribute for its own."""
        raise NotImplementedError

    @classmethod
    def _start(cls, said: HandOver, act: Act) -> Self:
        if said.step in ("refused", "withdrawn"):
            raise refusals.nothing_to_refuse(cls.ARTICLE)
        cls._refuse_unless_whole(said, act)
        id = act.new_id()
        return cls.begin(
            cls._event(),
            said,
            act,
            id=id,
            handover_id=id,
            agency=act.agency,
            receiver=_receiver(said, act),
        )

    def _answer(self, said: HandOver, act: Act, *, renamed: bool = False) -> None:
        if self.said_before(self._event(), said, act):
            return
        self.refuse_unless_at(self._event(), act)
        if said.step == "offered":
            self.refuse_while_on_its_way(self.ARTICLE)
            raise refusals.not_what_was_offered(self._other_side, "/step", self.ARTICLE)
        for name in ("direction",) if renamed else (self.WHOM, "direction"):
            if getattr(said, name) != getattr(self.said, name):
                raise refusals.not_what_was_offered(self._other_side, f"/{name}", self.ARTICLE)
        if said.partner.country != self.said.partner.country:
            raise refusals.not_what_was_offered(self._other_side, "/partner/country", self.ARTICLE)
        withdrawn = said.step == "withdrawn"
        if said.direction == "in" and not withdrawn:
            self.refuse_unless_offered(act, self.ARTICLE)
        elif self.holding(act) is None:
            raise not_with_you(self, act, self.ARTICLE)
        self._refuse_unless_whole(said, act)
        self.record(
            self._event(),
            said,
            act,
            handover_id=self.id,
            agency=act.agency,
            receiver=self.said.receiver if withdrawn else _receiver(said, act),
        )

    @classmethod
    def _refuse_unless_whole(cls, said: HandOver, act: Act) -> None:
        """Raises `Refused` for a step that lacks what its law asks for."""
        if said.step == "received" and said.minutes_ref is None:
            raise refusals.minutes_needed(cls.ARTICLE)
        if said.step in ("refused", "withdrawn") and said.reason is None:
            raise refusals.reason_needed(cls.ARTICLE)
        if said.to is not None:
            if said.direction == "out":
                raise refusals.only_from_abroad("/to", cls.ARTICLE)
            agency_of(said.to, act.on, act.register, "/to")

    @property
    def _other_side(self) -> str:
        """Whom the person is on their way to."""
        return self.offered_to or str(self.said.partner.agency)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The handover and the person, by pseudonym."""
        kind = "person" if self.WHOM == "person_ref" else "subject"
        return (f"{self.KIND}:{self.id}", f"{kind}:{getattr(self.said, self.WHOM)}")

    def state(self) -> dict[str, object]:
        """The state as readers see it."""
        said = self.said
        return {
            **self._standing(),
            "direction": said.direction,
            "partner": said.partner.model_dump(mode="json"),
            "receiver": said.receiver,
            "minutes_ref": said.minutes_ref,
        }

    def _handed(self, event: SuspectHandedOver | VictimHandedOver) -> None:
        """For `evolve`."""
        if event.originator_version == 1:
            self._begins(event.step, event, event.agency)
        self.said = event
        self._moves(event.step, event)
        if event.step == "offered":
            if event.receiver is not None:  # Who leaves is on their way to nobody of this side.
                self._offers(event, event.receiver)
        elif event.step == "received":
            self._passes(event, event.agency)
        else:
            self._stays()
        self._remembers(event)


def _receiver(said: HandOver, act: Act) -> str | None:
    """The body of this side that has, or is to have, the person."""
    if said.direction == "out":
        return None
    return said.to if said.step == "offered" and said.to is not None else act.agency


class SuspectHandover(Handover):
    """A suspect who is brought into the country or out of it."""

    KIND = "suspect_handover"
    TOPIC = "suspect_handover"
    WHOM = "person_ref"
    ARTICLE = SUSPECTS
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        SuspectHandedOver: step("offered", SUSPECTS, by_holder=False),
    }

    if TYPE_CHECKING:  # As in `Staged`.
        case_id: UUID | None
        """As it was first said, when it was proved to be there."""

    @staticmethod
    def _event() -> type[HandedOver]:
        return SuspectHandedOver

    @classmethod
    def begin_suspect_handover(cls, said: HandOverSuspect, act: Act) -> Self:
        """Offer a suspect, or record that one was received unannounced."""
        cls._refuse_basis(said, act)
        return cls._start(said, act)

    def hand_over_suspect(
        self, said: HandOverSuspect, act: Act, *, held_since: bool = False
    ) -> None:
        """Receive or refuse the suspect who was offered, or withdraw the offer.

        `held_since`: who was offered had no record here; they are received under the pseudonym that
        their hold gave them.
        """
        if said.case_id not in (None, self.case_id):
            raise refusals.not_what_was_offered(self._other_side, "/case_id", self.ARTICLE)
        comes = said.step == "received" and said.direction == "in"
        self._answer(said, act, renamed=held_since and comes)

    @staticmethod
    def _refuse_basis(said: HandOverSuspect, act: Act) -> None:
        if said.legal_basis == "extradition" and act.by.type_code != "BCA":
            raise refusals.not_its_basis(act.agency, said.legal_basis)
        if said.legal_basis == "agreement" and treaty_with(said.partner.country, act.on) is None:
            raise refusals.no_agreement(said.partner.country, act.on)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The handover, the person by pseudonym, and the case."""
        return (*super().subjects, *((f"case:{self.case_id}",) if self.case_id else ()))

    def evolve(self, event: SuspectHandedOver) -> None:
        """Take a fact in."""
        if event.originator_version == 1:
            self.case_id = event.case_id
        self._handed(event)


class VictimHandover(Handover):
    """A victim, or somebody who may be one, who comes back or goes home."""

    KIND = "victim_handover"
    TOPIC = "victim_handover"
    WHOM = "subject_id"
    ARTICLE = VICTIMS
    STEPS: ClassVar[Mapping[type[Event], Step]] = {
        VictimHandedOver: step("offered", VICTIMS, by_holder=False),
    }

    @staticmethod
    def _event() -> type[HandedOver]:
        return VictimHandedOver

    @classmethod
    def begin_victim_handover(cls, said: HandOverVictim, act: Act) -> Self:
        """Offer a victim, or record that one was received unannounced."""
        return cls._start(said, act)

    def hand_over_victim(self, said: HandOverVictim, act: Act) -> None:
        """Receive or refuse the victim who was offered, or withdraw the offer."""
        self._answer(said, act)

    @classmethod
    def _refuse_unless_whole(cls, said: HandOver, act: Act) -> None:
        super()._refuse_unless_whole(said, act)
        assert isinstance(said, HandOverVictim)
        if said.next is not None:
            if said.direction == "out":
                raise refusals.only_from_abroad("/next", cls.ARTICLE)
            agency_of(said.next, act.on, act.register, "/next")
        elif said.step == "received" and said.direction == "in":
            raise refusals.next_needed(cls.ARTICLE)

    def evolve(self, event: VictimHandedOver) -> None:
        """Take a fact in."""
        self._handed(event)
