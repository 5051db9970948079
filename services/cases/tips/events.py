"""What is said of a tip: received, classified, passed on, verified, suspended, ended.

When it happened is the moment of the act, and who did it is the actor, so neither is a field that
is sent; `agency` says who, and moments of other facts are fields.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from services.cases.limits import CODES_MAX, NAMES_MAX, DocumentNumber
from services.cases.lists import Article, Modus, Offence, Route, Severity
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Digest, Line, Moment, Text
from shared.sealed import Sealed

Receiver = Literal["VKS", "CAX", "TRAM_CA", "CQDT", "BDBP", "CSB", "UBND", "HOTLINE", "OTHER"]
"""What kind of body has a tip, as the periods for passing it on distinguish (TTLT 01/2017 Điều 8):
procuracy, commune police or station, police post, investigating body, Border Guard, Coast Guard,
People's Committee, hotline 111, another."""
TransferKind = Literal[
    "competence",
    "commune_forward",
    "station_forward",
    "border_to_police",
    "hotline_forward",
    "vks_takeover_requested",
    "vks_takeover",
]
"""Why a tip changes hands (BLTTHS 145–146; TTLT 01/2017 Điều 8; NĐ 162/2025 Điều 4–6)."""
SuspensionGround = Literal["expert", "mutual_legal_assistance", "key_document", "force_majeure"]
"""BLTTHS 148(1): expertise or valuation, mutual legal assistance, a document asked for that decides
the matter, disaster or epidemic (from 1/12/2021)."""
NonInstitutionGround = Literal[
    "no_criminal_event",
    "no_constituents",
    "under_age",
    "settled_by_judgment",
    "limitation_expired",
    "amnesty",
    "offender_died",
    "no_request_of_injured",
]
"""BLTTHS 157, items 1 to 8 in their order."""


class Informant(Value):
    """Who told. Confidential (BLTTHS 56); sealed in the event."""

    name: Line
    id_no: Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z -]+$")] | None = None
    phone: Annotated[str, Field(max_length=32, pattern=r"^[+0-9][0-9 .()-]*$")] | None = None
    address: Line | None = None
    relation: Line | None = None
    """To the persons in the tip."""


class ReceiveTip(Command):
    """A body that must receive tips takes one down."""

    kind: Literal["to_giac", "tin_bao", "kien_nghi_khoi_to", "surrender", "direct_detection"]
    """Denunciation, crime report, recommendation to institute (together BLTTHS 144), surrender
    (152), found by the body itself (143(5))."""
    channel: Literal[
        "in_person",
        "phone",
        "hotline_111",
        "hotline_local",
        "mailbox",
        "post",
        "email",
        "vneid",
        "social_network",
        "patrol",
        "foreign_partner",
        "media",
    ]
    receipt_no: DocumentNumber
    """Number in the receiving body's book of the year; with body and year it makes the tip's id."""
    anonymous: bool = False
    informant: Sealed[Informant] | None = None
    consent_contact: bool = False
    """Whether the informant agrees to be asked again."""
    content: Sealed[Text]
    suspected_offence: Article | None = None
    modus: tuple[Modus, ...] = Field(default=(), max_length=CODES_MAX)
    destination: Code | None = None
    """Country (ISO 3166) or area key that people were or are to be taken to."""
    place: Code | None = None
    """Area key where it happened, for example a commune; the exact place is `place_detail`."""
    place_detail: Sealed[Line] | None = None
    happened_on: Day | None = None
    """The day of what the tip tells, as far as it is known."""
    route: Route | None = None
    pressing: bool = False
    """In the act, very serious, stirring the public, or the suspect may flee (TTLT 01/2017
    Điều 8(5)(a))."""
    remote: bool = False
    """The commune is in remote mountains or on an island: 48 instead of 24 hours."""
    child_involved: bool = False
    attachments: tuple[Digest, ...] = Field(default=(), max_length=NAMES_MAX)


