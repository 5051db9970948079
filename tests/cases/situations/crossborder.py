"""Requests, exchanges, joint action and handovers at every stage, and who says what of them."""

from typing import Any
from uuid import UUID

from services.cases.crossborder.domain import BorderRequest, Exchange, JointAction
from services.cases.crossborder.events import (
    AgreeJointAction,
    AnswerCrossBorderRequest,
    CrossBorderInformationExchanged,
    CrossBorderInformationRequested,
    CrossBorderRequestAnswered,
    JointActionAgreed,
)
from services.cases.crossborder.handing import SuspectHandedOver, VictimHandedOver
from services.cases.crossborder.handover import SuspectHandover, VictimHandover
from tests.cases.crossborder.examples import (
    HIGHEST_PROCURACY,
    LAO,
    exchange,
    request,
    suspect,
    victim,
)
from tests.cases.examples import POLICE, STATION, act
from tests.cases.situations.table import (
    BEGINNING,
    HOLDER,
    OFFERED,
    Machine,
    Row,
    Says,
    Stand,
    Try,
    begins,
    first,
    later,
    on,
    stands,
)

ABROAD = "BLTTHS Điều 491–493: what is asked of a partner abroad is bound to no area here"
GATE = "VN–LA 2010; PCMBN 2024 Điều 30: whoever is told of a person at a gate begins the record"
MEETING = AgreeJointAction(partner=LAO, kind="meeting")
EXTRADITION = {"kind": "mutual_legal_assistance", "channel": "mla"}


def asked() -> BorderRequest:
    return BorderRequest.request_information(request(), act(POLICE))


def answer(final: bool) -> Says:
    said = AnswerCrossBorderRequest(exchange_id=UUID(int=7 + final), final=final)
    return lambda stand, by: stand.thing.answer(said, "LA", by)


def answered(final: bool) -> BorderRequest:
    it = asked()
    answer(final)(Stand(it), act(POLICE, "2025-08-06"))
    return it


def handed(kind: Any, say: Any, step: str = "", **said: Any) -> Any:
    """A person who was offered, and then, when a step is named, received, refused or withdrawn."""
    begin = getattr(kind, f"begin_{kind.KIND}")
    it = begin(say(**said), act(STATION))
    if step:
        reply = getattr(it, f"hand_over_{kind.KIND.partition('_')[0]}")
        reply(say(step, **said), act(STATION, "2025-08-06"))
    return it


def handover(kind: Any, say: Any, event: Any) -> Machine:
    begin = getattr(kind, f"begin_{kind.KIND}")
    reply = getattr(kind, f"hand_over_{kind.KIND.partition('_')[0]}")
    leaves = say("offered", direction="out")
    gone = say("received", direction="out")
    if kind is VictimHandover:
        gone = gone.model_copy(update={"next": None})
    return Machine(
        kind,
        {
            BEGINNING: (Stand,),
            "offered": (
                stands(lambda: handed(kind, say)),
                stands(lambda: handed(kind, say, direction="out")),
            ),
            "received": (stands(lambda: handed(kind, say, "received")),),
            "refused": (stands(lambda: handed(kind, say, "refused")),),
            "withdrawn": (stands(lambda: handed(kind, say, "withdrawn")),),
        },
        {
            event: Row(
                (
                    Try(STATION, first(begins(begin, say())), anywhere=GATE),
                    Try(STATION, first(begins(begin, leaves)), anywhere=GATE),
                    Try(STATION, first(begins(begin, say("received"))), anywhere=GATE),
                    Try(OFFERED, later(on(reply, say("received")))),
                    Try(OFFERED, later(on(reply, say("refused")))),
                    Try(HOLDER, later(on(reply, say("withdrawn")))),
                    Try(HOLDER, later(on(reply, gone))),
                )
            )
        },
    )


MACHINES = (
    Machine(
        BorderRequest,
        {
            BEGINNING: (Stand,),
            "requested": (stands(asked),),
            "answered": (stands(lambda: answered(False)),),
            "closed": (stands(lambda: answered(True)),),
        },
        {
            CrossBorderInformationRequested: Row(
                (
                    Try(
                        POLICE,
                        begins(BorderRequest.request_information, request()),
                        anywhere=ABROAD,
                    ),
                    Try(
                        HIGHEST_PROCURACY,
                        begins(BorderRequest.request_information, request(**EXTRADITION)),
                    ),
                )
            ),
            CrossBorderRequestAnswered: Row(
                (Try(HOLDER, answer(False)), Try(HOLDER, answer(True)))
            ),
        },
    ),
    Machine(
        Exchange,
        {
            BEGINNING: (Stand,),
            "exchanged": (stands(lambda: Exchange.exchange_information(exchange(), act(POLICE))),),
        },
        {
            CrossBorderInformationExchanged: Row(
                (Try(POLICE, begins(Exchange.exchange_information, exchange()), anywhere=ABROAD),)
            )
        },
    ),
    Machine(
        JointAction,
        {
            BEGINNING: (Stand,),
            "agreed": (stands(lambda: JointAction.agree_joint_action(MEETING, act(POLICE))),),
        },
        {
            JointActionAgreed: Row(
                (Try(POLICE, begins(JointAction.agree_joint_action, MEETING), anywhere=ABROAD),)
            )
        },
    ),
    handover(SuspectHandover, suspect, SuspectHandedOver),
    handover(VictimHandover, victim, VictimHandedOver),
)
