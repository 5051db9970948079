"""The id of a tip follows from the book it stands in, so that it cannot be entered twice. Pure."""

from uuid import UUID, uuid5

TIPS = UUID("71950138-0138-5000-8000-3054920138a1")
"""Namespace of tip ids. Fixed for ever: ids of recorded tips follow from it."""


def tip_id(agency: str, year: int, receipt_no: str) -> UUID:
    """Id of the tip with that number in that body's book of that year."""
    return uuid5(TIPS, f"{agency}|{year}|{receipt_no.casefold()}")
