"""Sample tips, so that a test mentions only what matters to it."""

from datetime import date
from typing import Any

from services.cases.tips.domain import Tip
from services.cases.tips.events import (
    AssignTipHandler,
    ClassifyTip,
    DecideCaseNonInstitution,
    ExtendTipVerification,
    Informant,
    NotifyTipInformant,
    ReceiveTip,
    ResumeTipHandling,
    SuspendTipHandling,
    TransferTip,
)
from shared.sealed import Sealed
from tests.cases.examples import COMMUNE_POLICE, INVESTIGATORS, PROCURACY, act, recorded

CRIME = ClassifyTip(classification="crime")
HANDLER = AssignTipHandler(handler="dtv.12", decision_no="41/QĐ-CQCSĐT")
SUSPENSION = SuspendTipHandling(ground="expert", decision_ref="17/QĐ-CQCSĐT")
GROUND_GONE = ResumeTipHandling(reason="ground_gone", decision_ref="22/QĐ-CQCSĐT")
NO_CASE = DecideCaseNonInstitution(ground="no_constituents", decision_ref="30/QĐ-CQCSĐT")
BY_HEAD = ExtendTipVerification(
    seq=1,
    stage="decided",
    granted=True,
    until=date(2025, 10, 6),
    reason="nhiều địa điểm phải kiểm tra",
    doc_ref="12/QĐ-CQCSĐT",
)
ASKED = ExtendTipVerification(
    seq=2, stage="requested", to=PROCURACY, reason="chờ xác minh", doc_ref="90/CV-CQCSĐT"
)
GRANTED = ExtendTipVerification(
    seq=2,
    stage="decided",
    granted=True,
    until=date(2025, 12, 8),
    reason="đủ căn cứ",
    doc_ref="5/QĐ-VKS",
)
TOLD = NotifyTipInformant(kind="receipt", to="informant", medium="document")


def tip(**other: Any) -> ReceiveTip:
    """A crime report by telephone about light work abroad, with an informant who is known."""
    fields: dict[str, Any] = {
        "kind": "tin_bao",
        "channel": "phone",
        "receipt_no": "15/2025",
        "informant": Sealed.of(Informant(name="Người Báo Tin", phone="0912 000 000")),
        "content": Sealed.of("Có người rủ ra nước ngoài làm việc nhẹ lương cao."),
        "suspected_offence": "150",
        "modus": ("light_work_high_pay",),
        "route": "KH",
        "place": "P34-40-16681",
    }
    return ReceiveTip(**(fields | other))


def received(by: str = INVESTIGATORS, moment: str = "2025-08-04T08:00", **other: Any) -> Tip:
    """A tip in its receiver's book; nothing is pending."""
    return recorded(Tip.receive_tip(tip(**other), act(by, moment)))


def in_hand(**other: Any) -> Tip:
    """Classified as a crime by a competent body."""
    it = received(**other)
    it.classify_tip(CRIME, act(moment="2025-08-04T15:00"))
    return it


def verifying(**other: Any) -> Tip:
    """With a handler."""
    it = in_hand(**other)
    it.assign_tip_handler(HANDLER, act(moment="2025-08-05"))
    return it


def offered(by: str = COMMUNE_POLICE, **other: Any) -> Tip:
    """On its way from the commune police to the investigating body."""
    it = received(by)
    it.transfer_tip(forward(**other), act(by, "2025-08-04T17:00"))
    return it


def forward(**other: Any) -> TransferTip:
    """What the commune police say when they pass it on."""
    return TransferTip(**({"kind": "commune_forward", "to": INVESTIGATORS} | other))
