"""What the clock answers: periods by state, each with its article, start, extensions and why."""

import base64
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson
from asyncpg import Record
from pydantic import BaseModel, ConfigDict, Field

from services.deadlines import words
from services.deadlines.desk import CASE
from services.deadlines.watching import matters_of, running_in
from services.deadlines.wiring import load_wiring
from shared.actor import VIETNAM
from shared.errors import NotUnderstood
from shared.http.asking import EVER, NEVER, Moment, Subject
from shared.http.door import Reader

PAGE_DEADLINES_DEFAULT = 50
PAGE_DEADLINES_MAX = 200
NO_ID = UUID(int=0)
State = Literal["running", "due", "week", "overdue", "met", "missed"]
OF_STATE: Mapping[State, str] = {"met": "met", "missed": "missed"}
"""Which list a state is read from; all others from that of what is open."""
DAYS_OF_A_WEEK = 7


class DeadlinesAsked(BaseModel):
    """Which periods."""

    model_config = ConfigDict(extra="forbid")

    state: State = "running"
    """running: open, not over; due: open, ends today; week: open, ends by Sunday; overdue: open,
    over; met: done in time (or without a figure to measure by); missed: was not done in time, done
    late or still open. Where an `agency` is asked for, it is its own part that is so."""
    agency: str = Field("", max_length=80, pattern=r"^([A-Z][A-Z0-9_]*(-[A-Za-z0-9-]+)?)?$")
    """A body that it binds, by this name or by one as which the body acts: a name for all of its
    kind, a body that has ended and whose heir it is."""
    subject: Subject = ""
    """`<kind>:<id>`: all periods around one thing, in any state unless one is asked for. Around a
    case: what began there, and what runs there since cases were joined or split."""
    since: Moment = NEVER
    """Ends at or after this moment."""
    before: Moment = EVER
    """Ends before this moment."""
    after: str = Field("", max_length=120, pattern=r"^[A-Za-z0-9_-]*$")
    """The `next` of the page before."""
    limit: int = Field(PAGE_DEADLINES_DEFAULT, ge=1, le=PAGE_DEADLINES_MAX)


async def list_deadlines(asked: DeadlinesAsked, reader: Reader) -> dict[str, Any]:
    """Periods in the order in which they end."""
    at, id = _after(asked.after)
    moved = await running_in(asked.subject, reader) if asked.subject.startswith(CASE) else []
    async with reader.tables("due", snapshot=True) as tables:
        first, last = _span(asked, reader.now)
        names = reader.names_of(asked.agency) if asked.agency else None
        if asked.subject:
            kind = OF_STATE.get(asked.state, "open") if "state" in asked.model_fields_set else ""
            if not kind:
                first, last = asked.since, asked.before
            around = (asked.subject, kind, names, moved)
            rows = await tables.rows("list_of_subject", first, last, at, id, asked.limit, *around)
        else:
            name = f"list_{OF_STATE.get(asked.state, 'open')}{'_of_agency' if names else ''}"
            who = (names,) if names else ()
            rows = await tables.rows(name, first, last, at, id, asked.limit, *who)
        parties = await tables.rows("parties", [row["id"] for row in rows])
    runs_in = await matters_of([row["id"] for row in rows], reader)
    bound: dict[UUID, list[Record]] = defaultdict(list)
    for party in parties:
        bound[party["id"]].append(party)
    return {
        "deadlines": [
            shown(row, bound[row["id"]], reader.now, names or (), runs_in.get(row["id"]))
            for row in rows
        ],
        "next": _cursor(rows[-1]) if len(rows) == asked.limit else None,
        "now": reader.now,
    }


