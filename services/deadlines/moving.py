"""What makes a running period end on another day: extensions, reclassification, another term."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.deadlines.counting import End, count_on, day_of, ends_on_day
from services.deadlines.desk import Desk
from services.deadlines.domain import Deadline
from services.deadlines.events import ExtendDeadline, RecomputeDeadline
from services.deadlines.known import ordered_until, severity
from services.deadlines.opening import JUST_BEFORE
from services.deadlines.patterns import Fact, first_of, look, matches, moment_of
from services.deadlines.reckoning import (
    Chosen,
    Matter,
    Reckoner,
    duration,
    order_end,
    stated_end,
)
from services.deadlines.wiring import Row, Wiring
from shared.actor import VIETNAM, Act
from shared.reference.deadlines import Length

Read = Callable[[UUID], Awaitable[Deadline]]
Why = Literal["reclassified", "corrected", "term_changed", "other_period_moved", "handed_over"]
CORRECTED = ".record_corrected.v1"
HAPPENED = ("occurred_at", "/occurred_at", "timestamp", "/timestamp")
"""How a correction names the moment at which a fact happened."""
ASKED = ("requested_on", "requested_at", "asked_at")
OWN_END = ("until", "new_due")
"""Fields in which a decision to extend names the end itself."""
UNITS = {"month": "month", "day": "day"}
RECEIVER = ("receiver", "to")
"""Fields that name who has the file now; of the two `receiver` alone is always a body."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A running period that a fact moves."""

    row: Row
    deadline: Deadline
    fact: Fact


@dataclass(frozen=True, slots=True)
class Granted:
    """What a decision to extend itself gives: an end, or a length from where the period ended."""

    until: str | None
    length: Length | None


