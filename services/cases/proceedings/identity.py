"""Ids of cases follow from the number of the decision, so that none is recorded twice. Pure."""

from uuid import UUID, uuid5

CASES = UUID("ca5e0138-0137-5000-8000-3054920138a1")
"""Namespace of case ids. Fixed for ever: ids of recorded cases follow from it."""


def case_id(agency: str, year: int, case_no: str) -> UUID:
    """Id of a case: numbers of decisions are unique within a body and a year."""
    return uuid5(CASES, f"{agency}|{year}|{case_no}")
