"""The book of one pseudonym (held, erased), and the record of one opening. Pure."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Self, assert_never
from uuid import UUID

from services.vault import refusals
from services.vault.events import (
    BeginCustody,
    CustodyBegun,
    ErasePersonalData,
    ErasureRefused,
    Ground,
    LegalHoldLifted,
    LegalHoldSet,
    LiftLegalHold,
    OpenField,
    PersonalDataErased,
    RefuseErasure,
    SealedFieldOpened,
    SetLegalHold,
)
from shared.actor import Act
from shared.domain import Aggregate
from shared.standing import acting_as

ROLE = "data_protection"
"""Who holds and erases."""
PROCEEDINGS = (
    *("BCA", "C02", "CA_*", "CQCSDT_*"),
    *("BTL_BDBP", "BCH_BDBP_*", "DON_BP", "BP_CUAKHAU", "CSB"),
    *("VKSND*", "VPT_VKSNDTC", "TAND*", "TPT_TANDTC"),
)
"""Types of bodies that conduct proceedings, and so may need what another answers for (BLTTHS Điều
34–35)."""
NOW_TOLERANCE = timedelta(minutes=5)
"""How far the stated moment of an act of the vault may lie from now: as much as clocks differ by.

The vault shows, keeps or destroys at once, so nothing of it is recorded late; and who may is judged
by the day of the act, so a grant or a body of the past must not be had by stating its day.
"""


class Custody(Aggregate):
    """What was decided on the data of one pseudonym; its stream has the pseudonym as id."""

    KIND = "custody"
    TOPIC = "custody"

    @classmethod
    def begin_custody(cls, subject: UUID, controller: str, act: Act) -> Self:
        """A book for a pseudonym; the decision that it is opened for is recorded with it."""
        return cls.begin(CustodyBegun, BeginCustody(), act, id=subject, controller=controller)

    def erase(self, said: ErasePersonalData, act: Act, key_ids: tuple[int, ...]) -> None:
        """Decide that the keys go. Erased before: no news. Raises `Refused` under a hold."""
        self._refuse_unless_controller(act)
        if self.erased_at is not None:
            return
        if self.holds:
            raise refusals.held(self.id, self.holds)
        self.record(PersonalDataErased, said, act, key_ids=key_ids, agency=act.agency)

    def refuse_erasure(self, said: RefuseErasure, act: Act) -> None:
        """Note that a request was declined, and why."""
        self._refuse_unless_controller(act)
        if self.erased_at is not None:
            raise refusals.erased(self.id, self.erased_at)
        self.record(ErasureRefused, said, act, agency=act.agency)

    def set_hold(self, said: SetLegalHold, act: Act) -> None:
        """Keep the data: by who answers for them, or a body of proceedings. Set before: no news."""
        refuse_unless_now(act)
        _refuse_unless_entitled(act)
        proceeds = any(fnmatchcase(act.by.type_code, each) for each in PROCEEDINGS)
        if not proceeds and acting_as(act, [self.controller], act.on) is None:
            raise refusals.not_yours_to_hold(act.agency, self.controller)
        if self.erased_at is not None:
            raise refusals.erased(self.id, self.erased_at)
        if said.hold not in self.holds:
            self.record(LegalHoldSet, said, act, agency=act.agency)

    def lift_hold(self, said: LiftLegalHold, act: Act) -> None:
        """End a hold; by the body that set it or its heir."""
        refuse_unless_now(act)
        _refuse_unless_entitled(act)
        if said.hold not in self.holds:
            raise refusals.no_such_hold(said.hold, self.holds)
        setter = self.held_by[said.hold]
        if acting_as(act, [setter], act.on) is None:
            raise refusals.not_controller(act.agency, setter)
        rest = self.holds.keys() - {said.hold}
        self.record(LegalHoldLifted, said, act, still_held=bool(rest), agency=act.agency)

    def _refuse_unless_controller(self, act: Act) -> None:
        refuse_unless_now(act)
        _refuse_unless_entitled(act)
        if acting_as(act, [self.controller], act.on) is None:
            raise refusals.not_controller(act.agency, self.controller)

    def state(self) -> dict[str, object]:
        return {
            "controller": self.controller,
            "holds": dict(sorted(self.holds.items())),
            "erased_at": self.erased_at.isoformat() if self.erased_at else None,
        }

    def evolve(
        self,
        event: CustodyBegun | PersonalDataErased | ErasureRefused | LegalHoldSet | LegalHoldLifted,
    ) -> None:
        match event:
            case CustodyBegun():
                self.controller = event.controller
                self.holds: dict[str, str] = {}  # Name of the hold → its reason.
                self.held_by: dict[str, str] = {}  # Name of the hold → the body that set it.
                self.erased_at: datetime | None = None
            case PersonalDataErased():
                self.erased_at = event.timestamp
            case ErasureRefused():
                pass
            case LegalHoldSet():
                self.holds = self.holds | {event.hold: event.reason}
                self.held_by = self.held_by | {event.hold: event.agency}
            case LegalHoldLifted():
                self.holds = {k: v for k, v in self.holds.items() if k != event.hold}
            case _:
                assert_never(event)


class Opening(Aggregate):
    """That somebody saw something."""

    KIND = "opening"
    TOPIC = "opening"

    @property
    def subjects(self) -> tuple[str, ...]:
        own = (f"{self.KIND}:{self.id}", f"{Custody.KIND}:{self.event.subject_id}")
        file = (self.event.file,) if self.event.file else ()
        return tuple(dict.fromkeys((*own, *self.event.around, *file)))

    @classmethod
    def open_field(
        cls,
        said: OpenField,
        act: Act,
        *,
        topic: str,
        subject_id: UUID,
        key_version: int,
        ground: Ground,
        file: str | None = None,
        recorder: str | None = None,
        around: tuple[str, ...] = (),
    ) -> Self:
        """Record an opening that is allowed."""
        refuse_unless_now(act)
        return cls.begin(
            SealedFieldOpened,
            said,
            act,
            id=act.new_id(),
            topic=topic,
            subject_id=subject_id,
            key_version=key_version,
            ground=ground,
            file=file,
            agency=act.agency,
            recorder=recorder,
            around=around,
        )

    def state(self) -> dict[str, object]:
        return {"topic": self.event.topic, "field": self.event.field, "agency": self.event.agency}

    def evolve(self, event: SealedFieldOpened) -> None:
        self.event = event


def refuse_unless_now(act: Act) -> None:
    """Raises `Refused` when another moment than now is stated."""
    if abs(act.now - act.at) > NOW_TOLERANCE:
        raise refusals.not_now(act.at, NOW_TOLERANCE)


def _refuse_unless_entitled(act: Act) -> None:
    if ROLE not in act.by.roles:
        raise refusals.needs_role(ROLE)
