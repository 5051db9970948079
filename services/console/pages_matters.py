"""The pages of periods and of what they are about: all deadlines, and one case, tip or person."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from services.console import deadlines, feed, matter
from services.console.client import PERIODS_MAX, Api
from services.console.deadlines import Row
from services.console.desk import Chip
from services.console.page import Page
from services.console.starts import starts
from services.console.states import lane_rank
from services.console.subjects import Subject, subject_of
from shared.http.asking import SUBJECT
from shared.reference import RegisterError

RUNNING = ("over", "today", "week", "later")
"""Bands that the API can be asked for."""
COUNTED = 100
"""Periods of one band that are counted; above that the page says *more than*."""
BAND_ROWS = 8
"""Rows of a band where all bands stand together."""
PAGE_ROWS = 40
MISSED_DAYS = 30
"""How far back the list of missed periods goes."""
MATTER_ENTRIES = 30
AGENCIES_MAX = 200
FILTERS: Mapping[str, str] = {
    "all": "",
    "over": "overdue",
    "today": "today",
    "week": "week",
    "later": "later",
    "missed": "missed",
}
"""Chips of the page: the value of `due` in their address."""
SUBJECT_CHARACTERS_MAX = 300
AGENCY = re.compile(r"[A-Z][A-Z0-9_]*(-[A-Za-z0-9-]+)?")


@dataclass
class Found:
    """What the API has of what was asked for."""

    rows: list[Row]
    """What is shown."""
    all: list[Row]
    """What is counted, whatever filter is chosen."""
    counts: dict[str, int] = field(default_factory=dict)
    more: set[str] = field(default_factory=set)
    """Bands with more periods than were counted."""
    next: str = ""
    limit: int = 0
    """How many of one thing were loaded, where there are more."""


async def show_deadlines(page: Page) -> web.Response:
    """What is overdue, what ends today, this week and later; by body and by case."""
    agency, subject = page.asked("agency"), _subject(page)
    chosen = _chosen(page.asked("due"))
    wrong = _wrong(agency, subject)
    async with page.api() as api:
        newest = await api.newest("", 1)
        found = Found([], [])
        if not wrong:
            found = await _find(page, api, chosen, agency, subject)
        bands, left_out = _cut(found.rows, chosen, subject)
        shown = [each for inside in bands.values() for each in inside]
        began = await starts(page, api, [each.of for each in shown])
    return page.show(
        "deadlines.html",
        status=422 if wrong else 200,
        nav="deadlines",
        wrong=wrong,
        headline=deadlines.headline(
            deadlines.banded(found.all),
            page.say,
            more_late="over" in found.more,
            there="" if chosen == "all" else page.link(due="", after=""),
        ),
        chips=_chips(found, chosen),
        chip_link=lambda chip: page.link(due=chip.value, after=""),
        band_link=lambda name: page.link(due=FILTERS[name], after=""),
        chosen=chosen,
        more=found.more,
        bands=bands,
        left_out=left_out,
        counted=COUNTED,
        starts=began,
        next=found.next,
        limit=found.limit,
        after=page.asked("after"),
        agency=agency,
        subject=subject,
        about=_about(subject, wrong, page),
        agencies=_agencies(page, agency, found.rows),
        own=page.signed.actor.agency,
        missed_days=MISSED_DAYS,
        last=newest["last"],
        live="",
    )


async def _find(page: Page, api: Api, chosen: str, agency: str, subject: str) -> Found:
    """The periods of one thing, or of one body or all: counted, and a page of what is chosen."""
    if subject:
        return await _of_subject(page, api, chosen, agency, subject)
    now, after = page.say.now, page.asked("after", 120)
    asked = [deadlines.asked_for(name, now) for name in RUNNING]
    pages = await asyncio.gather(
        *(api.deadlines(agency=agency, limit=COUNTED, **each) for each in asked)
    )
    counted = [deadlines.row(each, page) for rows, _ in pages for each in rows]
    found = Found(counted, counted)
    found.more = {name for name, (_, next) in zip(RUNNING, pages, strict=True) if next}
    found.counts = _counts(counted)
    if chosen == "all":
        return found
    ask = _missed(page) if chosen == "missed" else deadlines.asked_for(chosen, now)
    rows, found.next = await api.deadlines(agency=agency, limit=PAGE_ROWS, after=after, **ask)
    found.rows = [deadlines.row(each, page) for each in rows]
    return found


async def _of_subject(page: Page, api: Api, chosen: str, agency: str, subject: str) -> Found:
    """All periods around one thing, whatever their state."""
    periods, more = await api.deadlines_of(subject, agency)
    rows = [deadlines.row(each, page) for each in periods]
    found = Found(rows, rows, _counts(rows), limit=PERIODS_MAX if more else 0)
    if chosen == "missed":
        found.rows = [each for each in rows if each.of["missed_at"] or each.late]
    elif chosen != "all":
        found.rows = [each for each in rows if each.band in _bands_of(chosen)]
    return found


def _missed(page: Page) -> dict[str, str]:
    since = page.say.now - timedelta(days=MISSED_DAYS)
    return {"state": "missed", "since": since.isoformat()}


def _bands_of(chosen: str) -> tuple[str, ...]:
    """What a filter shows: with what is overdue also what has passed and binds nobody."""
    return ("over", "past") if chosen == "over" else (chosen,)


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    counts = {name: len(inside) for name, inside in deadlines.banded(rows).items()}
    return counts | {"all": sum(n for name, n in counts.items() if name != "done")}


def _cut(
    rows: Sequence[Row], chosen: str, subject: str
) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """The bands of a page, and how many rows of each do not stand on it."""
    bands = deadlines.banded(rows)
    if chosen != "all" or subject:
        return bands, {}
    left_out = {name: max(0, len(inside) - BAND_ROWS) for name, inside in bands.items()}
    return {name: inside[:BAND_ROWS] for name, inside in bands.items()}, left_out


def _chosen(due: str) -> str:
    """The filter that an address asks for; what is not known means all."""
    return next((key for key, value in FILTERS.items() if value == due), "all")


def _chips(found: Found, chosen: str) -> list[Chip]:
    return [
        Chip(key, "due", value, found.counts.get(key, 0), key == chosen)
        for key, value in FILTERS.items()
    ]


def _subject(page: Page) -> str:
    """`<kind>:<id>`, also out of a whole address that was pasted."""
    text = page.asked("subject", SUBJECT_CHARACTERS_MAX)
    return re.split("[?#]", text.rpartition("/")[2])[0]


def _wrong(agency: str, subject: str) -> str:
    """Which filter of the address cannot be understood."""
    if agency and not AGENCY.fullmatch(agency):
        return "agency"
    return "subject" if subject and not re.fullmatch(SUBJECT, subject) else ""


def _about(subject: str, wrong: str, page: Page) -> Subject | None:
    return subject_of(subject, page.say) if subject and not wrong else None


def _agencies(page: Page, asked: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Bodies to choose from: one's own, those of one's area, and those on the page."""
    own = page.signed.actor.agency
    ids = {own, *(body.id for each in rows for body in each.bodies)}
    try:
        area = own.partition("-")[2]
        ids |= set(page.door.register.agencies_of(area, page.say.now.date())) if area else set()
    except RegisterError:
        pass  # A body without an area of today has no neighbours to offer.
    if asked and AGENCY.fullmatch(asked):
        ids.add(asked)
    named = [(each, page.name_of(each)) for each in ids]
    named.sort(key=lambda each: (lane_rank(page.lane_of(each[0])), each[1]))
    return named[:AGENCIES_MAX]


