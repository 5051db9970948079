"""The timeline's doors: pages of one subject or of everything, and the live stream."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from asyncpg import Record
from pydantic import BaseModel, ConfigDict, Field

from services.timeline.projection import CORRECTED
from shared.http.asking import EVER, Moment, Subject, position_unknown
from shared.http.door import Reader
from shared.http.routes import query, stream
from shared.http.sse import Message
from shared.sql import Tables

PAGE_ENTRIES_DEFAULT = 100
PAGE_ENTRIES_MAX = 500
LIVE_BATCH_ENTRIES_MAX = 200
LIVE_POLL_SECONDS = 2.0
"""The follower wakes us; this finds what another process put into the timeline."""


MARK: Mapping[str, str] = {"vi": "đã đính chính", "en": "corrected"}
"""How an entry is marked that a later one corrects."""
LEFT_OUT = Field("", max_length=1_000, pattern=r"^([a-z0-9_.]+(,[a-z0-9_.]+)*)?$")


class TimelineAsked(BaseModel):
    """Which entries: of one subject or all, as of a moment, after or before an entry."""

    model_config = ConfigDict(extra="forbid")

    subject: Subject = ""
    """`<kind>:<id>`, e.g. `directive:0f3c…`; empty means every subject."""
    as_of: Moment = EVER
    """Only what had happened by then (occurred_at)."""
    known_at: Moment = EVER
    """Only what was recorded by then (recorded_at)."""
    after: int = Field(0, ge=0, le=2**62)
    """Entries above this one, oldest first."""
    before: int = Field(0, ge=0, le=2**62)
    """Entries below this one, newest first; 0 with order=newest starts at the end."""
    order: Literal["oldest", "newest"] = "oldest"
    limit: int = Field(PAGE_ENTRIES_DEFAULT, ge=1, le=PAGE_ENTRIES_MAX)
    without: str = LEFT_OUT
    """Services and topics to leave out, by commas: `deadlines,vault` leaves what agencies did. How
    many entries that hides is in the answer."""


class LiveAsked(BaseModel):
    """Which entries to stream."""

    model_config = ConfigDict(extra="forbid")

    subject: Subject = ""
    after: str = ""
    """Like `Last-Event-ID`, for readers that cannot send headers."""
    without: str = LEFT_OUT
    """Services and topics to leave out, by commas."""


async def read_timeline(asked: TimelineAsked, reader: Reader) -> dict[str, Any]:
    """One timeline, by subject, as of a moment; sentences in Vietnamese and English."""
    newest = asked.order == "newest"
    edge = (asked.before or 2**62) if newest else asked.after
    moment = (asked.as_of, asked.known_at)
    name = ("page_of_subject" if asked.subject else "page") + ("_backwards" if newest else "")
    who = (asked.subject,) if asked.subject else ()
    without = _left_out(asked.without)
    names = reader.names
    async with reader.tables("timeline", snapshot=True) as tables:
        rows = await tables.rows(name, *who, edge, *moment, asked.limit, without, names)
        last = await tables.value("last_readable", names)
        found = await _corrections(tables, rows, asked.known_at, names)
        more = len(rows) == asked.limit
        end = rows[-1]["entry_id"] if more else 0 if newest else 2**62
        between = (end, edge - 1) if newest else (edge + 1, end)
        hidden = await _hidden(tables, who, (*between, *moment, without, names))
    return {
        "entries": [entry(row, names, found) for row in rows],
        "next": rows[-1]["entry_id"] if more else None,
        "last": last,
        "hidden": hidden,
    }


async def follow_timeline(
    asked: LiveAsked, reader: Reader, after: int
) -> AsyncIterator[Message | None]:
    """Entries as they are recorded; resumes after `Last-Event-ID` without loss.

    What was secret and is opened to all is read on the pages: a stream only goes forward, and what
    it brings of the secret is the fact that ended it.
    Raises `Conflict` for a position above the last entry.
    """
    followers, names = reader.followers["timeline"], reader.names
    async with reader.tables("timeline") as tables:
        last = await tables.value("last_readable", names)
    if after > last:
        raise position_unknown(after, last)
    last = last if after < 0 else after
    while True:
        moved = [follower.moved for follower in followers]
        async with reader.tables("timeline") as tables:
            rows = await _after(tables, asked, last, names)
            found = await _corrections(tables, rows, EVER, names)
        for row in rows:
            last = row["entry_id"]
            yield Message(last, "entry", orjson.dumps(entry(row, names, found)))
        if len(rows) < LIVE_BATCH_ENTRIES_MAX:
            yield None
            await reader.any_of(moved, LIVE_POLL_SECONDS)


async def _after(tables: Tables, asked: LiveAsked, last: int, names: Sequence[str]) -> list[Record]:
    edge = (last, EVER, EVER, LIVE_BATCH_ENTRIES_MAX, _left_out(asked.without), names)
    if asked.subject:
        return await tables.rows("page_of_subject", asked.subject, *edge)
    return await tables.rows("page", *edge)


async def _corrections(
    tables: Tables, rows: Sequence[Record], known_at: datetime, names: Sequence[str]
) -> Sequence[Record]:
    """What is known of corrections of these entries, and of those that are corrections."""
    targets = [row["event_id"] for row in rows if row["corrected"]]
    themselves = [row["entry_id"] for row in rows if row["topic"].endswith(CORRECTED)]
    if not targets and not themselves:
        return ()
    return await tables.rows("corrections", targets, themselves, known_at, names)


async def _hidden(tables: Tables, who: Sequence[str], asked: Sequence[object]) -> int:
    """How many entries are left out of a page, between the ends of what it covers."""
    *_, without, _ = asked
    if not without:
        return 0
    name = "hidden_of_subject" if who else "hidden"
    count: int = await tables.value(name, *asked, *who)
    return count


def _left_out(said: str) -> list[str]:
    return said.split(",") if said else []


def entry(row: Record, names: Sequence[str], corrections: Sequence[Record] = ()) -> dict[str, Any]:
    """One entry as JSON. Who the officer was is for the officer's own agency, or its heir, to know.

    It says what was recorded; `corrections` are the later entries that say what is true of it,
    `corrects` is the entry that this one says something of.
    """
    corrects = next((each for each in corrections if each["entry_id"] == row["entry_id"]), None)
    return {
        "entry": row["entry_id"],
        "event_id": str(row["event_id"]),
        "topic": row["topic"],
        "store": row["store"],
        "position": row["position"],
        "version": row["version"],
        "occurred_at": row["occurred_at"].isoformat(),
        "recorded_at": row["recorded_at"].isoformat(),
        "late": row["late"],
        "agency": row["agency"],
        "agency_vi": row["agency_vi"],
        "agency_en": row["agency_en"],
        "officer": row["officer"] if row["agency"] in names else None,
        "subjects": row["subjects"],
        "vi": row["vi"],
        "en": row["en"],
        "correlation_id": str(row["correlation_id"]),
        "causation_id": str(row["causation_id"]),
        "corrections": [
            {
                "entry": each["entry_id"],
                "event_id": str(each["event_id"]),
                "field": each["field"],
                "change": orjson.loads(each["change"]) if each["change"] else None,
                "recorded_at": each["recorded_at"].isoformat(),
                **MARK,
            }
            for each in corrections
            if each["target"] == row["event_id"]
        ],
        "corrects": corrects
        and {"entry": corrects["target_entry"], "event_id": str(corrects["target"])},
    }


ROUTES = (
    query("GET /v1/timeline", read_timeline),
    stream("GET /v1/timeline/live", follow_timeline),
)
