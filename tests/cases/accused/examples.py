"""Persons at every stage that these facts lead to. Nobody real; a case that runs from August 2025.

Days are those of one history: held on Monday 4/8/2025, prosecuted on 6/8, detained from 8/8.
"""

from datetime import date
from typing import Any
from uuid import UUID

from services.cases.accused.domain import Person
from services.cases.accused.events import (
    ApprehendSuspect,
    ExtendTemporaryCustody,
    InstituteAccused,
    OrderTemporaryCustody,
    ReclassifyOffence,
    ReviewAccused,
)
from services.cases.accused.measures import (
    ChangePreventiveMeasure,
    ChangeProceduralStanding,
    ExtendTemporaryDetention,
    IssueWantedNotice,
    OrderTemporaryDetention,
)
from services.cases.accused.parts import Identity
from services.cases.lists import Offence
from services.cases.proceedings.domain import Case
from services.cases.proceedings.parts import Stretch
from shared.domain import Event
from shared.sealed import Sealed
from tests.cases.examples import INVESTIGATORS, PROCURACY, act, at, recorded
from tests.cases.proceedings.examples import BROKERAGE, TRAFFICKING, institute

PLACE = "P34-40-16681"
ENTRY = Offence(article="347", clause=1)
SECRET = "Nguyễn Thị Niêm Mã"


def identity() -> Sealed[Identity]:
    """Who it is, in plain: each fact seals its own."""
    return Sealed.of(Identity(name=SECRET, born=date(1990, 2, 3)))


def hold(**other: Any) -> ApprehendSuspect:
    fields = {"kind": "flagrante", "place": PLACE, "identity": identity()}
    return ApprehendSuspect(**(fields | other))


def custody(**other: Any) -> OrderTemporaryCustody:
    fields: dict[str, Any] = {
        "since": at("2025-08-04T10:00"),
        "to": at("2025-08-07T10:00"),
        "place": "Nhà tạm giữ",
        "reason": "flagrante",
        "decision_ref": "05/QĐ-TG",
    }
    return OrderTemporaryCustody(**(fields | other))


def more_custody(**other: Any) -> ExtendTemporaryCustody:
    """Asked for, the first time."""
    fields: dict[str, Any] = {
        "seq": 1,
        "stage": "requested",
        "to": at("2025-08-10T10:00"),
        "sent_to": PROCURACY,
        "decision_ref": "06/ĐN-CSĐT",
    }
    return ExtendTemporaryCustody(**(fields | other))


def granted(**other: Any) -> ExtendTemporaryCustody:
    fields = {"stage": "decided", "granted": True, "sent_to": None, "decision_ref": "3/QĐ-VKS"}
    return more_custody(**(fields | other))


def accuse(case: Case, **other: Any) -> InstituteAccused:
    fields: dict[str, Any] = {
        "case_id": case.id,
        "charges": (TRAFFICKING,),
        "identity": identity(),
        "age_at_offence": "18_plus",
        "decision_ref": "17/QĐ-KTBC",
    }
    return InstituteAccused(**(fields | other))


def review(**other: Any) -> ReviewAccused:
    fields = {"subject": "institution", "outcome": "approved", "decision_ref": "9/QĐ-VKS"}
    return ReviewAccused(**(fields | other))


def recharge(**other: Any) -> ReclassifyOffence:
    fields = {
        "before": TRAFFICKING,
        "after": Offence(article="150", clause=3),
        "decision_ref": "21/QĐ-CSĐT",
    }
    return ReclassifyOffence(**(fields | other))


def detain(**other: Any) -> OrderTemporaryDetention:
    """Asked for by the investigators: 117 days, three of custody deducted."""
    fields: dict[str, Any] = {
        "stage": "investigation",
        "step": "requested",
        "since": date(2025, 8, 8),
        "to": date(2025, 12, 3),
        "sent_to": PROCURACY,
        "decision_ref": "30/LTG-CSĐT",
    }
    return OrderTemporaryDetention(**(fields | other))


def approve(**other: Any) -> OrderTemporaryDetention:
    fields: dict[str, Any] = {"step": "approved", "sent_to": None, "decision_ref": "11/QĐ-VKS"}
    return detain(**(fields | other))


def prolong(**other: Any) -> ExtendTemporaryDetention:
    fields: dict[str, Any] = {
        "seq": 1,
        "length": Stretch(n=3, unit="month"),
        "to": date(2026, 3, 3),
        "requested_on": date(2025, 11, 20),
        "decision_ref": "70/QĐ-VKS",
    }
    return ExtendTemporaryDetention(**(fields | other))


def change(**other: Any) -> ChangePreventiveMeasure:
    fields = {"before": "detention", "to": "bail", "reason": "replaced", "decision_ref": "80/QĐ"}
    return ChangePreventiveMeasure(**(fields | other))


def seek(**other: Any) -> IssueWantedNotice:
    return IssueWantedNotice(**({"kind": "issue", "decision_ref": "44/QĐ-TN"} | other))


def follow(becomes: Any, **other: Any) -> ChangeProceduralStanding:
    return ChangeProceduralStanding(**({"becomes": becomes, "decision_ref": "2/QĐ-TA"} | other))


def fact(case_no: str = "41/QĐ-CSĐT") -> Event:
    """A fact of the case of the examples, or of another, that was just recorded."""
    said = institute(case_no=case_no, offences=(TRAFFICKING, BROKERAGE))
    [event] = Case.institute_case(said, act(moment="2025-08-04T07:00")).pending_events
    return event


def case(by: str = INVESTIGATORS, moment: str = "2025-08-04T07:00", **other: Any) -> Case:
    """An open case of trafficking and brokerage."""
    fields = {"offences": (TRAFFICKING, BROKERAGE), **other}
    return recorded(Case.institute_case(institute(**fields), act(by, moment)))


def held(by: str = INVESTIGATORS, moment: str = "2025-08-04T08:00", **other: Any) -> Person:
    return recorded(Person.apprehend_suspect(hold(**other), act(by, moment)))


def in_custody(**other: Any) -> Person:
    it = held()
    it.order_temporary_custody(custody(**other), act(moment="2025-08-04T11:00"))
    return it


def pending(of: Case, **other: Any) -> Person:
    """In custody, and prosecuted."""
    it = in_custody()
    it.prosecute(accuse(of, **other), act(moment="2025-08-06"), of)
    return it


def accused(of: Case, **other: Any) -> Person:
    """Prosecuted and approved, still in custody."""
    it = pending(of, **other)
    it.review_accused(review(), act(PROCURACY, "2025-08-07"), of)
    return it


def detained(of: Case, **other: Any) -> Person:
    it = accused(of, **other)
    it.order_temporary_detention(detain(), act(moment="2025-08-07T09:00"), of)
    it.order_temporary_detention(approve(), act(PROCURACY, "2025-08-08"), of)
    return it


PERSON = UUID(int=1)
"""The pseudonym of everybody who begins here: ids count up from one."""
