"""Periods as rows: what, by which article, since when, until when, why so long, and for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal

from markupsafe import Markup

from services.console import moments
from services.console.moments import Clock, clock_of
from services.console.page import Page
from services.console.speech import Speech
from services.console.states import lane_rank
from services.console.subjects import Subject, subject_of
from shared.actor import VIETNAM

BANDS = ("over", "today", "week", "later", "past", "done")
"""In the order in which they stand on a page."""
WEEK_DAYS = 7
"""Days after today that the band *week* holds."""
BODIES_SHOWN = 4
"""Bodies of one period that are named; the others wait behind their number."""
FREE = ("entitlement", "derived")
"""Limits that bind nobody: what they end is a right, or follows from the law by itself."""
OPEN = ("running", "due", "overdue")
JUST_AFTER = timedelta(microseconds=1)
Part = Literal["", "done", "late", "free"]


@dataclass(frozen=True)
class Body:
    """A body that a period binds, or bound."""

    id: str
    name: str
    lane: str
    part: Part
    """Where it is not the same of all: it is done, in time or late, or need not be done."""
    request: bool
    """It is asked and not ordered: courts, procuracy, Fatherland Front."""


@dataclass(frozen=True)
class Extension:
    """One time that a period was made longer."""

    words: str
    article: str
    flags: list[str]


@dataclass(frozen=True)
class Row:
    """One period."""

    of: Mapping[str, Any]
    clock: Clock
    band: str
    title: str
    twin: str
    """The title in the other language."""
    law: str
    article: str
    about: Subject
    around: list[Subject]
    started: str
    length: str
    reason: str
    """Why it is this long."""
    extensions: list[Extension]
    bodies: list[Body]
    more: list[Body]
    responsible: str
    """Whom it is about where it binds no body by name."""

    @property
    def id(self) -> str:
        """Id of the period."""
        return str(self.of["id"])

    @property
    def late(self) -> bool:
        """Whether somebody who was bound has missed it."""
        return self.clock.late

    @property
    def waits(self) -> bool:
        """Whether it runs and there is no way yet to record what it asks for."""
        return bool(self.of["waits_for"]) and self.of["state"] in OPEN

    @property
    def checked(self) -> bool:
        """Whether the period was read in the text of the law."""
        return bool(self.of["confidence"] == "seen")


def row(period: Mapping[str, Any], page: Page) -> Row:
    """One period of the API as it is shown."""
    say = page.say
    bodies = _bodies(period, page)
    length, reason = _why(say.of(period, "why"))
    article, law = _by(period, say)
    return Row(
        of=period,
        clock=clock(period, say),
        band=band(period, say.now),
        title=say.of(period, "title"),
        twin=str(period["title_vi" if say.english else "title_en"]),
        law=law,
        article=article,
        about=subject_of(period["subject"], say),
        around=[subject_of(each, say) for each in period["around"]],
        started=say.moment(_at(period, "started_at")),
        length=length,
        reason=reason,
        extensions=[_extension(each, page) for each in period["extensions"]],
        bodies=bodies[:BODIES_SHOWN],
        more=bodies[BODIES_SHOWN:],
        responsible="" if bodies else say.code("responsible", period["responsible"]),
    )


def is_late(period: Mapping[str, Any]) -> bool:
    """Whether it was missed by a body that may be ordered.

    Requests to courts, procuracy and Fatherland Front never are; neither is what the law wants
    *at once* without a figure, nor what binds no body, nor what nobody can record as done yet.
    """
    if period["state"] not in ("overdue", "missed") or is_at_once(period) or period["waits_for"]:
        return False
    bodies = period["agencies"]
    waited_for = [each for each in bodies if each["bound"]]
    waited_for = waited_for or [each for each in bodies if each["in_time"] is False] or bodies
    return period["limit"] not in FREE and not all(each["never_critical"] for each in waited_for)


def is_at_once(period: Mapping[str, Any]) -> bool:
    """*Ngay*: the law gives no figure, so there is nothing to measure by."""
    return bool(period["length"]) and _at(period, "due") == _at(period, "started_at")


def is_request(period: Mapping[str, Any]) -> bool:
    """Whether it binds only those who are asked."""
    bodies = period["agencies"]
    return bool(bodies) and all(each["never_critical"] for each in bodies)


def clock(period: Mapping[str, Any], say: Speech) -> Clock:
    """How much is left of it, how long it has been over, or how it ended."""
    due, began = _at(period, "due"), _at(period, "started_at")
    when, until = say.moment(due, end=True), due.isoformat()
    if period["state"] not in OPEN:
        return _ended(period, when, say)
    if due <= say.now and not is_late(period):
        if is_at_once(period):
            words = say("term.at_once", span=moments.span(say.now - began, say.english))
            return Clock("asked", words, say("term.at_once_law"), until=until)
        if not is_request(period):
            words = say("term.ran_out", span=moments.span(say.now - due, say.english))
            return Clock("asked", words, when, until=until)
    return clock_of(due, began, say.now, say, request=not is_late(period))


def _ended(period: Mapping[str, Any], when: str, say: Speech) -> Clock:
    due, ended = _at(period, "due"), _at(period, "ended_at")
    was, until = say("clock.was", when=when), due.isoformat()
    if period["state"] == "closed":
        return Clock("ended", say("term.closed"), say.code("closed", period["closed"]), until=until)
    if period["state"] == "met":
        if is_at_once(period):
            span = moments.span(ended - _at(period, "started_at"), say.english)
            return Clock("met", say("term.met_after", span=span), say("term.at_once_law"))
        return Clock("met", say("term.met"), was, until=until)
    span = moments.span(ended - due, say.english)
    if is_late(period):
        return Clock("over", say("term.done_late", span=span), was, until=until)
    return Clock("met", say("term.done_after", span=span), when, until=until)


def band(period: Mapping[str, Any], now: datetime) -> str:
    """Which part of the page it belongs to."""
    if period["state"] not in OPEN:
        return "done"
    due = _at(period, "due")
    if due <= now:
        return "over" if is_late(period) else "past"
    if due <= end_of_day(now):
        return "today"
    return "week" if due <= end_of_day(now, WEEK_DAYS) else "later"


def end_of_day(now: datetime, days: int = 0) -> datetime:
    """24:00 in Viet Nam of today, or of a day that many days later."""
    day = now.astimezone(VIETNAM).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), VIETNAM)


def asked_for(name: str, now: datetime) -> dict[str, str]:
    """What to ask the API for one band of running periods."""
    tonight = (end_of_day(now) + JUST_AFTER).isoformat()
    horizon = (end_of_day(now, WEEK_DAYS) + JUST_AFTER).isoformat()
    match name:
        case "over":
            return {"state": "overdue"}
        case "today":
            return {"state": "due"}
        case "week":
            return {"state": "running", "since": tonight, "before": horizon}
        case "later":
            return {"state": "running", "since": horizon}
    raise ValueError(f"no band of running periods is called {name}")


def banded(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by band, in the order of a page; bands without rows are left out."""
    found: dict[str, list[Row]] = {name: [] for name in BANDS}
    for each in rows:
        found[each.band].append(each)
    return {name: inside for name, inside in found.items() if inside}