def shown(
    row: Record,
    parties: Sequence[Record],
    now: datetime,
    names: Collection[str],
    runs_in: str | None,
) -> dict[str, Any]:
    """One period as JSON; its state is that of the body that is asked for by these names."""
    opened = orjson.loads(row["opened"])
    length = orjson.loads(row["length"]) if row["length"] else None
    why_vi, why_en = words.why(length, row["because"], opened["counting"])
    until = row["ended_at"] if row["over"] else now
    left_vi, left_en = words.left(row["due"] - until)
    return {
        "id": str(row["id"]),
        "rule": row["rule"],
        "part": opened["part"],
        "title_vi": opened["title_vi"],
        "title_en": opened["title_en"],
        "state": state_of(row, now, [each for each in parties if each["agency"] in names]),
        "law": opened["law"],
        "article": opened["article"],
        "regime": opened["regime"],
        "confidence": opened["confidence"],
        "limit": opened["limit"],
        "subject": row["subject"],
        **_around(opened["around"], runs_in),
        "start_event": opened["start_event"],
        "start_topic": opened["start_topic"],
        "started_at": row["started_at"],
        "recorded_late": opened["recorded_late"],
        "length": length,
        "why_vi": why_vi,
        "why_en": why_en,
        "due": row["due"],
        "moved": row["moved"],
        "remaining_seconds": int((row["due"] - until).total_seconds()),
        "remaining_vi": left_vi,
        "remaining_en": left_en,
        "extensions": [_extension(each) for each in orjson.loads(row["extensions"])],
        "recomputed": row["recomputed"],
        "agencies": [
            {
                "id": each["agency"],
                "bound": each["bound"],
                "never_critical": each["never_critical"],
                "done_at": each["done_at"],
                "in_time": each["in_time"],
            }
            for each in parties
        ],
        "responsible": opened["responsible"],
        "waits_for": _waits_for(row["rule"]),
        "warned": row["warned"],
        "missed_at": row["missed_at"],
        "ended_at": row["ended_at"],
        "in_time": row["in_time"],
        "closed": row["closed"],
    }


def _around(first: Sequence[str], runs_in: str | None) -> dict[str, Any]:
    """What its first fact was about, and the case or directive in which it runs now (none where it
    is about that itself)."""
    now = [runs_in] if runs_in else []
    return {"around": [*dict.fromkeys((*first, *now))], "runs_in": runs_in}


def _waits_for(rule: str) -> str | None:
    """The service that will record what ends it, as long as nobody does; then it is not missed."""
    row = load_wiring().rows.get(rule)
    return row.waits_for or None if row else None


def state_of(row: Record, now: datetime, asked: Sequence[Record] = ()) -> str:
    """running, due (today), overdue, met, missed or closed; of what is over, as those who are
    asked for have done it."""
    if not row["over"]:
        if row["due"] <= now:
            return "overdue"
        return "due" if row["due"] <= _end_of_today(now) else "running"
    if row["closed"]:
        return "closed"
    done = [each for each in asked if each["done_at"] or each["in_time"] is False] or [row]
    return "missed" if any(each["in_time"] is False for each in done) else "met"


def _span(asked: DeadlinesAsked, now: datetime) -> tuple[datetime, datetime]:
    """The ends that a state and the question leave."""
    first, last = asked.since, asked.before
    just_now = now + timedelta(microseconds=1)
    match asked.state:
        case "running":
            first = max(first, just_now)
        case "due":
            first = max(first, just_now)
            last = min(last, _end_of_today(now) + timedelta(microseconds=1))
        case "week":
            first = max(first, just_now)
            last = min(last, _end_of_week(now) + timedelta(microseconds=1))
        case "overdue":
            last = min(last, just_now)
    return first, last


def _end_of_today(now: datetime) -> datetime:
    """24:00 of today in Viet Nam: what ends then ends today."""
    today = now.astimezone(VIETNAM).date() + timedelta(days=1)
    return datetime.combine(today, time(), VIETNAM)


def _end_of_week(now: datetime) -> datetime:
    """24:00 of this week's Sunday in Viet Nam."""
    today = now.astimezone(VIETNAM).date()
    monday = today + timedelta(days=DAYS_OF_A_WEEK - today.weekday())
    return datetime.combine(monday, time(), VIETNAM)


def _extension(said: dict[str, Any]) -> dict[str, Any]:
    names = ("seq", "length", "due", "decided_by", "approver", "article", "asked_at", "flags")
    return {"decided_at": said["timestamp"], **{name: said[name] for name in names}}


def _cursor(row: Record) -> str:
    text = f"{row['due'].isoformat()} {row['id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(cursor: str) -> tuple[datetime, UUID]:
    """Raises `NotUnderstood` for what no page gave."""
    if not cursor:
        return NEVER, NO_ID
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, id = text.partition(" ")
        return datetime.fromisoformat(at), UUID(id)
    except ValueError:
        raise NotUnderstood(
            "cursor",
            "“after” phải là “next” của trang trước.",
            "`after` must be the `next` of the page before.",
            pointer="/after",
            remedy_vi="Bỏ trống để đọc từ đầu.",
            remedy_en="Leave it out to read from the start.",
        ) from None