async def show_matter(page: Page) -> web.Response:
    """One case, tip, raid, person, campaign or operation: where it stands, what runs, what was."""
    say = page.say
    kind, id = page.request.match_info["kind"], page.request.match_info["id"]
    subject = f"{kind}:{id}"
    async with page.api() as api:
        answer = await api.get(f"v1/{subject.replace(':', '/')}")
        periods, more = await api.deadlines_of(subject)
        newest = await api.newest(subject, MATTER_ENTRIES)
        rows = [deadlines.row(each, page) for each in periods]
        began = await starts(page, api, periods)
    state: Mapping[str, Any] = answer["state"]
    bands = deadlines.banded(rows)
    done = bands.pop("done", [])
    return page.show(
        "matter.html",
        nav="deadlines",
        subject=subject,
        about=subject_of(subject, say),
        title=matter.called(kind, id, state, say),
        standing=matter.standing(kind, state, page),
        headline=deadlines.headline(bands, say, more_late=False) if rows else [],
        facts=matter.facts(kind, state, page),
        bands=bands,
        running=sum(map(len, bands.values())),
        done=list(reversed(done)),
        limit=PERIODS_MAX if more else 0,
        starts=began,
        entries=feed.entries(newest["entries"], page),
        more_entries=newest["next"] is not None,
        last=newest["last"],
        live=subject,
    )
