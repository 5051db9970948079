"""Things that move through the stages of the law, and the hands that their file is in. Pure.

Which fact may be recorded at which stage is a table (`STEPS`), so that it can be read, drawn and
tested beside the law; what follows from a fact is the one `match` of each thing's `evolve`, with
the help of `_begins`, `_moves`, `_offers`, `_passes`, `_stays` and `_remembers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from services.cases import refusals
from shared.actor import VIETNAM, Act
from shared.domain import Aggregate, Command, Event, Whereabouts, repeats
from shared.standing import Standing, acting_as


@dataclass(frozen=True, slots=True)
class Step:
    """From which stages a fact may be recorded, and by which article."""

    before: frozenset[str]
    article: str
    by_holder: bool = True
    """Only who has the file may record it; False: the decision itself says who may."""


def step(before: str, article: str, *, by_holder: bool = True) -> Step:
    """A row of a table of steps; stages separated by spaces."""
    return Step(frozenset(before.split()), article, by_holder)


class Staged(Aggregate):
    """A thing with one stage at a time and one body that has its file, never none."""

    STAGES: ClassVar[Mapping[str, tuple[str, str]]]
    """Every stage in words, Vietnamese and English; the first is where it begins."""
    STEPS: ClassVar[Mapping[type[Event], Step]]
    """Every fact but the first."""
    PASSED_ON: ClassVar[bool] = False
    """Whether one body hands it over to another."""

    if TYPE_CHECKING:  # The library makes a dataclass of an aggregate with annotations that run.
        stage: str
        since: datetime
        """When the stage began (occurred_at)."""
        holder: str
        """The body that has the file. Who ended meanwhile is stood for by the heir of the day."""
        held_since: datetime
        """When that body got it."""
        offered_to: str | None
        """The body that the file is on its way to; it is with `holder` until that body has it."""
        offered_at: datetime | None

    def record_step(self, event: type[Event], said: Command, act: Act, **derived: Any) -> None:
        """Record a fact at its stage. Raises `Refused` naming stage, holder, since and article."""
        self.refuse_unless_at(event, act)
        self.record(event, said, act, **derived)

    def refuse_unless_at(self, event: type[Event], act: Act) -> None:
        """The guards that every step has: the stage, the hands, and the order of time."""
        row = self.STEPS[event]
        if self.stage not in row.before:
            raise refusals.wrong_stage(self, event, row.article)
        if row.by_holder and self.holding(act) is None:
            raise refusals.not_with_you(self, act, row.article)
        if act.at < self.since:
            raise refusals.before_its_stage(self, act, row.article)

    def holding(self, act: Act) -> Standing | None:
        """As whom the actor has the file: itself, or as the heir of a body that has ended."""
        return acting_as(act, (self.holder,), self.held_since.astimezone(VIETNAM).date())

    def refuse_unless_offered(self, act: Act, article: str) -> None:
        """Only to whom the file was offered may receive or refuse it, and not before it was."""
        if self.offered_to is None or self.offered_at is None:
            raise refusals.not_on_its_way(self, article)
        if acting_as(act, (self.offered_to,), self.offered_at.astimezone(VIETNAM).date()) is None:
            raise refusals.not_offered_to_you(self, act, article)
        if act.at < self.offered_at:
            raise refusals.before_its_offer(self, act, article)

    def refuse_unless_withdrawable(self, act: Act, article: str) -> None:
        """Only who offered the file takes that back, and only until it is received."""
        if self.offered_to is None:
            raise refusals.nothing_to_withdraw(self, article)
        if self.holding(act) is None:
            raise refusals.not_your_offer(self, act, article)
        if self.offered_at is not None and act.at < self.offered_at:
            raise refusals.before_its_offer(self, act, article)

    def refuse_while_on_its_way(self, article: str) -> None:
        """A file is offered to one body at a time."""
        if self.offered_to is not None:
            raise refusals.on_its_way(self, article)

    def said_before(self, event: type[Event], said: Command, act: Act) -> bool:
        """Whether the last fact of this kind says the very same, by the same body: no news then.

        For facts with a field `agency` and without sealed fields.
        """
        last = self._last.get(event.TOPIC)
        return (
            last is not None and getattr(last, "agency", None) == act.agency and repeats(said, last)
        )

    def is_timely(self, event: Event) -> bool:
        """No step before the stage that it follows, nor on a file before somebody had it."""
        known = (self.since, self.held_since, self.offered_at or self.since)
        return event.timestamp >= max(known)

    def whereabouts(self) -> Whereabouts:
        """The stage, whose hands it is in, and since when it is at that stage."""
        return refusals.whereabouts(self)

    def _begins(self, stage: str, event: Event, holder: str) -> None:
        """For `evolve`: the first stage."""
        self._last: dict[str, Event] = {}
        self._passes(event, holder)
        self._moves(stage, event)

    def _moves(self, stage: str, event: Event) -> None:
        """For `evolve`: another stage since this fact."""
        self.stage, self.since = stage, event.timestamp

    def _offers(self, event: Event, to: str) -> None:
        """For `evolve`: the file is on its way; it stays with its holder until it is received."""
        self.offered_to, self.offered_at = to, event.timestamp

    def _passes(self, event: Event, to: str) -> None:
        """For `evolve`: another body has the file now."""
        self.holder, self.held_since = to, event.timestamp
        self._stays()

    def _stays(self) -> None:
        """For `evolve`: the file is not on its way, or not any more."""
        self.offered_to = self.offered_at = None

    def _remembers(self, event: Event) -> None:
        """For `evolve`: so that what is said again is known to be no news."""
        self._last[event.TOPIC] = event

    def _standing(self) -> dict[str, object]:
        """For `state`: what every staged thing shows."""
        id: UUID = self.id
        return {
            "id": str(id),
            "kind": self.KIND,
            "version": self.version,
            "stage": self.stage,
            "stage_vi": self.STAGES[self.stage][0],
            "stage_en": self.STAGES[self.stage][1],
            "since": self.since.isoformat(),
            "holder": self.holder,
            "held_since": self.held_since.isoformat(),
            "offered_to": self.offered_to,
        }
