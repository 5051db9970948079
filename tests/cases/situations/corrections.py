"""A recorded fact and who may put it right. The fact itself stays as it was recorded."""

from datetime import date
from typing import Any
from uuid import UUID

from services.cases.corrections.events import RecordCorrected
from services.cases.tips.domain import Tip
from shared.actor import Act, Actor
from shared.correcting import Corrector
from shared.corrections import Authority, CorrectRecord
from shared.domain import encode_state
from shared.envelope import Envelope, Metadata
from tests.cases.examples import INVESTIGATORS, act, stored
from tests.cases.situations.table import BEGINNING, Machine, Row, Stand, Try
from tests.cases.tips.examples import tip

FACT = UUID(int=0xFAC7)
RIGHT = CorrectRecord(
    target_event=FACT,
    field_path="happened_on",
    new="2025-08-01",
    reason="Ghi nhầm ngày",
    authority=Authority(
        document="Công văn 12/CV-CQCSĐT", issuer=INVESTIGATORS, issued_on=date(2025, 8, 4)
    ),
)


def corrects(stand: Stand, by: Act) -> Tip:
    """A tip that the investigators took down; they say on which day it happened."""
    begun: Any = Tip.receive_tip(tip(happened_on="2025-07-30"), act(INVESTIGATORS))
    history = [stored(event) for event in begun.collect_events()]
    [fact] = history
    clerk = Metadata(Actor(INVESTIGATORS, "clerk"), begun.subjects, FACT, FACT)
    target = Envelope(
        "cases",
        UUID(int=138),
        1,
        FACT,
        begun.id,
        fact.originator_version,
        fact.TOPIC,
        encode_state(fact),
        fact.timestamp,
        clerk,
    )
    right = Corrector(RecordCorrected, history, target).correct_record(RIGHT, by)
    assert isinstance(right, Tip)
    return right


MACHINES = (
    Machine(
        Corrector,
        {BEGINNING: (Stand,), "recorded": (lambda: Stand(Tip.receive_tip(tip(), act())),)},
        {
            RecordCorrected: Row(
                (Try(INVESTIGATORS, corrects),),
                everywhere="whatever is recorded may be put right, wherever the thing stands",
            )
        },
        stages={RecordCorrected: frozenset({"recorded"})},
    ),
)
