"""An offer that is withdrawn was no handing over: what it had met runs again from its start."""

from uuid import UUID

from services.deadlines.counting import End, ends_on_day
from services.deadlines.domain import Deadline
from services.deadlines.events import OpenDeadline
from services.deadlines.known import offer_by
from services.deadlines.patterns import Fact
from services.deadlines.reckoning import Reckoner
from services.deadlines.wiring import Row


def runs_again(row: Row, deadline: Deadline, fact: Fact, reckoner: Reckoner) -> OpenDeadline | None:
    """The same period once more, with its own end; None when something else had ended it.

    What was late when it was offered, or has run out meanwhile, is missed from now on.
    """
    offer = fact.about.get(offer_by(fact.topic))
    met_by_it = deadline.is_over and deadline.closed is None
    if not met_by_it or offer is None or UUID(offer) not in deadline.ended_by:
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
            "recorded_late": fact.is_recorded_late,
        }
    )
