"""A case that was split off goes on from where the other one is: so does its period."""

from datetime import date, datetime, time

from services.deadlines.counting import count_on, ends_on_day
from services.deadlines.domain import Deadline
from services.deadlines.events import ExtendDeadline, OpenDeadline
from services.deadlines.known import severity
from services.deadlines.opening import Opener, Place, Start
from services.deadlines.patterns import Fact
from services.deadlines.reckoning import Matter, duration, extension_of
from services.deadlines.wiring import SPLIT_OFF, Row
from shared.actor import VIETNAM, Act
from shared.reference.deadlines import Length


def goes_on(opener: Opener, row: Row, fact: Fact) -> list[tuple[Place, OpenDeadline]]:
    """The period that runs in a part of a case, counted from where it began in the whole.

    After it come the periods that are a share of it.
    """
    course = fact.fields.get("course")
    if fact.topic != SPLIT_OFF or not isinstance(course, dict) or course.get("rule") != row.id:
        return []
    began = datetime.combine(date.fromisoformat(course["since"]), time(), VIETNAM)
    subject, holder = fact.subjects[0], str(fact.fields["holder"])
    matter = Matter(severity(fact.about, subject), holder)
    chosen = next(opener.reckoner.lengths(row.period, matter, ""), None)
    if chosen is None:
        return []
    start = Start(row, Place(subject, ""), chosen, (holder,), began)
    end = opener.reckoner.ends(row.period, began, chosen.length)
    said = opener.said(start, end, fact)
    return [(start.place, said), *opener.shares(row, start.place, said, fact)]


def extend_as_granted(opener: Opener, row: Row, deadline: Deadline, fact: Fact, act: Act) -> None:
    """Give it the extensions that the whole case had been granted."""
    reckoner, period = opener.reckoner, row.period
    for seq, granted in enumerate(fact.fields["course"]["granted"], 1):
        if deadline.last_day is None:
            return
        length = Length(int(granted["n"]), str(granted["unit"]))
        end = count_on(deadline.last_day, length, reckoner.manner(period), reckoner.calendar)
        table, known = extension_of(period, seq), fact.recorded_at
        deadline.extend_deadline(
            ExtendDeadline(
                length=duration(length),
                because=deadline.because,
                last_day=end.last_day,
                due=end.due,
                ends_on=ends_on_day(end.due),
                moved=end.moved,
                alarms=reckoner.alarms(period, deadline.started_at, end, known, seq),
                seq=seq,
                by_event=fact.event_id,
                by_topic=fact.topic,
                decided_by=fact.agency,
                approver=table.decided_by if table else "-",
                article=table.article if table else period.article,
                miss_at=reckoner.miss_at(period, end, known),
            ),
            act,
        )
