"""What a court decides of a case and, in the same record, of the persons who are tried in it."""

from uuid import UUID

from services.cases.following import decide_of_case
from services.cases.proceedings.domain import Case
from services.cases.trials.events import (
    AcceptCase,
    ConfirmEffect,
    FileAppeal,
    FileProtest,
    OrderExecution,
    OrderTrial,
    PronounceAppellateJudgment,
    PronounceJudgment,
)
from shared.context import Context, Receipt


async def accept_case(said: AcceptCase, ctx: Context, id: UUID) -> Receipt:
    """Take the case on the docket; after a review its accused are judged anew."""
    return await decide_of_case(Case.accept_case, said, ctx, id)


async def order_trial(said: OrderTrial, ctx: Context, id: UUID) -> Receipt:
    """Send the case to trial; its accused are defendants from now on (BLTTHS 61)."""
    return await decide_of_case(Case.order_trial, said, ctx, id)


async def pronounce_judgment(said: PronounceJudgment, ctx: Context, id: UUID) -> Receipt:
    """Pronounce at first instance: who is guilty, acquitted or exempt."""
    return await decide_of_case(Case.pronounce_judgment, said, ctx, id)


async def file_appeal(said: FileAppeal, ctx: Context, id: UUID) -> Receipt:
    """Enter an appeal on the day it was filed, or its withdrawal. Late ones are marked; one in time
    takes back an effect that was recorded before it was known."""
    return await decide_of_case(Case.file_appeal, said, ctx, id)


async def file_protest(said: FileProtest, ctx: Context, id: UUID) -> Receipt:
    """Protest a judgment: on appeal by procuracies, in force by those whom the law names. On appeal
    and in time it takes back an effect that was recorded before it was known."""
    return await decide_of_case(Case.file_protest, said, ctx, id)


async def pronounce_appellate_judgment(
    said: PronounceAppellateJudgment, ctx: Context, id: UUID
) -> Receipt:
    """Decide on appeal; what stands is in force at once, what is quashed begins anew."""
    return await decide_of_case(Case.pronounce_appellate_judgment, said, ctx, id)


async def confirm_effect(said: ConfirmEffect, ctx: Context, id: UUID) -> Receipt:
    """Confirm that a judgment is in force; who was found guilty is a convict from now on."""
    return await decide_of_case(Case.confirm_effect, said, ctx, id)


async def order_execution(said: OrderExecution, ctx: Context, id: UUID) -> Receipt:
    """Order that a sentence is carried out; the convict serves it from now on."""
    return await decide_of_case(Case.order_execution, said, ctx, id)
