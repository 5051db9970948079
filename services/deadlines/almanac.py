"""Periods that the calendar itself opens: the month of statistics, the quarter's report.

Nobody records that a month begins. The clock opens each of them once: its id follows from the rule
and the month, so that a restart or a second leader cannot open it again.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from services.deadlines.counting import End, day_of, ends_on
from services.deadlines.domain import Deadline
from services.deadlines.events import OpenDeadline
from services.deadlines.opening import STATED, Opener, Place, Start
from services.deadlines.patterns import Fact
from services.deadlines.reckoning import Chosen, Matter
from services.deadlines.recording import DEADLINES, ENGINE
from services.deadlines.wiring import Row
from shared.actor import VIETNAM, Act
from shared.context import Context
from shared.fold import Fold

Every = Literal["month", "quarter"]
MONTHS_OF_A_QUARTER = 3
CALENDAR = "calendar"
"""Stands where other periods have the topic of the fact that started them."""


class Almanac:
    """Opens what the present day's month and quarter open."""

    def __init__(
        self,
        opener: Opener,
        fold: Fold,
        now: Callable[[], datetime],
        new_id: Callable[[], UUID],
    ) -> None:
        self._opener = opener
        self._fold = fold
        self._now = now
        self._new_id = new_id

    async def open_due(self) -> int:
        """Open what is not open yet; returns how many."""
        opened, now = 0, self._now()
        for row in self._opener.wiring.rows.values():
            every = row.needs.get("calendar")
            if every and row.period.in_force(day_of(now)):
                opened += await self._open(row, every, now)
        return opened

    async def _open(self, row: Row, every: Every, now: datetime) -> bool:
        first = first_day(every, day_of(now))
        end = self._end(row, first)
        if end.due <= now:
            return False  # Nobody can be in time any more; the next one will be.
        key = key_of(every, first)
        id = period_id(row.id, key)
        if await self._fold.read(Deadline, id) is not None:
            return False
        act = Act(ENGINE, _beginning(first), now, self._opener.register, self._new_id)
        deadline = Deadline.open_deadline(self._said(row, key, first, end, now), act, id=id)
        command = uuid.uuid5(id, "open")
        await Context(act, self._fold, command, correlation_id=id).save(deadline)
        return True

    def _end(self, row: Row, first: date) -> End:
        reckoner = self._opener.reckoner
        if row.period.counting == "CONFIG":
            last = reckoner.policy.periodic_report(first)
            return ends_on(last, reckoner.manner(row.period), reckoner.calendar, moves=False)
        [chosen] = reckoner.lengths(row.period, Matter())
        return reckoner.ends(row.period, _beginning(first), chosen.length)

    def _said(self, row: Row, key: str, first: date, end: End, now: datetime) -> OpenDeadline:
        subject, began = f"period:{key}", _beginning(first)
        fact = Fact(
            uuid.uuid5(DEADLINES, f"{CALENDAR}/{row.id}/{key}"),
            CALENDAR,
            began,
            now,
            ENGINE.agency,
            (subject,),
            {},
            {},
            (subject,),
        )
        bodies = row.needs.get("bodies")
        parties = self._opener.register.members(bodies, day_of(now)) if bodies else ()
        chosen = next(self._opener.reckoner.lengths(row.period, Matter()), Chosen(STATED))
        start = Start(row, Place(subject, ""), chosen, tuple(parties), began)
        said = self._opener.said(start, end, fact)
        return said.model_copy(update={"recorded_late": False})  # A month is not recorded.


def first_day(every: Every, day: date) -> date:
    """The first day of the month or quarter in which a day lies."""
    if every == "month":
        return day.replace(day=1)
    months_before = (day.month - 1) % MONTHS_OF_A_QUARTER
    return day.replace(month=day.month - months_before, day=1)


def key_of(every: Every, day: date) -> str:
    """`2026-02` or `2026-Q1`."""
    if every == "month":
        return f"{day:%Y-%m}"
    return f"{day.year}-Q{(day.month - 1) // MONTHS_OF_A_QUARTER + 1}"


def period_id(rule: str, key: str) -> UUID:
    """Id of a period of the calendar."""
    return uuid.uuid5(DEADLINES, f"{rule}/{CALENDAR}/{key}")


def ended_by(row: Row, fact: Fact) -> UUID:
    """The period of the calendar that a fact is about: that of the time reported on, if it says
    so, else of the day on which it happened."""
    span: Any = fact.fields.get("period")
    about = span.get("to") if isinstance(span, dict) else None
    day = date.fromisoformat(about) if about else day_of(fact.at)
    return period_id(row.id, key_of(row.needs["calendar"], day))


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
