"""Corrections: what was recorded stays; a later fact of its stream says what is true of it.

    class RecordCorrected(Correction):                # one for each service that has corrections
        TOPIC = "samples.record_corrected.v1"
        CORRECTABLE = {"samples.thing_marked.v1": frozenset({OCCURRED_AT, "marks"})}

A state is folded from the facts *as corrected* (`folded`), so it is what it would be had each been
recorded right: nobody's `evolve` has to know which of its attributes came from which field. What
may be corrected is a table of topics and fields, deny by default: dates, numbers and counts that
nothing else was derived from or decided on. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

import orjson
from pydantic import Field, Strict

from shared.domain import Command, Event, Value, decode_event, encode_state
from shared.fields import AgencyRef, Day, Digest, Line, Text

OCCURRED_AT = "occurred_at"
"""How a correction names the moment at which a fact happened; legal periods run from it."""
STAMP = "timestamp"
"""Where an event keeps that moment."""

FieldName = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
Stated = Annotated[int, Strict()] | Line
"""A number, a text, a day or a moment, as JSON holds it."""


class Authority(Value):
    """The paper on whose authority something is corrected."""

    document: Line
    """Type, number and notation, as written on it."""
    issuer: AgencyRef
    issued_on: Day
    digest: Digest | None = None


class Change(Value):
    """What stood before, and what stands now."""

    old: Stated
    new: Stated


class CorrectRecord(Command):
    """Say what is true of one field of a recorded fact; by the body that recorded it."""

    target_event: UUID
    """`event_id` of the fact that was recorded wrong."""
    field_path: FieldName
    """Name of the field, or `occurred_at`: when it happened."""
    new: Stated
    reason: Text
    """Why, without personal data."""
    authority: Authority


class Correction(Event, CorrectRecord):
    """A field of a recorded fact was corrected. Each service has a class of its own."""

    CORRECTABLE: ClassVar[Mapping[str, frozenset[str]]] = {}
    """Topic → the fields of its facts that may be corrected."""
    NAMED: ClassVar[frozenset[str]] = frozenset()
    """Fields that name a body or an area, which had to be there when the fact happened."""

    target_topic: str
    target_version: int
    """Version of the corrected fact in this stream."""
    old_hash: Digest
    """SHA-256 of the JSON of what stood there until now."""
    change: Change | None
    """Old and new as any reader may see them; None for what is sensitive: the fact itself has the
    old value, for those who may read it."""
    agency: AgencyRef

    @classmethod
    def more(cls, target: Event) -> Mapping[str, Any]:
        """What a service's own class derives besides, from the corrected fact."""
        del target
        return {}


def corrected(events: Sequence[Event]) -> Sequence[Event]:
    """Facts of one stream as they stand after the corrections among them, which stay in place."""
    said = [each for each in events if isinstance(each, Correction)]
    if not said:
        return events
    standing = {each.originator_version: each for each in events}
    for each in said:
        target = standing.get(each.target_version)
        if target is not None:
            standing[each.target_version] = with_field(target, each.field_path, each.new)
    return list(standing.values())


def folded(events: Sequence[Event], aggregate: Any = None) -> Any:
    """A stream's aggregate after these facts, as corrected.

    When one of them corrects what came before them, all facts of the stream have to be given.
    """
    for event in corrected(events):
        aggregate = event.mutate(aggregate)
    return aggregate


def with_field(event: Event, name: str, value: object) -> Event:
    """A fact as it would have been recorded with another value. Raises `ValidationError`."""
    fields = orjson.loads(encode_state(event)) | {stored_name(name): value}
    stream, version = event.originator_id, event.originator_version
    return decode_event(event.TOPIC, stream, version, orjson.dumps(fields))


def stored_name(name: str) -> str:
    """The field of an event that a correction names."""
    return STAMP if name == OCCURRED_AT else name
