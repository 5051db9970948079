"""Who was found in a raid, and how each becomes a fact of their own for the victims' service. Pure.

The raid's stream only counts people. A rescue has a stream of its own, found by the victim's
pseudonym and not by the raid: who may read of a raid need not read of each victim.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import ClassVar, Self
from uuid import UUID, uuid5

from services.cases.raids import refusals
from services.cases.raids.events import RaidConcluded, RaidResults, RescueVictim, VictimRescued
from services.cases.stages import Staged, Step
from shared.actor import Act
from shared.domain import Event, Value
from shared.fields import Text
from shared.sealed import Sealed


class Found(Value):
    """What is known of one person who was found."""

    subject_id: UUID | None = None
    """Pseudonym, if there is one already; otherwise a new one is given."""
    child: bool | None = None
    condition: Sealed[Text] | None = None


class Rescue(Staged):
    """The rescue of one person, until the victims' service has received them."""

    KIND = "rescue"
    TOPIC = "rescue"
    STAGES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "rescued": ("đã giải cứu, chờ tiếp nhận", "rescued, to be received")
    }
    STEPS: ClassVar[Mapping[type[Event], Step]] = {}

    @classmethod
    def rescue_victim(cls, said: RescueVictim, act: Act, raid: RaidConcluded) -> Self:
        """One of those whom a raid found. Its id follows from the raid and the pseudonym."""
        assert raid.handover_to is not None, "a raid that found somebody says who receives them"
        return cls.begin(
            VictimRescued,
            said,
            act,
            id=rescue_id(raid.raid_id, said.subject_id),
            raid_id=raid.raid_id,
            agency=act.agency,
            rescued_by=raid.agencies,
            place=raid.area,
            handover_to=raid.handover_to,
        )

    @property
    def subjects(self) -> tuple[str, ...]:
        """The rescue and the victim, by pseudonym."""
        return (f"rescue:{self.id}", f"subject:{self.rescued.subject_id}")

    def state(self) -> dict[str, object]:
        """The state as readers see it; how the person is, is only said to be there."""
        rescued = self.rescued
        return {
            **self._standing(),
            "subject": f"subject:{rescued.subject_id}",
            "raid": rescued.raid_id and f"raid:{rescued.raid_id}",
            "condition": rescued.condition and rescued.condition.shown,
            "handover_to": rescued.handover_to,
        }

    def state_for(self, names: AbstractSet[str]) -> dict[str, object]:
        """Where the person was taken, and from which raid, know who rescued and who received."""
        rescued, state = self.rescued, self.state()
        if names & {*rescued.rescued_by, rescued.handover_to}:
            return state
        return {name: state[name] for name in state if name not in ("raid", "handover_to")}

    def evolve(self, event: VictimRescued) -> None:
        """Take a fact in."""
        self._begins("rescued", event, event.agency)
        self.rescued = event
        self._remembers(event)


def rescue_id(raid: UUID, subject: UUID) -> UUID:
    """Id of the rescue of one person in one raid."""
    return uuid5(raid, str(subject))


def everybody(said: RaidResults, found: Iterable[Found], act: Act) -> tuple[RescueVictim, ...]:
    """Each who was found, with a pseudonym. Raises `Refused` when that does not fit the counts.

    Of whom nothing is told apart, the counts say whether they are a child only where all are or
    none is.
    """
    told = tuple(found)
    if told:
        _refuse_other_counts(said, told)
    else:
        alike = {0: False, said.victims_found: True}.get(said.children_found)
        named = tuple(Found(subject_id=each, child=alike) for each in said.victims)
        told = (*named, *(Found(child=alike) for _ in range(said.victims_found - len(named))))
    return tuple(
        RescueVictim(
            subject_id=each.subject_id or act.new_id(), child=each.child, condition=each.condition
        )
        for each in told
    )


def _refuse_other_counts(said: RaidResults, told: tuple[Found, ...]) -> None:
    if said.victims:
        raise refusals.named_twice()
    if len(told) != said.victims_found:
        raise refusals.not_everybody(len(told), said.victims_found)
    named = [each.subject_id for each in told if each.subject_id is not None]
    if len({*named}) < len(named):
        raise refusals.more_pseudonyms_than_victims(len(named), said.victims_found, "/found")
    children = sum(each.child is True for each in told)
    unsaid = sum(each.child is None for each in told)
    if not children <= said.children_found <= children + unsaid:
        raise refusals.other_children(children, said.children_found)
