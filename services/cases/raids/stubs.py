"""Key areas and operations: of each only the stub that may leave the owning body. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import ClassVar, Self

from services.cases.raids import refusals
from services.cases.raids.bodies import RAIDERS, is_of, refuse_unless_bodies
from services.cases.raids.events import (
    DesignateKeyArea,
    KeyAreaDesignated,
    OpenOperation,
    OperationOpened,
)
from services.cases.stages import Staged, Step
from shared.actor import Act
from shared.domain import Event


class KeyArea(Staged):
    """A route or area to watch, as far as others may know of it."""

    KIND = "key_area"
    TOPIC = "key_area"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {"designated": ("đã xác định", "designated")}
    STEPS: ClassVar[Mapping[type[Event], Step]] = {}

    @classmethod
    def designate_key_area(cls, said: DesignateKeyArea, act: Act) -> Self:
        """Keep the stub; which area it is stays with the body, under the id in the answer."""
        if said.valid_to is not None and said.valid_to < said.valid_from:
            raise refusals.ends_before_it_begins(
                said.valid_from, said.valid_to, "/valid_to", refusals.SECRECY
            )
        id = act.new_id()
        return cls.begin(KeyAreaDesignated, said, act, id=id, area_id=id, agency=act.agency)

    def state(self) -> dict[str, object]:
        """The state as readers see it."""
        return {
            **self._standing(),
            "area_kind": self.designated.kind,
            "level": self.designated.level,
            "valid_from": self.designated.valid_from.isoformat(),
            "valid_to": self.designated.valid_to and self.designated.valid_to.isoformat(),
        }

    def state_for(self, names: AbstractSet[str]) -> dict[str, object] | None:
        """Even that there is one, only who keeps it knows (S3)."""
        return self.state() if self.holder in names else None

    def evolve(self, event: KeyAreaDesignated) -> None:
        """Take a fact in."""
        self._begins("designated", event, event.agency)
        self.designated = event


class Operation(Staged):
    """An operation file (*chuyên án*), as far as others may know of it."""

    KIND = "operation"
    TOPIC = "operation"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {"opened": ("đã xác lập", "opened")}
    STEPS: ClassVar[Mapping[type[Event], Step]] = {}

    @classmethod
    def open_operation(cls, said: OpenOperation, act: Act) -> Self:
        """Keep the stub; the file stays with the body, under the id in the answer."""
        refuse_unless_bodies([said.lead], act, "/lead")
        if not is_of(said.lead, RAIDERS):
            raise refusals.cannot_lead(said.lead, RAIDERS)
        id = act.new_id()
        return cls.begin(
            OperationOpened,
            said,
            act,
            id=id,
            operation_ref=id,
            opened_on=act.on,
            agency=act.agency,
        )

    def refuse_unless_theirs(self, agencies: Iterable[str], act: Act) -> None:
        """Raises `Refused` unless its lead, its owner or their heir of the day is among them."""
        owners = {
            each
            for body in (self.holder, self.owner)
            for each in (body, *act.register.successors(body, act.on))
        }
        if owners.isdisjoint(agencies):
            raise refusals.not_their_operation(self.id)
        if act.on < self.opened_on:
            raise refusals.before_its_operation(self.id)

    def state(self) -> dict[str, object]:
        """The state as readers see it: the lead is the holder."""
        return {**self._standing(), "opened_on": self.opened_on.isoformat()}

    def state_for(self, names: AbstractSet[str]) -> dict[str, object] | None:
        """Whose operation it is, is told to nobody but its lead and who opened it (S3)."""
        return self.state() if names & {self.holder, self.owner} else None

    def evolve(self, event: OperationOpened) -> None:
        """Take a fact in."""
        self._begins("opened", event, event.lead)
        self.owner, self.opened_on = event.agency, event.opened_on
