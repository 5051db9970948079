"""Facts of the other services become periods that open, end and move.

One recorded fact is one command of this service, whose id is the fact's: however often a fact is
delivered, and wherever the process died, what it leads to is recorded once. Facts of one source are
taken in the order of their recording.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.deadlines.domain import Deadline
from services.deadlines.events import CloseDeadline, MeetDeadline, OpenDeadline
from services.deadlines.moving import CORRECTED, Mover
from services.deadlines.opening import Opener, Place
from services.deadlines.patterns import Fact, first_of, look, matches
from services.deadlines.reckoning import Reckoner
from services.deadlines.wiring import Row, Wiring
from shared.actor import Act, Actor
from shared.context import Context
from shared.envelope import Envelope
from shared.errors import Conflict
from shared.fold import Fold
from shared.reference import Register
from shared.sql import Tables

ENGINE = Actor("BCD138_CP-VN", "deadlines")
"""Who records: the engine runs for the Government's Committee 138, the standing body."""
DEADLINES = uuid.UUID("0d6c8f0a-6a0f-5a53-8f5e-138138138138")
"""Namespace of the ids of periods."""
ATTEMPTS_MAX = 5
"""The clock may have recorded a warning in the same stream at the same moment."""


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
        self.wiring = wiring
        self.opener = Opener(wiring, reckoner)
        self.mover = Mover(wiring, reckoner)
        self._fold = fold
        self._register = register
        self._new_id = new_id

    async def take(self, envelope: Envelope, tables: Tables) -> None:
        """One fact. What it does not touch costs one look into a dictionary."""
        rows = self.wiring.by_topic.get(envelope.topic, ())
        told = self.opener.told(envelope)
        if not rows and not told and not envelope.topic.endswith(CORRECTED):
            return
        fact, before = await self._fact(envelope, tables, told)
        for _ in range(ATTEMPTS_MAX):
            try:
                await self._react(fact, before, rows, envelope, tables)
                return
            except Conflict:
                continue
        await self._react(fact, before, rows, envelope, tables)

    async def _react(
        self,
        fact: Fact,
        before: Fact,
        rows: Sequence[Row],
        envelope: Envelope,
        tables: Tables,
    ) -> None:
        act = Act(ENGINE, fact.at, fact.recorded_at, self._register, self._new_id)
        touched: dict[UUID, Deadline] = {}
        for hit in await self._hits(fact, rows, tables):
            deadline = await self._deadline(hit.id, touched)
            _end(deadline, hit, fact, act)
        for row in rows:
            await self.mover.move(row, fact, before, act, tables, self._reader(touched))
        if fact.topic.endswith(CORRECTED):
            await self.mover.correct(fact, act, tables, self._reader(touched))
        opened = []
        for row in rows:
            for place, said in await self.opener.openings(row, fact, tables):
                begun = self._opened(place, said, act, touched)
                if begun is not None:
                    opened.append((place, begun))
                    await self._meet_early(row, begun, fact, tables)
        await self._save(list(touched.values()), act, envelope)
        for place, deadline in opened:
            await _note(place, deadline, fact, tables)
        for deadline in touched.values():
            await tables.run("move", deadline.id, deadline.last_day, deadline.due)
            if deadline.is_over:
                await tables.run("over", deadline.id)

    def _reader(self, touched: dict[UUID, Deadline]) -> Callable[[UUID], Awaitable[Deadline]]:
        async def read(id: UUID) -> Deadline:
            return await self._deadline(id, touched)

        return read

    async def _fact(
        self, envelope: Envelope, tables: Tables, told: Mapping[str, object]
    ) -> tuple[Fact, Fact]:
        """The fact with what is known after it, and with what was known before it."""
        subjects = envelope.metadata.subjects
        known: dict[str, object] = {}
        found = {row["subject"]: row["facts"] for row in await tables.rows("about", list(subjects))}
        for subject in reversed(subjects):  # The fact's own subject knows best.
            if subject in found:
                known |= orjson.loads(found[subject])
        if told:
            matter = next((each for each in subjects[1:] if each.startswith("case:")), "")
            await tables.run("tell", subjects[0], matter, orjson.dumps(told).decode())

        def fact(about: Mapping[str, object]) -> Fact:
            return Fact(
                envelope.event_id,
                envelope.topic,
                envelope.occurred_at,
                envelope.recorded_at,
                envelope.metadata.actor.agency,
                subjects,
                envelope.fields,
                about,
            )

        return fact({**known, **told}), fact(known)

    async def _hits(self, fact: Fact, rows: Sequence[Row], tables: Tables) -> list[_Hit]:
        """The running periods that this fact ends; what ends nothing is kept for later."""
        closing = {row.id: row for row in rows if matches(row.closes, fact)}
        stopping = {
            row.id: row for row in rows if row.id not in closing and matches(row.stops, fact)
        }
        halves = {
            half.id: half
            for row in (*stopping.values(), *closing.values())
            for half in self.wiring.halves.get(row.id, ())
        }
        if not stopping and not closing:
            return []
        wanted = {**closing, **stopping, **halves}
        kinds = [each.partition(":")[0] for each in fact.subjects]
        running = await tables.rows("running", list(fact.subjects), list(wanted), kinds)
        hits = []
        for found in running:
            row = wanted[found["rule"]]
            if row.id in halves and found["part"] not in (*stopping, *closing):
                continue
            done = [look(fact, each) for each in row.fields("stop_keyed") if look(fact, each)]
            if found["party"] and done and found["party"] not in done:
                continue
            party = found["party"] or next(iter(done), None)
            closes = row.id in closing or found["part"] in closing
            hits.append(_Hit(found["id"], row, party, closes))
        heard = {hit.row.id for hit in hits}
        for row in stopping.values():
            if row.id not in heard:
                await self._too_early(row, fact, tables)
        return hits

    async def _too_early(self, row: Row, fact: Fact, tables: Tables) -> None:
        party = first_of(fact, row.fields("stop_keyed")) or ""
        for subject in fact.subjects:
            if subject.partition(":")[0] in row.kinds:
                await tables.run(
                    "too_early", subject, row.id, fact.event_id, fact.topic, fact.at, party
                )

    async def _meet_early(self, row: Row, deadline: Deadline, fact: Fact, tables: Tables) -> None:
        """What was recorded before its start was: it stops the period at the moment it happened."""
        parties = list(deadline.parties_left)
        early = await tables.rows("early", deadline.subject, row.id, fact.at, parties)
        for found in early:
            act = Act(ENGINE, found["at"], fact.recorded_at, self._register, self._new_id)
            said = MeetDeadline(
                by_event=found["event_id"], by_topic=found["topic"], party=found["party"] or None
            )
            deadline.meet_deadline(said, act)

    def _opened(
        self, place: Place, said: OpenDeadline, act: Act, touched: dict[UUID, Deadline]
    ) -> Deadline | None:
        name = f"{said.rule}/{said.part}/{said.subject}/{place.party}/{said.start_event}"
        id = uuid.uuid5(DEADLINES, name)
        if id in touched:
            return None
        touched[id] = Deadline.open_deadline(said, act, id=id)
        return touched[id]

    async def _deadline(self, id: UUID, touched: dict[UUID, Deadline]) -> Deadline:
        if id not in touched:
            found = await self._fold.read(Deadline, id)
            if found is None:
                raise Conflict("deadline-gone", f"Không có thời hạn {id}.", f"No deadline {id}.")
            touched[id] = found
        return touched[id]

    async def _save(self, deadlines: list[Deadline], act: Act, envelope: Envelope) -> None:
        if not any(each.pending_events for each in deadlines):
            return
        ctx = Context(
            act=act,
            fold=self._fold,
            command_id=envelope.event_id,
            correlation_id=envelope.metadata.correlation_id,
            traceparent=envelope.metadata.traceparent,
        )
        await ctx.save(*deadlines)


def _end(deadline: Deadline, hit: _Hit, fact: Fact, act: Act) -> None:
    if hit.closes:
        cancelled = fact.topic.endswith("task_cancelled.v1")
        deadline.close_deadline(
            CloseDeadline(
                by_event=fact.event_id,
                by_topic=fact.topic,
                reason="cancelled" if cancelled else "matter_ended",
                party=hit.party,
            ),
            act,
        )
    else:
        deadline.meet_deadline(
            MeetDeadline(by_event=fact.event_id, by_topic=fact.topic, party=hit.party), act
        )


async def _note(place: Place, deadline: Deadline, fact: Fact, tables: Tables) -> None:
    await tables.run(
        "open",
        deadline.id,
        deadline.rule,
        deadline.opened.part,
        deadline.subject,
        place.matter,
        place.party,
        fact.event_id,
        deadline.last_day,
        deadline.due,
    )
