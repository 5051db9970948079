"""Every period as a row: what it is, by when, and the next moment at which the clock speaks."""

import functools
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from services.deadlines.events import (
    Alarm,
    DeadlineClosed,
    DeadlineExtended,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineRecomputed,
    DeadlineWarningRaised,
)
from shared.envelope import Envelope
from shared.follow import Projection, each
from shared.reference.deadlines import load_periods
from shared.sql import Tables

FOLDER = Path(__file__).parent


async def apply(envelope: Envelope, tables: Tables) -> None:
    """One event of a period into its row."""
    event: Any = envelope.event
    id, version = event.originator_id, envelope.version
    match event:
        case DeadlineOpened():
            await _open(event, version, tables)
            return
        case DeadlineExtended() | DeadlineRecomputed():
            await _reckon(event, version, tables)
        case DeadlineWarningRaised():
            raised = event.alarm.model_dump_json()
            await tables.run("warned", id, raised, event.level, version)
        case DeadlineMissed():
            await tables.run("missed", id, event.detected_at, event.due, version)
        case DeadlineMet():
            over, late = not event.left, event.late_seconds
            said = (event.timestamp, event.in_time, late, None)
            await tables.run("ended", id, over, *said, version)
            await tables.run("unbind", id, event.party)
            if not event.left and event.party is not None:
                await tables.run("unbind", id, None)
        case DeadlineClosed():
            over = not event.left
            await tables.run("ended", id, over, event.timestamp, None, 0, event.reason, version)
            await tables.run("unbind", id, event.party)
    await _next(id, tables)


async def _open(event: DeadlineOpened, version: int, tables: Tables) -> None:
    at, alarm = next_of(event.alarms, event.miss_at, missed=False)
    await tables.run(
        "open",
        event.originator_id,
        event.rule,
        _tracks().get(event.rule, ""),
        event.subject,
        event.model_dump_json(),
        event.started_at,
        event.length.model_dump_json() if event.length else None,
        list(event.because),
        event.due,
        event.moved,
        event.miss_at,
        _json(event.alarms),
        at,
        alarm.model_dump_json() if alarm else None,
        version,
    )
    subjects = list(dict.fromkeys((event.subject, *event.around)))
    await tables.run("open_subjects", subjects, event.originator_id, event.due)
    parties = list(dict.fromkeys(event.parties))
    await tables.run("open_parties", parties, event.originator_id, list(event.never_critical))


async def _reckon(
    event: DeadlineExtended | DeadlineRecomputed, version: int, tables: Tables
) -> None:
    extension = None
    if isinstance(event, DeadlineExtended):
        extension = orjson.dumps([event.model_dump(mode="json")]).decode()
    await tables.run(
        "reckon",
        event.originator_id,
        event.started_at if isinstance(event, DeadlineRecomputed) else None,
        event.length.model_dump_json() if event.length else None,
        list(event.because),
        event.due,
        event.moved,
        event.miss_at,
        _json(event.alarms),
        version,
        extension,
    )
    await tables.run("reckon_subjects", event.originator_id, event.due)


async def _next(id: Any, tables: Tables) -> None:
    """When the clock has to look again."""
    row = await tables.row("standing", id)
    assert row is not None, "an event of a period that was opened"
    if row["over"]:
        await tables.run("next", id, None, None)
        return
    raised = orjson.loads(row["raised"])
    alarms = [
        Alarm.model_validate(said) for said in orjson.loads(row["alarms"]) if said not in raised
    ]
    at, alarm = next_of(alarms, row["miss_at"], missed=row["due"] in row["missed_dues"])
    await tables.run("next", id, at, alarm.model_dump_json() if alarm else None)


def next_of(
    alarms: Sequence[Alarm], miss_at: datetime | None, *, missed: bool
) -> tuple[datetime | None, Alarm | None]:
    """The next moment, and the warning that it is for; no warning: the end itself."""
    first = min(alarms, key=lambda alarm: alarm.at, default=None)
    if miss_at is None or missed:
        return (first.at, first) if first else (None, None)
    if first is not None and first.at < miss_at:
        return first.at, first
    return miss_at, None


def _json(alarms: Sequence[Alarm]) -> str:
    return orjson.dumps([alarm.model_dump(mode="json") for alarm in alarms]).decode()


@functools.cache
def _tracks() -> dict[str, str]:
    return {row.id: row.track for row in load_periods().all()}


DUE = Projection(
    service="deadlines",
    name="due",
    version=1,
    folder=FOLDER,
    sources=("deadlines",),
    apply=each(apply),
)
