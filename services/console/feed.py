"""Entries of the timeline as rows: when, who, the sentence, and where it leads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from yarl import URL

from services.console import moments
from services.console.page import Page
from services.console.subjects import page_of

REFERENCE = re.compile(r"(\b[0-9]{1,6}/[A-ZĐa-z0-9][\w./-]*\w)")


@dataclass(frozen=True)
class Correction:
    """Another fact that corrects an entry; old and new and on whose authority is said there."""

    words: str
    recorded: str
    href: str
    """The timeline at that fact."""


@dataclass(frozen=True)
class Entry:
    """One row."""

    number: int
    event: str
    """Id of the event."""
    when: str
    at: str
    """The full moment, for the tooltip."""
    iso: str
    lane: str
    sentence: Markup
    """Begins with the agency's name in bold."""
    href: str
    late: str
    """How much later it was recorded than it happened; empty when it was not late."""
    recorded: str
    fix: bool
    correction: Correction | None
    """The last one that the reader may know of."""


def entries(rows: Sequence[Mapping[str, Any]], page: Page) -> list[Entry]:
    """Rows of the API as they are shown."""
    return [entry(each, page) for each in rows]


def entry(row: Mapping[str, Any], page: Page) -> Entry:
    """One row of the API as it is shown."""
    say = page.say
    occurred, recorded = moments.read(row["occurred_at"]), moments.read(row["recorded_at"])
    assert occurred is not None and recorded is not None, "every event has its two times"
    late = moments.span(recorded - occurred, say.english) if row["late"] else ""
    clock = row["store"] == "deadlines"  # No agency says when a period begins or is over.
    return Entry(
        number=row["entry"],
        event=row["event_id"],
        when=say.when(occurred),
        at=say.moment(occurred),
        iso=row["occurred_at"],
        lane="system" if clock else page.lane_of(row["agency"]),
        sentence=_bold(row["en" if say.english else "vi"], _actor(row, page)),
        # A fact names what it is about first, then what that is of.
        href=next(filter(None, map(page_of, row["subjects"])), ""),
        late=say("feed.late", span=late) if late else "",
        recorded=say.moment(recorded),
        fix=row["topic"].endswith((".directive_revised.v1", ".task_due_date_changed.v1")),
        correction=_correction(row, page),
    )


def _correction(row: Mapping[str, Any], page: Page) -> Correction | None:
    if not row["corrections"]:
        return None
    last = row["corrections"][-1]
    recorded = moments.read(last["recorded_at"])
    assert recorded is not None, "every event has its two times"
    asked = {"subject": row["subjects"][0], "before": str(last["entry"] + 1)}
    there = URL.build(path="/console/timeline", query=asked)
    return Correction(
        words=last["en" if page.say.english else "vi"],
        recorded=page.say.moment(recorded),
        href=str(there.with_fragment(f"e-{last['event_id']}")),
    )


def _actor(row: Mapping[str, Any], page: Page) -> str:
    return str(row["agency_en" if page.say.english else "agency_vi"] or "")


def _bold(sentence: str, actor: str) -> Markup:
    sentence = sentence.strip()
    if actor and sentence.startswith(actor):
        return Markup("<b>{}</b>{}").format(actor, _unbroken(sentence[len(actor) :]))
    return _unbroken(sentence)


def _unbroken(words: str) -> Markup:
    """Numbers of papers and per cents never break over lines."""
    words = words.replace(" %", "\u00a0%")
    return Markup(REFERENCE.sub(r'<span class="nb">\1</span>', str(escape(words))))
