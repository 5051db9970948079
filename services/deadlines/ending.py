"""Which running periods a fact stops or closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from services.deadlines.almanac import ended_by
from services.deadlines.desk import CASE, Desk, Early, Noted
from services.deadlines.domain import Deadline
from services.deadlines.events import CloseDeadline, MeetDeadline
from services.deadlines.orders import ORDERED
from services.deadlines.patterns import Fact, first_of, look, matches
from services.deadlines.recording import Recording
from services.deadlines.wiring import Row, Wiring
from shared.actor import Act

PERSON = "person:"
CANCELLING = (".task_cancelled.v1", ".directive_revised.v1")
"""Facts after which what was ordered is not expected any more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A running period that a fact stops or closes."""

    id: UUID
    row: Row
    party: str | None
    closes: bool


class Ender:
    """Ends periods as the rows of the wiring say."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def end(
        self, rows: Sequence[Row], fact: Fact, act: Act, desk: Desk, recording: Recording
    ) -> None:
        """End what this fact ends; remember it for what nobody has heard of yet."""
        hits, unheard = self._hits(fact, rows, desk)
        for hit in hits:
            await _end_as_known(hit, fact, act, recording)
        for row in unheard:
            if not await _was_heard(row, fact, desk, recording):
                _too_early(row, fact, desk)
        await _end_of_calendar(rows, fact, act, recording)

    def _hits(self, fact: Fact, rows: Sequence[Row], desk: Desk) -> tuple[list[Hit], list[Row]]:
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
            for half in self._wiring.halves.get(row.id, ())
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
            if closes and (_of_the_whole(found, fact) or _of_others(row, found, fact)):
                continue
            hits.append(Hit(found.id, row, party, closes))
        heard = {hit.row.id for hit in hits}
        return hits, [row for row in stopping.values() if row.id not in heard]


def _of_this_part(row: Row, found: Noted, fact: Fact) -> bool:
    """Of a rule with several periods, whether a fact ends this one."""
    said = row.needs.get("stop_part")
    part = said and said["parts"].get(look(fact, said["field"]))
    return not part or part == found.part


def _of_the_whole(found: Noted, fact: Fact) -> bool:
    """Whether a fact is about one person, and a period about their whole case: that goes on."""
    return fact.subjects[0].startswith(PERSON) and found.subject.startswith(CASE)


def _of_others(row: Row, found: Noted, fact: Fact) -> bool:
    """Whether a fact names whose periods it closes, and this one is of somebody else, or of more
    than those."""
    said = row.needs.get("closes_for", {})
    named = look(fact, said["whose"]) if said else None
    if not named:
        return False
    whose = found.party or found.subject.removeprefix(PERSON)
    return look(fact, said["all"]) is not True and whose not in named


async def _was_heard(row: Row, fact: Fact, desk: Desk, recording: Recording) -> bool:
    """Whether it ended one before this batch was begun again: what is settled is read as it ended,
    also where its beginning is in the batch."""
    if not recording.is_settled:
        recording.doubt()
        return False
    over = [await recording.fresh(each.id) for each in desk.over(fact.subjects, row.id)]
    return any(fact.event_id in deadline.ended_by for deadline in over)


def _too_early(row: Row, fact: Fact, desk: Desk) -> None:
    party, at = first_of(fact, row.fields("stop_keyed")) or "", fact.at.astimezone(UTC)
    for subject in fact.subjects:  # In UTC, as it is read again, however facts are batched.
        if subject.partition(":")[0] in row.kinds:
            desk.heard(Early(subject, row.id, fact.event_id, fact.topic, at, party))


async def _end_as_known(hit: Hit, fact: Fact, act: Act, recording: Recording) -> None:
    """End a period as this process knows it; when there is nothing to end, no append says whether
    it knows it as it is, so it is looked at."""
    deadline = await recording.deadline(hit.id)
    _end(deadline, hit, fact, act)
    if not deadline.pending_events:
        _end(await recording.fresh(hit.id), hit, fact, act)


async def _end_of_calendar(rows: Sequence[Row], fact: Fact, act: Act, recording: Recording) -> None:
    """End a period that the clock opened: no fact started it, so no table notes it."""
    for row in rows:
        if row.needs.get("calendar") and matches(row.stops, fact):
            id = ended_by(row, fact)
            if await recording.is_there(id):
                party = first_of(fact, row.fields("stop_keyed"))
                _end(await recording.fresh(id), Hit(id, row, party, closes=False), fact, act)


def _end(deadline: Deadline, hit: Hit, fact: Fact, act: Act) -> None:
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
    elif act.at >= deadline.begun_at or hit.row.period.track in ORDERED:
        # What the law counts begins anew for another body: what was done before is not its doing.
        # What was ordered is done, also before the moment that the order is recorded with.
        deadline.meet_deadline(
            MeetDeadline(by_event=fact.event_id, by_topic=fact.topic, party=party), act
        )
