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
from uuid import UUID

from services.deadlines.almanac import ended_by
from services.deadlines.desk import CASE, Desk, Early, Noted
from services.deadlines.domain import Deadline
from services.deadlines.events import CloseDeadline, MeetDeadline, OpenDeadline
from services.deadlines.known import told
from services.deadlines.moving import CORRECTED, Mover
from services.deadlines.opening import Opener, Place
from services.deadlines.patterns import Fact, first_of, look, matches
from services.deadlines.reckoning import Reckoner
from services.deadlines.recording import DEADLINES, ENGINE, Recording
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

PERSON = "person:"
ATTEMPTS_MAX = 5
"""The clock may have recorded a warning in the same stream at the same moment."""
STATED = ("TASK-DUE", "REPORT-DUE")
"""Rules whose last end counts again when what was done is reopened without another day."""
CANCELLING = (".task_cancelled.v1", ".directive_revised.v1")
"""Facts after which what was ordered is not expected any more."""


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


@dataclass(frozen=True, slots=True)
class _Hit:
    """A running period that a fact stops or closes."""

    id: UUID
    row: Row
    party: str | None
    closes: bool


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
        settled: frozenset[UUID] = frozenset()
        for _ in range(ATTEMPTS_MAX):
            desk = await self._desk(stretch, tables)
            recording = Recording(self._fold, self._register, self._new_id, settled)
            try:
                for taken in stretch:
                    await self._decide(taken, desk, recording)
                recorded = await recording.record()
            except BaseException:
                recording.forget()
                raise
            if recorded:
                await desk.write()
                return
            # Somebody was faster, or a part of it was recorded before this process died.
            settled = await recording.settled_of([each.envelope.event_id for each in stretch])
        raise Retry("periods are written to by somebody else all the time; taking the facts again")

    async def _desk(self, stretch: Sequence[Taken], tables: Tables) -> Desk:
        subjects = dict.fromkeys(each for taken in stretch for each in taken.subjects)
        subjects |= dict.fromkeys(each.source for taken in stretch for each in taken.moves)
        rules = {row.id for taken in stretch for row in taken.rows}
        halves = {half.id for rule in rules for half in self.wiring.halves.get(rule, ())}
        again = {row.id for one in stretch for row in one.rows if row.may_run_again(one.topic)}
        ended = [*{*self._ended, *again}]
        desk = Desk(tables)
        await desk.read([*subjects], [*{*rules, *halves, *ended}], ended)
        return desk

    async def _decide(self, taken: Taken, desk: Desk, recording: Recording) -> None:
        fact, before = self._facts(taken, desk)
        if taken.told:
            desk.tell(taken.subjects, taken.told)
        act = recording.begin(taken.envelope, fact.at, fact.recorded_at)
        hits, unheard = self._hits(fact, taken.rows, desk)
        for hit in hits:
            await _end_as_known(hit, fact, act, recording)
        for row in unheard:
            if not await _was_heard(row, fact, desk, recording):
                _too_early(row, fact, desk)
        await self._end_of_calendar(taken.rows, fact, act, recording)
        for row in taken.rows:
            await self.mover.move(row, fact, before, act, desk, recording.fresh)
        if fact.topic.endswith(CORRECTED):
            await self.mover.correct(fact, act, desk, recording.fresh)
        for row in taken.rows:
            await self._run_again(row, fact, desk, recording)
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

    async def _end_of_calendar(
        self, rows: Sequence[Row], fact: Fact, act: Act, recording: Recording
    ) -> None:
        """End a period that the clock opened: no fact started it, so no table notes it."""
        for row in rows:
            if row.needs.get("calendar") and matches(row.stops, fact):
                id = ended_by(row, fact)
                if await recording.is_there(id):
                    party = first_of(fact, row.fields("stop_keyed"))
                    _end(await recording.fresh(id), _Hit(id, row, party, closes=False), fact, act)

    def _hits(self, fact: Fact, rows: Sequence[Row], desk: Desk) -> tuple[list[_Hit], list[Row]]:
        """The running periods that this fact ends, and rows of which it should have ended one."""
        closing = {row.id: row for row in rows if matches(row.closes, fact)}
        stopping = {
            row.id: row
            for row in rows
            if row.id not in closing and not row.needs.get("calendar") and matches(row.stops, fact)
        }
        halves = {
            half.id: half
            for row in (*stopping.values(), *closing.values())
            for half in self.wiring.halves.get(row.id, ())
        }
        if not stopping and not closing:
            return [], []
        wanted = {**closing, **stopping, **halves}
        running = desk.running(fact.subjects, wanted)
        hits = []
        for found in running:
            row = wanted[found.rule]
            if row.id in halves and found.part not in (*stopping, *closing):
                continue
            if not _of_this_part(row, found, fact):
                continue
            done = [look(fact, each) for each in row.fields("stop_keyed") if look(fact, each)]
            if found.party and done and found.party not in done:
                continue
            party = found.party or next(iter(done), None)
            closes = row.id in closing or found.part in closing
            if closes and _of_the_whole(found, fact):
                continue
            hits.append(_Hit(found.id, row, party, closes))
        heard = {hit.row.id for hit in hits}
        return hits, [row for row in stopping.values() if row.id not in heard]

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

    async def _run_again(self, row: Row, fact: Fact, desk: Desk, recording: Recording) -> None:
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


