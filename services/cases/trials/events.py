"""What is said of a case before the courts, up to the sentence: accepted, heard, judged.

Persons are pseudonyms only. Who acts is the actor: `agency` names the court, as it is on the day.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.cases.limits import CODES_MAX, NAMES_MAX, PERSONS_MAX, DocumentNumber
from services.cases.trials.codes import (
    CourtLevel,
    PostponementGround,
    TrialFormat,
    TrialFormatReason,
)
from services.cases.trials.remedies import (
    AppealFiled,
    AppellateJudgmentPronounced,
    ConfirmEffect,
    FileAppeal,
    FileProtest,
    JudgmentTookEffect,
    OrderExecution,
    PronounceAppellateJudgment,
    ProtestFiled,
    SentenceExecutionOrdered,
)
from services.cases.trials.sentencing import VND_MAX, FrameWarning, Judged
from shared.domain import Command, Event, Value
from shared.fields import AgencyRef, Digest, Line, Moment, Text

HEADCOUNT_MAX = 100_000
"""Persons in and before a court room."""

Protection = Literal["closed_trial", "child_victim", "no_consent"]
"""Why a trial is not carried to where people live (catalogue §6 rule 8)."""


class Attendance(Value):
    """How many were there."""

    accused: Annotated[int, Field(ge=0, le=PERSONS_MAX)]
    victims: Annotated[int, Field(ge=0, le=HEADCOUNT_MAX)]
    public: Annotated[int, Field(ge=0, le=HEADCOUNT_MAX)]


class AcceptCase(Command):
    """A court that has the file takes the case on its docket."""

    level: CourtLevel
    docket_no: DocumentNumber
    judge: Line | None = None
    """The presiding judge, once assigned (276(2), 340(2): within three days)."""
    file_complete: bool
    """Papers and exhibits are as the list says, and the indictment was served."""


class CaseAcceptedByCourt(Event, AcceptCase):
    """A court accepted the case: first instance, or appeal."""

    TOPIC: ClassVar[str] = "cases.case_accepted_by_court.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Thụ lý vụ án", "Case accepted by the court")
    SOURCE: ClassVar[str] = "BLTTHS Điều 276, 340; Luật 99/2025/QH15 Điều 1(31); catalogue 59"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    court_warning: Literal["below_level", "above_level"] | None
    """The court's level does not fit the gravest offence of the day (BLTTHS 268): only a hint."""


class OrderTrial(Command):
    """The presiding judge sends the case to trial."""

    decision_ref: DocumentNumber
    scheduled: Moment
    place: Line
    panel: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """Judges and assessors; officials."""
    prosecutor: Line | None = None
    persons_summoned: Annotated[int, Field(ge=0, le=HEADCOUNT_MAX)] = 0


class TrialOrdered(Event, OrderTrial):
    """It was decided to bring the case to trial; the accused are defendants from now on."""

    TOPIC: ClassVar[str] = "cases.trial_ordered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Quyết định đưa vụ án ra xét xử", "Trial ordered")
    SOURCE: ClassVar[str] = "BLTTHS Điều 255, 277, 346; catalogue 60"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    level: CourtLevel
    public: bool
    """False when a closed trial was granted before."""
    mobile: bool
    """Only when a mobile trial was decided before, with its protections."""


class DecideTrialFormat(Command):
    """The court decides where and how the trial is held."""

    format: TrialFormat
    reason: TrialFormatReason
    requested_by: Literal["victim", "court", "procuracy", "138"]
    venue: Line | None = None
    publicity: bool = False
    """Announced and reported in the media."""
    child_victim: bool = False
    """A victim is or was under 18; also known from the case itself."""
    victims_consent: bool = False
    """Every victim of the case has agreed to publicity in writing, or there is none."""
    override_reason: Text | None = None
    """Why the court goes past a protection: courts are independent, so it is flagged."""


class TrialFormatDecided(Event, DecideTrialFormat):
    """Mobile, closed, online or juvenile-friendly trial was decided."""

    TOPIC: ClassVar[str] = "cases.trial_format_decided.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Quyết định xét xử lưu động, xét xử kín, trực tuyến, thân thiện",
        "Trial format decided",
    )
    SOURCE: ClassVar[str] = (
        "BLTTHS Điều 25, 423; NQ 33/2021/QH15; PCMBN 2024; 1721/UBND-NC; catalogue 61, rule 8"
    )
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    level: CourtLevel
    overridden: tuple[Protection, ...]
    """Protections that stood against it and gave way to the court's reason."""


class OpenTrial(Command):
    """The court opens the hearing, or closes the arguments and withdraws to deliberate."""

    step: Literal["opened", "arguments_closed"]
    attendance: Attendance | None = None
    """Needed when the hearing opens."""


