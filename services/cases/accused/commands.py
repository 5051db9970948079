"""What is done to a person in proceedings, as far as it looks at more than their own record."""

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
from services.cases.following import case_of
from services.cases.proceedings.domain import Case
from services.cases.proceedings.minors import MarkJuvenile
from shared.context import Context, Receipt


async def apprehend_suspect(said: ApprehendSuspect, ctx: Context) -> Receipt:
    """Hold or arrest somebody who has no record yet."""
    person = Person.apprehend_suspect(said, ctx.act)
    return await ctx.save(person, person_ref=str(person.id))


async def institute_accused(said: InstituteAccused, ctx: Context) -> Receipt:
    """Prosecute somebody who was never held, in an open case."""
    case = await ctx.load(Case, said.case_id)
    person = Person.institute_accused(said, ctx.act, case)
    return await ctx.save(person, *_marked(case, said, ctx), person_ref=str(person.id))


async def prosecute(said: InstituteAccused, ctx: Context, id: UUID) -> Receipt:
    """Prosecute somebody who is or was held, in an open case."""
    person = await ctx.load(Person, id)
    case = await ctx.load(Case, said.case_id)
    person.prosecute(said, ctx.act, case)
    return await ctx.save(person, *_marked(case, said, ctx), person_ref=str(person.id))


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
    case = None if person.case_id is None else await case_of(ctx, person, person.case_id)
    person.change_preventive_measure(said, ctx.act, case)
    return await ctx.save(person)


async def issue_wanted_notice(said: IssueWantedNotice, ctx: Context, id: UUID) -> Receipt:
    """Issue or lift a wanted notice."""
    person, case = await _with_case(ctx, id)
    person.issue_wanted_notice(said, ctx.act, case)
    return await ctx.save(person)


def _marked(case: Case, said: InstituteAccused, ctx: Context) -> tuple[Case, ...]:
    """The case, when it learns by this that somebody under 18 is accused in it."""
    if said.under_18:
        case.mark_juvenile(MarkJuvenile(decision_ref=said.decision_ref), ctx.act)
    return (case,) if case.pending_events else ()


async def _with_case(ctx: Context, id: UUID) -> tuple[Person, Case]:
    person = await ctx.load(Person, id)
    if person.case_id is None:
        raise not_prosecuted(*person.STAGES[person.stage])
    return person, await case_of(ctx, person, person.case_id)