class TipReceived(FirstEvent, ReceiveTip):
    """A tip was received and entered into the book of the body that received it."""

    TOPIC: ClassVar[str] = "cases.tip_received.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tiếp nhận tố giác, tin báo, kiến nghị khởi tố, tự thú",
        "Tip received",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 144–146; TTLT 01/2017 Điều 8; catalogue 22"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {
        "informant": "informant_ref",
        "content": "tip_id",
        "place_detail": "tip_id",
    }

    tip_id: UUID
    informant_ref: UUID | None = None
    """Pseudonym of the informant, if there is one."""
    agency: AgencyRef
    """Who received it."""
    receiver: Receiver
    competent: bool
    """Whether the receiver is a body that verifies tips itself: then the period for that runs."""
    urgent: bool
    """Pressing, or of an offence that is at least very serious (BLHS 150, 151)."""


class ClassifyTip(Command):
    """The investigating body says what a tip is, within 24 hours."""

    classification: Literal["crime", "administrative", "not_crime", "duplicate"]
    duplicate_of: UUID | None = None
    """The tip that was first; only and always for a duplicate."""
    competent: bool = True
    """Whether it is this body's to verify."""
    competent_agency: AgencyRef | None = None
    """Whose it is, when it is not this body's."""
    suspected: Offence | None = None


class TipClassified(Event, ClassifyTip):
    """A tip was classified."""

    TOPIC: ClassVar[str] = "cases.tip_classified.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Phân loại tin", "Tip classified")
    SOURCE: ClassVar[str] = "TTLT 01/2017 Điều 8(1), (2); catalogue 23"

    agency: AgencyRef
    severity_guess: Severity | None
    """Of the suspected offence."""


class TransferTip(Command):
    """A tip changes hands: it is offered, then received; until then it is with who offered it."""

    step: Literal["offered", "received", "refused", "withdrawn"] = "offered"
    kind: TransferKind
    to: AgencyRef
    """Who is to have it. For a takeover that is requested: the procuracy itself."""
    items: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """What goes with it: minutes, photographs, exhibits; no names of persons."""
    fast_notice_at: Moment | None = None
    """When the receiver was told by the fastest means, before the papers."""
    reason: Line | None = None
    """Why it is refused or withdrawn, or why the procuracy takes over."""


class TipTransferred(Event, TransferTip):
    """A tip was offered to another body, received or refused there, withdrawn, or called in."""

    TOPIC: ClassVar[str] = "cases.tip_transferred.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Chuyển tin theo thẩm quyền", "Tip transferred")
    SOURCE: ClassVar[str] = "BLTTHS Điều 145–146; TTLT 01/2017 Điều 8; NĐ 162/2025; catalogue 24"

    agency: AgencyRef
    holder: AgencyRef
    """Who had the tip when this was recorded."""
    receiver: Receiver
    """What kind of body `to` is."""
    competent: bool
    """Whether `to` verifies tips itself: when it has received it, the period for that runs."""
    offered_at: AwareDatetime | None = None
    """When what is withdrawn was offered; only said when it is withdrawn."""


class AssignTipHandler(Command):
    """The head of the competent body says who verifies a tip."""

    handler: Line
    """The officer, as their body names its users."""
    decision_no: DocumentNumber
    prosecutor: Line | None = None
    """The prosecutor who supervises, when known."""


class TipHandlerAssigned(Event, AssignTipHandler):
    """An officer was assigned to a tip; its verification begins."""

    TOPIC: ClassVar[str] = "cases.tip_handler_assigned.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Phân công giải quyết tin", "Tip handler assigned")
    SOURCE: ClassVar[str] = "TTLT 01/2017 Điều 9; catalogue 25"
    DATA_CLASS: ClassVar[str] = "S1"

    agency: AgencyRef


class NotifyTipInformant(Command):
    """The body tells the informant or the procuracy how the tip stands."""

    kind: Literal["receipt", "suspension", "resumption", "result"]
    to: Literal["informant", "vks"]
    medium: Literal["document", "in_person", "phone", "electronic"]
    doc_ref: DocumentNumber | None = None


