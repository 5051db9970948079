"""What is said of campaigns, key areas, operations and raids.

When it happened is the moment of the act, and who did it is the actor, so neither is a field that
is sent. Of what is secret only a stub is said (`secrecy.py`).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.cases.limits import NAMES_MAX, PERSONS_MAX
from services.cases.raids.secrecy import Stub, WrittenDay
from shared.domain import Command, Event, FirstEvent, Value
from shared.fields import AgencyRef, Code, Day, Exact, Line, Span, Text
from shared.sealed import Sealed

EVIDENCE_MAX = 100_000
"""Items of evidence of one raid."""
FIGURES_MAX = 500
AREAS_MAX = 200
"""Areas that one campaign names; larger ones name provinces or the whole country."""

Persons = Annotated[int, Field(ge=0, le=PERSONS_MAX)]


class Window(Span):
    """First and last day, both included: *đến hết ngày* ends at its 24:00."""

    type: Literal["window"] = "window"
    to_inclusive: Literal[True] = True


class Figure(Value):
    """A figure of a campaign: aimed at, or reached."""

    indicator: Code
    value: Exact


class LaunchCampaign(Command):
    """A peak campaign begins, or is announced. Campaigns may overlap."""

    kind: Literal["communication", "suppression", "combined"]
    window: Window
    scope: Annotated[tuple[Code, ...], Field(min_length=1, max_length=AREAS_MAX)]
    """Area keys, `VN` for the whole country."""
    theme: Line
    lead: AgencyRef
    """Who leads it and concludes it."""
    participants: tuple[AgencyRef, ...] = Field(default=(), max_length=NAMES_MAX)
    """Agencies or collectives that take part."""
    targets: tuple[Figure, ...] = Field(default=(), max_length=FIGURES_MAX)
    directive_id: UUID | None = None
    """The directive that ordered it."""
    parent_campaign_id: UUID | None = None
    """The wider campaign that this one is a part of."""


class CampaignLaunched(FirstEvent, LaunchCampaign):
    """A peak campaign was launched."""

    TOPIC: ClassVar[str] = "cases.campaign_launched.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Mở đợt cao điểm", "Campaign launched")
    SOURCE: ClassVar[str] = "QĐ 1137/QĐ-TTg; catalogue 31 (Operations)"

    campaign_id: UUID
    agency: AgencyRef


class ConcludeCampaign(Command):
    """The lead sums a campaign up."""

    figures: tuple[Figure, ...] = Field(default=(), max_length=FIGURES_MAX)
    lessons: Text | None = None
    report_id: UUID | None = None


class CampaignConcluded(Event, ConcludeCampaign):
    """A peak campaign was concluded. Small counts are sensitive."""

    TOPIC: ClassVar[str] = "cases.campaign_concluded.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Kết thúc, tổng kết đợt cao điểm", "Campaign concluded")
    SOURCE: ClassVar[str] = "QĐ 1137/QĐ-TTg; catalogue 32 (Operations)"
    DATA_CLASS: ClassVar[str] = "S2"

    campaign_id: UUID
    agency: AgencyRef
    early: bool
    """Concluded before its last day."""


class DesignateKeyArea(Stub):
    """A route, an area or a part of cyberspace is marked as one to watch. Which one is secret."""

    kind: Literal["route", "area", "cyberspace"]
    level: Literal["key", "complex"]
    valid_from: WrittenDay
    valid_to: WrittenDay | None = None


class KeyAreaDesignated(FirstEvent, DesignateKeyArea):
    """The stub of a key area: the owning body knows by its id which one it is."""

    TOPIC: ClassVar[str] = "cases.key_area_designated.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Xác định tuyến, địa bàn trọng điểm",
        "Key area designated",
    )
    SOURCE: ClassVar[str] = "Luật Bảo vệ bí mật nhà nước (S3: stub only); catalogue 33"
    DATA_CLASS: ClassVar[str] = "S3"

    area_id: UUID
    """Opaque: nothing follows from it."""
    agency: AgencyRef


class OpenOperation(Stub):
    """An operation file is opened. What it is about is secret."""

    lead: AgencyRef


class OperationOpened(FirstEvent, OpenOperation):
    """The stub of an operation file: its opaque id, who leads it, and the day."""

    TOPIC: ClassVar[str] = "cases.operation_opened.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Xác lập chuyên án, kế hoạch nghiệp vụ",
        "Operation opened",
    )
    SOURCE: ClassVar[str] = "Luật Bảo vệ bí mật nhà nước (S3: stub only); catalogue 34"
    DATA_CLASS: ClassVar[str] = "S3"

    operation_ref: UUID
    """Opaque: nothing follows from it."""
    opened_on: Day
    agency: AgencyRef


class LaunchRaid(Command):
    """Police, Border Guard or Coast Guard raid or inspect without notice."""

    area: Code
    """Area key, for example a commune; the exact place is `place_detail`."""
    place_detail: Sealed[Line] | None = None
    participants: tuple[AgencyRef, ...] = Field(default=(), max_length=NAMES_MAX)
    """Bodies that take part beside who launches it."""
    operation_ref: UUID | None = None
    campaign_id: UUID | None = None


class RaidLaunched(FirstEvent, LaunchRaid):
    """A raid was launched. Until it is concluded only those who take part are told where."""

    TOPIC: ClassVar[str] = "cases.raid_launched.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Tổ chức đấu tranh, triệt phá, kiểm tra đột xuất",
        "Raid launched",
    )
    SOURCE: ClassVar[str] = "BLTTHS Điều 163–164; catalogue 35"
    DATA_CLASS: ClassVar[str] = "S3"
    SEALED: ClassVar[Mapping[str, str]] = {"place_detail": "raid_id"}

    raid_id: UUID
    agency: AgencyRef
    agencies: tuple[AgencyRef, ...]
    """Who launched it, then all others that take part."""


class RaidResults(Command):
    """What a raid found. Persons are pseudonyms only."""

    suspects_held: Persons
    victims_found: Persons
    children_found: Persons
    """Of the victims."""
    ring_dismantled: bool
    evidence_items: Annotated[int, Field(ge=0, le=EVIDENCE_MAX)]
    handover_to: AgencyRef | None = None
    """Who the people that were found are taken to."""
    victims: tuple[UUID, ...] = Field(default=(), max_length=PERSONS_MAX)
    """Pseudonyms of those who have one already."""


class RaidConcluded(Event, RaidResults):
    """A raid ended. Of each victim who was found there is a VictimRescued in the same record."""

    TOPIC: ClassVar[str] = "cases.raid_concluded.v1"
    LABEL: ClassVar[tuple[str, str]] = (
        "Kết thúc đấu tranh, triệt phá, kiểm tra đột xuất",
        "Raid concluded",
    )
    SOURCE: ClassVar[str] = "PCMBN 2024 Điều 28; catalogue 35 (results)"
    DATA_CLASS: ClassVar[str] = "S2"

    raid_id: UUID
    agency: AgencyRef
    agencies: tuple[AgencyRef, ...]
    """As launched."""
    area: Code
    rescued: bool
    """Victims were found."""
    persons: tuple[UUID, ...] = ()
    """Pseudonyms of all who were found, new ones included."""


class RescueVictim(Command):
    """Somebody was found and freed. Nobody sends this alone: concluding the raid does."""

    subject_id: UUID
    """The victim's pseudonym."""
    child: bool | None
    """None where nobody has said it of this very person."""
    condition: Sealed[Text] | None = None
    """State of health and what is needed at once."""


class VictimRescued(FirstEvent, RescueVictim):
    """A victim was rescued in a raid; with this fact the victims' reception begins."""

    TOPIC: ClassVar[str] = "cases.victim_rescued.v1"
    LABEL: ClassVar[tuple[str, str]] = ("Giải cứu", "Victim rescued")
    SOURCE: ClassVar[str] = "PCMBN 2024 Điều 28; PCMBN 2011 Điều 25; catalogue 72"
    DATA_CLASS: ClassVar[str] = "S2"
    SEALED: ClassVar[Mapping[str, str]] = {"condition": "subject_id"}

    raid_id: UUID | None
    agency: AgencyRef
    rescued_by: tuple[AgencyRef, ...]
    """All who took part in the raid."""
    place: Code
    """Area key; known once the raid has ended."""
    handover_to: AgencyRef
    """Who the person is taken to."""


CampaignEvent = CampaignLaunched | CampaignConcluded
RaidEvent = RaidLaunched | RaidConcluded
