"""What is said after a judgment: appealed, protested, judged again, in force, carried out."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.cases.limits import CODES_MAX, PERSONS_MAX, DocumentNumber
from services.cases.trials.codes import AppealOutcome, EffectReason
from services.cases.trials.sentencing import VND_MAX, FrameWarning, Judged
from shared.domain import Command, Event
from shared.fields import AgencyRef, Day, Digest


class FileAppeal(Command):
    """A court enters a party's appeal, or its withdrawal; it happened when the party filed it.

    The postmark counts, or the day the detention facility received it (BLTTHS Điều 333(3)).
    """

    step: Literal["filed", "withdrawn"] = "filed"
    appellant: UUID
    """The defendant, victim or party, by pseudonym."""
    scope: Literal["all", "part"] = "all"
    filing_channel: Literal["post", "detention", "court"]
    against: Literal["judgment", "decision"] = "judgment"
    decision_on: Day | None = None
    """For a decision (suspension, discontinuation): the day on which its period began."""


class AppealFiled(Event, FileAppeal):
    """An appeal was filed or withdrawn."""

    TOPIC: ClassVar[str] = "cases.appeal_filed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Kháng cáo", "Appeal filed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 331–336, 342; catalogue 66"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    last_day: Day
    """The last day of the appeal period of this appellant."""
    late: bool
    """Filed after it: a panel of the appellate court decides whether it is heard (335)."""
    effect_ended: tuple[UUID, ...] = ()
    """Whose judgment was recorded as in force and is not: this came in time."""
    none_in_force: bool = False
    """Whether by that nobody's judgment is in force any more."""


class FileProtest(Command):
    """A procuracy protests a judgment, or a chief justice one in force; or withdraws that."""

    step: Literal["filed", "withdrawn"] = "filed"
    kind: Literal["appeal", "cassation", "reopening"]
    scope: Literal["all", "part"] = "all"
    direction: Literal["for", "against"]
    """For the accused, or to their disadvantage."""
    against: Literal["judgment", "decision"] = "judgment"
    decision_on: Day | None = None
    """For a decision: the day on which the court made it."""
    decision_ref: DocumentNumber


class ProtestFiled(Event, FileProtest):
    """A protest was filed or withdrawn."""

    TOPIC: ClassVar[str] = "cases.protest_filed.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Kháng nghị", "Protest filed")
    SOURCE: ClassVar[str] = "BLTTHS Điều 336–338, 342, 370–379, 400–401; catalogue 67"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    protested_by: AgencyRef
    """Whose protest it is: the body itself, or the one that it withdraws for as its heir."""
    level: Literal["same", "superior"] | None
    """How the procuracy lies to the court; None for cassation and reopening."""
    last_day: Day | None
    """None when the law sets none: cassation in the convict's favour, reopening."""
    late: bool
    effect_ended: tuple[UUID, ...] = ()
    """Whose judgment was recorded as in force and is not: this came in time."""
    none_in_force: bool = False
    """Whether by that nobody's judgment is in force any more."""


class PronounceAppellateJudgment(Command):
    """The appellate court decides."""

    judgment_no: DocumentNumber
    outcome: AppealOutcome
    per_accused: tuple[Judged, ...] = Field(default=(), max_length=PERSONS_MAX * CODES_MAX)
    """What it pronounces anew; whoever is not named stays judged as before."""
    compensation_to_victims_vnd: Annotated[int, Field(ge=0, le=VND_MAX)] | None = None
    public_text_ref: Digest | None = None


class AppellateJudgmentPronounced(Event, PronounceAppellateJudgment):
    """An appellate judgment or decision was pronounced; it is in force at once."""

    TOPIC: ClassVar[str] = "cases.appellate_judgment_pronounced.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tuyên án, quyết định phúc thẩm",
        "Appellate judgment pronounced",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 348, 355–359; catalogue 68"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    warnings: tuple[FrameWarning, ...]


class ConfirmEffect(Command):
    """The court confirms that a judgment, or a part of it, is in force since the moment given."""

    accused_ref: UUID | None = None
    """None: for all that it judges."""
    part: Literal["all", "criminal", "civil"] = "all"
    reason: EffectReason


class JudgmentTookEffect(Event, ConfirmEffect):
    """A judgment took effect."""

    TOPIC: ClassVar[str] = "cases.judgment_took_effect.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Bản án có hiệu lực pháp luật",
        "Judgment took effect",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 343, 348, 355(2); catalogue 69"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
    effective_on: Day


class OrderExecution(Command):
    """The chief justice of the first-instance court orders that a sentence is carried out."""

    accused_ref: UUID
    decision_ref: DocumentNumber
    executing_agency: AgencyRef
    """The police body for the execution of criminal judgments, or who else carries it out."""
    sentence_start: Day | None = None
    entrusted_by: AgencyRef | None = None
    """The court that tried it, when it has entrusted another of its level (364(1))."""


class SentenceExecutionOrdered(Event, OrderExecution):
    """Execution of a sentence was ordered."""

    TOPIC: ClassVar[str] = "cases.sentence_execution_ordered.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Quyết định thi hành án", "Sentence execution ordered")
    SOURCE: ClassVar[str] = "BLTTHS Điều 364; catalogue 70"
    DATA_CLASS: ClassVar[str] = "S2"

    agency: AgencyRef
