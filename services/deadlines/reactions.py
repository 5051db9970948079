"""Facts of the other services become periods that open, end and move.

One recorded fact is one command of this service, whose id is the fact's: however often a fact is
delivered, and wherever the process died, what it leads to is recorded once. Facts of one source are
decided in the order of their recording. What a batch of them leads to is appended together, as far
as no two touch the same period: what touches a period is appended when what came before is safe.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from uuid import UUID

from services.deadlines.desk import Desk, Noted
from services.deadlines.domain import Deadline
from services.deadlines.ending import Ender
from services.deadlines.events import MeetDeadline, OpenDeadline
from services.deadlines.known import told
from services.deadlines.moving import CORRECTED, Mover
from services.deadlines.opening import Opener, Place
from services.deadlines.patterns import Fact, matches
from services.deadlines.reckoning import Reckoner
from services.deadlines.recording import DEADLINES, ENGINE, Recording, settled_of
from services.deadlines.regrouping import Move, moves
from services.deadlines.reopening import runs_again
from services.deadlines.splitting import extend_as_granted, goes_on
from services.deadlines.wiring import Row, Wiring
from shared.actor import Act
from shared.envelope import Envelope
from shared.errors import Retry
from shared.fold import Fold
from shared.reference import Register
from shared.sql import Tables

__all__ = ["ENGINE", "Reactor"]

ATTEMPTS_MAX = 5
"""The clock may have recorded a warning in the same stream at the same moment."""
STATED = ("TASK-DUE", "REPORT-DUE")
"""Rules whose last end counts again when what was done is reopened without another day."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One fact, and what is to be looked at because of it."""

    envelope: Envelope
    rows: Sequence[Row]
    told: Mapping[str, object]
    subjects: tuple[str, ...]
    """The first of each kind: what a thing is a part of is not touched by what befalls the part."""
    moves: tuple[Move, ...]

    @property
    def topic(self) -> str:
        """What kind of fact it is."""
        return self.envelope.topic


