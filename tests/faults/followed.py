"""What a campaign looks at, as the services themselves name it: logs, streams, read models."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from services.deadlines.projection import DUE
from services.deadlines.service import FACTS, WATCH
from services.registry import SERVICES
from shared.envelope import Envelope
from shared.follow import Projection
from shared.service import stream_name
from shared.system import FEEDS

LOGS = tuple(each.name for each in SERVICES if each.aggregates)
"""Services that have a log."""
REACTIONS = "deadlines"
"""The log that no client writes to: what stands there follows from the facts of the others."""
STREAMS = (*(stream_name(each) for each in LOGS), FEEDS)
READ_MODELS = tuple(projection for each in SERVICES for projection in each.projections)
"""What can be made again from the logs."""
REACTING = replace(WATCH, sources=tuple(each for each in FACTS if each in LOGS))
"""The follower that turns facts into periods, with what it remembers."""
FOLLOWED = (*READ_MODELS, REACTING)
PAIRS = tuple((each.schema, source) for each in FOLLOWED for source in each.sources)
"""Schema and source of every follower."""
DURABLES = tuple(
    (stream_name(source), each.schema)
    for each in FOLLOWED
    for source in each.sources
    if source != each.service
)
"""Stream and durable consumer of every follower that reads the bus."""
SOLE = {DUE.schema}
"""Read models of the reactions' own log."""


def read_models_of(log: str) -> tuple[Projection, ...]:
    """Those that follow a log and must know what each of its events is."""
    return tuple(
        each
        for each in READ_MODELS
        if log in each.sources and (each.service != log or each.schema in SOLE)
    )


def turns(events: Iterable[Envelope]) -> Mapping[UUID, Hashable]:
    """Event → within what its order is promised where several logs come together.

    A reaction is about things of other logs and waits in a read model until those are known there,
    and the rest of its stream with it; other streams overtake it.
    """
    return {
        each.event_id: each.stream if each.store == REACTIONS else each.store for each in events
    }
