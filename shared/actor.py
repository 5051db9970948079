"""Who acts, and when: the circumstances that every decision is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.reference import Register

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""Legal days of Viet Nam begin and end here, whatever the zone of the server is."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking, as the credential says; frozen into every event they cause."""

    agency: str
    """Agency id, for example `CA_TINH-P34-40` (type code, hyphen, area key)."""
    user: str
    roles: frozenset[str] = frozenset()
    purpose: str = ""

    @property
    def area(self) -> str:
        """Area key of the agency, for example `P34-40`; `VN` for central bodies."""
        return self.agency.partition("-")[2]

    @property
    def type_code(self) -> str:
        """Agency type, for example `CA_TINH`."""
        return self.agency.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Act:
    """The circumstances of one act. Time, ids and the organisation in force are arguments."""

    by: Actor
    at: datetime
    """When it happened (occurred_at), with a time zone; legal periods run from it."""
    now: datetime
    """When we are being told, with a time zone; never before `at` by more than clock skew."""
    register: Register
    """Agencies and areas by date."""
    new_id: Callable[[], UUID]

    @property
    def on(self) -> date:
        """The legal day of the act in Viet Nam."""
        return self.at.astimezone(VIETNAM).date()

    @property
    def agency(self) -> str:
        """Agency id of the actor."""
        return self.by.agency
