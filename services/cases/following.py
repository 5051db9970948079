"""Persons and their cases: what a fact of a case makes of its accused, what a case has become.

It stands below the commands of both, which use it; they know nothing of each other.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from services.cases.accused.domain import Person
from services.cases.proceedings.domain import Case
from shared.actor import Act
from shared.context import Context, Receipt
from shared.domain import Aggregate, Command, Event

A = TypeVar("A", bound=Aggregate)
C = TypeVar("C", bound=Command)

CASES_BEFORE_MAX = 20
"""Times that a case was joined or split on the way; further back nobody is looked for."""


async def decide_of_case(
    decide: Callable[[Case, C, Act], None], said: C, ctx: Context, id: UUID
) -> Receipt:
    """Record a fact of a case, and in the same record what becomes of its accused by it.

    Who has no record here, or one of another case, is not followed; a court is not kept from its
    decision by that.
    """
    case = await ctx.load(Case, id)
    one = getattr(said, "accused_ref", None)
    refs = (*case.accused, *case.judged_refs, *((one,) if one else ()))
    persons = [each async for each in _persons(ctx, dict.fromkeys(refs))]
    lineages = [await _lineage(ctx, person, case) for person in persons]
    version = case.version
    decide(case, said, ctx.act)
    if case.version > version:
        fact = case.pending_events[-1]
        assert isinstance(fact, Event)
        for person, lineage in zip(persons, lineages, strict=True):
            if person.case_id in lineage:
                person.follow_case(case, fact, ctx.act, lineage=lineage)
    return await ctx.save(case, *(each for each in persons if each.pending_events))


class Loads(Protocol):
    """Where things are loaded from: a command's view of the world, or a reader's."""

    async def load(self, kind: type[A], id: UUID) -> A:
        """The thing. Raises `NotFound`."""
        ...


async def case_of(world: Loads, person: Person, id: UUID) -> Case:
    """The case that somebody was charged in, or what it goes on as: the one that it was joined
    into, the part that was split off with them."""
    case = await world.load(Case, id)
    for _ in range(CASES_BEFORE_MAX):
        after = (case.joined_into,) if case.joined_into is not None else case.split_into
        parts = [await world.load(Case, each) for each in after]
        found = (each for each in parts if case.joined_into or person.id in each.accused)
        part = next(found, None)
        if part is None:
            break
        case = part
    return case


async def _persons(ctx: Context, refs: Iterable[UUID]) -> AsyncIterator[Person]:
    for ref in refs:
        person = await ctx.find(Person, ref)
        if person is not None:
            yield person


async def _lineage(ctx: Context, person: Person, case: Case) -> frozenset[UUID]:
    """The case and, when the person was charged in another that has become it, that one too."""
    if person.case_id is None or person.case_id == case.id:
        return frozenset({case.id})
    origins = {case.id}
    at: Case | None = case
    while at is not None and at.split_from is not None and len(origins) < CASES_BEFORE_MAX:
        origins.add(at.split_from)
        at = await ctx.find(Case, at.split_from)
    became = await case_of(ctx, person, person.case_id)
    theirs = {person.case_id} if {became.id, person.case_id} & origins else set()
    return frozenset({case.id, *theirs})