class TipInformantNotified(Event, NotifyTipInformant):
    """The informant or the procuracy was told."""

    TOPIC: ClassVar[str] = "cases.tip_informant_notified.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Thông báo cho người tố giác, báo tin",
        "Informant of a tip notified",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 145(4), 146(5); TTLT 01/2017 Điều 14; catalogue 26"

    agency: AgencyRef


class ExtendTipVerification(Command):
    """More time to verify: first by the head of the body, then once by the procuracy."""

    seq: Literal[1, 2]
    stage: Literal["requested", "decided"]
    """The first is decided without a request."""
    granted: bool | None = None
    """Said when decided."""
    until: Day | None = None
    """Last day, when granted."""
    to: AgencyRef | None = None
    """The procuracy that is asked; only for a request."""
    reason: Text
    doc_ref: DocumentNumber


class TipVerificationExtended(Event, ExtendTipVerification):
    """More time to verify a tip was asked for, given or refused."""

    TOPIC: ClassVar[str] = "cases.tip_verification_extended.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Kéo dài, gia hạn thời hạn kiểm tra, xác minh",
        "Tip verification extended",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 147(2); TTLT 01/2017 Điều 11; catalogue 27"

    agency: AgencyRef
    late: bool
    """Decided after the period had ended, or asked for later than the law allows; valid, marked."""


class SuspendTipHandling(Command):
    """The body stops verifying until something that it waits for is there."""

    ground: SuspensionGround
    decision_ref: DocumentNumber


class TipHandlingSuspended(Event, SuspendTipHandling):
    """The handling of a tip was suspended."""

    TOPIC: ClassVar[str] = "cases.tip_handling_suspended.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Tạm đình chỉ giải quyết tin", "Tip handling suspended")
    SOURCE: ClassVar[str] = "BLTTHS Điều 148(1); catalogue 28"

    agency: AgencyRef


class ResumeTipHandling(Command):
    """Handling goes on: the ground is gone, or the procuracy cancelled the decision."""

    reason: Literal["ground_gone", "vks_cancelled", "vks_cancelled_non_institution"]
    """The last: the procuracy cancelled a decision not to institute."""
    decision_ref: DocumentNumber


class TipHandlingResumed(Event, ResumeTipHandling):
    """The handling of a tip was resumed. When the new period ends, the clock says."""

    TOPIC: ClassVar[str] = "cases.tip_handling_resumed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Phục hồi giải quyết tin", "Tip handling resumed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 148(2), 149, 159; catalogue 29"

    agency: AgencyRef


class DecideCaseNonInstitution(Command):
    """The body decides not to institute a case, on a ground of the law."""

    ground: NonInstitutionGround
    other_handling: Literal["administrative", "none"] = "none"
    decision_ref: DocumentNumber


class CaseNonInstitutionDecided(Event, DecideCaseNonInstitution):
    """It was decided not to institute a case upon a tip."""

    TOPIC: ClassVar[str] = "cases.case_non_institution_decided.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Quyết định không khởi tố vụ án hình sự",
        "Non-institution of a case decided",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 157–158; catalogue 30"

    agency: AgencyRef


class LeadTipToCase(Command):
    """A case was instituted upon a tip. Nobody sends this: instituting the case does."""

    case_id: UUID


class TipLedToCase(Event, LeadTipToCase):
    """A case was instituted upon a tip, which ends it."""

    TOPIC: ClassVar[str] = "cases.tip_led_to_case.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Khởi tố vụ án từ nguồn tin",
        "Tip led to the institution of a case",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 143, 147(1)(a); link of catalogue 31 to its tips"

    agency: AgencyRef


TipEvent = (
    TipReceived
    | TipClassified
    | TipTransferred
    | TipHandlerAssigned
    | TipInformantNotified
    | TipVerificationExtended
    | TipHandlingSuspended
    | TipHandlingResumed
    | CaseNonInstitutionDecided
    | TipLedToCase
)
