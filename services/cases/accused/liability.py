"""Who answers for what: age, legal persons, and what the case is about. Pure."""

from collections.abc import Iterable, Sequence

from services.cases.accused import refusals
from services.cases.accused.juvenile import LIABLE_FROM_14
from services.cases.lists import GRAVE, Offence
from services.cases.proceedings.domain import Case

LEGAL_PERSONS_NOT_LIABLE: frozenset[str] = frozenset(
    {"150", "151", "152", "153", "154", "347", "348", "349"}
)
"""BLHS 76 is a closed list of offences that has none of 150–154 (seen), and none of 347–349
(from memory)."""


def refuse_unless_liable(
    charges: Sequence[Offence], age: str | None, legal_person: bool, pointer: str
) -> None:
    """Raises `Refused` when somebody of that age or kind does not answer for these offences."""
    articles = _articles(charges)
    if legal_person:
        beyond = sorted(articles & LEGAL_PERSONS_NOT_LIABLE)
        if beyond:
            raise refusals.legal_person_not_liable(beyond, pointer)
    if age == "under_14":
        raise refusals.too_young(age, sorted(articles), pointer)
    if age == "14_15":
        light = [
            each
            for each in charges
            if each.article not in LIABLE_FROM_14 or each.severity not in GRAVE
        ]
        if light:
            raise refusals.too_young(age, sorted(_articles(light)), pointer)


def refuse_unfit_ages(age: str | None, under_18: bool, legal_person: bool) -> None:
    """Raises `Refused` when what is said of somebody's age does not fit together."""
    if legal_person and (age is not None or under_18):
        raise refusals.ages_do_not_fit("/legal_person")
    if not legal_person and (age is None or (under_18 and age == "18_plus")):
        raise refusals.ages_do_not_fit("/age_at_offence")


def refuse_not_instituted(charges: Sequence[Offence], case: Case, pointer: str) -> None:
    """Raises `Refused` for a charge of an article that the case was not instituted for."""
    about = _articles(case.offences)
    beyond = sorted(_articles(charges) - about)
    if beyond:
        raise refusals.not_instituted_for(beyond, sorted(about), pointer)


def _articles(charges: Iterable[Offence]) -> set[str]:
    return {each.article for each in charges}
