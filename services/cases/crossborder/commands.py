"""What begins streams across borders; an answer is recorded together with its request.

The case and the person in proceedings that are named must have a record here; who is offered from
abroad gets one when they are held, and is received under its pseudonym. Of victims and of others no
service keeps one yet: their pseudonyms are taken as they are given.
"""

from uuid import UUID

from services.cases.accused.domain import Person
from services.cases.crossborder import refusals
from services.cases.crossborder.domain import BorderRequest, Exchange, JointAction
from services.cases.crossborder.events import (
    AgreeJointAction,
    AnswerCrossBorderRequest,
    ExchangeCrossBorderInformation,
    RequestCrossBorderInformation,
)
from services.cases.crossborder.handing import HandOverSuspect, HandOverVictim
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from services.cases.proceedings.domain import Case
from shared.context import Context, Receipt

SOUGHT = frozenset({"wanted", "extradition"})
"""Requests that are about somebody in proceedings, if they name a person."""


async def request_information(said: RequestCrossBorderInformation, ctx: Context) -> Receipt:
    """Ask a partner abroad for information or assistance, for a case that there is."""
    request = BorderRequest.request_information(said, ctx.act)
    await _prove_case(said.case_id, ctx)
    if said.kind in SOUGHT and said.subject_id is not None:
        await _prove_person(said.subject_id, "/subject_id", ctx)
    return await ctx.save(request, request_id=str(request.id))


async def exchange_information(said: ExchangeCrossBorderInformation, ctx: Context) -> Receipt:
    """Receive or give information; an answer is added to its request."""
    exchange = Exchange.exchange_information(said, ctx.act)
    if said.request_id is None:
        return await ctx.save(exchange, exchange_id=str(exchange.id))
    request = await ctx.load(BorderRequest, said.request_id)
    answer = AnswerCrossBorderRequest(exchange_id=exchange.id, final=bool(said.final))
    request.answer(answer, said.partner.country, ctx.act)
    return await ctx.save(exchange, request, exchange_id=str(exchange.id))


async def agree_joint_action(said: AgreeJointAction, ctx: Context) -> Receipt:
    """Agree on joint action with a partner abroad."""
    action = JointAction.agree_joint_action(said, ctx.act)
    return await ctx.save(action, action_id=str(action.id))


async def begin_suspect_handover(said: HandOverSuspect, ctx: Context) -> Receipt:
    """Offer a suspect across the border, or record one who was received unannounced."""
    handover = SuspectHandover.begin_suspect_handover(said, ctx.act)
    if said.direction == "out" or said.step == "received" or said.case_id is not None:
        await _prove_person(said.person_ref, "/person_ref", ctx)
    await _prove_case(said.case_id, ctx)
    return await ctx.save(handover, handover_id=str(handover.id))


async def hand_over_suspect(said: HandOverSuspect, ctx: Context, id: UUID) -> Receipt:
    """Receive or refuse the suspect who was offered, or withdraw the offer."""
    handover = await ctx.load(SuspectHandover, id)
    offered = await ctx.find(Person, handover.said.person_ref)
    handover.hand_over_suspect(said, ctx.act, held_since=offered is None)
    if (said.step, said.direction) == ("received", "in"):
        await _prove_person(said.person_ref, "/person_ref", ctx)
    return await ctx.save(handover)


async def begin_victim_handover(said: HandOverVictim, ctx: Context) -> Receipt:
    """Offer a victim across the border, or record one who was received unannounced."""
    handover = VictimHandover.begin_victim_handover(said, ctx.act)
    return await ctx.save(handover, handover_id=str(handover.id))


async def _prove_case(id: UUID | None, ctx: Context) -> None:
    if id is not None and await ctx.find(Case, id) is None:
        raise refusals.unknown_case(id)


async def _prove_person(id: UUID, pointer: str, ctx: Context) -> None:
    if await ctx.find(Person, id) is None:
        raise refusals.unknown_person(id, pointer)
