"""What about a tip looks at more than its own stream: taking it down, finding it a duplicate."""

from uuid import UUID

from services.cases.tips import refusals
from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip, ReceiveTip
from shared.context import Context, Receipt


async def receive_tip(said: ReceiveTip, ctx: Context) -> Receipt:
    """Take a tip down in the book of the body that received it."""
    tip = Tip.receive_tip(said, ctx.act)
    if await ctx.find(Tip, tip.id) is not None:
        raise refusals.duplicate_number(said.receipt_no, tip.id)
    return await ctx.save(tip, tip_id=str(tip.id))


async def classify_tip(said: ClassifyTip, ctx: Context, id: UUID) -> Receipt:
    """Say what a tip is; a duplicate is linked to the tip that was first."""
    tip = await ctx.load(Tip, id)
    if said.duplicate_of is not None:
        first = tip if said.duplicate_of == id else await ctx.load(Tip, said.duplicate_of)
        if first is tip or first.duplicate_of is not None:
            raise refusals.not_the_first(said.duplicate_of, first.duplicate_of)
    tip.classify_tip(said, ctx.act)
    return await ctx.save(tip)
