"""What operators ask and what they are shown, as the operating routes take and give it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import LiennganhError
from shared.parking import REASON_CHARACTERS_MAX, ParkedCause, ParkedStream
from shared.rebuilds import Rebuilding

NAME_CHARACTERS_MAX = 100
CAUSE_PATTERN = r"^[0-9a-f]{1,64}$"
POSITION_MAX = 2**53 - 1

State = Literal["tried again", "waits for an operator", "quarantined"]


class Asked(BaseModel):
    """Nothing undeclared, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ParkedAsked(Asked):
    """Of which read model; empty for all."""

    projection: str = Field("", max_length=NAME_CHARACTERS_MAX)
    """`<service>.<name>`, or the name of its schema."""


class RetryParked(Asked):
    """Which parked streams are to be tried at once: one stream, or all of a cause or a model."""

    projection: str | None = Field(None, min_length=1, max_length=NAME_CHARACTERS_MAX)
    """`<service>.<name>`, or the name of its schema."""
    source: str | None = Field(None, min_length=1, max_length=NAME_CHARACTERS_MAX)
    """Whose stream it is; may be left out when the read model has one source."""
    stream: UUID | None = None
    """Needs `projection`; lifts a quarantine, which retrying many does not."""
    cause: str | None = Field(None, pattern=CAUSE_PATTERN)
    """Id of a group of errors; not together with `stream`."""
    reason: str = Field("", max_length=REASON_CHARACTERS_MAX)
    """Kept with the decision."""


class OneParked(Asked):
    """A parked stream, and why this is done with it."""

    projection: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    """`<service>.<name>`, or the name of its schema."""
    source: str | None = Field(None, min_length=1, max_length=NAME_CHARACTERS_MAX)
    """Whose stream it is; may be left out when the read model has one source."""
    stream: UUID
    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)
    """Kept with the decision."""


class QuarantineParked(OneParked):
    """Do not try this stream any more until an operator asks."""


class SkipParked(OneParked):
    """Never take this event into this read model; not possible for the first of its stream."""

    position: int = Field(ge=1, le=POSITION_MAX)
    """Of the event that is parked; the decision is about that event alone."""


class BeginRebuild(Asked):
    """Which read model is to be made anew beside the live one."""

    projection: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    """`<service>.<name>`, or the name of its schema."""
    accept: bool = False
    """Put it in place even if it differs."""


class RebuildStream(Asked):
    """Which stream of the bus is to be copied anew."""

    service: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    """The service whose log is published, or `feeds`."""
    reason: str = Field(min_length=1, max_length=REASON_CHARACTERS_MAX)
    """Written to the log of this process."""


class Said(BaseModel):
    """One text in both languages."""

    vi: str
    en: str


class ParkedShown(BaseModel):
    """A stream that cannot go on in one read model."""

    projection: str
    source: str
    stream: UUID
    position: int
    """Of the event that could not be taken."""
    version: int
    event_id: UUID
    topic: str
    event: Said
    """What happened, in the words of the office."""
    subject: str
    """What it is about, `<kind>:<id>`; empty when it does not say."""
    parked_at: datetime
    age_seconds: float
    waiting: int
    """Events that wait, this one included."""
    cause: str
    """Id of the group of errors."""
    error: str
    place: str
    message: str
    attempts: int
    tried_at: datetime
    retry_at: datetime | None
    state: State
    to_do: Said


class CauseShown(BaseModel):
    """A group of errors with one cause in one read model."""

    projection: str
    cause: str
    error: str
    place: str
    message: str
    times: int
    """How often it was met, retries included."""
    first_seen: datetime
    last_seen: datetime
    streams: int
    """Parked for it now."""


class ParkedList(BaseModel):
    """What is parked: all groups of errors, and the streams that have waited longest."""

    total: int
    """Streams; `streams` may list fewer."""
    causes: list[CauseShown]
    streams: list[ParkedShown]


class Decided(BaseModel):
    """What was decided, of how many streams; it takes effect within seconds."""

    decision: Literal["retry", "skip", "quarantine"]
    streams: int


class ProgressShown(BaseModel):
    """How far a rebuild is with one source."""

    source: str
    position: int
    goal: int


class DifferenceShown(BaseModel):
    """A table that has other rows; how many are found in one of the two only."""

    table: str
    only_live: int
    only_new: int


class RebuildShown(BaseModel):
    """One rebuild and what became of it."""

    id: UUID
    projection: str
    read_model: str
    """Its schema."""
    accept: bool
    asked_by: str
    begun_at: datetime
    ended_at: datetime | None
    state: Literal["running", "ended", "failed"]
    progress: list[ProgressShown]
    events: int
    """Read so far."""
    verdict: Literal["built", "equal", "different"] | None
    switched: bool
    """Whether the new one is the live one now."""
    seconds: float | None
    differences: list[DifferenceShown]
    renumbered: list[str]
    """Tables that are equal but for the numbers of their rows."""
    why_not: str
    """Why it was not switched, with the remedy, in Vietnamese and English."""
    error: str
    """Why it failed, in both languages where it is known what to do."""


class RebuildList(BaseModel):
    """Rebuilds of this process since its start, the last begun first."""

    rebuilds: list[RebuildShown]


class StreamRebuilt(BaseModel):
    """A stream that was copied anew."""

    service: str
    messages: int


def parked_shown(
    each: ParkedStream, label: tuple[str, str] | None, to_do: Said, now: datetime
) -> ParkedShown:
    """`label`: of the event's kind, None for one that this process does not know."""
    vi, en = label or ("loại sự kiện chưa biết", "an unknown kind of event")
    state: State = "tried again"
    if each.retry_at is None:
        state = "quarantined" if each.quarantined else "waits for an operator"
    fields = {name: getattr(each, name) for name in ParkedStream.__slots__}
    return ParkedShown(
        event=Said(vi=vi, en=en),
        age_seconds=max(0.0, (now - each.parked_at).total_seconds()),
        state=state,
        to_do=to_do,
        **fields,
    )


def cause_shown(each: ParkedCause) -> CauseShown:
    """A group of errors, with all that is known of it."""
    return CauseShown(**{name: getattr(each, name) for name in ParkedCause.__slots__})


def rebuild_shown(each: Rebuilding) -> RebuildShown:
    """A rebuild, running or not."""
    outcome = each.outcome
    return RebuildShown(
        id=each.id,
        projection=each.projection,
        read_model=each.schema,
        accept=each.accept,
        asked_by=f"{each.by.agency} {each.by.user}",
        begun_at=each.begun_at,
        ended_at=each.ended_at,
        state=each.state,
        progress=[
            ProgressShown(source=source, position=at.position, goal=at.goal)
            for source, at in each.progress.items()
        ],
        events=outcome.events
        if outcome
        else max((p.events for p in each.progress.values()), default=0),
        verdict=outcome.verdict if outcome else None,
        switched=bool(outcome and outcome.switched),
        seconds=outcome.seconds if outcome else None,
        differences=[
            DifferenceShown(table=d.table, only_live=d.only_live, only_new=d.only_new)
            for d in (outcome.differences if outcome else ())
        ],
        renumbered=list(outcome.renumbered) if outcome else [],
        why_not=outcome.why_not if outcome else "",
        error=_in_words(each.error),
    )


def _in_words(error: Exception | None) -> str:
    """What is ours is told; of anything else the kind, because libraries quote what they read."""
    if error is None:
        return ""
    return str(error) if isinstance(error, LiennganhError) else type(error).__name__
