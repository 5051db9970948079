"""An offer that is withdrawn was no handing over: what it had met runs again from its start."""

from services.deadlines.counting import End, ends_on_day
from services.deadlines.domain import Deadline
from services.deadlines.events import OpenDeadline
from services.deadlines.patterns import Fact, first_of, matches, moment_of
from services.deadlines.reckoning import RECORDED_LATE, Reckoner
from services.deadlines.wiring import Row

OFFERED_AT = ("offered_at",)
"""The field in which a withdrawal says when what it takes back was offered."""


def runs_again(row: Row, deadline: Deadline, fact: Fact, reckoner: Reckoner) -> OpenDeadline | None:
    """The same period once more, with its own end; None when something else had ended it.

    What was late when it was offered, or has run out meanwhile, is missed from now on.
    """
    offered_at = moment_of(first_of(fact, OFFERED_AT))
    met_by_it = deadline.is_over and deadline.closed is None and deadline.ended_at == offered_at
    if not met_by_it or not matches(row.reopens, fact):
        return None
    start, known = deadline.started_at, fact.recorded_at
    end = End(deadline.due, deadline.last_day, deadline.moved)
    said = {name: getattr(deadline.opened, name) for name in OpenDeadline.model_fields}
    return OpenDeadline.model_construct(
        **said
        | {
            "length": deadline.length,
            "because": deadline.because,
            "last_day": end.last_day,
            "due": end.due,
            "ends_on": ends_on_day(end.due),
            "moved": end.moved,
            "alarms": reckoner.alarms(row.period, start, end, known, len(deadline.extensions)),
            "started_at": start,
            "miss_at": reckoner.miss_at(row.period, end, known),
            "recorded_late": fact.recorded_at - fact.at > RECORDED_LATE,
        }
    )