class TrialOpened(Event, OpenTrial):
    """The hearing was opened, or its arguments were closed."""

    TOPIC: ClassVar[str] = "cases.trial_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở phiên tòa", "Trial opened")
    SOURCE: ClassVar[str] = "BLTTHS Điều 250, 277(3), 300, 326, 346; catalogue 62"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    level: CourtLevel
    formats: tuple[TrialFormat, ...]


class HoldTrial(Command):
    """A session of the hearing ended: it goes on at another time, or it was the last."""

    outcome: Literal["adjourned", "closed"]
    attendance: Attendance
    resumes_at: Moment | None = None
    """Needed when adjourned."""


class TrialHeld(Event, HoldTrial):
    """A session of a trial was held."""

    TOPIC: ClassVar[str] = "cases.trial_held.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Kết thúc buổi xét xử", "Trial session held")
    SOURCE: ClassVar[str] = "BLTTHS Điều 250, 251, 258, 326(5); catalogue 62"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    level: CourtLevel
    session: int
    """1 for the first of this hearing."""
    formats: tuple[TrialFormat, ...]


class PostponeTrial(Command):
    """The hearing is put off; it starts anew from the beginning."""

    reason: PostponementGround
    resume_at: Moment
    decision_ref: DocumentNumber | None = None


class TrialPostponed(Event, PostponeTrial):
    """A hearing was postponed, for thirty days at most."""

    TOPIC: ClassVar[str] = "cases.trial_postponed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Hoãn phiên tòa", "Trial postponed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 297, 352; catalogue 63"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    level: CourtLevel


class PronounceJudgment(Command):
    """The panel of first instance pronounces."""

    judgment_no: DocumentNumber
    per_accused: tuple[Judged, ...] = Field(min_length=1, max_length=PERSONS_MAX * CODES_MAX)
    """One row for each accused and offence."""
    compensation_to_victims_vnd: Annotated[int, Field(ge=0, le=VND_MAX)] = 0
    public_text_ref: Digest | None = None
    """The published text, with names taken out."""


class FirstInstanceJudgmentPronounced(Event, PronounceJudgment):
    """Judgment of first instance; not in force yet."""

    TOPIC: ClassVar[str] = "cases.first_instance_judgment_pronounced.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tuyên án sơ thẩm",
        "First-instance judgment pronounced",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 260, 326–327; catalogue 64, rule 4"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    warnings: tuple[FrameWarning, ...]
    """Penalties outside the frame of their clause: for whoever checks, never a refusal."""


class DeliverJudgment(Command):
    """The court hands, posts or sends a judgment to one who must have it."""

    level: CourtLevel
    recipient: UUID | None = None
    """A party, by pseudonym; or `recipient_agency`."""
    recipient_agency: AgencyRef | None = None
    medium: Literal["hand", "post", "posting", "electronic"]
    """`posting`: put up at the last residence; then the moment of the act is that of posting."""
    absent_party: bool = False
    """A party that was not there when it was pronounced: its appeal period runs from now."""


class JudgmentDelivered(Event, DeliverJudgment):
    """A judgment was delivered."""

    TOPIC: ClassVar[str] = "cases.judgment_delivered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Giao, gửi bản án", "Judgment delivered")
    SOURCE: ClassVar[str] = "BLTTHS Điều 262, 333(1); catalogue 65"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef


HearingEvent = (
    CaseAcceptedByCourt
    | TrialOrdered
    | TrialFormatDecided
    | TrialOpened
    | TrialHeld
    | TrialPostponed
)
TrialEvent = (
    HearingEvent
    | FirstInstanceJudgmentPronounced
    | JudgmentDelivered
    | AppealFiled
    | ProtestFiled
    | AppellateJudgmentPronounced
    | JudgmentTookEffect
    | SentenceExecutionOrdered
)

__all__ = [
    "AcceptCase",
    "AppealFiled",
    "AppellateJudgmentPronounced",
    "Attendance",
    "CaseAcceptedByCourt",
    "ConfirmEffect",
    "DecideTrialFormat",
    "DeliverJudgment",
    "FileAppeal",
    "FileProtest",
    "FirstInstanceJudgmentPronounced",
    "HearingEvent",
    "HoldTrial",
    "JudgmentDelivered",
    "JudgmentTookEffect",
    "OpenTrial",
    "OrderExecution",
    "OrderTrial",
    "PostponeTrial",
    "PronounceAppellateJudgment",
    "PronounceJudgment",
    "Protection",
    "ProtestFiled",
    "SentenceExecutionOrdered",
    "TrialEvent",
    "TrialFormatDecided",
    "TrialHeld",
    "TrialOpened",
    "TrialOrdered",
    "TrialPostponed",
]
