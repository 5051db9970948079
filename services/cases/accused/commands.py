"""What concerns a person and their case: what is done to the one, what the other makes of them."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar
from uuid import UUID

from services.cases.accused.domain import Person
from services.cases.accused.events import (
    ApprehendSuspect,
    InstituteAccused,
    OrderTemporaryCustody,
    ReclassifyOffence,
    ReviewAccused,
)
from services.cases.accused.measures import (
    ChangePreventiveMeasure,
    ExtendTemporaryDetention,
    IssueWantedNotice,
    OrderTemporaryDetention,
)
from services.cases.accused.refusals import not_prosecuted
from services.cases.proceedings.domain import Case
from shared.actor import Act
from shared.context import Context, Receipt
from shared.domain import Command, Event

C = TypeVar("C", bound=Command)

CASES_BEFORE_MAX = 20
"""Times that a case was joined or split on the way; further back nobody is looked for."""


async def apprehend_suspect(said: ApprehendSuspect, ctx: Context) -> Receipt:
    """Hold or arrest somebody who has no record yet."""
    person = Person.apprehend_suspect(said, ctx.act)
    return await ctx.save(person, person_ref=str(person.id))


async def institute_accused(said: InstituteAccused, ctx: Context) -> Receipt:
    """Prosecute somebody who was never held, in an open case."""
    case = await ctx.load(Case, said.case_id)
    person = Person.institute_accused(said, ctx.act, case)
    return await ctx.save(person, person_ref=str(person.id))


async def prosecute(said: InstituteAccused, ctx: Context, id: UUID) -> Receipt:
    """Prosecute somebody who is or was held, in an open case."""
    person = await ctx.load(Person, id)
    case = await ctx.load(Case, said.case_id)
    person.prosecute(said, ctx.act, case)
    return await ctx.save(person, person_ref=str(person.id))


async def order_temporary_custody(said: OrderTemporaryCustody, ctx: Context, id: UUID) -> Receipt:
    """Take who is held into temporary custody."""
    person = await ctx.load(Person, id)
    if said.case_id is not None:
        await ctx.load(Case, said.case_id)
    person.order_temporary_custody(said, ctx.act)
    return await ctx.save(person)


async def review_accused(said: ReviewAccused, ctx: Context, id: UUID) -> Receipt:
    """The procuracy decides on a prosecution or on its change."""
    person, case = await _with_case(ctx, id)
    person.review_accused(said, ctx.act, case)
    return await ctx.save(person)


async def reclassify_offence(said: ReclassifyOffence, ctx: Context, id: UUID) -> Receipt:
    """Change or supplement the charge against an accused."""
    person, case = await _with_case(ctx, id)
    person.reclassify_offence(said, ctx.act, case)
    return await ctx.save(person)


async def order_temporary_detention(
    said: OrderTemporaryDetention, ctx: Context, id: UUID
) -> Receipt:
    """Ask for, approve or order detention."""
    person, case = await _with_case(ctx, id)
    person.order_temporary_detention(said, ctx.act, case)
    return await ctx.save(person)


async def extend_temporary_detention(
    said: ExtendTemporaryDetention, ctx: Context, id: UUID
) -> Receipt:
    """Extend detention for the investigation."""
    person, case = await _with_case(ctx, id)
    person.extend_temporary_detention(said, ctx.act, case)
    return await ctx.save(person)


async def change_preventive_measure(
    said: ChangePreventiveMeasure, ctx: Context, id: UUID
) -> Receipt:
    """Apply, replace or end a measure; release somebody."""
    person = await ctx.load(Person, id)
    case = None if person.case_id is None else await _case_of(ctx, person, person.case_id)
    person.change_preventive_measure(said, ctx.act, case)
    return await ctx.save(person)


async def issue_wanted_notice(said: IssueWantedNotice, ctx: Context, id: UUID) -> Receipt:
    """Issue or lift a wanted notice."""
    person, case = await _with_case(ctx, id)
    person.issue_wanted_notice(said, ctx.act, case)
    return await ctx.save(person)


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
    became = await _case_of(ctx, person, person.case_id)
    theirs = {person.case_id} if {became.id, person.case_id} & origins else set()
    return frozenset({case.id, *theirs})


async def _with_case(ctx: Context, id: UUID) -> tuple[Person, Case]:
    person = await ctx.load(Person, id)
    if person.case_id is None:
        raise not_prosecuted(*person.STAGES[person.stage])
    return person, await _case_of(ctx, person, person.case_id)


async def _case_of(ctx: Context, person: Person, id: UUID) -> Case:
    """The case that somebody was charged in, or what it goes on as: the one that it was joined
    into, the part that was split off with them."""
    case = await ctx.load(Case, id)
    for _ in range(CASES_BEFORE_MAX):
        after = (case.joined_into,) if case.joined_into is not None else case.split_into
        parts = [await ctx.load(Case, each) for each in after]
        found = (each for each in parts if case.joined_into or person.id in each.accused)
        part = next(found, None)
        if part is None:
            break
        case = part
    return case
