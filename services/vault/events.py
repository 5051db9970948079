"""What is said of sealed data: opened, erased, refused to be erased, held. Never the data."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.domain import Command, Event, FirstEvent
from shared.fields import AgencyRef, Code, Line, Text

SCOPE_MAX = 50
SUBJECTS_MAX = 200

Purpose = Literal[
    "verification",
    "investigation",
    "prosecution",
    "trial",
    "protection",
    "support",
    "correction",
    "data_subject_request",
    "oversight",
]
"""What something is opened for; a closed list, so that reports can count."""
Ground = Literal["recorder", "holder", "participant", "grant"]


class OpenField(Command):
    """Open one sealed field of one event."""

    event_id: UUID
    field: Code
    """Name of the sealed field."""
    purpose: Purpose
    basis: Line | None = None
    """The decision or file that the opening serves."""


class SealedFieldOpened(FirstEvent, OpenField):
    """Somebody saw a sealed field. Recorded before it was shown."""

    TOPIC: ClassVar[str] = "vault.sealed_field_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở dữ liệu cá nhân đã niêm phong", "Sealed field opened")
    SOURCE: ClassVar[str] = "Luật PCMBN 2024 Điều 3(10); design: every reading of S2 is logged"

    topic: str
    """Type of the event that was opened."""
    subject_id: UUID
    """Pseudonym whose key opened it."""
    key_version: int
    ground: Ground
    """Why the agency may know: it recorded the event, has the file now, takes part, or a row of the
    table names its type."""
    file: Line | None = None
    """`<kind>:<id>`, for a holder: whose file the agency had."""
    agency: AgencyRef
    recorder: AgencyRef | None = None
    """Who recorded the event that was opened: it is told, too."""
    around: tuple[Line, ...] = Field(default=(), max_length=SUBJECTS_MAX)
    """What the opened event is about, `<kind>:<id>`: in their timelines, too, it is told."""


class BeginCustody(Command):
    """A pseudonym gets a book of its own."""


class CustodyBegun(FirstEvent, BeginCustody):
    """The first decision on the data of a pseudonym is about to be taken."""

    TOPIC: ClassVar[str] = "vault.custody_begun.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở sổ quản lý khóa của một bí danh", "Custody begun")
    SOURCE: ClassVar[str] = "design: one stream per pseudonym"

    controller: AgencyRef
    """The body for which the first key was made: it answers for the data."""


class ErasePersonalData(Command):
    """Destroy the keys of a person, for ever."""

    subject_id: UUID
    """Pseudonym."""
    scope: tuple[Code, ...] = Field(default=(), max_length=SCOPE_MAX)
    """What was asked to be erased; the keys of the pseudonym go in any event."""
    reason: Literal["request", "retention", "unlawful"]
    decided_by: Line
    """Who approved it: the person or office in charge of data protection."""
    basis: Line | None = None
    """The request or decision."""


class PersonalDataErased(Event, ErasePersonalData):
    """The keys of a person are destroyed; what they sealed is unreadable for ever."""

    TOPIC: ClassVar[str] = "vault.personal_data_erased.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Xóa, hủy dữ liệu cá nhân (hủy khóa mã hóa)",
        "Personal data erased",
    )
    SOURCE: ClassVar[str] = "Luật 91/2025/QH15 Điều 14; catalogue 109"

    key_ids: tuple[int, ...]
    """Versions of the keys."""
    agency: AgencyRef


class RefuseErasure(Command):
    """Decline a request to erase; the law wants the reason told."""

    subject_id: UUID
    reason: Literal["request", "retention", "unlawful"]
    """What was asked for."""
    ground: Literal["legal_hold", "proceedings", "archive_duty", "identity_not_proven", "other"]
    explanation: Text
    """As told to the person; without personal data."""
    decided_by: Line


class ErasureRefused(Event, RefuseErasure):
    """A request to erase was declined. An event of its own, so that nobody who acts on erasures
    has to look whether it happened."""

    TOPIC: ClassVar[str] = "vault.erasure_refused.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Từ chối xóa, hủy dữ liệu cá nhân", "Erasure refused")
    SOURCE: ClassVar[str] = "Luật 91/2025/QH15 Điều 14; catalogue 109 (refused)"

    agency: AgencyRef


class SetLegalHold(Command):
    """Keep the data of a person from being erased."""

    subject_id: UUID
    hold: Code
    """Name of the hold, for example the file's number."""
    reason: Line
    authority: Line
    """Who ordered it, by which paper."""


class LegalHoldSet(Event, SetLegalHold):
    """The data of a person must be kept for now."""

    TOPIC: ClassVar[str] = "vault.legal_hold_set.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Lưu giữ dữ liệu theo yêu cầu pháp lý", "Legal hold set")
    SOURCE: ClassVar[str] = "Luật 91/2025/QH15 Điều 14; design: holds block erasure"

    agency: AgencyRef


class LiftLegalHold(Command):
    """A hold is not needed any more."""

    subject_id: UUID
    hold: Code
    reason: Line


class LegalHoldLifted(Event, LiftLegalHold):
    """A hold on the data of a person ended."""

    TOPIC: ClassVar[str] = "vault.legal_hold_lifted.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Gỡ lưu giữ dữ liệu", "Legal hold lifted")
    SOURCE: ClassVar[str] = "Luật 91/2025/QH15 Điều 14; design: holds block erasure"

    still_held: bool
    """Whether other holds remain."""
    agency: AgencyRef
