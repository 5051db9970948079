"""What is read of a person besides their own record: what their case has made of them."""

from services.cases.accused.domain import Person
from services.cases.following import case_of
from shared.errors import NotFound
from shared.http.state import Then


async def by_their_case(person: Person, then: Then) -> dict[str, object]:
    """The parts of their state that only the case says, as it was at the same moment."""
    if person.case_id is None:
        return {}
    try:
        return person.state_in(await case_of(then, person, person.case_id))
    except NotFound:  # By what was known then, there was no such case yet.
        return {}
