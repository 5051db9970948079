"""A case that was split off goes on from where the other one is: so does its period."""

from datetime import date, datetime, time

from services.deadlines.counting import count_on, ends_on_day
from services.deadlines.domain import Deadline
from services.deadlines.events import ExtendDeadline, OpenDeadline
from services.deadlines.known import severity
from services.deadlines.opening import Opener, Place, Start
from services.deadlines.patterns import Fact
from services.deadlines.reckoning import Matter, duration
from services.deadlines.wiring import SPLIT_OFF, Row
from shared.actor import VIETNAM, Act
from shared.reference.deadlines import Length, Share

NOTHING = Length(0, "day")


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
    """Give it the extensions that the whole case had been granted; a half, at most half of what
    the table has for its class."""
    reckoner, period = opener.reckoner, row.period
    matter = Matter(severity(fact.about, deadline.subject), str(fact.fields["holder"]))
    for seq, granted in enumerate(fact.fields["course"]["granted"], 1):
        if deadline.last_day is None:
            return
        given = Length(int(granted["n"]), str(granted["unit"]))
        table, most = reckoner.extension(period, seq, matter, deadline.opened.part)
        lengths = (given, most or NOTHING) if isinstance(period.length, Share) else (given,)
        manner, known = reckoner.manner(period), fact.recorded_at
        end, length = min(
            (
                (count_on(deadline.last_day, each, manner, reckoner.calendar), each)
                for each in lengths
            ),
            key=lambda each: each[0].due,
        )
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
                granted=duration(given),
                miss_at=reckoner.miss_at(period, end, known),
            ),
            act,
        )