class Mover:
    """Decides what a fact does to the ends of running periods."""

    def __init__(self, wiring: Wiring, reckoner: Reckoner) -> None:
        self.wiring = wiring
        self.reckoner = reckoner

    async def move(
        self, row: Row, fact: Fact, before: Fact, act: Act, tables: Desk, read: Read
    ) -> None:
        """What this fact does to the running periods of one row."""
        if matches(row.extends, fact) and look(fact, "rule") in (None, row.id):
            for moved in await self._with_shares(row, fact, tables, read):
                self._extend(moved, act)
        elif matches(row.recomputes, fact):
            about = row.kinds[0]
            if severity(fact.about, about) != severity(before.about, about):
                for moved in await self._with_shares(row, fact, tables, read):
                    self._recount(moved, act, "reclassified")
        elif matches(row.restates, fact):
            for moved in await self._running(row, fact, tables, read):
                if "ordered_at" in row.needs:
                    self._recount(moved, act, "term_changed")
                else:
                    self._restate(moved, act)
        if matches(row.passes, fact):
            for moved in await self._with_shares(row, fact, tables, read):
                self._hand_over(moved, act)

    def as_of_now(self, row: Row, deadline: Deadline, fact: Fact, act: Act) -> None:
        """Count what runs again by what became known while it did not run."""
        if row.recomputes:
            self._recount(Moved(row, deadline, fact), act, "reclassified")

    async def correct(self, fact: Fact, act: Act, tables: Desk, read: Read) -> None:
        """A correction says that the fact which started periods happened at another moment.

        What is over stays so: whether it was met in time is what was found then.
        """
        target, path = fact.fields.get("target_event"), fact.fields.get("field_path")
        if target is None:
            return
        for found in await tables.started_by(UUID(str(target))):
            row = self.wiring.rows[found.rule]
            if path not in (row.fields("start_at") or HAPPENED) or "before" in row.needs:
                continue  # It is counted from something else.
            start = moment_of(fact.fields["new"])
            assert start is not None, "a moment is corrected to a moment"
            deadline = await read(found.id)
            begins = _begins(row, deadline.subject, start, tables)
            moved = Moved(row, deadline, tables.seen_by(deadline.subject, fact))
            self._recount(moved, act, "corrected", start, begins)

    async def _running(self, row: Row, fact: Fact, tables: Desk, read: Read) -> list[Moved]:
        """What runs by a row."""
        found = tables.running(fact.subjects, (row.id,))
        return [Moved(row, await read(each.id), fact) for each in found]

    async def _with_shares(self, row: Row, fact: Fact, tables: Desk, read: Read) -> list[Moved]:
        """What runs by a row, and what runs as a share of it: it goes where the whole goes."""
        halves = {half.id: half for half in self.wiring.halves.get(row.id, ())}
        return await self._running(row, fact, tables, read) + [
            Moved(halves[each.rule], await read(each.id), fact)
            for each in tables.running(fact.subjects, halves)
            if each.part == row.id
        ]

    def _extend(self, moved: Moved, act: Act) -> None:
        row, deadline, fact = moved.row, moved.deadline, moved.fact
        done = len(deadline.extensions)
        seq = int(fact.fields.get("seq") or done + 1)
        matter, granted = _matter(deadline, fact), _granted(row, fact)
        last_day = deadline.last_day
        counted = last_day and self.reckoner.extended(
            row.period,
            seq,
            matter,
            start=deadline.started_at,
            last_day=last_day,
            at=fact.at,
            part=deadline.opened.part,
        )
        now = End(deadline.due, last_day, deadline.moved)
        flags: list[Any] = []
        if seq != done + 1:
            flags.append("out_of_turn")
        asked = first_of(fact, ASKED)
        if self._asked_late(row, seq, deadline, fact, asked):
            flags.append("asked_late")
        if not counted:
            end, length = now, None
            flags.append("not_in_table")
        else:
            end, length = counted
            own = self._own_end(row, granted, last_day)
            if own is not None and own.due < end.due:
                end, length = own, granted.length
            elif own is not None and own.due > end.due:
                flags.append("capped")
            end = max(end, now, key=_due)  # To extend is never to shorten.
        table, _ = self.reckoner.extension(row.period, seq, matter, deadline.opened.part)
        start, known = deadline.started_at, fact.recorded_at
        deadline.extend_deadline(
            ExtendDeadline(
                length=duration(length),
                because=deadline.because,
                last_day=end.last_day,
                due=end.due,
                ends_on=ends_on_day(end.due),
                moved=end.moved,
                alarms=self.reckoner.alarms(row.period, start, end, known, max(seq, done)),
                seq=seq,
                by_event=fact.event_id,
                by_topic=fact.topic,
                decided_by=fact.agency,
                approver=table.decided_by if table else "-",
                article=table.article if table else row.period.article,
                asked_at=moment_of(asked),
                flags=tuple(flags),
                granted=duration(granted.length),
                until=granted.until,
                miss_at=self.reckoner.miss_at(row.period, end, known),
            ),
            act,
        )

    def _asked_late(
        self, row: Row, seq: int, deadline: Deadline, fact: Fact, asked: object
    ) -> bool:
        if fact.fields.get("asked_late") is True:
            return True
        by = self.reckoner.ask_by(row.period, seq, deadline.last_day)
        moment = moment_of(asked)
        return by is not None and moment is not None and day_of(moment) > by

    def _own_end(self, row: Row, granted: Granted, last_day: date | None) -> End | None:
        """The end that a decision to extend itself gives, of a period that ended on a day."""
        named = order_end(granted.until)
        if named is not None or granted.length is None or last_day is None:
            return named
        manner = self.reckoner.manner(row.period)
        return count_on(last_day, granted.length, manner, self.reckoner.calendar)

    def _recount(
        self,
        moved: Moved,
        act: Act,
        why: Why,
        start: datetime | None = None,
        begins: datetime | None = None,
    ) -> None:
        """The same period from its start, with the severity of now and its extensions anew.

        `begins`: from when it is counted, where that is not its start.
        """
        row, deadline, fact = moved.row, moved.deadline, moved.fact
        start = (start or deadline.started_at).astimezone(VIETNAM)
        if deadline.length is None:
            return
        matter = _matter(deadline, fact)
        chosen = self._chosen(row, deadline, matter)
        end = self.reckoner.ends(row.period, (begins or start).astimezone(VIETNAM), chosen.length)
        opened = deadline.opened
        if row.fields("ends_at") and opened.due < end.due:
            end = End(opened.due, opened.last_day, opened.moved)  # As the order says: it binds.
        ordered = order_end(ordered_until(fact.about, row.needs.get("ordered_at"), start))
        if ordered is not None and ordered.due < end.due:
            end = ordered
        for each in deadline.extensions:
            if "not_in_table" in str(each["flags"]) or end.last_day is None:
                continue
            longer = self.reckoner.extended(
                row.period,
                int(str(each["seq"])),
                matter,
                start=start,
                last_day=end.last_day,
                at=datetime.fromisoformat(str(each["timestamp"])),
                part=opened.part,
            )
            if longer is not None:
                own = self._own_end(row, _granted_then(each), end.last_day)
                most = longer[0] if own is None else min(longer[0], own, key=_due)
                end = max(end, most, key=_due)  # To extend is never to shorten.
        self._say(moved, act, why, start, end, chosen)

    def _chosen(self, row: Row, deadline: Deadline, matter: Matter) -> Chosen:
        """The length of now; of a rule with several periods, that of this one's part."""
        found = list(self.reckoner.lengths(row.period, matter, str(row.needs.get("levels", ""))))
        part = deadline.opened.part
        return next((each for each in found if each.part == part), found[0])

    def _hand_over(self, moved: Moved, act: Act) -> None:
        """Another body has the file: the period binds it and runs on, with all its extensions."""
        deadline, fact = moved.deadline, moved.fact
        receiver = first_of(fact, RECEIVER)
        end = End(deadline.due, deadline.last_day, deadline.moved)
        if isinstance(receiver, str):
            self._say(moved, act, "handed_over", deadline.started_at, end, None, (receiver,))

    def _restate(self, moved: Moved, act: Act) -> None:
        names = (*moved.row.fields("stated")[1:], *moved.row.fields("stated")[:1])
        end = stated_end(look(moved.fact, each) for each in names)
        if end is not None:
            self._say(moved, act, "term_changed", moved.deadline.started_at, end, None)

    def _say(
        self,
        moved: Moved,
        act: Act,
        why: Why,
        start: datetime,
        end: End,
        chosen: Chosen | None,
        parties: tuple[str, ...] | None = None,
    ) -> None:
        period, known = moved.row.period, moved.fact.recorded_at
        deadline, runs_on = moved.deadline, parties is not None
        done = len(deadline.extensions)
        length = deadline.length if runs_on else duration(chosen.length) if chosen else None
        because = deadline.because if runs_on else chosen.because if chosen else ()
        deadline.recompute_deadline(
            RecomputeDeadline(
                length=length,
                because=because,
                last_day=end.last_day,
                due=end.due,
                ends_on=ends_on_day(end.due),
                moved=end.moved,
                alarms=self.reckoner.alarms(period, start, end, known, done),
                why=why,
                by_event=moved.fact.event_id,
                by_topic=moved.fact.topic,
                started_at=start,
                miss_at=self.reckoner.miss_at(period, end, known),
                parties=parties,
            ),
            act,
        )


def _begins(row: Row, subject: str, start: datetime, tables: Desk) -> datetime:
    """From when it is counted: from the end of another period, where that is later."""
    said = row.needs.get("counted_from", {})
    other = tables.ended(subject, said["rule"]) if "rule" in said else None
    return start if other is None else max(start, other.due - JUST_BEFORE)


def _granted(row: Row, fact: Fact) -> Granted:
    """What a decision to extend gives."""
    until = first_of(fact, (*OWN_END, *row.fields("ends_at")))
    said = fact.fields.get("length")
    length = Length(int(said["n"]), UNITS[said["unit"]]) if isinstance(said, dict) else None
    return Granted(until if isinstance(until, str) else None, length)


def _granted_then(extension: Mapping[str, Any]) -> Granted:
    """What the decision of an extension gave that was recorded."""
    said = extension["granted"]
    length = Length(said["n"], said["unit"]) if said else None
    return Granted(extension["until"], length)


def _due(end: End) -> datetime:
    return end.due


def _matter(deadline: Deadline, fact: Fact) -> Matter:
    parties = deadline.opened.parties
    return Matter(severity(fact.about, deadline.subject), parties[0] if parties else "")
