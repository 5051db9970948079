"""The book of a pseudonym and what is opened by its keys, and who says what there."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.vault.domain import ROLE, Custody, Opening
from services.vault.events import (
    CustodyBegun,
    ErasePersonalData,
    ErasureRefused,
    LegalHoldLifted,
    LegalHoldSet,
    LiftLegalHold,
    OpenField,
    PersonalDataErased,
    RefuseErasure,
    SealedFieldOpened,
    SetLegalHold,
)
from services.vault.grants import Grants, Seal
from shared.actor import Act
from tests.cases.examples import POLICE, act
from tests.cases.situations.table import (
    BEGINNING,
    Machine,
    Row,
    Stand,
    Try,
    on,
    stands,
)

SUBJECT = UUID(int=0x5EA1)
EVENT = UUID(int=0xE7)
SEEN = "cases.tip_received.v1"
HOLD = SetLegalHold(subject_id=SUBJECT, hold="VA-1", reason="Đang điều tra", authority="12/QĐ")
OTHER_HOLD = HOLD.model_copy(update={"hold": "VA-2"})
ERASE = ErasePersonalData(subject_id=SUBJECT, reason="retention", decided_by="Văn phòng")
DECLINE = RefuseErasure(
    subject_id=SUBJECT,
    reason="request",
    ground="proceedings",
    explanation="Đang điều tra",
    decided_by="Văn phòng",
)
LIFT = LiftLegalHold(subject_id=SUBJECT, hold="VA-1", reason="Đã xong")
OPEN = OpenField(event_id=EVENT, field="informant", purpose="verification")
FOR_PROCEEDINGS = "whichever body needs the data for its proceedings may hold them"
FOLLOWS = "begun with the first decision on a pseudonym, by whoever may take that"


def promptly(agency: str, moment: datetime | str) -> Act:
    """Somebody who acts now: the vault knows no late record."""
    somebody = act(agency, moment)
    return replace(somebody, now=somebody.at)


def officer(agency: str, moment: datetime | str) -> Act:
    """Who answers for data protection at an agency."""
    somebody = promptly(agency, moment)
    return replace(somebody, by=replace(somebody.by, roles=frozenset({ROLE})))


def kept() -> Custody:
    return Custody.begin_custody(SUBJECT, POLICE, officer(POLICE, "2025-08-04"))


def held() -> Custody:
    it = kept()
    it.set_hold(HOLD, officer(POLICE, "2025-08-05"))
    return it


def erased() -> Custody:
    it = kept()
    it.erase(ERASE, officer(POLICE, "2025-08-05"), (1,))
    return it


def opens(stand: Stand, by: Act) -> Opening:
    """As the command decides: who recorded it, or whom a grant names."""
    grants, seal = Grants.read(), Seal(SEEN, OPEN.field, recorder=POLICE, fields={})
    ground = grants.ground(by, OPEN.purpose, seal)
    if ground is None:
        raise grants.refusal(by, seal)
    return Opening.open_field(
        OPEN, by, topic=SEEN, subject_id=SUBJECT, key_version=1, ground=ground
    )


MACHINES = (
    Machine(
        Custody,
        {
            BEGINNING: (Stand,),
            "kept": (stands(kept),),
            "on hold": (stands(held),),
            "erased": (stands(erased),),
        },
        {
            CustodyBegun: Row(
                (
                    Try(
                        POLICE,
                        lambda stand, by: Custody.begin_custody(SUBJECT, POLICE, by),
                        anywhere=FOLLOWS,
                    ),
                )
            ),
            PersonalDataErased: Row(
                (Try(POLICE, lambda stand, by: stand.thing.erase(ERASE, by, (1, 2))),),
                no_news=frozenset({"erased"}),
            ),
            ErasureRefused: Row((Try(POLICE, on(Custody.refuse_erasure, DECLINE)),)),
            LegalHoldSet: Row(
                (
                    Try(
                        POLICE,
                        on(Custody.set_hold, OTHER_HOLD),
                        anywhere=FOR_PROCEEDINGS,
                        of_its_kind=True,
                    ),
                )
            ),
            LegalHoldLifted: Row((Try(POLICE, on(Custody.lift_hold, LIFT)),)),
        },
        service="vault",
        stages={
            PersonalDataErased: frozenset({"kept"}),
            ErasureRefused: frozenset({"kept", "on hold"}),
            LegalHoldSet: frozenset({"kept", "on hold"}),
            LegalHoldLifted: frozenset({"on hold"}),
        },
        by=officer,
    ),
    Machine(
        Opening,
        {BEGINNING: (Stand,)},
        {SealedFieldOpened: Row((Try(POLICE, opens),))},
        service="vault",
        by=promptly,
    ),
)
