"""Entries of the timeline as rows: when, who, the sentence, and where it leads."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from services.console import moments
from services.console.page import Page
from services.console.subjects import MATTERS, PAPERS

REFERENCE = re.compile(r"(\b[0-9]{1,6}/[A-ZĐa-z0-9][\w./-]*\w)")
LINKED = (*PAPERS, *MATTERS)
"""Kinds of subjects that have a page. A fact names what it is about first, then what that is of."""


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
        href=_href(row["subjects"]),
        late=say("feed.late", span=late) if late else "",
        recorded=say.moment(recorded),
        fix=row["topic"].endswith((".directive_revised.v1", ".task_due_date_changed.v1")),
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


def _href(subjects: Sequence[str]) -> str:
    for subject in subjects:
        if subject.partition(":")[0] in LINKED:
            return f"/console/{subject}"
    return ""