class Reactor:
    """Turns facts into commands. Its tables are those of `watch/`."""

    def __init__(
        self,
        wiring: Wiring,
        reckoner: Reckoner,
        fold: Fold,
        register: Register,
        new_id: Callable[[], UUID],
    ) -> None:
        reckoner = reckoner.never_missing(wiring.unrecorded)
        self.wiring = wiring
        self.opener = Opener(wiring, reckoner, register)
        self.ender = Ender(wiring)
        self.mover = Mover(wiring, reckoner)
        self._periods = reckoner.table
        self._fold = fold
        self._register = register
        self._new_id = new_id
        self._ended = (*STATED, *_counted_from(wiring))

    async def take(self, envelope: Envelope, tables: Tables) -> None:
        """One fact."""
        await self.take_all((envelope,), tables)

    async def take_all(self, envelopes: Sequence[Envelope], tables: Tables) -> None:
        """A batch of facts. One that touches nothing costs a look into a dictionary."""
        for stretch in self._stretches(envelopes):
            await self._take(stretch, tables)

    def _stretches(self, envelopes: Sequence[Envelope]) -> Iterator[list[Taken]]:
        """What is taken together; a correction is alone, because it asks for what others wrote."""
        stretch: list[Taken] = []
        for envelope in envelopes:
            taken = self._taken(envelope)
            if taken is None:
                continue
            if envelope.topic.endswith(CORRECTED):
                if stretch:
                    yield stretch
                yield [taken]
                stretch = []
            else:
                stretch.append(taken)
        if stretch:
            yield stretch

    def _taken(self, envelope: Envelope) -> Taken | None:
        if not envelope.metadata.subjects:
            return None  # Nobody can say what it is about; the timeline parks it for an operator.
        rows = self.wiring.by_topic.get(envelope.topic, ())
        said = told(envelope, self.wiring.about, self._periods)
        if not rows and not said and not envelope.topic.endswith(CORRECTED):
            return None
        subjects = list(envelope.metadata.subjects)
        person = self.wiring.persons.get(envelope.topic)
        if person and envelope.fields.get(person):
            subjects.append(f"person:{envelope.fields[person]}")
        first = {each.partition(":")[0]: each for each in reversed(subjects)}
        own = tuple(each for each in subjects if first[each.partition(":")[0]] == each)
        return Taken(envelope, rows, said, own, moves(envelope))

    async def _take(self, stretch: Sequence[Taken], tables: Tables) -> None:
        """Together. What turns out to be recorded in part is taken in runs, each recorded or not:
        a recorded fact is read from the log, where what this batch leads to must be by then."""
        runs, settled, attempts = [[*stretch]], frozenset[UUID](), 0
        while runs:
            if await self._took(runs[0], settled, tables):
                del runs[0]
                attempts = 0
                continue
            # Somebody was faster, or a part of it was recorded before this process died.
            attempts += 1
            if attempts == ATTEMPTS_MAX:
                raise Retry(
                    "periods are written to by somebody else all the time; taking the facts again"
                )
            rest = [*chain.from_iterable(runs)]
            settled = await settled_of(self._fold.log, [each.envelope.event_id for each in rest])
            runs = [*_runs(rest, settled)]

    async def _took(self, run: Sequence[Taken], settled: frozenset[UUID], tables: Tables) -> bool:
        """Whether it could be decided and recorded as it was known."""
        recording = Recording(self._fold, self._register, self._new_id, settled)
        desk = await self._desk(run, tables, again=run[0].envelope.event_id in settled)
        try:
            for taken in run:
                await self._decide(taken, desk, recording)
            recorded = await recording.record()
        except BaseException:
            recording.forget()
            raise
        if recorded:
            await desk.write()
        return recorded

    async def _desk(self, stretch: Sequence[Taken], tables: Tables, *, again: bool) -> Desk:
        """What is near these facts; where they are taken `again`, also what they have ended."""
        subjects = dict.fromkeys(each for taken in stretch for each in taken.subjects)
        subjects |= dict.fromkeys(each.source for taken in stretch for each in taken.moves)
        rules = {row.id for taken in stretch for row in taken.rows}
        halves = {half.id for rule in rules for half in self.wiring.halves.get(rule, ())}
        ended = {row.id for one in stretch for row in one.rows if row.may_run_again(one.topic)}
        ended |= {*self._ended, *(rules if again else ())}
        desk = Desk(tables)
        await desk.read([*subjects], [*{*rules, *halves, *ended}], [*ended])
        return desk

    async def _decide(self, taken: Taken, desk: Desk, recording: Recording) -> None:
        fact, before = self._facts(taken, desk)
        if taken.told:
            desk.tell(taken.subjects, taken.told)
        act = recording.begin(taken.envelope, fact.at, fact.recorded_at)
        await self.ender.end(taken.rows, fact, act, desk, recording)
        for row in taken.rows:
            await self.mover.move(row, fact, before, act, desk, recording.fresh)
        if fact.topic.endswith(CORRECTED):
            await self.mover.correct(fact, act, desk, recording.fresh)
        for row in taken.rows:
            await self._run_again(row, fact, act, desk, recording)
            for place, said in self.opener.openings(row, fact, desk):
                begun = await self._opened(place, said, desk, recording)
                if begun is not None:
                    self._meet_early(row, begun, fact.at, fact, desk)
            for place, said in goes_on(self.opener, row, fact):
                begun = await self._opened(place, said, desk, recording)
                if begun is not None:
                    extend_as_granted(self.opener, self.wiring.rows[said.rule], begun, fact, act)
        for deadline in await recording.end():
            desk.update(deadline)

    def _facts(self, taken: Taken, desk: Desk) -> tuple[Fact, Fact]:
        """The fact with what is known after it, and with what was known before it."""
        envelope = taken.envelope

        def fact(said: Mapping[str, object]) -> Fact:
            return Fact(
                envelope.event_id,
                envelope.topic,
                envelope.occurred_at,
                envelope.recorded_at,
                envelope.metadata.actor.agency,
                taken.subjects,
                envelope.fields,
                desk.known(taken.subjects, said),
                envelope.metadata.subjects,
            )

        before = fact({})
        for each in taken.moves:
            desk.move(each)
        return fact(taken.told) if taken.told or taken.moves else before, before

    def _meet_early(
        self, row: Row, deadline: Deadline, since: datetime, fact: Fact, desk: Desk
    ) -> None:
        """What was recorded before its start was: it stops the period at the moment it happened."""
        parties = list(deadline.parties_left)
        for found in desk.early(deadline.subject, row.id, since, parties):
            act = Act(ENGINE, found.at, fact.recorded_at, self._register, self._new_id)
            party = found.party if found.party in parties else None
            said = MeetDeadline(by_event=found.event_id, by_topic=found.topic, party=party)
            deadline.meet_deadline(said, act)

    async def _run_again(
        self, row: Row, fact: Fact, act: Act, desk: Desk, recording: Recording
    ) -> None:
        """What an offer had met runs again when that is withdrawn, of who is still detained."""
        if not matches(row.reopens, fact):
            return
        detained = desk.detained(fact.subjects)
        for noted in desk.over(fact.subjects, row.id):
            if row.needs.get("only_detained") and noted.subject not in detained:
                continue
            met = await recording.deadline(noted.id)
            if not met.is_over:  # Another process ended it.
                met = await recording.fresh(noted.id)
            said = runs_again(row, met, fact, self.opener.reckoner)
            if said is None:
                continue
            place = Place(noted.subject, noted.matter, noted.party)
            begun = await self._opened(place, said, desk, recording, again=f"/{fact.event_id}")
            if begun is not None:
                self.mover.as_of_now(row, begun, desk.seen_by(noted.subject, fact), act)
                self._meet_early(row, begun, begun.started_at, fact, desk)

    async def _opened(
        self,
        place: Place,
        said: OpenDeadline,
        desk: Desk,
        recording: Recording,
        *,
        again: str = "",
    ) -> Deadline | None:
        """The period that begins; None when it has begun already."""
        name = f"{said.rule}/{said.part}/{said.subject}/{place.party}/{said.start_event}{again}"
        id = uuid.uuid5(DEADLINES, name)
        deadline = await recording.open(id, said)
        if deadline is None:
            return None
        desk.note(
            Noted(
                id,
                said.rule,
                said.part,
                said.subject,
                place.matter,
                place.party,
                said.start_event,
                deadline.last_day,
                deadline.due,
            )
        )
        return deadline


def _runs(stretch: Sequence[Taken], settled: frozenset[UUID]) -> Iterator[list[Taken]]:
    """Facts one after another that are all recorded, or none of them."""
    for _, run in groupby(stretch, lambda each: each.envelope.event_id in settled):
        yield [*run]


def _counted_from(wiring: Wiring) -> Iterator[str]:
    """Rules from whose end others are counted, so that it counts also when it is over."""
    for row in wiring.rows.values():
        for name in ("before", "counted_from"):
            rule = row.needs.get(name, {}).get("rule")
            if rule is not None:
                yield rule