def headline(
    bands: Mapping[str, Sequence[Row]], say: Speech, *, more_late: bool, there: str = ""
) -> list[Markup]:
    """The answer in words: what is overdue, what ends today, what is next.

    `there` is the address of the page on which these rows stand; empty: this one.
    """
    late, today = bands.get("over", ()), bands.get("today", ())
    coming = [*today, *bands.get("week", ()), *bands.get("later", ())]
    if not late and not coming:
        return [say.html("term.nothing_late" if more_late else "term.none")]
    said = [_late(late, say, more_late, there)]
    if today:
        said.append(say.html("term.today", n=len(today)))
    if coming:
        first = min(coming, key=lambda each: _at(each.of, "due"))
        clock = first.clock
        what = named(first, there)
        said.append(say.html("term.next", what=what, when=clock.second, span=clock.first))
    return said


def _late(late: Sequence[Row], say: Speech, more: bool, there: str) -> Markup:
    if not late:
        return say.html("term.nothing_late")
    words = say.html("term.late_many" if more else "term.late", n=len(late))
    key = "desk.late_only" if len(late) == 1 and not more else "desk.late_first"
    return words + say.html(key, paper=named(late[0], there), span=late[0].clock.first)


def named(each: Row, there: str) -> Markup:
    """A period's title as a link to its row."""
    return Markup('<a href="{}#p-{}">{}</a>').format(there, each.id, each.title)


def _bodies(period: Mapping[str, Any], page: Page) -> list[Body]:
    """Whom it binds: who has not done it first, then by lane; named as on the day it began."""
    on = _at(period, "started_at").date()
    found = []
    for each in period["agencies"]:
        found.append(
            Body(
                id=each["id"],
                name=page.name_of(each["id"], on),
                lane=page.lane_of(each["id"]),
                part=_part(each, period),
                request=each["never_critical"],
            )
        )
    return sorted(found, key=lambda each: (bool(each.part), lane_rank(each.lane), each.name))


def _part(body: Mapping[str, Any], period: Mapping[str, Any]) -> Part:
    """What has become of a body's part, where others have theirs and it is not the same of all."""
    others = {
        (each["bound"], bool(each["done_at"]), each["in_time"]) for each in period["agencies"]
    }
    if body["bound"] or len(others) == 1:
        return ""
    if body["in_time"] is False:
        return "late"
    return "done" if body["done_at"] else "free"


def _extension(said: Mapping[str, Any], page: Page) -> Extension:
    say, until = page.say, moments.read(said["due"])
    decided = moments.read(said["decided_at"])
    assert until is not None and decided is not None, "an extension has its two moments"
    return Extension(
        words=say(
            "term.extended",
            seq=said["seq"],
            who=page.name_of(said["decided_by"], decided.date()),
            when=say.day(decided.date()),
            until=say.moment(until, end=True),
        ),
        article=article_words(str(said["article"]), say),
        flags=[say.code("flag", each) for each in said["flags"]],
    )


def article_words(article: str, say: Speech) -> str:
    """`Điều 172(2)`, also where the table has only the number."""
    if article[:1].isdigit():
        return say("term.article", article=article)
    return article


def _by(period: Mapping[str, Any], say: Speech) -> tuple[str, str]:
    """Article and law; for orders in words, since their law is the paper."""
    if say.knows(key := f"rule.{period['rule']}"):
        return "", say(key)
    amended = say("term.amended")
    law, article = (str(period[name]).replace("am. ", amended) for name in ("law", "article"))
    return article_words(article, say), law


def _why(words: str) -> tuple[str, str]:
    """`4 tháng (tội phạm rất nghiêm trọng)` as length and reason."""
    length, _, reason = words.partition(" (")
    return (length, reason[:-1]) if reason.endswith(")") else (words, "")


def _at(period: Mapping[str, Any], name: str) -> datetime:
    at = moments.read(period[name])
    assert at is not None, f"a period in this state has {name}"
    return at
