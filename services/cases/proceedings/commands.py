"""What concerns more than one stream: instituting a case upon tips, joining and splitting cases.

Handlers load everything first, decide without waiting in between, and save once: what is decided
together is recorded together or not at all.
"""

from collections.abc import Iterable
from uuid import UUID

from pydantic import Field

from services.cases.accused.domain import Person
from services.cases.following import decide_of_case
from services.cases.limits import CODES_MAX, NAMES_MAX
from services.cases.proceedings import refusals
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import (
    InstituteCase,
    Regrouping,
    RequestSupplementaryInvestigation,
)
from services.cases.proceedings.parts import Remainder
from services.cases.proceedings.stopping import DiscontinueProceedings, ResumeProceedings
from services.cases.tips.domain import Tip
from services.cases.tips.events import LeadTipToCase
from shared.context import Context, Receipt


async def institute_case(said: InstituteCase, ctx: Context) -> Receipt:
    """Institute a case; the tips that it comes from end with it, all or nothing."""
    case = Case.institute_case(said, ctx.act)
    if await ctx.find(Case, case.id) is not None:
        raise refusals.duplicate_case(said.case_no, case.id)
    tips = [await ctx.load(Tip, id) for id in dict.fromkeys(said.from_tips)]
    for tip in tips:
        tip.institute_case(LeadTipToCase(case_id=case.id), ctx.act)
    return await ctx.save(case, *tips, case_id=str(case.id))


class RegroupCases(Regrouping):
    """Join other cases into this one, or split parts off it."""

    cases: tuple[UUID, ...] = Field(default=(), max_length=NAMES_MAX)
    """To join: the cases that this one takes in."""
    parts: tuple[Remainder, ...] = Field(default=(), max_length=CODES_MAX)
    """To split: what goes, with the number that it gets."""


async def regroup_cases(said: RegroupCases, ctx: Context, id: UUID) -> Receipt:
    """Join or split cases; every stream concerned is told in one record."""
    case = await ctx.load(Case, id)
    told = Regrouping(**{name: getattr(said, name) for name in Regrouping.model_fields})
    if (said.parts if said.kind == "join" else said.cases) or id in said.cases:
        raise refusals.wrong_regrouping(
            "/parts" if said.kind == "join" else "/cases",
            "Nhập vụ án chỉ nêu các vụ án khác, tách vụ án chỉ nêu các phần",
            "A joinder names other cases only, a split names parts only",
        )
    if said.kind == "join":
        others = [await ctx.load(Case, each) for each in said.cases]
        case.join_cases(told, ctx.act, others)
        return await ctx.save(case, *others)
    await _refuse_hidden_young(said.parts, ctx)
    begun = case.split_case(told, ctx.act, said.parts)
    for part in begun:
        if await ctx.find(Case, part.id) is not None:
            raise refusals.duplicate_case(part.case_no, part.id)
    return await ctx.save(case, *begun, cases={each.case_no: str(each.id) for each in begun})


async def _refuse_hidden_young(parts: Iterable[Remainder], ctx: Context) -> None:
    """A part that somebody under 18 goes with says so, by what is recorded of them."""
    for index, part in enumerate(parts):
        persons = [] if part.juvenile else [await ctx.find(Person, ref) for ref in part.accused]
        if any(each is not None and each.under_18 for each in persons):
            raise refusals.wrong_regrouping(
                f"/parts/{index}/juvenile",
                "Phần được tách có bị can dưới 18 tuổi thì phải ghi juvenile là true",
                "A part that somebody under 18 goes with has juvenile true",
            )


async def request_supplementary_investigation(
    said: RequestSupplementaryInvestigation, ctx: Context, id: UUID
) -> Receipt:
    """Return the file; whom a panel was trying are accused again, not defendants."""
    return await decide_of_case(Case.request_supplementary_investigation, said, ctx, id)


async def discontinue_proceedings(said: DiscontinueProceedings, ctx: Context, id: UUID) -> Receipt:
    """End without a judgment, for the case with its accused or for one of them."""
    return await decide_of_case(Case.discontinue_proceedings, said, ctx, id)


async def resume_proceedings(said: ResumeProceedings, ctx: Context, id: UUID) -> Receipt:
    """Go on where it stopped; whose proceedings had ended are accused again."""
    return await decide_of_case(Case.resume_proceedings, said, ctx, id)
