"""What is said of information across borders and of joint action.

When it happened is the moment of the act, and who did it is the actor, so neither is a field that
is sent. What a partner wrote is sealed; persons are pseudonyms only.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.cases.crossborder.partners import Channel, Country, RequestKind
from services.cases.limits import NAMES_MAX
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Day, Line, Text
from shared.sealed import Sealed


class Partner(Value):
    """Who is on the other side: a country, and which of its bodies, as it is called there."""

    country: Country
    agency: Line


class Commitment(Value):
    """What was promised, and until when."""

    text: Line
    due: Day | None = None


class RequestCrossBorderInformation(Command):
    """A body asks a partner for information or assistance."""

    partner: Partner
    kind: RequestKind
    channel: Channel
    case_id: UUID | None = None
    subject_id: UUID | None = None
    """Pseudonym of the person whom it is about; always given to verify a victim."""
    due: Day | None = None
    """The day by which an answer is asked for; no law binds the partner to it."""


class CrossBorderInformationRequested(FirstEvent, RequestCrossBorderInformation):
    """Information or assistance was asked of a partner abroad."""

    TOPIC: ClassVar[str] = "cases.cross_border_information_requested.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Đề nghị trao đổi thông tin, tương trợ tư pháp",
        "Information requested across the border",
    )
    SOURCE: ClassVar[str] = "VN–CN 2010, VN–LA 2010; BLTTHS Điều 491–493; catalogue 98"
    DATA_CLASS: ClassVar[str] = "S2"

    request_id: UUID
    agency: AgencyRef


class AnswerCrossBorderRequest(Command):
    """An answer came. Nobody sends this: recording what was received does."""

    exchange_id: UUID
    final: bool
    """Nothing more is to come: the request is closed."""


class CrossBorderRequestAnswered(Event, AnswerCrossBorderRequest):
    """A request was answered, in part or for good."""

    TOPIC: ClassVar[str] = "cases.cross_border_request_answered.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Đối tác trả lời đề nghị",
        "Cross-border request answered",
    )
    SOURCE: ClassVar[str] = "link of catalogue 99 to its request"

    agency: AgencyRef


class ExchangeCrossBorderInformation(Command):
    """A body receives information from a partner, or gives some."""

    direction: Literal["in", "out"]
    partner: Partner
    summary: Sealed[Text]
    restrictions: tuple[Line, ...] = Field(default=(), max_length=NAMES_MAX)
    """What the giver allows it to be used for."""
    request_id: UUID | None = None
    """The request that it answers."""
    final: bool | None = None
    """Only and always for an answer: whether it closes the request."""


class CrossBorderInformationExchanged(FirstEvent, ExchangeCrossBorderInformation):
    """Information was received from a partner abroad or given to one."""

    TOPIC: ClassVar[str] = "cases.cross_border_information_exchanged.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tiếp nhận, cung cấp thông tin",
        "Information exchanged across the border",
    )
    SOURCE: ClassVar[str] = "VN–CN 2010, VN–LA 2010; catalogue 99"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"summary": "exchange_id"}

    exchange_id: UUID
    agency: AgencyRef


class AgreeJointAction(Command):
    """Bodies of both sides agree on something. Of operations only the stub is said."""

    partner: Partner
    kind: Literal[
        "joint_operation",
        "joint_patrol",
        "meeting",
        "mou",
        "hotline_setup",
        "border_liaison_post",
    ]
    participants: tuple[AgencyRef, ...] = Field(default=(), max_length=NAMES_MAX)
    """Bodies of this side beside who records it."""
    commitments: Annotated[tuple[Commitment, ...], Field(max_length=NAMES_MAX)] = ()


class JointActionAgreed(FirstEvent, AgreeJointAction):
    """Joint action with a partner abroad was agreed."""

    TOPIC: ClassVar[str] = "cases.joint_action_agreed.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Thống nhất hành động, họp song phương, ký kết",
        "Joint action agreed",
    )
    SOURCE: ClassVar[str] = "VN–CN 2010, VN–LA 2010; catalogue 100"
    DATA_CLASS: ClassVar[str] = "S1"

    action_id: UUID
    agency: AgencyRef


RequestEvent = CrossBorderInformationRequested | CrossBorderRequestAnswered
