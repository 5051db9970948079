"""Sample acts across borders, so that a test mentions only what matters to it."""

from typing import Any
from uuid import UUID

from services.cases.crossborder.events import (
    ExchangeCrossBorderInformation,
    Partner,
    RequestCrossBorderInformation,
)
from services.cases.crossborder.handing import HandOverSuspect, HandOverVictim
from shared.sealed import Sealed

LAO = Partner(country="LA", agency="Công an tỉnh Xiêng Khoảng")
CHINA = Partner(country="CN", agency="Công an Quảng Tây")
MINISTRY = "BCA-VN"
HIGHEST_PROCURACY = "VKSNDTC-VN"
MISSION = "CQDD-VN"
SUSPECT = UUID(int=0x5)
VICTIM = UUID(int=0x71)
GATE = "Nậm Cắn"


def request(**other: Any) -> RequestCrossBorderInformation:
    """Police information from Laos by hotline."""
    fields: dict[str, Any] = {"partner": LAO, "kind": "police_information", "channel": "hotline"}
    return RequestCrossBorderInformation(**(fields | other))


def exchange(**other: Any) -> ExchangeCrossBorderInformation:
    """Something that a partner wrote."""
    fields: dict[str, Any] = {
        "direction": "in",
        "partner": LAO,
        "summary": Sealed.of("Chim Hoàng Yến đã qua cửa khẩu."),
    }
    return ExchangeCrossBorderInformation(**(fields | other))


def suspect(step: str = "offered", **other: Any) -> HandOverSuspect:
    """A suspect brought from Laos by agreement."""
    fields: dict[str, Any] = {
        "step": step,
        "direction": "in",
        "partner": LAO,
        "gate": GATE,
        "person_ref": SUSPECT,
        "legal_basis": "agreement",
    }
    return HandOverSuspect(**(fields | _papers(step) | other))


def victim(step: str = "offered", **other: Any) -> HandOverVictim:
    """A victim who comes back from Laos."""
    fields: dict[str, Any] = {
        "step": step,
        "direction": "in",
        "partner": LAO,
        "gate": GATE,
        "subject_id": VICTIM,
    }
    after = {"next": "SO_YTE-P34-40"} if step == "received" else {}
    return HandOverVictim(**(fields | after | _papers(step) | other))


def _papers(step: str) -> dict[str, str]:
    papers = {"minutes_ref": "3/BBBG"} if step == "received" else {"reason": "giấy tờ chưa đủ"}
    return {} if step == "offered" else papers
