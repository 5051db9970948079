"""The facts that started periods, in the words of the timeline."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from yarl import URL

from services.console import feed, moments
from services.console.client import Api, ApiProblem
from services.console.feed import Entry
from services.console.page import Page
from shared.http.door import Door

TOGETHER_MAX = 6
"""Readings of the API at one time for one page."""
ENTRIES_LOOKED_AT = 20
"""Of what had happened by the start, the last so many are searched for the fact."""
ENTRIES_SINCE = 100
"""Some periods are counted from before their fact (custody from the taking in, what a correction
moved): it is then searched for among the last so many of all."""
LOOKED_UP_MAX = 48
"""Periods of one page whose start is looked up; of the others only the place to look is given."""
REMEMBERED_MAX = 4_096
ONE_SECOND = timedelta(seconds=1)

Known = OrderedDict[tuple[str, str, int], Mapping[str, Any]]
_known: WeakKeyDictionary[Door, Known] = WeakKeyDictionary()
"""What a recorded fact says never changes, so it is asked once, and once more when a correction has
moved the period. By the agency that read it, for what one may read another may not."""


@dataclass(frozen=True)
class Start:
    """What a period is counted from."""

    entry: Entry | None
    """None when the timeline does not have it, or not yet."""
    href: str
    """The timeline as of then, at the fact."""


async def starts(page: Page, api: Api, periods: Sequence[Mapping[str, Any]]) -> Mapping[str, Start]:
    """The fact that started each period, by the period's id. Raises `ApiProblem` for no session."""
    turns = asyncio.Semaphore(TOGETHER_MAX)

    async def one(period: Mapping[str, Any]) -> tuple[str, Start]:
        async with turns:
            found = await _entry(page, api, period)
        entry = feed.entry(found, page) if found else None
        return period["id"], Start(entry, _href(period, found))

    found = dict(await asyncio.gather(*map(one, periods[:LOOKED_UP_MAX])))
    rest = {each["id"]: Start(None, _href(each, None)) for each in periods[LOOKED_UP_MAX:]}
    return {**rest, **found}


async def _entry(page: Page, api: Api, period: Mapping[str, Any]) -> Mapping[str, Any] | None:
    known = _known.setdefault(page.door, OrderedDict())
    key = page.signed.actor.agency, str(period["start_event"]), int(period["recomputed"])
    if key in known:
        known.move_to_end(key)
        return known[key]
    subjects = (period["subject"], *period["around"])[:2]
    wheres = (period["started_at"], ENTRIES_LOOKED_AT), ("", ENTRIES_SINCE)
    looks = [(subject, *where) for where in wheres for subject in subjects]
    for subject, as_of, limit in looks:
        try:
            answer = await api.get(
                "v1/timeline",
                subject=subject,
                order="newest",
                as_of=as_of,
                limit=limit,
            )
        except ApiProblem as problem:
            if problem.status == 401:
                raise
            return None  # A period without the words of its start is still worth showing.
        for each in answer["entries"]:
            if each["event_id"] == period["start_event"]:
                known[key] = each
                while len(known) > REMEMBERED_MAX:
                    known.popitem(last=False)
                return dict(each)
    return None


def _href(period: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    began = moments.read(period["started_at"])
    assert began is not None, "every period has begun"
    happened = moments.read(found["occurred_at"]) if found else None
    began = max(began, happened or began)
    asked = {"subject": period["subject"], "as_of": _local(began)}
    there = URL.build(path="/console/timeline", query=asked)
    return str(there.with_fragment(f"e-{period['start_event']}"))


def _local(at: datetime) -> str:
    """A moment as addresses hold it, not a second too early."""
    whole = at.replace(microsecond=0)
    return f"{whole if whole == at else whole + ONE_SECOND:%Y-%m-%dT%H:%M:%S}"
