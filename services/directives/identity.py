"""Ids that follow from what a thing is, so that the same thing cannot be recorded twice. Pure."""

from uuid import UUID, uuid5

DIRECTIVES = UUID("d1ec71fe-0138-5000-8000-3054920138a1")
"""Namespace of directive ids. Fixed for ever: ids of recorded directives follow from it."""


def directive_id(issuer: str, year: int, notation: str | None, number: int) -> UUID:
    """Id of a numbered directive.

    Numbers are unique within an issuer, a year and a series of notations (NĐ 30/2020 Điều 15), so
    the log itself refuses a second paper with the same ones. `notation` as understood, not as
    typed, so that an odd dash makes no second paper.

    This holds for numbers given at issuing. A number that a later revision gives is refused when a
    paper was issued under it before, but is not reserved: the revised paper keeps its id, so that
    two papers can come to bear the same number, by an issue or a second revision afterwards.
    """
    return uuid5(DIRECTIVES, f"{issuer}|{year}|{notation or ''}|{number}")


def line_id(directive: UUID, key: str) -> UUID:
    """Id of a task, target or report line of a directive, from its key, e.g. `T01`."""
    return uuid5(directive, key)