def _counted_from(wiring: Wiring) -> Iterator[str]:
    """Rules from whose end others are counted, so that it counts also when it is over."""
    for row in wiring.rows.values():
        for name in ("before", "counted_from"):
            rule = row.needs.get(name, {}).get("rule")
            if rule is not None:
                yield rule


def _of_this_part(row: Row, found: Noted, fact: Fact) -> bool:
    """Of a rule with several periods, whether a fact ends this one."""
    said = row.needs.get("stop_part")
    part = said and said["parts"].get(look(fact, said["field"]))
    return not part or part == found.part


def _of_the_whole(found: Noted, fact: Fact) -> bool:
    """Whether a fact is about one person, and a period about their whole case: that goes on."""
    return fact.subjects[0].startswith(PERSON) and found.subject.startswith(CASE)


async def _was_heard(row: Row, fact: Fact, desk: Desk, recording: Recording) -> bool:
    """Whether it ended one before this batch was begun again: what is settled is read as it ended,
    also where its beginning is in the batch."""
    if not recording.is_settled:
        return False
    over = [await recording.fresh(each.id) for each in desk.over(fact.subjects, row.id)]
    return any(fact.event_id in deadline.ended_by for deadline in over)


def _too_early(row: Row, fact: Fact, desk: Desk) -> None:
    party = first_of(fact, row.fields("stop_keyed")) or ""
    for subject in fact.subjects:
        if subject.partition(":")[0] in row.kinds:
            desk.heard(Early(subject, row.id, fact.event_id, fact.topic, fact.at, party))


async def _end_as_known(hit: _Hit, fact: Fact, act: Act, recording: Recording) -> None:
    """End a period as this process knows it; when there is nothing to end, no append says whether
    it knows it as it is, so it is looked at."""
    deadline = await recording.deadline(hit.id)
    _end(deadline, hit, fact, act)
    if not deadline.pending_events:
        _end(await recording.fresh(hit.id), hit, fact, act)


def _end(deadline: Deadline, hit: _Hit, fact: Fact, act: Act) -> None:
    # A key that is no body only tells several periods of one matter apart.
    party = hit.party if deadline.opened.parties else None
    if hit.closes:
        cancelled = fact.topic.endswith(CANCELLING)
        deadline.close_deadline(
            CloseDeadline(
                by_event=fact.event_id,
                by_topic=fact.topic,
                reason="cancelled" if cancelled else "matter_ended",
                party=party,
            ),
            act,
        )
    else:
        deadline.meet_deadline(
            MeetDeadline(by_event=fact.event_id, by_topic=fact.topic, party=party), act
        )
